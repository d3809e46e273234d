# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a description may say about forests and about machines in them; what is wrong is named with its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._errors import MissingLibrary
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.description.fields import InvalidDescription
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.description.forest import described_forests
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.fleet.fleet import Fleet
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.world import ldap_forest

from ..wmi_client import asker, fleet_of

ROLE = "SELECT Domain, DomainRole, PartOfDomain, Roles FROM Win32_ComputerSystem"


def directory(tmp_path: Path, **changed: Any) -> dict[str, Any]:
    """Return a complete description of a directory, with what a test changes in it."""
    ca = tmp_path / "ca.pem"
    ca.write_text("a certificate", encoding="ascii")
    whole = {"uri": "ldaps://dc1.ad.example", "ca_path": str(ca), "user": "reader@ad.example", "password": "secret 1"}
    return {name: value for name, value in {**whole, **changed}.items() if value is not None}


def test_a_list_and_a_mapping_say_the_same() -> None:
    listed = described_forests({"Corp.Example": ["One", {"name": "Two", "products": ["office"]}]}, "world.ad")
    mapped = described_forests(
        {"corp.example": {"objects": ["One", {"name": "Two", "products": "office"}]}}, "world.ad"
    )

    assert listed == mapped
    assert list(listed) == ["corp.example"]
    assert described_forests({"a.example": None}, "") == described_forests({"a.example": {}}, "")


def test_the_password_of_a_directory_is_not_shown(tmp_path: Path) -> None:
    found = described_forests({"ad.example": {"directory": directory(tmp_path)}}, "world.ad")

    assert "secret 1" not in repr(found)


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"uri": "ldap://dc1.ad.example"}, "uri"),
        ({"uri": "ldaps://dc1.ad.example/DC=x?cn"}, "uri"),
        ({"uri": None}, "uri"),
        ({"ca_path": "/nowhere/ca.pem"}, "ca_path"),
        ({"ca_path": None}, "ca_path"),
        ({"user": None}, "user"),
        ({"password": ""}, "password"),
        ({"password": 5}, "password"),
        ({"password": None}, "password"),
        ({"base": "DC=x"}, "base"),
    ],
)
def test_what_is_wrong_with_a_directory_is_named(tmp_path: Path, changed: dict[str, Any], place: str) -> None:
    given = {"ad.example": {"directory": directory(tmp_path, **changed)}}

    with pytest.raises(InvalidDescription) as raised:
        described_forests(given, "world.ad")
    assert raised.value.path == f"world.ad.ad.example.directory.{place}"
    assert raised.value.remedy


def test_a_directory_has_the_objects_that_are_in_it(tmp_path: Path) -> None:
    given = {"ad.example": {"directory": directory(tmp_path), "objects": ["One"]}}

    with pytest.raises(InvalidDescription) as raised:
        described_forests(given, "world.ad")
    assert raised.value.path == "world.ad.ad.example.objects"


def test_two_objects_of_one_name_are_refused() -> None:
    with pytest.raises(InvalidDescription, match="same name"):
        described_forests({"ad.example": ["One", "ONE"]}, "world.ad")


def test_a_directory_needs_its_library_and_says_so_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise MissingLibrary("python-ldap", code="missing_library", remedy="Run: pip install python-ldap")

    monkeypatch.setattr(ldap_forest, "_ldap", missing)
    world = {"ad": {"ad.example": {"directory": directory(tmp_path)}}}

    with pytest.raises(MissingLibrary):
        fleet_of({"box": "windows_11_pro"}, world=world)


def test_what_a_key_covers_is_for_host_keys_only() -> None:
    keys = {"RRRRR-JJJJJ-KKKKK-MMMMM-PPPPP": {"channel": "retail", "covers": ["all"]}}

    with pytest.raises(InvalidDescription) as raised:
        fleet_of({"box": "windows_11_pro"}, world={"microsoft": {"keys": keys}})
    assert raised.value.path.endswith(".covers")
    assert "JJJJJ" not in raised.value.path


class TestRoles:
    @pytest.mark.parametrize(
        ("described", "role"),
        [
            ({"system": "windows_11_pro"}, 1),
            ({"system": "windows_11_pro", "domain_role": "member"}, 1),
            ({"system": "windows_11_pro", "domain_role": "workgroup"}, 0),
            ({"system": "windows_11_pro", "domain": None}, 0),
            ({"system": "server_2022_standard"}, 3),
            ({"system": "server_2022_standard", "domain_role": "workgroup", "domain": None}, 2),
            ({"system": "server_2022_standard", "domain_role": "domain_controller"}, 5),
        ],
    )
    def test_a_machine_says_what_it_is_in_its_domain(self, described: dict[str, Any], role: int) -> None:
        row = asker(described).one(ROLE)

        assert row["DomainRole"] == str(role)
        assert row["PartOfDomain"] == ("false" if role in (0, 2) else "true")
        assert row["Domain"] == ("WORKGROUP" if role in (0, 2) else "corp.example")
        assert ("Primary_Domain_Controller" in row["Roles"]) == (role == 5)

    @pytest.mark.parametrize(
        "described",
        [
            {"system": "server_2022_standard", "domain_role": "workgroup", "domain": "corp.example"},
            {"system": "server_2022_standard", "domain_role": "member", "domain": None},
            {"system": "server_2022_standard", "domain_role": "domain_controller", "domain": None},
            {"system": "windows_11_pro", "domain_role": "domain_controller"},
            {"system": "windows_11_pro", "domain_role": "leader"},
        ],
    )
    def test_a_role_that_cannot_be_is_refused(self, described: dict[str, Any]) -> None:
        with pytest.raises(InvalidDescription) as raised:
            Fleet.from_description({"machines": {"box": described}})
        assert raised.value.path == "machines.box.domain_role"
