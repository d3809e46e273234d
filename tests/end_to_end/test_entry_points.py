# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbooks as entry points: which machines they are about, and that a run about none fails."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from .playbook_runs import Playground, run_ansible

PLAYBOOKS = Path(__file__).resolve().parents[2] / "playbooks"
SERVER = {"system": "server_2022_standard", "status": "notification"}
KMS = {"kms_default_kms_host": "kms.corp.example"}
INVENTORY = "[servers]\nweb01\n[others]\nweb02\n"


@pytest.mark.parametrize("name", sorted({path.stem for path in PLAYBOOKS.glob("*.yml")} - {"check", "demo"}))
def test_each_playbook_checks_the_host_pattern_of_its_first_play(name: str) -> None:
    check, first, *_others = yaml.safe_load((PLAYBOOKS / f"{name}.yml").read_text(encoding="utf-8"))
    assert check["ansible.builtin.import_playbook"] == "check.yml"
    assert check["vars"]["volume_activation_hosts"] == first["hosts"]
    assert check["vars"]["volume_activation_hosts_by"] in first["hosts"]


@pytest.mark.parametrize(
    ("playbook", "arguments", "inventory", "pattern"),
    [
        ("adba_forest", (), INVENTORY, "domain_controllers"),
        ("audit", (), "", "all"),
        ("audit", ("--limit", "servers", "-e", "audit_hosts=others"), INVENTORY, "others within --limit servers"),
        ("doctor", ("-e", "doctor_hosts=serverz"), INVENTORY, "serverz"),
    ],
)
def test_a_host_pattern_that_matches_no_host_is_an_error(
    playbook: str, arguments: tuple[str, ...], inventory: str, pattern: str, tmp_path: Path, collections_path: Path
) -> None:
    (tmp_path / "inventory").write_text(inventory)
    run = run_ansible(tmp_path, collections_path, "-i", "inventory", f"volume.activation.{playbook}", *arguments)
    assert run.code == 2, run.output
    [failed] = [row for row in run.results if row["outcome"] == "failed"]
    assert f"the pattern {pattern}," in failed["result"]["msg"] and f"{playbook}_hosts" in failed["result"]["msg"]


def test_site_follows_the_profile_and_lists_the_machines_without_a_decision(serve: Callable[..., Playground]) -> None:
    machines: dict[str, dict[str, Any]] = {
        "left": {**SERVER, "vars": {"activation_profile": "none"}},
        "named": {**SERVER, "vars": {"activation_profile": "kms_default", **KMS}},
        "open": {**SERVER, "domain_role": "workgroup", "vars": {"activation_profile": "auto"}},
        "ruled": {**SERVER, "domain_role": "workgroup", "vars": {"activation_profile": "auto", **KMS}},
        "unset": {**SERVER, "vars": KMS},
    }
    ground = serve(machines)
    run = ground.run("volume.activation.site")
    assert run.code == 0, run.output
    hosts = {name: ground.fleet.machines[name].describe()["kms"]["host"] for name in machines}
    assert {name for name, host in hosts.items() if host == "kms.corp.example"} == {"named", "ruled", "unset"}
    assert [name for name in machines if not ground.fleet.machines[name].describe()["invoked"]] == ["left", "open"]
    [listed] = [row["result"]["msg"] for row in run.results if row["task"].endswith("nothing was decided")]
    assert "open (set kms_default_kms_host)." in listed and "ruled" not in listed


def test_playbooks_fail_where_a_variable_cannot_be_worked_out(tmp_path: Path, collections_path: Path) -> None:
    lost = "web01 activation_profile='{{ vault_profile }}'\nweb02 kms_default_refusals=abc\n"
    (tmp_path / "inventory").write_text(lost)
    run = run_ansible(tmp_path, collections_path, "-i", "inventory", "volume.activation.site")
    assert run.code == 2 and "...ignoring" not in run.output, run.output
    told = {row["host"]: row["result"]["msg"] for row in run.results if row["outcome"] == "failed"}
    assert "'vault_profile' is undefined" in told["web01"]
    assert "kms_default_refusals is not one of" in told["web02"]
    (tmp_path / "inventory").write_text("web01 mak_exception_activate='{{ vault_way }}'\n")
    run = run_ansible(tmp_path, collections_path, "-i", "inventory", "volume.activation.mak_proxy")
    assert "'vault_way' is undefined" in run.results[-1]["result"]["msg"], run.output


@pytest.mark.parametrize(
    ("playbook", "variables", "told"),
    [
        ("audit", {"audit_failon": "critical"}, "did you mean audit_fail_on?"),
        ("doctor", {"doctor_expect": "{{ vault_path }}"}, "'vault_path' is undefined"),
        ("adba_forest", {"adba_forest_objects": [{"product_key": "{{ vault_key }}"}]}, "'vault_key' is undefined"),
    ],
)
def test_wrong_variables_are_an_error_before_any_host_is_contacted(
    playbook: str, variables: dict[str, Any], told: str, tmp_path: Path, collections_path: Path
) -> None:
    (tmp_path / "inventory").write_text("[domain_controllers]\ndc01\n")
    whole = ("-i", "inventory", f"volume.activation.{playbook}", "-e", json.dumps(variables))
    run = run_ansible(tmp_path, collections_path, *whole)
    assert run.code == 2, run.output
    assert told in " ".join(run.output.split())
    assert {row["task"].partition(" ")[0] for row in run.results} == {"Check"}
