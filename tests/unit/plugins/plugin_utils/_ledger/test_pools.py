# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pools: what can be declared, what is refused, and what a stop does."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._ledger import (
    Balance,
    EntryState,
    Ledger,
    Pool,
    PoolWish,
    Stop,
)

from .demands import KEY, OTHER_KEY, Clock, demand, refusal, reserved

EXHAUSTED = Stop(code="0x67", message="The key is blocked.", at=datetime(2026, 3, 1, 9, 30, tzinfo=timezone.utc))


def test_a_new_pool_is_as_declared(ledger: Ledger, clock: Clock) -> None:
    wish = PoolWish(name="labs", limit=20, reserve=2, fingerprint=KEY, partial="AAAAA", description="Two rooms")
    pool = ledger.declare(wish)
    assert pool == Pool(
        name="labs",
        limit=20,
        reserve=2,
        fingerprint=KEY,
        partial="AAAAA",
        description="Two rooms",
        created_at=clock.time,
        updated_at=clock.time,
    )
    assert ledger.pool("labs") == pool
    assert ledger.balance("labs") == Balance(limit=20, reserve=2)


def test_the_same_wish_again_changes_nothing(ledger: Ledger, pool: Pool, clock: Clock) -> None:
    clock.forward(days=1)
    assert ledger.declare(PoolWish(name="labs", limit=3, reserve=1)) == pool
    assert ledger.declare(PoolWish(name="labs")) == pool


def test_what_is_not_wished_stays(ledger: Ledger, pool: Pool, clock: Clock) -> None:
    clock.forward(days=1)
    changed = ledger.declare(PoolWish(name="labs", description="Two rooms", extended_pid="03612-1"))
    assert (changed.limit, changed.reserve, changed.created_at) == (3, 1, pool.created_at)
    assert (changed.description, changed.extended_pid, changed.updated_at) == ("Two rooms", "03612-1", clock.time)


def test_a_dry_run_shows_the_pool_and_meets_the_refusals_but_changes_nothing(ledger: Ledger, pool: Pool) -> None:
    assert ledger.declare(PoolWish(name="labs", limit=7), dry_run=True).limit == 7
    assert ledger.declare(PoolWish(name="lobby", limit=7), dry_run=True).name == "lobby"
    assert refusal(ledger.declare, PoolWish(name="labs", limit=-7), dry_run=True).code == "bad_limit"
    ledger.remove("labs", dry_run=True)
    assert ledger.pools() == [pool]


def test_pools_come_by_name(ledger: Ledger) -> None:
    for name in ("lobby", "annexe", "labs"):
        ledger.declare(PoolWish(name=name, limit=1))
    assert [pool.name for pool in ledger.pools()] == ["annexe", "labs", "lobby"]


def test_an_unknown_pool_is_refused_with_those_that_exist(ledger: Ledger, pool: Pool) -> None:
    for call in (ledger.pool, ledger.balance, ledger.remove, ledger.resume):
        error = refusal(call, "lab")
        assert error.code == "unknown_pool"
        assert "labs" in str(error.cause)


def test_the_first_pool_is_asked_for_where_there_is_none(ledger: Ledger) -> None:
    assert "no pool" in str(refusal(ledger.pool, "labs").cause)


