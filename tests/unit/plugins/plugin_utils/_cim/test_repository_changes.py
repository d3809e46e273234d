# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Queries that stop at a limit, and instances that are changed as a whole."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._deadlines import operation_seconds
from ansible_collections.volume.activation.plugins.plugin_utils._errors import (
    AnswerLost,
    ConnectionFailed,
    MachineRefused,
    ProtocolViolation,
)
from ansible_collections.volume.activation.plugins.plugin_utils._wsman import (
    Get,
    Got,
    Instance,
    Output,
    Put,
    PutDone,
    Release,
    Released,
    encode_answer,
    wmi_resource,
)

from .scripted_session import TIMED_OUT, ScriptedSession, fault, rows

NAME = {"Name": "string"}
LOST = AnswerLost("gone")

# Limits


def test_a_limited_query_stops_at_its_limit_and_gives_the_rest_back() -> None:
    script = ScriptedSession(rows("a", context="c1", opening=True), rows("b", "c", "d", context="c2"), Released())
    found = script.repository().select("Acme_Lamp", NAME, limit=2)
    assert [row["Name"] for row in found] == ["a", "b"]
    assert script.requests[-1] == Release(wmi_resource("*"), "c2")


def test_a_limited_query_whose_rows_are_all_there_is_over_by_itself() -> None:
    script = ScriptedSession(rows("a", context="c1", opening=True), rows("b"))
    assert len(script.repository().select("Acme_Lamp", NAME, limit=2)) == 2
    assert script.kinds == ["Enumerate", "Pull"]


def test_a_query_of_another_namespace_pulls_and_releases_there_too() -> None:
    there = wmi_resource("*", "root/acme")
    script = ScriptedSession(rows("a", context="c1", opening=True), rows("b", "c", context="c2"), Released())
    script.repository().select("Acme_Lamp", NAME, namespace="root/acme", limit=2)
    assert [request.resource for request in script.requests] == [there] * 3


# Changing an instance

KEYED = wmi_resource("Acme_Lamp", "root/acme", {"Name": "lamp-1"})
STORED = Instance(
    wmi_resource("Acme_Lamp", "root/acme").uri,
    {"Name": ("lamp-1",), "watt": ("40",), "Tags": ("a", "b"), "Room": (None,)},
)


def changed(script: ScriptedSession) -> None:
    """Make a lamp brighter."""
    values = {"Watt": 60, "Tags": ["c"]}
    script.repository().change("Acme_Lamp", {"Name": "lamp-1"}, values, namespace="root/acme")


def test_a_change_puts_the_whole_instance_back_in_the_spelling_of_the_machine() -> None:
    script = ScriptedSession(Got(STORED), PutDone(STORED))
    changed(script)
    expected = Instance(KEYED.uri, {"Name": ("lamp-1",), "watt": ("60",), "Tags": ("c",), "Room": (None,)})
    assert script.requests == [Get(KEYED), Put(KEYED, expected)]


def test_a_change_needs_no_instance_in_the_answer() -> None:
    script = ScriptedSession(Got(STORED), PutDone())
    changed(script)
    assert script.kinds == ["Get", "Put"]


@pytest.mark.parametrize("trouble", [LOST, ConnectionFailed("no"), fault(5)])
def test_a_change_is_sent_once_whatever_happens(trouble: t.Any) -> None:
    script = ScriptedSession(Got(STORED), trouble)
    with pytest.raises((AnswerLost, ConnectionFailed, MachineRefused)):
        changed(script)
    assert script.kinds == ["Get", "Put"]


def test_calls_and_changes_have_a_limit_of_their_own() -> None:
    waited: list[float | None] = []

    def answer(message: t.Any) -> t.Callable[[t.Any], bytes]:
        def noting(call: t.Any) -> bytes:
            waited.append(operation_seconds())
            return encode_answer(message, call)

        return noting

    done = Output(KEYED, "Shine", {"ReturnValue": ("0",)})
    script = ScriptedSession(answer(Got(STORED)), answer(PutDone(STORED)), answer(done), answer(rows("a")))
    repository = script.repository(operation_timeout=20, call_timeout=60)
    repository.change("Acme_Lamp", {"Name": "lamp-1"}, {"Watt": 60}, namespace="root/acme")
    repository.invoke("Acme_Lamp", {"Name": "lamp-1"}, "Shine", namespace="root/acme")
    repository.select("Acme_Lamp", NAME)
    assert [call.operation_timeout for call in script.calls] == [20, 60, 60, 20]
    assert waited == [None, 60, 60, None]
    assert operation_seconds() is None


def test_a_change_that_took_too_long_has_an_unknown_outcome() -> None:
    with pytest.raises(AnswerLost):
        changed(ScriptedSession(Got(STORED), fault(TIMED_OUT)))


def test_a_change_that_is_answered_by_something_else_is_a_violation() -> None:
    with pytest.raises(ProtocolViolation):
        changed(
            ScriptedSession(
                Got(STORED), lambda call: encode_answer(Got(Instance(None, {})), call).replace(b"Body", b"Bod")
            )
        )
