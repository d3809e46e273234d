# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A fleet: machines and the world around them, from a description, and changed by one while it runs."""

from __future__ import annotations

import threading
import types
import typing as t

from ..description.fields import InvalidDescription
from ..description.fleet import FleetDescription, read_description
from ..description.machine import MachineDescription
from ..host.renewal import Renewing
from ..world.clock import SimulatedClock
from ..world.microsoft import Microsoft
from ..world.world import World
from .machine import Machine

__all__ = ["Fleet", "InvalidDescription"]


class Fleet:
    """Simulated machines by name, and their world."""

    def __init__(self, description: FleetDescription) -> None:
        self._lock = threading.Lock()
        self.clock = SimulatedClock(description.clock)
        self.world = World(description.world, self.clock)
        self._machines: dict[str, Machine] = {}
        self._renewing = Renewing(self.clock, self._present)
        self.world.pass_time = self._renewing.pass_time
        self._renewing.switch(description.world.clients_renew)
        self._machines = self._all_of(description.machines)

    def _present(self) -> t.Iterable[Machine]:
        return self._machines.values()

    @classmethod
    def from_description(cls, description: t.Mapping[str, t.Any]) -> Fleet:
        """Return the fleet that is described; raises InvalidDescription with path and remedy."""
        return cls(read_description(description))

    @property
    def machines(self) -> t.Mapping[str, Machine]:
        """The machines as they are now; a later `update` gives another mapping."""
        return types.MappingProxyType(self._machines)

    @property
    def microsoft(self) -> Microsoft:
        """The activation service of this fleet's world; it stays the same when the description changes."""
        return self.world.microsoft

    def update(self, description: t.Mapping[str, t.Any]) -> None:
        """Take over a changed description; on InvalidDescription nothing has changed.

        Machines whose own description is the same in what makes their state keep it, with their keys, leases and
        counts; others start anew, come or go. Rules, login, internet and clock skew change without a new start.
        """
        wanted = read_description(description)
        with self._lock:
            trial_world = World(wanted.world, SimulatedClock(wanted.clock))
            for name, row in wanted.machines.items():  # what cannot be assembled must fail before anything is changed
                if not self._is_kept(name, row):
                    Machine(name, row, trial_world)
            self._renewing.pass_time()  # up to now the world was as it was
            self._renewing.switch(wanted.world.clients_renew)
            self.clock.set(wanted.clock)
            self.world.update(wanted.world)
            self._forget_others(wanted.machines)
            self._machines = self._all_of(wanted.machines)
            self._renewing.look_again()

    def _is_kept(self, name: str, row: MachineDescription) -> bool:
        return name in self._machines and self._machines[name].is_described_by(row)

    def _forget_others(self, wanted: t.Mapping[str, MachineDescription]) -> None:
        """Let the world forget the machines that go and those that start anew."""
        for name, machine in self._machines.items():
            if name not in wanted or not machine.is_described_by(wanted[name]):
                self.world.forget(machine.full_name)

    def _all_of(self, wanted: t.Mapping[str, MachineDescription]) -> dict[str, Machine]:
        """Return the machines in the order of the description; KMS hosts are made first, for clients to find them."""
        hosts_first = sorted(wanted, key=lambda name: not wanted[name].is_kms_host)
        made = {name: self._taken_over(name, wanted[name]) for name in hosts_first}
        return {name: made[name] for name in wanted}

    def _taken_over(self, name: str, row: MachineDescription) -> Machine:
        if not self._is_kept(name, row):
            return Machine(name, row, self.world)
        machine = self._machines[name]
        machine.adopt(row)
        return machine

    def describe(self) -> dict[str, t.Any]:
        """Return the truth about every machine and the world, for JSON."""
        self.world.pass_time()
        machines = {name: machine.describe() for name, machine in self.machines.items()}
        return {"machines": machines, "world": self.world.describe()}
