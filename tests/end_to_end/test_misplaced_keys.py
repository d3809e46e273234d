# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A product key in the wrong place is refused by every role and module, and no output or file of the run shows it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from .playbook_runs import Run, run_ansible
from .secret_search import watched_arguments

KEY = "BBBBB-CCCCC-DDDDD-FFFFF-GGGGG"
GROUPS = KEY.split("-")
SPELLINGS = (
    KEY,
    "".join(GROUPS),
    ".".join(GROUPS),
    " ".join(GROUPS),
    "_".join(GROUPS),
    "\u2013".join(GROUPS),
    "\u2011".join(GROUPS).lower(),
    "\u200b-".join(GROUPS),
    "\u00ad".join(GROUPS),
    f"key: {KEY}.",
)
# Variables that the roles read themselves, and some of each kind that they hand on; unit tests try all of them.
VARIABLES = {
    "kms_default": "product_key kms_host kms_hosts kms_port dns_discovery activate extra_gvlks refusals",
    "adba_default": "product_key activation_type extra_gvlks otherwise refusals",
    "kms_host": "state port product_keys publish_domains firewall_profiles client check_discovery discovery_domains"
    " discovery_dns_port justification refusals",
    "mak_exception": "pool justification override machine_kind vdi_groups use_reserve service retries refusals",
    "profile": "activation_profile activation_profile_rules activation_site activation_is_kms_host kms_counts"
    " mak_share_limit over_limit",
}
NEEDED: dict[str, dict[str, Any]] = {
    "mak_exception": {
        "mak_exception_product_key": "HHHHH-JJJJJ-KKKKK-MMMMM-PPPPP",
        "mak_exception_pool": "pool",
        "mak_exception_justification": "REQ-1: no network",
    },
    "profile": {"activation_profile": "kms_default"},
}
MODULES: dict[str, dict[str, Any]] = {
    "kms_client": {"kms_host": "{{ key }}"},
    "adba_client": {"product_key": "{{ key }}"},
    "activate": {"wait_seconds": "{{ key }}"},
    "kms_host": {"publish_domains": [{"domain": "corp.example", "priority": "{{ key }}"}]},
    "kms_host_info": {"clients": "{{ key }}"},
    "license_info": {"subset": ["machine", "{{ key }}"]},
    "product_key": {"partial_product_key": "{{ key }}"},
    "diagnosis_info": {"kms_counts": {"windows": "{{ key }}"}},
    "mak": {"product_key": "HHHHH-JJJJJ-KKKKK-MMMMM-PPPPP", "pool": "{{ key }}"},
    "mak_pool": {"name": "{{ key }}", "limit": 5},
    "mak_ledger_info": {"machine": "{{ key }}"},
    "mak_count_info": {"pool": "p", "service": {"url": "{{ key }}"}},
    "mak_exchange": {"step": "{{ key }}"},
    "mak_reconcile": {"assume": "{{ key }}"},
    "confirmation_id": {"pool": "p", "requests": [{"machine": "{{ key }}"}]},
    "adba_object": {"name": "{{ key }}", "product_key": "HHHHH-JJJJJ-KKKKK-MMMMM-PPPPP"},
    "adba_object_info": {"domain": "{{ key }}"},
    "kms_discovery_info": {"domains": ["{{ key }}"]},
    "fleet_audit": {"mak_share_limit": "{{ key }}"},
    "fleet_report": {"src": "/nowhere", "html": "{{ key }}"},
    "simulated_fleet": {"directory": "/nowhere", "preset": "{{ key }}"},
}
FILTERS = (
    "[{'machine': key}] | volume.activation.adba_migration",
    "[{'machine': 'a', 'result': {'msg': key}}] | volume.activation.diagnosis_report",
    "[{'name': 'a', 'kind': key}] | volume.activation.kms_forecast",
    "{'activation_site': key} | volume.activation.recommend_profile",
    "{'a': key} | volume.activation.valid_variables(choices={'a': ['b']})",
)


