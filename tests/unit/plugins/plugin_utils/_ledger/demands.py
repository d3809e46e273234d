# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Demands, and what to do with the refusals and the processes they meet."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, NullPool, create_engine

from ansible_collections.volume.activation.plugins.plugin_utils._errors import Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._ledger import (
    Demand,
    Ledger,
    MachineIdentity,
    Method,
    Reservation,
)

KEY, OTHER_KEY = "a" * 64, "b" * 64
PROGRAM = Path(__file__).with_name("many_processes.py")


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.time = datetime(2026, 3, 1, 12, 0, tzinfo=timezone.utc)

    def __call__(self) -> datetime:
        return self.time

    def forward(self, **interval: float) -> None:
        """Let time pass."""
        self.time += timedelta(**interval)


DEMAND = Demand(
    pool="labs",
    key_fingerprint=KEY,
    partial="AAAAA",
    machine=MachineIdentity(name="pc1", client_machine_id="c0ffee-1", bios_uuid="B105-1"),
    product_id="product-1",
    method=Method.ONLINE,
    reason="first_activation",
)


def demand(number: int = 1, **changes: Any) -> Demand:
    """Return what machine `number` demands."""
    machine = MachineIdentity(name=f"pc{number}", client_machine_id=f"c0ffee-{number}", bios_uuid=f"B105-{number}")
    return replace(DEMAND, machine=machine, **changes)


def reserved(ledger: Ledger, *numbers: int, **changes: Any) -> list[Reservation]:
    """Reserve for some machines."""
    return [ledger.reserve(demand(number, **changes)) for number in numbers]


def refusal(call: Callable[..., object], *arguments: Any, **options: Any) -> Refusal:
    """Return the refusal that a call meets; every one of them has to say what helps."""
    with pytest.raises(Refusal) as caught:
        call(*arguments, **options)
    assert caught.value.remedy
    return caught.value


def engine(location: str) -> Engine:
    """Return a way into the database that does not lead through the ledger."""
    return create_engine(location if "://" in location else f"sqlite:///{location}", poolclass=NullPool)


def run_processes(task: str, location: str, count: int, **options: Any) -> list[str]:
    """Let so many processes do a task at the same moment, and return how each of them ended."""
    done = subprocess.run(
        [sys.executable, PROGRAM, json.dumps({"task": task, "location": location, "count": count, **options})],
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    assert not done.stderr, done.stderr
    return [str(word) for word in json.loads(done.stdout)]


def stay(location: str, number: int = 1) -> subprocess.Popen[str]:
    """Return a process that has reserved for a machine and lives until its input is closed."""
    process = subprocess.Popen(
        [sys.executable, PROGRAM, json.dumps({"task": "stay", "location": location, "count": 1, "number": number})],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline() == "reserved\n"
    return process
