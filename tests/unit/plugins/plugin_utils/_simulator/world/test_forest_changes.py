# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A forest while the fleet runs: what a method has created stays, until the forest itself is described anew."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from winrm.protocol import Protocol

from ansible_collections.volume.activation.plugins.plugin_utils._simulator.fleet.control import FleetControl
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.fleet.fleet import Fleet
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.fleet.service import RunningFleet
from ansible_collections.volume.activation.plugins.plugin_utils._wsman import Invoke, wmi_resource

from ..fake_fleet import text
from ..memory_forest_fleet import KEY, MACHINES, WORLD, ask, fleet, hresult, objects, online


def update(model: Fleet, **ad: Any) -> None:
    world = {**WORLD, "ad": {"corp.example": [], **ad}}
    model.update({"machines": MACHINES, "world": world, "clock": {"now": "2026-03-01T12:00:00Z", "frozen": True}})


def test_what_was_created_stays_as_long_as_its_forest_is_not_touched() -> None:
    model = fleet()
    online(model)

    update(model, **{"other.example": ["Else"]})
    assert [row["name"] for row in objects(model)] == ["Laboratory"]

    update(model, **{"corp.example": ["Described"]})
    assert [row["name"] for row in objects(model)] == ["Described"]


def test_an_object_that_goes_away_leaves_its_leases_and_gives_no_new_one() -> None:
    model = fleet(ad={"corp.example": ["Old"]})
    ask(model, "desk1").activate()

    update(model)

    assert ask(model, "desk1").primary["status"] == "licensed"
    assert hresult(ask(model, "desk2").activate) == 0xC004F081
    app = ask(model, "app1")
    app.activate()
    assert app.primary["activated_by"] == 2


def test_what_was_created_over_the_wire_survives_a_change_by_the_control_channel(tmp_path: Path) -> None:
    login = {"username": "administrator@CORP.EXAMPLE", "password": "Not-a-real-1-password"}
    machines = {**MACHINES, "dc1": {**MACHINES["dc1"], "credentials": login}}
    service = RunningFleet(tmp_path, {"description": {"machines": machines, "world": WORLD}})
    with service.running():
        host, control = service.hosts()["dc1"], FleetControl(tmp_path)
        version = ask_version(service)
        client = Protocol(
            f"https://127.0.0.1:{host['ansible_port']}{host['ansible_winrm_path']}",
            transport="basic",
            ca_trust_path=host["ansible_winrm_ca_trust_path"],
            proxy=None,
            **login,
        )
        given = {"ProductKey": (KEY,), "ActivationObjectName": ("Laboratory",)}
        resource = wmi_resource("SoftwareLicensingService", selectors={"Version": version})
        client.send_message(text(Invoke(resource, "DoActiveDirectoryOnlineActivation", given)))

        world = {**WORLD, "kms_hosts": {}, "ad": {**WORLD["ad"], "other.example": {"objects": ["Else"]}}}
        assert control.update({"machines": machines, "world": world}) is True

        forests = control.state()["fleet"]["world"]["forests"]
        names = {domain: [row["name"] for row in forest["objects"]] for domain, forest in forests.items()}
        assert names == {"corp.example": ["Laboratory"], "other.example": ["Else"]}


def ask_version(service: RunningFleet) -> str:
    """Return the key of a machine's licensing service."""
    machines: Any = service.fleet.machines
    return str(machines["dc1"].description["system"].version) + ".1"
