# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What went wrong is told by what it means: never sent, turned away, or outcome unknown; and nothing is sent twice."""

from __future__ import annotations

import socket
import threading
import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._errors import (
    ActivationError,
    AnswerLost,
    AuthenticationFailed,
    ConnectionFailed,
    RequestRejected,
)
from ansible_collections.volume.activation.plugins.plugin_utils._secrets import Secret
from ansible_collections.volume.activation.plugins.plugin_utils._session import ConnectionSettings, Tls

from .certificate_authority import Authority
from .fake_listener import (
    ANSWER,
    FAULT,
    PASSWORD,
    PLAIN,
    Behaviour,
    Machine,
    answer,
    delay,
    drop,
    endless,
    in_clear,
    redirect,
    then_close,
    truncate,
)

KEY = "BBBBB-CCCCC-DDDDD-FFFFF-GGGGG"
MESSAGE = f"<s:Envelope><s:Body>{KEY}</s:Body></s:Envelope>".encode()
Start = t.Callable[..., Machine]


@pytest.fixture(params=["sealed", "tls"])
def target(request: pytest.FixtureRequest, machine: Start, authority: Authority) -> Machine:
    """A machine reached by NTLM over http, and one by Basic over https."""
    return machine("ntlm") if request.param == "sealed" else machine("basic", authority.server())


@pytest.fixture
def to_target(settings: t.Any, target: Machine) -> ConnectionSettings:
    """The settings for it."""
    built = settings(target) if target.login == "ntlm" else settings(target, "basic", "https")
    return t.cast(ConnectionSettings, built)


def failure_of(session: t.Any, kind: type[ActivationError], message: bytes = MESSAGE) -> ActivationError:
    """Send, and return the failure; whatever it is, neither key nor password may be found on it."""
    with pytest.raises(ActivationError) as caught:
        session.send(message)
    error = caught.value
    assert error.__class__ is kind
    assert error.__cause__ is None
    assert error.__context__ is None
    for text in (str(error), error.cause, error.remedy, repr(error)):
        assert KEY not in str(text)
        assert PASSWORD not in str(text)
    return error


LOST: list[tuple[str, Behaviour, str]] = [
    ("drop", drop(), "connection_dropped"),
    ("truncate", truncate(), "answer_truncated"),
    ("500 without soap", answer(500, b"<html/>", "text/html"), "http_500"),
    ("500 without a body", answer(500, b"", ""), "http_500"),
    ("502 of a gateway", answer(502, b"gone", "text/plain"), "http_502"),
]


@pytest.mark.parametrize(("behaviour", "code"), [row[1:] for row in LOST], ids=[row[0] for row in LOST])
def test_without_a_whole_answer_the_outcome_is_unknown_and_nothing_is_repeated(
    opened: t.Any, target: Machine, to_target: ConnectionSettings, behaviour: Behaviour, code: str
) -> None:
    target.on_message = [behaviour]
    session = opened(to_target)
    error = failure_of(session, AnswerLost)
    assert (error.code, error.sent) == (code, True)
    assert len(target.messages) == 1
    assert session.send(MESSAGE) == ANSWER


def test_a_slow_answer_is_lost_after_the_read_timeout_and_nothing_is_repeated(
    machine: Start, settings: t.Any, opened: t.Any
) -> None:
    target = machine("ntlm")
    target.on_message = [delay(2)]
    login = settings(target, read_timeout=0.6)
    error = failure_of(opened(login), AnswerLost)
    assert error.code == "read_timeout"
    assert login.names.read_timeout in (error.remedy or "")
    assert len(target.messages) == 1


@pytest.mark.parametrize("status", [404, 413, 503])
def test_a_refused_request_has_its_status_and_is_lost_where_the_refusal_came_in_clear(
    opened: t.Any, target: Machine, to_target: ConnectionSettings, status: int
) -> None:
    target.on_message = [answer(status, b"", "")]
    error = failure_of(opened(to_target), AnswerLost if target.login == "ntlm" else RequestRejected)
    assert (error.code, error.sent) == (f"http_{status}", True)
    assert error.remedy
    assert len(target.messages) == 1


