# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds of every decision, over facts and results in any state."""

from __future__ import annotations

import json
import typing as t

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.volume.activation.plugins.plugin_utils._profiles import (
    FACTS,
    PROFILES,
    VARIABLES,
    WISHES,
    default_rules,
    facts_of,
    intended,
    marks_of,
    recommend,
    recommended,
)
from ansible_collections.volume.activation.plugins.plugin_utils._profiles.rule_parsing import raw_rules

from .license_samples import MARKS, licence

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["yes", "no", "true", "off", "25", "4", "-1", "vdi", "server", "client", "mak", "kms_client"])
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
ODD_VARIABLES = st.dictionaries(st.sampled_from([*VARIABLES[2:], "group_names"]), ANYTHING, max_size=8)
FLAGS = st.sampled_from([True, False, None])
VARIABLES_AS_MEANT = st.fixed_dictionaries(
    {},
    optional={
        **{
            f"activation_{name}": FLAGS
            for name in (
                "is_kms_host",
                "generic_key",
                "domain_member",
                "forest_object",
                "kms_reachable",
                "isolated",
                "internet",
            )
        },
        **{
            f"activation_{name}": st.integers(0, 400)
            for name in ("kms_count", "site_clients", "site_servers", "days_off_network")
        },
        "mak_exception_machine_kind": st.sampled_from(["ordinary", *MARKS]),
        "group_names": st.lists(st.sampled_from(["vdi", "image_builds", "reimaged_labs", "office"]), max_size=2),
    },
)
LICENSES = st.none() | st.builds(
    licence,
    st.sampled_from(["Enterprise", "ServerStandard", "ServerStandardEval", "Core", None]),
    st.sampled_from([7601, 9600, 20348, 22631, None]),
    channel=st.sampled_from(["kms_client", "mak", "retail", "evaluation", "subscription", "avma", "kms_host", "none"]),
    domain=st.sampled_from(["corp.example", None]),
    is_kms_host=st.booleans(),
    by=st.sampled_from(["kms", "ad", None]),
    reason=st.sampled_from(["0xC004F056", "0xC004F081", None]),
    failed=st.sampled_from(["0xC004F038", "0xC004F042", "0xC004F081", None]),
)
ODD_LICENSES = ANYTHING | st.fixed_dictionaries(
    {}, optional={name: ANYTHING for name in ("machine", "service", "domain", "products")}
)


@given(variables=ODD_VARIABLES, license=ODD_LICENSES, counts=ANYTHING, forecast=ANYTHING)
def test_nothing_that_is_known_of_a_machine_makes_it_fail(
    variables: dict[str, t.Any], license: t.Any, counts: t.Any, forecast: t.Any
) -> None:
    found = recommended(variables, license, kms_counts=counts, forecast=forecast)
    assert found.profile in PROFILES
    assert isinstance(marks_of(variables), tuple)


@given(facts=st.dictionaries(st.sampled_from(list(FACTS)), ANYTHING, max_size=6))
def test_facts_of_any_kind_are_taken(facts: dict[str, t.Any]) -> None:
    assert recommend(facts).profile in PROFILES


@given(variables=VARIABLES_AS_MEANT, license=LICENSES, mark=st.sampled_from(MARKS))
def test_what_comes_and_goes_never_gets_a_mak(variables: dict[str, t.Any], license: t.Any, mark: str) -> None:
    marked = {**variables, "mak_exception_machine_kind": mark}
    assert recommended(marked, license).profile != "mak_exception"


@given(variables=VARIABLES_AS_MEANT, license=LICENSES)
def test_no_mark_of_the_inventory_goes_with_a_mak(variables: dict[str, t.Any], license: t.Any) -> None:
    assert not (marks_of(variables) and recommended(variables, license).profile == "mak_exception")


@given(variables=VARIABLES_AS_MEANT, license=LICENSES, mark=st.sampled_from(MARKS))
def test_rules_of_a_site_cannot_give_it_one_either(variables: dict[str, t.Any], license: t.Any, mark: str) -> None:
    rules = [
        {
            "name": "all",
            "when": {"kind": [*MARKS, "ordinary"]},
            "profile": "mak_exception",
            "method": "online",
            "why": ".",
        },
        {"name": "rest", "when": {}, "profile": "none", "why": "."},
    ]
    found = recommended({**variables, "mak_exception_machine_kind": mark}, license, rules=rules)
    assert (found.rule, "never gets a MAK" in found.rejected[0].why) == ("rest", True)


@given(variables=VARIABLES_AS_MEANT, license=LICENSES)
def test_the_same_is_decided_in_the_same_way(variables: dict[str, t.Any], license: t.Any) -> None:
    reordered = dict(reversed(variables.items()))
    assert recommended(variables, license) == recommended(reordered, license)


@given(variables=VARIABLES_AS_MEANT, license=LICENSES)
def test_the_rule_that_is_named_is_the_first_that_holds(variables: dict[str, t.Any], license: t.Any) -> None:
    found = recommended(variables, license)
    facts = facts_of(variables, license)
    number = [rule.name for rule in default_rules()].index(str(found.rule))
    stop = {"name": "stop", "when": {}, "profile": "none", "why": "No rule before it holds."}
    assert recommend(facts, [*raw_rules()[:number], stop]).rule == "stop"
    assert recommend(facts, raw_rules()[number:]).rule == found.rule


@given(variables=VARIABLES_AS_MEANT, license=LICENSES)
def test_to_know_less_never_spends_a_mak_where_nobody_said_why(variables: dict[str, t.Any], license: t.Any) -> None:
    grounds = ("isolated", "days_off_network", "kms_count", "site_clients", "site_servers")
    told = {name: value for name, value in variables.items() if name.removeprefix("activation_") not in grounds}
    assert recommended(told, license).profile != "mak_exception"


@given(variables=VARIABLES_AS_MEANT, license=LICENSES, wished=st.sampled_from(WISHES))
def test_a_profile_that_is_wished_is_the_one_intended(variables: dict[str, t.Any], license: t.Any, wished: str) -> None:
    found = intended({**variables, "activation_profile": wished}, license)
    decided = recommended(variables, license)
    expected = (decided.profile, decided.rule) if wished == "auto" else (wished, None)
    assert (found.wished, found.profile, found.rule) == (wished, *expected)


@given(variables=VARIABLES_AS_MEANT, license=LICENSES)
def test_a_recommendation_is_plain_values(variables: dict[str, t.Any], license: t.Any) -> None:
    facts = recommended(variables, license).facts()
    assert json.loads(json.dumps(facts)) == facts