def _tasks() -> Iterator[dict[str, Any]]:
    """Yield a block for each place, which lists it in the variable `refused` if it is refused; spellings take turns."""
    keys = itertools.cycle("{{ keys[" + str(number) + "] }}" for number in range(len(SPELLINGS)))
    for role, variables in VARIABLES.items():
        for variable in variables.split():
            given = {
                **NEEDED.get(role, {}),
                f"{role}_{variable}".replace("profile_activation", "activation"): next(keys),
            }
            yield _expected(
                f"{role} {variable}", {"ansible.builtin.include_role": {"name": f"volume.activation.{role}"}}, given
            )
    for module, args in MODULES.items():
        yield _expected(module, {f"volume.activation.{module}": args}, {"key": next(keys)})
    for expression in FILTERS:
        made = {"ansible.builtin.set_fact": {"made": "{{ " + expression + " }}"}}
        yield _expected(expression.split(".")[2].partition("(")[0], made, {"key": next(keys)})


def _expected(place: str, task: dict[str, Any], variables: dict[str, Any]) -> dict[str, Any]:
    # What failed for another reason, such as the host that does not answer, was not refused.
    noted = {
        "ansible.builtin.set_fact": {"refused": "{{ refused | default([]) + ['" + place + "'] }}"},
        "when": "'shape of a product key' in ansible_failed_result.msg | string",
    }
    return {"block": [{**task, "name": f"Try {place}", "vars": variables}], "rescue": [noted]}


def _found_in(text: str) -> bool:
    return "".join(GROUPS).lower() in re.sub(r"\\xad|\\u[0-9a-f]{4}|[^a-z0-9]", "", text.lower())


@pytest.fixture
def run(tmp_path: Path, collections_path: Path) -> tuple[Run, list[str], list[str]]:
    """The run, the arguments of its processes, and the places where a key was given."""
    (tmp_path / "secrets.yml").write_text(yaml.safe_dump({"keys": list(SPELLINGS)}), encoding="utf-8")
    login = {"ansible_connection": "winrm", "ansible_host": "127.0.0.1", "ansible_port": 1, "ansible_user": "u"}
    inventory = {"all": {"hosts": {"app01": {**login, "ansible_password": "wsman"}}}}
    (tmp_path / "inventory.yml").write_text(yaml.safe_dump(inventory), encoding="utf-8")
    tasks = list(_tasks())
    play = {"hosts": "all", "gather_facts": False, "tasks": [*tasks, {"ansible.builtin.debug": {"var": "refused"}}]}
    (tmp_path / "playbook.yml").write_text(yaml.safe_dump([play], sort_keys=False), encoding="utf-8")
    with watched_arguments() as commands:
        done = run_ansible(
            tmp_path,
            collections_path,
            *("-i", "inventory.yml", "playbook.yml", "-vvvvv", "--diff", "-e", "@secrets.yml"),
            environment={
                "ANSIBLE_LOG_PATH": str(tmp_path / "ansible.log"),
                "ANSIBLE_CALLBACKS_ENABLED": "task_results,ansible.builtin.junit,ansible.builtin.tree",
                "ANSIBLE_CALLBACK_TREE_DIR": str(tmp_path / "tree"),
                "JUNIT_OUTPUT_DIR": str(tmp_path / "junit"),
            },
        )
    places = [task["block"][0]["name"].removeprefix("Try ") for task in tasks]
    return done, commands, places


def test_a_key_in_the_wrong_place_is_refused_and_seen_nowhere(
    run: tuple[Run, list[str], list[str]], tmp_path: Path
) -> None:
    done, commands, places = run
    print(f"{len(places)} places tried")
    refused = done.results[-1]["result"]["refused"]
    assert sorted(set(places) - set(refused)) == []
    assert [line for line in done.output.splitlines() if _found_in(line)] == []
    assert [line for line in commands if _found_in(line)] == []
    written = [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "secrets.yml"]
    assert {"ansible.log", "app01"} <= {path.name for path in written}
    assert any(path.suffix == ".xml" for path in written)
    assert [str(path) for path in written if _found_in(path.read_text(encoding="utf-8", errors="replace"))] == []
