# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small forest in memory, with machines that may and may not create activation objects in it, and how to ask them."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._simulator.fleet.fleet import Fleet

from .wmi_client import Asker, Faulted, fleet_of

KEY = "HHHHH-JJJJJ-KKKKK-MMMMM-PPPPP"
SERVERS_KEY = "HHHHH-JJJJJ-KKKKK-MMMMM-QQQQQ"
BLOCKED_KEY = "HHHHH-JJJJJ-KKKKK-MMMMM-BBBBB"
RETAIL_KEY = "RRRRR-JJJJJ-KKKKK-MMMMM-PPPPP"
GVLK = "WX4NM-KYWYW-QJJR4-XV3QB-6VM33"
MACHINES: dict[str, Any] = {
    "dc1": {"system": "server_2022_standard", "domain_role": "domain_controller"},
    "app1": "server_2022_standard",
    "desk1": {"system": "windows_11_pro", "activation_type": "ad"},
    "desk2": {"system": "windows_11_pro", "activation_type": "ad"},
    "jump1": {"system": "server_2022_standard", "delegation": True},
    "alone1": {"system": "server_2022_standard", "domain_role": "workgroup"},
}
WORLD: dict[str, Any] = {
    "ad": {"corp.example": []},
    "microsoft": {
        "keys": {
            KEY: {"channel": "kms_host"},
            SERVERS_KEY: {"channel": "kms_host", "covers": ["windows_server"]},
            BLOCKED_KEY: {"channel": "kms_host", "blocked": True},
            RETAIL_KEY: {"channel": "retail"},
        }
    },
}
AD = "SELECT ADActivationObjectName, ADActivationObjectDN, ADActivationCsvlkPid, ADActivationCsvlkSkuId, \
VLActivationType FROM SoftwareLicensingProduct WHERE PartialProductKey IS NOT NULL"
DN = "CN={},CN=Activation Objects,CN=Microsoft SPP,CN=Services,CN=Configuration,DC=corp,DC=example"


def fleet(machines: dict[str, Any] | None = None, **world: Any) -> Fleet:
    return fleet_of({**MACHINES, **(machines or {})}, world={**WORLD, **world})


def ask(fleet: Fleet, name: str) -> Asker:
    return Asker(fleet.machines[name])


def online(fleet: Fleet, machine: str = "dc1", *, key: str = KEY, name: str | None = "Laboratory") -> None:
    ask(fleet, machine).service("DoActiveDirectoryOnlineActivation", ProductKey=key, ActivationObjectName=name)


def offline_id(fleet: Fleet, machine: str = "dc1", *, key: str = KEY) -> str:
    output = ask(fleet, machine).service("GenerateActiveDirectoryOfflineActivationId", ProductKey=key)
    return str(output.values["InstallationID"][0])


def deposit(
    fleet: Fleet, confirmation: str, machine: str = "dc1", *, key: str = KEY, name: str | None = "Laboratory"
) -> None:
    ask(fleet, machine).service(
        "DepositActiveDirectoryOfflineActivationConfirmation",
        ProductKey=key,
        ConfirmationID=confirmation,
        ActivationObjectName=name,
    )


def hresult(call: Any, *args: Any, **kwargs: Any) -> int | None:
    with pytest.raises(Faulted) as raised:
        call(*args, **kwargs)
    return raised.value.fault.number


def objects(fleet: Fleet) -> list[dict[str, Any]]:
    return fleet.describe()["world"]["forests"]["corp.example"]["objects"]
