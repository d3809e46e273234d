# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter recommend_profile: the recommendation as it is, and a clear word for what is none of its inputs."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible.errors import AnsibleFilterError
from ansible.parsing.plugin_docs import read_docstring

from ansible_collections.volume.activation.plugins.filter.recommend_profile import FilterModule
from ansible_collections.volume.activation.plugins.plugin_utils._profiles import (
    PROFILES,
    VARIABLES,
    WISHES,
    recommended,
)

PLUGIN = Path(__file__).resolve().parents[4] / "plugins" / "filter" / "recommend_profile.py"
FILTER = FilterModule().filters()["recommend_profile"]
PARSED = read_docstring(str(PLUGIN), verbose=False, ignore_errors=False)
OPTIONS = PARSED["doc"]["options"]
DOCUMENTED = PARSED["returndocs"]["_value"]["contains"]
LICENSE = {"machine": {"edition": "Enterprise", "build": 22631}, "domain": "corp.example"}


def test_it_returns_the_recommendation() -> None:
    told = {"activation_forest_object": True}
    found = FILTER(told, LICENSE)
    assert found == recommended(told, LICENSE).facts()
    assert (found["profile"], found["rule"], found["facts"]["domain"]) == (
        "adba_default",
        "domain_member",
        "corp.example",
    )


def test_a_profile_that_the_inventory_names_is_the_answer() -> None:
    found = FILTER({"activation_profile": "mak_exception"}, LICENSE)
    assert found["profile"] == "mak_exception"
    assert (found["rule"], found["method"], found["rejected"], found["facts"]) == (None, None, [], {})


def test_counts_forecast_groups_and_rules_are_taken() -> None:
    told = {"activation_kms_reachable": True, "group_names": ["vdi"]}
    assert FILTER(told, kms_counts={"windows": 50})["rule"] == "temporary_kms"
    assert FILTER(told, kms_counts={"windows": 50}, groups=["office"])["rule"] == "kms"
    reached = {"windows": {"clients": {"reached": True}, "servers": {"reached": True}}}
    assert FILTER(told, forecast=reached, groups=[])["rule"] == "kms"
    rules = [{"name": "mine", "when": {}, "profile": "none", "why": "It is so."}]
    assert FILTER(told, rules=rules)["rule"] == "mine"


@pytest.mark.parametrize("nothing", [None, ""])
def test_what_a_variable_that_is_not_set_came_to_is_nothing(nothing: t.Any) -> None:
    told = {"activation_isolated": True}
    found = FILTER(told, nothing, rules=nothing, kms_counts=nothing, forecast=nothing, groups=None)
    assert found == FILTER(told)


@pytest.mark.parametrize("given", ["text", None, 5, [], [{}]])
def test_what_is_no_mapping_is_refused(given: t.Any) -> None:
    with pytest.raises(AnsibleFilterError, match="input of recommend_profile"):
        FILTER(given)


@pytest.mark.parametrize("name", ["license", "kms_counts", "forecast"])
@pytest.mark.parametrize("given", ["text", 25, [{}]])
def test_options_that_are_no_mapping_are_refused_by_name(name: str, given: t.Any) -> None:
    with pytest.raises(AnsibleFilterError, match=f"The {name} of recommend_profile"):
        FILTER({}, **{name: given})


def test_a_whole_result_is_not_taken_for_a_license() -> None:
    with pytest.raises(AnsibleFilterError, match="license_info"):
        FILTER({}, {"changed": False, "license": LICENSE})


@pytest.mark.parametrize(
    ("license", "place"),
    [
        ({"machine": "app01"}, "machine"),
        ({"machine": {"build": "new"}}, "machine.build"),
        ({"domain": ["corp.example"]}, "domain"),
        ({"products": {"channel": "mak"}}, "products"),
        ({"products": [{}, {"channel": 5}]}, r"products\[1\].channel"),
    ],
)
def test_a_damaged_field_of_the_license_is_refused_by_its_place(license: dict[str, t.Any], place: str) -> None:
    with pytest.raises(AnsibleFilterError, match=f"license of recommend_profile.* {place}: "):
        FILTER({}, license)


@pytest.mark.parametrize("given", ["vdi", 5, {"vdi": 1}])
def test_groups_that_are_no_list_are_refused(given: t.Any) -> None:
    with pytest.raises(AnsibleFilterError, match="groups"):
        FILTER({}, groups=given)


def test_bad_rules_and_bad_wishes_say_what_to_do() -> None:
    with pytest.raises(AnsibleFilterError, match=r"Rule 1 .*field when: .* when: \{\}"):
        FILTER({}, rules=[{"name": "mine", "when": {"isolated": True}, "profile": "none", "why": "."}])
    with pytest.raises(AnsibleFilterError, match="no activation profile 'kms'.*kms_default"):
        FILTER({"activation_profile": "kms"})


def test_the_documentation_names_every_variable_and_every_field() -> None:
    assert list(OPTIONS["_input"]["suboptions"]) == [*VARIABLES, "group_names"]
    assert OPTIONS["_input"]["suboptions"]["activation_profile"]["choices"] == list(WISHES)
    assert OPTIONS["rules"]["suboptions"]["profile"]["choices"] == list(PROFILES)
    found = FILTER({})
    assert list(DOCUMENTED) == list(found)
    assert list(DOCUMENTED["rejected"]["contains"]) == list(found["rejected"][0])