def test_http_400_on_a_sealed_connection_means_a_stale_context_and_the_next_message_logs_in_anew(
    machine: Start, settings: t.Any, opened: t.Any
) -> None:
    target = machine("ntlm")
    target.on_message = [answer(), answer(400, b"", "")]
    session = opened(settings(target))
    session.send(MESSAGE)
    assert failure_of(session, AnswerLost).code == "stale_security_context"
    assert session.send(MESSAGE) == ANSWER
    assert target.connections == 2
    assert len(target.messages) == 3


def test_http_400_in_tls_is_a_rejection(machine: Start, settings: t.Any, opened: t.Any, authority: Authority) -> None:
    target = machine("basic", authority.server())
    target.on_message = [answer(400, b"", "")]
    assert failure_of(opened(settings(target, "basic", "https")), RequestRejected).code == "http_400"


def test_a_connection_closed_in_between_is_noticed_and_its_sealed_message_not_repeated(
    machine: Start, settings: t.Any, opened: t.Any
) -> None:
    target = machine("ntlm")
    target.on_message = [then_close(answer())]
    session = opened(settings(target))
    session.send(MESSAGE)
    error = failure_of(session, AnswerLost)
    assert error.code in ("stale_security_context", "connection_dropped")
    # The body went out at most once, sealed for a context that was gone: nobody could open it.
    assert len(target.messages) <= 2
    assert session.send(MESSAGE) == ANSWER


def test_an_answer_in_clear_to_a_sealed_message_is_not_believed(machine: Start, settings: t.Any, opened: t.Any) -> None:
    target = machine("ntlm")
    target.on_message = [in_clear()]
    assert failure_of(opened(settings(target)), AnswerLost).code == "unsealed_answer"


@pytest.mark.parametrize("status", [400, 404, 413, 500, 503])
def test_an_encrypted_answer_that_breaks_off_is_lost_whatever_its_status(
    machine: Start, settings: t.Any, opened: t.Any, status: int
) -> None:
    target = machine("ntlm")
    target.on_message = [truncate(status)]
    assert failure_of(opened(settings(target)), AnswerLost).code == "answer_truncated"


def test_a_proxy_does_not_get_the_login_of_the_host(machine: Start, settings: t.Any, opened: t.Any) -> None:
    target = machine("none")
    target.on_login = [lambda handler: handler.reply(407, b"", "", Proxy_Authenticate="NTLM")]
    assert failure_of(opened(settings(target)), ConnectionFailed).code == "http_407"
    assert len(target.seen) == 1


def test_an_endless_answer_is_cut_off(machine: Start, settings: t.Any, opened: t.Any, authority: Authority) -> None:
    target = machine("basic", authority.server())
    target.on_message = [endless(12 * 1024 * 1024)]
    assert failure_of(opened(settings(target, "basic", "https")), AnswerLost).code == "answer_too_large"


@pytest.mark.parametrize("status", [302, 307, 308])
def test_no_redirect_is_followed(
    opened: t.Any, machine: Start, target: Machine, to_target: ConnectionSettings, status: int
) -> None:
    elsewhere = machine("none")
    target.on_message = [redirect(f"http://127.0.0.1:{elsewhere.port}/wsman", status)]
    kind = AnswerLost if target.login == "ntlm" else RequestRejected
    error = failure_of(opened(to_target), kind)
    assert (error.code, error.sent) == (f"http_{status}", True)
    assert not elsewhere.seen


def test_a_wrong_password_is_a_refused_login(opened: t.Any, target: Machine, settings: t.Any) -> None:
    password = Secret("Wrong-Password-1")
    login = (
        settings(target, password=password)
        if target.login == "ntlm"
        else settings(target, "basic", "https", password=password)
    )
    error = failure_of(opened(login), AuthenticationFailed)
    # Basic sends the message along with the password, sealing only after the login.
    assert (error.code, error.sent) == ("login_refused", target.login != "ntlm")
    assert login.names.login in (error.remedy or "")
    assert "Wrong-Password-1" not in f"{error} {error.cause} {error.remedy}"


