# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules as data: each kind of mistake is refused with the rule's number, its field, and what to write instead."""

from __future__ import annotations

import re
import textwrap
import typing as t
from pathlib import Path

import pytest
import yaml

from ansible_collections.volume.activation.plugins.plugin_utils._errors import Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import OLDEST_BUILD, is_too_old
from ansible_collections.volume.activation.plugins.plugin_utils._profiles import (
    FACTS,
    VARIABLES,
    default_rules,
    intended,
    parse_rules,
    recommend,
    recommended,
)
from ansible_collections.volume.activation.plugins.plugin_utils._profiles.rule_parsing import raw_rules

from .license_samples import server

GUIDE = Path(__file__).resolve().parents[5] / "docs" / "docsite" / "rst" / "guide_profiles.rst"
LAST = {"name": "rest", "when": {}, "profile": "none", "why": "No other rule is about it."}
GOOD = {"name": "good", "when": {"isolated": True}, "profile": "kms_default", "why": "It is so."}
MAK = {"name": "mak", "when": {"isolated": True}, "profile": "mak_exception", "method": "proxy", "why": "It is so."}


def test_the_oldest_windows_of_the_rules_is_that_of_the_planner() -> None:
    (when,) = [rule["when"] for rule in raw_rules() if rule["name"] == "old_system"]

    assert when == {"build": {"below": OLDEST_BUILD}}
    assert [version for version in ("6.1", "6.2", "6.3", "10.0") if is_too_old(f"{version}.{OLDEST_BUILD}.1")] == [
        "6.1",
        "6.2",
    ]


def changed(rule: dict[str, t.Any], **fields: t.Any) -> dict[str, t.Any]:
    """Return a rule with other fields; None leaves one out."""
    return {name: value for name, value in {**rule, **fields}.items() if value is not None}


BAD = {
    "no mapping": ("text", 2, "name", "fields are|with the fields"),
    "a field that is none": (changed(GOOD, unless={}), 2, "unless", "why"),
    "no name": (changed(GOOD, name=None), 2, "name", "lower-case"),
    "a name with spaces": (changed(GOOD, name="a rule"), 2, "name", "lower-case"),
    "a name that is a number": (changed(GOOD, name=7), 2, "name", "lower-case"),
    "a name twice": (changed(GOOD, name="first"), 2, "name", "name of its own"),
    "no profile": (changed(GOOD, profile=None), 2, "profile", "adba_default"),
    "a profile that is none": (changed(GOOD, profile="kms"), 2, "profile", "kms_default"),
    "auto, which is no answer": (changed(GOOD, profile="auto"), 2, "profile", "kms_default"),
    "a list of profiles": (changed(GOOD, profile=["none"]), 2, "profile", "kms_default"),
    "a MAK without a method": (changed(MAK, method=None), 2, "method", "online and proxy"),
    "a method that is none": (changed(MAK, method="telephone"), 2, "method", "online and proxy"),
    "a method without a MAK": (changed(GOOD, method="online"), 2, "method", "mak_exception"),
    "no reason": (changed(GOOD, why=None), 2, "why", "sentence"),
    "an empty reason": (changed(GOOD, why="  "), 2, "why", "sentence"),
    "no conditions": (changed(GOOD, when=None), 2, "when", "always holds"),
    "conditions as a text": (changed(GOOD, when="isolated"), 2, "when", "always holds"),
    "conditions as a list": (changed(GOOD, when=["isolated"]), 2, "when", "always holds"),
    "a fact that is none": (changed(GOOD, when={"isolatd": True}), 2, "when.isolatd", "isolated"),
    "a fact that is a number": (changed(GOOD, when={7: True}), 2, "when.7", "isolated"),
    "yes as a text": (changed(GOOD, when={"isolated": "yes"}), 2, "when.isolated", "true or false"),
    "yes as a number": (changed(GOOD, when={"isolated": 1}), 2, "when.isolated", "true or false"),
    "a list for yes or no": (changed(GOOD, when={"isolated": [True, False]}), 2, "when.isolated", "true or false"),
    "a number without a comparison": (changed(GOOD, when={"build": 9600}), 2, "when.build", "at_least"),
    "no comparison at all": (changed(GOOD, when={"build": {}}), 2, "when.build", "at_least"),
    "a comparison that is none": (changed(GOOD, when={"build": {"over": 1}}), 2, "when.build.over", "above"),
    "a comparison with a text": (changed(GOOD, when={"build": {"above": "9600"}}), 2, "when.build.above", "number"),
    "a comparison with true": (changed(GOOD, when={"build": {"above": True}}), 2, "when.build.above", "number"),
    "a comparison with less than 0": (changed(GOOD, when={"build": {"above": -1}}), 2, "when.build.above", "number"),
    "no number": (changed(GOOD, when={"build": {"above": float("nan")}}), 2, "when.build.above", "number"),
    "a word that is none": (changed(GOOD, when={"kind": "laptop"}), 2, "when.kind", "reimaged_lab"),
    "one word of several that is none": (changed(GOOD, when={"kind": ["vdi", "lab"]}), 2, "when.kind", "reimaged_lab"),
    "no words": (changed(GOOD, when={"groups": []}), 2, "when.groups", "list of words"),
    "an empty word": (changed(GOOD, when={"groups": ["a", " "]}), 2, "when.groups", "list of words"),
    "true for a word": (changed(GOOD, when={"site": True}), 2, "when.site", "list of words"),
    "a mapping for a word": (changed(GOOD, when={"site": {"is": "x"}}), 2, "when.site", "list of words"),
    "one that always holds before the last": (changed(GOOD, when={}), 2, "when", "put it last"),
}


