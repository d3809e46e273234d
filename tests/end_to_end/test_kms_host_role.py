# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role kms_host: every variable reaches its option, refusals are reported, and who is retired becomes a client."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.volume.activation.plugins.action.kms_host import ARGUMENT_SPEC

from .playbook_runs import Playground, Run

ROLE = Path(__file__).resolve().parents[2] / "roles" / "kms_host"
HOST_KEY = "HHHHH-JJJJJ-KKKKK-MMMMM-PPPPP"
OTHER_HOST = "kms.corp.example"
WORLD = {
    "microsoft": {"keys": {HOST_KEY: {"channel": "kms_host"}}},
    "kms_hosts": {OTHER_HOST: {"count": 50}},
}
SERVER = {"system": "server_2022_standard", "status": "notification", "firewall": "closed"}
HOSTING = {"system": "server_2022_standard", "channel": "kms_host", "status": "licensed"}
KEYS = {"kms_host_product_keys": [{"product_key": HOST_KEY}]}
RETIRED = {"kms_host_state": "absent", "kms_default_kms_host": OTHER_HOST}
SHOWN = ("kms_host_result", "kms_host_found", "kms_host_discovery", "kms_default_result")


def _played(ground: Playground, variables: dict[str, Any], *arguments: str) -> Run:
    shown = "{{ {" + ", ".join(f"'{name}': {name} | default(none)" for name in SHOWN) + "} }}"
    show = {"name": "show", "ansible.builtin.debug": {"msg": shown}}
    play = {"roles": ["volume.activation.kms_host"], "post_tasks": [show]}
    return ground.play(play=play, variables=variables, arguments=arguments)


def _told(run: Run) -> dict[str, Any]:
    assert run.code == 0, run.output
    return dict(run.result("srv", "show")["msg"])


def _changes(ground: Playground) -> list[str]:
    """Return what the machine was asked to do; reading its registry is a method too."""
    invoked = [row["method"] for row in ground.fleet.machines["srv"].describe()["invoked"]]
    return [method for method in invoked if not method.startswith("Get")]


def _steps(told: dict[str, Any]) -> list[str]:
    return [step["action"] for step in told["kms_host_result"]["steps"]]


def test_every_option_of_the_module_is_a_variable_that_is_documented_and_handed_on() -> None:
    (task, *_others) = yaml.safe_load((ROLE / "tasks" / "main.yml").read_text(encoding="utf-8"))
    options = yaml.safe_load((ROLE / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))
    documented = options["argument_specs"]["main"]["options"]
    assert set(task["volume.activation.kms_host"]) == set(ARGUMENT_SPEC)
    for option, template in task["volume.activation.kms_host"].items():
        assert f"kms_host_{option}" in template
        # Kinds and choices that Ansible would quote a value for are left to the module, and described.
        assert documented[f"kms_host_{option}"]["type"] in (ARGUMENT_SPEC[option]["type"], "raw")
        for choice in ARGUMENT_SPEC[option].get("choices") or []:
            assert f"V({choice})" in str(documented[f"kms_host_{option}"]["description"])


def test_every_variable_stands_in_the_readme() -> None:
    options = yaml.safe_load((ROLE / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))
    readme = (ROLE / "README.md").read_text(encoding="utf-8")
    assert [name for name in options["argument_specs"]["main"]["options"] if f"`{name}`" not in readme] == []


def test_a_host_is_set_up_and_left_alone_by_a_second_run(serve: Callable[..., Playground]) -> None:
    ground = serve({"srv": SERVER}, world=WORLD)
    wished = {**KEYS, "kms_host_port": 1700, "kms_host_firewall": True, "kms_host_firewall_profiles": ["domain"]}
    first, second = _told(_played(ground, wished)), _told(_played(ground, wished))
    assert first["kms_host_result"]["changed"]
    assert _steps(second) == []
    assert second["kms_host_found"]["hosting"] == first["kms_host_result"]["hosting"]
    assert second["kms_host_found"]["hosting"]["firewall"]["profiles"] == ["domain"]
    # Nothing was said of these two, so nobody asked for them.
    assert second["kms_host_discovery"] is None
    assert second["kms_default_result"] is None


