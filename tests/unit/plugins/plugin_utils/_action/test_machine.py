# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A task at a host has a deadline, to which it adds what it waits on purpose."""

from __future__ import annotations

import time
import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._action.machine import ConnectedMachine
from ansible_collections.volume.activation.plugins.plugin_utils._deadlines import Deadline, time_left
from ansible_collections.volume.activation.plugins.plugin_utils._errors import ConnectionFailed
from ansible_collections.volume.activation.plugins.plugin_utils._session import PsrpSettings, WinRMSettings


class Session:
    """A session that is never asked."""

    closed = False

    def send(self, message: bytes) -> bytes:
        raise AssertionError(message)

    def close(self) -> None:
        self.closed = True


def machine(session: Session, deadline: Deadline | None) -> ConnectedMachine:
    return ConnectedMachine(session, operation_timeout=20, wait_seconds=600, tell=lambda _text: None, deadline=deadline)


def test_the_deadline_is_in_force_within_the_block_alone() -> None:
    session = Session()
    with machine(session, Deadline(10, "task", "an_option", clock=lambda: 0.0)):
        assert time_left(None) == 10.0
    assert time_left(None) is None and session.closed


def test_a_session_that_cannot_be_closed_leaves_no_deadline_behind() -> None:
    class Broken(Session):
        def close(self) -> None:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), machine(Broken(), Deadline(10, "task", "an_option", clock=lambda: 0.0)):
        pass
    assert time_left(None) is None


def test_nothing_is_sent_after_the_deadline() -> None:
    with machine(Session(), Deadline(-1, "task", "an_option")) as opened, pytest.raises(ConnectionFailed) as caught:
        opened.bios_uuid()
    assert caught.value.code == "deadline_exceeded"


def test_what_is_waited_on_purpose_is_added(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    with machine(Session(), Deadline(10, "task", "an_option", clock=lambda: 0.0)) as opened:
        opened.patience.pause(300)
        assert time_left(None) == 310.0
    assert slept == [300]


def test_without_a_deadline_a_wait_is_a_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    machine(Session(), None).patience.pause(3)
    assert slept == [3]


@pytest.mark.parametrize(
    ("settings", "request_seconds"),
    [
        (WinRMSettings(host="h"), 30 + 30 + 10),
        (WinRMSettings(host="h", read_timeout=310, operation_timeout=300), 310 + 310 + 10),
        (WinRMSettings(host="h", connection_timeout=5), 30 + 5 + 10),
        (PsrpSettings(host="h"), 30 + 30 + 10),
        (PsrpSettings(host="h", read_timeout=90, connection_timeout=7), 90 + 7 + 10),
        # Three more attempts to connect of up to 30 seconds, and pauses of 2, 4 and 8 seconds between them.
        (PsrpSettings(host="h", reconnection_retries=3), 30 + 30 + 10 + 3 * 30 + 2 + 4 + 8),
    ],
    ids=repr,
)
def test_deadlines_follow_from_the_time_outs_of_the_connection(settings: t.Any, request_seconds: float) -> None:
    assert settings.request_timeout == request_seconds
    assert settings.task_deadline().seconds == 10 * request_seconds
    assert settings.task_deadline().option == settings.names.read_timeout
