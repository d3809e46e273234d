# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The checks of the way to the machine: each right and wrong, and the later ones left alone after a failure."""

from __future__ import annotations

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._diagnosis import (
    CHECKS,
    Answering,
    Conversation,
    MachinePlace,
    Reach,
)
from ansible_collections.volume.activation.plugins.plugin_utils._errors import (
    ActivationError,
    AnswerLost,
    AuthenticationFailed,
    ConnectionFailed,
    MachineRefused,
    MissingLibrary,
    ProtocolViolation,
    RequestRejected,
    Unsealed,
)
from ansible_collections.volume.activation.plugins.plugin_utils._wsman import Fault

from .simulated_machines import HOST, USER, judged, state

WAY = CHECKS[:6]


def _ended(error: ActivationError) -> Conversation:
    return Conversation(error=error)


def test_all_is_well() -> None:
    found = judged()
    assert {name: found[name].status for name in WAY} == dict.fromkeys(WAY, "ok")
    assert found["name"].message == f"{HOST} has the address 10.20.30.40."


def test_an_address_needs_no_name() -> None:
    found = judged(reach=Reach("10.20.30.40", 5986, Answering.OPEN, ("10.20.30.40",)))
    assert (found["name"].status, found["name"].message) == ("ok", "10.20.30.40 leads to the machine.")


@pytest.mark.parametrize(
    ("answering", "check", "code"),
    [
        (Answering.NAMELESS, "name", "name_not_resolved"),
        (Answering.REFUSED, "port", "connection_refused"),
        (Answering.SILENT, "port", "connect_timeout"),
        (Answering.NO_ROUTE, "port", "no_route"),
    ],
)
def test_a_machine_that_cannot_be_connected_to(answering: Answering, check: str, code: str) -> None:
    found = judged(reach=Reach(HOST, 5986, answering), talk=None, published=None)
    assert (found[check].status, found[check].code) == ("wrong", code)
    later = CHECKS[CHECKS.index(check) + 1 :]
    assert {found[name].status for name in later} == {"skipped"}
    assert found["licence"].message == f"Not made, since the check {check} has failed."


