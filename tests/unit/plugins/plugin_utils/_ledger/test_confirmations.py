# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Confirmation IDs: what was paid for once is kept, and serves whenever its installation ID returns."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._ledger import (
    Confirmation,
    EntryState,
    Ledger,
    Method,
    Pool,
)

from .demands import Clock, demand, refusal, reserved

INSTALLATION, ANOTHER = "123456789" * 7, "987654321" * 7
ANSWER = "123456" * 8


@pytest.fixture
def answer(clock: Clock) -> Confirmation:
    """A confirmation ID as Microsoft gave it."""
    return Confirmation(
        installation_id=INSTALLATION,
        confirmation_id=ANSWER,
        extended_pid="03612-03310-000-000000-03-1033-9600.0000-0012026",
        partial="AAAAA",
        source="microsoft",
        obtained_at=clock.time,
    )


def test_what_is_kept_is_found_again(ledger: Ledger, answer: Confirmation) -> None:
    assert ledger.confirmation(INSTALLATION) is None
    assert ledger.keep(answer) == answer
    assert ledger.confirmation(INSTALLATION) == answer
    assert ledger.confirmation(ANOTHER) is None


def test_an_id_is_the_same_in_groups(ledger: Ledger, answer: Confirmation) -> None:
    in_groups = "-".join(INSTALLATION[start : start + 7] for start in range(0, 63, 7))
    ledger.keep(replace(answer, installation_id=in_groups, confirmation_id=ANSWER.replace("61", "6 1")))
    assert ledger.confirmation(INSTALLATION) == answer
    assert ledger.confirmation(in_groups) == answer
    ledger.mark_used(in_groups)
    assert ledger.confirmations()[0].uses == 1


def test_keeping_confirms_the_entry_that_paid(ledger: Ledger, pool: Pool, answer: Confirmation) -> None:
    entry = ledger.reserve(demand(1, method=Method.PROXY, installation_id=INSTALLATION)).entry
    assert ledger.keep(answer, entry.id).entry_id == entry.id
    assert [found.state for found in ledger.entries()] == [EntryState.CONFIRMED]
    assert ledger.balance("labs").spent == 1


def test_the_entry_may_also_be_named_in_the_confirmation(ledger: Ledger, pool: Pool, answer: Confirmation) -> None:
    (reservation,) = reserved(ledger, 1)
    ledger.keep(replace(answer, entry_id=reservation.entry.id))
    assert ledger.balance("labs").spent == 1


def test_keeping_the_same_again_changes_nothing(ledger: Ledger, pool: Pool, answer: Confirmation, clock: Clock) -> None:
    (reservation,) = reserved(ledger, 1)
    kept = ledger.keep(answer, reservation.entry.id)
    ledger.mark_used(INSTALLATION)
    entries = ledger.entries()
    clock.forward(days=1)
    again = ledger.keep(replace(answer, source="exchange", obtained_at=clock.time), reservation.entry.id)
    assert again == replace(kept, used_at=clock.time.replace(day=1), uses=1)
    assert ledger.entries() == entries


def test_an_entry_that_was_not_known_at_first_is_added(ledger: Ledger, pool: Pool, answer: Confirmation) -> None:
    ledger.keep(answer)
    (reservation,) = reserved(ledger, 1)
    assert ledger.keep(answer, reservation.entry.id).entry_id == reservation.entry.id
    assert ledger.confirmation(INSTALLATION) == replace(answer, entry_id=reservation.entry.id)


def test_a_second_id_for_the_same_installation_is_refused_and_nothing_is_lost(
    ledger: Ledger, pool: Pool, answer: Confirmation
) -> None:
    ledger.keep(answer)
    (reservation,) = reserved(ledger, 1)
    error = refusal(ledger.keep, replace(answer, confirmation_id="0" * 48), reservation.entry.id)
    assert error.code == "confirmation_differs"
    assert "microsoft" in str(error.cause)
    assert ledger.confirmations() == [answer]
    assert ledger.entries() == [reservation.entry]


def test_an_entry_that_does_not_exist_keeps_nothing(ledger: Ledger, answer: Confirmation) -> None:
    assert refusal(ledger.keep, answer, 17).code == "unknown_entry"
    assert ledger.confirmations() == []


def test_uses_are_counted(ledger: Ledger, answer: Confirmation, clock: Clock) -> None:
    ledger.keep(answer)
    for _turn in range(2):
        clock.forward(hours=1)
        ledger.mark_used(INSTALLATION)
    assert ledger.confirmation(INSTALLATION) == replace(answer, used_at=clock.time, uses=2)
    ledger.mark_used(ANOTHER)
    assert len(ledger.confirmations()) == 1


def test_confirmations_come_in_the_order_they_were_obtained(ledger: Ledger, answer: Confirmation, clock: Clock) -> None:
    ledger.keep(replace(answer, installation_id=ANOTHER))
    clock.forward(days=-1)
    ledger.keep(replace(answer, obtained_at=clock.time))
    assert [found.installation_id for found in ledger.confirmations()] == [INSTALLATION, ANOTHER]
