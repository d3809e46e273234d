# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A recorded machine answers what was asked of it, told by what a request means."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._errors import AnswerLost, ProtocolViolation
from ansible_collections.volume.activation.plugins.plugin_utils._transcripts import Replay
from ansible_collections.volume.activation.plugins.plugin_utils._wsman import (
    Batch,
    Enumerate,
    Instance,
    Request,
    decode_answer,
    decode_call,
    encode_answer,
    encode_request,
    wmi_resource,
)

QUERY = Enumerate(wmi_resource("*"), "SELECT Version FROM SoftwareLicensingService")
OTHER = Enumerate(wmi_resource("*"), "SELECT Version FROM Win32_OperatingSystem")


def _bytes(request: Request, message_id: str = "uuid:1") -> bytes:
    return encode_request(request, to="http://machine:5985/wsman", message_id=message_id)


def _row(request: Request, version: str | None) -> dict[str, Any]:
    message = _bytes(request)
    if version is None:
        error = {"kind": "AnswerLost", "code": "read_timeout", "message": "AnswerLost.", "cause": None}
        return {"request": message.decode(), "answer": None, "error": error}
    batch = Batch((Instance(None, {"Version": (version,)}),), None, opening=True)
    return {"request": message.decode(), "answer": encode_answer(batch, decode_call(message)).decode(), "error": None}


def _version(replay: Replay, request: Request, message_id: str = "uuid:1") -> str:
    answer = decode_answer(replay.send(_bytes(request, message_id)), request, message_id=message_id)
    assert isinstance(answer, Batch)
    return str(answer.items[0].properties["Version"][0])


def test_each_request_gets_its_own_answer_whatever_the_order() -> None:
    replay = Replay([_row(QUERY, "1"), _row(OTHER, "2")])
    assert (_version(replay, OTHER), _version(replay, QUERY)) == ("2", "1")


def test_the_same_request_gets_its_answers_in_their_order_and_then_the_last_one() -> None:
    replay = Replay([_row(QUERY, "1"), _row(QUERY, "2")])
    assert [_version(replay, QUERY) for _time in range(3)] == ["1", "2", "2"]


def test_an_answer_relates_to_the_message_of_now() -> None:
    assert _version(Replay([_row(QUERY, "1")]), QUERY, "uuid:another") == "1"


def test_an_error_happens_again() -> None:
    with pytest.raises(AnswerLost) as lost:
        Replay([_row(QUERY, None)]).send(_bytes(QUERY))
    assert lost.value.code == "read_timeout"


def test_what_was_never_asked_has_no_answer() -> None:
    with pytest.raises(ProtocolViolation) as unknown:
        Replay([_row(QUERY, "1")]).send(_bytes(OTHER))
    assert unknown.value.code == "not_in_transcript"
