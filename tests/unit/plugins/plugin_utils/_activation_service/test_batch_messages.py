# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The batch protocol against known vectors, and answers in every shape."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.volume.activation.plugins.plugin_utils._activation_service import Installation
from ansible_collections.volume.activation.plugins.plugin_utils._activation_service.batch_messages import (
    confirmation_request,
    count_request,
    decode_answer,
    inner_request,
)
from ansible_collections.volume.activation.plugins.plugin_utils._errors import ProtocolViolation

from .fake_http_service import CIDS, IIDS, OTHER_PID, PID, RESPONSE, answer, granted, row, wrapped

ZEROS = "0" * 63
ONE, TWO = Installation(PID, IIDS[0]), Installation(PID, IIDS[1])
_PUBLISHED = "254 49 152 117 251 72 132 134 156 243 241 206 153 168 144 100 "
_PUBLISHED += "171 87 31 202 71 4 80 88 48 36 226 20 98 135 121 160"


def test_a_count_request_is_the_known_vector() -> None:
    inner = inner_request("2", [(PID, None)])
    assert len(inner) == 268
    assert b"<Digest>X/cWQB/sMvIwAK09zVyVHywLflGCW3eclq4lezobdpU=</Digest>" in count_request(PID)
    assert inner == (
        '<ActivationRequest xmlns="http://www.microsoft.com/DRM/SL/BatchActivationRequest/1.0">'
        "<VersionNumber>2.0</VersionNumber><RequestType>2</RequestType>"
        f"<Requests><Request><PID>{PID}</PID></Request></Requests></ActivationRequest>"
    )


def test_a_confirmation_request_is_the_known_vector() -> None:
    inner = inner_request("1", [(PID, ZEROS)])
    assert len(inner) == 342
    message = confirmation_request([Installation(PID, ZEROS)])
    assert b"<Digest>ademLym7cmg18c5axe02MNxBu5MpG2HD8BCSiTeXFzU=</Digest>" in message
    assert f"<PID>{PID}</PID><IID>{ZEROS}</IID>" in inner


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60))
def test_the_digest_is_over_the_bytes_that_are_sent(pid: str) -> None:
    root = fromstring(count_request(pid))
    data = base64.b64decode(root.findtext(".//{*}RequestXml") or "")
    key = bytes(int(number) for number in _PUBLISHED.split())
    # Padded to the block size, as the published clients write it: the same for HMAC.
    expected = hmac.new(key.ljust(64, b"\0"), data, hashlib.sha256).digest()
    assert base64.b64decode(root.findtext(".//{*}Digest") or "") == expected
    assert not data.startswith(b"\xff\xfe")
    assert (fromstring(data.decode("utf-16-le")).findtext(".//{*}PID") or "") == pid


def test_the_envelope_has_the_shape_of_the_service() -> None:
    root = fromstring(count_request(PID))
    path = [element.tag for element in root.iter()]
    service = "{http://www.microsoft.com/BatchActivationService}"
    soap = "{http://schemas.xmlsoap.org/soap/envelope/}"
    assert path[:4] == [f"{soap}Envelope", f"{soap}Body", f"{service}BatchActivate", f"{service}request"]
    assert path[4:] == [f"{service}Digest", f"{service}RequestXml"]


def test_several_installations_travel_in_one_request() -> None:
    inner = inner_request("1", [(PID, IIDS[0]), (OTHER_PID, IIDS[1])])
    assert re.findall(r"<IID>(\d+)</IID>", inner) == [IIDS[0], IIDS[1]]
    assert inner.count("<Request>") == 2


def test_an_answer_that_says_it_is_utf16_is_read() -> None:
    found = decode_answer(answer(granted(IIDS[0], CIDS[0])))
    assert found.rows[0].confirmation_id == CIDS[0]
    # What is not told is not zero.
    assert found.rows[0].remaining is None
    assert found.code is None


def test_a_count_is_a_number() -> None:
    assert decode_answer(answer(row(PID, ActivationRemaining=0), kind=2)).rows[0].remaining == 0
    assert decode_answer(answer(row(PID, ActivationRemaining="many"), kind=2)).rows[0].remaining is None


def test_rows_are_matched_by_both_ids_and_never_by_position() -> None:
    other = Installation(OTHER_PID, IIDS[0])
    batch = [ONE, TWO, other]
    found = decode_answer(
        answer(granted(IIDS[0], CIDS[2], OTHER_PID), granted(IIDS[1], CIDS[1]), granted(IIDS[0], CIDS[0]))
    )
    rows = [found.row_for(one, batch) for one in batch]
    assert [one.confirmation_id for one in rows if one] == [CIDS[0], CIDS[1], CIDS[2]]


def test_a_row_for_somebody_else_is_nobodys() -> None:
    found = decode_answer(answer(granted(IIDS[5], CIDS[5])))
    assert found.row_for(ONE, [ONE, TWO]) is None


def test_a_refusal_without_the_ids_belongs_to_the_only_one_asked() -> None:
    found = decode_answer(answer(row(None, code="0x90")))
    refused = found.row_for(ONE, [ONE])
    assert refused is not None and refused.code == "0x90"
    assert found.row_for(ONE, [ONE, TWO]) is None


def test_one_bad_and_one_good_in_a_batch() -> None:
    found = decode_answer(answer(row(PID, IIDS[1], code="0x90"), granted(IIDS[0], CIDS[0])))
    good, bad = found.row_for(ONE, [ONE, TWO]), found.row_for(TWO, [ONE, TWO])
    assert good is not None and good.confirmation_id == CIDS[0] and good.code is None
    assert bad is not None and bad.code == "0x90" and bad.confirmation_id is None


@pytest.mark.parametrize(
    "inner",
    [
        f'<ActivationResponse xmlns="{RESPONSE}"><ErrorCode>0x7F</ErrorCode></ActivationResponse>',
        f'<ActivationResponse xmlns="{RESPONSE}"><A><B><ErrorCode> 0x7f </ErrorCode></B></A></ActivationResponse>',
    ],
)
def test_an_error_code_is_found_at_any_depth(inner: str) -> None:
    assert decode_answer(wrapped(inner)).code == "0x7F"


def test_a_code_of_zero_is_no_error() -> None:
    found = decode_answer(answer(row(PID, IIDS[0], CID=CIDS[0], code="0x0"))).rows[0]
    assert found.code is None and found.confirmation_id == CIDS[0]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html><body>Runtime Error</body>",
        b"<html/>",
        wrapped(""),
        wrapped("not xml"),
        wrapped(f'<ActivationResponse xmlns="{RESPONSE}"><ResponseType>1</ResponseType></ActivationResponse>'),
        wrapped('<!DOCTYPE a [<!ENTITY b "c">]><a><ErrorCode>&b;</ErrorCode></a>'),
        answer(granted(IIDS[0], CIDS[0]))[:-40],
    ],
)
def test_what_is_no_answer_is_a_violation(data: bytes) -> None:
    with pytest.raises(ProtocolViolation):
        decode_answer(data)


@given(st.binary(max_size=200))
def test_garbage_is_a_violation_and_nothing_else(data: bytes) -> None:
    with pytest.raises(ProtocolViolation):
        decode_answer(data)


@given(st.text(max_size=100))
def test_garbage_inside_is_a_violation_and_nothing_else(text: str) -> None:
    with pytest.raises(ProtocolViolation):
        decode_answer(wrapped(text))
