# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes machines of a fleet as an administrator of KMS hosts would, for the tests about them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.volume.activation.plugins.plugin_utils._simulator.fleet.fleet import Fleet
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.host.registry import HKLM, PROTECTION
from ansible_collections.volume.activation.plugins.plugin_utils._wsman import Invoke, wmi_resource

from .wmi_client import NOON, Asker, Faulted, fleet_of

HOST_KEY = "HHHHH-JJJJJ-KKKKK-MMMMM-PPPPP"
OFFICE_HOST_KEY = "HHHHH-JJJJJ-KKKKK-MMMMM-QQQQQ"
SERVER, CLIENT = {"system": "server_2022_standard"}, {"system": "windows_11_enterprise"}
HOST = {**SERVER, "channel": "kms_host"}
"""A KMS host that is activated."""
NO_OTHERS: dict[str, Any] = {"kms_hosts": {}}
"""A world whose only KMS hosts are machines of the fleet."""


def clients(count: int, **fields: Any) -> dict[str, Any]:
    """Return that many clients."""
    return {f"client{number}": {**CLIENT, **fields} for number in range(1, count + 1)}


def hosted(machines: Mapping[str, Any], host: Mapping[str, Any] | None = None, **world: Any) -> Fleet:
    """Return a fleet with the KMS host kms01.corp.example in it, and no other."""
    return fleet_of({"kms01": {**HOST, **(host or {})}, **machines}, world={**NO_OTHERS, **world})


def activate(fleet: Fleet, name: str) -> int:
    """Activate the Windows of a machine and return the HRESULT, 0 for success."""
    return outcome(Asker(fleet.machines[name]).activate)


def outcome(call: Any, *args: Any, **kwargs: Any) -> int:
    """Return the HRESULT that a call fails with, 0 when it does not."""
    try:
        call(*args, **kwargs)
    except Faulted as error:
        assert error.fault.hresult is not None
        return error.fault.hresult
    return 0


def status(fleet: Fleet, name: str) -> str:
    """Return how the Windows of a machine stands."""
    return str(fleet.machines[name].describe()["primary"]["status"])


def service_control(fleet: Fleet, name: str, method: str) -> str:
    """Stop or start the licensing service of a machine and return what it answers."""
    resource = wmi_resource("Win32_Service", selectors={"Name": "sppsvc"})
    output = Asker(fleet.machines[name]).send(Invoke(resource, method, {}))
    return str(output.values["ReturnValue"][0])


def restart(fleet: Fleet, name: str) -> None:
    """Restart the licensing service of a machine."""
    assert service_control(fleet, name, "StopService") == "0"
    Asker(fleet.machines[name]).rows("SELECT Name, State FROM Win32_Service WHERE Name = 'sppsvc'")
    assert service_control(fleet, name, "StartService") == "0"


def publish_in(fleet: Fleet, name: str, *lines: str) -> None:
    """Write the publish list of a KMS host."""
    resource = wmi_resource("StdRegProv", "root/default")
    given: dict[str, Any] = {
        "hDefKey": (str(HKLM),),
        "sSubKeyName": (PROTECTION,),
        "sValueName": ("DnsDomainPublishList",),
        "sValue": lines,
    }
    output = Asker(fleet.machines[name]).send(Invoke(resource, "SetMultiStringValue", given))
    assert output.values["ReturnValue"] == ("0",)


def published(fleet: Fleet, domain: str) -> list[tuple[str, int, int, int]]:
    """Return host, port, priority and weight of each record of a domain."""
    return [(row.host, row.port, row.priority, row.weight) for row in fleet.world.published(domain)]


def move_clock(fleet: Fleet, description: Mapping[str, Any], advance: str) -> None:
    """Describe a fleet as it is, with a clock that is further on."""
    fleet.update({**description, "clock": {"now": NOON, "frozen": True, "advance": advance}})
