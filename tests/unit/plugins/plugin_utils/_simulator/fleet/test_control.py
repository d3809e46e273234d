# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control channel: who may use it, and that a running fleet changes as it says."""

from __future__ import annotations

import http.client
import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from winrm.protocol import Protocol

from ansible_collections.volume.activation.plugins.plugin_utils._errors import ActivationError
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.fleet.control import FleetControl
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.fleet.service import RunningFleet

from ..fake_fleet import ACTIVATE, QUERY, build, text

TWO: dict[str, Any] = {"machines": {"web1": {}, "web2": {}}}


def refusing_build(description: dict[str, Any]) -> Any:
    """Build a fleet, unless the description says that it is wrong."""
    if description.get("wrong"):
        raise ActivationError("machines.web1 is wrong", code="invalid_description", cause="because", remedy="right it")
    return build(description)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[RunningFleet]:
    """A fleet of two machines, served in this process."""
    service = RunningFleet(tmp_path, {"description": TWO, "settings": {}}, build=refusing_build)
    with service.running():
        yield service


def ask(service: RunningFleet, name: str, request: Any) -> None:
    """Send a message to a machine as its inventory says."""
    host = service.hosts()[name]
    Protocol(
        f"https://127.0.0.1:{host['ansible_port']}{host['ansible_winrm_path']}",
        transport=host["ansible_winrm_transport"][0],
        username=host["ansible_user"],
        password=host["ansible_password"],
        ca_trust_path=host["ansible_winrm_ca_trust_path"],
        proxy=None,
    ).send_message(text(request))


def test_the_state_has_the_truth_and_the_counters(service: RunningFleet, tmp_path: Path) -> None:
    ask(service, "web1", ACTIVATE)
    ask(service, "web2", QUERY)
    state = FleetControl(tmp_path).state()
    assert state["fleet"]["machines"]["web1"]["invoked"] == ["Activate"]
    assert state["counters"]["web1"]["methods"] == {"Activate": 1}
    assert state["total"]["requests"] == 2
    FleetControl(tmp_path).reset_counters()
    assert FleetControl(tmp_path).counters() == {}


def test_hosts_are_those_of_the_inventory(service: RunningFleet, tmp_path: Path) -> None:
    assert FleetControl(tmp_path).hosts() == json.loads(json.dumps(service.hosts()))


def test_the_same_description_changes_nothing(service: RunningFleet, tmp_path: Path) -> None:
    before = (tmp_path / "inventory.yml").stat().st_ino
    assert FleetControl(tmp_path).update(TWO, {}) is False
    assert (tmp_path / "inventory.yml").stat().st_ino == before


def test_another_description_changes_machines_and_inventory_and_keeps_what_stays(
    service: RunningFleet, tmp_path: Path
) -> None:
    control = FleetControl(tmp_path)
    ask(service, "web1", ACTIVATE)
    password = control.hosts()["web1"]["ansible_password"]
    assert control.update({"machines": {"web1": {}, "web3": {}}}) is True
    assert set(control.hosts()) == {"web1", "web3"}
    assert control.hosts()["web1"]["ansible_password"] == password
    assert control.state()["fleet"]["machines"] == {"web1": {"invoked": ["Activate"]}, "web3": {"invoked": []}}
    assert "web3" in (tmp_path / "inventory.yml").read_text()
    ask(service, "web3", QUERY)


def test_other_settings_change_the_inventory(service: RunningFleet, tmp_path: Path) -> None:
    assert FleetControl(tmp_path).update(TWO, {"connection": "psrp", "scheme": "http"}) is True
    assert {host["ansible_psrp_auth"] for host in FleetControl(tmp_path).hosts().values()} == {"ntlm"}


def test_a_check_tells_and_changes_nothing(service: RunningFleet, tmp_path: Path) -> None:
    control = FleetControl(tmp_path)
    assert control.update({"machines": {"web9": {}}}, check=True) is True
    assert control.update(TWO, check=True) is False
    assert set(control.hosts()) == {"web1", "web2"}


