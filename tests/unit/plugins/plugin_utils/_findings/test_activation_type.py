# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Products that only Active Directory may license, and that it has not licensed."""

from __future__ import annotations

import pytest

from .audit_rows import Row, document, found, permanent, product, row

CODE = ("ad_without_object", None)
AD = {"activation_type": "ad"}
BY_AD = {"activated_by": "ad", "ad_object_dn": "CN=Object"}
WAITING = {"status": "notification", "grace_minutes": 0, "activated_by": None}


@pytest.mark.parametrize("profile", [None, "none", "adba_default", "kms_default", "auto"])
@pytest.mark.parametrize(
    ("windows", "expected"),
    [
        (product(**AD), True),
        (product(**AD, activated_by="token"), True),
        (product(**AD, activated_by=None), True),
        (product(**AD, **WAITING), True),
        (product(**AD, **{**WAITING, **BY_AD}), True),
        (product(**AD, status="oob_grace", grace_minutes=1440, activated_by=None), True),
        (product(**AD, **BY_AD), False),
        (product(**AD, activated_by="ad"), False),  # the facts show no object and one that was not read alike
        *((product(activation_type=kind), False) for kind in ("any", "kms", "token")),
        *((permanent(channel, **AD), False) for channel in ("mak", "oem", "retail", "avma", "unknown")),
    ],
)
def test_a_restriction_without_an_object_is_found_with_and_without_a_profile(
    windows: Row, expected: bool, profile: str | None
) -> None:
    assert (CODE in found(row("a", windows, profile=profile), mak_share_limit=100.0)) is expected


def test_an_office_that_only_the_directory_may_license_is_found_beside_a_windows_that_it_has_licensed() -> None:
    assert found(row("a", product(**AD, **BY_AD), product("office", **AD))) == {CODE: ["a"]}
    waiting = row("a", product(**AD, **BY_AD), product("office", **AD, **WAITING))
    assert found(waiting) == {CODE: ["a"], ("office_unmanaged", None): ["a"]}


def test_an_unlicensed_machine_stays_critical() -> None:
    whole = document(row("a", product(**AD, **WAITING)))
    assert [(each["code"], each["severity"]) for each in whole["findings"]] == [
        ("not_licensed", "critical"),
        ("ad_without_object", "warning"),
    ]


@pytest.mark.parametrize(
    ("windows", "detail"),
    [
        (product(**AD), "licensed by KMS until 2027-05-19, and cannot renew that licence"),
        (product(**AD, activated_by=None, grace_minutes=0), "licensed, and cannot renew that licence"),
        (product(**AD, **WAITING), "notification"),
    ],
)
def test_the_detail_says_until_when_it_is_licensed(windows: Row, detail: str) -> None:
    findings = {each["code"]: each for each in document(row("a", windows))["findings"]}
    assert findings["ad_without_object"]["details"] == {"a": f"Windows (ServerStandard): {detail}"}
