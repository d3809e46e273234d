# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A MAK on one machine through its life: key away and back, new image, new hardware, telephone, and lost answers."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._simulator.catalog.product_keys import (
    gvlk_for,
    made_up_key,
)
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.fleet.fleet import Fleet
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.world.world import confirmation_id

from ..wmi_client import STILL, Asker, Faulted, fleet_of

MAK, OTHER_MAK = made_up_key("mak", "lab"), made_up_key("mak", "other")
WORLD = {"microsoft": {"maks": {"lab": {"remaining": 3}, "other": {}}}}
KEYED = {"system": "windows_11_pro", "channel": "mak", "product_key": MAK, "status": None}
NUMBERS = "SELECT ProductKeyID, OfflineInstallationId FROM SoftwareLicensingProduct WHERE PartialProductKey <> NULL"


def fleet(**fields: Any) -> Fleet:
    return fleet_of({"box": {**KEYED, **fields}}, world=WORLD)


def box(fleet: Fleet) -> Asker:
    return Asker(fleet.machines["box"])


def update(fleet: Fleet, **fields: Any) -> Asker:
    fleet.update({"machines": {"box": {**KEYED, **fields}}, "world": WORLD, "clock": STILL})
    return box(fleet)


def spent(fleet: Fleet) -> int:
    return int(fleet.microsoft.describe()["maks"]["lab"]["spent"])


def stands(asker: Asker) -> tuple[str, str]:
    return asker.primary["status"], asker.primary["reason"]


def hresult(call: Any, *args: Any, **kwargs: Any) -> int | None:
    with pytest.raises(Faulted) as raised:
        call(*args, **kwargs)
    return raised.value.fault.hresult


class TestKeys:
    def test_a_licence_survives_that_its_key_goes_and_comes_back(self) -> None:
        ours = fleet()
        machine = box(ours)
        machine.activate()

        machine.product(machine.primary["id"], "UninstallProductKey")
        machine.service("InstallProductKey", ProductKey=MAK)

        assert (stands(machine), spent(ours)) == (("licensed", "0x4004F040"), 1)

    def test_it_survives_a_kms_client_key_in_between_and_not_another_mak(self) -> None:
        machine = box(fleet())
        machine.activate()

        machine.service("InstallProductKey", ProductKey=gvlk_for("Professional", 26100))
        machine.service("InstallProductKey", ProductKey=OTHER_MAK)
        assert stands(machine)[0] == "notification"
        machine.service("InstallProductKey", ProductKey=MAK)
        assert stands(machine)[0] == "licensed"

    def test_a_rearm_ends_it(self) -> None:
        machine = box(fleet())
        machine.activate()
        machine.service("ReArmWindows")

        machine.service("InstallProductKey", ProductKey=MAK)

        assert stands(machine)[0] == "notification"

    def test_the_numbers_are_read_over_the_wire_and_have_the_real_form(self) -> None:
        machine = box(fleet(language="de-DE"))
        row = machine.one(NUMBERS)

        assert row["OfflineInstallationId"] == machine.primary["installation_id"]
        assert row["ProductKeyID"] == machine.primary["extended_pid"]
        assert row["ProductKeyID"].endswith("-03-1031-26100.0000-0602026")
        assert machine.rows("SELECT ProductKeyID FROM SoftwareLicensingProduct WHERE PartialProductKey IS NULL")[0] == {
            "ProductKeyID": None
        }


class TestImages:
    def test_a_new_image_is_the_same_computer_and_has_another_client_id_and_its_keys_as_described(self) -> None:
        ours = fleet()
        before = box(ours)
        before.activate()

        after = update(ours, image=2)

        assert stands(after) == ("notification", "0xC004F034")
        assert before.machine.describe()["client_machine_id"] != after.machine.describe()["client_machine_id"]
        assert before.machine.describe()["bios_uuid"] == after.machine.describe()["bios_uuid"]
        assert before.primary["installation_id"] == after.primary["installation_id"]

    def test_activating_the_new_image_costs_nothing_by_either_way(self) -> None:
        ours = fleet()
        box(ours).activate()
        update(ours, image=2).activate()

        third = update(ours, image="third")
        number = third.primary
        ours.microsoft.confirm(number["extended_pid"], number["installation_id"])

        assert spent(ours) == 1

    def test_the_same_image_keeps_its_state_and_its_client_id_is_the_one_it_always_had(self) -> None:
        plain = box(fleet())
        ours = fleet(image=1)
        box(ours).activate()

        assert update(ours, image="1").primary["status"] == "licensed"
        assert box(ours).machine.describe()["client_machine_id"] == plain.machine.describe()["client_machine_id"]

    def test_the_product_id_carries_the_day_of_the_new_image(self) -> None:
        ours = fleet()
        first = box(ours).primary["extended_pid"]

        ours.update(
            {"machines": {"box": {**KEYED, "image": 2}}, "world": WORLD, "clock": {**STILL, "advance": "3d"}},
        )

        assert (first[-7:], box(ours).primary["extended_pid"][-7:]) == ("0602026", "0632026")
        assert first[:-7] == box(ours).primary["extended_pid"][:-7]


