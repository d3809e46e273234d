# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings of one product override the machine's; its row shows what is in force, and a description can set them."""

from __future__ import annotations

from typing import Any

import pytest

from ..wmi_client import Asker, asker, fleet_of

WORLD = {"kms_hosts": {"kms.corp.example": {}, "own.corp.example": {"port": 1700}}}
COLUMNS = (
    "KeyManagementServiceLookupDomain",
    "KeyManagementServiceMachine",
    "KeyManagementServicePort",
    "VLActivationTypeEnabled",
)
MACHINE = ("corp.example", "kms.corp.example", "1688", "2")
OWN = ("own.example", "own.corp.example", "1700", "1")
SETTINGS: dict[str, Any] = {
    "kms_host": MACHINE[1],
    "kms_port": 1688,
    "lookup_domain": MACHINE[0],
    "activation_type": "kms",
}
OWN_SETTINGS: dict[str, Any] = {
    "kms_host": OWN[1],
    "kms_port": 1700,
    "lookup_domain": OWN[0],
    "activation_type": "ad",
}


def shown(box: Asker, row_id: str) -> tuple[str | None, ...]:
    """Return the settings that a product's row shows."""
    row = box.one(f"SELECT {', '.join(COLUMNS)} FROM SoftwareLicensingProduct WHERE ID = '{row_id}'")
    return tuple(row[name] for name in COLUMNS)


def office_id(box: Asker) -> str:
    (found,) = [row["id"] for row in box.machine.describe()["products"] if row["family"].startswith("Office")]
    return str(found)


def requests(world: dict[str, Any], host: str) -> int:
    return int(world["kms_hosts"][host]["requests"]["total"])


def test_a_product_shows_what_the_machine_has_until_it_has_its_own() -> None:
    box = asker({"system": "windows_11_pro", **SETTINGS})
    row_id = box.primary["id"]
    assert shown(box, row_id) == MACHINE

    box.product(row_id, "SetKeyManagementServiceMachine", MachineName=OWN[1])
    box.product(row_id, "SetKeyManagementServicePort", PortNumber=OWN[2])
    box.product(row_id, "SetKeyManagementServiceLookupDomain", LookupDomain=OWN[0])
    box.product(row_id, "SetVLActivationTypeEnabled", ActivationType=OWN[3])
    assert shown(box, row_id) == OWN

    for _time in range(2):  # clearing what is not set succeeds
        for name in ("KeyManagementServiceMachine", "KeyManagementServicePort", "KeyManagementServiceLookupDomain"):
            assert box.product(row_id, f"Clear{name}").values["ReturnValue"] == ("0",)
        assert box.product(row_id, "ClearVLActivationTypeEnabled").values["ReturnValue"] == ("0",)
    assert shown(box, row_id) == MACHINE


@pytest.mark.parametrize("office", [False, True])
def test_a_description_sets_them_by_name_and_by_activation_id(office: bool) -> None:
    plain: dict[str, Any] = {"system": "windows_11_pro", "office": ["office_2021"], **SETTINGS}
    box = asker(plain)
    row_id = office_id(box) if office else box.primary["id"]
    for name in ("office_2021" if office else "windows", row_id, row_id.upper()):
        described = asker({**plain, "product_settings": {name: OWN_SETTINGS}})
        assert shown(described, row_id) == OWN
        assert shown(described, described.primary["id"] if office else office_id(described)) == MACHINE


def test_what_is_not_given_for_a_product_is_the_machines() -> None:
    box = asker({"system": "windows_11_pro", **SETTINGS, "product_settings": {"windows": {"kms_port": 1700}}})
    assert shown(box, box.primary["id"]) == (MACHINE[0], MACHINE[1], "1700", MACHINE[3])


def test_windows_is_its_kms_client_product_also_while_another_one_holds_the_key() -> None:
    own = {"product_settings": {"windows": {"kms_host": OWN[1]}}}
    box = asker({"system": "windows_11_pro", "channel": "retail", **own})
    assert shown(box, box.primary["id"])[1] is None
    box.service("InstallProductKey", ProductKey="W269N-WFGWX-YVC9B-4J6C9-T83GX")
    assert shown(box, box.primary["id"])[1] == OWN[1]


@pytest.mark.parametrize(
    ("own", "asked"),
    [
        ({}, "kms.corp.example"),
        ({"kms_host": "own.corp.example", "kms_port": 1700}, "own.corp.example"),
        ({"kms_host": "KMS.corp.example"}, "kms.corp.example"),
    ],
)
def test_the_host_of_the_product_is_asked(own: dict[str, Any], asked: str) -> None:
    machine = {"system": "windows_11_pro", "kms_host": "kms.corp.example", "product_settings": {"windows": own}}
    fleet = fleet_of({"box": machine}, world=WORLD)
    Asker(fleet.machines["box"]).activate()
    world = fleet.describe()["world"]
    assert [name for name in WORLD["kms_hosts"] if requests(world, name)] == [asked]


def test_another_description_of_them_is_another_machine() -> None:
    machine: dict[str, Any] = {"system": "windows_11_pro"}
    fleet = fleet_of({"box": machine})
    fleet.update({"machines": {"box": {**machine, "product_settings": {"windows": {"kms_host": OWN[1]}}}}})
    box = Asker(fleet.machines["box"])
    assert shown(box, box.primary["id"])[1] == OWN[1]
