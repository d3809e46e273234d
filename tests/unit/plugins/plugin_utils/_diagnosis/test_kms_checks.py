# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The checks of a KMS client, each right and wrong, and none of them for who needs no KMS host."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._diagnosis import (
    Answering,
    DnsProblem,
    Published,
    PublishedHost,
    Reach,
)
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import (
    ActivationType,
    Channel,
    KmsAttempt,
    LicenseStatus,
    Product,
)

from .simulated_machines import KMS, judged, office, product, state

KMS_CHECKS = ("settings", "srv", "kms", "threshold")
TOO_FEW = KmsAttempt(event=12288, code=0xC004F038, host=KMS, port=1688, count=4, required_count=5)
UNLICENSED = {"status": LicenseStatus.UNLICENSED, "activated_by": None, "grace_minutes": 0}
BY_AD = {"activated_by": ActivationType.AD, "ad_object_dn": "CN=Corp"}


def _published(
    *flaws: str, hosts: tuple[tuple[str, bool | None], ...] = ((KMS, True),), asked: bool = True
) -> Published:
    rows = tuple(PublishedHost(target, 1688, reachable) for target, reachable in hosts)
    return Published(
        "corp.example", rows, tuple(DnsProblem(code, f"{code}.", "cause", "remedy") for code in flaws), asked
    )


def _told(check: Any) -> tuple[str, str | None]:
    return check.status, check.code


@pytest.mark.parametrize(
    ("primary", "path"),
    [
        ({"channel": Channel.MAK}, "any"),
        ({"channel": Channel.RETAIL}, "any"),
        ({"channel": Channel.KMS_HOST}, "any"),
        ({}, "mak"),
    ],
)
def test_who_has_nothing_to_do_with_kms_is_left_alone(primary: dict[str, Any], path: str) -> None:
    found = judged(state(product(**primary)), path=path, published=_published("no_records", hosts=()))
    assert {found[name].status for name in KMS_CHECKS} == {"skipped"}


@pytest.mark.parametrize("path", ["any", "ad"])
def test_who_is_licensed_by_the_directory_needs_no_kms_host(path: str) -> None:
    found = judged(state(product(**BY_AD)), path=path, published=_published("no_records", hosts=()))
    assert found["settings"].status == "ok"
    assert {found[name].status for name in KMS_CHECKS[1:]} == {"skipped"}


def test_office_on_kms_beside_windows_on_mak_is_a_client_all_the_same() -> None:
    found = judged(state(product(channel=Channel.MAK), office()), published=_published("no_records", hosts=()))
    assert _told(found["srv"]) == ("wrong", "no_records")


@pytest.mark.parametrize(
    ("service", "primary", "path", "expected"),
    [
        ({}, {}, "any", ("ok", None)),
        ({"kms_host": KMS, "kms_port": 1688}, {}, "any", ("ok", None)),
        ({"kms_host": "CORP.example."}, {}, "any", ("wrong", "domain_as_kms_host")),
        ({"kms_host": "else.example", "lookup_domain": "else.example"}, {}, "any", ("wrong", "domain_as_kms_host")),
        ({"kms_port": 1700}, {}, "any", ("wrong", "port_without_host")),
        ({}, {"activation_type": ActivationType.AD, **BY_AD}, "kms", ("wrong", "activation_type_forbids")),
        ({}, {"activation_type": ActivationType.KMS}, "ad", ("wrong", "activation_type_forbids")),
        ({}, {"activation_type": ActivationType.KMS}, "kms", ("ok", None)),
        ({}, {"activation_type": ActivationType.TOKEN, **UNLICENSED}, "any", ("wrong", "token_only")),
        ({}, {"activation_type": ActivationType.TOKEN}, "any", ("ok", None)),
        ({"kms_host": KMS}, {"kms_host": "other.example"}, "any", ("wrong", "kms_hosts_differ")),
        ({"kms_host": KMS}, {"kms_host": KMS.upper()}, "any", ("ok", None)),
        ({"kms_host": KMS, "discovered_kms_host": "old.example"}, {}, "any", ("ok", None)),
        ({"kms_host": KMS, "discovered_kms_host": "old.example"}, UNLICENSED, "any", ("wrong", "kms_hosts_differ")),
    ],
)
def test_the_settings(service: Any, primary: Any, path: str, expected: tuple[str, str | None]) -> None:
    found = judged(state(product(**primary), service=service), path=path)["settings"]
    assert _told(found) == expected, found.message


