# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The log of a KMS host is read as far as it was asked for, and one that is not there is empty."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._applying import Requests, client_requests
from ansible_collections.volume.activation.plugins.plugin_utils._wsman import Batch, Enumerate, Instance

from .._cim.scripted_session import ScriptedSession

SINCE = datetime(2026, 11, 1, 1, 30, tzinfo=timezone(timedelta(hours=2)))
EMPTY = Batch((), None, opening=True)


def event(name: str = "client", *, text: str | None = None) -> Instance:
    """Return an event of one client's request."""
    strings = (text,) if text is not None else (f"0x0,25,{name},cmid,2026/11/22 9:51,0,1,100,product",)
    return Instance(None, {"InsertionStrings": strings, "TimeGenerated": ("2026-11-22T09:52:00Z",)})


def log(*events: Instance, context: str | None = None) -> Batch:
    """Return the log."""
    return Batch(events, context, opening=True)


def read(script: ScriptedSession, limit: int = 10) -> Requests:
    """Read the log."""
    return client_requests(script.repository(), SINCE, limit)


def test_the_log_is_asked_for_this_event_since_that_moment() -> None:
    script = ScriptedSession(EMPTY)
    read(script)
    (request,) = script.requests
    assert isinstance(request, Enumerate)
    assert request.wql == (
        "SELECT InsertionStrings, TimeGenerated FROM Win32_NTLogEvent"
        " WHERE Logfile = 'Key Management Service' AND EventCode = 12290"
        " AND TimeGenerated >= '20261031233000.000000+000'"
    )


def test_a_log_that_is_not_there_is_empty() -> None:
    assert read(ScriptedSession(EMPTY)) == Requests((), 0, False)


def test_requests_come_as_the_host_gives_them() -> None:
    found = read(ScriptedSession(log(event("one"), event("two"))))
    assert [request.name for request in found.requests] == ["one", "two"]
    assert (found.events, found.truncated) == (2, False)
    assert found.requests[0].logged == datetime(2026, 11, 22, 9, 52, tzinfo=timezone.utc)


@pytest.mark.parametrize(("events", "truncated"), [(2, False), (3, False), (4, True), (5, True)])
def test_more_than_was_asked_for_is_cut_off_and_told(events: int, truncated: bool) -> None:
    found = read(ScriptedSession(log(*(event(str(number)) for number in range(events)))), limit=3)
    assert [request.name for request in found.requests] == ["0", "1", "2"][:events]
    assert (found.events, found.truncated) == (min(events, 3), truncated)


def test_a_long_log_is_given_back_when_enough_has_come() -> None:
    script = ScriptedSession(log(event("0"), event("1"), context="more"), Batch((), None))
    assert read(script, limit=1).truncated
    assert script.kinds == ["Enumerate", "Release"]


def test_an_event_that_says_something_else_is_counted_and_passed_over() -> None:
    found = read(ScriptedSession(log(event(text="nothing of the kind"), event("one"), event(text=""))))
    assert [request.name for request in found.requests] == ["one"]
    assert (found.events, found.truncated) == (3, False)


def test_an_event_without_strings_is_passed_over() -> None:
    bare = Instance(None, {"InsertionStrings": (None,), "TimeGenerated": (None,)})
    assert read(ScriptedSession(log(bare, event("one")))).events == 2