@pytest.mark.parametrize(
    "wish, code",
    [
        ({"name": "new"}, "bad_limit"),
        ({"name": "new", "limit": -1}, "bad_limit"),
        ({"name": "new", "limit": 5, "reserve": -1}, "bad_limit"),
        ({"name": "new", "limit": 5, "reserve": 6}, "reserve_above_limit"),
        ({"name": "labs", "limit": 0}, "reserve_above_limit"),
        ({"name": "labs", "reserve": 4}, "reserve_above_limit"),
        ({"name": "  ", "limit": 5}, "bad_pool_name"),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused_and_leaves_nothing(
    ledger: Ledger, pool: Pool, wish: dict[str, Any], code: str
) -> None:
    assert refusal(ledger.declare, PoolWish(**wish)).code == code
    assert ledger.pools() == [pool]


def test_a_limit_is_not_lowered_below_what_counts(ledger: Ledger, pool: Pool) -> None:
    first, second = reserved(ledger, 1, 2)
    ledger.settle(first.entry.id, EntryState.CONFIRMED)
    ledger.settle(second.entry.id, EntryState.UNCERTAIN)
    error = refusal(ledger.declare, PoolWish(name="labs", limit=1, reserve=0))
    assert error.code == "limit_below_spent"
    assert "1 spent, 0 reserved, 1 uncertain" in str(error.cause)
    assert ledger.declare(PoolWish(name="labs", limit=2, reserve=0)).limit == 2


def test_a_limit_that_the_truth_went_beyond_can_be_declared_again(ledger: Ledger, pool: Pool) -> None:
    ledger.declare(PoolWish(name="labs", limit=1, reserve=0))
    (first,) = reserved(ledger, 1)
    ledger.settle(first.entry.id, EntryState.RELEASED)
    (second,) = reserved(ledger, 2)
    for reservation in (first, second):
        ledger.settle(reservation.entry.id, EntryState.CONFIRMED)
    assert ledger.balance("labs").left == -1
    assert ledger.declare(PoolWish(name="labs", limit=1)).limit == 1
    assert refusal(ledger.reserve, demand(3)).code == "pool_exhausted"


def test_a_pool_belongs_to_the_key_it_was_declared_with(ledger: Ledger) -> None:
    ledger.declare(PoolWish(name="labs", limit=3, fingerprint=KEY, partial="AAAAA"))
    other = PoolWish(name="labs", fingerprint=OTHER_KEY, partial="BBBBB")
    error = refusal(ledger.declare, other)
    assert error.code == "pool_of_another_key"
    assert "AAAAA" in error.message
    assert "BBBBB" in error.message
    assert ledger.pool("labs").fingerprint == KEY


def test_a_pool_belongs_to_the_key_it_was_first_used_with(ledger: Ledger, pool: Pool) -> None:
    reserved(ledger, 1, extended_pid="03612-03310-1")
    bound = ledger.pool("labs")
    assert (bound.fingerprint, bound.partial, bound.extended_pid) == (KEY, "AAAAA", "03612-03310-1")
    stranger = demand(2, key_fingerprint=OTHER_KEY, partial="BBBBB")
    assert refusal(ledger.check, stranger).code == "pool_of_another_key"
    assert refusal(ledger.reserve, stranger).code == "pool_of_another_key"


def test_the_extended_pid_that_was_seen_first_stays(ledger: Ledger, pool: Pool) -> None:
    reserved(ledger, 1, extended_pid="first")
    reserved(ledger, 2, extended_pid="second")
    assert ledger.pool("labs").extended_pid == "first"


def test_a_pool_that_nothing_counts_against_can_be_removed(ledger: Ledger, pool: Pool) -> None:
    (reservation,) = reserved(ledger, 1)
    assert refusal(ledger.remove, "labs").code == "pool_in_use"
    ledger.settle(reservation.entry.id, EntryState.RELEASED)
    ledger.remove("labs")
    assert ledger.pools() == []
    assert [entry.state for entry in ledger.entries(pool="labs")] == [EntryState.RELEASED]


def test_a_stop_closes_every_pool_of_the_key_and_no_other(ledger: Ledger) -> None:
    for name, key in (("labs", KEY), ("lobby", KEY), ("annexe", OTHER_KEY)):
        ledger.declare(PoolWish(name=name, limit=3, fingerprint=key, partial=key[:5].upper()))
    assert ledger.stop(KEY, EXHAUSTED) == ["labs", "lobby"]
    assert [pool.stop for pool in ledger.pools()] == [None, EXHAUSTED, EXHAUSTED]
    for name in ("labs", "lobby"):
        error = refusal(ledger.reserve, demand(pool=name))
        assert error.code == "pool_stopped"
        assert "0x67" in error.message
        assert "The key is blocked." in str(error.cause)
        assert "2026-03-01 09:30" in str(error.cause)
        assert "ESU key" in str(error.cause) and "resume: true" in str(error.remedy)
    ledger.reserve(demand(pool="annexe", key_fingerprint=OTHER_KEY))


def test_a_stop_holds_for_a_pool_that_is_bound_to_the_key_later(ledger: Ledger, pool: Pool) -> None:
    assert ledger.stop(KEY, EXHAUSTED) == []
    assert refusal(ledger.check, demand()).code == "pool_stopped"
    assert refusal(ledger.reserve, demand()).code == "pool_stopped"
    assert ledger.declare(PoolWish(name="lobby", limit=1, fingerprint=KEY)).stop == EXHAUSTED


def test_the_first_reason_of_a_stop_stays(ledger: Ledger, pool: Pool) -> None:
    ledger.stop(KEY, EXHAUSTED)
    ledger.stop(KEY, Stop(code="0x7F", message="Later.", at=EXHAUSTED.at))
    reserved_after = refusal(ledger.reserve, demand())
    assert "0x67" in reserved_after.message


def test_a_stop_also_holds_for_what_was_begun_before(ledger: Ledger, pool: Pool) -> None:
    (reservation,) = reserved(ledger, 1)
    ledger.settle(reservation.entry.id, EntryState.UNCERTAIN)
    ledger.stop(KEY, EXHAUSTED)
    assert refusal(ledger.reserve, demand(1)).code == "pool_stopped"


def test_resuming_one_pool_resumes_the_key(ledger: Ledger) -> None:
    for name in ("labs", "lobby"):
        ledger.declare(PoolWish(name=name, limit=3, fingerprint=KEY))
    ledger.stop(KEY, EXHAUSTED)
    ledger.resume("lobby")
    ledger.resume("lobby")
    assert [pool.stop for pool in ledger.pools()] == [None, None]
    assert not ledger.reserve(demand()).taken_over
