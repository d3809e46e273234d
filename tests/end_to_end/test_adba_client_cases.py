# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Domain members come to AD-based activation, change and leave it; each in check mode and for real, and again.

The forest's objects are in the simulator's memory. What a machine called is compared with what was to be called, and
what is declined is declined before anything was, or with the step that stays done.
"""

from __future__ import annotations

from typing import Any

import pytest

from .mak_cases import ACTIVATE, INSTALL, REFRESH, Serve
from .playbook_runs import Playground, Run, task

ALLOW, LIFT = "SetVLActivationTypeEnabled", "ClearVLActivationTypeEnabled"
OBJECT = "Windows Server, the forest's own"
DN = f"CN={OBJECT.replace(',', chr(92) + ',')},CN=Activation Objects,CN=Microsoft SPP,CN=Services,CN=Configuration"
WORLD = {
    "ad": {
        "corp.example": [
            {"name": "For Office only", "products": ["office"]},
            {"name": OBJECT, "products": ["windows_server"]},
        ],
        "empty.example": [],
    },
    "kms_hosts": {"kms.corp.example": {"count": 50}},
}
NOTHING = {"system": "server_2022_datacenter", "channel": "kms_client", "status": "notification"}
BY_KMS = {**NOTHING, "status": "licensed", "activated_by": "kms", "kms_host": "kms.corp.example", "lease_days": 120}
BY_AD = {**NOTHING, "status": "licensed", "activated_by": "ad", "lease_days": 20}
RETAIL = {**NOTHING, "status": "licensed", "channel": "retail"}
ANY = {"activation_type": "any"}
LIFTED = (LIFT, LIFT)
"""Of the machine, and of the product that showed the type, since it may be its own."""

# What each stage asks of which module, and the methods that the machine then has to see.
Stages = list[tuple[str, str, dict[str, Any], tuple[str, ...]]]
FROM_NOTHING: Stages = [
    ("create", "adba_client", ANY, (ACTIVATE, REFRESH)),
    ("modify", "adba_client", {}, (ALLOW,)),
    ("back", "adba_client", ANY, LIFTED),
]
FROM_KMS: Stages = [
    ("create", "adba_client", {}, (ALLOW, ACTIVATE, REFRESH)),
    ("modify", "adba_client", ANY, LIFTED),
    ("remove", "kms_client", {"activation_type": "kms"}, (ALLOW,)),
]
FROM_RETAIL: Stages = [
    ("create", "adba_client", {"replace_licensed": True}, (INSTALL, ALLOW, ACTIVATE, REFRESH)),
    ("modify", "adba_client", ANY, LIFTED),
    ("back", "adba_client", {"replace_licensed": True}, (ALLOW,)),
]
RENEWED: Stages = [
    ("renew", "adba_client", {**ANY, "renew_below_days": 30}, (ACTIVATE, REFRESH)),
    ("modify", "adba_client", {"renew_below_days": 30}, (ALLOW,)),
    ("back", "adba_client", ANY, LIFTED),
]


def _tasks(stages: Stages) -> list[dict[str, Any]]:
    return [
        {**task(module, **options), "name": f"{stage} {again} {mode}", "check_mode": mode == "check", "diff": True}
        for stage, module, options, _methods in stages
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
        for mode in ("check", "real"):
            again = run.result("srv", f"{stage} again {mode}")
            assert (again["changed"], again["steps"], again["diff"]) == (False, [], {"before": "", "after": ""})


def _invoked(ground: Playground, name: str = "srv") -> list[str]:
    return [entry["method"] for entry in ground.fleet.machines[name].describe()["invoked"]]


@pytest.mark.parametrize(
    ("machine", "stages"),
    [
        pytest.param(NOTHING, FROM_NOTHING, id="from-nothing"),
        pytest.param(BY_KMS, FROM_KMS, id="from-kms"),
        pytest.param(RETAIL, FROM_RETAIL, id="from-retail"),
        pytest.param(BY_AD, RENEWED, id="renewed"),
    ],
)
def test_twelve_cases(serve: Serve, machine: dict[str, Any], stages: Stages) -> None:
    ground = serve({"srv": machine}, world=WORLD)
    run = ground.play(*_tasks(stages))
    _assert_twelve(run, stages)
    # Neither check mode nor a second run called anything: these are all the calls there were, in their order.
    assert _invoked(ground) == [method for *_rest, methods in stages for method in methods]
    for stage, module, _options, _methods in stages:
        if module == "adba_client":
            _assert_by_the_object(run.result("srv", f"{stage} first real"))


def _assert_by_the_object(result: dict[str, Any]) -> None:
    path, (product,) = result["activation"], result["license"]["products"]
    assert (path["path"], path["object"]) == ("ad", OBJECT)
    assert path["object_dn"].startswith(DN)
    assert path["extended_pid"] and path["activation_id"]
    assert (product["status"], product["activated_by"], product["ad_object"]) == ("licensed", "ad", OBJECT)
    assert product["ad_object_dn"] == path["object_dn"]
    assert product["ad_extended_pid"] == path["extended_pid"]
    assert product["ad_activation_id"] == path["activation_id"]


def test_check_mode_tells_the_path_and_leaves_the_object_to_the_directory(serve: Serve) -> None:
    ground = serve({"kms": BY_KMS, "nothing": NOTHING}, world=WORLD)
    run = ground.play(task("adba_client"), {**task("adba_client", **ANY), "name": "any"}, arguments=("--check",))
    assert run.code == 0, run.output
    for name in ("kms", "nothing"):
        told = run.result(name, "adba_client")
        assert (told["activation"]["path"], told["activation"]["object"]) == ("ad", None)
        assert told["license"]["products"][0]["activated_by"] == "ad"
        assert _invoked(ground, name) == []
    assert run.result("kms", "any")["activation"]["path"] == "kms"
    assert run.result("nothing", "any")["activation"]["path"] is None


REFUSED: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "workgroup": ({**NOTHING, "domain": None}, {}, "not_a_domain_member"),
    "workgroup-by-kms": ({**BY_KMS, "domain": None}, ANY, "not_a_domain_member"),
    "workgroup-image": ({**NOTHING, "domain": None}, {"activate": "never"}, "not_a_domain_member"),
    "evaluation": ({"system": "server_2022_standard_eval"}, {}, "evaluation_edition"),
    "mak": ({**NOTHING, "channel": "mak", "status": "licensed"}, {}, "licensed_by_other_key"),
    "retail": (RETAIL, {}, "licensed_by_other_key"),
    "oem": ({**RETAIL, "channel": "oem"}, ANY, "licensed_by_other_key"),
    "host-key": ({**RETAIL, "channel": "kms_host"}, {"replace_licensed": True}, "kms_host_key"),
    "kept-key": ({**RETAIL, "channel": "mak"}, {"product_key": "keep"}, "not_a_kms_client"),
    "subscription": (
        {"system": "windows_11_enterprise", "subscription": True, "channel": "retail"},
        {"replace_licensed": True},
        "subscription_step_up",
    ),
    "bad-option": (NOTHING, {"renew_below_days": 180}, "bad_option"),
}


def test_what_needs_a_decision_is_refused_alike_in_check_mode_and_before_anything_changes(serve: Serve) -> None:
    ground = serve({name: machine for name, (machine, _options, _code) in REFUSED.items()}, world=WORLD)
    tasks = [
        {
            **task("adba_client", **options),
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
        assert (real["code"], real["refused"], real["changed"]) == (code, True, False), name
        assert real["msg"] and real["remedy"]
        told = ("code", "msg", "cause", "remedy", "refused", "steps", "changed")
        assert [check[part] for part in told] == [real[part] for part in told], name
        assert _invoked(ground, name) == []
    assert "AD-based activation" in run.result("mak", "mak real")["remedy"]


ELSEWHERE = {"domain": "empty.example"}
TRIED = [ALLOW, ACTIVATE, REFRESH, LIFT]
"""The type is set back once the activation has failed."""
DECLINED: dict[str, tuple[dict[str, Any], list[str]]] = {
    "no-object": ({**NOTHING, **ELSEWHERE}, TRIED),
    "no-forest": ({**NOTHING, "domain": "unknown.example"}, TRIED),
    "object-for-others": ({**NOTHING, "system": "windows_11_enterprise"}, TRIED),
    "by-kms": ({**BY_KMS, **ELSEWHERE}, TRIED),
    "restricted-already": ({**BY_KMS, **ELSEWHERE, "activation_type": "ad"}, [ACTIVATE, REFRESH]),
}


def test_without_an_object_windows_says_so_and_the_remedy_names_where_to_look(serve: Serve) -> None:
    ground = serve({name: machine for name, (machine, _methods) in DECLINED.items()}, world=WORLD)
    run = ground.play(
        {**task("adba_client"), "name": "check", "check_mode": True},
        {**task("adba_client"), "name": "real", "ignore_errors": True},
        {**task("license_info"), "name": "afterwards"},
    )
    for name, (machine, methods) in DECLINED.items():
        # Whether the forest has an object for it, a machine tells only when it is activated.
        check, real = run.result(name, "check"), run.result(name, "real")
        assert [step["action"] for step in check["steps"]][-1] == "activate"
        assert (real["code"], real["refused"]) == ("0xC004F081", False), name
        back = [step["target"] for step in real["steps"][len(check["steps"]) - 1 :]]
        assert real["steps"][: len(check["steps"]) - 1] == check["steps"][:-1]
        assert back == ([] if "activation_type" in machine else ["any"])
        assert "adba_object_info" in real["remedy"]
        assert _invoked(ground, name) == methods, name
        product = run.result(name, "afterwards")["license"]["products"][0]
        kind = machine.get("activation_type", "any")
        assert (product["status"], product["activation_type"]) == (machine["status"], kind)


def test_where_any_path_may_be_gone_kms_is_taken_and_told(serve: Serve) -> None:
    fresh = {**NOTHING, **ELSEWHERE, "kms_host": "kms.corp.example"}
    machines = {"licensed": {**BY_KMS, **ELSEWHERE}, "fresh": fresh, "ad-first": NOTHING}
    ground = serve(machines, world=WORLD)
    run = ground.play(task("adba_client", **ANY))
    assert run.code == 0, run.output
    paths = {name: run.result(name)["activation"]["path"] for name in machines}
    assert paths == {"licensed": "kms", "fresh": "kms", "ad-first": "ad"}
    assert (_invoked(ground, "licensed"), _invoked(ground, "fresh")) == ([], [ACTIVATE, REFRESH])


@pytest.mark.parametrize("activated_by", ["token", "kms"])
def test_a_restriction_to_another_path_is_lifted(serve: Serve, activated_by: str) -> None:
    machine = {**BY_KMS, "activated_by": activated_by, "activation_type": activated_by}
    ground = serve({"srv": machine}, world=WORLD)
    run = ground.play(task("adba_client"))
    assert run.code == 0, run.output
    _assert_by_the_object(run.result("srv"))
    assert _invoked(ground) == [ALLOW, LIFT, ACTIVATE, REFRESH]


def test_an_office_on_kms_is_not_cut_off_from_its_kms_host(serve: Serve) -> None:
    machine = {**BY_KMS, "office": [{"product": "office_2021", "status": "licensed"}]}
    ground = serve({"srv": machine}, world=WORLD)
    run = ground.play(
        {**task("adba_client"), "name": "check", "check_mode": True, "diff": True},
        {**task("adba_client"), "name": "real", "diff": True},
        {**task("adba_client"), "name": "again"},
        {**task("license_info"), "name": "afterwards"},
    )
    assert run.code == 0, run.output
    assert run.result("srv", "check")["diff"] == run.result("srv", "real")["diff"]
    assert "Windows (ServerDatacenter)" in run.result("srv", "real")["diff"]["after"]
    assert run.result("srv", "again")["changed"] is False
    products = run.result("srv", "afterwards")["license"]["products"]
    types = {product["application"]: (product["activation_type"], product["activated_by"]) for product in products}
    assert types == {"windows": ("ad", "ad"), "office": ("any", "kms")}
    assert _invoked(ground) == [ALLOW, ACTIVATE, REFRESH]


def test_the_hybrid_of_the_documentation_brings_each_machine_to_the_path_it_can_go(serve: Serve) -> None:
    machines = {"member": BY_KMS, "workgroup": {**NOTHING, "domain": None}}
    ground = serve(machines, world=WORLD)
    run = ground.play(
        {**task("license_info", subset=["domain"]), "register": "membership"},
        {**task("adba_client"), "when": "membership.license.domain is not none"},
        {**task("kms_client", kms_host="kms.corp.example"), "when": "membership.license.domain is none"},
    )
    assert run.code == 0, run.output
    assert run.result("member", "license_info")["license"] == {"domain": "corp.example"}
    assert run.result("member", "adba_client")["activation"]["path"] == "ad"
    assert run.result("workgroup", "kms_client")["license"]["products"][0]["activated_by"] == "kms"