@pytest.mark.parametrize(("bad", "number", "field", "remedy"), BAD.values(), ids=list(BAD))
def test_each_mistake_is_refused_by_number_and_field(bad: t.Any, number: int, field: str, remedy: str) -> None:
    with pytest.raises(Refusal, match=f"^Rule {number} of the profile rules, field {field}: ") as refused:
        parse_rules([changed(GOOD, name="first"), bad, LAST])
    assert refused.value.code == "bad_profile_rules"
    assert refused.value.remedy is not None
    assert any(part in refused.value.remedy for part in remedy.split("|"))


def test_rules_without_one_that_always_holds_are_refused() -> None:
    with pytest.raises(Refusal, match="^Rule 1 of the profile rules, field when: no rule holds") as refused:
        parse_rules([GOOD])
    assert "when: {}" in str(refused.value.remedy)


def test_a_last_rule_that_gives_a_mak_is_refused() -> None:
    with pytest.raises(Refusal, match="^Rule 2 of the profile rules, field profile: .*nothing is known"):
        parse_rules([GOOD, changed(MAK, when={})])


@pytest.mark.parametrize("given", [None, "", "rules", {}, [], 7, {"rules": [LAST]}, iter([LAST])])
def test_what_is_no_list_of_rules_is_refused(given: t.Any) -> None:
    with pytest.raises(Refusal, match="no list of rules") as refused:
        parse_rules(given)
    assert refused.value.code == "bad_profile_rules"


def test_the_rules_of_the_collection_are_good_and_are_what_holds_without_others() -> None:
    assert parse_rules(raw_rules()) == default_rules()
    facts = {"isolated": True, "kind": "ordinary"}
    assert recommend(facts) == recommend(facts, raw_rules()) == recommend(facts, default_rules())


def test_rules_of_a_site_decide_in_their_own_order() -> None:
    rules = [
        {"name": "press", "when": {"groups": ["press", "paint"], "site": "Oslo"}, "profile": "kms_default", "why": "."},
        {
            "name": "middle",
            "when": {"build": {"at_least": 9600, "below": 20000}},
            "profile": "adba_default",
            "why": ".",
        },
        LAST,
    ]
    assert recommend({"groups": ["paint"], "site": "oslo", "build": 9600}, rules).rule == "press"
    assert recommend({"groups": ["windows"], "site": "oslo", "build": 9600}, rules).rule == "middle"
    found = recommend({"groups": ["windows"], "site": "bergen", "build": 20000}, rules)
    assert [rejection.why for rejection in found.rejected] == [
        "Its groups have none of press, paint among them.",
        "Its build is 20000, not below 20000.",
    ]


