# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The `license` of a result: what the documentation promises, and nothing that is not plain data."""

from __future__ import annotations

import json
import typing as t
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from ansible.parsing.plugin_docs import read_docstring
from hypothesis import given, settings

from ansible_collections.volume.activation.plugins.plugin_utils._licensing import KmsAttempt, Product, State
from ansible_collections.volume.activation.plugins.plugin_utils._results import PARTS, license_facts
from ansible_collections.volume.activation.plugins.plugin_utils._results.license import path_facts

from .._planning.state_samples import DAY, NOW, ActivationType, esu, licensed, machine, office, on_mak, state, windows
from .._planning.strategies import states

PLUGINS = Path(__file__).resolve().parents[5] / "plugins"
TYPES: dict[str, t.Any] = {"str": str, "int": int, "bool": bool, "dict": dict, "list": list}
FULL = state(
    licensed(
        reason=0xC004F056,
        activated_by=ActivationType.KMS,
        ad_object="Windows Server 2022",
        ad_object_dn="CN=Windows Server 2022,CN=Activation Objects",
        ad_extended_pid="03612-00206",
        ad_activation_id="00000000-aaaa-bbbb-cccc-dddddddddddd",
        kms_host="kms.example.com",
        kms_port=1688,
        discovered_kms_host="found.example.com",
        discovered_kms_port=1700,
        installation_id="123456",
    ),
    esu(),
    domain="example.com",
    machine=machine(sku=7, clock=NOW),
    client_machine_id="00000000-1111-2222-3333-444444444444",
    kms_host="kms.example.com",
    kms_port=1700,
    lookup_domain="example.com",
    discovered_kms_host="found.example.com",
    discovered_kms_port=1688,
    remaining_rearms=5,
)


def _documented() -> dict[str, t.Any]:
    path = str(PLUGINS / "modules" / "license_info.py")
    documentation = read_docstring(path, verbose=False, ignore_errors=False)["returndocs"]
    return dict(documentation["license"])


def _check(documented: t.Mapping[str, t.Any], value: t.Any, place: str) -> None:
    """Compare one value with its documentation, keys and types, all the way down."""
    if value is None:
        return
    assert value.__class__ is TYPES[documented["type"]], place  # a bool is no int
    if documented["type"] == "list":
        for item in value:
            _check({"type": documented["elements"], "contains": documented.get("contains")}, item, f"{place}[]")
    elif documented["type"] == "dict":
        assert set(value) == set(documented["contains"]), place
        for name, part in documented["contains"].items():
            _check(part, value[name], f"{place}.{name}")


def _without(documented: dict[str, t.Any], *names: str) -> dict[str, t.Any]:
    """Return the documentation without these values of a product."""
    for name in names:
        del documented["contains"]["products"]["contains"][name]
    return documented


def test_the_facts_are_the_documented_ones() -> None:
    attempt = KmsAttempt(event=12288, code=0xC004F074, host="kms.example.com", port=1688, at=NOW)
    tried = replace(FULL, products=tuple(replace(product, last_attempt=attempt) for product in FULL.products))
    _check(_documented(), license_facts(tried, (*PARTS, "domain"), installation_ids=True), "license")


def test_without_installation_ids_and_events_just_these_are_missing() -> None:
    documented = _without(_documented(), "installation_id", "extended_pid", "last_attempt")
    _check(documented, license_facts(FULL, (*PARTS, "domain")), "license")


@pytest.mark.parametrize(
    "kept",
    [
        (),
        ("machine",),
        ("domain",),
        ("service",),
        ("products",),
        ("machine", "products"),
        ("machine", "service", "products"),
        ("machine", "domain", "service", "products"),
    ],
)
def test_only_the_parts_asked_for(kept: tuple[str, ...]) -> None:
    assert tuple(license_facts(FULL, kept)) == kept


def test_a_part_that_was_not_read_is_left_out() -> None:
    unread = replace(state(version=""), machine=None)
    assert license_facts(unread, (*PARTS, "domain")) == {"products": []}
    assert set(PARTS) == {"machine", "service", "products"}


def test_a_workgroup_is_no_domain_and_neither_is_told_unasked() -> None:
    assert license_facts(state(domain=""), ["domain"]) == {"domain": None}
    assert "domain" not in license_facts(FULL)


def test_the_activation_object_is_told_and_none_where_there_is_none() -> None:
    product = license_facts(FULL)["products"][0]
    assert (product["ad_object"], product["ad_object_dn"]) == (
        "Windows Server 2022",
        "CN=Windows Server 2022,CN=Activation Objects",
    )
    assert product["ad_extended_pid"] == "03612-00206"
    assert product["ad_activation_id"] == "00000000-aaaa-bbbb-cccc-dddddddddddd"
    assert license_facts(state(licensed(ad_object_dn="")))["products"][0]["ad_object_dn"] is None


BY_OBJECT = {
    "activated_by": ActivationType.AD,
    "ad_object": "Object",
    "ad_object_dn": "CN=Object",
    "ad_extended_pid": "03612",
    "ad_activation_id": "aaaa",
}


