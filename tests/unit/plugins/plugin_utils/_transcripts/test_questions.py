# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The open questions: what is sent to ask them, and how their answers are put into words."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._transcripts import QUESTIONS, answered, is_read_only
from ansible_collections.volume.activation.plugins.plugin_utils._wsman import Enumerate, Get, Invoke, decode_call

from .._diagnosis.simulated_machines import Session, recorded, served

READING = 5
"""How many messages the diagnosis itself takes."""

WITH_A_KEY = {"system": "server_2022_standard", "lease_days": 170, "language": "de-DE"}


@pytest.fixture(scope="module")
def asked() -> tuple[list[bytes], list[dict[str, Any]], int]:
    """The messages that asked the questions, the exchange, and how many messages were counted."""
    session = Session(served(WITH_A_KEY))
    examined, transcript = recorded(session)
    return session.sent[READING:], transcript.document["exchange"][READING:], examined.requests - READING


def test_every_message_only_reads_and_is_counted(asked: Any) -> None:
    messages, _exchange, sent = asked
    assert sent == len(messages)
    assert all(is_read_only(decode_call(message).request) for message in messages)


def test_the_whole_instance_with_the_firmwares_key_is_never_asked_for(asked: Any) -> None:
    messages, _exchange, _sent = asked
    gets = [message for message in messages if isinstance(decode_call(message).request, Get)]
    assert len(gets) == 2
    assert all(b'<w:FragmentTransfer s:mustUnderstand="true">Version</w:FragmentTransfer>' in got for got in gets)


def test_the_service_is_asked_with_and_without_its_key(asked: Any) -> None:
    messages, _exchange, _sent = asked
    calls = [decode_call(message).request for message in messages]
    service = [call for call in calls if call.resource.class_name == "SoftwareLicensingService"]
    assert [dict(call.resource.selectors) for call in service] == [{}, {}, *[{"Version": "10.0.20348.1"}] * 2]


def test_a_language_is_asked_for_once(asked: Any) -> None:
    messages, _exchange, _sent = asked
    assert [b'<w:Locale s:mustUnderstand="false" xml:lang="en-US"/>' in message for message in messages].count(
        True
    ) == 1


def test_a_parameter_has_a_wrong_name_once_and_is_null_once(asked: Any) -> None:
    messages, _exchange, _sent = asked
    calls = [decode_call(message).request for message in messages]
    given = [call.parameters for call in calls if isinstance(call, Invoke) and call.method == "GetDWORDValue"]
    assert ("sSubKeyNames" in given[0], given[1]["sValueName"]) == (True, (None,))


def test_an_enumeration_that_was_begun_is_brought_to_its_end(asked: Any) -> None:
    messages, exchange, _sent = asked
    queries = [call for call in map(decode_call, messages) if isinstance(call.request, Enumerate)]
    assert len(queries) == 5
    assert [row["question"] for row in exchange].count("3 plain") == 2


def test_every_question_is_told_and_all_but_one_have_an_answer(asked: Any) -> None:
    _messages, exchange, _sent = asked
    told = answered(exchange)
    assert [row["number"] for row in told] == [question.number for question in QUESTIONS] == [1, 2, 3, 4, 5, 6, 7]
    assert [row["number"] for row in told if not row["seen"]] == [6]


def test_the_answers_are_put_into_words(asked: Any) -> None:
    _messages, exchange, _sent = asked
    told = {row["number"]: row["seen"] for row in answered(exchange)}
    assert "HRESULT 0xC004F012" in told[1]["policy"]
    assert set(told[2]) == {"get-without", "get-with", "invoke-without", "invoke-with"}
    assert told[3]["optimised"] == "no Items element; at its end."
    assert told[3]["plain"] == "no Items element; more to pull. Then: no Items element; at its end."
    assert told[4]["projection"].startswith("Items with 1 of them")
    assert told[5]["null"].startswith("Output with ReturnValue")
    assert "text in 'de-DE'" in told[7]["english"]


def test_an_answer_that_never_came_is_an_answer_too() -> None:
    error = {"kind": "AnswerLost", "code": "read_timeout", "message": "", "cause": None}
    told = answered([{"question": "7 english", "request": "", "answer": None, "error": error}])
    assert told[6]["seen"] == {"english": "No answer: AnswerLost read_timeout."}
