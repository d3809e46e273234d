# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults of every shape, told apart by number and never by text."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._errors import ProtocolViolation
from ansible_collections.volume.activation.plugins.plugin_utils._wsman import (
    Call,
    Enumerate,
    Fault,
    Invoke,
    decode_answer,
    encode_answer,
)

from .recorded_answers import ENUMERATE, LAMP, MESSAGE_ID, QUERY, compact, load, names

KMS_UNREACHABLE = 0xC004F074


def fault(name: str) -> Fault:
    """Return the fault of a file."""
    answer = decode_answer(load(name), ENUMERATE, message_id=MESSAGE_ID)
    assert isinstance(answer, Fault)
    return answer


# name: code, number, subcode, shape, sender
EXPECTED: dict[str, tuple[int, int | None, str, str, bool]] = {
    "fault_flat_timed_out": (2150858793, 2150858793, "TimedOut", "flat", False),
    "fault_flat_access_denied": (5, 5, "AccessDenied", "flat", True),
    "fault_provider_status_in_wmi_namespace": (2150858778, 2150858778, "CannotProcessFilter", "provider", True),
    "fault_provider_status_in_dmtf_namespace": (2150858752, 2150858752, "DestinationUnreachable", "provider", True),
    "fault_provider_text": (87, 87, "InvalidParameter", "provider", True),
    "fault_provider_hresult": (2150859038, KMS_UNREACHABLE, "InternalError", "provider", False),
    "fault_provider_hresult_as_code": (2150859038, KMS_UNREACHABLE, "InternalError", "provider", False),
    "fault_flat_hresult_in_reason": (2150859038, 0xC004F042, "InternalError", "flat", False),
    "fault_wmi_error_quota": (2150859174, 2150859174, "QuotaLimit", "wmi_error", True),
    "fault_wmi_error_hresult": (KMS_UNREACHABLE, KMS_UNREACHABLE, "InternalError", "wmi_error", False),
    "fault_wmi_error_code_only": (2150859002, 2150859002, "InternalError", "wmi_error", False),
    "fault_german": (2150858793, 2150858793, "TimedOut", "flat", False),
    "fault_japanese": (2150859038, 0x8007232B, "InternalError", "provider", False),
    "fault_empty_reason": (2150859174, 2150859174, "InternalError", "flat", False),
    "fault_without_relation": (2150858793, 2150858793, "TimedOut", "flat", False),
    "fault_unspecified_relation": (2150858767, 2150858767, "InvalidMessageInformationHeader", "flat", True),
    "fault_negative_code": (KMS_UNREACHABLE, KMS_UNREACHABLE, "InternalError", "flat", False),
    "fault_without_code": (0, None, "InternalError", "flat", False),
    "fault_must_understand": (0, None, "", "flat", False),
    "fault_other_prefixes": (2150858752, 2150858752, "DestinationUnreachable", "flat", True),
}


def test_every_file_is_expected() -> None:
    assert set(EXPECTED) | {"fault_of_another_request"} == set(names("fault"))


@pytest.mark.parametrize("name", EXPECTED)
def test_a_fault_is_known_by_its_numbers(name: str) -> None:
    found = fault(name)
    assert (found.code, found.number, found.subcode, found.shape, found.sender) == EXPECTED[name]


@pytest.mark.parametrize("name", EXPECTED)
def test_no_text_decides(name: str) -> None:
    data = load(name)
    for word in (b"lamp", b"Lampe", b"request failed", b"wrong", "ランプ".encode(), b"understood", b"lives"):
        data = data.replace(word, "Ж".encode())
    answer = decode_answer(data, ENUMERATE, message_id=MESSAGE_ID)
    assert isinstance(answer, Fault)
    assert (answer.code, answer.number, answer.subcode, answer.shape, answer.sender) == EXPECTED[name]


