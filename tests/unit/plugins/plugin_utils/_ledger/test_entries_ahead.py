# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reservations made ahead of the key's installation, when nobody knows the product or its installation ID yet."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._ledger import (
    EntryState,
    Ledger,
    Pool,
    PoolWish,
    Reservation,
)
from ansible_collections.volume.activation.plugins.plugin_utils._ledger.reconciliation import Evidence, judged

from .demands import Clock, demand, refusal, run_processes

OPEN, UNCERTAIN, RELEASED = EntryState.RESERVED, EntryState.UNCERTAIN, EntryState.RELEASED
INSTALLATION = "1" * 63


def ahead(ledger: Ledger, number: int = 1, **changes: Any) -> Reservation:
    """Reserve ahead for machine `number`."""
    return ledger.reserve(demand(number, product_id="", **changes))


def states(ledger: Ledger) -> list[EntryState]:
    """Return the state of every entry, in their order."""
    return [entry.state for entry in ledger.entries()]


def test_a_reservation_made_ahead_counts(ledger: Ledger, pool: Pool) -> None:
    before = ledger.balance(pool.name).left
    ahead(ledger)
    assert ledger.balance(pool.name).left == before - 1


def test_the_demand_that_follows_completes_it_and_nothing_is_counted_twice(ledger: Ledger, pool: Pool) -> None:
    held = ahead(ledger)
    found = ledger.reserve(demand(1, installation_id=INSTALLATION, ahead=held.entry.id))
    assert (found.entry.id, found.taken_over, found.idle) == (held.entry.id, False, 0.0)
    assert (found.entry.product_id, found.entry.installation_id) == ("product-1", INSTALLATION)
    assert found.entry.attempts == 1
    assert states(ledger) == [OPEN]


def test_a_completed_one_is_found_again_by_its_installation_id(ledger: Ledger, pool: Pool) -> None:
    held = ahead(ledger)
    ledger.reserve(demand(1, installation_id=INSTALLATION, ahead=held.entry.id))
    ledger.settle(held.entry.id, UNCERTAIN)
    again = ledger.reserve(demand(1, installation_id=INSTALLATION))
    assert (again.entry.id, again.taken_over) == (held.entry.id, True)


def test_an_earlier_attempt_that_is_open_is_taken_over_and_the_new_reservation_dropped(
    ledger: Ledger, pool: Pool
) -> None:
    earlier = ledger.reserve(demand(1, installation_id=INSTALLATION))
    ledger.settle(earlier.entry.id, UNCERTAIN)
    held = ahead(ledger)
    found = ledger.reserve(demand(1, installation_id=INSTALLATION, ahead=held.entry.id))
    assert (found.entry.id, found.taken_over) == (earlier.entry.id, True)
    assert states(ledger) == [OPEN]


def test_the_same_process_cannot_use_it_without_naming_it(ledger: Ledger, pool: Pool) -> None:
    held = ahead(ledger)
    assert refusal(lambda: ledger.reserve(demand(1))).code == "activation_in_progress"
    assert refusal(lambda: ahead(ledger)).code == "activation_in_progress"
    assert ledger.reserve(demand(1, ahead=held.entry.id)).entry.id == held.entry.id


def test_withdrawn_it_no_longer_counts(ledger: Ledger, pool: Pool) -> None:
    before = ledger.balance(pool.name).left
    held = ahead(ledger)
    ledger.withdraw(held.entry.id)
    assert ledger.balance(pool.name).left == before
    assert states(ledger) == []
    ledger.withdraw(held.entry.id)


@pytest.mark.parametrize("state", [None, UNCERTAIN, EntryState.CONFIRMED])
def test_what_an_activation_was_asked_for_with_is_not_withdrawn(
    ledger: Ledger, pool: Pool, state: EntryState | None
) -> None:
    held = ahead(ledger)
    ledger.reserve(demand(1, ahead=held.entry.id))
    if state is not None:
        ledger.settle(held.entry.id, state)
    ledger.withdraw(held.entry.id)
    assert states(ledger) == [state or OPEN]


def test_one_left_by_a_dead_process_is_taken_over_without_waiting(
    ledger: Ledger, pool: Pool, location: str, clock: Clock
) -> None:
    assert run_processes("ahead", location, 1, number=1) == ["done"]
    clock.forward(seconds=5)
    (left,) = ledger.entries()
    found = ledger.reserve(demand(1, installation_id=INSTALLATION))
    assert (found.entry.id, found.taken_over, found.idle) == (left.id, False, 0.0)
    assert states(ledger) == [OPEN]


def test_one_left_by_a_dead_process_is_released_by_the_host(
    ledger: Ledger, pool: Pool, location: str, clock: Clock
) -> None:
    assert run_processes("ahead", location, 1, number=1) == ["done"]
    clock.forward(minutes=10)
    (left,) = ledger.entries()
    verdict = judged(left, Evidence(machine=left.machine, products=(), now=clock.time), live=False)
    assert verdict.state is RELEASED


def test_an_empty_pool_refuses_it(ledger: Ledger, pool: Pool) -> None:
    ledger.declare(PoolWish(name=pool.name, limit=1, reserve=0))
    ahead(ledger, 1)
    assert refusal(lambda: ahead(ledger, 2)).code == "pool_exhausted"