def test_a_rule_behind_the_one_that_decided_says_that_it_holds_too() -> None:
    rules = [GOOD, changed(GOOD, name="second"), changed(MAK, when={"internet": True}), LAST]
    found = recommend({"isolated": True, "kind": "ordinary"}, rules)
    assert [(rejection.rule, rejection.why) for rejection in found.rejected] == [
        ("second", "It holds too, but good comes before it."),
        ("mak", "Whether it reaches the internet is not known."),
        ("rest", "It holds too, but good comes before it."),
    ]


def test_a_condition_that_fails_is_told_before_one_that_is_not_known() -> None:
    rules = [changed(GOOD, when={"internet": True, "isolated": True}), LAST]
    assert recommend({"isolated": False}, rules).rejected[0].why == (
        "It is not cut off from the organisation's network."
    )


@pytest.mark.parametrize("fact", FACTS.values(), ids=list(FACTS))
def test_what_is_not_known_is_said_in_a_sentence(fact: t.Any) -> None:
    assert fact.missing[0].isupper()
    assert fact.missing.endswith(" is not known.")
    assert bool(fact.yes and fact.no) == (fact.type == "yes_or_no") != bool(fact.label)


def test_a_mak_needs_to_know_what_kind_of_machine_it_is() -> None:
    found = recommend({"isolated": True}, [MAK, LAST])
    assert (found.rule, found.rejected[0].why) == ("rest", "What kind of machine it is is not known.")


def test_the_guide_has_each_rule_in_its_order_and_each_fact_and_variable() -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    places = [guide.find(f"   * - ``{rule.name}``\n") for rule in default_rules()]
    assert -1 not in places and places == sorted(places)
    assert [name for name in (*FACTS, *VARIABLES, "group_names") if f"``{name}``" not in guide] == []


@pytest.mark.parametrize(
    ("files", "profile", "rule"),
    [
        (["windows"], "adba_default", "domain_member"),
        (["windows", "field_laptops"], "mak_exception", "off_network_online"),
        (["windows", "paint_shop"], "mak_exception", "isolated_proxy"),
        (["windows", "kiosk7"], "kms_default", None),
    ],
)
def test_the_inventory_of_the_guide_decides_as_the_guide_says(files: list[str], profile: str, rule: str | None) -> None:
    written = dict(re.findall(r"    # \w+_vars/(\w+)\.yml.*\n((?:    \w.*\n)+)", GUIDE.read_text(encoding="utf-8")))
    variables = {
        name: value for file in files for name, value in yaml.safe_load(textwrap.dedent(written[file])).items()
    }
    decided = intended(variables, server(domain="corp.example"))
    assert (decided.profile, decided.rule) == (profile, rule)


def test_the_branch_of_the_guide_gets_a_mak() -> None:
    (branch,) = re.findall(r"        branch:\n((?: {10}\w.*\n)+)", GUIDE.read_text(encoding="utf-8"))
    decided = recommended(yaml.safe_load(textwrap.dedent(branch)))
    assert (decided.profile, decided.rule, decided.method) == ("mak_exception", "below_threshold_online", "online")


@pytest.mark.parametrize(
    ("facts", "missing"),
    [
        ({}, ("kms_default_kms_host",)),
        ({"domain_member": True}, ("activation_forest_object",)),
        ({"domain_member": False}, ("kms_default_kms_host",)),
        ({"domain_member": False, "kms_reachable": False, "kms_configured": False}, ("activation_days_off_network",)),
        ({"kind": "vdi"}, None),
        ({"kms_reachable": True, "kms_configured": True}, None),
    ],
)
def test_an_undecided_machine_comes_with_the_variables_that_would_decide(
    facts: dict[str, object], missing: tuple[str, ...] | None
) -> None:
    found = recommend({"kind": "ordinary", **facts})
    assert (found.undecided, found.missing) == (missing is not None, missing or ())


def test_rules_of_which_none_can_be_made_to_hold_leave_it_to_the_profile_itself() -> None:
    rules = [
        {"name": "lab", "when": {"domain": "lab.example"}, "profile": "kms_default", "why": "."},
        {"name": "rest", "when": {}, "profile": "none", "why": "."},
    ]
    assert recommend({"domain": "corp.example"}, rules).missing == ("activation_profile",)
    assert recommend({}, [{**rules[1], "profile": "kms_default"}]).undecided is False