def test_a_login_the_machine_does_not_offer_is_refused(
    machine: Start, settings: t.Any, opened: t.Any, authority: Authority
) -> None:
    target = machine("basic", authority.server())
    assert failure_of(opened(settings(target, "ntlm", "https")), AuthenticationFailed).code == "login_refused"


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_closed_port_means_nothing_was_sent(settings: t.Any, opened: t.Any, machine: Start, scheme: str) -> None:
    login = settings(machine(listening=False), "ntlm", scheme)
    error = failure_of(opened(login), ConnectionFailed)
    assert (error.code, error.sent) == ("connection_refused", False)


def test_a_name_without_an_address_means_nothing_was_sent(settings: t.Any, opened: t.Any, machine: Start) -> None:
    login = settings(machine(), host="no-such-host.invalid")
    error = failure_of(opened(login), ConnectionFailed)
    assert (error.code, error.sent) == ("name_not_resolved", False)


def test_http_where_https_was_asked_for_means_nothing_was_sent(settings: t.Any, opened: t.Any, machine: Start) -> None:
    target = machine()
    assert failure_of(opened(settings(target, "basic", "https")), ConnectionFailed).code == "tls_failed"
    assert not target.messages


def test_a_ca_file_that_is_not_there_is_named(settings: t.Any, opened: t.Any, machine: Start) -> None:
    login = settings(machine(), "basic", "https", tls=Tls(ca="/nowhere/ca.pem"))
    error = failure_of(opened(login), ConnectionFailed)
    assert error.code == "certificate_file_missing"
    assert login.names.ca in (error.remedy or "")


def test_a_certificate_for_another_name_is_refused(
    settings: t.Any, opened: t.Any, machine: Start, authority: Authority
) -> None:
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.issue("other.example"))
    target = machine("basic", context)
    login = settings(target, "basic", "https", host="localhost")
    assert failure_of(opened(login), ConnectionFailed).code == "certificate_not_trusted"
    assert not target.seen


def test_a_silent_listener_during_the_login_means_nothing_was_sent(settings: t.Any, opened: t.Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        silent = t.cast(Machine, t.cast(t.Any, _Place("127.0.0.1", listener.getsockname()[1])))
        error = failure_of(opened(settings(silent, read_timeout=0.6)), ConnectionFailed)
    assert error.code == "connect_timeout"


class _Place:
    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port


def test_a_password_that_is_missing_is_a_failed_login(
    settings: t.Any, opened: t.Any, machine: Start, authority: Authority
) -> None:
    target = machine("basic", authority.server())
    login = settings(target, "basic", "https", password=None)
    assert failure_of(opened(login), AuthenticationFailed).code == "login_failed"
    assert not target.seen


def test_a_fault_in_clear_to_a_sealed_message_is_not_believed(machine: Start, settings: t.Any, opened: t.Any) -> None:
    target = machine("ntlm")
    target.on_message = [lambda handler: handler.reply(500, FAULT, PLAIN)]
    assert failure_of(opened(settings(target)), AnswerLost).code == "http_500"


def test_a_fault_in_clear_during_the_login_is_not_an_answer(machine: Start, settings: t.Any, opened: t.Any) -> None:
    target = machine("ntlm")
    target.on_login = [lambda handler: handler.reply(500, FAULT, PLAIN)]
    assert failure_of(opened(settings(target)), RequestRejected).code == "http_500"
    assert not target.messages


def test_pypsrp_reconnects_only_while_nothing_was_sent(machine: Start, settings: t.Any, opened: t.Any) -> None:
    target = machine("ntlm")
    target.on_message = [drop()]
    login = settings(target)
    if hasattr(login, "reconnection_retries"):
        login = settings(target, reconnection_retries=3, reconnection_backoff=0.0)
    assert failure_of(opened(login), AnswerLost).code == "connection_dropped"
    assert len(target.messages) == 1


def test_pypsrp_waits_for_a_port_that_is_not_open_yet(
    machine: Start, settings: t.Any, opened: t.Any, library: str
) -> None:
    target = machine("ntlm", listening=False)
    later = threading.Timer(0.3, target.listen)
    later.start()
    if library == "pypsrp":
        login = settings(target, reconnection_retries=5, reconnection_backoff=0.1)
        assert opened(login).send(MESSAGE) == ANSWER
    else:
        assert failure_of(opened(settings(target)), ConnectionFailed).code == "connection_refused"
    later.join()
