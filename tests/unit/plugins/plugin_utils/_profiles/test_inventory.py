# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an inventory says of a machine: its marks, its wish, and what still has to be read; and the share of a MAK."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
import yaml

from ansible_collections.volume.activation.plugins.plugin_utils._errors import Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._profiles import (
    FACTS,
    MARKS,
    VARIABLES,
    MakShare,
    facts_of,
    intended,
    marks_of,
    needs_domain,
)
from ansible_collections.volume.activation.plugins.plugin_utils._profiles.reimaging import GROUP_VARIABLES
from ansible_collections.volume.activation.plugins.plugin_utils._profiles.rule_parsing import raw_rules

from .license_samples import client, server

ROLES = Path(__file__).resolve().parents[5] / "roles"


@pytest.mark.parametrize(
    ("variables", "marks"),
    [
        ({}, ()),
        ({"group_names": ["windows"]}, ()),
        ({"mak_exception_machine_kind": "ordinary"}, ()),
        ({"mak_exception_machine_kind": "vdi"}, ("vdi",)),
        ({"mak_exception_machine_kind": " reimaged_lab "}, ("reimaged_lab",)),
        ({"mak_exception_machine_kind": ["vdi"]}, ()),
        ({"group_names": ["vdi"]}, ("vdi",)),
        ({"group_names": "vdi"}, ()),
        ({"group_names": ["vdi"], "mak_exception_machine_kind": "ordinary"}, ("vdi",)),
        ({"group_names": ["reimaged_labs", "image_builds"]}, ("image_build", "reimaged_lab")),
        ({"group_names": ["vdi"], "mak_exception_machine_kind": "reimaged_lab"}, ("vdi", "reimaged_lab")),
        ({"group_names": ["room_12"], "mak_exception_reimaged_lab_groups": ["room_12"]}, ("reimaged_lab",)),
        ({"group_names": ["reimaged_labs"], "mak_exception_reimaged_lab_groups": ["room_12"]}, ()),
        ({"group_names": ["vdi"], "mak_exception_vdi_groups": "desktops"}, ("vdi",)),
    ],
)
def test_word_and_groups_mark_a_machine_alike(variables: dict[str, t.Any], marks: tuple[str, ...]) -> None:
    assert marks_of(variables) == marks


def test_marks_and_their_groups_are_those_of_the_role_mak_exception() -> None:
    role = yaml.safe_load((ROLES / "mak_exception" / "defaults" / "main.yml").read_text(encoding="utf-8"))
    assert {name: tuple(role[name]) for name, _usual in GROUP_VARIABLES.values()} == dict(GROUP_VARIABLES.values())
    specs = yaml.safe_load((ROLES / "mak_exception" / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))
    described = specs["argument_specs"]["main"]["options"]["mak_exception_machine_kind"]["description"]
    known = (ROLES / "mak_exception" / "vars" / "main.yml").read_text(encoding="utf-8")
    assert {"ordinary", *MARKS} == set(FACTS["kind"].words)
    assert all(f"V({kind})" in described for kind in MARKS)
    assert f"'mak_exception_machine_kind': {['ordinary', *MARKS]!r}" in known


@pytest.mark.parametrize("nothing", [{}, {"activation_profile": None}, {"activation_profile": "  "}])
def test_where_nothing_is_wished_nothing_is_intended(nothing: dict[str, t.Any]) -> None:
    found = intended(nothing, client(domain="corp.example"))
    assert (found.wished, found.profile, found.rule) == (None, None, None)


@pytest.mark.parametrize("wished", ["kms", "KMS_DEFAULT", 7, True, ["auto"], {"profile": "auto"}])
def test_a_wish_that_does_not_exist_is_refused_with_the_choices(wished: t.Any) -> None:
    with pytest.raises(Refusal, match="There is no activation profile") as refused:
        intended({"activation_profile": wished}, None)
    assert refused.value.code == "unknown_profile"
    assert all(word in str(refused.value.remedy) for word in ("kms_default", "none", "auto"))


def test_the_rules_of_the_inventory_hold_for_its_machines() -> None:
    rules = [{"name": "all_kms", "when": {}, "profile": "kms_default", "why": "We have one."}]
    found = intended({"activation_profile": "auto", "activation_profile_rules": rules})
    assert (found.profile, found.rule) == ("kms_default", "all_kms")
    other = intended({"activation_profile": "auto", "activation_profile_rules": rules}, rules=raw_rules())
    assert other.rule == "undecided"


def test_bad_rules_of_an_inventory_are_refused() -> None:
    with pytest.raises(Refusal, match="no list of rules"):
        intended({"activation_profile": "auto", "activation_profile_rules": []})


@pytest.mark.parametrize(
    ("variables", "needed"),
    [
        ({}, False),
        ({"activation_profile": "kms_default"}, False),
        ({"activation_profile": "auto"}, True),
        ({"activation_profile": "auto", "activation_domain_member": True}, False),
        ({"activation_profile": "auto", "activation_domain_member": "no"}, False),
        ({"activation_profile": "auto", "activation_domain_member": "perhaps"}, True),
    ],
)
def test_the_domain_is_needed_where_the_inventory_does_not_tell(variables: dict[str, t.Any], needed: bool) -> None:
    assert needs_domain(variables) is needed


def test_the_domain_is_needed_where_a_rule_of_the_site_asks_for_it() -> None:
    rules = [{"name": "lab", "when": {"domain": "lab.example"}, "profile": "kms_default", "why": "."}, raw_rules()[-1]]
    told = {"activation_profile": "auto", "activation_domain_member": True, "activation_profile_rules": rules}
    assert needs_domain(told)
    assert intended(told, client(domain="LAB.example")).rule == "lab"


def test_every_fact_has_a_name_in_the_vocabulary_and_is_unknown_where_nobody_tells() -> None:
    assert facts_of({}) == {name: "ordinary" if name == "kind" else None for name in FACTS}


def test_a_machine_tells_what_the_inventory_does_not() -> None:
    facts = facts_of({"group_names": ["b", "a"]}, server(domain="corp.example", by="ad"))
    assert facts | {"generic_key": True} == facts
    assert {name: facts[name] for name in ("system", "domain", "domain_member", "forest_object", "build")} == {
        "system": "server",
        "domain": "corp.example",
        "domain_member": True,
        "forest_object": True,
        "build": 20348,
    }
    assert (facts["groups"], facts["evaluation"], facts["is_kms_host"]) == (("a", "b"), False, False)


def test_variables_are_named_once_and_the_wish_first() -> None:
    assert VARIABLES[0] == "activation_profile"
    assert len(set(VARIABLES)) == len(VARIABLES)
    assert "group_names" not in VARIABLES


@pytest.mark.parametrize(
    ("machines", "of", "limit", "percent", "exceeded"),
    [
        (0, 0, 10, 0.0, False),
        (0, 0, 0, 0.0, False),
        (1, 10, 10, 10.0, False),
        (1001, 10000, 10.0, 10.0, True),
        (1, 3, 33.4, 33.3, False),
        (1, 1, 0, 100.0, True),
    ],
)
def test_a_share_is_held_against_its_limit_before_it_is_rounded(
    machines: int, of: int, limit: float, percent: float, exceeded: bool
) -> None:
    facts = {"machines": machines, "of": of, "percent": percent, "limit": limit, "exceeded": exceeded}
    assert json.loads(json.dumps(MakShare(machines=machines, of=of, limit=limit).facts())) == facts