@pytest.mark.parametrize(
    ("service", "primary", "beside", "path", "expected"),
    [
        ({}, {"kms_host": "own.example"}, {}, "any", "product_settings_override"),
        ({}, {}, {"kms_host": "own.example"}, "any", "product_settings_override"),
        ({"kms_host": KMS}, {"kms_host": KMS, "kms_port": 1700}, {}, "any", "product_settings_override"),
        ({"kms_host": KMS}, {"kms_host": KMS}, {"kms_host": "own.example"}, "any", "kms_hosts_differ"),
        ({}, {"lookup_domain": "own.example"}, {}, "any", "product_settings_override"),
        ({}, {"activation_type": ActivationType.KMS}, {}, "any", "product_settings_override"),
        ({}, {"activation_type": ActivationType.AD, **BY_AD}, {}, "any", None),
        ({}, {"activation_type": ActivationType.AD, **BY_AD}, {}, "ad", None),
        ({"kms_host": KMS, "kms_port": 1700}, {"kms_host": KMS, "kms_port": 1700}, {}, "any", None),
    ],
)
def test_the_settings_of_single_products(
    service: Any, primary: Any, beside: Any, path: str, expected: str | None
) -> None:
    found = judged(state(product(**primary), office(**beside), service=service), path=path)["settings"]
    assert found.code == expected, found.message
    if "own.example" in (primary.get("kms_host"), beside.get("kms_host")):
        assert "own.example" in found.message


def test_the_last_error_says_which_host_was_asked() -> None:
    asking = product(reason=0xC004F074, kms_host="own.example", kms_port=1700, **UNLICENSED)
    assert "own.example:1700" in judged(state(asking))["last_error"].message


def test_a_restriction_to_the_directory_takes_a_domain() -> None:
    restricted = product(activation_type=ActivationType.AD, **UNLICENSED)
    assert _told(judged(state(restricted, domain=""))["settings"]) == ("wrong", "ad_without_domain")
    assert _told(judged(state(restricted))["settings"]) == ("wrong", "ad_without_object")


AD_ONLY: dict[str, Any] = {"activation_type": ActivationType.AD}


@pytest.mark.parametrize("path", ["any", "ad"])
@pytest.mark.parametrize(
    ("windows", "beside", "code"),
    [
        (product(**AD_ONLY), [], "ad_without_object"),
        (product(**AD_ONLY, **UNLICENSED), [], "ad_without_object"),
        (product(**AD_ONLY, **BY_AD), [], None),
        (product(**AD_ONLY, **{**BY_AD, "ad_object_dn": ""}), [], "ad_without_object"),
        (product(**AD_ONLY, **BY_AD), [office(**AD_ONLY)], "ad_without_object"),
        (product(**AD_ONLY, **BY_AD), [office(**AD_ONLY, **BY_AD)], None),
        (product(**AD_ONLY, **BY_AD), [office()], None),
    ],
)
def test_a_restriction_to_the_directory_takes_an_object(
    windows: Product, beside: list[Product], code: str | None, path: str
) -> None:
    found = judged(state(windows, *beside), path=path)["settings"]
    assert found.code == code, found.message


@pytest.mark.parametrize("code", ["stale_record", "connection_refused", "foreign_host", "no_route"])
def test_what_is_wrong_with_a_record_is_wrong_although_another_one_is_well(code: str) -> None:
    found = judged(published=_published(code))
    assert (_told(found["srv"]), found["kms"].status) == (("wrong", code), "ok")
    assert (found["srv"].cause, found["srv"].remedy) == ("cause", "remedy")


def test_all_flaws_are_told_and_the_first_one_names_the_check() -> None:
    found = judged(published=_published("stale_record", "foreign_host"))["srv"]
    assert (found.code, found.message) == ("stale_record", "stale_record. foreign_host.")


def test_a_port_that_answers_may_be_any() -> None:
    assert judged(published=_published("wrong_port"))["srv"].status == "ok"
    dead = _published("wrong_port", "connection_refused", hosts=((KMS, False),))
    assert _told(judged(published=dead)["srv"]) == ("wrong", "wrong_port")


