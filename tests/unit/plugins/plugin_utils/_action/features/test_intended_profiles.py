# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What each machine of an audit is meant to have is settled when all have been read."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._action.features import intended_profiles
from ansible_collections.volume.activation.plugins.plugin_utils._action.features.intended_profiles import (
    Intentions,
    told_of,
)
from ansible_collections.volume.activation.plugins.plugin_utils._profiles import parse_rules

REACHES_KMS = {"activation_profile": "auto", "activation_kms_reachable": True, "activation_system": "client"}
RULES = [{"name": "all", "when": {}, "profile": "kms_default", "why": "There is nothing else here."}]


def row(name: str, counts: t.Any = None, **inventory: t.Any) -> dict[str, t.Any]:
    return {"name": name, "inventory": told_of(inventory), "license": None, "counts": counts}


def settled(*rows: dict[str, t.Any]) -> Intentions:
    intentions = Intentions(rows)
    for each in rows:
        intentions.settle(each)
    return intentions


@pytest.mark.parametrize(
    ("counts", "profile"),
    [
        ([], "none"),
        ([{"windows": None, "office": 3}], "none"),
        ([{"windows": 24, "office": None}], "mak_exception"),
        ([{"windows": 25, "office": None}], "kms_default"),
        ([{"windows": None, "office": 3}, {"windows": 40, "office": None}], "kms_default"),
        ([{"windows": 3, "office": None}, {"windows": 40, "office": None}, None], "kms_default"),
    ],
)
def test_what_the_kms_hosts_of_the_fleet_count_decides_about_auto(counts: list[t.Any], profile: str) -> None:
    hosts = [row(f"host{number}", count) for number, count in enumerate(counts)]
    machine = row("machine", **REACHES_KMS)
    settled(machine, *hosts)
    assert machine["profile"]["intended"] == profile


def test_groups_and_marks_take_the_place_of_what_the_inventory_says() -> None:
    machine = row("machine", group_names=["vdi", "all_desktops"], activation_profile="kms_default")
    settled(machine)
    assert "inventory" not in machine
    assert (machine["groups"], machine["marks"]) == (["all_desktops", "vdi"], ["vdi"])
    assert machine["profile"] == {"wished": "kms_default", "intended": "kms_default", "rule": None}


def test_what_means_nothing_is_remarked_once_for_all_who_have_it() -> None:
    rows = [row(name, activation_profile="kms") for name in ("a", "b")]
    [(remark, names)] = list(
        settled(*rows, row("c", activation_profile="auto", activation_profile_rules=RULES)).remarks.items()
    )
    assert names == ["a", "b"]
    assert "'kms'" in remark and "kms_default" in remark
    assert rows[0]["profile"] == {"wished": "kms", "intended": None, "rule": None}


def test_the_rules_of_a_site_are_read_once_for_all_its_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[t.Any] = []

    def parse(rules: t.Any) -> t.Any:
        read.append(rules)
        return parse_rules(rules)

    monkeypatch.setattr(intended_profiles, "parse_rules", parse)
    intended_profiles._parsed.cache_clear()
    rows = [row(f"m{number}", activation_profile="auto", activation_profile_rules=RULES) for number in range(50)]
    settled(*rows)
    assert {machine["profile"]["rule"] for machine in rows} == {"all"}
    assert len(read) == 1


def test_rules_that_cannot_be_used_are_remarked() -> None:
    rules = [{**RULES[0], "profile": "kms"}]
    machine = row("machine", activation_profile="auto", activation_profile_rules=rules)
    [(_remark, names)] = list(settled(machine).remarks.items())
    assert names == ["machine"]
    assert machine["profile"]["intended"] is None
