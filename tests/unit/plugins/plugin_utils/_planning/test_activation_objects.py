# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What becomes of a forest: when an object is created or removed, and when neither is ours to do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.module_utils._directory import Forest
from ansible_collections.volume.activation.plugins.plugin_utils._errors import Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import ProductKey
from ansible_collections.volume.activation.plugins.plugin_utils._planning import (
    AbsentObject,
    Caller,
    CreateObject,
    ForestWish,
    PresentObject,
    RemoveObject,
    plan_forest,
    refuse_unable,
)

from .forest_samples import CONTAINER, NEEDS_LDAP, forest, held

KEY = ProductKey("HHHHH-JJJJJ-KKKKK-MMMMM-PPPPP")


def caller(**more: Any) -> Caller:
    """Return a domain controller that is asked with a login that may create objects."""
    values: dict[str, Any] = {"machine": "DC1", "domain": "corp.example", "is_domain_controller": True}
    return Caller(**{**values, "can_go_on": False, "may_create": True, **more})


def code_of(wish: ForestWish, found: Forest) -> str | None:
    """Return the code with which a wish is refused."""
    with pytest.raises(Refusal) as refusal:
        plan_forest(wish, found)
    assert refusal.value.remedy
    return refusal.value.code


def test_a_key_that_no_object_holds_is_to_be_created() -> None:
    (step,) = plan_forest(PresentObject(key=KEY, name="Corp"), forest(held("Other", "QQQQQ")))
    assert isinstance(step, CreateObject)
    assert (step.name, step.key, step.was, step.becomes) == ("Corp", KEY, "(none)", "Corp, key PPPPP")


@pytest.mark.parametrize("name", [None, "Corp", "CORP"])
def test_a_key_that_an_object_holds_is_left_alone(name: str | None) -> None:
    assert plan_forest(PresentObject(key=KEY, name=name), forest(held("Corp"))) == ()


def test_a_name_is_found_as_common_name_too() -> None:
    assert plan_forest(PresentObject(key=KEY, name="abc"), forest(held("Shown", cn="ABC"))) == ()


def test_a_key_under_another_name_is_refused_and_the_name_told() -> None:
    with pytest.raises(Refusal, match="in the activation object Old") as refusal:
        plan_forest(PresentObject(key=KEY, name="New"), forest(held("Old")))
    assert refusal.value.code == "key_under_other_name"


def test_a_name_with_another_key_is_refused() -> None:
    assert code_of(PresentObject(key=KEY, name="Corp"), forest(held("Corp", "QQQQQ"))) == "name_taken"
    assert code_of(PresentObject(key=KEY, name="Corp"), forest(held("Corp", None))) == "name_taken"


def test_one_of_two_objects_with_the_key_is_enough() -> None:
    assert plan_forest(PresentObject(key=KEY, name="Second"), forest(held("First"), held("Second"))) == ()


@pytest.mark.parametrize(
    ("lacking", "code"), [({"has_schema": False}, "schema_too_old"), ({"has_container": False}, "container_missing")]
)
def test_a_forest_that_can_hold_no_object_is_named(lacking: dict[str, bool], code: str) -> None:
    assert code_of(PresentObject(key=KEY), forest(**lacking)) == code
    assert plan_forest(AbsentObject(name="Corp"), forest(**lacking)) == ()


@NEEDS_LDAP
def test_creating_is_done_once_the_forest_shows_the_key() -> None:
    before = forest(held("Other", "QQQQQ"))
    (step,) = plan_forest(PresentObject(key=KEY, name="Corp"), before)
    after = step.predicted(before)
    assert (step.is_done(before), step.is_done(after)) == (False, True)
    assert plan_forest(PresentObject(key=KEY, name="Corp"), after) == ()
    assert after.objects[-1].dn == f"CN=Corp,{CONTAINER}"


def test_an_object_that_windows_names_is_foretold_without_a_name() -> None:
    (step,) = plan_forest(PresentObject(key=KEY), forest())
    (created,) = step.predicted(forest()).objects
    assert (created.dn, created.name, created.partial_product_key) == ("", "", "PPPPP")
    assert "named by Windows" in step.becomes


@NEEDS_LDAP
@pytest.mark.parametrize(
    "wish", [AbsentObject(name="corp"), AbsentObject(dn=f"cn=CORP, {CONTAINER}")], ids=["name", "dn"]
)
def test_exactly_the_object_that_is_named_is_removed(wish: AbsentObject) -> None:
    found = forest(held("Corp"), held("Corp 2"), held("Other", "QQQQQ"))
    (step,) = plan_forest(wish, found)
    assert isinstance(step, RemoveObject)
    assert (step.found.name, step.was, step.becomes) == ("Corp", "Corp, key PPPPP", "(none)")
    after = step.predicted(found)
    assert [item.name for item in after.objects] == ["Corp 2", "Other"]
    assert step.is_done(after)
    assert plan_forest(wish, after) == ()


def test_a_removal_is_done_when_another_object_has_taken_the_place() -> None:
    (step,) = plan_forest(AbsentObject(name="Corp"), forest(held("Corp")))
    successor = forest(held("Corp", guid="another guid"))
    assert step.is_done(successor)
    assert not step.is_done(forest(held("Renamed", guid="guid of Corp")))
    assert step.predicted(successor) == successor


@pytest.mark.parametrize("name", ["Cor", "Corp*", "Corp 2*", "*", ""])
def test_nothing_is_removed_that_is_not_named_as_a_whole(name: str) -> None:
    assert plan_forest(AbsentObject(name=name), forest(held("Corp"), held("Corp 2"))) == ()


def test_a_name_of_two_objects_is_refused_and_both_are_told() -> None:
    twins = forest(held("Corp", cn="One", dn=f"CN=One,{CONTAINER}"), held("Shown", cn="Corp"))
    with pytest.raises(Refusal, match="2 activation objects") as refusal:
        plan_forest(AbsentObject(name="Corp"), twins)
    assert refusal.value.code == "ambiguous_name"
    assert refusal.value.remedy is not None
    assert all(item.dn in refusal.value.remedy for item in twins.objects)


@pytest.mark.parametrize(
    ("difference", "code"),
    [
        ({"domain": None}, "not_a_domain_member"),
        ({"domain": "corp.other"}, "other_forest"),
        ({"is_domain_controller": False}, "second_hop"),
        ({"may_create": False}, "access_denied"),
        ({"is_domain_controller": False, "can_go_on": True, "may_create": False}, "access_denied"),
    ],
)
def test_who_cannot_create_an_object_is_told_why(difference: dict[str, Any], code: str) -> None:
    with pytest.raises(Refusal) as refusal:
        refuse_unable(caller(**difference), forest())
    assert refusal.value.code == code
    assert refusal.value.remedy


@pytest.mark.parametrize(
    "difference",
    [
        {},
        {"domain": "SUB.corp.example"},
        {"may_create": None},
        {"is_domain_controller": False, "can_go_on": True},
    ],
)
def test_who_can_create_an_object_is_let_through(difference: dict[str, Any]) -> None:
    refuse_unable(caller(**difference), forest())


def test_a_forest_whose_domains_are_unknown_calls_none_foreign() -> None:
    refuse_unable(caller(domain="corp.other"), replace(forest(), domains=()))
