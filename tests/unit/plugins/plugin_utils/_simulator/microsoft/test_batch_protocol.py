# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service's half of the batch protocol reads only what is signed and well formed, and writes as the real one."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._simulator.microsoft.batch_protocol import (
    Asked,
    BadCall,
    Told,
    read_call,
    soap_fault,
    write_answer,
)

from ..batch_client import IID, OTHER_IID, STRANGER, digest, envelope, fault_of, guid_in, inner, inner_answer, rows_of

ONE = Told(Asked(STRANGER, IID), confirmation="1" * 48)


class TestReading:
    def test_several_machines_of_one_call_come_in_their_order(self) -> None:
        call = read_call(envelope(inner([(STRANGER, IID), (STRANGER, OTHER_IID)])))

        assert call.kind == "confirmation"
        assert call.asked == (Asked(STRANGER, IID), Asked(STRANGER, OTHER_IID))

    def test_a_count_has_no_installation_id(self) -> None:
        assert read_call(envelope(inner([(STRANGER, None)], kind=2))).asked == (Asked(STRANGER),)

    def test_white_space_and_a_declaration_do_not_matter_for_they_are_signed_too(self) -> None:
        text = inner([(STRANGER, IID)]).replace("><", ">\r\n  <")

        assert read_call(envelope(f'<?xml version="1.0" encoding="utf-16"?>\r\n{text}')).asked == (
            Asked(STRANGER, IID),
        )

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            (inner([(STRANGER, None)], kind=2), "X/cWQB/sMvIwAK09zVyVHywLflGCW3eclq4lezobdpU="),
            (inner([(STRANGER, "0" * 63)]), "ademLym7cmg18c5axe02MNxBu5MpG2HD8BCSiTeXFzU="),
        ],
    )
    def test_known_digests_are_right(self, text: str, expected: str) -> None:
        assert digest(text) == expected
        assert read_call(envelope(text, signed=expected)).text == text

    @pytest.mark.parametrize(
        ("body", "what"),
        [
            (b"", "well-formed"),
            (b"<html/>", "SOAP 1.1"),
            (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "document type"),
            (envelope(inner([(STRANGER, IID)])).replace(b"BatchActivate>", b"BatchActivates>"), "well-formed"),
            (envelope(inner([(STRANGER, IID)]), signed=digest("another")), "digest"),
            (envelope(inner([(STRANGER, IID)]), signed=""), "digest"),
            (envelope(inner([(STRANGER, IID)]), signed="not base64!"), "base64"),
            (envelope(inner([(STRANGER, IID)], version="1.0")), "VersionNumber"),
            (envelope(inner([(STRANGER, IID)], kind=3)), "RequestType"),
            (envelope(inner([])), "no Request"),
            (envelope(inner([(STRANGER, None)])), "PID and IID"),
            (envelope(inner([(STRANGER, IID)], kind=2)), "exactly PID"),
            (envelope("<ActivationRequest/>"), "ActivationRequest"),
            (envelope("no XML"), "well-formed"),
        ],
    )
    def test_what_is_not_understood_is_named(self, body: bytes, what: str) -> None:
        with pytest.raises(BadCall, match=what):
            read_call(body)


class TestWriting:
    def test_the_inner_text_claims_to_be_utf_16_and_has_crlf_that_survives_xml(self) -> None:
        answer = write_answer("confirmation", [ONE])
        text = inner_answer(answer)

        assert text.startswith('<?xml version="1.0" encoding="utf-16"?>\r\n<ActivationResponse ')
        assert "\n" not in text.replace("\r\n", "")
        assert b"&lt;CID&gt;" in answer and b"<CID>" not in answer
        assert "<VersionNumber>1.0</VersionNumber>" in text and "<ResponseType>1</ResponseType>" in text
        assert guid_in(text) != guid_in(inner_answer(write_answer("confirmation", [ONE])))

    def test_a_row_has_a_confirmation_id_a_count_or_an_error(self) -> None:
        refused = Told(Asked(STRANGER, IID), code="0x7F")

        assert rows_of(write_answer("confirmation", [ONE, refused])) == [
            {"PID": STRANGER, "ActivationRemaining": "-1", "IID": IID, "CID": "1" * 48},
            {"PID": STRANGER, "IID": IID, "ErrorCode": "0x7F"},
        ]
        assert rows_of(write_answer("count", [Told(Asked(STRANGER), remaining=7)])) == [
            {"PID": STRANGER, "ActivationRemaining": "7"}
        ]

    def test_what_was_sent_is_escaped_twice(self) -> None:
        (row,) = rows_of(write_answer("count", [Told(Asked("<&>"), code="0x68")]))

        assert row["PID"] == "<&>"

    def test_it_can_be_spoiled(self) -> None:
        assert inner_answer(write_answer("count", [ONE], spoil="empty")) == ""
        with pytest.raises(ElementTree.ParseError):
            rows_of(write_answer("count", [ONE], spoil="malformed"))

    def test_a_fault_says_whose_it_is(self) -> None:
        assert fault_of(soap_fault("a < b")) == ("soap:Server", "a < b")
        assert fault_of(soap_fault("bad", client=True)) == ("soap:Client", "bad")
