# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Entries: what is reserved, what counts after which settlement, and how they are found again."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._errors import Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._ledger import (
    Balance,
    Entry,
    EntryState,
    Ledger,
    MachineIdentity,
    Method,
    Pool,
    PoolWish,
)

from .demands import DEMAND, KEY, OTHER_KEY, Clock, demand, refusal, reserved

CONFIRMED, RELEASED = EntryState.CONFIRMED, EntryState.RELEASED
RESERVED, UNCERTAIN = EntryState.RESERVED, EntryState.UNCERTAIN


def test_a_reservation_holds_everything_that_was_said(ledger: Ledger, pool: Pool, clock: Clock) -> None:
    asked = demand(
        method=Method.PROXY, reason="hardware_change", justification="New board", user="ops", partial="AAAAA"
    )
    reservation = ledger.reserve(asked)
    assert not reservation.taken_over
    assert reservation.entry == Entry(
        id=reservation.entry.id,
        pool="labs",
        state=RESERVED,
        method=Method.PROXY,
        machine=asked.machine,
        product_id="product-1",
        fingerprint=KEY,
        partial="AAAAA",
        installation_id=None,
        extended_pid=None,
        reason="hardware_change",
        justification="New board",
        user="ops",
        code=None,
        attempts=1,
        from_reserve=False,
        reserved_at=clock.time,
        held_at=clock.time,
        settled_at=None,
    )
    assert ledger.entries() == [reservation.entry]


def test_everything_but_what_was_released_counts(ledger: Ledger) -> None:
    ledger.declare(PoolWish(name="labs", limit=10, reserve=2))
    reservations = reserved(ledger, 1, 2, 3, 4)
    for reservation, state in zip(reservations, (CONFIRMED, RELEASED, UNCERTAIN), strict=False):
        ledger.settle(reservation.entry.id, state)
    balance = ledger.balance("labs")
    assert balance == Balance(limit=10, reserve=2, spent=1, reserved=1, uncertain=1)
    assert (balance.left, balance.available) == (7, 5)


def test_ordinary_activations_leave_the_reserve_alone(ledger: Ledger, pool: Pool) -> None:
    reserved(ledger, 1, 2)
    error = refusal(ledger.reserve, demand(3))
    assert error.code == "pool_exhausted"
    assert "use_reserve" in str(error.remedy)
    assert "2 reserved" in str(error.cause)
    (last,) = reserved(ledger, 3, use_reserve=True)
    assert last.entry.from_reserve
    error = refusal(ledger.reserve, demand(4, use_reserve=True))
    assert error.code == "pool_exhausted"
    assert "use_reserve" not in str(error.remedy)


def test_who_may_use_the_reserve_takes_ordinary_ones_first(ledger: Ledger, pool: Pool) -> None:
    first, second, third = reserved(ledger, 1, 2, 3, use_reserve=True)
    assert [entry.from_reserve for entry in (first.entry, second.entry, third.entry)] == [False, False, True]


def test_checking_raises_what_reserving_would_and_changes_nothing(ledger: Ledger, pool: Pool) -> None:
    assert ledger.check(demand(1)) == Balance(limit=3, reserve=1)
    assert ledger.pool("labs") == pool
    reserved(ledger, 1, 2)
    for asked in (demand(1), demand(3), demand(3, pool="lab"), demand(3, key_fingerprint=OTHER_KEY)):
        before = ledger.entries()
        codes = {refusal(call, asked).code for call in (ledger.check, ledger.reserve)}
        assert len(codes) == 1
        assert ledger.entries() == before


def test_a_machine_that_cannot_be_known_again_is_refused(ledger: Ledger, pool: Pool) -> None:
    nobody = demand(1, pool="labs").__class__(**{**vars(DEMAND), "machine": MachineIdentity(name="pc1")})
    assert refusal(ledger.reserve, nobody).code == "bad_machine"
    assert refusal(ledger.check, nobody).code == "bad_machine"


def test_one_of_the_two_ids_is_enough(ledger: Ledger, pool: Pool) -> None:
    known = {**vars(DEMAND), "machine": MachineIdentity(name="pc1", bios_uuid="B105-1")}
    first = ledger.reserve(type(DEMAND)(**known))
    ledger.settle(first.entry.id, UNCERTAIN)
    assert ledger.reserve(type(DEMAND)(**known)).entry.id == first.entry.id


