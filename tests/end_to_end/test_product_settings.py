# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""KMS settings of single products: kms_client brings them in line, the audit and the diagnosis report them."""

from __future__ import annotations

from typing import Any

import pytest

from .mak_cases import ACTIVATE, REFRESH, Serve
from .playbook_runs import Playground, task

KMS, OLD = "kms.corp.example", "old.corp.example"
WORLD: dict[str, Any] = {"kms_hosts": {KMS: {}, OLD: {}}, "dns": {"corp.example": [KMS]}}
OWN: dict[str, Any] = {"product_settings": {"windows": {"kms_host": OLD, "kms_port": 1688, "activation_type": "kms"}}}
CLIENT: dict[str, Any] = {"system": "windows_11_pro", **OWN}
CLEAR_HOST = "ClearKeyManagementServiceMachine"
NAMED, DISCOVERED = {"kms_host": KMS}, {"dns_discovery": True}
UNREACHABLE = "0xC004F074"


def _invoked(ground: Playground, name: str) -> list[str]:
    return [entry["method"] for entry in ground.fleet.machines[name].describe()["invoked"]]


def _requests(ground: Playground, host: str) -> int:
    return int(ground.fleet.describe()["world"]["kms_hosts"][host]["requests"]["total"])


@pytest.mark.parametrize("options", [NAMED, DISCOVERED])
@pytest.mark.parametrize("connection", ["winrm", "psrp"])
def test_a_host_of_windows_alone_is_cleared_and_not_asked(
    serve: Serve, options: dict[str, Any], connection: str
) -> None:
    ground = serve({"pc": {**CLIENT, "connection": connection}}, world=WORLD)
    wish = task("kms_client", **options)
    run = ground.play(
        {**wish, "name": "check", "check_mode": True, "diff": True},
        {**wish, "name": "first", "diff": True},
        {**wish, "name": "again"},
        {**task("license_info"), "name": "look"},
    )
    assert run.code == 0, run.output
    check, first = run.result("pc", "check"), run.result("pc", "first")
    assert check["steps"] == first["steps"]
    assert check["diff"] == first["diff"]
    assert f"kms_host of Windows (Professional): {OLD}\n" in first["diff"]["before"]
    reached = KMS if options is NAMED else None
    assert [row["kms"]["host"] for row in run.result("pc", "look")["license"]["products"]] == [reached]
    assert (_requests(ground, KMS), _requests(ground, OLD)) == (1, 0)
    again = run.result("pc", "again")
    assert (again["changed"], again["steps"]) == (False, [])


def test_the_host_of_the_machine_goes_for_windows_too_where_both_had_the_same(serve: Serve) -> None:
    ground = serve({"pc": {**CLIENT, "kms_host": OLD, "status": "licensed"}}, world=WORLD)
    wish = task("kms_client", **NAMED)
    run = ground.play({**wish, "name": "first"}, {**wish, "name": "again"})
    assert run.code == 0, run.output
    assert [step["action"] for step in run.result("pc", "first")["steps"]] == ["set_kms_host"]
    assert _invoked(ground, "pc") == ["SetKeyManagementServiceMachine", CLEAR_HOST]
    assert not run.result("pc", "again")["changed"]


def test_the_product_of_a_new_key_is_not_activated_by_a_host_of_its_own(serve: Serve) -> None:
    ground = serve({"pc": {**CLIENT, "channel": "retail", "status": "unlicensed"}}, world=WORLD)
    wish = task("kms_client", **NAMED)
    run = ground.play({**wish, "name": "first"}, {**wish, "name": "again"})
    assert run.code == 0, run.output
    assert (_requests(ground, KMS), _requests(ground, OLD)) == (1, 0)
    assert not run.result("pc", "again")["changed"]


def test_an_activation_type_of_windows_alone_is_cleared(serve: Serve) -> None:
    ground = serve({"pc": {**CLIENT, "status": "licensed"}}, world=WORLD)
    wish = task("kms_client", activation_type="any", activate="never")
    run = ground.play({**wish, "name": "first"}, {**wish, "name": "again"})
    assert run.code == 0, run.output
    assert run.result("pc", "first")["license"]["products"][0]["activation_type"] == "any"
    assert not run.result("pc", "again")["changed"]


@pytest.mark.parametrize("silent", [OLD, KMS])
def test_a_failure_names_the_host_that_was_asked(serve: Serve, silent: str) -> None:
    world = {**WORLD, "kms_hosts": {KMS: {"reachable": silent != KMS}, OLD: {"reachable": silent != OLD}}}
    ground = serve({"pc": CLIENT}, world=world)
    wish = task("activate") if silent == OLD else task("kms_client", **NAMED)
    failed = ground.play({**wish, "ignore_errors": True}).result("pc")
    assert failed["code"] == UNREACHABLE
    assert f"{silent}:1688" in failed["msg"]
    assert ("alone" in failed["msg"]) is (silent == OLD)


def test_the_audit_and_the_diagnosis_report_it_and_office_keeps_its_own(serve: Serve) -> None:
    office = {"office": [{"product": "office_2021", "status": "licensed"}], "status": "licensed"}
    own = {"windows": {"kms_host": OLD}, "office_2021": {"kms_host": OLD}}
    machines = {
        "dns": {**CLIENT, **office, "product_settings": own},
        "named": {**CLIENT, **office, "kms_host": KMS, "product_settings": own},
        "sound": {**CLIENT, **office, "kms_host": KMS, "product_settings": {}},
    }
    ground = serve(machines, world=WORLD)
    run = ground.play(
        {**task("fleet_audit"), "name": "audit"},
        {**task("diagnosis_info"), "name": "before"},
        {**task("kms_client", **DISCOVERED), "name": "client"},
        {**task("fleet_audit"), "name": "after"},
    )
    findings = {name: _codes(run.result("dns", "audit")["audit"], name) for name in machines}
    assert findings == {"dns": {"product_settings_override"}, "named": {"kms_host_differs"}, "sound": set()}
    codes = {name: run.result(name, "before")["diagnosis"]["wrong"] for name in ("dns", "named")}
    assert "product_settings_override" in codes["dns"]
    assert "kms_hosts_differ" in codes["named"]
    assert [method for method in _invoked(ground, "dns") if method != "CheckAccess"] == [CLEAR_HOST]
    left = [
        row for row in run.result("dns", "after")["audit"]["findings"] if row["code"] == "product_settings_override"
    ]
    assert [row["machines"] for row in left] == [["dns", "named"]]
    assert all("Windows" not in text for text in left[0]["details"].values())


def _codes(audit: dict[str, Any], name: str) -> set[str]:
    return {row["code"] for row in audit["findings"] if name in row["machines"]} & {
        "product_settings_override",
        "kms_host_differs",
    }


def test_activation_asks_its_own_host_where_no_task_decides(serve: Serve) -> None:
    ground = serve({"pc": CLIENT}, world=WORLD)
    assert ground.play(task("activate")).code == 0
    assert _requests(ground, OLD) == 1
    assert _invoked(ground, "pc") == [ACTIVATE, REFRESH]
