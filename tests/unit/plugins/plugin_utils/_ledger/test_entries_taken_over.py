# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Entries that are open already: who holds them, who takes over from whom, and which machine they are of."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillWaiting
from datetime import timedelta
from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._ledger import (
    Entry,
    EntryState,
    Ledger,
    MachineIdentity,
    Method,
    Pool,
    PoolWish,
    entries,
)

from .demands import DEMAND, KEY, OTHER_KEY, Clock, demand, refusal, reserved, run_processes, stay

CONFIRMED, RELEASED = EntryState.CONFIRMED, EntryState.RELEASED
RESERVED, UNCERTAIN = EntryState.RESERVED, EntryState.UNCERTAIN


@pytest.fixture
def abandoned(ledger: Ledger, pool: Pool, location: str) -> Entry:
    """An entry of pc1 whose owner is dead."""
    assert run_processes("reserve", location, 1, number=1) == ["done"]
    (entry,) = ledger.entries()
    return entry


@pytest.fixture
def busy(ledger: Ledger, pool: Pool, location: str) -> Iterator[Entry]:
    """An entry of pc1 whose owner is another process that lives."""
    process = stay(location)
    (entry,) = ledger.entries()
    yield entry
    process.communicate()


def test_who_comes_after_a_dead_process_takes_over_and_pays_once(
    ledger: Ledger, abandoned: Entry, clock: Clock
) -> None:
    clock.forward(minutes=1)
    assert not ledger.is_live(abandoned.id)
    assert ledger.check(demand(1)).reserved == 1
    (again,) = reserved(ledger, 1, method=Method.PROXY, installation_id="1" * 63, user="ops")
    assert again.taken_over
    assert (again.entry.id, again.entry.attempts, again.entry.method) == (abandoned.id, 2, Method.PROXY)
    assert (again.entry.installation_id, again.entry.user) == ("1" * 63, "ops")
    assert (again.entry.reserved_at, again.entry.held_at) == (abandoned.reserved_at, clock.time)
    assert ledger.balance("labs").counted == 1


def test_who_comes_while_another_is_at_it_is_told_to_wait(ledger: Ledger, busy: Entry) -> None:
    assert ledger.is_live(busy.id)
    error = refusal(ledger.reserve, demand(1))
    assert error.code == "activation_in_progress"
    assert "pc1" in error.message
    assert ledger.entries() == [busy]


def test_what_another_living_process_holds_is_not_released_by_others(ledger: Ledger, busy: Entry) -> None:
    assert ledger.settle(busy.id, RELEASED) == busy
    assert ledger.settle(busy.id, UNCERTAIN) == busy
    assert ledger.settle(busy.id, CONFIRMED).state is CONFIRMED


def test_a_full_pool_is_no_obstacle_to_taking_over(ledger: Ledger, abandoned: Entry) -> None:
    ledger.declare(PoolWish(name="labs", limit=1, reserve=0))
    assert refusal(ledger.reserve, demand(2)).code == "pool_exhausted"
    assert ledger.reserve(demand(1)).taken_over


def test_an_uncertain_entry_is_taken_over_by_anybody(ledger: Ledger, pool: Pool) -> None:
    (first,) = reserved(ledger, 1)
    ledger.settle(first.entry.id, UNCERTAIN, "0xC004C020")
    (again,) = reserved(ledger, 1)
    assert again.taken_over
    assert (again.entry.state, again.entry.code, again.entry.settled_at) == (RESERVED, None, None)


@pytest.mark.parametrize(
    "difference",
    [
        {"product_id": "product-2"},
        {"machine": MachineIdentity(name="pc1", client_machine_id="c0ffee-2", bios_uuid="B105-1")},
        {"machine": MachineIdentity(name="pc1", client_machine_id="c0ffee-1", bios_uuid="B105-2")},
        {"machine": MachineIdentity(name="pc1", client_machine_id="c0ffee-1")},
        {"pool": "lobby", "key_fingerprint": OTHER_KEY},
    ],
)
def test_another_product_image_board_or_key_is_another_activation(
    ledger: Ledger, pool: Pool, difference: dict[str, Any]
) -> None:
    ledger.declare(PoolWish(name="lobby", limit=1))
    reserved(ledger, 1)
    other = type(DEMAND)(**{**vars(DEMAND), **difference})
    assert not ledger.reserve(other).taken_over
    assert len(ledger.entries()) == 2


def test_spelling_and_name_do_not_make_another_machine(ledger: Ledger, pool: Pool) -> None:
    (first,) = reserved(ledger, 1)
    ledger.settle(first.entry.id, UNCERTAIN)
    machine = MachineIdentity(name="renamed", client_machine_id="C0FFEE-1", bios_uuid="b105-1")
    again = ledger.reserve(type(DEMAND)(**{**vars(DEMAND), "machine": machine, "product_id": "PRODUCT-1"}))
    assert again.taken_over
    assert again.entry.machine.name == "renamed"


def test_pools_of_one_key_share_what_is_open_on_a_machine(ledger: Ledger, pool: Pool) -> None:
    ledger.declare(PoolWish(name="lobby", limit=3, fingerprint=KEY))
    (first,) = reserved(ledger, 1)
    ledger.settle(first.entry.id, UNCERTAIN)
    (again,) = reserved(ledger, 1, pool="lobby")
    assert again.entry.pool == "labs"
    assert ledger.balance("lobby").counted == 0


