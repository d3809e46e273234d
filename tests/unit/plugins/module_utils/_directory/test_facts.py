# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task's result shows of a forest."""

from __future__ import annotations

from ansible_collections.volume.activation.plugins.module_utils._directory import (
    forest_facts,
    found_facts,
    object_facts,
)

from .forest_samples import CONTAINER, forest, found


def test_objects_are_listed_by_name_whatever_the_case() -> None:
    listed = found_facts(forest(found("b"), found("C"), found("a", dn=f"CN=z,{CONTAINER}"), found("A")))["objects"]
    assert [(item["name"], item["dn"]) for item in listed] == [
        ("A", f"CN=A,{CONTAINER}"),
        ("a", f"CN=z,{CONTAINER}"),
        ("b", f"CN=b,{CONTAINER}"),
        ("C", f"CN=C,{CONTAINER}"),
    ]


def test_the_forest_is_told_apart_from_its_objects() -> None:
    facts = forest_facts(forest(found("Contoso"), domains=("corp.test",)))
    assert facts == {
        "server": "dc1.corp.test",
        "configuration": "CN=Configuration,DC=corp,DC=test",
        "container": CONTAINER,
        "schema_version": 88,
        "has_schema": True,
        "has_container": True,
        "may_create": None,
        "domains": ["corp.test"],
    }


def test_an_object_has_what_the_documentation_says_of_it() -> None:
    assert set(object_facts(found("Contoso", kms_ids=("one", "two")))) == {
        "dn",
        "name",
        "guid",
        "activation_id",
        "partial_product_key",
        "extended_pid",
        "kms_ids",
        "created",
        "changed",
    }
    assert object_facts(found("Contoso", kms_ids=("one", "two")))["kms_ids"] == ["one", "two"]
