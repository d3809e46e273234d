# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role adba_default: Active Directory for who can have it, KMS for the others, and nobody is touched twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .playbook_runs import Playground, Run

DOMAIN = "corp.example"
OBJECT = "Corp servers"
WORLD = {"ad": {DOMAIN: [{"name": OBJECT, "products": ["windows_server"]}]}}
SERVER, CLIENT = "server_2022_standard", "windows_11_pro"
KMS_HOST = "kms.corp.example"
FRESH = {"status": "notification"}

MACHINES: dict[str, dict[str, Any]] = {
    "new": {"system": SERVER, "domain": DOMAIN, **FRESH},
    "from-kms": {"system": SERVER, "domain": DOMAIN, "lease_days": 100},
    "no-key": {"system": SERVER, "domain": DOMAIN, "channel": "none"},
    "alone": {"system": SERVER, "domain_role": "workgroup", **FRESH},
    "uncovered": {"system": CLIENT, "domain": DOMAIN, **FRESH},
    "uncovered-on-kms": {"system": CLIENT, "domain": DOMAIN, "lease_days": 170, "kms_host": KMS_HOST, "kms_port": 1688},
    "on-mak": {"system": SERVER, "domain": DOMAIN, "channel": "mak"},
}
PATHS = {
    "new": "ad",
    "from-kms": "ad",
    "no-key": "ad",
    "alone": "kms",
    "uncovered": "kms",
    "uncovered-on-kms": "kms",
    "on-mak": "none",
}
REPORT = {"kms_default_kms_host": KMS_HOST, "adba_default_refusals": "report"}
SHOWN = ("adba_default_path", "adba_default_result", "kms_default_result")
UNTOUCHED = dict.fromkeys(MACHINES, False)


def _served(serve: Callable[..., Playground], *names: str) -> Playground:
    return serve({name: MACHINES[name] for name in names or MACHINES}, world=WORLD)


def _played(ground: Playground, variables: dict[str, Any], *arguments: str) -> Run:
    shown = "{{ {" + ", ".join(f"'{name}': {name} | default(none)" for name in SHOWN) + "} }}"
    show = {"name": "show", "ansible.builtin.debug": {"msg": shown}}
    play = {"roles": ["volume.activation.adba_default"], "post_tasks": [show]}
    return ground.play(play=play, variables=variables, arguments=arguments)


def _told(run: Run, host: str) -> dict[str, Any]:
    return dict(run.result(host, "show")["msg"])


def _paths(run: Run) -> dict[str, str]:
    return {row["host"]: row["result"]["msg"]["adba_default_path"] for row in run.results if row["task"] == "show"}


def _changed(run: Run) -> dict[str, bool]:
    """Return of each machine whether any of its tasks says that it changed something."""
    changed: dict[str, bool] = {}
    for row in run.results:
        changed[row["host"]] = changed.get(row["host"], False) or bool(row["result"].get("changed"))
    return changed


def _invoked(ground: Playground, host: str) -> list[str]:
    return [row["method"] for row in ground.fleet.machines[host].describe()["invoked"]]


def _type(ground: Playground, host: str) -> int:
    return int(ground.fleet.machines[host].describe()["kms"]["activation_type"])


def test_members_go_by_the_directory_and_the_others_by_kms_and_a_second_run_changes_nothing(
    serve: Callable[..., Playground],
) -> None:
    ground = _served(serve)
    first = _played(ground, REPORT)
    assert first.code == 0, first.output
    assert _paths(first) == PATHS
    # Of a machine that is on KMS already nothing stays changed: what the attempt has set is taken back.
    assert _changed(first) == {name: name not in ("on-mak", "uncovered-on-kms") for name in MACHINES}
    assert _told(first, "on-mak")["adba_default_result"]["code"] == "licensed_by_other_key"
    assert _told(first, "from-kms")["adba_default_result"]["activation"]["object"] == OBJECT
    assert _told(first, "alone")["adba_default_result"]["code"] == "not_a_domain_member"
    assert _told(first, "uncovered")["adba_default_result"]["code"] == "0xC004F081"
    # Windows itself looks for an object at each renewal then, and asks KMS where there is none.
    assert {name: _type(ground, name) for name in ("new", "uncovered", "uncovered-on-kms")} == {
        "new": 1,
        "uncovered": 0,
        "uncovered-on-kms": 0,
    }

    second = _played(ground, REPORT)
    assert second.code == 0, second.output
    assert _paths(second) == PATHS
    assert _changed(second) == UNTOUCHED
    by_directory = [name for name, path in PATHS.items() if path == "ad"]
    assert {_told(second, name)["adba_default_result"]["requests"] for name in by_directory} == {2}
    assert {_told(second, name)["kms_default_result"] for name in by_directory} == {None}


