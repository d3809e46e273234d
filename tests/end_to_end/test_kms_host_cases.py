# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Machines become KMS hosts, change and retire; each in check mode and for real, and again.

What a machine was asked to change is compared with what was to be changed, and what is declined is declined before
anything was.
"""

from __future__ import annotations

from typing import Any

import pytest

from .mak_cases import ACTIVATE, HOST_KEY, INSTALL, REFRESH, SERVER, Serve
from .playbook_runs import Playground, Run, task

OFFICE_KEY = "HHHHH-JJJJJ-KKKKK-MMMMM-FFFFF"
LATER_KEY = "HHHHH-JJJJJ-KKKKK-MMMMM-RRRRR"
MAK = "MMMMM-KKKKK-BBBBB-CCCCC-WWWWW"
WORLD = {
    "microsoft": {
        "keys": {
            HOST_KEY: {"channel": "kms_host"},
            LATER_KEY: {"channel": "kms_host"},
            OFFICE_KEY: {"channel": "kms_host", "edition": "office_2021"},
        },
        "maks": {"one": {"key": MAK, "remaining": 5}},
    },
    "kms_hosts": {"kms.corp.example": {"count": 50}},
}
FRESH = {**SERVER, "firewall": "closed"}
WITH_OFFICE = {**FRESH, "office_host": ["office_2021"]}
LICENSED_HOST = {**SERVER, "channel": "kms_host", "status": "licensed"}

SET_PORT, CLEAR_PORT = "SetKeyManagementServiceListeningPort", "ClearKeyManagementServiceListeningPort"
PUBLISH, PRIORITY = "DisableKeyManagementServiceDnsPublishing", "EnableKeyManagementServiceLowPriority"
TRY, RENEW = "SetVLActivationInterval", "SetVLRenewalInterval"
WRITE, WRITE_LIST, DELETE = "SetStringValue", "SetMultiStringValue", "DeleteValue"
ENABLE, DISABLE, PUT = "Enable", "Disable", "Put"
RESTART = ("StopService", "StartService")
READS = ("GetStringValue", "GetMultiStringValue")

KEY = {"product_keys": [{"product_key": HOST_KEY}]}
BOTH = {"product_keys": [{"product_key": HOST_KEY}, {"product_key": OFFICE_KEY, "products": "office"}]}
OTHERWISE = {
    "port": 1700,
    "dns_publishing": False,
    "publish_domains": [{"domain": "corp.example"}, {"domain": "branch.example", "priority": 10, "weight": 5}],
    "low_priority": True,
    "activation_interval": 60,
    "renewal_interval": 1440,
    "firewall": True,
    "firewall_profiles": ["domain", "private"],
}

# What each stage asks for, and what the machine then has to see.
Stages = list[tuple[str, dict[str, Any], tuple[str, ...]]]
WINDOWS: Stages = [
    ("create", {**KEY, "firewall": True}, (INSTALL, ACTIVATE, REFRESH, WRITE, WRITE, ENABLE)),
    (
        "modify",
        {**KEY, **OTHERWISE},
        (SET_PORT, PUBLISH, WRITE_LIST, PRIORITY, TRY, RENEW, PUT, PUT, *RESTART),
    ),
    (
        "remove",
        {"state": "absent"},
        (TRY, RENEW, INSTALL, REFRESH, CLEAR_PORT, PUBLISH, DELETE, PRIORITY, DELETE, DELETE, DISABLE, *RESTART),
    ),
]
OFFICE: Stages = [
    (
        "create",
        BOTH,
        (INSTALL, ACTIVATE, REFRESH, INSTALL, ACTIVATE, REFRESH, WRITE, WRITE),
    ),
    ("modify", {**BOTH, "port": 1700, "restart_service": False}, (SET_PORT,)),
    (
        "remove",
        {"state": "absent"},
        (INSTALL, "UninstallProductKey", REFRESH, CLEAR_PORT, DELETE, DELETE, *RESTART),
    ),
]
RENEWED_KEY: Stages = [
    (
        "create",
        {"product_keys": [{"product_key": LATER_KEY}], "replace_licensed": True},
        (INSTALL, ACTIVATE, REFRESH, WRITE, WRITE),
    ),
    ("modify", {"publish_domains": [{"domain": "branch.example"}]}, (WRITE_LIST, *RESTART)),
    ("remove", {"publish_domains": []}, (DELETE, *RESTART)),
]


def _tasks(stages: Stages) -> list[dict[str, Any]]:
    return [
        {**task("kms_host", **options), "name": f"{stage} {again} {mode}", "check_mode": mode == "check", "diff": True}
        for stage, options, _methods in stages
        for again in ("first", "again")
        for mode in ("check", "real")
    ]


def _assert_twelve(run: Run, stages: Stages) -> None:
    assert run.code == 0, run.output
    for stage, *_rest in stages:
        predicted, done = run.result("srv", f"{stage} first check"), run.result("srv", f"{stage} first real")
        assert predicted["changed"] and done["changed"]
        assert (predicted["steps"], predicted["diff"]) == (done["steps"], done["diff"])
        assert predicted["diff"]["before"] != predicted["diff"]["after"]
        assert predicted["hosting"] == done["hosting"]
        for mode in ("check", "real"):
            again = run.result("srv", f"{stage} again {mode}")
            assert (again["changed"], again["steps"], again["diff"]) == (False, [], {"before": "", "after": ""})


def _changes(ground: Playground, name: str = "srv") -> list[str]:
    """Return what the machine was asked to change, in order; what only reads the registry is not in it."""
    invoked = [entry["method"] for entry in ground.fleet.machines[name].describe()["invoked"]]
    return [method for method in invoked if method not in READS]


@pytest.mark.parametrize(
    ("machine", "stages"),
    [
        pytest.param(FRESH, WINDOWS, id="windows"),
        pytest.param(WITH_OFFICE, OFFICE, id="windows-and-office"),
        pytest.param(LICENSED_HOST, RENEWED_KEY, id="newer-key"),
    ],
)
def test_twelve_cases(serve: Serve, machine: dict[str, Any], stages: Stages) -> None:
    ground = serve({"srv": machine}, world=WORLD)
    run = ground.play(*_tasks(stages))
    _assert_twelve(run, stages)
    # Neither check mode nor a second run changed anything: these are all the changes there were, in their order.
    assert _changes(ground) == [method for *_rest, methods in stages for method in methods]


def test_what_a_host_is_set_to_is_told_after_each_stage(serve: Serve) -> None:
    ground = serve({"srv": FRESH}, world=WORLD)
    run = ground.play(*_tasks(WINDOWS))
    created, modified, removed = (
        run.result("srv", f"{stage} first real")["hosting"] for stage in ("create", "modify", "remove")
    )
    assert created["is_kms_host"] and created["service_version"]
    assert created["firewall"] == {"rule": "SPPSVC-In-TCP", "enabled": True, "ports": ["1688"], "profiles": ["any"]}
    assert (modified["port"], modified["dns_publishing"], modified["low_priority"]) == (1700, False, True)
    assert (modified["activation_interval"], modified["renewal_interval"]) == (60, 1440)
    assert modified["publish_domains"][1] == {"domain": "branch.example", "priority": 10, "weight": 5}
    assert modified["firewall"]["ports"] == ["1700"] and modified["firewall"]["profiles"] == ["domain", "private"]
    assert (removed["is_kms_host"], removed["port"], removed["dns_publishing"]) == (False, 1688, True)
    assert (removed["service_version"], removed["publish_domains"], removed["firewall"]["enabled"]) == (None, [], False)
    product = run.result("srv", "remove first real")["license"]["products"][0]
    assert product["channel"] == "kms_client"


# Each machine, what is asked for, and the code.
REFUSED: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "azure": ({"system": "server_2022_datacenter_azure"}, KEY, "azure_edition"),
    "evaluation": ({"system": "server_2022_standard_eval"}, KEY, "evaluation_edition"),
    "home": ({"system": "windows_11_home"}, {**KEY, "replace_licensed": True}, "not_a_volume_edition"),
    "client-key": (
        FRESH,
        {"product_keys": [{"product_key": "VDYBN-27WPP-V4HQT-9VMD4-VMK7H"}]},
        "kms_client_key",
    ),
    "retail": ({**SERVER, "channel": "retail", "status": "licensed"}, KEY, "licensed_by_other_key"),
    "short-interval": (FRESH, {**KEY, "activation_interval": 14}, "bad_option"),
    "long-interval": (FRESH, {**KEY, "renewal_interval": 43201}, "bad_option"),
    "no-port": (FRESH, {**KEY, "port": 0}, "bad_option"),
    "bad-domain": (FRESH, {**KEY, "publish_domains": [{"domain": "corp example"}]}, "bad_option"),
    "bad-weight": (FRESH, {**KEY, "publish_domains": [{"domain": "corp", "weight": 65536}]}, "bad_option"),
    "profiles-alone": (FRESH, {**KEY, "firewall_profiles": ["domain"]}, "bad_option"),
    "key-twice": (FRESH, {"product_keys": [{"product_key": HOST_KEY}] * 2}, "bad_option"),
    "key-of-nothing": (FRESH, {"product_keys": [{"product_key": HOST_KEY, "products": "visio"}]}, "bad_option"),
    "retire-with-keys": (FRESH, {**KEY, "state": "absent"}, "bad_option"),
    "malformed": (FRESH, {"product_keys": [{"product_key": "HHHHH-JJJJJ"}]}, "malformed_key"),
    "short-confirmation": (
        FRESH,
        {"product_keys": [{"product_key": HOST_KEY, "confirmation_id": "123456"}], "activate": "offline"},
        "bad_confirmation_id",
    ),
}


def test_what_needs_a_decision_is_refused_alike_in_check_mode_and_before_anything_changes(serve: Serve) -> None:
    ground = serve({name: machine for name, (machine, _options, _code) in REFUSED.items()}, world=WORLD)
    tasks = [
        {
            **task("kms_host", **options),
            "name": f"{name} {mode}",
            "when": f"inventory_hostname == '{name}'",
            "check_mode": mode == "check",
            "ignore_errors": True,
        }
        for name, (_machine, options, _code) in REFUSED.items()
        for mode in ("check", "real")
    ]
    run = ground.play(*tasks)
    for name, (_machine, _options, code) in REFUSED.items():
        check, real = run.result(name, f"{name} check"), run.result(name, f"{name} real")
        assert (real["code"], real["refused"], real["changed"]) == (code, True, False), (name, real)
        assert real["msg"] and real["remedy"]
        told = ("code", "msg", "cause", "remedy", "refused", "steps", "changed")
        assert [check[part] for part in told] == [real[part] for part in told], name
        assert _changes(ground, name) == []


def test_a_mak_in_the_place_of_a_host_key_is_found_out_and_not_activated(serve: Serve) -> None:
    ground = serve({"srv": FRESH}, world=WORLD)
    run = ground.play({**task("kms_host", product_keys=[{"product_key": MAK}]), "ignore_errors": True})
    assert run.result("srv")["code"] == "not_a_host_key"
    assert _changes(ground) == [INSTALL, REFRESH]
    assert ground.fleet.world.microsoft.describe()["maks"]["one"]["spent"] == 0


def test_intervals_wait_for_the_activation_that_is_done_by_telephone(serve: Serve) -> None:
    ground = serve({"srv": {**FRESH, "internet": False}}, world=WORLD)
    wish = {**KEY, "activation_interval": 60, "activate": "never"}
    run = ground.play({**task("kms_host", **wish), "register": "prepared"})
    prepared = run.result("srv")
    assert (prepared["deferred"], prepared["hosting"]["is_kms_host"]) == (["activation_interval"], False)
    assert "wait for its activation" in run.output
    (installation,) = prepared["installations"]
    assert len(installation["installation_id"]) == 63
    confirmation = _confirmation(installation["installation_id"])
    given = {"product_keys": [{"product_key": HOST_KEY, "confirmation_id": confirmation}], "activate": "offline"}
    for _again in range(2):
        run = ground.play(task("kms_host", **given, activation_interval=60))
        assert run.code == 0, run.output
    assert run.result("srv")["changed"] is False
    assert (run.result("srv")["deferred"], run.result("srv")["hosting"]["activation_interval"]) == ([], 60)
    assert "DepositOfflineConfirmationId" in _changes(ground) and ACTIVATE not in _changes(ground)


def _confirmation(installation: str) -> str:
    from ansible_collections.volume.activation.plugins.plugin_utils._simulator.world.world import confirmation_id

    return confirmation_id(installation)


def test_a_host_that_lost_its_mark_gets_it_back(serve: Serve) -> None:
    ground = serve({"srv": LICENSED_HOST}, world=WORLD)
    run = ground.play({**task("kms_host"), "diff": True}, {**task("kms_host"), "name": "again"})
    assert [step["action"] for step in run.result("srv", "kms_host")["steps"]] == ["mark_host"]
    assert _changes(ground) == [WRITE, WRITE]
    assert run.result("srv", "again")["changed"] is False


def test_what_was_set_comes_into_force_although_a_later_setting_fails(serve: Serve) -> None:
    faults = [{"on": "SetVLRenewalInterval", "do": "hresult", "code": "0xC004F06A", "times": 0}]
    ground = serve({"srv": {**LICENSED_HOST, "faults": faults}}, world=WORLD)
    run = ground.play({**task("kms_host", port=1700, renewal_interval=1440), "ignore_errors": True})
    result = run.result("srv")
    assert (result["code"], result["changed"]) == ("0xC004F06A", True)
    assert [step["action"] for step in result["steps"]] == ["set_listening_port", "restart_service"]
    assert _changes(ground)[-2:] == list(RESTART)


def test_a_host_without_its_mark_retires_without_getting_one(serve: Serve) -> None:
    ground = serve({"srv": LICENSED_HOST}, world=WORLD)
    run = ground.play(task("kms_host", state="absent"))
    assert run.code == 0, run.output
    assert WRITE not in _changes(ground)
    assert [step["action"] for step in run.result("srv")["steps"]] == ["install_key", "switch_firewall_rule"]
