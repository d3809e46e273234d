# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bytes that no honest machine sends: refused with one kind of error, whatever they are."""

from __future__ import annotations

import functools
import os
import random
import traceback
import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._errors import ProtocolViolation
from ansible_collections.volume.activation.plugins.plugin_utils._wsman import (
    MAX_MESSAGE_BYTES,
    Batch,
    Call,
    Fault,
    Got,
    Identity,
    Output,
    Released,
    decode_answer,
    decode_call,
    encode_request,
    parse,
)

from .recorded_answers import ENUMERATE, PULL, compact, load, names, request_for

ANSWERS = (Batch, Got, Output, Released, Identity, Fault)
ROUNDS = 60

ENTITY = b'<!DOCTYPE s:Envelope [<!ENTITY lamp "lit">]>'
BOMB = b'<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>'
OUTSIDE = b'<!DOCTYPE b [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
REMOTE = b'<!DOCTYPE s:Envelope SYSTEM "http://192.0.2.1/lamp.dtd">'


@pytest.mark.parametrize("doctype", [ENTITY, BOMB, OUTSIDE, REMOTE, b"<!DOCTYPE html>"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_is_refused_before_it_is_read(doctype: bytes, encoding: str) -> None:
    data = (doctype + compact("pull_end").replace(b"lamp-4", b"&a;")).decode().encode(encoding)
    with pytest.raises(ProtocolViolation, match="document type"):
        decode_answer(data, PULL)
    with pytest.raises(ProtocolViolation, match="document type"):
        decode_call(data)


def test_a_message_beyond_the_limit_is_refused_unread() -> None:
    assert MAX_MESSAGE_BYTES == 1024 * 1024
    with pytest.raises(ProtocolViolation, match="more than"):
        decode_answer(load("pull_end") + b" " * MAX_MESSAGE_BYTES, PULL)
    data = compact("pull_end")
    assert parse(data, limit=len(data)) is not None
    with pytest.raises(ProtocolViolation):
        parse(data, limit=len(data) - 1)


@pytest.mark.parametrize("depth", [65, 5_000, 30_000])
def test_nesting_without_end_is_refused(depth: int) -> None:
    value = b"<x>" * depth + b"</x>" * depth
    with pytest.raises(ProtocolViolation, match="nests"):
        decode_answer(compact("pull_end").replace(b"lamp-4", value), PULL)


@pytest.mark.parametrize(
    "data",
    [b"", b" ", b"\x00", b"\xff\xfe", b"Service Unavailable", b'{"fault": 5}', b"<a", b"<a></b>", b"<a/><b/>",
     b'<?xml version="1.0" encoding="x-lamp"?><a/>', b'<?xml version="1.0" encoding="utf-32"?><a/>', b"<q:a/>",
     "<a>\ufffe</a>".encode(), b"<a>\x01</a>", b"<a>\xc3\x28</a>", bytes(range(256))],
    ids=repr,
)  # fmt: skip
def test_what_is_not_xml_is_refused(data: bytes) -> None:
    with pytest.raises(ProtocolViolation):
        decode_answer(data, ENUMERATE)


@pytest.mark.parametrize(
    "data", [b"<html><body>Not found</body></html>", b"<Envelope/>", b"<Envelope><Header/></Envelope>", b"<Body/>"]
)
def test_what_is_not_soap_is_refused(data: bytes) -> None:
    with pytest.raises(ProtocolViolation, match="SOAP"):
        decode_answer(data, ENUMERATE)


@pytest.mark.parametrize("name", names())
def test_a_truncated_answer_is_refused_wherever_it_ends(name: str) -> None:
    data = compact(name)
    for end in range(0, len(data) - 1, 37):
        with pytest.raises(ProtocolViolation):
            decode_answer(data[:end], request_for(name))


@pytest.mark.parametrize(
    "data",
    [
        b"<a>BBBBB-CCCCC-DDDDD-FFFFF-GGGGG</b>",
        b"<BBBBB>",
        b"<a>&BBBBB;</a>",
        b'<?xml version="1.0" encoding="BBBBB"?><a/>',
        b"<BBBBB:a/>",
    ],
)
def test_no_part_of_a_broken_message_is_in_the_error(data: bytes) -> None:
    with pytest.raises(ProtocolViolation) as caught:
        parse(data)
    assert "BBBBB" not in "".join(traceback.format_exception(caught.value))


def _cut(data: bytearray, draw: random.Random) -> None:
    start = draw.randrange(len(data))
    del data[start : start + draw.randrange(1, 40)]


def _double(data: bytearray, draw: random.Random) -> None:
    start = draw.randrange(len(data))
    data[start:start] = data[start : start + draw.randrange(1, 200)]


def _overwrite(data: bytearray, draw: random.Random) -> None:
    data[draw.randrange(len(data))] = draw.randrange(256)


def _insert(data: bytearray, draw: random.Random) -> None:
    start = draw.randrange(len(data))
    data[start:start] = draw.choice(
        [b"<", b">", b"&", b'"', b"</", b"<a>", b"<!--", b"]]>", b"\x00", b"\xff", b"-", b"9" * 40]
    )


def _swap_words(data: bytearray, draw: random.Random) -> None:
    """Exchange whole names, so that much of what comes out is well-formed and still wrong."""
    words = [
        b"Items",
        b"EnumerationContext",
        b"Name",
        b"ReturnValue",
        b"Fault",
        b"Body",
        b"Code",
        b"Value",
        b"Header",
        b"nil",
        b"Datetime",
        b"Address",
        b"XmlFragment",
        b"Item",
        b"Envelope",
        b"WSManFault",
        b"2150858793",
    ]
    data[:] = bytes(data).replace(draw.choice(words), draw.choice(words), draw.choice([-1, 1, 2]))


MUTATIONS: tuple[t.Callable[[bytearray, random.Random], None], ...] = (_cut, _double, _overwrite, _insert, _swap_words)


def _mutated(data: bytes, draw: random.Random) -> bytes:
    changed = bytearray(data)
    for _time in range(draw.randrange(1, 5)):
        if changed:
            draw.choice((*MUTATIONS, _swap_words, _swap_words))(changed, draw)
    return bytes(changed)


def _decoded_or_refused(function: t.Callable[[], object], kinds: tuple[type, ...], hint: str) -> bool:
    """Tell whether bytes were decoded; anything but a decoded message or a violation fails the test."""
    try:
        result = function()
    except ProtocolViolation:
        return False
    except Exception as error:
        raise AssertionError(f"{hint}: {type(error).__name__}: {error}") from error
    assert isinstance(result, kinds), hint
    return True


def _seed() -> int:
    return int(os.environ.get("VOLUME_ACTIVATION_SEED", "0")) or random.SystemRandom().randrange(1, 2**32)


@pytest.mark.parametrize("name", names())
def test_a_mutated_answer_is_decoded_or_refused(name: str) -> None:
    seed = _seed()
    print(f"VOLUME_ACTIVATION_SEED={seed}")
    draw = random.Random(seed)
    for turn in range(ROUNDS):
        data = _mutated(compact(name), draw)
        request = request_for(draw.choice([name, "pull", "invoke", "get", "enumerate", "identify", "release"]))
        hint = f"seed {seed}, turn {turn}, {request}: {data!r}"
        _decoded_or_refused(functools.partial(decode_answer, data, request), ANSWERS, hint)


def test_a_mutated_request_is_decoded_or_refused() -> None:
    seed = _seed()
    print(f"VOLUME_ACTIVATION_SEED={seed}")
    draw = random.Random(seed)
    originals = [
        encode_request(request_for(name), to="http://bench/wsman", message_id="uuid:1")
        for name in ("enumerate", "pull", "get", "invoke", "release", "identify")
    ]
    for turn in range(10 * ROUNDS):
        data = _mutated(draw.choice(originals), draw)
        _decoded_or_refused(functools.partial(decode_call, data), (Call,), f"seed {seed}, turn {turn}: {data!r}")


def test_enough_mutations_stay_readable_to_mean_something() -> None:
    draw = random.Random(1)
    decoded = []
    for name in 10 * names():
        data, request = _mutated(compact(name), draw), request_for(name)
        decoded.append(_decoded_or_refused(functools.partial(decode_answer, data, request), ANSWERS, name))
    assert 0.1 < sum(decoded) / len(decoded) < 0.9
