# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A login without administrator rights reads everything and changes nothing."""

from __future__ import annotations

from typing import Any

import pytest

from ..wmi_client import Asker, Faulted, asker, fleet_of

PLAIN = {"system": "server_2022_standard", "status": None, "kms_host": "kms.corp.example", "administrator": False}


def refused(call: Any, *args: Any, **kwargs: Any) -> int | None:
    with pytest.raises(Faulted) as raised:
        call(*args, **kwargs)
    return raised.value.fault.number


def test_it_reads_what_an_administrator_reads() -> None:
    plain, administrator = asker(PLAIN), asker({**PLAIN, "administrator": True})

    for class_name in ("SoftwareLicensingProduct", "SoftwareLicensingService", "Win32_OperatingSystem"):
        query = f"SELECT * FROM {class_name}"
        assert plain.rows(query) == administrator.rows(query)


@pytest.mark.parametrize(
    ("method", "parameters"),
    [
        ("InstallProductKey", {"ProductKey": "VDYBN-27WPP-V4HQT-9VMD4-VMK7H"}),
        ("ClearKeyManagementServiceMachine", {}),
        ("SetKeyManagementServicePort", {"PortNumber": "1700"}),
        ("RefreshLicenseStatus", {}),
        ("ReArmWindows", {}),
        ("DoActiveDirectoryOnlineActivation", {"ProductKey": "HHHHH-JJJJJ-KKKKK-MMMMM-PPPPP"}),
    ],
)
def test_every_method_of_the_service_is_refused_and_does_nothing(method: str, parameters: dict[str, str]) -> None:
    box = asker(PLAIN)
    before = {**box.machine.describe(), "invoked": [], "counters": {}}

    assert refused(box.service, method, **parameters) == 0x80070005
    assert {**box.machine.describe(), "invoked": [], "counters": {}} == before


@pytest.mark.parametrize("method", ["Activate", "UninstallProductKey", "ClearKeyManagementServiceMachine"])
def test_every_method_of_a_product_is_refused(method: str) -> None:
    box = asker(PLAIN)

    assert refused(box.product, box.primary["id"], method) == 0x80070005
    assert box.primary["status"] != "licensed"


def test_rights_are_given_and_taken_while_the_machine_runs_and_keeps_its_state() -> None:
    fleet = fleet_of({"box": PLAIN})
    box = Asker(fleet.machines["box"])
    assert refused(box.activate) == 0x80070005

    fleet.update({"machines": {"box": {**PLAIN, "administrator": True}}, "clock": {"frozen": True}})

    assert Asker(fleet.machines["box"]).activate().values["ReturnValue"] == ("0",)
    assert len(fleet.machines["box"].describe()["invoked"]) == 2
