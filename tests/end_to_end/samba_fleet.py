# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Machines whose forest is a real directory: what they are described as, and how tasks reach it."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.volume.activation.tests.samba_controller import DomainController, ForestObjects

from .playbook_runs import Playground, Run

Serve = Callable[..., Playground]

LETTERS = "BCDFGHJKMPQRTVWXY2346789"
SERVER, CLIENT = "server_2022_standard", "windows_11_pro"
ONLINE, PREPARE, DEPOSIT = (
    "DoActiveDirectoryOnlineActivation",
    "GenerateActiveDirectoryOfflineActivationId",
    "DepositActiveDirectoryOfflineActivationConfirmation",
)


def host_key() -> str:
    """Return an obviously made-up host key whose last five characters no other test has in the directory."""
    return "HHHHH-JJJJJ-KKKKK-MMMMM-" + "".join(secrets.choice(LETTERS) for _place in range(5))


@dataclass
class Forest:
    """A playground of machines in a real forest, and the objects of one test in its directory."""

    ground: Playground
    samba: DomainController
    objects: ForestObjects
    key: str
    options: dict[str, Any] = field(default_factory=dict)
    """How tasks reach the directory unless they say otherwise."""

    def play(self, *tasks: Mapping[str, Any], environment: Mapping[str, str] | None = None, **more: Any) -> Run:
        """Run tasks where the domain controller has its name."""
        return self.ground.play(*tasks, environment={**self.samba.environment(), **(environment or {})}, **more)

    def object_task(self, title: str, **options: Any) -> dict[str, Any]:
        """Return a task about an object, that goes on when it fails."""
        given = {**self.options, "wait_seconds": 0, **options}
        if given.get("state") != "absent":
            given = {"product_key": self.key, **given}
        return {"name": title, "volume.activation.adba_object": given, "ignore_errors": True}

    def elsewhere(self, title: str, **options: Any) -> dict[str, Any]:
        """Return a task that looks into the directory from a host other than the controller."""
        return {
            "name": title,
            "volume.activation.adba_object_info": {**self.options, **options},
            "delegate_to": "elsewhere",
            "vars": {"ansible_connection": "elsewhere", "ansible_python_interpreter": sys.executable},
            "ignore_errors": True,
        }

    def invoked(self, host: str = "dc1") -> list[str]:
        """Return the methods that a machine has seen, in their order."""
        return [row["method"] for row in self.ground.fleet.machines[host].describe()["invoked"]]

    def held(self) -> list[str]:
        """Return the DNs of the objects that hold the test's key, as the administrator sees them."""
        import ldap

        wanted = f"(msSPP-CSVLKPartialProductKey={self.key[-5:]})"
        connection = self.samba.ldap()
        try:
            found = connection.search_s(self.samba.container, ldap.SCOPE_ONELEVEL, wanted, ["cn"])
        finally:
            connection.unbind_s()
        return [dn for dn, _values in found if dn]


def machines_of(samba: DomainController, **more: Any) -> dict[str, Any]:
    """Return a domain controller, reached as the administrator of the domain, and further machines of the domain."""
    administrator = {"username": samba.administrator, "password": samba.password}
    controller = {"system": SERVER, "domain_role": "domain_controller", "credentials": administrator}
    described = {name: {"system": row} if isinstance(row, str) else row for name, row in more.items()}
    every = {"dc1": controller, **described}
    alone = [name for name, row in every.items() if row.get("domain_role") == "workgroup"]
    return {name: row if name in alone else {"domain": samba.domain, **row} for name, row in every.items()}


def forest_of(
    serve: Serve, samba: DomainController, objects: ForestObjects, *, covers: str = "office_2016", **machines: Any
) -> Forest:
    """Serve a domain controller and further machines, whose forest is the real directory.

    All tests share it, so what one test's members are to activate by, the objects of no other may cover.
    """
    key = host_key()
    directory = {
        "uri": f"ldaps://{samba.address}",
        "ca_path": str(samba.ca_path),
        "user": samba.user,
        "password": samba.user_password,
    }
    world = {
        "ad": {samba.domain: {"directory": directory}},
        "microsoft": {"keys": {key: {"channel": "kms_host", "covers": [covers]}}},
    }
    ground = serve(machines_of(samba, **machines), world=world)
    reached = {"server": samba.host, "ca_path": str(samba.ca_path), "timeout": 20}
    return Forest(ground, samba, objects, key, reached)
