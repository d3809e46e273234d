# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Host keys of Office: volume licence packs, their products, and the Office clients that they serve."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._simulator.catalog.offline_ids import confirmation_id
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.description.fields import InvalidDescription
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.fleet.fleet import Fleet

from ..kms_host_admin import CLIENT, HOST_KEY, NO_OTHERS, OFFICE_HOST_KEY, SERVER, clients, outcome
from ..wmi_client import Asker, fleet_of

PACKS = ["office_2016", "office_2019", "office_2021", "office_2024"]
TOO_FEW, MISMATCH, UNREACHABLE = 0xC004F038, 0xC004F042, 0xC004F074


def host_rows(box: Asker) -> list[dict[str, Any]]:
    return box.rows(
        "SELECT ApplicationID, Description, ID, IsKeyManagementServiceMachine, LicenseFamily, LicenseStatus, "
        "PartialProductKey, ProductKeyChannel FROM SoftwareLicensingProduct WHERE LicenseFamily LIKE 'OfficeKMSHost%'"
    )


def activate_office(fleet: Fleet, name: str) -> int:
    desk = Asker(fleet.machines[name])
    (row,) = (row for row in desk.machine.describe()["products"] if row["family"].startswith("Office"))
    return outcome(desk.product, row["id"], "Activate")


class TestPacks:
    def test_a_pack_adds_a_product_without_a_key(self) -> None:
        rows = host_rows(Asker(fleet_of({"box": {**SERVER, "office_host": PACKS}}).machines["box"]))

        assert [row["LicenseFamily"] for row in rows] == [f"OfficeKMSHost{year}" for year in (2016, 2019, 2021, 2024)]
        assert {row["ApplicationID"] for row in rows} == {"0ff1ce15-a989-479d-af46-f275c6370663"}
        assert {row["LicenseStatus"] for row in rows} == {"0"}
        assert all("VOLUME_KMS channel" in row["Description"] for row in rows)
        assert [row["ID"] for row in rows][:3] == [
            "98ebfe73-2084-4c97-932c-c0cd1643bea7",
            "70512334-47b4-44db-a233-be5ea33b914c",
            "47f3b983-7c53-4d45-abc6-bcd91e2dd90a",
        ]

    def test_a_machine_without_a_pack_knows_no_such_key(self) -> None:
        keys = {OFFICE_HOST_KEY: {"channel": "kms_host", "edition": "office_2021"}}
        box = Asker(fleet_of({"box": SERVER}, world={"microsoft": {"keys": keys}}).machines["box"])

        assert host_rows(box) == []
        assert outcome(box.service, "InstallProductKey", ProductKey=OFFICE_HOST_KEY) == 0xC004F069

    def test_windows_and_office_keep_a_host_key_each(self) -> None:
        keys = {
            HOST_KEY: {"channel": "kms_host"},
            OFFICE_HOST_KEY: {"channel": "kms_host", "edition": "office_2021"},
        }
        machine = {**SERVER, "office_host": ["office_2021", "office_2024"]}
        box = Asker(fleet_of({"box": machine}, world={"microsoft": {"keys": keys}}).machines["box"])
        for key in (HOST_KEY, OFFICE_HOST_KEY):
            box.service("InstallProductKey", ProductKey=key)

        keyed = {row["family"]: row["partial_product_key"] for row in box.machine.describe()["products"]}
        assert keyed == {"ServerStandard": "PPPPP", "OfficeKMSHost2021": "QQQQQ"}

    def test_each_release_keeps_its_host_key_beside_the_others(self) -> None:
        packs = [{"product": pack, "status": "licensed"} for pack in ("office_2021", "office_2024")]
        box = Asker(fleet_of({"box": {**SERVER, "office_host": ["office_2019", *packs]}}).machines["box"])

        keyed = {row["LicenseFamily"]: row["LicenseStatus"] for row in host_rows(box)}
        assert keyed == {"OfficeKMSHost2019": "0", "OfficeKMSHost2021": "1", "OfficeKMSHost2024": "1"}

    def test_it_needs_five_from_the_start(self) -> None:
        pack = {"product": "office_2021", "status": "licensed"}
        box = Asker(fleet_of({"box": {**SERVER, "office_host": [pack]}}).machines["box"])

        row = box.one("SELECT RequiredClientCount FROM SoftwareLicensingProduct WHERE LicenseFamily LIKE 'OfficeKMS%'")
        assert row == {"RequiredClientCount": "5"}

    def test_its_state_can_be_described(self) -> None:
        pack = {"product": "office_2021", "status": "licensed", "product_key": OFFICE_HOST_KEY}
        (row,) = host_rows(Asker(fleet_of({"box": {**SERVER, "office_host": [pack]}}).machines["box"]))

        assert (row["LicenseStatus"], row["PartialProductKey"], row["ProductKeyChannel"]) == (
            "1",
            "QQQQQ",
            "Volume:CSVLK",
        )
        assert row["IsKeyManagementServiceMachine"] == "1"

    @pytest.mark.parametrize(
        ("packs", "path"),
        [
            (["visio_2021"], "machines.box.office_host[0].product"),
            (["office_2021", "office_2021"], "machines.box.office_host"),
            ([{"product": "office_2021", "channel": "mak"}], "machines.box.office_host[0].channel"),
        ],
    )
    def test_a_pack_that_does_not_exist_is_refused(self, packs: list[Any], path: str) -> None:
        with pytest.raises(InvalidDescription) as raised:
            fleet_of({"box": {**SERVER, "office_host": packs}})
        assert raised.value.path == path


class TestServing:
    def test_the_fifth_office_licenses_and_other_releases_are_refused(self) -> None:
        pack = {"product": "office_2021", "status": "licensed"}
        desks = clients(5, office=["office_2021"])
        machines = {"kms01": {**SERVER, "office_host": [pack]}, **desks, "old": {**CLIENT, "office": ["office_2019"]}}
        fleet = fleet_of(machines, world=NO_OTHERS)

        assert [activate_office(fleet, name) for name in desks] == [TOO_FEW] * 4 + [0]
        assert activate_office(fleet, "old") == MISMATCH
        assert outcome(Asker(fleet.machines["client1"]).activate) == MISMATCH

    @pytest.mark.parametrize("by_confirmation_id", [False, True])
    def test_it_activates_with_microsoft_or_by_confirmation_id_and_serves_then(self, by_confirmation_id: bool) -> None:
        keys = {OFFICE_HOST_KEY: {"channel": "kms_host", "edition": "office_2021"}}
        machines = {
            "kms01": {**SERVER, "office_host": ["office_2021"], "firewall": "open"},
            **clients(1, office=["office_2021"]),
        }
        fleet = fleet_of(machines, world={**NO_OTHERS, "microsoft": {"keys": keys}})
        box = Asker(fleet.machines["kms01"])
        box.service("InstallProductKey", ProductKey=OFFICE_HOST_KEY)
        (row,) = host_rows(box)
        assert fleet.world.published("corp.example") == ()

        if by_confirmation_id:
            (told,) = (item for item in box.machine.describe()["products"] if item["id"] == row["ID"])
            given = {"InstallationId": told["installation_id"]}
            confirmation = confirmation_id(told["installation_id"])
            box.product(row["ID"], "DepositOfflineConfirmationId", **given, ConfirmationId=confirmation)
        else:
            box.product(row["ID"], "Activate")
        assert activate_office(fleet, "client1") == TOO_FEW
