# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the repository asks, how often, and what becomes of the answers."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._cim import Repository, UnknownInSchema, equals
from ansible_collections.volume.activation.plugins.plugin_utils._cim.repository import MAX_BATCHES
from ansible_collections.volume.activation.plugins.plugin_utils._errors import (
    AnswerLost,
    ConnectionFailed,
    MachineRefused,
    ProtocolViolation,
    RequestRejected,
)
from ansible_collections.volume.activation.plugins.plugin_utils._secrets import Secret
from ansible_collections.volume.activation.plugins.plugin_utils._wsman import (
    Call,
    Enumerate,
    Fault,
    Get,
    Got,
    Identity,
    Instance,
    Invoke,
    Output,
    Pull,
    Release,
    Released,
    encode_answer,
    wmi_resource,
)

from .scripted_session import EXPIRED, TIMED_OUT, TOO_MANY, UNKNOWN_CLASS, ScriptedSession, fault, rows

LAMP = wmi_resource("Acme_Lamp")
NAME = {"Name": "string"}
QUOTAS = [2150859173, TOO_MANY, 2150859175, 2150859176, 2150859236, 2150859242]
LOST = AnswerLost("gone")


def names(script: ScriptedSession) -> list[str]:
    """Return the names that a query for lamps brings."""
    return [row["Name"] for row in script.repository().select("Acme_Lamp", NAME)]


def output(**values: t.Any) -> t.Callable[[Call], Output]:
    """Return the output of whatever method is called."""

    def answer(call: Call) -> Output:
        assert isinstance(call.request, Invoke)
        return Output(call.request.resource, call.request.method, {name: (value,) for name, value in values.items()})

    return answer


def invoked(script: ScriptedSession) -> t.Mapping[str, tuple[t.Any, ...]]:
    """Call a method with a secret."""
    return script.repository().invoke("Acme_Lamp", {"Name": "lamp-1"}, "Dim", {"Code": Secret("GGGGG"), "Level": 3})


# Paging


def test_a_query_is_one_request_when_the_answer_is_complete() -> None:
    script = ScriptedSession(rows("a", opening=True))
    repository = script.repository()
    found = repository.select("Acme_Lamp", {"Name": "string", "Watt": "uint32"}, [equals("Room", "x'y")])
    assert found == [{"Name": "a", "Watt": None}]
    assert script.requests == [Enumerate(wmi_resource("*"), r"SELECT Name, Watt FROM Acme_Lamp WHERE Room = 'x\'y'")]
    assert repository.requests == 1


def test_pages_are_pulled_with_the_latest_context_until_the_end() -> None:
    script = ScriptedSession(
        rows("a", context="1", opening=True), rows("b", "c", context="2"), rows(context="3"), rows("d")
    )
    assert names(script) == ["a", "b", "c", "d"]
    query = wmi_resource("*")
    assert script.requests[1:] == [Pull(query, "1"), Pull(query, "2"), Pull(query, "3")]


def test_a_query_may_open_with_a_context_only_or_with_nothing() -> None:
    assert names(ScriptedSession(rows(context="1", opening=True), rows("a"))) == ["a"]
    assert names(ScriptedSession(rows(opening=True))) == []


def test_property_names_ignore_case_and_keep_our_spelling() -> None:
    script = ScriptedSession(rows(opening=True))
    script.answers = [
        lambda call: encode_answer(rows("lamp", opening=True), call).replace(b"Name>", b"nAME>"),
    ]
    assert script.repository().select("Acme_Lamp", {"NamE": "string"}) == [{"NamE": "lamp"}]


def test_each_request_has_its_own_id_and_the_timeout() -> None:
    script = ScriptedSession(rows(context="1", opening=True), rows("a"))
    script.repository(operation_timeout=20.0, namespace="root/acme").select("Acme_Lamp", NAME)
    first, second = script.calls
    assert first.message_id != second.message_id
    assert (first.operation_timeout, second.operation_timeout) == (20.0, 20.0)
    assert first.request.resource == wmi_resource("*", "root/acme")


def test_pages_without_end_are_given_up_and_released() -> None:
    pages = [rows("x", context=str(number)) for number in range(MAX_BATCHES - 1)]
    script = ScriptedSession(rows(context="first", opening=True), *pages, Released())
    repository = script.repository()
    with pytest.raises(ProtocolViolation, match="no end"):
        repository.select("Acme_Lamp", NAME)
    assert script.requests[-1] == Release(wmi_resource("*"), str(MAX_BATCHES - 2))
    assert repository.requests == MAX_BATCHES + 1


def test_the_last_page_that_is_allowed_is_read() -> None:
    pages = [rows("x", context=str(number)) for number in range(MAX_BATCHES - 2)]
    assert len(names(ScriptedSession(rows(context="first", opening=True), *pages, rows("end")))) == MAX_BATCHES - 1


# Giving back


