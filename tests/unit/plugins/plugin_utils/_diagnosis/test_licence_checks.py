# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The checks of the licences, each right and wrong, and what a diagnosis says as a whole."""

from __future__ import annotations

import string
from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._diagnosis import CHECKS, TEXTS, Check, Diagnosis
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import (
    ActivationType,
    Channel,
    KmsAttempt,
    LicenseStatus,
)

from .simulated_machines import judged, office, product, state

DAY = 1440


@pytest.mark.parametrize(
    ("primary", "path", "expected"),
    [
        ({}, "any", ("ok", None)),
        ({}, "kms", ("ok", None)),
        ({}, "ad", ("wrong", "licensed_by_other_path")),
        ({"activated_by": ActivationType.AD}, "ad", ("ok", None)),
        ({"activated_by": ActivationType.AD}, "kms", ("wrong", "licensed_by_other_path")),
        ({"activated_by": None}, "ad", ("ok", None)),
        ({"status": LicenseStatus.EXTENDED_GRACE}, "any", ("ok", None)),
        ({"status": LicenseStatus.UNLICENSED}, "any", ("wrong", "not_licensed")),
        ({"status": LicenseStatus.NOTIFICATION}, "any", ("wrong", "notification")),
        ({"status": LicenseStatus.OOB_GRACE}, "any", ("wrong", "in_grace")),
        ({"status": LicenseStatus.OOT_GRACE}, "any", ("wrong", "in_grace")),
        ({"status": LicenseStatus.NON_GENUINE_GRACE}, "any", ("wrong", "in_grace")),
        ({"grace_minutes": 30 * DAY}, "any", ("ok", None)),
        ({"grace_minutes": 30 * DAY - 1}, "any", ("wrong", "ends_soon")),
        ({"grace_minutes": 9 * DAY, "channel": Channel.EVALUATION}, "any", ("ok", None)),
        ({"grace_minutes": 0, "channel": Channel.MAK, "activated_by": None}, "any", ("ok", None)),
    ],
)
def test_the_licence(primary: dict[str, Any], path: str, expected: tuple[str, str | None]) -> None:
    found = judged(state(product(**primary)), path=path)["licence"]
    assert (found.status, found.code) == expected, found.message


def test_office_counts_as_windows_does_and_add_ons_do_not() -> None:
    ill = {"status": LicenseStatus.UNLICENSED, "reason": 0xC004F074}
    found = judged(state(product(), office(**ill)))
    assert (found["licence"].code, found["last_error"].code) == ("not_licensed", "0xC004F074")
    addon = judged(state(product(), product(id="id-esu", is_addon=True, **ill)))
    assert (addon["licence"].status, addon["last_error"].status) == ("ok", "ok")


@pytest.mark.parametrize("channel", [Channel.RETAIL, Channel.SUBSCRIPTION, Channel.UNKNOWN])
def test_the_rows_of_an_office_by_subscription_are_no_finding(channel: Channel) -> None:
    row = office(channel=channel, status=LicenseStatus.NOTIFICATION, reason=0xC004F009)
    found = judged(state(product(), row))
    assert (found["licence"].status, found["last_error"].status) == ("ok", "ok")


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        (0, ("ok", None)),
        (0x4004F040, ("ok", None)),
        (0x4004F401, ("ok", None)),
        (0xC004F074, ("wrong", "0xC004F074")),
        (0x8007267C, ("wrong", "0x8007267C")),
    ],
)
def test_the_last_error(reason: int, expected: tuple[str, str | None]) -> None:
    found = judged(state(product(reason=reason)))["last_error"]
    assert (found.status, found.code) == expected
    assert bool(found.remedy) == (found.status == "wrong")


CLOCKS = KmsAttempt(event=12288, code=0xC004F06C, host="kms.corp.example", port=1700)
UNLICENSED = {"status": LicenseStatus.NOTIFICATION, "activated_by": None, "grace_minutes": 0, "reason": 0xC004F056}


@pytest.mark.parametrize(
    ("primary", "expected"),
    [
        ({**UNLICENSED, "last_attempt": CLOCKS}, ("wrong", "0xC004F06C")),
        ({**UNLICENSED, "last_attempt": replace(CLOCKS, code=0)}, ("wrong", "0xC004F056")),
        (UNLICENSED, ("wrong", "0xC004F056")),
        ({"last_attempt": replace(CLOCKS, code=0)}, ("ok", None)),
    ],
)
def test_the_last_attempt_counts_more_than_the_reason(primary: dict[str, Any], expected: Any) -> None:
    found = judged(state(product(**primary)))["last_error"]
    assert (found.status, found.code) == expected
    assert ("kms.corp.example:1700" in found.message) == (found.code == "0xC004F06C")


def test_every_check_is_made_in_its_order() -> None:
    assert tuple(judged()) == CHECKS


def test_what_is_wrong_is_in_the_order_of_the_checks() -> None:
    checks = (Check("key", "wrong", "", "b"), Check("srv", "ok", ""), Check("kms", "wrong", "", "a"))
    facts = Diagnosis("app01", True, checks).facts()
    assert (facts["wrong"], facts["healthy"], facts["reached"]) == (["b", "a"], False, True)
    assert facts["checks"][1] == {
        "check": "srv",
        "status": "ok",
        "code": None,
        "message": "",
        "cause": None,
        "remedy": None,
    }


@pytest.mark.parametrize("code", TEXTS)
def test_each_code_says_what_why_and_what_to_do(code: str) -> None:
    message, cause, remedy = TEXTS[code]
    for text in (message, cause, remedy):
        words = {name: name for _text, name, _spec, _conversion in string.Formatter().parse(text) if name}
        said = text.format(**{**words, "hours": 5.0, "days": 1})
        assert said.strip()
        assert said[0].isupper() or said[0] in "{" or said.split()[0] in words
        assert said.endswith((".", *words))
