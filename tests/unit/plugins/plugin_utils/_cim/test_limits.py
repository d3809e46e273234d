# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A query is bounded as a whole, in time, rows and bytes; what exceeded a limit is not asked for again."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._cim import Repository
from ansible_collections.volume.activation.plugins.plugin_utils._cim import repository as limits
from ansible_collections.volume.activation.plugins.plugin_utils._deadlines import Deadline
from ansible_collections.volume.activation.plugins.plugin_utils._errors import (
    AnswerLost,
    ConnectionFailed,
    MachineRefused,
    ProtocolViolation,
)
from ansible_collections.volume.activation.plugins.plugin_utils._wsman import (
    Batch,
    Call,
    Got,
    Instance,
    Released,
    encode_answer,
    wmi_resource,
)

from .scripted_session import TIMED_OUT, ScriptedSession, fault, rows

NAME: t.Any = {"Name": "string"}


class Clock:
    """A clock that moves when a host takes its time."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def select(script: ScriptedSession, **options: t.Any) -> list[dict[str, t.Any]]:
    return script.repository(operation_timeout=20).select("Acme_Lamp", NAME, **options)


def test_batches_that_each_come_in_time_end_at_the_deadline_of_the_query() -> None:
    clock, sent = Clock(), 0

    def send(message: bytes) -> bytes:
        nonlocal sent
        sent += 1
        clock.now += 4
        return ScriptedSession(rows("a", context="c", opening=sent == 1)).send(message)

    repository = Repository(send, operation_timeout=20, pause=lambda _seconds: None, clock=clock)
    with pytest.raises(ConnectionFailed) as caught:
        repository.select("Acme_Lamp", NAME)
    assert caught.value.code == "deadline_exceeded"
    assert "ansible_winrm_connection_timeout" in (caught.value.remedy or "")
    assert clock.now == limits.QUERY_TIMES * 20


def test_repeats_and_their_pauses_end_at_the_deadline_of_the_query() -> None:
    clock, sent = Clock(), 0

    def send(_message: bytes) -> bytes:
        nonlocal sent
        sent += 1
        clock.now += 100
        raise AnswerLost("gone")

    repository = Repository(send, operation_timeout=20, pause=lambda _seconds: None, clock=clock)
    with pytest.raises(ConnectionFailed) as caught:
        repository.select("Acme_Lamp", NAME)
    assert (caught.value.code, sent) == ("deadline_exceeded", 3)


def test_a_method_is_not_called_after_the_deadline_of_its_task() -> None:
    script = ScriptedSession()
    with Deadline(-1, "task", "an_option"), pytest.raises(ConnectionFailed) as caught:
        script.repository().invoke("Acme_Lamp", {"Name": "a"}, "Dim")
    assert (caught.value.code, script.calls) == ("deadline_exceeded", [])


@pytest.mark.parametrize("code", ["answer_too_large", "answer_encoded", "deadline_exceeded"])
def test_what_exceeded_a_limit_is_not_repeated(code: str) -> None:
    script = ScriptedSession(AnswerLost("too much", code=code))
    with pytest.raises(AnswerLost) as caught:
        select(script)
    assert (caught.value.code, len(script.calls), script.pauses) == (code, 1, [])


def test_a_host_that_was_too_slow_for_itself_is_still_asked_again() -> None:
    assert select(ScriptedSession(fault(TIMED_OUT), rows("a", opening=True))) == [{"Name": "a"}]


def test_more_rows_than_any_host_has_are_given_up_and_released(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_ROWS", 5)
    script = ScriptedSession(
        rows("a", "b", "c", context="1", opening=True), rows("d", "e", "f", context="2"), Released()
    )
    with pytest.raises(ProtocolViolation) as caught:
        select(script)
    assert caught.value.code == "answer_too_large"
    assert script.kinds == ["Enumerate", "Pull", "Release"]


def test_as_many_rows_as_are_allowed_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_ROWS", 5)
    assert len(select(ScriptedSession(rows("a", "b", "c", context="1", opening=True), rows("d", "e")))) == 5


def test_a_caller_that_wants_more_rows_gets_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_ROWS", 2)
    script = ScriptedSession(rows("a", "b", "c", context="1", opening=True), rows("d", "e", "f"))
    assert len(select(script, limit=6)) == 6


def test_more_bytes_than_any_answer_has_are_given_up_and_released(monkeypatch: pytest.MonkeyPatch) -> None:
    script = ScriptedSession(rows("a" * 3000, context="1", opening=True), rows("b" * 3000, context="2"), Released())
    monkeypatch.setattr(limits, "MAX_BYTES", 6000)
    with pytest.raises(ProtocolViolation) as caught:
        select(script)
    assert caught.value.code == "answer_too_large"
    assert script.kinds == ["Enumerate", "Pull", "Release"]


def test_the_bytes_of_one_query_do_not_count_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_BYTES", 6000)
    script = ScriptedSession(*(rows("a" * 3000, opening=True) for _number in range(4)))
    repository = script.repository()
    assert [len(repository.select("Acme_Lamp", NAME)) for _number in range(4)] == [1, 1, 1, 1]


def test_of_properties_that_were_not_asked_for_nothing_is_read() -> None:
    # A string with 3 values would be refused if it were looked at.
    item = Instance(None, {"Name": ("a",), "Other": ("x", "y", "z"), "NAME2": ("b",)})
    assert select(ScriptedSession(Batch((item,), None, opening=True))) == [{"Name": "a"}]


def test_the_spelling_of_a_property_is_the_hosts() -> None:
    item = Instance(None, {"NAME": ("a",)})
    assert select(ScriptedSession(Batch((item,), None, opening=True))) == [{"Name": "a"}]


def test_what_is_put_back_is_read_whole() -> None:
    lamp = wmi_resource("Acme_Lamp")
    put: list[Call] = []

    def done(call: Call) -> bytes:
        put.append(call)
        return encode_answer(fault(5), call)

    script = ScriptedSession(Got(Instance(lamp.uri, {"Name": ("a",), "Room": ("hall",)})), done)
    with pytest.raises(MachineRefused):
        script.repository().change("Acme_Lamp", {"Name": "a"}, {"Name": "b"})
    assert dict(put[0].request.instance.properties) == {"Name": ("b",), "Room": ("hall",)}  # type: ignore[union-attr]