@pytest.mark.parametrize(
    ("error", "check", "code"),
    [
        (ConnectionFailed("", code="name_not_resolved"), "name", "name_not_resolved"),
        (ConnectionFailed("", code="connection_refused"), "port", "connection_refused"),
        (ConnectionFailed("", code="connect_timeout"), "port", "connect_timeout"),
        (ConnectionFailed("", code="proxy_failed"), "port", "proxy_failed"),
        (ConnectionFailed("", code="certificate_not_trusted"), "tls", "certificate_not_trusted"),
        (ConnectionFailed("", code="certificate_file_missing"), "tls", "certificate_file_missing"),
        (ConnectionFailed("", code="tls_failed"), "tls", "tls_failed"),
        (AuthenticationFailed("", code="login_refused"), "login", "login_refused"),
        (AuthenticationFailed("", code="login_failed"), "login", "login_failed"),
        (ConnectionFailed("", code="connection_dropped"), "login", "connection_dropped"),
        (MissingLibrary("", code="missing_library"), "login", "missing_library"),
        (Unsealed("", code="unsealed"), "login", "unsealed"),
        (RequestRejected("", code="http_503"), "login", "http_503"),
        (AnswerLost("", code="read_timeout"), "wmi", "read_timeout"),
        (ProtocolViolation("nonsense"), "wmi", "ProtocolViolation"),
        (MachineRefused("", hresult=0x80041033), "wmi", "wmi_refused"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_each_error_of_a_session_belongs_to_one_check(error: ActivationError, check: str, code: str) -> None:
    found = judged(talk=_ended(error))
    assert [(name, row.code) for name, row in found.items() if row.status == "wrong"] == [(check, code)]


@pytest.mark.parametrize(
    ("cause", "code"),
    [
        ("certificate verify failed: certificate has expired (_ssl.c:1006)", "certificate_expired"),
        ("certificate verify failed: certificate is not yet valid", "certificate_expired"),
        ("Hostname mismatch, certificate is not valid for 'app01'", "certificate_name_mismatch"),
        ("IP address mismatch, certificate is not valid for '10.20.30.40'", "certificate_name_mismatch"),
        ("hostname 'app01' doesn't match 'app02'", "certificate_name_mismatch"),
        ("certificate verify failed: unable to get local issuer certificate", "certificate_not_trusted"),
    ],
)
def test_what_exactly_is_wrong_with_a_certificate(cause: str, code: str) -> None:
    found = judged(talk=_ended(ConnectionFailed("", code="certificate_not_trusted", cause=cause)))
    assert (found["tls"].status, found["tls"].code) == ("wrong", code)


def test_plain_http_has_no_certificate_to_check() -> None:
    assert judged(place=MachinePlace(host=HOST, port=5985, over_tls=False))["tls"].status == "skipped"


def test_a_check_of_the_certificate_that_is_switched_off_is_told() -> None:
    found = judged(place=MachinePlace(host=HOST, port=5986, validated=False))["tls"]
    assert found.status == "ok"
    assert "switched off" in found.message


def test_a_login_that_could_not_be_tried_tells_nothing_of_tls() -> None:
    found = judged(talk=_ended(AuthenticationFailed("", code="login_failed")))
    assert (found["tls"].status, found["login"].status) == ("unknown", "wrong")


def test_a_proxy_is_left_to_find_the_machine() -> None:
    found = judged(place=MachinePlace(host=HOST, port=5986, proxied=True), reach=None)
    assert {found["name"].status, found["port"].status} == {"skipped"}
    assert found["wmi"].status == "ok"


def test_a_dns_that_does_not_answer_is_no_verdict_on_a_machine_that_does() -> None:
    found = judged(reach=Reach(HOST, 5986, Answering.UNKNOWN, why="DNS gave no answer."))
    assert (found["name"].status, found["port"].status, found["login"].status) == ("unknown", "unknown", "ok")


def test_no_rights_to_change_keep_nobody_from_reading() -> None:
    found = judged(talk=Conversation(granted=False, state=state()))
    assert (found["rights"].status, found["rights"].code) == ("wrong", "no_rights")
    assert USER in found["rights"].message
    assert found["licence"].status == "ok"


@pytest.mark.parametrize("code", [5, 0x80041003, 0x80070522, 0x80338106])
def test_a_login_that_wmi_turns_away_is_known_and_has_no_rights(code: int) -> None:
    denied = MachineRefused("", hresult=code)
    found = judged(talk=Conversation(denied=denied, error=denied))
    assert (found["login"].status, found["rights"].code, found["wmi"].status) == ("ok", "access_denied", "skipped")


def test_rights_that_could_not_be_asked_for_are_unknown() -> None:
    found = judged(talk=Conversation(denied=MachineRefused("", hresult=0x80041033), state=state()))
    assert (found["rights"].status, found["wmi"].status) == ("unknown", "ok")


@pytest.mark.parametrize("fault", [Fault(0, "InternalError", "Own words."), Fault(5, "AccessDenied", "Own words.")])
def test_what_the_machine_said_is_in_the_check(fault: Fault) -> None:
    refused = MachineRefused("", hresult=fault.number, fault=fault, code=None if fault.code else fault.subcode)
    found = judged(talk=_ended(refused))
    assert found["wmi"].facts()["fault"]["text"] == "Own words."
    assert "fault" not in found["port"].facts()
    assert judged(talk=Conversation(denied=refused, error=refused))["rights"].fault == (
        fault.facts() if fault.code else None
    )


def test_a_code_that_nobody_knows_is_explained_in_the_words_of_the_machine() -> None:
    refused = MachineRefused("", hresult=0x8FFF1234, fault=Fault(0x8FFF1234, "InternalError", "Own words."))
    assert "Own words." in (judged(talk=_ended(refused))["wmi"].cause or "")
