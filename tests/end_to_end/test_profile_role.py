# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role profile: who is decided upon, who is not, and over whom the share of a MAK is taken."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.volume.activation.plugins.plugin_utils._profiles import VARIABLES, WISHES

from .playbook_runs import Playground, Run

ROLE = Path(__file__).resolve().parents[2] / "roles" / "profile"
CLIENT = {"system": "windows_11_enterprise", "domain_role": "workgroup", "status": "notification"}
GONE = {**CLIENT, "faults": [{"on": "login", "do": "refuse", "times": 0}]}
# Three of five are on a MAK, of which one does not answer: its inventory tells all the same.
MACHINES: dict[str, dict[str, Any]] = {
    "desk-1": {**CLIENT, "vars": {"activation_kms_reachable": True}},
    "desk-2": {**CLIENT, "vars": {"activation_kms_reachable": True}},
    "gone-1": {**GONE, "vars": {"activation_kms_reachable": True}},
    "gone-2": {**GONE, "vars": {"activation_isolated": True}},
    "ship-1": {**CLIENT, "vars": {"activation_days_off_network": 200}},
    "ship-2": {**CLIENT, "vars": {"activation_profile": "mak_exception"}},
    "printer": {**CLIENT, "vars": {"activation_profile": ""}},
}
ON_MAK = ["gone-2", "ship-1", "ship-2"]
EVERYONE = {"activation_profile": "auto", "activation_kms_count": 50, "kms_default_kms_host": "kms.corp.example"}
SHOW = {"name": "show", "ansible.builtin.debug": {"msg": "{{ [profile_decision, profile_mak_share] }}"}}


def _played(ground: Playground, hosts: str, *arguments: str, **more: Any) -> Run:
    play = {"hosts": hosts, "roles": ["volume.activation.profile"], "post_tasks": [SHOW], **more.pop("play", {})}
    return ground.play(play=play, variables={**EVERYONE, **more}, arguments=arguments)


def _shares(run: Run) -> dict[str, dict[str, Any]]:
    return {row["host"]: row["result"]["msg"][1] for row in run.results if row["task"].endswith("show")}


def _invoked(ground: Playground) -> dict[str, int]:
    return {name: len(ground.fleet.machines[name].describe()["invoked"]) for name in MACHINES}


@pytest.fixture
def ground(serve: Callable[..., Playground]) -> Playground:
    """The machines, served."""
    return serve(MACHINES)


def test_a_machine_that_is_not_read_is_unreachable_alone_and_counts_by_its_inventory(ground: Playground) -> None:
    run = _played(ground, "desk-*:gone-*", profile_over_limit="report", play={"serial": 3})
    assert run.code != 0
    lost = {row["host"]: row["result"]["code"] for row in run.results if row["outcome"] == "unreachable"}
    assert lost == {"gone-1": "connection_refused", "gone-2": "connection_refused"}
    warned = run.result("desk-1", "Tell of a share that is too large")["msg"]
    assert "3 of 6 machines" in warned and "changed" not in warned
    shares = _shares(run)
    assert set(shares) == {"desk-1", "desk-2"}
    assert {(tuple(share["names"]), share["machines"], share["of"]) for share in shares.values()} == {
        (tuple(ON_MAK), 3, 6)
    }
    assert all(ground.fleet.machines[name].describe()["kms"]["host"] == "kms.corp.example" for name in shares)


def test_a_limited_play_is_held_against_the_whole_inventory_and_changes_nothing(ground: Playground) -> None:
    run = _played(ground, "all", "--limit", "desk-1,desk-2")
    assert run.code != 0
    told = run.result("desk-1", "Refuse a share that is too large")["msg"]
    assert "3 of 6 machines would be on a MAK. That is 50.0 %" in told
    assert "gone-2, ship-1, ship-2. Nothing was changed. Bring" in told and "raise the limit" in told
    assert _shares(run) == {}
    assert set(_invoked(ground).values()) == {0}


def test_each_batch_of_a_rolling_play_is_held_against_the_whole_inventory(ground: Playground) -> None:
    run = _played(ground, "desk-*", "--check", play={"serial": 1}, profile_mak_share_limit=50)
    assert run.code == 0, run.output
    assert {name: (share["of"], share["exceeded"]) for name, share in _shares(run).items()} == {
        "desk-1": (6, False),
        "desk-2": (6, False),
    }
    assert set(_invoked(ground).values()) == {0}


def test_the_role_hands_on_each_variable_that_the_decision_reads() -> None:
    known = yaml.safe_load((ROLE / "vars" / "main.yml").read_text(encoding="utf-8"))
    assert known["profile_variables"] == list(VARIABLES)
    assert known["profile_words"] == list(WISHES)
    specs = yaml.safe_load((ROLE / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))
    options = specs["argument_specs"]["main"]["options"]
    assert [name for name in options if name.startswith("activation_")] == [
        name for name in VARIABLES if name.startswith("activation_")
    ]
    assert all(f"V({wish})" in options["activation_profile"]["description"] for wish in WISHES)