@pytest.mark.parametrize(
    ("products", "path"),
    [
        ([licensed(**BY_OBJECT)], "ad"),
        ([licensed(**{**BY_OBJECT, "ad_object_dn": ""})], None),
        ([windows(**BY_OBJECT)], None),
        ([licensed(**{**BY_OBJECT, "activated_by": ActivationType.KMS})], "kms"),
        ([licensed(activated_by=ActivationType.TOKEN)], None),
        ([on_mak()], None),
        ([office(**BY_OBJECT)], None),
        ([], None),
    ],
)
def test_the_path_is_that_of_windows_licence_and_the_object_is_told_with_it(
    products: list[Product], path: str | None
) -> None:
    told = path_facts(state(*products))
    found = ("Object", "CN=Object", "03612", "aaaa") if path == "ad" else (None,) * 4
    assert tuple(told.values()) == (path, *found)


@settings(max_examples=200, deadline=None)
@given(state=states())
def test_every_state_is_plain_data_of_the_documented_types(state: State) -> None:
    facts = license_facts(state, installation_ids=True)
    assert json.loads(json.dumps(facts)) == facts
    documented = _without(_documented(), "last_attempt")
    documented["contains"] = {name: part for name, part in documented["contains"].items() if name in facts}
    _check(documented, facts, "license")


def _expires(product: Product, now: datetime | None, observed: datetime = NOW) -> t.Any:
    found = replace(state(product, machine=machine(clock=now)), observed_at=observed)
    return license_facts(found)["products"][0]["expires"]


TOKYO = timezone(timedelta(hours=9))


@pytest.mark.parametrize(
    ("minutes", "clock", "expected"),
    [
        (0, NOW, None),
        (1, NOW, "2026-03-01"),
        (12 * 60 - 1, NOW, "2026-03-01"),
        (12 * 60, NOW, "2026-03-02"),
        (180 * DAY, NOW, "2026-08-28"),
        (180 * DAY, NOW.replace(year=2030), "2030-08-28"),
        (1, datetime(2026, 3, 1, 23, 59, tzinfo=TOKYO), "2026-03-02"),
        (1, None, "2026-03-01"),
        (0xFFFFFFFF, NOW, None),
    ],
)
def test_a_lease_ends_by_the_clock_of_the_machine(minutes: int, clock: datetime | None, expected: str | None) -> None:
    assert _expires(licensed(grace_minutes=minutes), clock) == expected


def test_the_clock_here_serves_where_the_machine_did_not_tell_its_own() -> None:
    beside = replace(state(licensed(grace_minutes=1)), observed_at=NOW.replace(year=2030))
    assert license_facts(beside)["products"][0]["expires"] == "2030-03-01"


@pytest.mark.parametrize(
    ("end", "clock", "expected"),
    [
        (datetime(2026, 8, 1, 10, tzinfo=timezone.utc), NOW, "2026-08-01"),
        (datetime(2026, 8, 1, 20, tzinfo=timezone.utc), NOW.astimezone(TOKYO), "2026-08-02"),
        (datetime(9999, 12, 31, 23, tzinfo=timezone.utc), NOW.astimezone(TOKYO), None),
    ],
)
def test_an_evaluation_ends_on_its_own_day(end: datetime, clock: datetime, expected: str | None) -> None:
    assert _expires(windows(evaluation_end=end), clock) == expected
    assert _expires(windows(evaluation_end=end, grace_minutes=1), clock) == clock.date().isoformat()


def test_a_reason_is_explained() -> None:
    reason = license_facts(FULL)["products"][0]["reason"]
    assert (reason["code"], reason["name"]) == ("0xC004F056", "SL_E_VL_MACHINE_NOT_BOUND")
    assert reason["message"]
    assert reason["cause"]
    assert reason["remedy"]
    assert license_facts(state(windows()))["products"][0]["reason"] is None


def test_what_is_not_set_is_none() -> None:
    facts = license_facts(state(windows()))
    assert {name for name, value in facts["service"].items() if value is None} == {
        "client_machine_id",
        "clock",
        "kms_host",
        "kms_port",
        "lookup_domain",
        "discovered_kms_host",
        "discovered_kms_port",
    }
    assert set(facts["products"][0]["kms"].values()) == {None}


def test_the_service_tells_the_activation_type_of_windows_itself() -> None:
    products = (office(activation_type=ActivationType.AD), windows(activation_type=ActivationType.KMS))
    assert license_facts(state(*products))["service"]["activation_type"] == "kms"
    assert license_facts(state(office()))["service"]["activation_type"] == "any"


def test_words_for_numbers() -> None:
    product = license_facts(state(on_mak()))["products"][0]
    assert (product["channel"], product["status"], product["status_code"]) == ("mak", "licensed", 1)
    assert (product["application"], product["is_primary"], product["is_addon"]) == ("windows", True, False)
    assert product["activated_by"] is None
