# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A real ledger on SQLite beside the task, and a service of rows in place of Microsoft's."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._action.features import ledger_options
from ansible_collections.volume.activation.plugins.plugin_utils._activation_service import (
    Installation,
    Outcome,
    ServiceSettings,
)
from ansible_collections.volume.activation.plugins.plugin_utils._ledger import (
    Demand,
    Entry,
    EntryState,
    Ledger,
    MachineIdentity,
    Method,
    PoolWish,
    Stop,
    utcnow,
)
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import ProductKey

from .fake_task import KEY, PRODUCT_ID, FakeTask, Row

MAK = ProductKey(KEY)
OTHER_KEY = "BBBBB-CCCCC-DDDDD-FFFFF-HHHHH"
EXTENDED_PID = "12345-03210-123-456789-03-1033-20348.0000-0012026"
STOP = Stop(code="0xC004C020", message="The MAK has used up its activations.", at=utcnow())


def installation_id(number: int) -> str:
    """Return an obviously made-up installation ID."""
    return f"{number:063d}"


def confirmation_id(installation: str) -> str:
    """Return what the service of rows gives for an installation ID."""
    return f"9{installation[-47:]}"


def request(number: int, **changes: t.Any) -> Row:
    """Return one machine's request as `mak` returns it in `installation`."""
    row = {
        "machine": f"lab-{number}",
        "activation_id": PRODUCT_ID,
        "installation_id": installation_id(number),
        "extended_pid": EXTENDED_PID,
        "partial_product_key": MAK.partial,
        "client_machine_id": f"image-{number}",
        "bios_uuid": f"HARDWARE-{number}",
        "reason": "first_activation",
    }
    return {**row, **changes}


@dataclass
class FakeService:
    """Answers with `answers` by installation ID, and grants everything else."""

    answers: dict[str, Outcome] = field(default_factory=dict)
    count: int | Exception = 42
    asked: list[str] = field(default_factory=list)
    counted: list[str] = field(default_factory=list)
    settings: list[ServiceSettings] = field(default_factory=list)
    source: str = "microsoft"

    def made(self, settings: ServiceSettings) -> FakeService:
        """Stand in for `service_for`."""
        self.settings.append(settings)
        return self

    def require(self, *, simulated: bool) -> None:
        """Serve hosts of any kind."""

    def confirmation_ids(self, batch: Sequence[Installation]) -> Mapping[Installation, Outcome]:
        """Answer a batch."""
        self.asked.extend(one.installation_id for one in batch)
        return {
            one: self.answers.get(one.installation_id, confirmation_id(one.installation_id)) for one in reversed(batch)
        }

    def remaining(self, extended_pid: str) -> int:
        """Answer a count look-up."""
        self.counted.append(extended_pid)
        if isinstance(self.count, Exception):
            raise self.count
        return self.count


@dataclass
class Budgets:
    """The stage with a ledger."""

    stage: FakeTask
    path: Path
    service: FakeService
    simulated_by: str | None = None

    def run(self, module: str, args: Row | None = None, **keywords: t.Any) -> Row:
        """Return the result of a task that names this ledger."""
        return self.stage.run(module, {"ledger": str(self.path), **(args or {})}, **keywords)

    def open(self) -> Ledger:
        """Return the ledger itself."""
        return Ledger.open(str(self.path), simulated_by=self.simulated_by)

    def declare(self, name: str = "lab", limit: int = 5, **changes: t.Any) -> None:
        """Declare a pool that is bound to the key of the task."""
        wish = {"fingerprint": MAK.fingerprint, "partial": MAK.partial, **changes}
        with self.open() as ledger:
            ledger.declare(PoolWish(name=name, limit=limit, **wish))

    def spend(
        self,
        number: int = 1,
        state: EntryState | None = EntryState.CONFIRMED,
        code: str | None = None,
        machine: MachineIdentity | None = None,
        **changes: t.Any,
    ) -> Entry:
        """Take one activation out of the pool, and leave it in that state."""
        identity = machine or MachineIdentity(
            name=f"lab-{number}", client_machine_id=f"image-{number}", bios_uuid=f"HARDWARE-{number}"
        )
        demand = {
            "pool": "lab",
            "key_fingerprint": MAK.fingerprint,
            "partial": MAK.partial,
            "product_id": PRODUCT_ID,
            "method": Method.ONLINE,
            "reason": "first_activation",
            **changes,
        }
        with self.open() as ledger:
            entry = ledger.reserve(Demand(machine=identity, **demand)).entry
            return entry if state is None else ledger.settle(entry.id, state, code)

    def entries(self) -> list[Entry]:
        """Return all entries."""
        with self.open() as ledger:
            return ledger.entries()

    def states(self) -> list[str]:
        """Return the states of all entries."""
        return [entry.state.value for entry in self.entries()]


def make_budgets(stage: FakeTask, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Budgets:
    """Return a stage whose tasks find this ledger and this service."""
    service = FakeService()
    monkeypatch.setattr(ledger_options, "service_for", service.made)
    return Budgets(stage, folder / "ledger.sqlite", service)
