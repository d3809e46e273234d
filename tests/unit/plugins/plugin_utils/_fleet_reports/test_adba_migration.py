# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The migration report: every reason is told as what it is, and nothing is told that is not known."""

from __future__ import annotations

import json
import random
import typing as t
from datetime import datetime, timedelta, timezone

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._fleet_reports import migration_report
from ansible_collections.volume.activation.plugins.plugin_utils._fleet_reports.adba_migration_texts import CODES

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=timezone.utc)
DAY = 24 * 60
CONTAINER = "CN=Activation Objects,CN=Microsoft SPP,CN=Services,CN=Configuration,DC=corp,DC=example"
CORP = f"CN=Corp 2022,{CONTAINER}"
OLD = f"CN=Corp 2016,{CONTAINER}"
OFFICE = {"id": "id-office", "name": "Office 21", "application": "office"}
BY_AD = {"activated_by": "ad", "ad_object_dn": CORP, "activation_type": "any"}
COMPLAINS = {"status": "notification", "activated_by": None, "reason": {"code": "0xC004F081"}}


def _product(**changes: t.Any) -> dict[str, t.Any]:
    """Return Windows on a KMS client key, which KMS has licensed ten days ago."""
    return {
        "id": "id-windows",
        "name": "Windows(R), ServerStandard edition",
        "application": "windows",
        "channel": "kms_client",
        "partial_product_key": "VDYBN",
        "status": "licensed",
        "grace_minutes": 170 * DAY,
        "expires": "2026-08-18",
        "activation_type": "any",
        "activated_by": "kms",
        "ad_object_dn": None,
        "reason": None,
        "kms": {"host": None, "discovered_host": "kms.corp.example"},
        **changes,
    }


def _machine(*products: dict[str, t.Any], name: str = "app01", **changes: t.Any) -> dict[str, t.Any]:
    """Return a machine as license_info tells of it, a member of the domain."""
    service = {"clock": NOW.isoformat(), "kms_host": None, "discovered_kms_host": None}
    license = {"domain": "corp.example", "service": service, "products": list(products), **changes}
    return {"machine": name, "license": license}


def _forest(*objects: tuple[str, float | None], domains: tuple[str, ...] = ("corp.example",)) -> dict[str, t.Any]:
    """Return a forest whose objects are so many days old, None for an age that is not told."""
    found = [
        {"dn": dn, "created": None if age is None else (NOW - timedelta(days=age)).isoformat()} for dn, age in objects
    ]
    return {"objects": found, "forest": {"domains": list(domains)}}


