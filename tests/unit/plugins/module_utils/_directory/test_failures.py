# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What errors of python-ldap mean, by when they happen."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.module_utils._directory import (
    DirectoryAnswerLost,
    DirectoryLoginFailed,
    DirectoryRefusal,
    DirectoryUnreachable,
    rights_remedy,
)
from ansible_collections.volume.activation.plugins.module_utils._directory.failures import (
    login_failed,
    not_read,
    not_removed,
    words,
)

pytestmark = pytest.mark.usefixtures("python_ldap")

PLACE, USER = "dc1.corp.test:636", "admin@CORP.TEST"
DN = "CN=Contoso,CN=Activation Objects,CN=Microsoft SPP,CN=Services,CN=Configuration,DC=corp,DC=test"
# As a domain controller sends it, with the NUL at its end.
REFUSAL = "80090308: LdapErr: DSID-0C090000, comment: AcceptSecurityContext error, data {}, v4563\0"


def raised(name: str, result: int = 1, **details: Any) -> Exception:
    """Return an exception of python-ldap as the library fills it."""
    import ldap

    found: Exception = getattr(ldap, name)({"result": result, "desc": name, **details})
    return found


def refused_with(data: str, user: str | None = USER) -> DirectoryUnreachable:
    error = raised("INVALID_CREDENTIALS", 49, info=REFUSAL.format(data))
    return login_failed(error, PLACE, user, words(error))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("525", "no such user"),
        ("52e", "the user or the password is wrong"),
        ("530", "at this time"),
        ("531", "from this machine"),
        ("532", "the password has expired"),
        ("533", "disabled"),
        ("568", "too many groups"),
        ("701", "the user has expired"),
        ("773", "must change the password"),
        ("775", "locked"),
        ("80090346", "channel binding"),
    ],
)
def test_the_reason_of_a_refused_login_is_said(data: str, reason: str) -> None:
    error = refused_with(data)
    assert isinstance(error, DirectoryLoginFailed)
    assert (error.code, reason in error.message) == ("directory_login_refused", True)
    assert error.remedy


def test_an_unknown_reason_is_left_to_the_server() -> None:
    error = refused_with("999")
    assert error.message == f"{PLACE} did not accept the login of '{USER}'."
    assert "data 999" in (error.cause or "")
    assert "lock" in (error.remedy or "")


def test_what_cannot_be_printed_does_not_reach_the_reader() -> None:
    assert (refused_with("52e").cause or "").isprintable()


@pytest.mark.parametrize("name", ["BUSY", "UNAVAILABLE"])
def test_a_busy_server_is_no_refused_login(name: str) -> None:
    error = login_failed(raised(name, 51), PLACE, USER, name)
    assert not isinstance(error, DirectoryLoginFailed)
    assert error.code == "directory_unreachable"


@pytest.mark.parametrize(
    ("said", "remedy"),
    [
        ("No Kerberos credentials available (default cache: FILE:/tmp/krb5cc_0)", "kinit"),
        ("Ticket expired", "kinit"),
        ("Clock skew too great", "clock"),
        ("Server not found in Kerberos database", "full name"),
        ("Cannot determine realm for numeric host address", "full name"),
        ("Cannot contact any KDC for realm 'CORP.TEST'", "krb5.conf"),
        ("something new", "kinit"),
    ],
)
def test_what_kerberos_lacks_has_a_remedy(said: str, remedy: str) -> None:
    error = login_failed(raised("LOCAL_ERROR", -2), PLACE, None, f"SASL(-1): generic failure: GSSAPI Error: {said}")
    assert (error.code, remedy in (error.remedy or "")) == ("no_ticket", True)


def test_a_missing_mechanism_is_named() -> None:
    error = login_failed(raised("AUTH_UNKNOWN", -6), PLACE, None, "SASL(-4): no mechanism available")
    assert error.code == "not_sealed"
    assert "libsasl2-modules-gssapi-mit" in (error.remedy or "")


@pytest.mark.parametrize(
    ("name", "result", "kind", "code"),
    [
        ("NO_SUCH_OBJECT", 32, DirectoryRefusal, "object_gone"),
        ("INSUFFICIENT_ACCESS", 50, DirectoryRefusal, "access_denied"),
        ("REFERRAL", 10, DirectoryRefusal, "server_read_only"),
        ("SERVER_DOWN", -1, DirectoryAnswerLost, "outcome_unknown"),
        ("TIMEOUT", -5, DirectoryAnswerLost, "outcome_unknown"),
        ("DECODING_ERROR", -4, DirectoryAnswerLost, "outcome_unknown"),
    ],
)
def test_a_removal_is_refused_or_its_outcome_is_unknown(name: str, result: int, kind: type, code: str) -> None:
    error = not_removed(raised(name, result), PLACE, DN, name)
    assert isinstance(error, kind)
    assert (error.code, bool(error.remedy)) == (code, True)


def test_a_time_out_carries_no_details() -> None:
    import ldap

    assert isinstance(not_removed(ldap.TIMEOUT(), PLACE, DN, "x"), DirectoryAnswerLost)
    assert words(ldap.TIMEOUT()) == "TIMEOUT"


def test_another_answer_to_a_removal_is_no_lost_one() -> None:
    error = not_removed(raised("UNWILLING_TO_PERFORM", 53), PLACE, DN, "x")
    assert not isinstance(error, (DirectoryAnswerLost, DirectoryUnreachable))
    assert error.code == "directory_error"


def test_who_may_not_is_told_who_may_and_where() -> None:
    remedy = not_removed(raised("INSUFFICIENT_ACCESS", 50), PLACE, DN, "x").remedy or ""
    assert remedy == rights_remedy(DN.partition(",")[2])
    assert "Enterprise Admins" in remedy
    assert "delegate" in remedy


@pytest.mark.parametrize(("name", "code"), [("INSUFFICIENT_ACCESS", "access_denied"), ("OTHER", "directory_error")])
def test_a_search_that_is_turned_down(name: str, code: str) -> None:
    assert not_read(raised(name, 80), PLACE, "x").code == code
