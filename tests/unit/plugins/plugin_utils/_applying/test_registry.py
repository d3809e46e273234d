# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a KMS host keeps in the registry: a value that is not there is no error, one that is denied is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._applying.registry import (
    HostRegistry,
    mark_host,
    publish_domains,
    service_version_mark,
    write_publish_domains,
)
from ansible_collections.volume.activation.plugins.plugin_utils._errors import AnswerLost, MachineRefused
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import PublishDomain
from ansible_collections.volume.activation.plugins.plugin_utils._wsman import Call, Invoke, Output, wmi_resource

from .._cim.scripted_session import ScriptedSession, fault

STD_REG_PROV = wmi_resource("StdRegProv", "root/default")
NOT_FOUND, NO_SUCH_VALUE, DENIED = 2, 1, 5
KEY = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion\SoftwareProtectionPlatform"
KEY_32 = r"SOFTWARE\Wow6432Node\Microsoft\Windows NT\CurrentVersion\SoftwareProtectionPlatform"
MARK = "KeyManagementServiceVersion"


def answer(code: int = 0, *values: str | None) -> Callable[[Call], Output]:
    """Return what answers a method of the registry, whichever it is."""
    given: dict[str, Any] = {"ReturnValue": (str(code),)}
    shown = {**given, "sValue": values} if values else given
    return lambda call: Output(STD_REG_PROV, cast(Invoke, call.request).method, shown)


def registry(*answers: Any) -> tuple[HostRegistry, ScriptedSession]:
    """Return a registry that answers so."""
    script = ScriptedSession(*answers)
    return HostRegistry(script.repository()), script


def asked(script: ScriptedSession) -> list[tuple[str, str, str]]:
    """Return method, key and value of each question."""
    found = []
    for request in script.requests:
        assert isinstance(request, Invoke)
        assert request.resource == STD_REG_PROV
        assert request.parameters["hDefKey"] == ("2147483650",)
        key, name = request.parameters["sSubKeyName"][0], request.parameters.get("sValueName", ("",))[0]
        found.append((request.method, str(key), str(name)))
    return found


@pytest.mark.parametrize("code", [NOT_FOUND, NO_SUCH_VALUE])
def test_what_is_not_there_is_empty(code: int) -> None:
    found, _script = registry(*[answer(code)] * 3)
    assert found.text("key", "value") is None
    assert found.lines("key", "value") == ()
    found.delete("key", "value")


def test_what_is_there_is_returned() -> None:
    found, _script = registry(answer(0, "text"), answer(0, "one", "two"), answer(0, "one"), answer(), answer(0, None))
    assert found.text("key", "value") == "text"
    assert found.lines("key", "value") == ("one", "two")
    assert found.lines("key", "value") == ("one",)
    assert found.lines("key", "value") == ()
    assert found.text("key", "value") is None


@pytest.mark.parametrize("code", [DENIED, 6, 87])
def test_what_is_denied_is_not_passed_for_missing(code: int) -> None:
    found, script = registry(*[answer(code)] * 5)
    for call in (
        lambda: found.text("key", "value"),
        lambda: found.lines("key", "value"),
        lambda: found.delete("key", "value"),
        lambda: found.write_text("key", "value", "text"),
        lambda: found.write_lines("key", "value", ["line"]),
    ):
        with pytest.raises(MachineRefused) as refusal:
            call()
        assert refusal.value.hresult == code
    assert script.answers == []


@pytest.mark.parametrize("code", [NOT_FOUND, NO_SUCH_VALUE])
def test_a_key_that_is_not_there_cannot_be_written_to(code: int) -> None:
    found, _script = registry(*[answer(code)] * 2)
    with pytest.raises(MachineRefused):
        found.write_text("key", "value", "text")
    with pytest.raises(MachineRefused):
        found.write_lines("key", "value", ["line"])


def test_a_fault_of_that_number_is_no_missing_value() -> None:
    found, _script = registry(fault(NOT_FOUND))
    with pytest.raises(MachineRefused):
        found.text("key", "value")