@pytest.mark.parametrize("then", [Released(), fault(EXPIRED), LOST, b"nonsense"], ids=repr)
def test_nonsense_in_a_page_gives_the_enumeration_back_whatever_comes_of_it(then: t.Any) -> None:
    script = ScriptedSession(rows("a", context="1", opening=True), b"<html/>", then)
    with pytest.raises(ProtocolViolation, match="SOAP"):
        names(script)
    assert script.requests[-1] == Release(wmi_resource("*"), "1")
    assert script.pauses == []


def test_a_bad_value_in_the_first_page_gives_the_enumeration_back() -> None:
    script = ScriptedSession(rows("five", context="1", opening=True), Released())
    with pytest.raises(ProtocolViolation, match="uint32"):
        script.repository().select("Acme_Lamp", {"Name": "uint32"})
    assert script.requests[-1] == Release(wmi_resource("*"), "1")


def test_a_bad_value_in_the_last_page_leaves_nothing_to_give_back() -> None:
    script = ScriptedSession(rows("1", context="1", opening=True), rows("five"))
    with pytest.raises(ProtocolViolation):
        script.repository().select("Acme_Lamp", {"Name": "uint32"})
    assert script.kinds == ["Enumerate", "Pull"]


def test_a_refused_pull_gives_the_enumeration_back_before_the_query_starts_again() -> None:
    script = ScriptedSession(
        rows("a", context="1", opening=True), fault(TIMED_OUT), Released(), rows("a", "b", opening=True)
    )
    assert names(script) == ["a", "b"]
    assert script.kinds == ["Enumerate", "Pull", "Release", "Enumerate"]


# What may be sent twice


@pytest.mark.parametrize("trouble", [LOST, fault(TIMED_OUT), *map(fault, QUOTAS)], ids=repr)
def test_a_query_starts_again_after_a_pause(trouble: t.Any) -> None:
    script = ScriptedSession(trouble, trouble, trouble, rows("a", opening=True))
    assert names(script) == ["a"]
    assert script.pauses == [0.5, 2.0, 5.0]
    assert script.kinds == ["Enumerate"] * 4


@pytest.mark.parametrize("trouble", [LOST, fault(EXPIRED)], ids=repr)
def test_a_query_starts_from_the_beginning_and_returns_no_row_twice(trouble: t.Any) -> None:
    script = ScriptedSession(
        rows("a", context="1", opening=True), trouble, rows("a", context="2", opening=True), rows("b")
    )
    assert names(script) == ["a", "b"]
    assert script.kinds == ["Enumerate", "Pull", "Enumerate", "Pull"]
    assert script.pauses == [0.5]


@pytest.mark.parametrize("trouble", [LOST, fault(TOO_MANY), fault(TIMED_OUT)], ids=repr)
def test_a_query_is_given_up_after_four_tries(trouble: t.Any) -> None:
    script = ScriptedSession(*[trouble] * 4)
    repository = script.repository()
    with pytest.raises((AnswerLost, MachineRefused)):
        repository.select("Acme_Lamp", NAME)
    assert repository.requests == 4
    assert script.pauses == [0.5, 2.0, 5.0]


@pytest.mark.parametrize(
    "trouble",
    [fault(5), fault(2150859012), fault(UNKNOWN_CLASS), ConnectionFailed("x"), RequestRejected("x"), b"<html/>"],
    ids=repr,
)
def test_other_trouble_ends_a_query_at_once(trouble: t.Any) -> None:
    script = ScriptedSession(trouble)
    with pytest.raises((MachineRefused, ConnectionFailed, RequestRejected, ProtocolViolation)):
        names(script)
    assert script.pauses == []


@pytest.mark.parametrize(
    "trouble", [LOST, fault(TIMED_OUT), Fault(TIMED_OUT, shape="provider"), ConnectionFailed("x"), b"<html/>"], ids=repr
)
def test_a_method_is_sent_once_whatever_happens(trouble: t.Any) -> None:
    script = ScriptedSession(trouble)
    with pytest.raises((AnswerLost, ConnectionFailed, ProtocolViolation)):
        invoked(script)
    assert script.kinds == ["Invoke"]
    assert script.pauses == []


@pytest.mark.parametrize("code", QUOTAS)
@pytest.mark.parametrize("shape", ["flat", "provider", "wmi_error"])
def test_a_method_is_sent_again_when_the_machine_did_not_begin(code: int, shape: t.Any) -> None:
    script = ScriptedSession(fault(code, shape=shape), fault(code, shape=shape), output(ReturnValue="0"))
    assert invoked(script) == {"ReturnValue": ("0",)}
    assert script.pauses == [0.5, 2.0]


def test_a_method_that_finds_no_room_is_given_up() -> None:
    script = ScriptedSession(*[fault(TOO_MANY)] * 4)
    with pytest.raises(MachineRefused) as caught:
        invoked(script)
    assert caught.value.hresult == TOO_MANY
    assert script.pauses == [0.5, 2.0, 5.0]


def test_a_return_value_that_looks_like_a_quota_is_no_reason_to_send_again() -> None:
    script = ScriptedSession(output(ReturnValue=str(TOO_MANY)))
    with pytest.raises(MachineRefused):
        invoked(script)
    assert script.kinds == ["Invoke"]


