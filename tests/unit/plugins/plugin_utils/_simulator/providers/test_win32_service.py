# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Services stop and start in steps that have to be waited for, and licensing starts its own again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._simulator.fleet.fleet import Fleet
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.world.clock import ClockSetting
from ansible_collections.volume.activation.plugins.plugin_utils._wsman import Get, Invoke, wmi_resource

from ..wmi_client import Asker, asker, fleet_of

QUERY = "SELECT ProcessId, Started, State FROM Win32_Service WHERE Name = '{}'"
STOPPED = {"ProcessId": "0", "Started": "false", "State": "Stopped"}


@pytest.fixture
def box() -> Asker:
    """A machine whose licensing service was started by a query."""
    box = asker("server_2022_standard")
    box.one("SELECT Version FROM SoftwareLicensingService")
    return box


def state(box: Asker, name: str = "sppsvc") -> str:
    return str(box.one(QUERY.format(name))["State"])


def call(box: Asker, method: str, name: str = "sppsvc") -> str:
    resource = wmi_resource("Win32_Service", selectors={"Name": name})
    output = box.send(Invoke(resource, method, {}))
    assert set(output.values) == {"ReturnValue"}
    return str(output.values["ReturnValue"][0])


def later(fleet: Fleet, span: timedelta) -> None:
    """Let time pass."""
    fleet.clock.set(ClockSetting(now=fleet.clock.now() + span, frozen=True))


def test_the_services_that_licensing_rests_on_run(box: Asker) -> None:
    rows = box.rows("SELECT Name, Started, StartMode, State, Status FROM Win32_Service")

    assert [row["Name"] for row in rows] == ["sppsvc", "Winmgmt", "WinRM"]
    assert {tuple(list(row.values())[1:]) for row in rows} == {("true", "Auto", "Running", "OK")}


def test_names_are_keys_and_display_names_are_in_the_machines_language() -> None:
    box = asker({"system": "server_2022_standard", "language": "de-DE"})

    found = box.send(Get(wmi_resource("Win32_Service", selectors={"Name": "winmgmt"}))).instance

    assert found.properties["Name"] == ("Winmgmt",)
    assert found.properties["DisplayName"] == ("Windows-Verwaltungsinstrumentation",)


def test_a_service_stops_and_starts_in_steps_and_is_another_process_then(box: Asker) -> None:
    before = box.one(QUERY.format("sppsvc"))

    assert call(box, "StopService") == "0"
    assert box.one(QUERY.format("sppsvc")) == {**before, "State": "Stop Pending"}
    assert box.one(QUERY.format("sppsvc")) == {"ProcessId": "0", "Started": "false", "State": "Stopped"}
    assert call(box, "StartService") == "0"
    assert state(box) == "Start Pending"
    after = box.one(QUERY.format("sppsvc"))

    assert after["State"] == "Running"
    assert int(after["ProcessId"]) > int(before["ProcessId"])


def test_asking_for_the_instance_also_lets_it_arrive(box: Asker) -> None:
    one = Get(wmi_resource("Win32_Service", selectors={"Name": "sppsvc"}))
    call(box, "StopService")

    assert [box.send(one).instance.properties["State"][0] for _time in range(2)] == ["Stop Pending", "Stopped"]


def test_who_does_not_wait_is_told_so(box: Asker) -> None:
    assert call(box, "StartService") == "10"
    call(box, "StopService")
    assert call(box, "StopService") == "5"
    assert call(box, "StartService") == "10"  # it has not stopped yet
    assert [state(box), state(box)] == ["Stop Pending", "Stopped"]
    assert call(box, "StopService") == "5"


@pytest.mark.parametrize("class_name", ["SoftwareLicensingService", "SoftwareLicensingProduct"])
@pytest.mark.parametrize("looks", [0, 1])
def test_a_question_about_licences_starts_the_licensing_service(box: Asker, class_name: str, looks: int) -> None:
    call(box, "StopService")
    for _time in range(looks):
        state(box)

    assert box.rows(f"SELECT * FROM {class_name}")

    assert state(box) == "Running"


def test_a_method_of_the_licensing_service_starts_it_too(box: Asker) -> None:
    row = box.primary["id"]
    call(box, "StopService")
    state(box)

    box.product(row, "GetPolicyInformationDWord", PolicyName="Kernel-ProductInfo")

    assert state(box) == "Running"


def test_what_management_itself_needs_is_not_stopped(box: Asker) -> None:
    for name in ("WinRM", "Winmgmt"):
        assert call(box, "StopService", name) == "3"
        assert state(box, name) == "Running"


@pytest.mark.parametrize(
    "description",
    [
        "windows_11_pro",
        {"system": "server_2022_standard", "channel": "kms_host", "status": "notification"},
        {"system": "server_2022_standard", "status": "licensed"},
    ],
)
def test_on_an_idle_machine_the_licensing_service_is_stopped(description: Any) -> None:
    box = asker(description)

    assert [box.one(QUERY.format("sppsvc")) for _time in range(2)] == [STOPPED] * 2
    assert state(box, "WinRM") == "Running"
    box.one("SELECT BuildNumber FROM Win32_OperatingSystem")
    assert call(box, "StopService") == "5"
    assert box.one(QUERY.format("sppsvc")) == STOPPED

    box.one("SELECT Version FROM SoftwareLicensingService")

    assert box.one(QUERY.format("sppsvc"))["ProcessId"] != "0"
    assert state(box) == "Running"


def test_a_kms_host_runs_it_and_goes_on_serving() -> None:
    fleet = fleet_of({"box": {"system": "server_2022_standard", "channel": "kms_host", "status": "licensed"}})
    box = Asker(fleet.machines["box"])

    for _time in range(2):
        assert state(box) == "Running"
        later(fleet, timedelta(days=1))
    assert "box.corp.example" in fleet.describe()["world"]["kms_hosts"]


@pytest.mark.parametrize("start", ["a query", "StartService"])
def test_it_stops_again_once_it_was_not_needed_for_a_while(start: str) -> None:
    fleet = fleet_of({"box": "server_2022_standard"})
    box = Asker(fleet.machines["box"])
    later(fleet, timedelta(days=1))
    if start == "a query":
        box.one("SELECT Version FROM SoftwareLicensingService")
    else:
        assert call(box, start) == "0"
        assert state(box) == "Start Pending"

    assert [state(box) for _time in range(2)] == ["Running"] * 2
    later(fleet, timedelta(minutes=1))

    assert box.one(QUERY.format("sppsvc")) == STOPPED


def test_without_administrator_rights_the_answer_is_two_and_nothing_happens() -> None:
    box = asker({"system": "server_2022_standard", "administrator": False})
    box.one("SELECT Version FROM SoftwareLicensingService")

    assert call(box, "StopService") == "2"
    assert state(box) == "Running"