def test_a_settled_entry_is_history_and_a_new_attempt_is_a_new_entry(ledger: Ledger, pool: Pool) -> None:
    for state in (RELEASED, CONFIRMED):
        (reservation,) = reserved(ledger, 1)
        ledger.settle(reservation.entry.id, state)
    assert [entry.attempts for entry in ledger.entries()] == [1, 1]


# What each settlement makes of each state: confirmed is the last word, released can be taken back.
OUTCOMES = {
    (RESERVED, CONFIRMED): CONFIRMED,
    (RESERVED, RELEASED): RELEASED,
    (RESERVED, UNCERTAIN): UNCERTAIN,
    (UNCERTAIN, CONFIRMED): CONFIRMED,
    (UNCERTAIN, RELEASED): RELEASED,
    (UNCERTAIN, UNCERTAIN): UNCERTAIN,
    (RELEASED, CONFIRMED): CONFIRMED,
    (RELEASED, RELEASED): RELEASED,
    (RELEASED, UNCERTAIN): UNCERTAIN,
    (CONFIRMED, CONFIRMED): CONFIRMED,
    (CONFIRMED, RELEASED): CONFIRMED,
    (CONFIRMED, UNCERTAIN): CONFIRMED,
}


@pytest.mark.parametrize("was, said", OUTCOMES)
def test_settling(ledger: Ledger, pool: Pool, clock: Clock, was: EntryState, said: EntryState) -> None:
    (reservation,) = reserved(ledger, 1)
    number = reservation.entry.id
    before = reservation.entry if was is RESERVED else ledger.settle(number, was, "before")
    clock.forward(minutes=5)
    after = ledger.settle(number, said, "after")
    assert after.state is OUTCOMES[was, said]
    if after.state is was:
        assert after == before
    else:
        assert (after.code, after.settled_at) == ("after", clock.time)
    assert ledger.settle(number, said, "once more") == after


def test_what_was_released_stays_so_where_a_later_attempt_counts_for_it(ledger: Ledger, pool: Pool) -> None:
    (first,) = reserved(ledger, 1)
    ledger.settle(first.entry.id, RELEASED)
    reserved(ledger, 1)
    assert ledger.settle(first.entry.id, UNCERTAIN).state is RELEASED
    assert ledger.settle(first.entry.id, CONFIRMED).state is CONFIRMED


@pytest.mark.parametrize("said", [UNCERTAIN, CONFIRMED])
def test_an_entry_of_a_removed_pool_that_counts_again_brings_the_pool_back(
    ledger: Ledger, pool: Pool, location: str, said: EntryState
) -> None:
    (reservation,) = reserved(ledger, 1)
    ledger.settle(reservation.entry.id, RELEASED)
    ledger.remove(pool.name)
    assert ledger.settle(reservation.entry.id, said).state is said
    with Ledger.open(location) as again:
        found, balance = again.pool(pool.name), again.balance(pool.name)
    assert (found.limit, found.fingerprint, balance.counted) == (0, DEMAND.key_fingerprint, 1)
    assert refusal(lambda: ledger.remove(pool.name)).code == "pool_in_use"
    assert ledger.declare(PoolWish(name=pool.name, limit=5)).limit == 5


def test_an_entry_of_a_removed_pool_that_stays_released_leaves_it_removed(ledger: Ledger, pool: Pool) -> None:
    (reservation,) = reserved(ledger, 1)
    ledger.settle(reservation.entry.id, RELEASED)
    ledger.remove(pool.name)
    ledger.settle(reservation.entry.id, RELEASED)
    assert ledger.pools() == []


def test_an_outcome_is_needed_to_settle(ledger: Ledger, pool: Pool) -> None:
    (reservation,) = reserved(ledger, 1)
    with pytest.raises(ValueError, match="outcome"):
        ledger.settle(reservation.entry.id, RESERVED)


def test_an_entry_of_another_ledger_is_refused(ledger: Ledger) -> None:
    for call in (lambda: ledger.settle(17, CONFIRMED), lambda: ledger.is_live(17)):
        assert refusal(call).code == "unknown_entry"


