# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one shape of an encrypted answer: its header, its parts, and what is made of them."""

from __future__ import annotations

import struct
import types
import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._errors import AnswerLost
from ansible_collections.volume.activation.plugins.plugin_utils._session.encrypted_frames import (
    MalformedFrame,
    Opener,
    Part,
    is_answer_type,
    is_encrypted,
    read_parts,
)

from .fake_listener import PLAIN, SEALED
from .forged_answers import END, KINDS, PROTOCOL, frame

CREDSSP = "application/HTTP-CredSSP-session-encrypted"
KERBEROS = "application/HTTP-Kerberos-session-encrypted"
MULTI = SEALED.replace("encrypted;", "x-multi-encrypted;", 1)


def of(kind: str, protocol: str = PROTOCOL) -> dict[str, str]:
    """Return headers with a content type, for another protocol if wanted."""
    return {"Content-Type": kind.replace(PROTOCOL, protocol)}


def payload(text: bytes, signature: bytes = b"s" * 16) -> bytes:
    """Return a part as it travels."""
    return struct.pack("<i", len(signature)) + signature + text


@pytest.mark.parametrize("protocol", [PROTOCOL, KERBEROS, CREDSSP])
def test_the_type_that_was_sent_is_accepted(protocol: str) -> None:
    assert is_answer_type(of(SEALED, protocol), of(SEALED, protocol))
    assert is_answer_type({"Content-Type": of(SEALED, protocol)["Content-Type"].encode()}, of(SEALED, protocol))


@pytest.mark.parametrize("sent", [SEALED, MULTI])
@pytest.mark.parametrize("received", [SEALED, MULTI])
def test_only_credssp_may_have_several_parts_in_one_direction(sent: str, received: str) -> None:
    assert is_answer_type(of(sent, CREDSSP), of(received, CREDSSP))
    assert is_answer_type(of(sent), of(received)) == (sent == received)


@pytest.mark.parametrize("name", list(KINDS))
@pytest.mark.parametrize("protocol", [PROTOCOL, KERBEROS, CREDSSP])
def test_no_other_type_is_accepted(name: str, protocol: str) -> None:
    own = {PROTOCOL: "exact", KERBEROS: "kerberos", CREDSSP: "credssp"}[protocol]
    values: dict[str, str] = {}
    for line in KINDS[name].decode("latin-1").replace("\r\n ", "\r\n\t").split("\r\n"):
        field, colon, value = line.partition(":")
        if colon:
            values[field.title()] = ", ".join(filter(None, [values.get(field.title()), value[1:]]))
    assert is_answer_type(of(SEALED, protocol), values) == (name == own)


def test_a_compressed_answer_is_not_accepted() -> None:
    assert is_answer_type(of(SEALED), {**of(SEALED), "Content-Encoding": "identity"})
    for coding in ("gzip", "deflate", "br", "zstd", "identity, gzip", "Identity", "x"):
        assert not is_answer_type(of(SEALED), {**of(SEALED), "Content-Encoding": coding})


def test_requests_are_known_by_their_type() -> None:
    assert is_encrypted(of(SEALED)) and is_encrypted(of(MULTI)) and is_encrypted({"Content-Type": SEALED.encode()})
    assert not any(map(is_encrypted, ({}, of(PLAIN), of("multipart/encrypted"), of(SEALED.upper()))))


def test_one_part_is_read() -> None:
    body = frame(payload(b"text\r\n--Encrypted Boundar\r\n"), 3) + END
    part = Part(b"s" * 16, b"text\r\n--Encrypted Boundar\r\n", 3)
    assert read_parts(body, PROTOCOL) == [part]
    assert part.payload == payload(b"text\r\n--Encrypted Boundar\r\n")


def test_several_parts_are_read_with_credssp_only() -> None:
    body = frame(payload(b"a"), 1, protocol=CREDSSP) * 3 + END
    assert [part.data for part in read_parts(body, CREDSSP)] == [b"a"] * 3
    with pytest.raises(MalformedFrame):
        read_parts(frame(payload(b"a"), 1) * 2 + END, PROTOCOL)


def test_part_headers_may_have_other_blanks() -> None:
    body = frame(payload(b"a"), 1).replace(b"\t", b"").replace(b";", b"; ") + END
    assert read_parts(body, PROTOCOL) == [Part(b"s" * 16, b"a", 1)]


