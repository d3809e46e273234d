# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Create, again, modify, again, remove, again; each in check mode and for real, through `ansible-playbook`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from .playbook_runs import Playground, Run, task

Serve = Callable[..., Playground]

MACHINE = {"system": "server_2022_datacenter", "channel": "kms_client", "status": "notification"}
OFFICE = {**MACHINE, "office": [{"product": "office_2021", "channel": "none"}]}
OFFICE_KEY = "FXYTK-NJJ8C-GB6DW-3DYQT-6F7TH"
"""The published generic key of Office LTSC Professional Plus 2021."""
MADE_UP_MAK = "BBBBB-CCCCC-DDDDD-FFFFF-GGGGG"

CLEARED = ("ClearKeyManagementServiceMachine", "ClearKeyManagementServicePort")
"""Called on the machine, and on a product that shows the machine's value, which may be its own as well."""

# What each stage asks for, and the methods that the machine then has to see.
KMS_CLIENT: list[tuple[str, dict[str, Any], list[str]]] = [
    (
        "create",
        {"kms_host": "kms.corp.example"},
        ["SetKeyManagementServiceMachine", "Activate", "RefreshLicenseStatus"],
    ),
    (
        "modify",
        {"kms_host": "kms2.corp.example", "kms_port": 1690, "host_caching": False},
        [
            "SetKeyManagementServiceMachine",
            *CLEARED[:1],
            "SetKeyManagementServicePort",
            "DisableKeyManagementServiceHostCaching",
        ],
    ),
    (
        "remove",
        {"dns_discovery": True, "host_caching": True},
        [*(method for method in CLEARED for _product in range(2)), "DisableKeyManagementServiceHostCaching"],
    ),
]
PRODUCT_KEY: list[tuple[str, dict[str, Any], list[str]]] = [
    ("create", {"product_key": OFFICE_KEY}, ["InstallProductKey", "RefreshLicenseStatus"]),
    ("modify", {"product_key": MADE_UP_MAK}, ["InstallProductKey", "RefreshLicenseStatus"]),
    (
        "remove",
        {"partial_product_key": MADE_UP_MAK[-5:], "state": "absent"},
        ["UninstallProductKey", "RefreshLicenseStatus"],
    ),
]


def _tasks(module: str, stages: list[tuple[str, dict[str, Any], list[str]]]) -> list[dict[str, Any]]:
    return [
        {**task(module, **options), "name": f"{stage} {again} {mode}", "check_mode": mode == "check", "diff": True}
        for stage, options, _methods in stages
        for again in ("first", "again")
        for mode in ("check", "real")
    ]


def _assert_twelve(run: Run, stages: list[tuple[str, dict[str, Any], list[str]]]) -> None:
    assert run.code == 0, run.output
    for stage, _options, _methods in stages:
        predicted, done = run.result("srv", f"{stage} first check"), run.result("srv", f"{stage} first real")
        assert predicted["changed"] and done["changed"]
        assert predicted["steps"] == done["steps"]
        assert predicted["diff"] == done["diff"]
        assert predicted["diff"]["before"] != predicted["diff"]["after"]
        for mode in ("check", "real"):
            again = run.result("srv", f"{stage} again {mode}")
            assert (again["changed"], again["steps"], again["diff"]) == (False, [], {"before": "", "after": ""})


@pytest.mark.parametrize(
    ("module", "machine", "stages"),
    [
        pytest.param("kms_client", MACHINE, KMS_CLIENT, id="kms_client"),
        pytest.param("product_key", OFFICE, PRODUCT_KEY, id="product_key"),
    ],
)
def test_twelve_cases(serve: Serve, module: str, machine: dict, stages: list) -> None:
    world = {
        "kms_hosts": {"kms.corp.example": {"count": 50}},
        "microsoft": {"maks": {"made up": {"key": MADE_UP_MAK, "remaining": 5, "edition": "office_2021"}}},
    }
    ground = serve({"srv": machine}, world=world)
    run = ground.play(*_tasks(module, stages))
    _assert_twelve(run, stages)
    # Neither check mode nor a second run called anything: these are all the calls there were, in their order.
    invoked = [entry["method"] for entry in ground.fleet.machines["srv"].describe()["invoked"]]
    assert invoked == [method for _stage, _options, methods in stages for method in methods]


def test_whole_playbook_runs_in_check_mode_without_a_call(serve: Serve) -> None:
    ground = serve({"srv": MACHINE})
    run = ground.play(task("kms_client", kms_host="kms.corp.example"), arguments=("--check", "--diff"))
    assert run.code == 0, run.output
    assert run.result("srv")["changed"]
    assert run.result("srv")["license"]["products"][0]["status"] == "licensed"
    assert ground.fleet.machines["srv"].describe()["invoked"] == []
    assert "+kms_host: kms.corp.example" in run.output