class TestHardware:
    def test_other_hardware_ends_a_mak_licence_in_a_grace_and_keeps_key_and_client_id(self) -> None:
        ours = fleet()
        before = box(ours)
        before.activate()
        told, number = before.machine.describe(), before.primary["installation_id"]

        after = update(ours, hardware=2)

        assert stands(after) == ("oot_grace", "0xC004F00F")
        assert after.primary["minutes"] == 30 * 1440
        assert after.primary["partial_product_key"] == MAK[-5:]
        assert after.primary["installation_id"] != number
        assert after.machine.describe()["client_machine_id"] == told["client_machine_id"]
        assert after.one("SELECT UUID FROM Win32_ComputerSystemProduct")["UUID"].lower() != told["bios_uuid"]
        after.activate()
        assert (stands(after)[0], spent(ours)) == ("licensed", 2)

    def test_it_can_be_told_by_its_uuid_too(self) -> None:
        ours = fleet()
        box(ours).activate()

        after = update(ours, bios_uuid="11111111-2222-3333-4444-555555555555")

        assert stands(after) == ("oot_grace", "0xC004F00F")
        assert after.machine.describe()["bios_uuid"] == "11111111-2222-3333-4444-555555555555"

    def test_a_kms_client_and_a_key_that_is_not_activated_do_not_mind(self) -> None:
        ours = fleet()
        assert stands(update(ours, hardware=2)) == ("notification", "0xC004F034")

        described = {"system": "windows_11_pro", "status": "licensed"}
        kms = fleet_of({"box": described})
        kms.update({"machines": {"box": {**described, "hardware": 2}}, "clock": STILL})
        assert box(kms).primary["status"] == "licensed"

    def test_the_grace_can_be_described(self) -> None:
        machine = box(fleet(status="oot_grace", grace_days=4))

        assert (stands(machine), machine.primary["minutes"]) == (("oot_grace", "0xC004F00F"), 4 * 1440)
        machine.activate()
        assert stands(machine)[0] == "licensed"


class TestDeposits:
    @staticmethod
    def deposit(machine: Asker, installation: str, confirmation: str) -> None:
        method = "DepositOfflineConfirmationId"
        machine.product(machine.primary["id"], method, InstallationId=installation, ConfirmationId=confirmation)

    def test_a_machine_without_internet_takes_what_the_service_gave_somebody_else(self) -> None:
        ours = fleet(internet=False)
        machine = box(ours)
        assert hresult(machine.activate) == 0x80072EE7
        number = machine.primary

        confirmation = ours.microsoft.confirm(number["extended_pid"], number["installation_id"])
        self.deposit(machine, number["installation_id"], confirmation)

        assert (stands(machine), spent(ours)) == (("licensed", "0x4004F040"), 1)
        machine.product(machine.primary["id"], "UninstallProductKey")
        machine.service("InstallProductKey", ProductKey=MAK)
        assert stands(machine)[0] == "licensed"

    def test_a_confirmation_id_is_for_the_present_installation_id_only(self) -> None:
        ours = fleet()
        machine = box(ours)
        old = machine.primary["installation_id"]
        machine = update(ours, hardware=2)
        new = machine.primary["installation_id"]

        assert hresult(self.deposit, machine, old, confirmation_id(old)) == 0xC004F031
        assert hresult(self.deposit, machine, new, confirmation_id(old)) == 0xC004F04D
        assert hresult(self.deposit, machine, new, "1" * 54) == 0xC004F02F
        assert stands(machine)[0] == "notification"


class TestFaults:
    @pytest.mark.parametrize("code", ["0x80072EE2", "0xC004C003", "0x8007000D"])
    def test_an_activation_can_fail_before_anything_is_done(self, code: str) -> None:
        ours = fleet(faults=[{"on": "Activate", "do": "hresult", "code": code, "times": 2}])
        machine = box(ours)

        assert [hresult(machine.activate), hresult(machine.activate)] == [int(code, 16)] * 2
        assert (stands(machine)[0], spent(ours)) == ("notification", 0)
        machine.activate()
        assert (stands(machine)[0], spent(ours)) == ("licensed", 1)

    def test_it_can_succeed_and_be_told_as_a_failure(self) -> None:
        ours = fleet(faults=[{"on": "Activate", "do": "hresult_after", "code": "0x80072EE2"}])
        machine = box(ours)

        assert hresult(machine.activate) == 0x80072EE2
        assert (stands(machine)[0], spent(ours)) == ("licensed", 1)

    def test_it_can_be_paid_for_without_the_machine_learning_of_it(self) -> None:
        rule = {"on": "Activate", "do": "hresult_after", "code": "0x80072EE2", "reaches_host": False}
        ours = fleet(faults=[rule])
        machine = box(ours)

        assert hresult(machine.activate) == 0x80072EE2
        assert (stands(machine)[0], spent(ours)) == ("notification", 1)
        machine.activate()
        assert (stands(machine)[0], spent(ours)) == ("licensed", 1)

    def test_a_failure_of_the_work_itself_is_told_as_it_is(self) -> None:
        ours = fleet(internet=False, faults=[{"on": "Activate", "do": "hresult_after", "code": "0x80072EE2"}])

        assert hresult(box(ours).activate) == 0x80072EE7
