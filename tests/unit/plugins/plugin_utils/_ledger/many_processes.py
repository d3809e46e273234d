# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many processes on one ledger: a program that forks them, lets them loose together and says how each of them ended.

It runs outside pytest, whose threads do not go well with forks, and without Ansible's collection loader.
"""

from __future__ import annotations

import importlib
import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[5]))

from plugins.plugin_utils._errors import Refusal  # type: ignore[import-not-found]
from plugins.plugin_utils._ledger import (  # type: ignore[import-not-found]
    Demand,
    EntryState,
    Ledger,
    MachineIdentity,
    Method,
    entries,
)
from plugins.plugin_utils._ledger.schema import schema  # type: ignore[import-not-found]

# What every child would import again, each for itself.
for library in ("sqlalchemy.dialects.sqlite", "sqlalchemy.dialects.postgresql.psycopg", "psycopg"):
    with suppress(ImportError):
        importlib.import_module(library)
schema()

Task = Callable[[dict[str, Any], int], object]


def demand(job: dict[str, Any], number: int) -> Any:
    """Return what machine `number` demands, as budget.py has it."""
    return Demand(
        pool="labs",
        key_fingerprint="a" * 64,
        partial="AAAAA",
        machine=MachineIdentity(name=f"pc{number}", client_machine_id=f"c0ffee-{number}", bios_uuid=f"B105-{number}"),
        product_id="product-1",
        method=Method.ONLINE,
        reason="first_activation",
    )


def reserve(job: dict[str, Any], number: int) -> None:
    """Reserve once, each for a machine of its own; or all for the same one, when the job names it."""
    Ledger.open(job["location"]).reserve(demand(job, job.get("number", number)))


def ahead(job: dict[str, Any], number: int) -> None:
    """Reserve ahead for the machine that the job names, and die."""
    ledger = Ledger.open(job["location"])
    ledger.reserve(replace(demand(job, job["number"]), product_id=""))


def reserve_together(job: dict[str, Any], number: int) -> None:
    """Reserve through a ledger that was opened before the fork."""
    job["ledger"].reserve(demand(job, number))


def activate(job: dict[str, Any], number: int) -> None:
    """Reserve and confirm, and do it over and over until nothing is left."""
    with Ledger.open(job["location"]) as ledger:
        while True:
            number += 1000
            ledger.settle(ledger.reserve(demand(job, number)).entry.id, EntryState.CONFIRMED)


def only_open(job: dict[str, Any], number: int) -> None:
    """Open the ledger and look."""
    Ledger.open(job["location"]).pools()


def die_inside(job: dict[str, Any], number: int) -> None:
    """Be killed in the middle of a transaction, after everything was written."""
    ledger = Ledger.open(job["location"])
    with ledger._database.writing() as connection:
        entries.reserve(connection, demand(job, number), ledger._moment())
        os.kill(os.getpid(), signal.SIGKILL)


def stay(job: dict[str, Any], number: int) -> None:
    """Reserve, say so, and live until the input is closed."""
    reserve(job, number)
    os.write(1, b"reserved\n")
    sys.stdin.read()


TASKS: dict[str, Task] = {
    task.__name__: task for task in (reserve, ahead, reserve_together, activate, only_open, die_inside, stay)
}


def child(job: dict[str, Any], number: int, gate: int) -> None:
    """Wait for the gate to open, do the task, and leave without a trace of the parent's."""
    word = b"done"
    try:
        os.read(gate, 1)
        TASKS[job["task"]](job, number)
    except Refusal as refusal:
        word = str(refusal.code).encode()
    except BaseException as error:
        word = f"{type(error).__name__}: {error}".encode()[:2000]
    os.write(job["pipes"][number], word)
    os._exit(0)


def main(job: dict[str, Any]) -> None:
    """Fork everybody, open the gate, kill where the job asks for it, and collect the words."""
    if job["task"] == "stay":
        return stay(job, job["number"])
    if job["task"] == "reserve_together":
        job["ledger"] = Ledger.open(job["location"])
    gate, key = os.pipe()
    ends = [os.pipe() for number in range(job["count"])]
    job["pipes"] = [write for read, write in ends]
    pids = []
    for number in range(job["count"]):
        pids.append(os.fork())
        if not pids[-1]:
            os.close(key)
            child(job, number, gate)
    os.close(key)
    kill(job, pids)
    for pid in pids:
        os.waitpid(pid, 0)
    for _read, write in ends:
        os.close(write)
    print(json.dumps([os.read(read, 4096).decode() or "killed" for read, write in ends]))
    return None


def kill(job: dict[str, Any], pids: list[int]) -> None:
    """Kill everybody, each at a moment that the job's seed decides."""
    if "seed" not in job:
        return
    chance = random.Random(job["seed"])
    for pid in chance.sample(pids, len(pids)):
        time.sleep(chance.uniform(0, job["within"] / len(pids)))
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