def test_two_pools_of_one_key_do_not_pay_for_one_machine_at_the_same_moment(ledger: Ledger, pool: Pool) -> None:
    ledger.declare(PoolWish(name="lobby", limit=3, fingerprint=KEY))
    with ThreadPoolExecutor(1) as other:
        with ledger._database.writing() as connection:
            entries.reserve(connection, demand(1), ledger._moment())
            waiting = other.submit(refusal, ledger.reserve, demand(1, pool="lobby"))
            with pytest.raises(StillWaiting):
                waiting.result(timeout=0.3)
        assert waiting.result(timeout=30).code == "activation_in_progress"
    assert [entry.pool for entry in ledger.entries()] == ["labs"]


def test_an_export_is_held_by_nobody(ledger: Ledger, pool: Pool) -> None:
    (first,) = reserved(ledger, 1, method=Method.EXCHANGE)
    assert not ledger.is_live(first.entry.id)
    (again,) = reserved(ledger, 1, method=Method.EXCHANGE)
    assert again.taken_over
    assert ledger.settle(again.entry.id, RELEASED).state is RELEASED


class TestHolders:
    """Who holds an entry, where that cannot be seen, and where it can."""

    @pytest.fixture
    def elsewhere(self, ledger: Ledger, pool: Pool, monkeypatch: pytest.MonkeyPatch) -> Entry:
        """An entry that another controller reserved a moment ago."""
        with monkeypatch.context() as patch:
            patch.setattr(f"{Ledger.__module__.rpartition('.')[0]}.reservation_owner._boot", lambda: "another-boot")
            return ledger.reserve(demand(1)).entry

    def test_another_controller_counts_as_alive_until_the_lease_is_over(
        self, ledger: Ledger, elsewhere: Entry, clock: Clock
    ) -> None:
        clock.forward(minutes=14, seconds=59)
        assert ledger.is_live(elsewhere.id)
        assert refusal(ledger.reserve, demand(1)).code == "activation_in_progress"
        assert ledger.settle(elsewhere.id, RELEASED).state is RESERVED
        clock.forward(seconds=1)
        assert not ledger.is_live(elsewhere.id)
        assert ledger.reserve(demand(1)).taken_over

    def test_taking_over_begins_a_lease_of_its_own(
        self, ledger: Ledger, elsewhere: Entry, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        clock.forward(hours=1)
        with monkeypatch.context() as patch:
            patch.setattr(f"{Ledger.__module__.rpartition('.')[0]}.reservation_owner._boot", lambda: "a-third-boot")
            assert ledger.reserve(demand(1)).taken_over
        assert ledger.is_live(elsewhere.id)

    def test_the_lease_is_what_the_ledger_was_opened_with(
        self, ledger: Ledger, elsewhere: Entry, clock: Clock, location: str
    ) -> None:
        clock.forward(minutes=2)
        assert not Ledger.open(location, now=clock, lease=timedelta(minutes=1)).is_live(elsewhere.id)

    def test_a_clock_that_was_set_back_does_not_prolong_the_lease(
        self, ledger: Ledger, elsewhere: Entry, clock: Clock
    ) -> None:
        clock.forward(hours=-1)
        assert not ledger.is_live(elsewhere.id)
        again = ledger.reserve(demand(1))
        assert (again.taken_over, again.idle) == (True, 0.0)
        assert again.entry.held_at == clock.time

    def test_a_controller_whose_clock_is_a_little_ahead_holds_its_entry(
        self, ledger: Ledger, elsewhere: Entry, clock: Clock
    ) -> None:
        clock.forward(seconds=-30)
        assert ledger.is_live(elsewhere.id)
        assert refusal(ledger.reserve, demand(1)).code == "activation_in_progress"

    def test_on_the_owner_s_host_its_process_decides_and_not_the_clock(
        self, ledger: Ledger, busy: Entry, clock: Clock
    ) -> None:
        for hours in (-1000, 2000):
            clock.forward(hours=hours)
            assert ledger.is_live(busy.id)
            assert refusal(ledger.reserve, demand(1)).code == "activation_in_progress"

    @pytest.mark.parametrize("hours", [-24 * 365, -1, 0])
    def test_after_a_dead_process_the_machine_is_watched_from_the_start_and_no_longer(
        self, ledger: Ledger, abandoned: Entry, clock: Clock, hours: int
    ) -> None:
        clock.time = abandoned.held_at
        clock.forward(hours=hours)
        assert ledger.reserve(demand(1)).idle == 0.0

    def test_a_lease_does_not_make_the_dead_live(self, ledger: Ledger, abandoned: Entry) -> None:
        assert not ledger.is_live(abandoned.id)

    def test_the_living_need_no_lease(self, ledger: Ledger, pool: Pool, clock: Clock) -> None:
        (reservation,) = reserved(ledger, 1)
        clock.forward(days=3)
        assert ledger.is_live(reservation.entry.id)


def test_another_installation_id_is_counted_apart_from_what_the_earlier_one_may_have_cost(
    ledger: Ledger, pool: Pool
) -> None:
    first = ledger.reserve(demand(1, installation_id="1" * 63)).entry
    ledger.settle(first.id, UNCERTAIN, "0x80072EE2")
    second = ledger.reserve(demand(1, installation_id="2" * 63))
    assert not second.taken_over
    assert ledger.balance(pool.name).counted == 2
    assert {entry.installation_id for entry in ledger.entries()} == {"1" * 63, "2" * 63}


def test_an_attempt_that_did_not_know_its_installation_id_yet_is_taken_over_by_one_that_does(
    ledger: Ledger, pool: Pool
) -> None:
    first = ledger.reserve(demand(1)).entry
    ledger.settle(first.id, UNCERTAIN)
    again = ledger.reserve(demand(1, installation_id="1" * 63))
    assert again.taken_over and again.entry.id == first.id
    assert ledger.balance(pool.name).counted == 1
