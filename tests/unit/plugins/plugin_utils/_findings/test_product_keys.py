# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which kind of key a machine has, beside what it should have."""

from __future__ import annotations

import pytest

from .audit_rows import Row, client, document, found, permanent, product, row

BY_KMS, BY_AD = product(), product(activated_by="ad", ad_object_dn="CN=x")
BY_TOKEN, BY_NOBODY = product(activated_by="token"), product(activated_by=None)
WAITING = product(status="notification", grace_minutes=0, activated_by=None, reason=None)
MAK, WAITING_MAK = permanent("mak"), permanent("mak", status="notification")
OEM, RETAIL, AVMA = permanent("oem"), permanent("retail"), permanent("avma")
DRIFT = ("profile_drift", None)
HOST_KEY = ("host_key_on_client", None)


@pytest.mark.parametrize(
    ("profile", "windows", "drifts"),
    [
        ("kms_default", BY_KMS, False),
        ("kms_default", BY_AD, True),
        ("kms_default", BY_TOKEN, True),
        ("kms_default", BY_NOBODY, False),
        ("kms_default", MAK, True),
        ("kms_default", WAITING_MAK, True),
        ("kms_default", OEM, True),
        ("kms_default", RETAIL, True),
        ("kms_default", AVMA, True),
        ("kms_default", WAITING, False),
        ("adba_default", BY_AD, False),
        ("adba_default", BY_KMS, True),
        ("adba_default", MAK, True),
        ("adba_default", WAITING, False),
        ("mak_exception", MAK, False),
        ("mak_exception", WAITING_MAK, False),
        ("mak_exception", BY_KMS, True),
        ("mak_exception", WAITING, True),
        ("mak_exception", OEM, True),
        *((None, windows, False) for windows in (BY_KMS, BY_AD, MAK, OEM, AVMA)),
        *(("none", windows, False) for windows in (BY_KMS, BY_AD, MAK, OEM, RETAIL, AVMA)),
        ("none of these", MAK, False),
        ("mak_exception", permanent("unknown", status="unlicensed"), False),
    ],
)
def test_drift_is_another_way_than_the_profile_says(profile: str | None, windows: Row, drifts: bool) -> None:
    assert (DRIFT in found(row("a", windows, profile=profile), mak_share_limit=100.0)) is drifts


def test_drift_tells_the_profile_the_rule_and_the_way() -> None:
    (finding,) = document(row("a", BY_AD, profile="kms_default", rule="kms"))["findings"]
    assert finding["details"]["a"] == "kms_default is intended by the rule kms, and it is licensed by ad"


DEAD_HOST = permanent("kms_host", status="notification")
SERVING, IDLE = {"windows": 3, "office": None}, {"windows": 0, "office": 0}


@pytest.mark.parametrize(
    ("machine", "expected"),
    [
        (client("a", permanent("kms_host", family="Enterprise")), True),
        (client("a", permanent("kms_host", family="Enterprise"), profile="none", counts=SERVING), True),
        (row("a", permanent("kms_host"), is_kms_host=True), False),
        (row("a", permanent("kms_host"), counts=SERVING), False),
        (row("a", permanent("kms_host"), counts=IDLE), True),
        (row("a", permanent("kms_host"), profile="none", counts=IDLE), False),
        *((row("a", permanent("kms_host"), profile=profile), True) for profile in (None, "none", "auto")),
        *((row("a", DEAD_HOST, profile=profile), True) for profile in (None, "none", "auto", "kms_default")),
        (row("a", DEAD_HOST, edition=None), True),
        (row("a", permanent("kms_host"), profile="kms_default", counts=SERVING), False),
        (row("a", permanent("kms_host"), profile="kms_default", counts=IDLE), True),
        (row("a", permanent("kms_host"), profile="mak_exception"), True),
        (row("a", BY_KMS, permanent("kms_host", application="office", is_primary=False)), False),
        (client("a", product(), permanent("kms_host", application="office", is_primary=False)), False),
        (row("a", BY_KMS), False),
    ],
)
def test_a_host_key_belongs_on_a_host(machine: Row, expected: bool) -> None:
    assert found(machine) == ({HOST_KEY: ["a"]} if expected else {})


def test_a_host_key_where_it_does_not_belong_need_not_be_licensed_with() -> None:
    windows = permanent("kms_host", family="Enterprise", status="notification")
    assert found(client("a", windows, profile="kms_default")) == {HOST_KEY: ["a"]}


@pytest.mark.parametrize("settings", [{"counts": SERVING}, {"kms_hosts": ("a",)}])
def test_a_kms_host_that_is_not_licensed_is_not_licensed(settings: Row) -> None:
    machine = row("a", DEAD_HOST, counts=settings.pop("counts", None))
    assert found(machine, **settings) == {("not_licensed", None): ["a"]}


@pytest.mark.parametrize("machine", [row("a", DEAD_HOST), row("a", permanent("kms_host"), profile="kms_default")])
def test_the_remedy_of_a_host_key_puts_the_generic_key_back(machine: Row) -> None:
    (finding,) = document(machine)["findings"]
    assert "ansible HOST -m volume.activation.kms_host -a state=absent" in finding["remedy"]


@pytest.mark.parametrize("given", ["a.corp.example", "A", "a.corp.example:1688", "A.CORP.EXAMPLE."])
def test_a_kms_host_that_is_given_may_be_idle(given: str) -> None:
    assert found(row("a", permanent("kms_host"), profile="kms_default"), kms_hosts=(given,)) == {}
    assert HOST_KEY in found(row("a", permanent("kms_host"), profile="kms_default"), kms_hosts=("b.corp.example",))


