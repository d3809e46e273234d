# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading the answer to an encrypted message: one accepted shape, and only decrypted, verified bytes come out.

The headers and the part headers of an answer are not authenticated, so they never decide whether an answer is
believed: the plaintext returned by the security context is the only way out of `Opener.open`. The shape is fixed all
the same (media type, protocol, boundary, part headers), so that no text of an attacker reaches a parser or a regular
expression of the libraries.

Source: [MS-WSMV] 2.2.9.1 (encrypted message types).
"""

from __future__ import annotations

import dataclasses
import hashlib
import re
import struct
import typing as t

from .._errors import AnswerLost

__all__ = ["BOUNDARY", "MalformedFrame", "Opener", "Part", "is_answer_type", "is_encrypted", "read_parts"]

BOUNDARY = "Encrypted Boundary"
"""The one boundary that WS-Management uses, in both directions."""

_SINGLE, _MULTI = "multipart/encrypted", "multipart/x-multi-encrypted"
_CREDSSP = "application/HTTP-CredSSP-session-encrypted"
_DELIMITER = b"--" + BOUNDARY.encode()
_PROTOCOL = re.compile(r';protocol="([^"]+)";')
_LENGTH = struct.Struct("<i")
# Every repetition is followed by a character that it cannot match, so a match takes linear time.
_HEAD = re.compile(
    rb"--Encrypted Boundary\r\n"
    rb"[ \t]*Content-Type:[ \t]*([^ \t\r\n]+)[ \t]*\r\n"
    rb"[ \t]*OriginalContent:[ \t]*type=application/soap\+xml;[ \t]*charset=UTF-8;[ \t]*Length=(\d{1,9})[ \t]*\r\n"
    rb"--Encrypted Boundary\r\n"
    rb"[ \t]*Content-Type:[ \t]*application/octet-stream[ \t]*\r\n"
)


class MalformedFrame(ValueError):
    """The body is not a sequence of encrypted parts in the frame of WS-Management."""


@dataclasses.dataclass(frozen=True)
class Part:
    """One encrypted part: the signature (or TLS trailer), the encrypted data, and the declared length of the text."""

    signature: bytes
    data: bytes
    length: int

    @property
    def payload(self) -> bytes:
        """The part as it travels: the length of the signature, the signature, the data."""
        return _LENGTH.pack(len(self.signature)) + self.signature + self.data


def is_encrypted(headers: t.Mapping[str, t.Any]) -> bool:
    """Return whether a request of this process carries an encrypted message; not meant for answers."""
    return _content_type(headers).startswith((f"{_SINGLE};", f"{_MULTI};"))


def is_answer_type(sent: t.Mapping[str, t.Any], received: t.Mapping[str, t.Any]) -> bool:
    """Return whether the headers of an answer have the one shape that belongs to the headers of its request.

    Media type, protocol and boundary are those that were sent. With CredSSP an answer has several parts if it is long,
    whatever the request had. A header that is sent twice arrives joined by a comma and is not accepted.
    """
    if received.get("Content-Encoding", "identity") != "identity":
        return False
    # WS-Management writes no blanks around the semicolons; others may, and lose nothing by it.
    kind = ";".join(piece.strip(" \t") for piece in _content_type(received).split(";"))
    wanted = _content_type(sent)
    if f'protocol="{_CREDSSP}"' in wanted:
        return kind.replace(f"{_MULTI};", f"{_SINGLE};", 1) == wanted.replace(f"{_MULTI};", f"{_SINGLE};", 1)
    return kind == wanted


def read_parts(body: bytes, protocol: str) -> list[Part]:
    """Split a body into its parts; raises MalformedFrame for any byte that is out of place.

    CredSSP encrypts in chunks of 16 KiB, one a part; the other protocols have exactly one part.
    """
    parts: list[Part] = []
    position = 0
    while not body.startswith(_DELIMITER + b"--", position):
        match = _HEAD.match(body, position)
        end = body.find(_DELIMITER, match.end()) if match else -1
        if match is None or match[1] != protocol.encode() or end < 0:
            raise MalformedFrame("a part does not begin or end as it should")
        parts.append(_part(body[match.end() : end], int(match[2])))
        position = end
    if body[position:] != _DELIMITER + b"--\r\n":
        raise MalformedFrame("bytes follow the last part")
    if not parts or (len(parts) > 1 and protocol != _CREDSSP):
        raise MalformedFrame(f"{len(parts)} parts")
    return parts


def _part(payload: bytes, length: int) -> Part:
    if len(payload) <= _LENGTH.size:
        raise MalformedFrame("a part is empty")
    (size,) = _LENGTH.unpack_from(payload)
    if not 0 < size < len(payload) - _LENGTH.size:
        raise MalformedFrame("a signature of impossible length")
    start = _LENGTH.size + size
    return Part(payload[_LENGTH.size : start], payload[start:], length)


class Opener:
    """Decrypts and verifies the answers of one security context.

    `unwrap` is the library's: it returns the plaintext of a part and raises if the signature is wrong. NTLM and TLS
    (CredSSP) count their messages, so that a repeated answer fails there. pykerberos reports a repeated Kerberos token
    in a bit that it ignores, hence each encrypted part is accepted once.
    """

    def __init__(self, unwrap: t.Callable[[Part], bytes], place: str) -> None:
        self._unwrap = unwrap
        self._place = place
        self._seen: set[bytes] = set()

    def open(self, response: t.Any) -> bytes:
        """Return the text of an answer; raises AnswerLost unless every part was decrypted and verified."""
        named = _PROTOCOL.search(_content_type(response.request.headers))
        try:
            parts = read_parts(response.content, named[1] if named else "")
            return b"".join(self._opened(part) for part in parts)
        except Exception as error:  # noqa: BLE001
            # Whatever a security context raises for a part that it cannot verify, the answer is not to be believed.
            raise AnswerLost(
                f"The answer of {self._place} cannot be verified: it does not decrypt with the keys of this login.",
                code="unverified_answer",
                cause=f"It was altered on the way, or it answers another message ({type(error).__name__}).",
                remedy="Use https (port 5986), and check what lies between the controller and the host.",
            ) from None

    def _opened(self, part: Part) -> bytes:
        # Both, so that a repeated part is recognised wherever its signature is said to end.
        marks = {hashlib.sha256(data).digest() for data in (part.data, part.signature + part.data)}
        if marks & self._seen:
            raise MalformedFrame("a part was repeated")
        text = bytes(self._unwrap(part))
        self._seen |= marks
        if not text or len(text) != part.length:
            raise MalformedFrame(f"{len(text)} bytes were decrypted, {part.length} were declared")
        return text


def _content_type(headers: t.Mapping[str, t.Any]) -> str:
    kind = headers.get("Content-Type") or ""
    return kind.decode("latin-1") if isinstance(kind, bytes) else str(kind)