def test_the_list_is_read_line_by_line_without_the_empty_ones() -> None:
    found, script = registry(answer(0, "a.example", "", "  ", "b.example, 1, 2"))
    assert publish_domains(found) == (PublishDomain("a.example"), PublishDomain("b.example", 1, 2))
    assert asked(script) == [("GetMultiStringValue", KEY, "DnsDomainPublishList")]


def test_the_list_is_written_line_by_line() -> None:
    found, script = registry(answer())
    write_publish_domains(found, (PublishDomain("a.example"), PublishDomain("b.example", 1, 2)))
    assert asked(script) == [("SetMultiStringValue", KEY, "DnsDomainPublishList")]
    request = script.requests[0]
    assert isinstance(request, Invoke)
    assert request.parameters["sValue"] == ("a.example", "b.example, 1, 2")


@pytest.mark.parametrize("code", [0, NOT_FOUND])
def test_an_empty_list_is_deleted(code: int) -> None:
    found, script = registry(answer(code))
    write_publish_domains(found, ())
    assert asked(script) == [("DeleteValue", KEY, "DnsDomainPublishList")]


@pytest.mark.parametrize(
    ("answers", "mark"),
    [
        ((answer(0, "10.0"), answer(0, "10.0")), "10.0"),
        ((answer(0, "10.0"), answer(0, "6.3")), "10.0"),
        ((answer(0, "10.0"), answer(NOT_FOUND), answer()), ""),
        ((answer(0, "10.0"), answer(0, ""), answer(DENIED)), ""),
        ((answer(0, "10.0"), answer(NOT_FOUND), answer(NOT_FOUND)), "10.0"),
        ((answer(NOT_FOUND),), ""),
        ((answer(0, ""),), ""),
    ],
)
def test_a_mark_is_one_when_each_view_that_is_there_has_it(answers: tuple[Any, ...], mark: str) -> None:
    found, script = registry(*answers)
    assert service_version_mark(found) == mark
    expected = [("GetStringValue", KEY, MARK), ("GetStringValue", KEY_32, MARK), ("CheckAccess", KEY_32, "")]
    assert asked(script) == expected[: len(answers)]


def test_a_fault_tells_nothing_of_a_key() -> None:
    found, _script = registry(fault(5))
    with pytest.raises(MachineRefused):
        found.has_key(KEY)


def test_a_host_is_marked_in_both_views() -> None:
    found, script = registry(answer(), answer())
    mark_host(found, "10.0.20348.1")
    assert asked(script) == [("SetStringValue", KEY, MARK), ("SetStringValue", KEY_32, MARK)]
    assert all(getattr(request, "parameters", {})["sValue"] == ("10.0.20348.1",) for request in script.requests)


def test_a_windows_without_32_bit_programs_has_one_view_to_mark() -> None:
    found, script = registry(answer(), answer(NOT_FOUND), answer(NOT_FOUND))
    mark_host(found, "10.0")
    assert asked(script)[-1] == ("CheckAccess", KEY_32, "")


@pytest.mark.parametrize("answers", [(answer(DENIED),), (answer(), answer(DENIED), answer())])
def test_a_mark_that_cannot_be_written_is_told(answers: tuple[Any, ...]) -> None:
    found, _script = registry(*answers)
    with pytest.raises(MachineRefused) as refusal:
        mark_host(found, "10.0")
    assert refusal.value.hresult == DENIED


def test_a_mark_is_taken_away_from_both_views_although_one_has_none() -> None:
    found, script = registry(answer(NOT_FOUND), answer())
    mark_host(found, None)
    assert asked(script) == [("DeleteValue", KEY, MARK), ("DeleteValue", KEY_32, MARK)]


def test_a_write_whose_answer_is_lost_is_not_repeated() -> None:
    found, script = registry(AnswerLost("gone"))
    with pytest.raises(AnswerLost):
        mark_host(found, "10.0")
    assert len(script.calls) == 1