@pytest.mark.parametrize("code", ["no_records", "dns_failed"])
def test_the_controllers_dns_proves_nothing_against_a_machine_that_has_found_its_host(code: str) -> None:
    living = state(product(discovered_kms_host=KMS))
    cached = (Reach(KMS, 1688, Answering.OPEN),)
    unasked = _published(code, hosts=(), asked=False)
    assert judged(living, published=unasked, kms_hosts=cached)["srv"].status == "unknown"
    assert _told(judged(living, published=_published(code, hosts=()), kms_hosts=cached)["srv"]) == ("wrong", code)
    ill = state(product(discovered_kms_host=KMS, **UNLICENSED))
    assert _told(judged(ill, published=unasked, kms_hosts=cached)["srv"]) == ("wrong", code)


def test_without_the_library_nothing_is_known_of_the_records() -> None:
    assert judged(published=_published("dnspython_missing", hosts=()))["srv"].status == "unknown"


def test_a_host_that_is_set_needs_no_record() -> None:
    told = state(service={"kms_host": KMS, "kms_port": 1688})
    found = judged(told, published=None, kms_hosts=(Reach(KMS, 1688, Answering.OPEN),))
    assert (found["srv"].status, found["kms"].status) == ("skipped", "ok")


def test_a_machine_without_a_domain_has_nowhere_to_look() -> None:
    assert _told(judged(state(product(**UNLICENSED), domain=""))["srv"]) == ("wrong", "no_lookup_domain")
    assert judged(state(domain=""))["srv"].status == "unknown"
    assert judged(state(domain=""), lookup_domain="corp.example")["srv"].status == "ok"
    assert judged(state(domain="", service={"lookup_domain": "corp.example"}))["srv"].status == "ok"


@pytest.mark.parametrize(
    ("answering", "expected"),
    [
        (Answering.OPEN, ("ok", None)),
        (Answering.REFUSED, ("wrong", "kms_refused")),
        (Answering.SILENT, ("wrong", "kms_silent")),
        (Answering.NO_ROUTE, ("wrong", "kms_no_route")),
        (Answering.NAMELESS, ("wrong", "kms_name_not_resolved")),
        (Answering.UNKNOWN, ("unknown", None)),
    ],
)
def test_the_kms_host_that_is_set(answering: Answering, expected: tuple[str, str | None]) -> None:
    told = state(service={"kms_host": KMS, "kms_port": 1700})
    assert _told(judged(told, kms_hosts=(Reach(KMS, 1700, answering),))["kms"]) == expected


def test_of_published_hosts_one_that_answers_is_enough() -> None:
    both = _published(hosts=((KMS, False), ("kms2.corp.example", True)))
    assert judged(published=both)["kms"].message == "kms2.corp.example:1688 accepts connections."
    none = _published("stale_record", hosts=((KMS, False),))
    found = judged(published=none)["kms"]
    assert (_told(found), KMS in found.message) == (("wrong", "no_kms_host_answers"), True)


def test_without_any_host_there_is_none_to_try() -> None:
    assert judged(published=_published("no_records", hosts=()))["kms"].status == "skipped"


def test_the_host_found_before_is_tried_while_it_is_cached() -> None:
    cached = state(product(discovered_kms_host="old.example"))
    dead, nobody = (Reach("old.example", 1688, Answering.SILENT),), _published("no_records", hosts=())
    assert _told(judged(cached, published=nobody, kms_hosts=dead)["kms"]) == ("wrong", "no_kms_host_answers")


@pytest.mark.parametrize(
    ("primary", "counts", "server", "expected"),
    [
        ({}, {}, True, ("ok", None)),
        (UNLICENSED, {}, True, ("unknown", None)),
        ({**UNLICENSED, "last_attempt": TOO_FEW}, {}, True, ("wrong", "below_threshold")),
        ({**UNLICENSED, "last_attempt": TOO_FEW}, {"windows": 4}, True, ("wrong", "below_threshold")),
        ({**UNLICENSED, "last_attempt": TOO_FEW}, {"windows": 5}, True, ("ok", None)),
        ({"last_attempt": TOO_FEW}, {}, True, ("ok", None)),
        ({**UNLICENSED, "reason": 0xC004F038}, {}, True, ("unknown", None)),
        ({}, {"windows": 5}, True, ("ok", None)),
        ({}, {"windows": 4}, True, ("wrong", "below_threshold")),
        ({}, {"windows": 24}, False, ("wrong", "below_threshold")),
        ({}, {"windows": 25}, False, ("ok", None)),
        (UNLICENSED, {"windows": 50}, False, ("ok", None)),
        ({}, {"office": 0}, True, ("ok", None)),
    ],
)
def test_the_threshold(primary: Any, counts: Any, server: bool, expected: tuple[str, str | None]) -> None:
    machine = {} if server else {"edition_id": "Enterprise", "build": 26100, "is_server": False}
    found = judged(state(product(**primary), machine=machine), counts=counts)["threshold"]
    assert _told(found) == expected, found.message