@pytest.mark.parametrize("hresult", [None, 0x800705B4])
def test_a_method_that_took_too_long_has_an_unknown_outcome(hresult: int | None) -> None:
    script = ScriptedSession(fault(TIMED_OUT, subcode="TimedOut", hresult=hresult))
    with pytest.raises(AnswerLost) as caught:
        invoked(script)
    assert caught.value.code == "timeout"
    assert isinstance(caught.value.__cause__, MachineRefused)


# Methods and instances


def test_a_method_is_called_with_keys_and_lexical_parameters() -> None:
    script = ScriptedSession(output(ReturnValue="0", Names="x"))
    parameters = {"On": True, "Level": 3, "None": None, "Rooms": ["a", 2], "Code": Secret("GGGGG")}
    result = script.repository().invoke("Acme_Lamp", {"Name": "l"}, "Dim", parameters, namespace="root/acme")
    assert result == {"ReturnValue": ("0",), "Names": ("x",)}
    (request,) = script.requests
    assert request == Invoke(
        wmi_resource("Acme_Lamp", "root/acme", {"Name": "l"}),
        "Dim",
        {"On": ("true",), "Level": ("3",), "None": (None,), "Rooms": ("a", "2"), "Code": ("GGGGG",)},
    )


@pytest.mark.parametrize(
    ("returned", "hresult", "shown"),
    [("2", 2, "0x00000002"), ("3221549172", 0xC004F074, "0xC004F074"), ("-1073418124", 0xC004F074, "0xC004F074")],
)
def test_a_return_value_other_than_zero_is_a_refusal(returned: str, hresult: int, shown: str) -> None:
    with pytest.raises(MachineRefused, match=shown) as caught:
        invoked(ScriptedSession(output(ReturnValue=returned)))
    assert caught.value.hresult == hresult
    assert caught.value.fault is None
    assert "GGGGG" not in str(caught.value)


@pytest.mark.parametrize("values", [{}, {"ReturnValue": None}, {"ReturnValue": "0"}])
def test_no_return_value_is_success(values: dict[str, t.Any]) -> None:
    assert "ReturnValue" in invoked(ScriptedSession(output(**values))) or not values


@pytest.mark.parametrize("shape", ["flat", "provider", "wmi_error"])
def test_a_fault_of_a_method_is_a_refusal_with_the_providers_number(shape: t.Any) -> None:
    with pytest.raises(MachineRefused, match="Dim with 0xC004F074") as caught:
        invoked(ScriptedSession(fault(2150859038, shape=shape, hresult=0xC004F074)))
    assert caught.value.hresult == 0xC004F074
    assert isinstance(caught.value.fault, Fault)


@pytest.mark.parametrize("shape", ["flat", "provider", "wmi_error"])
def test_a_query_for_what_the_schema_lacks_has_its_own_error(shape: t.Any) -> None:
    with pytest.raises(UnknownInSchema) as caught:
        names(ScriptedSession(fault(UNKNOWN_CLASS, shape=shape)))
    assert caught.value.hresult == UNKNOWN_CLASS


def test_other_faults_are_not_taken_for_that() -> None:
    with pytest.raises(MachineRefused) as caught:
        names(ScriptedSession(fault(2150858752)))
    assert not isinstance(caught.value, UnknownInSchema)


def test_a_get_names_all_keys_and_is_read_by_type() -> None:
    item = Instance(LAMP.uri, {"WATT": ("40",), "Roles": ("a",)})
    script = ScriptedSession(LOST, Got(item))
    keys = {"Name": "lamp-1", "Room": "2"}
    row = script.repository().get("Acme_Lamp", keys, {"Watt": "uint32", "Roles": "string[]", "Lit": "boolean"})
    assert row == {"Watt": 40, "Roles": ["a"], "Lit": None}
    assert script.requests == [Get(wmi_resource("Acme_Lamp", selectors=keys))] * 2


@pytest.mark.parametrize(
    "ask",
    [
        lambda repository: repository.select("Acme_Lamp", NAME),
        lambda repository: repository.invoke("Acme_Lamp", {}, "Dim"),
    ],
)
def test_an_answer_of_another_kind_is_a_violation(ask: t.Callable[[Repository], t.Any]) -> None:
    for answer in (Identity("a", "b", "c"), Got(Instance(LAMP.uri, {"Name": ("x",)}))):
        with pytest.raises(ProtocolViolation):
            ask(ScriptedSession(answer).repository())


def test_an_answer_that_belongs_to_another_request_is_a_violation() -> None:
    def other(call: Call) -> bytes:
        return encode_answer(rows("a", opening=True), call).replace(call.message_id.encode(), b"uuid:OTHER")

    with pytest.raises(ProtocolViolation, match="another request"):
        names(ScriptedSession(other))


def test_an_answer_that_was_too_large_is_not_asked_for_again() -> None:
    script = ScriptedSession(AnswerLost("too large", code="answer_too_large"))
    with pytest.raises(AnswerLost):
        script.repository().select("Class", {"Name": "string"})
    assert (len(script.calls), script.pauses) == (1, [])
