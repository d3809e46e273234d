# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long the answer to a call is waited for, and that a connection that was idle is not trusted with a message."""

from __future__ import annotations

import typing as t

import pytest
import requests

from ansible_collections.volume.activation.plugins.plugin_utils._deadlines import TimedExchange, operation
from ansible_collections.volume.activation.plugins.plugin_utils._session import (
    PsrpSettings,
    WinRMSettings,
    guarded_session,
    open_session,
)
from ansible_collections.volume.activation.plugins.plugin_utils._session.guarded_session import IDLE_SECONDS

from .certificate_authority import Authority
from .fake_listener import ANSWER, Machine, answer, then_close

MESSAGE = b"<s:Envelope><s:Body>a message</s:Body></s:Envelope>"
Start = t.Callable[..., Machine]
LOGINS = [("ntlm", "http"), ("ntlm", "https"), ("basic", "https")]


class Clock:
    """A clock that stands still until the test moves it."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> list[tuple[bool, t.Any]]:
    """For each HTTP request, whether it has a body, and its time-outs to connect and to read."""
    found: list[tuple[bool, t.Any]] = []
    send = requests.adapters.HTTPAdapter.send

    def noting(self: t.Any, request: t.Any, **kwargs: t.Any) -> t.Any:
        found.append((bool(request.body), kwargs["timeout"]))
        return send(self, request, **kwargs)

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", noting)
    return found


@pytest.mark.parametrize(("login", "scheme"), LOGINS)
def test_the_answer_to_a_call_is_waited_for_as_long_as_the_call_may_take(
    machine: Start, settings: t.Any, opened: t.Any, authority: Authority, given: t.Any, login: str, scheme: str
) -> None:
    target = machine(login, authority.server() if scheme == "https" else None)
    session = opened(settings(target, login, scheme, connection_timeout=3.5))
    session.send(MESSAGE)
    assert {times for _body, times in given} == {(3.5, 5)}
    given.clear()
    with operation(60):
        session.send(MESSAGE)
    assert {times for body, times in given if body} == {(3.5, 70)}
    given.clear()
    session.send(MESSAGE)
    assert {times for _body, times in given} == {(3.5, 5)}


def test_the_login_before_a_call_keeps_its_own_limit(
    machine: Start, settings: t.Any, opened: t.Any, given: t.Any
) -> None:
    session = opened(settings(machine("ntlm"), connection_timeout=3.5))
    with operation(60):
        session.send(MESSAGE)
    assert {times for body, times in given if not body} == {(3.5, 5)}


def test_the_deadline_of_a_call_follows_from_its_limit(
    machine: Start, settings: t.Any, opened: t.Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds: list[float] = []

    def noting(limit: float, option: str, **kwargs: t.Any) -> t.Any:
        seconds.append(limit)
        return TimedExchange(limit, option, **kwargs)

    monkeypatch.setattr(guarded_session, "TimedExchange", noting)
    session = opened(settings(machine("ntlm"), connection_timeout=3))
    session.send(MESSAGE)
    with operation(60):
        session.send(MESSAGE)
    assert seconds == [5 + 3 + 10, 60 + 10 + 3 + 10]


@pytest.mark.parametrize(
    ("settings", "call", "read", "deadline", "task"),
    [
        (WinRMSettings(host="h"), 60, 70, 110, 700),
        (WinRMSettings(host="h", operation_timeout=300, read_timeout=310), 300, 310, 630, 6300),
        (WinRMSettings(host="h", operation_timeout=20, read_timeout=200), 60, 200, 410, 4100),
        (WinRMSettings(host="h", operation_timeout=1, read_timeout=2, connection_timeout=1), 60, 70, 81, 405),
        (PsrpSettings(host="h", connection_timeout=5), 60, 70, 85, 450),
        (PsrpSettings(host="h", reconnection_retries=3), 60, 70, 214, 1740),
    ],
)
def test_the_limits_of_a_call(settings: t.Any, call: float, read: float, deadline: float, task: float) -> None:
    assert settings.call_timeout == call
    assert settings.read_timeout_of(call) == read
    assert settings.request_timeout_of(call) == deadline
    assert settings.task_deadline().seconds == task


@pytest.mark.parametrize(("login", "scheme"), LOGINS)
def test_a_connection_that_was_idle_is_made_again_before_a_message_is_sent(
    machine: Start, settings: t.Any, authority: Authority, login: str, scheme: str
) -> None:
    target = machine(login, authority.server() if scheme == "https" else None)
    clock = Clock()
    session = open_session(settings(target, login, scheme), clock=clock)
    session.send(MESSAGE)
    for idle, connections in [(IDLE_SECONDS - 1, 1), (IDLE_SECONDS - 1, 1), (IDLE_SECONDS, 2), (IDLE_SECONDS, 3)]:
        clock.now += idle
        assert session.send(MESSAGE) == ANSWER
        assert target.connections == connections
    session.close()


@pytest.mark.parametrize(("login", "scheme"), LOGINS)
def test_a_message_is_not_lost_in_a_connection_that_the_host_has_closed_meanwhile(
    machine: Start, settings: t.Any, authority: Authority, login: str, scheme: str
) -> None:
    target = machine(login, authority.server() if scheme == "https" else None)
    target.on_message = [then_close(answer())]
    clock = Clock()
    session = open_session(settings(target, login, scheme), clock=clock)
    session.send(MESSAGE)
    clock.now += 120
    assert session.send(MESSAGE) == ANSWER
    assert target.connections == 2
    session.close()


def test_the_idle_time_begins_when_the_answer_has_arrived(machine: Start, settings: t.Any) -> None:
    target, clock = machine("ntlm"), Clock()

    def slowly(handler: t.Any) -> None:
        clock.now += 600
        answer()(handler)

    target.on_message = [slowly]
    session = open_session(settings(target), clock=clock)
    session.send(MESSAGE)
    session.send(MESSAGE)
    assert target.connections == 1
    session.close()