def test_what_nobody_speaks_of_stays(serve: Callable[..., Playground]) -> None:
    ground = serve({"srv": SERVER}, world=WORLD)
    _told(_played(ground, {**KEYS, "kms_host_port": 1700, "kms_host_dns_publishing": False}))
    told = _told(_played(ground, {"kms_host_low_priority": False}))
    assert _steps(told) == []
    assert told["kms_host_found"]["hosting"]["port"] == 1700
    assert told["kms_host_found"]["hosting"]["dns_publishing"] is False
    assert told["kms_host_found"]["hosting"]["is_kms_host"]


def test_a_host_that_is_retired_becomes_a_client_and_stays_one(serve: Callable[..., Playground]) -> None:
    ground = serve({"srv": HOSTING}, world=WORLD)
    # What holds for the host may stay in the inventory.
    first = _told(_played(ground, {**KEYS, "kms_host_port": 1700, **RETIRED}))
    assert first["kms_default_result"]["license"]["products"][0]["status"] == "licensed"
    assert first["kms_host_found"]["hosting"]["is_kms_host"] is False
    assert first["kms_host_found"]["hosting"]["firewall"]["enabled"] is False
    second = _told(_played(ground, {**KEYS, **RETIRED}))
    assert _steps(second) == []
    assert second["kms_default_result"]["changed"] is False


def test_a_host_that_is_retired_is_no_client_where_that_is_not_wished_for(serve: Callable[..., Playground]) -> None:
    ground = serve({"srv": HOSTING}, world=WORLD)
    told = _told(_played(ground, {**RETIRED, "kms_host_client": False}))
    assert told["kms_default_result"] is None
    assert told["kms_host_result"]["license"]["products"][0]["channel"] == "kms_client"


def test_check_mode_foretells_a_retirement_without_refusing_the_client_to_be(serve: Callable[..., Playground]) -> None:
    ground = serve({"srv": HOSTING}, world=WORLD)
    told = _told(_played(ground, RETIRED, "--check"))
    assert told["kms_host_result"]["changed"]
    assert told["kms_default_result"] is None
    assert told["kms_host_found"]["hosting"]["is_kms_host"]
    assert _changes(ground) == []


def test_a_refusal_fails_and_where_it_is_to_be_reported_ends_the_role_only(serve: Callable[..., Playground]) -> None:
    evaluation = {"system": "server_2022_standard_eval"}
    ground = serve({"srv": evaluation}, world=WORLD)
    assert _played(ground, KEYS).code != 0
    told = _told(_played(ground, {**KEYS, "kms_host_refusals": "report"}))
    assert told["kms_host_result"]["code"] == "evaluation_edition"
    assert told["kms_host_result"]["remedy"]
    assert told["kms_host_found"] is None
    assert _changes(ground) == []


def test_what_clients_find_is_told_for_the_domains_of_the_host_and_fails_nothing(
    serve: Callable[..., Playground],
) -> None:
    ground = serve({"srv": {**SERVER, "domain": "Corp.Example"}}, world=WORLD)
    variables = {
        **KEYS,
        "kms_host_publish_domains": [{"domain": "branch.example"}, {"domain": "CORP.example"}],
        "kms_host_check_discovery": True,
        # Nobody answers there.
        "kms_host_discovery_dns_servers": ["127.0.0.1"],
        "kms_host_discovery_dns_port": 1,
    }
    told = _told(_played(ground, variables))
    found = told["kms_host_discovery"]
    assert [row["domain"] for row in found["domains"]] == ["corp.example", "branch.example"]
    assert {finding["code"] for finding in found["findings"]} == {"dns_failed"}


def test_a_host_in_no_domain_has_none_to_look_up_and_that_is_said(serve: Callable[..., Playground]) -> None:
    ground = serve({"srv": {**SERVER, "domain": None}}, world=WORLD)
    run = _played(ground, {**KEYS, "kms_host_check_discovery": True})
    told = _told(run)
    assert told["kms_host_found"]["hosting"]["is_kms_host"]
    assert told["kms_host_discovery"]["skipped"]
    assert "kms_host_discovery_domains" in run.result("srv", "Say that there is no domain to look up")["msg"]
