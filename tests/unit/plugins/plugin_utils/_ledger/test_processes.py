# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many processes at once: a budget holds, an opening race has no loser, and a killed process leaves a usable ledger."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._ledger import EntryState, Ledger, Pool, PoolWish
from ansible_collections.volume.activation.plugins.plugin_utils._ledger.migrations import CURRENT

from .demands import demand, engine, run_processes


@pytest.mark.parametrize("task", ["reserve", "reserve_together"])
def test_sixty_four_processes_get_what_a_pool_of_twenty_has(location: str, task: str) -> None:
    with Ledger.open(location) as ledger:
        ledger.declare(PoolWish(name="labs", limit=20))
        assert Counter(run_processes(task, location, 64)) == {"done": 20, "pool_exhausted": 44}
        assert ledger.balance("labs").reserved == 20
        assert len(ledger.entries(pool="labs")) == 20


def test_a_reserve_is_left_alone_by_a_crowd(location: str) -> None:
    with Ledger.open(location) as ledger:
        ledger.declare(PoolWish(name="labs", limit=8, reserve=3))
        assert Counter(run_processes("reserve", location, 16)) == {"done": 5, "pool_exhausted": 11}
        assert not any(entry.from_reserve for entry in ledger.entries())


def test_of_many_on_one_machine_one_at_a_time_pays(location: str) -> None:
    with Ledger.open(location) as ledger:
        ledger.declare(PoolWish(name="labs", limit=20))
        words = Counter(run_processes("reserve", location, 16, number=1))
        # Whoever comes after another has ended takes over; whoever comes before is told to wait.
        assert words["done"] >= 1
        assert words["done"] + words["activation_in_progress"] == 16
        (entry,) = ledger.entries()
        assert entry.attempts == words["done"]


def test_any_number_of_processes_may_open_a_new_ledger_at_once(location: str) -> None:
    assert Counter(run_processes("only_open", location, 64)) == {"done": 64}
    with engine(location).connect() as connection:
        (row,) = connection.exec_driver_sql("SELECT schema_version, simulated_by FROM volume_activation")
    assert tuple(row) == (CURRENT, None)


def test_a_transaction_that_is_killed_in_the_middle_leaves_nothing(location: str) -> None:
    with Ledger.open(location) as ledger:
        before = ledger.declare(PoolWish(name="labs", limit=20))
        assert run_processes("die_inside", location, 4) == ["killed"] * 4
        assert ledger.entries() == []
        assert ledger.pool("labs") == before
        assert not ledger.reserve(demand()).taken_over


def test_processes_killed_at_any_moment_overspend_nothing_and_lose_nothing(location: str) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    with Ledger.open(location) as ledger:
        ledger.declare(PoolWish(name="labs", limit=100))
        for turn in range(5):
            words = run_processes("activate", location, 6, seed=seed + turn, within=0.4)
            assert set(words) <= {"killed", "pool_exhausted"}
            assert ledger.balance("labs").left >= 0
        left_open = ledger.entries(states=[EntryState.RESERVED])
        assert not any(ledger.is_live(entry.id) for entry in left_open)
        for entry in left_open:
            ledger.settle(entry.id, EntryState.RELEASED)
        balance = ledger.balance("labs")
        assert balance.spent == balance.counted == len(ledger.entries(states=[EntryState.CONFIRMED]))


def test_a_ledger_is_whole_for_whoever_forks(ledger: Ledger, pool: Pool, location: str) -> None:
    run_processes("reserve", location, 1)
    assert ledger.balance(pool.name).reserved == 1
