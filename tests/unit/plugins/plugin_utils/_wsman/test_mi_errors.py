# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Errors of the Management Infrastructure: Win32 errors and CIM status codes become HRESULTs."""

from __future__ import annotations

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._wsman import Fault, decode_answer

from .recorded_answers import ENUMERATE

_ENVELOPE = """<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:w="urn:w"><s:Header/>
<s:Body><s:Fault>
<s:Code><s:Value>s:Receiver</s:Value><s:Subcode><s:Value>w:InternalError</s:Value></s:Subcode></s:Code>
<s:Reason><s:Text xml:lang="en-US">{reason}</s:Text></s:Reason><s:Detail>
<p:MSFT_WmiError xmlns:p="http://schemas.microsoft.com/wbem/wsman/1/wmi/root/standardcimv2/MSFT_WmiError">{parts}
</p:MSFT_WmiError></s:Detail></s:Fault></s:Body></s:Envelope>"""


def read(*, reason: str = "", **parts: str) -> Fault:
    """Return the fault of an error instance with these properties."""
    inside = "".join(f"<p:{name}>{text}</p:{name}>" for name, text in parts.items())
    answer = decode_answer(_ENVELOPE.format(reason=reason, parts=inside).encode(), ENUMERATE)
    assert isinstance(answer, Fault)
    return answer


@pytest.mark.parametrize(
    ("parts", "number"),
    [
        ({"MessageID": "Windows System Error 5"}, 0x80070005),
        ({"MessageID": "Windows System Error 1168"}, 0x80070490),
        ({"MessageID": "windows system error 0x5"}, 0x80070005),
        ({"MessageID": "Windows System Error -2147024891"}, 0x80070005),
        ({"MessageID": "hresult 0xC004F074"}, 0xC004F074),
        ({"MessageID": "MI RESULT 2"}, 0x80041003),
        ({"MessageID": "MI RESULT 99", "CIMStatusCode": "6"}, 0x80041002),
        ({"error_Code": "0x80041003"}, 0x80041003),
        ({"error_Code": "-2147217405"}, 0x80041003),
        ({"MessageID": "Windows System Error 2147942405"}, 0x80070005),
        ({"Message": "It failed: Windows System Error 2"}, 0x80070002),
        ({"MessageID": "Windows System Error 5", "CIMStatusCode": "2"}, 0x80070005),
        ({"error_Code": "5", "error_Type": "WIN32"}, 0x80070005),
        ({"error_Code": "5", "error_Type": "Win32", "MessageID": "other"}, 0x80070005),
        ({"error_Code": "2", "error_Type": "MI"}, 0x80041003),
        ({"error_Code": "2147942405", "error_Type": "HRESULT"}, 0x80070005),
        ({"error_Code": "0", "error_Type": "HRESULT", "CIMStatusCode": "6"}, 0x80041002),
        ({"CIMStatusCode": "2"}, 0x80041003),
        ({"CIMStatusCode": "5"}, 0x80041010),
        ({"CIMStatusCode": "6", "MessageID": "HRESULT 0xc004f042"}, 0xC004F042),
    ],
)
def test_an_error_becomes_an_hresult(parts: dict[str, str], number: int) -> None:
    assert read(**parts).number == number


@pytest.mark.parametrize(
    "parts", [{}, {"CIMStatusCode": "1"}, {"CIMStatusCode": "99"}, {"MessageID": "Windows System Error 0"}]
)
def test_an_error_that_names_nothing_has_no_number(parts: dict[str, str]) -> None:
    found = read(**parts)
    assert (found.number, found.subcode) == (None, "InternalError")
    assert found.facts()["code"] is None


def test_the_facts_of_a_fault_hold_its_words_once() -> None:
    found = read(reason="Access is denied. ", Message="Access is denied.", MessageID="Windows System Error 5")
    assert found.facts() == {
        "subcode": "InternalError",
        "code": "0x80070005",
        "inner_code": None,
        "text": "Access is denied.",
    }


def test_a_second_code_in_the_text_is_the_inner_code() -> None:
    found = read(error_Code="2150859038", error_Type="HRESULT", Message="The provider failed (0x80041033).")
    assert (found.facts()["code"], found.facts()["inner_code"]) == ("0x8033811E", "0x80041033")


def test_a_text_without_end_is_cut() -> None:
    assert len(read(Message="x" * 100_000).facts()["text"] or "") < 10_000


def test_a_long_text_is_cut_between_words_and_without_keys() -> None:
    key = "BBBBB-CCCCC-DDDDD-FFFFF-GGGGG"
    for before in range(1960, 2010):
        for spelled in (key, key.replace("-", " "), "Open-Sesame-42"):
            told = read(reason="x" * before + f" {spelled} and more" * 3, MessageID="HRESULT 0x80041003").facts()[
                "text"
            ]
            assert told is not None and len(told) <= 2000
            assert "BBBBB" not in told and "CCCC" not in told
            assert told.endswith(("x", "GGGGG", "Open-Sesame-42", "and", "more"))