@pytest.mark.parametrize("request_", [ENUMERATE, Invoke(LAMP, "Dim"), Enumerate(QUERY, "", optimize=False)])
def test_a_fault_answers_any_request(request_: t.Any) -> None:
    assert decode_answer(compact("fault_flat_timed_out"), request_) == fault("fault_flat_timed_out")


def test_texts_are_kept_for_the_reader() -> None:
    assert fault("fault_german").reason.startswith("Die Lampe")
    assert fault("fault_japanese").inner_message.startswith("ランプ")
    assert fault("fault_provider_text").inner_message == "One of the values is wrong."
    assert fault("fault_wmi_error_quota").inner_message == "Too many lamps are on. Switch one off."
    assert fault("fault_empty_reason").reason == ""
    assert fault("fault_must_understand").reason == "A header was not understood."


def test_the_machine_and_the_inner_code_are_kept() -> None:
    found = fault("fault_provider_hresult_as_code")
    assert found.machine == "127.0.0.1"
    assert found.inner_code == KMS_UNREACHABLE


@pytest.mark.parametrize("name", ["fault_provider_status_in_wmi_namespace", "fault_provider_status_in_dmtf_namespace"])
def test_the_status_which_repeats_the_query_is_not_kept(name: str) -> None:
    assert b"00000000-1111-4222-8333-444444444444" in load(name)
    assert "00000000-1111-4222-8333-444444444444" not in repr(fault(name))


def test_a_fault_of_another_request_is_refused() -> None:
    with pytest.raises(ProtocolViolation, match="another request"):
        fault("fault_of_another_request")
    assert isinstance(decode_answer(load("fault_of_another_request"), ENUMERATE), Fault)


@pytest.mark.parametrize("spelling", ["3221549172", "-1073418124", " 3221549172 "])
def test_a_code_is_unsigned_however_it_is_spelt(spelling: str) -> None:
    answer = decode_answer(load("fault_negative_code").replace(b"-1073418124", spelling.encode()), ENUMERATE)
    assert isinstance(answer, Fault)
    assert answer.number == KMS_UNREACHABLE


@pytest.mark.parametrize("shape", ["flat", "provider", "wmi_error"])
@pytest.mark.parametrize("sender", [True, False])
@pytest.mark.parametrize(
    "numbers",
    [
        {"code": 5},
        {"code": 2150858793, "subcode": "w:TimedOut"},
        {"code": 2150858778, "subcode": "n:CannotProcessFilter", "parameter_info": "SELECT 1 < 2"},
        {"code": 2150858752, "subcode": "DestinationUnreachable", "reason": "<nowhere> & so on"},
        {"code": 2150859038, "hresult": KMS_UNREACHABLE},
        {"code": 2150859038, "hresult": KMS_UNREACHABLE, "reason": "gave up", "inner_message": "no such key"},
    ],
    ids=lambda numbers: str(numbers["code"]),
)
def test_the_server_half_writes_what_the_client_half_reads(
    shape: t.Any, sender: bool, numbers: dict[str, t.Any]
) -> None:
    sent = Fault(shape=shape, sender=sender, machine="bench", **numbers)
    answer = decode_answer(encode_answer(sent, Call(ENUMERATE, MESSAGE_ID)), ENUMERATE, message_id=MESSAGE_ID)
    assert isinstance(answer, Fault)
    assert (answer.number, answer.shape, answer.sender) == (sent.number, shape, sender)
    assert answer.subcode == sent.subcode.rpartition(":")[2]
    assert answer.code == (sent.number if shape == "wmi_error" else sent.code)
    assert sent.reason in answer.reason


def test_the_action_of_a_fault_follows_its_subcode() -> None:
    for subcode, ending in (
        ("TimedOut", "wsman/fault"),
        ("DestinationUnreachable", "addressing/fault"),
        ("n:CannotProcessFilter", "enumeration/fault"),
    ):
        assert f"{ending}</a:Action>" in encode_answer(Fault(1, subcode), None).decode()