GOOD = frame(payload(b"text"), 4) + END
BROKEN = {
    "nothing": b"",
    "the end alone": END,
    "no end": GOOD[: -len(END)],
    "an end without its line": GOOD[:-2],
    "a byte after it": GOOD + b"\n",
    "a byte before it": b"\n" + GOOD,
    "another part type": GOOD.replace(b"octet-stream", b"soap+xml"),
    "another protocol": GOOD.replace(b"SPNEGO", b"Kerberos"),
    "another text type": GOOD.replace(b"soap+xml;", b"xml;"),
    "another charset": GOOD.replace(b"UTF-8", b"UTF-16"),
    "no charset": GOOD.replace(b";charset=UTF-8", b""),
    "no length": GOOD.replace(b";Length=4", b""),
    "two lengths": GOOD.replace(b"Length=4", b"Length=4;Length=4"),
    "a signed length": GOOD.replace(b"Length=4", b"Length=+4"),
    "a long length": GOOD.replace(b"Length=4", b"Length=0000000004"),
    "another boundary": GOOD.replace(b"Encrypted Boundary", b"encrypted boundary"),
    "an empty part": frame(b"", 0) + END,
    "a part of its length field": frame(b"\0\0\0\0", 0) + END,
    "no signature": frame(payload(b"text", b""), 4) + END,
    "a signature and no text": frame(payload(b""), 0) + END,
    "a longer signature than the part": frame(struct.pack("<i", 100) + b"text", 4) + END,
    "a negative signature": frame(struct.pack("<i", -1) + b"text", 4) + END,
    "a boundary in the data": frame(payload(b"te--Encrypted Boundaryxt"), 24) + END,
}


@pytest.mark.parametrize("body", list(BROKEN.values()), ids=list(BROKEN))
def test_a_broken_frame_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedFrame):
        read_parts(body, PROTOCOL)


@pytest.mark.parametrize(
    "body",
    [
        b"--Encrypted Boundary\r\n" + b" " * 1_000_000,
        b"--Encrypted Boundary\r\n\tContent-Type:" + b"\t" * 1_000_000 + b"x",
        b"--Encrypted Boundary" * 50_000,
        (frame(payload(b"a"), 1) * 5_000),
        END * 50_000,
    ],
    ids=["blanks", "tabs", "boundaries", "parts", "ends"],
)
def test_a_long_broken_frame_takes_no_more_than_its_length(body: bytes) -> None:
    """Each takes some milliseconds; anything quadratic would take minutes and run into the limit of the suite."""
    with pytest.raises(MalformedFrame):
        read_parts(body, PROTOCOL)


def response(body: bytes) -> t.Any:
    """Return an answer to an encrypted request."""
    return types.SimpleNamespace(content=body, request=types.SimpleNamespace(headers=of(SEALED)))


def test_only_what_the_context_returned_comes_out() -> None:
    opened: list[Part] = []

    def unwrap(part: Part) -> bytes:
        opened.append(part)
        return part.data.upper()

    assert Opener(unwrap, "host").open(response(GOOD)) == b"TEXT"
    assert opened == [Part(b"s" * 16, b"text", 4)]


@pytest.mark.parametrize("text", [b"", b"tex", b"text "])
def test_a_text_of_another_length_is_lost(text: bytes) -> None:
    with pytest.raises(AnswerLost) as caught:
        Opener(lambda _part: text, "host").open(response(GOOD))
    assert caught.value.code == "unverified_answer"


@pytest.mark.parametrize("error", [ValueError, OSError, KeyError, MemoryError, RuntimeError])
def test_whatever_a_context_raises_the_answer_is_lost(error: type[Exception]) -> None:
    def unwrap(_part: Part) -> bytes:
        raise error("with a secret")

    with pytest.raises(AnswerLost) as caught:
        Opener(unwrap, "host").open(response(GOOD))
    assert caught.value.__context__ is None or caught.value.__suppress_context__
    assert "secret" not in f"{caught.value} {caught.value.cause} {caught.value.remedy}"


@pytest.mark.parametrize("size", [16, 15, 17])
def test_a_part_that_is_repeated_is_lost_wherever_its_signature_ends(size: int) -> None:
    opener = Opener(lambda _part: b"text", "host")
    assert opener.open(response(GOOD)) == b"text"
    whole = b"s" * 16 + b"text"
    with pytest.raises(AnswerLost):
        opener.open(response(frame(payload(whole[size:], whole[:size]), 4) + END))
    with pytest.raises(AnswerLost):
        opener.open(response(frame(payload(b"text", b"t" * 16), 4) + END))
