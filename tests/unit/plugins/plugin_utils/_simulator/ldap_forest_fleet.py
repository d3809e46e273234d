# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fleet whose forest is a real directory, how to ask its machines, and what the directory really has."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._simulator.fleet.fleet import Fleet
from ansible_collections.volume.activation.tests.samba_controller import DomainController

from .wmi_client import Asker, Faulted, fleet_of

KEY = "HHHHH-JJJJJ-KKKKK-MMMMM-PPPPP"


def address(samba: DomainController, **changed: Any) -> dict[str, Any]:
    """Return the directory as a description has it."""
    return {
        "uri": f"ldaps://{samba.address}",
        "ca_path": str(samba.ca_path),
        "user": samba.user,
        "password": samba.user_password,
        **changed,
    }


def login(username: str, password: str) -> dict[str, Any]:
    return {"credentials": {"username": username, "password": password}}


def fleet(
    samba: DomainController,
    machines: dict[str, Any] | None = None,
    *,
    covers: str = "server_2012",
    directory: dict[str, Any] | None = None,
) -> Fleet:
    """Return a domain controller and others; the key covers one product line, which the test may call its own."""
    administrator = login(samba.administrator, samba.password)
    controller = {"system": "server_2025_standard", "domain_role": "domain_controller", **administrator}
    described = {"dc1": controller, **(machines or {})}
    world = {
        "ad": {samba.domain: {"directory": directory or address(samba)}},
        "kms_hosts": {f"kms.{samba.domain}": {}},
        "microsoft": {"keys": {KEY: {"channel": "kms_host", "covers": [covers]}}},
    }
    return fleet_of({name: {"domain": samba.domain, **row} for name, row in described.items()}, world=world)


def online(model: Fleet, name: str, machine: str = "dc1") -> None:
    asker = Asker(model.machines[machine])
    asker.service("DoActiveDirectoryOnlineActivation", ProductKey=KEY, ActivationObjectName=name)


def hresult(call: Any, *args: Any, **kwargs: Any) -> int | None:
    with pytest.raises(Faulted) as raised:
        call(*args, **kwargs)
    return raised.value.fault.number


def stored(samba: DomainController, dn: str) -> dict[str, list[bytes]]:
    """Return what the directory has under a DN, nothing when there is no such object."""
    import ldap

    connection = samba.ldap()
    try:
        return connection.search_ext_s(dn, ldap.SCOPE_BASE)[0][1]
    except ldap.NO_SUCH_OBJECT:
        return {}
    finally:
        connection.unbind_s()


def shown(model: Fleet) -> dict[str, dict[str, Any]]:
    """Return the objects that the fleet shows, by their names."""
    ((_domain, forest),) = model.describe()["world"]["forests"].items()
    return {row["name"]: row for row in forest["objects"]}