def test_check_mode_foretells_the_paths_and_touches_nothing(serve: Callable[..., Playground]) -> None:
    ground = _served(serve)
    run = _played(ground, REPORT, "--check")
    assert run.code == 0, run.output
    # That an object covers no such product is known only when the machine asks for it.
    assert _paths(run) == {**PATHS, "uncovered": "ad", "uncovered-on-kms": "ad"}
    assert _changed(run) == {name: name != "on-mak" for name in MACHINES}
    assert {name: _invoked(ground, name) for name in MACHINES} == {name: [] for name in MACHINES}


def test_machines_without_an_object_fail_where_kms_is_not_wished_for(serve: Callable[..., Playground]) -> None:
    ground = _served(serve, "new", "alone", "uncovered")
    run = _played(ground, {**REPORT, "adba_default_otherwise": "fail"})
    assert run.code != 0
    # With refusals reported, one that is in no domain is reported as any other that is refused.
    assert _paths(run) == {"new": "ad", "alone": "none"}
    assert run.result("uncovered")["code"] == "0xC004F081"
    assert "adba_object_info" in run.result("uncovered")["remedy"]


def test_machines_without_an_object_are_named_where_that_is_all_that_is_wished_for(
    serve: Callable[..., Playground],
) -> None:
    ground = _served(serve, "new", "alone", "uncovered")
    run = _played(ground, {"adba_default_otherwise": "report"})
    assert run.code == 0, run.output
    assert _paths(run) == {"new": "ad", "alone": "none", "uncovered": "none"}
    assert _told(run, "uncovered")["adba_default_result"]["code"] == "0xC004F081"
    assert _invoked(ground, "alone") == []


def test_a_directory_that_does_not_answer_is_no_reason_for_kms(serve: Callable[..., Playground]) -> None:
    fault = {"on": "Activate", "do": "hresult", "code": "0x8007203A", "times": 0}
    ground = serve({"new": {**MACHINES["new"], "faults": [fault]}}, world=WORLD)
    run = _played(ground, REPORT)
    assert run.code != 0
    assert run.result("new")["code"] == "0x8007203A"
    assert ground.fleet.machines["new"].describe()["primary"]["status"] == "notification"


def test_any_path_will_do_where_that_is_said(serve: Callable[..., Playground]) -> None:
    ground = _served(serve, "new", "from-kms", "uncovered")
    wish = {"adba_default_activation_type": "any"}
    run = _played(ground, wish)
    assert run.code == 0, run.output
    assert _paths(run) == {"new": "ad", "from-kms": "kms", "uncovered": "kms"}
    assert not _changed(run)["from-kms"]
    assert not any(_changed(_played(ground, wish)).values())


def test_a_machine_that_was_restricted_to_the_directory_is_let_back_to_kms(serve: Callable[..., Playground]) -> None:
    ground = serve({"left": {**MACHINES["uncovered-on-kms"], "activation_type": "ad"}}, world=WORLD)
    run = _played(ground, REPORT)
    assert run.code == 0, run.output
    assert (_paths(run), _changed(run), _type(ground, "left")) == ({"left": "kms"}, {"left": True}, 0)
    assert _changed(_played(ground, REPORT)) == {"left": False}


def test_an_object_that_comes_later_is_taken_by_the_next_run(serve: Callable[..., Playground]) -> None:
    ground = _served(serve, "uncovered")
    assert _paths(_played(ground, REPORT)) == {"uncovered": "kms"}
    machines = {"uncovered": MACHINES["uncovered"]}
    ground.fleet.update({"machines": machines, "world": {"ad": {DOMAIN: [OBJECT]}}})
    run = _played(ground, REPORT)
    assert (_paths(run), _changed(run)) == ({"uncovered": "ad"}, {"uncovered": True})
