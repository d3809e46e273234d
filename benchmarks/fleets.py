# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A simulated fleet of many machines, and an inventory of it as a real one would be written."""

from __future__ import annotations

import sys
import typing as t
from pathlib import Path

import yaml

from . import common

__all__ = ["Served", "machines"]

Data = dict[str, t.Any]

_KMS_HOST = "kms.corp.example"
_GROUPS = ("servers", "clients", "kms_hosts", "switched_off")
_COMMENT = "# An inventory as a real one is: what is the same for all stands at the group."


def machines(hosts: int) -> dict[str, Data]:
    """Return that many machines: a third with Office, one in a hundred switched off, a few KMS hosts or in trouble."""
    return {_name(number): _machine(number) for number in range(hosts)}


def _name(number: int) -> str:
    return f"host{number:05}"


def _machine(number: int) -> Data:
    system = common.SYSTEMS[number % len(common.SYSTEMS)]
    if number % 100 == 99:
        return {"system": system, "faults": [{"on": "any", "do": "refuse", "times": 0}]}
    if number % 2000 == 1:
        return {"system": "server_2022_standard", "channel": "kms_host"}
    office = {"office": [{"product": "office_2021", "lease_days": 150 + number % 30}]} if number % 3 == 0 else {}
    return {"system": system, **_licence(number), **office}


def _licence(number: int) -> Data:
    """Return how Windows is licensed: nearly all by KMS, three in a hundred by a MAK, two in a hundred in trouble."""
    if number % 100 in (7, 27, 47):
        return {"channel": "mak", "status": "licensed"}
    if number % 100 == 13:
        return {"channel": "kms_client", "status": "notification"}
    if number % 100 == 14:
        return {"channel": "kms_client", "status": "licensed", "lease_days": 12}
    return {"channel": "kms_client", "status": "licensed", "lease_days": 140 + number % 40}


class Served:
    """A fleet that runs as a process of its own, until `stop`."""

    def __init__(self, directory: Path, hosts: int, *, scheme: str, transport: str) -> None:
        sys.path.insert(0, str(common.TREE))
        from ansible_collections.volume.activation.plugins.plugin_utils._simulator.fleet.control import FleetControl
        from ansible_collections.volume.activation.plugins.plugin_utils._simulator.fleet.process import start

        self._machines = machines(hosts)
        world = {"kms_hosts": {_KMS_HOST: {"count": 50}}}
        settings = {"scheme": scheme, "transport": transport}
        job = {"description": {"machines": self._machines, "world": world}, "settings": settings}
        self.pid = start(directory, job)
        self.control = FleetControl(directory)
        self._hosts = self.control.hosts()

    def inventory(self, path: Path, hosts: int) -> Path:
        """Write the inventory of the first machines, and return where it is."""
        names = list(self._machines)[:hosts]
        members: dict[str, list[str]] = {group: [] for group in _GROUPS}
        for name in names:
            members[_group(self._machines[name])].append(name)
        # The path tells simulated machines apart; of real ones it is the same, and so not worth a template for each.
        hosts_of = {
            group: {name: {"ansible_winrm_path": f"/wsman/{name}"} for name in members[group]} for group in members
        }
        children: Data = {group: {"hosts": found} for group, found in hosts_of.items() if found}
        if members["kms_hosts"]:
            children["kms_hosts"]["vars"] = {"activation_profile": "none"}
        if members["switched_off"]:
            port = self._hosts[members["switched_off"][0]]["ansible_port"]
            children["switched_off"]["vars"] = {"ansible_port": port}
        # What the fleet's own inventory says for changes (ledgers, the service) would be templated for each host.
        shared = {name: value for name, value in self._hosts[names[0]].items() if name.startswith("ansible_")}
        variables = {name: value for name, value in shared.items() if name != "ansible_winrm_path"}
        whole = {"windows": {"vars": {**variables, "activation_profile": "kms_default"}, "children": children}}
        path.write_text(f"{_COMMENT}\n---\n{yaml.safe_dump(whole, sort_keys=False)}", encoding="utf-8")
        return path

    def switched_off(self, hosts: int) -> int:
        """Return how many of the first machines nobody can reach."""
        return sum("faults" in machine for machine in list(self._machines.values())[:hosts])

    def stop(self) -> None:
        """End the fleet."""
        self.control.stop()


def _group(machine: Data) -> str:
    if "faults" in machine:
        return "switched_off"
    if machine["channel"] == "kms_host":
        return "kms_hosts"
    return "servers" if str(machine["system"]).startswith("server") else "clients"