def test_the_threshold_is_named_with_what_the_host_had_counted() -> None:
    found = judged(state(product(**UNLICENSED, last_attempt=TOO_FEW)))["threshold"]
    assert "counted 4" in found.message and "takes 5" in found.message


def test_office_has_a_count_of_its_own() -> None:
    found = judged(state(product(), office()), counts={"windows": 50, "office": 4})["threshold"]
    assert (_told(found), "Office 21" in found.message) == (("wrong", "below_threshold"), True)


FRESH = {"grace_minutes": 180 * 1440 - 30}
HIDDEN = (Answering.SILENT, Answering.NO_ROUTE, Answering.NAMELESS)


@pytest.mark.parametrize("answering", HIDDEN)
@pytest.mark.parametrize("days", [0, 1, 6])
def test_a_recent_lease_proves_a_host_that_the_controller_does_not_reach(answering: Answering, days: int) -> None:
    fresh = product(grace_minutes=(180 - days) * 1440)
    told = state(fresh, service={"kms_host": KMS, "kms_port": 1700})
    found = judged(told, kms_hosts=(Reach(KMS, 1700, answering),))["kms"]
    assert (_told(found), KMS in found.message) == (("unknown", None), True)


@pytest.mark.parametrize(
    ("primary", "answering"),
    [
        ({"grace_minutes": 172 * 1440}, Answering.SILENT),
        (UNLICENSED, Answering.SILENT),
        ({**FRESH, "activated_by": None}, Answering.SILENT),
        (FRESH, Answering.REFUSED),
    ],
)
def test_an_old_lease_and_a_host_that_refuses_prove_nothing(primary: dict[str, Any], answering: Answering) -> None:
    told = state(product(**primary), service={"kms_host": KMS, "kms_port": 1688})
    assert judged(told, kms_hosts=(Reach(KMS, 1688, answering),))["kms"].status == "wrong"


def test_the_lease_of_one_product_proves_its_host_alone() -> None:
    own = office(kms_host="own.example", kms_port=1688, **UNLICENSED)
    told = state(product(**FRESH), own, service={"kms_host": KMS, "kms_port": 1688})
    reaches = (Reach(KMS, 1688, Answering.SILENT), Reach("own.example", 1688, Answering.SILENT))
    found = judged(told, kms_hosts=reaches)["kms"]
    assert (_told(found), "own.example" in found.message) == (("wrong", "kms_silent"), True)


@pytest.mark.parametrize("code", ["stale_record", "no_route"])
def test_a_recent_lease_proves_a_published_host_too(code: str) -> None:
    told = state(product(discovered_kms_host=KMS, **FRESH))
    silent, published = (Reach(KMS, 1688, Answering.SILENT),), _published(code, hosts=((KMS, False),))
    found = judged(told, published=published, kms_hosts=silent)
    assert (found["srv"].status, found["kms"].status) == ("unknown", "unknown")
    foreign = _published(code, "foreign_host", hosts=((KMS, False),))
    assert _told(judged(told, published=foreign, kms_hosts=silent)["srv"]) == ("wrong", code)
    older = state(product(discovered_kms_host=KMS))
    found = judged(older, published=published, kms_hosts=silent)
    assert (_told(found["srv"]), found["kms"].code) == (("wrong", code), "no_kms_host_answers")


def test_a_host_that_is_not_tried_says_why() -> None:
    told = state(product(**UNLICENSED), service={"kms_host": "169.254.169.250", "kms_port": 1688})
    reach = Reach("169.254.169.250", 1688, Answering.UNKNOWN, why="It is link-local.")
    found = judged(told, kms_hosts=(reach,))["kms"]
    assert (_told(found), found.message) == (("unknown", None), "It is link-local.")