def test_entries_are_found_by_what_is_asked(ledger: Ledger, pool: Pool) -> None:
    ledger.declare(PoolWish(name="lobby", limit=3))
    first, second = reserved(ledger, 1, 2)
    (third,) = reserved(ledger, 2, pool="lobby", key_fingerprint=OTHER_KEY)
    ledger.settle(first.entry.id, CONFIRMED)

    def found(**asked: Any) -> list[int]:
        return [entry.id for entry in ledger.entries(**asked)]

    assert found() == [first.entry.id, second.entry.id, third.entry.id]
    assert found(pool="lobby") == [third.entry.id]
    assert found(machine_name="PC2") == [second.entry.id, third.entry.id]
    assert found(states=[RESERVED], pool="labs") == [second.entry.id]
    assert found(states=[]) == []


def test_open_entries_are_those_of_this_image_on_this_board(ledger: Ledger) -> None:
    ledger.declare(PoolWish(name="labs", limit=9))
    ids: list[tuple[str | None, str | None]] = [("i1", "b1"), ("i2", "b1"), (None, "b1"), ("i1", None)]
    for image, board in ids:
        machine = MachineIdentity(name="pc1", client_machine_id=image, bios_uuid=board)
        ledger.reserve(type(DEMAND)(**{**vars(DEMAND), "machine": machine}))

    def found(image: str | None, board: str | None) -> list[tuple[str | None, str | None]]:
        asked = MachineIdentity(name="other", client_machine_id=image, bios_uuid=board)
        return [(entry.machine.client_machine_id, entry.machine.bios_uuid) for entry in ledger.open_entries(asked)]

    assert found("I1", "B1") == [("i1", "b1"), (None, "b1"), ("i1", None)]
    assert found("i2", "b1") == [("i2", "b1"), (None, "b1")]
    assert found(None, "b1") == [("i1", "b1"), ("i2", "b1"), (None, "b1")]
    assert found("i3", "b3") == []
    assert found(None, None) == []


def test_settled_entries_are_not_open(ledger: Ledger, pool: Pool) -> None:
    (reservation,) = reserved(ledger, 1)
    ledger.settle(reservation.entry.id, CONFIRMED)
    assert ledger.open_entries(DEMAND.machine) == []
    assert ledger.has_confirmed("labs", "PC1")
    assert not ledger.has_confirmed("labs", "pc2")
    assert not ledger.has_confirmed("lobby", "pc1")


def test_tallies_count_what_counts(ledger: Ledger) -> None:
    for name, key in (("labs", KEY), ("lobby", OTHER_KEY)):
        ledger.declare(PoolWish(name=name, limit=9, fingerprint=key))
    first, second, third = reserved(ledger, 1, 2, 3)
    (fourth,) = reserved(ledger, 1, product_id="product-2", reason="hardware_change")
    reserved(ledger, 1, pool="lobby", key_fingerprint=OTHER_KEY)
    ledger.settle(first.entry.id, CONFIRMED)
    ledger.settle(second.entry.id, RELEASED)
    ledger.settle(third.entry.id, UNCERTAIN)
    assert ledger.by_machine("labs") == [("pc1", 1, 1), ("pc3", 0, 1)]
    assert ledger.by_reason("labs") == [("first_activation", 1, 1), ("hardware_change", 0, 1)]
    assert ledger.by_machine() == [("pc1", 1, 2), ("pc3", 0, 1)]


def test_no_sequence_of_calls_overspends(ledger: Ledger, pool: Pool) -> None:
    """Every order of four machines' steps, one after the other: what is counted never exceeds the limit."""
    for machines in itertools.permutations((1, 2, 3, 4)):
        for number, state in zip(machines, (CONFIRMED, RELEASED, UNCERTAIN, None), strict=True):
            try:
                (reservation,) = reserved(ledger, number)
            except Refusal as error:
                assert error.code in {"pool_exhausted", "activation_in_progress"}
            else:
                if state:
                    ledger.settle(reservation.entry.id, state)
            balance = ledger.balance("labs")
            assert balance.counted <= 2
            assert balance.available >= 0
