# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A request ends by its deadline whatever a host sends, and whichever part of the answer it stretches."""

from __future__ import annotations

import functools
import threading
import tracemalloc
import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._deadlines import Deadline, TimedExchange
from ansible_collections.volume.activation.plugins.plugin_utils._errors import (
    ActivationError,
    AnswerLost,
    ConnectionFailed,
)
from ansible_collections.volume.activation.plugins.plugin_utils._secrets import Secret
from ansible_collections.volume.activation.plugins.plugin_utils._session import (
    Proxy,
    Tls,
    check_reach,
    guarded_session,
    open_session,
)
from ansible_collections.volume.activation.plugins.plugin_utils._session import settings as settings_module
from ansible_collections.volume.activation.plugins.plugin_utils._session.guarded_adapter import ANSWER_LIMIT

from .._session.certificate_authority import Authority
from .._session.fake_listener import ANSWER, PLAIN, SEALED, Machine, drop
from .hostile_server import (
    ENCODED,
    ENDLESS,
    HEAD,
    SLOW,
    Clock,
    HostileServer,
    answering,
    endless_login,
    silent,
    slow_connect_answer,
    slow_connect_headers,
    slow_handshake,
    slow_login,
)

MESSAGE = b"<a-message/>"
SECONDS = 0.3
PATIENCE = 20.0
Serve = t.Callable[..., HostileServer]


@pytest.fixture
def short_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """A request has SECONDS in all; no single wait is ever that long in these tests."""
    monkeypatch.setattr(settings_module, "_LOGIN_SECONDS", SECONDS - 2 * PATIENCE)