@pytest.mark.parametrize("check", [True, False])
def test_an_invalid_description_is_refused_and_changes_nothing(
    service: RunningFleet, tmp_path: Path, check: bool
) -> None:
    with pytest.raises(ActivationError) as caught:
        FleetControl(tmp_path).update({**TWO, "wrong": True}, check=check)
    error = caught.value
    assert (error.message, error.code, error.cause, error.remedy) == (
        "machines.web1 is wrong",
        "invalid_description",
        "because",
        "right it",
    )
    assert FleetControl(tmp_path).update(TWO) is False


def test_a_machine_with_settings_that_cannot_be_is_refused(service: RunningFleet, tmp_path: Path) -> None:
    with pytest.raises(ActivationError):
        FleetControl(tmp_path).update({"machines": {"web1": {"scheme": "http", "transport": "basic"}}})
    assert set(FleetControl(tmp_path).hosts()) == {"web1", "web2"}


def test_the_state_of_a_fleet_with_microsoft_has_its_urls_and_counts(tmp_path: Path) -> None:
    world = {"microsoft": {"maks": {"lab": {"remaining": 7}}}}
    job = {"description": {"machines": {"web1": "server_2022_standard"}, "world": world}, "settings": {}}
    with RunningFleet(tmp_path, job).running():
        found = FleetControl(tmp_path).state()["microsoft"]

    names = {"batch_url", "activationws_soap_url", "activationws_rest_url"}
    assert found.keys() == {*names, "http", "ca_file", "maks", "product_keys_seen"} and found["http"].keys() == names
    assert {found[name].partition(":")[0] for name in names} == {"https"}
    assert {url.partition(":")[0] for url in found["http"].values()} == {"http"}
    assert (found["maks"]["lab"]["remaining"], found["product_keys_seen"]) == (7, 0)


def test_a_failure_inside_is_told_without_its_details(service: RunningFleet, tmp_path: Path) -> None:
    with pytest.raises(ActivationError, match="log says why"):
        FleetControl(tmp_path).update({"no": "machines"})


def test_nothing_is_told_without_the_token(service: RunningFleet, tmp_path: Path) -> None:
    path = tmp_path / "control.json"
    address = json.loads(path.read_bytes())
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": address["token"]}):
        for method, target in (("GET", "/state"), ("POST", "/stop"), ("GET", "/unknown")):
            connection = http.client.HTTPConnection("127.0.0.1", address["port"], timeout=20)
            connection.request(method, target, headers=headers)
            response = connection.getresponse()
            assert (response.status, response.read()) == (401, b"{}")
    assert not service.stopping.is_set()
    path.write_text(json.dumps({**address, "token": "wrong"}))
    with pytest.raises(ActivationError) as caught:
        FleetControl(tmp_path).stop()
    assert caught.value.code == "fleet_unreachable"


def test_a_stop_is_passed_on(service: RunningFleet, tmp_path: Path) -> None:
    FleetControl(tmp_path).stop()
    assert service.stopping.wait(20)


def test_what_is_written_is_private_and_goes_away(tmp_path: Path) -> None:
    service = RunningFleet(tmp_path, {"description": TWO, "settings": {}}, build=build)
    with service.running():
        files = [path for path in tmp_path.rglob("*") if path.is_file()]
        assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
        assert {path.name for path in files} >= {"control.json", "inventory.yml", "ca.pem", "server.pem"}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [None, "", "{}", "[]", '{"port": "x", "token": "y"}', '{"port": 1, "token": "y"}'])
def test_a_fleet_that_is_not_there_is_told_apart_from_a_failure(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "control.json").write_text(content)
    with pytest.raises(ActivationError) as caught:
        FleetControl(tmp_path).state()
    assert caught.value.code == "fleet_unreachable"
    assert caught.value.remedy
