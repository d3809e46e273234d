# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A budget holds: with as many workers at once as Ansible ever forks, and with workers killed at any point."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._simulator import Fleet, FleetServer

WORKERS, BUDGET = 64, 20
ROUNDS, MACHINES, LIMIT = 60, 6, 3
LANES = 10
"""Rounds at once, for they wait more than they work; each lane has one more round, in which nobody is killed."""
AT_MICROSOFT = 1000
LIMIT_SECONDS = 1200
LICENCE = {"system": "windows_11_enterprise", "channel": "mak", "status": "notification"}
TROUBLES = {
    # By the machine's number in its round: one loses a request, two go on working when whoever asked is gone.
    0: [{"on": "Activate", "do": "drop_before", "times": 1}],
    1: [{"on": "Activate", "do": "delay", "seconds": 0.4, "times": 0}],
    2: [{"on": "Activate", "do": "delay", "seconds": 0.8, "times": 0}],
}
KEYS = "BCDFGHJKMPQRTVWXY2346789"


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where the ledger is: in a file, or on a server."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres_url"))
    return str(tmp_path / "ledger.sqlite")


def _key(number: int) -> str:
    digits = "".join(KEYS[number // len(KEYS) ** place % len(KEYS)] for place in range(5))
    return f"MMMMM-KKKKK-BBBBB-CCCCC-{digits}"


@contextmanager
def _served(
    rounds: int, machines: int, limit: int, troubles: Mapping[int, list[dict[str, Any]]]
) -> Iterator[tuple[Fleet, list[dict[str, Any]]]]:
    """Serve the machines of all rounds; Microsoft would grant far more than the pools do."""
    names = {number: [f"round-{number}-machine-{index}" for index in range(machines)] for number in range(rounds)}
    described = {
        name: {**LICENCE, "product_key": _key(number), "faults": troubles.get(index, [])}
        for number in names
        for index, name in enumerate(names[number])
    }
    maks = {_key(number): {"remaining": AT_MICROSOFT} for number in names}
    fleet = Fleet.from_description({"machines": described, "world": {"microsoft": {"maks": maks}}})
    with FleetServer(fleet) as server:
        variables = server.host_variables()
        yield (
            fleet,
            [
                {"key": _key(number), "limit": limit, "machines": {name: variables[name] for name in names[number]}}
                for number in names
            ],
        )


def _done(tree: Path, job: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Let the process of its own do a job, and return what it told."""
    checkout = tree / "ansible_collections" / "volume" / "activation"
    run = subprocess.run(
        [sys.executable, "-m", "ansible_collections.volume.activation.tests.end_to_end.killed_workers"],
        input=json.dumps(job),
        env={**os.environ, "PYTHONPATH": str(tree)},
        cwd=checkout,
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return [json.loads(line) for line in run.stdout.splitlines()]


def _spent(fleet: Fleet) -> list[int]:
    """Return how many activations Microsoft counted, a number for each key."""
    return [mak["spent"] for mak in fleet.world.describe()["microsoft"]["maks"].values()]


def test_64_workers_spend_exactly_what_the_pool_allows(ledger_url: str, collections_path: Path) -> None:
    with _served(1, WORKERS, BUDGET, {}) as (fleet, rounds):
        (told,) = _done(collections_path, {"kind": "once", "ledger": ledger_url, "rounds": rounds})
        assert _spent(fleet) == [BUDGET]
    after = told["after"]
    assert after["ended"] == {"licensed": BUDGET, "refused": WORKERS - BUDGET}
    assert (after["spent"], after["open"]) == (BUDGET, 0)
    assert sorted(name for name, _state in after["entries"].values()) == after["licensed"]


def test_workers_killed_at_any_point_never_overspend_and_lose_no_reservation(
    ledger_url: str, collections_path: Path
) -> None:
    seed = random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}")
    job = {"kind": "kill", "ledger": ledger_url, "seed": seed, "lanes": LANES}
    with _served(ROUNDS + LANES, MACHINES, LIMIT, TROUBLES) as (fleet, rounds):
        told = _done(collections_path, {**job, "rounds": rounds})
        spent = _spent(fleet)
    assert sorted(row["round"] for row in told) == list(range(ROUNDS + LANES))
    for row in told:
        _check_round(row, spent[row["round"]])
    _see_that_it_was_worth_it(told)


def _check_round(row: dict[str, Any], at_microsoft: int) -> None:
    killed, again, after = row["killed"], row["again"], row["after"]
    assert "failed" not in killed["ended"] and "failed" not in again["ended"], row
    # What was reserved is still there in every later stage, under its number and for its machine.
    for earlier, later in ((killed, again), (again, after)):
        assert {number: name for number, (name, _state) in earlier["entries"].items()}.items() <= {
            number: name for number, (name, _state) in later["entries"].items()
        }.items(), row
    assert at_microsoft <= LIMIT, row
    assert (after["spent"], after["open"]) == (at_microsoft, 0), row
    confirmed = sorted(name for name, state in after["entries"].values() if state == "confirmed")
    assert set(again["licensed"]) <= set(confirmed), row
    assert len(confirmed) == len(set(confirmed)) == at_microsoft, row


def _see_that_it_was_worth_it(told: list[dict[str, Any]]) -> None:
    """See that the kills hit workers, and hit them while they held a reservation."""
    kills = sum(row["killed"]["ended"].get("killed", 0) for row in told)
    left_open = sum(row["killed"]["open"] for row in told)
    states = Counter(state for row in told for _name, state in row["after"]["entries"].values())
    print(f"{kills} workers killed, {left_open} of them with a reservation in hand; in the end {dict(states)}")
    assert kills > ROUNDS // 2
    assert left_open > ROUNDS // 20
    assert states["confirmed"] > ROUNDS and states["released"] > ROUNDS // 20