def patient(settings: t.Any, server: t.Any, login: str = "basic", scheme: str = "https", **changes: t.Any) -> t.Any:
    """Settings whose single time-outs are long, so that only the deadline can end a request sooner."""
    return settings(server, login, scheme, read_timeout=PATIENCE, connection_timeout=PATIENCE, **changes)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A request has SECONDS after the clock has jumped, and all the time it needs before."""
    clock = Clock()
    monkeypatch.setattr(settings_module, "_LOGIN_SECONDS", Clock.JUMP + SECONDS - 2 * PATIENCE)
    monkeypatch.setattr(guarded_session, "TimedExchange", functools.partial(TimedExchange, clock=clock))
    return clock


def failure(session: t.Any) -> ActivationError:
    with pytest.raises(ActivationError) as caught:
        session.send(MESSAGE)
    assert caught.value.__cause__ is None and caught.value.__context__ is None
    return caught.value


@pytest.mark.parametrize("case", SLOW)
def test_an_answer_that_comes_byte_by_byte_is_lost_at_the_deadline(
    serve: Serve, settings: t.Any, opened: t.Any, authority: Authority, clock: Clock, case: str
) -> None:
    login = patient(settings, serve(answering(SLOW[case], clock.jump), authority.server()))
    error = failure(opened(login))
    assert (type(error), error.code) == (AnswerLost, "deadline_exceeded")
    assert login.names.read_timeout in (error.remedy or "")


@pytest.mark.parametrize("case", ENDLESS)
def test_an_answer_without_end_is_cut_off(
    serve: Serve, settings: t.Any, opened: t.Any, authority: Authority, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    monkeypatch.setattr(guarded_session, "WIRE_LIMIT", 256 * 1024)
    error = failure(opened(patient(settings, serve(answering(ENDLESS[case]), authority.server()))))
    assert isinstance(error, AnswerLost)
    # The libraries may have a limit of their own for the number of headers and for the size of a chunk's first line.
    theirs = {"endless_headers": "connection_dropped", "endless_chunk_size": "answer_truncated"}
    assert error.code in ("answer_too_large", theirs.get(case))


@pytest.mark.parametrize("case", ENCODED)
def test_a_compressed_answer_is_not_unpacked(
    serve: Serve, settings: t.Any, opened: t.Any, authority: Authority, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    error = failure(opened(patient(settings, serve(answering(ENCODED[case]), authority.server()))))
    assert (type(error), error.code) == (AnswerLost, "answer_encoded")


def test_hosts_are_asked_not_to_compress(machine: t.Any, settings: t.Any, opened: t.Any, authority: Authority) -> None:
    target: Machine = machine("basic", authority.server())
    opened(settings(target, "basic", "https")).send(MESSAGE)
    assert target.seen[0].headers["Accept-Encoding"] == "identity"


def test_a_sealed_answer_that_comes_byte_by_byte_is_lost_at_the_deadline(
    settings: t.Any, opened: t.Any, machine: t.Any, clock: Clock
) -> None:
    target: Machine = machine("ntlm")
    over = threading.Event()

    def slowly(handler: t.Any) -> None:
        clock.jump()
        handler.wfile.write(HEAD.replace(PLAIN.encode(), SEALED.encode()) + b"Content-Length: 60000\r\n\r\n")
        for _number in range(1000):
            handler.wfile.write(b"o")
            handler.wfile.flush()
            if over.wait(0.02):
                break

    target.on_message = [slowly]
    session = opened(settings(target, read_timeout=PATIENCE, connection_timeout=PATIENCE))
    error = failure(session)
    over.set()
    assert (type(error), error.code) == (AnswerLost, "deadline_exceeded")
    # The next message logs in again and is answered.
    assert session.send(MESSAGE) == ANSWER


@pytest.mark.usefixtures("short_deadline")
def test_a_slow_login_round_means_that_nothing_was_sent(serve: Serve, settings: t.Any, opened: t.Any) -> None:
    error = failure(opened(patient(settings, serve(answering(slow_login)), "ntlm", "http")))
    assert (type(error), error.code) == (ConnectionFailed, "deadline_exceeded")


def test_an_endless_login_round_means_that_nothing_was_sent(
    serve: Serve, settings: t.Any, opened: t.Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = failure(opened(patient(settings, serve(answering(endless_login)), "ntlm", "http")))
    assert (type(error), error.code) == (ConnectionFailed, "answer_too_large")


@pytest.mark.usefixtures("short_deadline")
@pytest.mark.parametrize("case", [slow_handshake, silent])
def test_a_slow_handshake_means_that_nothing_was_sent(
    serve: Serve, settings: t.Any, opened: t.Any, case: t.Any
) -> None:
    error = failure(opened(patient(settings, serve(case))))
    assert (type(error), error.code) == (ConnectionFailed, "deadline_exceeded")


@pytest.mark.usefixtures("short_deadline")
@pytest.mark.parametrize("case", [slow_connect_answer, slow_connect_headers])
def test_a_slow_proxy_means_that_nothing_was_sent(
    serve: Serve, settings: t.Any, opened: t.Any, machine: t.Any, case: t.Any
) -> None:
    proxy = serve(answering(case))
    way = Proxy(url=Secret(f"http://127.0.0.1:{proxy.port}"))
    error = failure(opened(patient(settings, machine(), proxy=way)))
    assert (type(error), error.code) == (ConnectionFailed, "deadline_exceeded")


@pytest.mark.usefixtures("short_deadline")
def test_a_silent_proxy_inside_tls_means_that_nothing_was_sent(
    serve: Serve, settings: t.Any, opened: t.Any, machine: t.Any, authority: Authority
) -> None:
    proxy = serve(answering(slow_connect_headers), authority.server())
    way = Proxy(url=Secret(f"https://127.0.0.1:{proxy.port}"))
    error = failure(opened(patient(settings, machine(), proxy=way, tls=Tls(validate=False))))
    assert (type(error), error.code) == (ConnectionFailed, "deadline_exceeded")


def test_a_request_in_time_is_answered_by_a_proxy_too(
    settings: t.Any, opened: t.Any, machine: t.Any, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    from .._activation_service.fake_http_service import Proxy as HonestProxy

    proxy = HonestProxy()
    try:
        way = Proxy(url=Secret(f"http://127.0.0.1:{proxy.port}"))
        login = settings(machine("basic", authority.server()), "basic", "https", proxy=way)
        assert opened(login).send(MESSAGE) == ANSWER
        assert [seen.method for seen in proxy.seen] == ["CONNECT"]
    finally:
        proxy.close()


def test_an_outer_deadline_ends_a_request_sooner_and_is_the_one_that_is_named(
    serve: Serve, settings: t.Any, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    server = serve(answering(SLOW["slow_body"], clock.jump), authority.server())
    session = open_session(patient(settings, server))
    with Deadline(Clock.JUMP + SECONDS, "host", "host_timeout", clock=clock):
        error = failure(session)
    session.close()
    assert (type(error), error.code) == (AnswerLost, "deadline_exceeded")
    assert "host_timeout" in (error.remedy or "")


def test_nothing_is_sent_once_the_deadline_has_passed(
    settings: t.Any, opened: t.Any, machine: t.Any, authority: Authority
) -> None:
    target: Machine = machine("basic", authority.server())
    session = opened(settings(target, "basic", "https"))
    with Deadline(-1, "task", "an_option"):
        error = failure(session)
    assert (type(error), error.code) == (ConnectionFailed, "deadline_exceeded")
    assert target.connections == 0


@pytest.mark.parametrize("library", ["pypsrp"])  # the other one connects once
def test_reconnecting_ends_at_the_deadline(settings: t.Any, opened: t.Any, machine: t.Any) -> None:
    login = settings(machine(listening=False), reconnection_retries=50, reconnection_backoff=0.001)
    with Deadline(SECONDS, "task", "an_option"):
        error = failure(opened(login))
    assert (type(error), error.code) == (ConnectionFailed, "deadline_exceeded")


def test_a_deadline_counts_for_each_request_and_not_for_the_connection(
    settings: t.Any, opened: t.Any, machine: t.Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    target: Machine = machine("ntlm")
    session = opened(settings(target))
    assert [session.send(MESSAGE) for _number in range(3)] == [ANSWER] * 3
    assert target.connections == 1


def test_a_connection_that_breaks_is_not_called_late(
    settings: t.Any, opened: t.Any, machine: t.Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    target: Machine = machine("ntlm")
    target.on_message = [drop()]
    assert failure(opened(settings(target))).code == "connection_dropped"


def test_what_the_libraries_hold_of_an_answer_is_bounded(
    serve: Serve, settings: t.Any, opened: t.Any, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = b"\xf0\x9f\x98\x80" + b"a" * (ANSWER_LIMIT - 100)
    head = HEAD + b"Content-Length: %d\r\n\r\n" % len(body)
    session = opened(patient(settings, serve(answering(lambda line: line.send(head + body)), authority.server())))
    tracemalloc.start()
    try:
        assert session.send(MESSAGE) == body
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 16 * ANSWER_LIMIT


def test_a_name_with_many_silent_addresses_does_not_outlast_the_deadline(
    settings: t.Any, machine: t.Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    # 192.0.2.0/24 is for documentation (RFC 5737); what a router says of it at once is an answer too.
    tried: list[t.Any] = []

    def connect(sock: t.Any, address: t.Any) -> None:
        tried.append(address)
        sock.settimeout(0.05)
        raise TimeoutError

    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", number)) for number in range(1, 1001)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: found)
    monkeypatch.setattr(socket.socket, "connect", connect)
    login = settings(machine(listening=False))
    ticks = iter(range(10_000))
    with (
        Deadline(20, "host", "host_timeout", clock=lambda: float(next(ticks))),
        pytest.raises(ConnectionFailed) as caught,
    ):
        check_reach(login)
    assert caught.value.code == "deadline_exceeded"
    assert len(tried) < 30
