# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Activation objects: their names, their numbers, and what they cover."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.volume.activation.plugins.plugin_utils._secrets import Secret
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.catalog.hresults import Failure
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.catalog.product_keys import KeyFacts, masked
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.world.forest import (
    DescribedObject,
    MemoryForest,
    SimulatedCaller,
    activation_object,
    container_of,
    escaped,
    forest_installation_id,
)

KEY = KeyFacts(masked("HHHHH-JJJJJ-KKKKK-MMMMM-PPPPP"), "kms_host", frozenset({"any"}))
ADMINISTRATOR = SimulatedCaller(None, Secret(""), reaches_directory=True)
CONTAINER = container_of("CN=Configuration,DC=corp,DC=example")


def forest(*described: DescribedObject) -> MemoryForest:
    return MemoryForest("corp.example", described)


@given(st.text(max_size=12) | st.text(alphabet='ab #,+"\\<>;=\0', max_size=6))
def test_names_are_escaped_as_the_ldap_library_escapes_them(name: str) -> None:
    dn = pytest.importorskip("ldap.dn")

    assert escaped(name) == dn.escape_dn_chars(name)


def test_a_name_never_leaves_its_place_in_the_distinguished_name() -> None:
    (found,) = forest(DescribedObject("Key, 2022=new")).objects()

    assert found.name == "Key, 2022=new"
    assert found.dn == f"CN=Key\\, 2022\\=new,{CONTAINER}"


@pytest.mark.parametrize(
    ("covered", "line", "expected"),
    [
        ("all", "server_2022", True),
        ("all", "server_99999", False),
        ("all", "all", True),
        ("windows", "office_2021", False),
        ("windows_server", "server_2025", True),
        ("windows_server", "windows_11", False),
        ("windows_11", "windows_11", True),
        ("office", "office_2016", True),
        ("office_2021", "office_2024", False),
    ],
)
def test_an_object_covers_the_lines_behind_the_names_of_its_key(covered: str, line: str, expected: bool) -> None:
    key = KeyFacts(KEY.text, "kms_host", frozenset(), covers=frozenset({covered}))

    assert activation_object("One", CONTAINER, key, "pid").covers(frozenset({line})) is expected


def test_numbers_follow_the_key_and_not_the_name() -> None:
    one, two = (activation_object(name, CONTAINER, KEY, "pid") for name in ("One", "Two"))
    other = KeyFacts(masked("HHHHH-JJJJJ-KKKKK-MMMMM-QQQQQ"), "kms_host", frozenset())

    assert (one.sku_id, one.partial_product_key) == (two.sku_id, "PPPPP")
    assert activation_object("One", CONTAINER, other, "pid").sku_id != one.sku_id


def test_the_installation_id_of_a_forest_follows_forest_and_key() -> None:
    other = KeyFacts(masked("HHHHH-JJJJJ-KKKKK-MMMMM-QQQQQ"), "kms_host", frozenset())
    first = forest_installation_id("corp.example", KEY)

    assert len(first) == 63
    assert forest_installation_id("CORP.example", KEY) == first
    assert len({first, forest_installation_id("b.example", KEY), forest_installation_id("corp.example", other)}) == 3


def test_a_name_is_taken_whatever_its_case() -> None:
    model = forest(DescribedObject("Office"))

    with model.opened_as(ADMINISTRATOR) as writer:
        writer.require_free("Offices")
        for refused in (writer.require_free, lambda name: writer.add(activation_object(name, CONTAINER, KEY, "pid"))):
            with pytest.raises(Failure) as raised:
                refused("OFFICE")
            assert raised.value.hresult == 0x80071392

    assert [row.name for row in model.objects()] == ["Office"]


def test_a_login_that_ends_at_the_machine_creates_nothing() -> None:
    stranger = SimulatedCaller("CORP\\admin", Secret("x"), reaches_directory=False)

    with pytest.raises(Failure) as raised, forest().opened_as(stranger):
        raise AssertionError("was let in")
    assert raised.value.hresult == 0x80072020


def test_what_is_shown_of_an_object_holds_no_key() -> None:
    made = activation_object("One", CONTAINER, KEY, "pid", installation="1" * 63, confirmation="2" * 48)

    shown = str(made.describe())
    assert "PPPPP" in shown
    assert "HHHHH" not in shown and "2" * 48 not in shown and "1" * 63 not in shown