def _only(machine: dict[str, t.Any], forest: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
    (row,) = migration_report([machine], forest)["rows"]
    return dict(row)


NEW, LONG_THERE = _forest((CORP, 5)), _forest((CORP, 400))
BEFORE = ("kms", "renewed_by_kms_before_the_object")
CASES: dict[str, tuple[dict[str, t.Any], dict[str, t.Any] | None, tuple[str, str]]] = {
    "by an object": (_machine(_product(**BY_AD)), LONG_THERE, ("ad", "by_ad")),
    "by an object, forest unasked": (_machine(_product(**BY_AD)), None, ("ad", "by_ad")),
    "in a workgroup": (_machine(_product(), domain=None), LONG_THERE, ("kms", "not_a_domain_member")),
    "in another forest": (_machine(_product(), domain="else.example"), LONG_THERE, ("kms", "other_domain")),
    "in the domain, spelled otherwise": (_machine(_product(), domain="CORP.Example."), NEW, BEFORE),
    "a child domain of the forest": (
        _machine(_product(), domain="eu.corp.example"),
        _forest((CORP, 5), domains=("corp.example", "eu.corp.example")),
        BEFORE,
    ),
    "restricted to kms": (_machine(_product(activation_type="kms")), NEW, ("kms", "restricted_to_kms")),
    "restricted, forest unasked": (_machine(_product(activation_type="kms")), None, ("kms", "restricted_to_kms")),
    "restricted to a token": (_machine(_product(activation_type="token")), NEW, ("kms", "restricted_to_token")),
    "set to ad and not yet there": (_machine(_product(activation_type="ad")), NEW, ("kms", "waiting_for_ad")),
    "set to ad without an object": (_machine(_product(activation_type="ad")), _forest(), ("kms", "no_object")),
    "an empty forest": (_machine(_product()), _forest(), ("kms", "no_object")),
    "a forest that nobody asked": (_machine(_product()), None, ("kms", "forest_not_asked")),
    "a forest that did not answer": (_machine(_product()), {"failed": True, "msg": "No."}, ("kms", "forest_not_asked")),
    "renewed before the object": (_machine(_product()), NEW, BEFORE),
    "renewed on the object's first day": (_machine(_product()), _forest((CORP, 10)), BEFORE),
    "renewed within the object's first day": (_machine(_product()), _forest((CORP, 10.9)), BEFORE),
    "renewed on the object's second day": (
        _machine(_product()),
        _forest((CORP, 11.1)),
        ("kms", "no_object_for_product"),
    ),
    "renewed past an object": (_machine(_product()), LONG_THERE, ("kms", "no_object_for_product")),
    "one object before, one after": (
        _machine(_product()),
        _forest((OLD, 400), (CORP, 5)),
        ("kms", "no_object_for_product"),
    ),
    "an object of unknown age": (_machine(_product()), _forest((CORP, None)), ("kms", "cannot_be_told")),
    "a machine without a clock": (_machine(_product(), service={}), LONG_THERE, ("kms", "cannot_be_told")),
    "a licence without a lease": (_machine(_product(grace_minutes=0)), LONG_THERE, ("kms", "cannot_be_told")),
    "in extended grace": (_machine(_product(status="extended_grace")), NEW, BEFORE),
    "a lease longer than any": (_machine(_product(grace_minutes=200 * DAY)), LONG_THERE, ("kms", "cannot_be_told")),
    "no object by its own word": (_machine(_product(**COMPLAINS)), LONG_THERE, ("none", "no_object_for_product")),
    "no object by its own word, none there": (_machine(_product(**COMPLAINS)), _forest(), ("none", "no_object")),
    "no object by its own word, in a workgroup": (
        _machine(_product(**COMPLAINS), domain=None),
        None,
        ("none", "not_a_domain_member"),
    ),
    "not licensed": (
        _machine(_product(status="notification", activated_by="kms", reason={"code": "0xC004F074"})),
        LONG_THERE,
        ("none", "not_licensed"),
    ),
    "without a reason": (_machine(_product(status="unlicensed")), LONG_THERE, ("none", "not_licensed")),
    "a MAK": (_machine(_product(channel="mak")), LONG_THERE, ("other", "not_a_volume_client")),
    "a MAK, not licensed": (
        _machine(_product(channel="mak", status="notification")),
        LONG_THERE,
        ("other", "not_a_volume_client"),
    ),
    "a KMS host": (_machine(_product(channel="kms_host")), LONG_THERE, ("other", "not_a_volume_client")),
    "by a token": (_machine(_product(activated_by="token")), LONG_THERE, ("other", "by_token")),
    "by a path that is not shown": (_machine(_product(activated_by=None)), LONG_THERE, ("other", "path_unknown")),
    "by ad without an object": (_machine(_product(activated_by="ad")), LONG_THERE, ("other", "path_unknown")),
    "no key": (_machine(), LONG_THERE, ("none", "no_product_key")),
    "no key but licences": (_machine(_product(partial_product_key=None)), None, ("none", "no_product_key")),
    "Office": (_machine(_product(**OFFICE)), NEW, BEFORE),
    "Office by an object": (_machine(_product(**OFFICE, **BY_AD)), NEW, ("ad", "by_ad")),
    "Office in a workgroup": (_machine(_product(**OFFICE), domain=None), NEW, ("kms", "not_a_domain_member")),
    "Office 2010": (_machine(_product(application="office_2010")), NEW, ("kms", "product_too_old")),
    "away": (
        {"machine": "app01", "error": {"code": "connection_refused", "msg": "Closed."}},
        NEW,
        ("unknown", "unreachable"),
    ),
    "away, in Ansible's word": (
        {"machine": "app01", "error": {"unreachable": True, "msg": "Gone."}},
        NEW,
        ("unknown", "unreachable"),
    ),
    "turned away": (
        {"machine": "app01", "error": {"code": "login_refused", "msg": "No."}},
        NEW,
        ("unknown", "not_read"),
    ),
    "no word at all": ({"machine": "app01"}, NEW, ("unknown", "not_read")),
}


@pytest.mark.parametrize("name", CASES)
def test_each_product_is_told_its_path_and_why(name: str) -> None:
    machine, forest, expected = CASES[name]
    row = _only(machine, forest)
    assert (row["path"], row["why"]) == expected
    assert row["explanation"]
    assert "None" not in row["explanation"] + (row["remedy"] or "")


def test_every_reason_is_met() -> None:
    seen = {why for _machine, _forest, (_path, why) in CASES.values()}
    # What another machine shows takes two of them; it has a test of its own.
    assert seen | {"object_not_used"} == set(CODES)


def test_every_reason_but_those_that_want_nothing_has_a_remedy() -> None:
    rows = {case[2][1]: _only(case[0], case[1]) for case in CASES.values()}
    assert {why for why, row in rows.items() if not row["remedy"]} == {"by_ad", "by_token", "not_a_volume_client"}


def test_an_object_that_licensed_the_same_product_elsewhere_is_known_to_cover_it() -> None:
    other = _machine(_product(**BY_AD), name="app02")
    report = migration_report([_machine(_product()), other], LONG_THERE)
    assert [row["why"] for row in report["rows"]] == ["object_not_used", "by_ad"]


def test_only_the_object_that_covers_the_product_counts_for_the_time() -> None:
    other = _machine(_product(**BY_AD), name="app02")
    report = migration_report([_machine(_product()), other], _forest((OLD, 400), (CORP, 5)))
    assert report["rows"][0]["why"] == "renewed_by_kms_before_the_object"


def test_what_licensed_another_product_says_nothing_of_this_one() -> None:
    other = _machine(_product(**OFFICE, **BY_AD), name="app02")
    report = migration_report([_machine(_product()), other], LONG_THERE)
    assert report["rows"][0]["why"] == "no_object_for_product"


def test_an_object_that_is_gone_covers_nothing() -> None:
    other = _machine(_product(**BY_AD), name="app02")
    report = migration_report([_machine(_product()), other], _forest((OLD, 400)))
    assert report["rows"][0]["why"] == "no_object_for_product"


def test_who_is_named_is_ordered_whatever_order_they_came_in() -> None:
    machines = [_machine(_product(**OFFICE), _product(), name=name) for name in ("b", "A", "c")] + [
        {"machine": "d", "error": {"msg": "No."}}
    ]
    expected = migration_report(machines, NEW)
    assert [(row["machine"], row["application"]) for row in expected["rows"][:3]] == [
        ("A", "windows"),
        ("A", "office"),
        ("b", "windows"),
    ]
    random.Random(1).shuffle(machines)
    assert json.dumps(migration_report(machines, NEW)) == json.dumps(expected)


def test_the_summary_counts_machines_products_paths_and_reasons() -> None:
    machines = [
        _machine(_product(), _product(**OFFICE, **BY_AD), name="a"),
        _machine(_product(channel="mak"), name="b"),
        {"machine": "c", "error": {"unreachable": True}},
    ]
    assert migration_report(machines, NEW)["summary"] == {
        "machines": 3,
        "products": 3,
        "paths": {"ad": 1, "kms": 1, "none": 0, "other": 1, "unknown": 1},
        "why": {
            "by_ad": 1,
            "not_a_volume_client": 1,
            "renewed_by_kms_before_the_object": 1,
            "unreachable": 1,
        },
        "forest": {"asked": True, "objects": 1, "domains": ["corp.example"], "failure": None},
    }


def test_a_forest_that_gave_no_answer_is_told_with_what_it_said() -> None:
    forest = migration_report([], {"failed": True, "msg": "The certificate is not trusted."})["summary"]["forest"]
    assert forest == {"asked": False, "objects": None, "domains": [], "failure": "The certificate is not trusted."}


def test_nothing_read_is_an_empty_report() -> None:
    report = migration_report([])
    assert report["rows"] == [] and report["summary"]["machines"] == 0


@pytest.mark.parametrize(
    ("kms", "service", "named"),
    [
        ({"host": "own", "discovered_host": "found"}, {"kms_host": "set"}, "own"),
        ({"host": None, "discovered_host": "found"}, {"kms_host": "set"}, "set"),
        ({"host": None, "discovered_host": "found"}, {"kms_host": None}, "found"),
        ({}, {"discovered_kms_host": "service"}, "service"),
        ({}, {}, None),
    ],
)
def test_the_kms_host_is_the_nearest_that_is_known(kms: dict, service: dict, named: str | None) -> None:
    assert _only(_machine(_product(kms=kms), service=service))["kms_host"] == named


def test_a_product_that_active_directory_licensed_names_no_kms_host() -> None:
    row = _only(_machine(_product(**BY_AD)))
    assert (row["kms_host"], row["ad_object"]) == (None, CORP)


def test_a_machine_that_takes_active_directory_only_is_warned_of_where_there_is_none() -> None:
    alone = _only(_machine(_product(activation_type="ad")), _forest())
    assert "nobody renews it" in alone["explanation"]
    assert "nobody" not in _only(_machine(_product()), _forest())["explanation"]


def test_office_is_activated_by_its_own_id() -> None:
    assert "activation_id id-office" in _only(_machine(_product(**OFFICE)), NEW)["remedy"]
    assert "adba_client" in _only(_machine(_product()), NEW)["remedy"]


def test_a_machine_that_was_not_read_is_told_its_own_remedy() -> None:
    row = _only({"machine": "a", "error": {"code": "login_refused", "msg": "No.", "remedy": "Check the password."}})
    assert (row["explanation"], row["remedy"]) == ("No.", "Check the password.")


def test_an_unlicensed_machine_in_a_workgroup_is_sent_to_kms() -> None:
    row = _only(_machine(_product(status="notification"), domain=None))
    assert "kms_client" in row["remedy"] and "adba_client" not in row["remedy"]


def test_a_whole_result_is_taken_as_it_was_registered() -> None:
    read, failed = _machine(_product()), {"code": "connection_refused", "msg": "Closed."}
    whole = [
        {"machine": "a", "result": {"license": read["license"], "requests": 3}},
        {"machine": "b", "result": failed},
    ]
    apart = [{**read, "machine": "a"}, {"machine": "b", "error": failed}]
    assert migration_report(whole, NEW) == migration_report(apart, NEW)


def test_braces_in_what_a_machine_says_are_left_as_they_are() -> None:
    reason = {"code": "0x1", "message": "{domain} {", "remedy": "{0}"}
    row = _only(_machine(_product(status="notification", reason=reason)))
    assert "{domain} {" in row["explanation"] and "{0}" in row["remedy"]