def test_a_client_edition_that_is_given_is_a_kms_host() -> None:
    machine = client("a", permanent("kms_host", family="Enterprise"), profile="kms_default", counts=SERVING)
    assert found(machine, kms_hosts=("a.corp.example",)) == {}


def test_a_kms_host_that_does_not_tell_its_counts_is_not_called_idle() -> None:
    silent = {"windows": None, "office": None}
    assert found(row("a", permanent("kms_host"), profile="kms_default", counts=silent)) == {}


@pytest.mark.parametrize("marks", [["vdi"], ["image_build"], ["reimaged_lab"], ["vdi", "reimaged_lab"]])
@pytest.mark.parametrize("windows", [MAK, WAITING_MAK])
@pytest.mark.parametrize("profile", [None, "kms_default", "mak_exception", "none"])
def test_a_mak_on_a_machine_that_comes_and_goes(marks: list[str], windows: Row, profile: str | None) -> None:
    codes = {code for code, _subject in found(row("a", windows, marks=marks, profile=profile), mak_share_limit=100.0)}
    assert codes - {"not_licensed"} == {"mak_on_reimaged"}


@pytest.mark.parametrize("windows", [BY_KMS, BY_AD, OEM, WAITING])
def test_another_key_may_be_there(windows: Row) -> None:
    assert ("mak_on_reimaged", None) not in found(row("a", windows, marks=["vdi"]))


def test_office_spends_activations_too_and_add_ons_have_no_choice() -> None:
    office = product("office", channel="mak", grace_minutes=0)
    assert found(row("a", BY_KMS, office, marks=["vdi"])) == {("mak_on_reimaged", None): ["a"]}
    addon = permanent("mak", is_addon=True, is_primary=False)
    assert found(row("a", BY_KMS, addon, marks=["vdi"])) == {}


M365 = product("office", name="Office 16, Office16O365ProPlusR_Subscription1 edition", channel="subscription")
GRACE_OF_M365 = product(
    "office", name="Office 16, Office16O365ProPlusR_Grace edition", channel="retail", status="notification"
)
RETAIL_OFFICE = product("office", name="Office 21 Home", family="HomeBusiness2021R", channel="retail", grace_minutes=0)


@pytest.mark.parametrize(
    ("office", "profile", "expected"),
    [
        ([product("office")], "kms_default", False),
        ([product("office", activated_by="ad")], "adba_default", False),
        ([product("office", channel="mak", grace_minutes=0)], "kms_default", False),
        ([product("office", status="oob_grace", grace_minutes=1)], "kms_default", True),
        ([product("office", status="notification")], "none", True),
        ([product("office_2010", is_primary=False, status="notification")], None, True),
        ([RETAIL_OFFICE], None, True),
        ([RETAIL_OFFICE], "none", False),
        ([product("office", channel="unknown")], None, False),
        ([product("office", partial_product_key=None, status="unlicensed")], None, False),
        ([M365], "kms_default", False),
        ([GRACE_OF_M365], "kms_default", False),
        ([M365, RETAIL_OFFICE], "kms_default", False),
        ([M365, product("office", status="notification")], "kms_default", True),
    ],
)
def test_office_is_licensed_by_volume(office: list[Row], profile: str | None, expected: bool) -> None:
    rows = row("a", BY_AD if profile == "adba_default" else BY_KMS, *office, profile=profile)
    assert found(rows) == ({("office_unmanaged", None): ["a"]} if expected else {})


def test_office_never_makes_a_machine_unlicensed() -> None:
    whole = document(row("a", BY_KMS, product("office", status="notification")))
    assert (whole["summary"]["licensed"], whole["machines"][0]["status"]) == (1, "licensed")


@pytest.mark.parametrize(
    ("windows", "edition", "method"),
    [
        (BY_KMS, "ServerStandard", "kms"),
        (BY_AD, "ServerStandard", "ad"),
        (BY_TOKEN, "ServerStandard", "token"),
        (BY_NOBODY, "ServerStandard", "unknown"),
        (WAITING, "ServerStandard", "kms"),
        ({**WAITING, "activation_type": "ad"}, "ServerStandard", "ad"),
        ({**WAITING, "activation_type": "token"}, "ServerStandard", "token"),
        ({**WAITING, "activated_by": "ad"}, "ServerStandard", "ad"),
        ({**WAITING, "activation_type": "kms", "activated_by": "ad"}, "ServerStandard", "kms"),
        ({**BY_KMS, "activation_type": "ad"}, "ServerStandard", "kms"),
        (MAK, "ServerStandard", "mak"),
        (WAITING_MAK, "ServerStandard", "mak"),
        (AVMA, "ServerStandard", "avma"),
        (OEM, "ServerStandard", "oem"),
        (RETAIL, "ServerStandard", "retail"),
        (permanent("kms_host"), "ServerStandard", "kms_host"),
        (permanent("subscription", family="Enterprise"), "Enterprise", "subscription"),
        (permanent("retail", family="Professional"), "Enterprise", "subscription"),
        (permanent("evaluation", family="EnterpriseEval"), "EnterpriseEval", "evaluation"),
        (permanent("unknown"), "ServerStandard", "unknown"),
        (permanent("something new"), "ServerStandard", "unknown"),
    ],
)
def test_the_method_is_how_a_machine_is_licensed_or_set_to_be(windows: Row, edition: str, method: str) -> None:
    assert document(row("a", windows, edition=edition))["machines"][0]["method"] == method
