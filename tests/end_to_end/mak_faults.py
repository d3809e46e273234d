# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults of machines, of keys and of the service around a counted activation, and what must hold after each of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .ledger_helpers import TwoCounts, keys_of, mak_task
from .playbook_runs import Playground, Run

Serve = Callable[..., Playground]

TIMEOUT = "0x80072EE2"
EXHAUSTED, BLOCKED = "0xC004C020", "0xC004C003"
WISH = {"wait_seconds": 0, "retries": 1, "retry_delay": 1}


@dataclass(frozen=True)
class Outcome:
    """What the first run has to come to: its code (None: well), the entry, and what Microsoft has counted."""

    code: str | None = None
    entry: str | None = "confirmed"
    spent: int = 1


@dataclass(frozen=True)
class Fault:
    """Rules of a machine, and the outcome of the first run on it."""

    rules: tuple[Mapping[str, Any], ...]
    first: Outcome
    lasts: bool = False
    """It strikes every time, until somebody mends the machine."""
    mak: Mapping[str, Any] | None = None


def once(do: str, outcome: Outcome, **more: Any) -> Fault:
    """Return a fault that strikes once."""
    return Fault(({"do": do, **more},), outcome)


def always(do: str, outcome: Outcome, **more: Any) -> Fault:
    """Return a fault that strikes until somebody mends the machine."""
    return Fault(({"do": do, "times": 0, **more},), outcome, lasts=True)


WELL = Outcome()


def target(fault: Fault | None, key: str, method: str) -> dict[str, Any]:
    """Return a machine that has its key in it, is to be licensed, and whose fault strikes at the method."""
    rules = [{"on": method, **rule} for rule in fault.rules] if fault else []
    given = {"system": "server_2022_standard", "channel": "mak", "product_key": key, "status": "notification"}
    return {**given, "internet": method == "Activate", "faults": rules}


def faulty_fleet(faults: Mapping[str, Fault], method: str, *, mended: bool) -> dict[str, Any]:
    """Return the fleet with its faults, or as it is once somebody has mended the machines and bought activations."""
    keys = keys_of(faults)
    maks = {
        name: {"key": keys[name], "remaining": 5, **({} if mended else fault.mak or {})}
        for name, fault in faults.items()
    }
    machines = {name: target(None if mended else fault, keys[name], method) for name, fault in faults.items()}
    return {"machines": machines, "world": {"microsoft": {"maks": maks}}}


def told(run: Run, faults: Mapping[str, Fault]) -> dict[str, str | None]:
    """Return each machine's code; None: it went well."""
    return {name: run.result(name).get("code") for name in faults}


def entries(books: TwoCounts, faults: Mapping[str, Fault]) -> dict[str, list[str]]:
    """Return the states of each machine's entries, in the order they were made."""
    return {name: [row.state.value for row in books.entries(name)] for name in faults}


def spent(books: TwoCounts, faults: Mapping[str, Fault]) -> dict[str, int]:
    """Return what Microsoft has counted for each machine's key."""
    return {name: books.spent(name) for name in faults}


def assert_never_below(books: TwoCounts, faults: Mapping[str, Fault]) -> None:
    """The ledger counts at least what Microsoft counts."""
    counted = {name: books.counted(name) for name in faults}
    assert {name: (books.spent(name), counted[name]) for name in faults if books.spent(name) > counted[name]} == {}


def licensed(books: TwoCounts, name: str) -> bool:
    """Return whether the machine is licensed, whatever anybody was told."""
    return bool(books.ground.fleet.machines[name].describe()["primary"]["status"] == "licensed")


def is_well(result: Mapping[str, Any]) -> bool:
    """Return whether a task has told of no failure."""
    return "code" not in result


def assert_no_false_success(run: Run, books: TwoCounts, faults: Mapping[str, Fault]) -> None:
    """Who was told that all is well has a licensed machine, and everybody else is told what helps."""
    succeeded = {name for name in faults if is_well(run.result(name))}
    assert {name for name in succeeded if not licensed(books, name)} == set()
    for name in set(faults) - succeeded:
        assert run.result(name)["msg"], name
        assert run.result(name)["remedy"], name


def one_at_a_time() -> list[dict[str, Any]]:
    """Return the task for plays whose later machines go on after a failure of the earlier ones."""
    return [{**mak_task("mak"), "ignore_errors": True}]
