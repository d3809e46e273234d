# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which KMS host a machine goes to."""

from __future__ import annotations

import pytest

from .audit_rows import Row, client, document, found, permanent, product, row

DIFFERS = {("kms_host_differs", None): ["a"]}
WAITING: Row = {"status": "notification", "grace_minutes": 0, "activated_by": None}


def kms(**given: object) -> Row:
    """Return the KMS hosts that a product knows."""
    return {"kms": {"host": None, "port": None, "discovered_host": None, "discovered_port": None, **given}}


@pytest.mark.parametrize(
    ("service", "own", "expected"),
    [
        ({}, {}, False),
        ({"kms_host": "kms1"}, {}, False),
        ({"kms_host": "kms1"}, {"host": "KMS1."}, False),
        ({"kms_host": "kms1"}, {"host": "kms2"}, True),
        ({"kms_host": "kms1", "discovered_kms_host": "kms2"}, {}, False),
        ({"kms_host": "kms1"}, {"discovered_host": "kms2"}, False),
    ],
)
def test_hosts_of_a_licensed_machine(service: Row, own: Row, expected: bool) -> None:
    assert found(row("a", product(**kms(**own)), **service)) == (DIFFERS if expected else {})


def test_a_host_that_was_found_matters_once_the_licence_is_gone() -> None:
    waiting = product(**WAITING, **kms(discovered_host="kms2"))
    assert ("kms_host_differs", None) in found(row("a", waiting, kms_host="kms1"))
    assert ("kms_host_differs", None) not in found(row("a", waiting, kms_host="KMS2."))


@pytest.mark.parametrize(
    ("allowed", "service", "expected"),
    [
        (("kms1.corp.example",), {"kms_host": "KMS1.Corp.Example.", "kms_port": 1688}, False),
        (("kms1.corp.example:1688",), {"kms_host": "kms1.corp.example"}, False),
        (("kms1.corp.example:1688",), {"kms_host": "kms1.corp.example", "kms_port": 1689}, True),
        (("kms1.corp.example",), {"kms_host": "kms1.corp.example", "kms_port": 1689}, False),
        (("kms1.corp.example",), {"kms_host": "rogue"}, True),
        (("kms1.corp.example",), {"discovered_kms_host": "rogue"}, True),
        (("kms1.corp.example",), {"discovered_kms_host": "rogue", "host_caching": False}, True),
        (("kms1.corp.example",), {"kms_host": "kms1.corp.example", "discovered_kms_host": "rogue"}, False),
        (("kms1", "kms2"), {"discovered_kms_host": "kms2", "discovered_kms_port": 1688}, False),
        (("[2001:db8::7]:1688",), {"kms_host": "2001:db8::7"}, False),
        (("2001:db8::7",), {"kms_host": "2001:db8::7", "kms_port": 1700}, False),
        (("kms1",), {}, False),
        ((), {"kms_host": "anybody"}, False),
    ],
)
def test_hosts_that_may_be_used(allowed: tuple[str, ...], service: Row, expected: bool) -> None:
    assert found(row("a", **service), kms_hosts=allowed) == (DIFFERS if expected else {})


def test_each_machine_says_which_host_is_set_for_a_product_alone() -> None:
    machine = row("a", product(**kms(host="old.corp.example", port=1700)))
    (finding,) = document(machine)["findings"]
    assert finding["code"] == "product_settings_override"
    assert "old.corp.example" in finding["details"]["a"]
    (finding,) = document(machine, kms_hosts=("kms1",))["findings"]
    assert finding["code"] == "kms_host_differs"
    assert "old.corp.example:1700, set for it alone" in finding["details"]["a"]
    assert found(machine, kms_hosts=("old.corp.example",)) == {}


OVERRIDES = {("product_settings_override", None): ["a"]}


@pytest.mark.parametrize(
    ("service", "windows", "office", "expected"),
    [
        ({}, kms(host="kms2"), {}, OVERRIDES),
        ({"kms_host": "kms1"}, kms(host="kms1"), {}, {}),
        ({"kms_host": "kms1"}, kms(host="kms1", port=1700), {}, OVERRIDES),
        ({"kms_host": "kms1", "kms_port": 1700}, kms(host="kms1", port=1700), {}, {}),
        ({"kms_host": "kms1"}, kms(host="kms2", port=1700), {}, DIFFERS),
        ({}, kms(port=1700), {}, {}),
        ({}, kms(lookup_domain="own.example"), {}, OVERRIDES),
        ({"kms_host": "kms1"}, kms(host="kms1", lookup_domain="own.example"), {}, {}),
        ({"lookup_domain": "own.example"}, kms(lookup_domain="OWN.example."), {}, {}),
        ({}, {}, kms(host="kms2"), OVERRIDES),
        ({}, {"activation_type": "kms"}, {}, OVERRIDES),
        ({}, {}, {"activation_type": "ad", "activated_by": "ad"}, OVERRIDES),
        ({}, {"activation_type": "kms"}, {"activation_type": "kms"}, {}),
    ],
)
def test_settings_of_single_products(
    service: Row, windows: Row, office: Row, expected: dict[tuple[str, str | None], list[str]]
) -> None:
    machine = row("a", product(**windows), product("office", **office), **service)
    assert found(machine) == expected


@pytest.mark.parametrize("profile", ["adba_default", None, "none"])
def test_windows_alone_may_be_restricted_to_the_directory_that_licensed_it(profile: str | None) -> None:
    by_directory = product(activation_type="ad", activated_by="ad")
    assert found(row("a", by_directory, product("office"), profile=profile)) == {}
    waiting = row("a", product(activation_type="ad"), product("office"))
    assert found(waiting) == {("ad_without_object", None): ["a"]}
    office = product("office", activation_type="ad", activated_by="ad")
    restricted = row("a", product(activated_by="ad"), office, profile="adba_default")
    assert ("product_settings_override", None) in found(restricted)


def test_a_machine_that_reached_no_kms_host_says_which_it_asked() -> None:
    waiting = product(**{**WAITING, "reason": {"code": "0xC004F074", "name": None}}, **kms(host="old.corp.example"))
    details = {item["code"]: item["details"]["a"] for item in document(row("a", waiting))["findings"]}
    assert "old.corp.example:1688" in details["not_licensed"]


@pytest.mark.parametrize(
    "windows",
    [
        permanent("mak"),
        permanent("oem"),
        permanent("kms_host"),
        product(activated_by="ad"),
        product(activation_type="ad", activated_by="ad"),
    ],
)
def test_what_does_not_ask_kms_may_have_any_setting(windows: Row) -> None:
    asked = windows["channel"] == "kms_host"
    machine = row("a", {**windows, **kms(host="kms2")}, kms_host="rogue", is_kms_host=asked)
    assert found(machine, kms_hosts=("kms1",), mak_share_limit=100.0) == {}


def test_office_is_asked_for_its_host_as_well() -> None:
    office = product("office", **kms(host="rogue"))
    machine = client("a", permanent("mak", family="Enterprise"), office)
    assert found(machine, kms_hosts=("kms1",), mak_share_limit=100.0) == DIFFERS
