# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the machine said is passed on: a fault with its subcode, codes and text, whatever became of it on the way."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils import _errors as errors
from ansible_collections.volume.activation.plugins.plugin_utils._results import failure
from ansible_collections.volume.activation.plugins.plugin_utils._wsman import Fault, Output, wmi_resource

from .._cim.scripted_session import TIMED_OUT, ScriptedSession

_TEXT = "The instance name parameter is missing."


def failed(*answers: t.Any) -> dict[str, t.Any]:
    """Return the result of calling a method that is answered so."""
    with pytest.raises(errors.ActivationError) as caught:
        ScriptedSession(*answers).repository().invoke("Acme_Lamp", {"Name": "x"}, "Dim")
    return failure(caught.value)


def test_a_fault_without_a_number_is_named_by_its_subcode() -> None:
    found = failed(Fault(0, "w:InternalError", _TEXT))
    assert found["fault"] == {"subcode": "InternalError", "code": None, "inner_code": None, "text": _TEXT}
    assert found["code"] == "InternalError"
    assert "InternalError" in found["msg"]
    assert _TEXT in found["cause"]
    shown = str(found)
    assert "0x00000000" not in shown
    assert "slui" not in shown


@pytest.mark.parametrize("shape", ["flat", "provider", "wmi_error"])
def test_a_fault_with_a_number_is_passed_on_too(shape: t.Any) -> None:
    found = failed(Fault(2150859038, "w:InternalError", _TEXT, shape=shape, hresult=0xC004F050))
    assert found["code"] == "0xC004F050"
    assert found["fault"]["subcode"] == "InternalError"
    assert "0xC004F050" in (found["fault"]["inner_code"], found["fault"]["code"])
    assert _TEXT in found["fault"]["text"]


def test_the_words_of_the_machine_are_the_cause_where_its_code_is_unknown() -> None:
    found = failed(Fault(0x8FFF1234, "w:InternalError", _TEXT))
    assert _TEXT in found["cause"]


def test_a_fault_behind_a_lost_answer_is_passed_on() -> None:
    found = failed(Fault(TIMED_OUT, "w:TimedOut", "Too slow."))
    assert (found["code"], found["fault"]["subcode"]) == ("timeout", "TimedOut")


def test_a_timeout_without_a_number_leaves_the_outcome_of_a_method_unknown() -> None:
    assert failed(Fault(0, "w:TimedOut", "Too slow."))["code"] == "timeout"


def test_a_query_starts_again_after_a_timeout_without_a_number() -> None:
    script = ScriptedSession(*[Fault(0, "w:TimedOut")] * 4)
    with pytest.raises(errors.MachineRefused):
        script.repository().get("Acme_Lamp", {"Name": "x"}, {"Watt": "uint32"})
    assert len(script.calls) == 4


def test_a_method_that_explains_its_number_is_quoted() -> None:
    values: dict[str, t.Any] = {"ReturnValue": ("5",), "ErrorMessage": ("No lamp.",), "Watt": ("60",)}
    found = failed(Output(wmi_resource("Acme_Lamp"), "Dim", values))
    assert found["fault"] == {"subcode": None, "code": "0x00000005", "inner_code": None, "text": "No lamp."}


def test_a_number_without_words_is_no_fault() -> None:
    assert "fault" not in failed(Output(wmi_resource("Acme_Lamp"), "Dim", {"ReturnValue": ("5",)}))
    assert "fault" not in failure(errors.ConnectionFailed("No."))


def test_what_was_raised_from_nothing_has_no_fault() -> None:
    error = errors.Refusal("No.")
    try:
        try:
            raise errors.MachineRefused("It failed.", fault=Fault(5))
        except errors.MachineRefused:
            raise error from None
    except errors.Refusal:
        assert error.fault_facts() is None


def test_a_refused_reading_is_passed_on() -> None:
    script = ScriptedSession(Fault(5, "w:AccessDenied", "Access is denied."))
    with pytest.raises(errors.MachineRefused) as caught:
        script.repository().get("Acme_Lamp", {"Name": "x"}, {"Watt": "uint32"})
    assert (caught.value.fault_facts() or {})["text"] == "Access is denied."
