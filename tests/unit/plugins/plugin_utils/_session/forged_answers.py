# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a stranger between controller and host can answer without the keys: statuses, content types and bodies."""

from __future__ import annotations

import dataclasses
import functools
import re
import struct
import typing as t

from .fake_listener import ANSWER, FAULT, PLAIN, SEALED

STATUSES = (
    *(101, 102, 103, 200, 201, 202, 203, 204, 205, 206, 207, 226, 300, 301, 302, 303, 304, 305, 307, 308),
    *(400, 401, 403, 404, 405, 407, 408, 409, 411, 413, 418, 425, 429, 500, 501, 502, 503, 504, 520, 599),
)
PROTOCOL = "application/HTTP-SPNEGO-session-encrypted"
_REST = f'protocol="{PROTOCOL}";boundary="Encrypted Boundary"'


def _header(value: str) -> bytes:
    return f"Content-Type: {value}\r\n".encode()


EXACT = _header(SEALED)
KINDS: dict[str, bytes] = {
    "exact": EXACT,
    "upper case": _header(SEALED.upper()),
    "capitals": _header(SEALED.replace("multipart/encrypted", "Multipart/Encrypted")),
    "bare": _header("multipart/encrypted"),
    "bare with semicolon": _header("multipart/encrypted;"),
    "bare multi": _header("multipart/x-multi-encrypted"),
    "multi": _header("multipart/x-multi-encrypted;" + _REST),
    "other protocol": _header('multipart/encrypted;protocol="x";boundary="Encrypted Boundary"'),
    "kerberos": _header(SEALED.replace("SPNEGO", "Kerberos")),
    "credssp": _header(SEALED.replace("SPNEGO", "CredSSP")),
    "no protocol": _header('multipart/encrypted;boundary="Encrypted Boundary"'),
    "no boundary": _header(f'multipart/encrypted;protocol="{PROTOCOL}"'),
    "single quotes": _header(SEALED.replace('"', "'")),
    "no quotes": _header(SEALED.replace('"', "")),
    "extra parameter": _header(SEALED + ";charset=UTF-8"),
    "extra parameter first": _header("multipart/encrypted;charset=UTF-8;" + _REST),
    "other order": _header(f'multipart/encrypted;boundary="Encrypted Boundary";protocol="{PROTOCOL}"'),
    "repeated parameter": _header(SEALED + ';boundary="x"'),
    "comma": _header(SEALED + ", text/xml"),
    "twice": EXACT * 2,
    "then text": EXACT + _header("text/xml"),
    "text before": _header("text/xml") + EXACT,
    "other spelling of the name": EXACT + b"content-type: application/soap+xml\r\n",
    "folded": _header(SEALED.replace(";", ";\r\n ")),
    "folded with tab": _header(SEALED.replace(";", "\r\n\t;")),
    "vertical tab": _header(SEALED.replace(";", ";\x0b")),
    "blank in the type": _header(SEALED.replace("/", " / ")),
    "blank before the colon": b"Content-Type : " + SEALED.encode() + b"\r\n",
    "no-break space": "Content-Type: \u00a0".encode("latin-1") + SEALED.encode() + b"\r\n",
    "text": _header("text/xml"),
    "html": _header("text/html; charset=utf-8"),
    "soap": _header(PLAIN),
    "missing": b"",
    "empty": _header(""),
    "other boundary": _header(SEALED.replace("Encrypted Boundary", "Other")),
    "lower boundary": _header(SEALED.replace("Encrypted Boundary", "encrypted boundary")),
    "endless boundary": _header(SEALED.replace("Encrypted Boundary", "(a+)+x")),
    "empty boundary": _header(SEALED.replace("Encrypted Boundary", "")),
    "compressed": EXACT + b"Content-Encoding: gzip\r\n",
    "blanks without end": _header(SEALED.replace(";", ";" + " " * 20000) + "x"),
}
"""Header lines by their name; only `exact` is the shape of an encrypted answer."""


def frame(payload: bytes, length: int, kind: str = PLAIN, protocol: str = PROTOCOL) -> bytes:
    """Return one part around a payload, without the end of the message."""
    return (
        f"--Encrypted Boundary\r\n\tContent-Type: {protocol}\r\n\tOriginalContent: type={kind};Length={length}\r\n"
        "--Encrypted Boundary\r\n\tContent-Type: application/octet-stream\r\n"
    ).encode() + payload


END = b"--Encrypted Boundary--\r\n"


@dataclasses.dataclass(frozen=True)
class Traffic:
    """What the stranger has seen of this connection: this request, an earlier answer, and the host's true one."""

    request: bytes
    earlier: bytes
    ask_host: t.Callable[[], bytes]

    @functools.cached_property
    def answer(self) -> bytes:
        """The true answer; the host encrypts it when it is asked for."""
        return self.ask_host()


Body = t.Callable[[Traffic], bytes]


def _in_frame(text: bytes, signature: bytes) -> Body:
    return lambda _seen: frame(struct.pack("<i", len(signature)) + signature + text, len(text)) + END


def _flipped(place: int) -> Body:
    def body(seen: Traffic) -> bytes:
        start = seen.answer.rindex(b"octet-stream\r\n") + len(b"octet-stream\r\n")
        changed = bytearray(seen.answer)
        changed[place + (start if place >= 0 else len(changed) - len(END))] ^= 0x01
        return bytes(changed)

    return body


def _with_length(change: t.Callable[[int], str]) -> Body:
    return lambda seen: re.sub(rb"Length=(\d+)", lambda found: f"Length={change(int(found[1]))}".encode(), seen.answer)


CLEAR_BODIES: dict[str, Body] = {
    "success": lambda _seen: ANSWER,
    "fault": lambda _seen: FAULT,
    "empty": lambda _seen: b"",
    "garbage": lambda _seen: bytes(range(256)) * 3,
    "run": lambda _seen: b"--" + b"a" * 60 + b"!\r\n" + END,
    "framed success": _in_frame(ANSWER, b"\x01" + bytes(15)),
    "framed success without signature": _in_frame(ANSWER, b""),
    "framed fault": _in_frame(FAULT, b"\x01\0\0\0" + bytes(12)),
    "framed, but bare": lambda _seen: frame(ANSWER, len(ANSWER)) + END,
    "no part": lambda _seen: END,
    "an empty part": lambda _seen: frame(struct.pack("<i", 0), 0) + END,
    "replayed": lambda seen: seen.earlier,
    "replayed twice": lambda seen: seen.earlier[: -len(END)] + seen.earlier,
    "reflected": lambda seen: seen.request,
}
"""Bodies that a stranger can write, or has seen before, by their name."""

ALTERED_BODIES: dict[str, Body] = {
    "truncated in the data": lambda seen: seen.answer[: -len(END) - 3],
    "truncated in the end": lambda seen: seen.answer[:-3],
    "cut and closed": lambda seen: seen.answer[: -len(END) - 3] + END,
    "longer": lambda seen: seen.answer[: -len(END)] + b"x" + END,
    "bytes before": lambda seen: b"\r\n" + seen.answer,
    "bytes after": lambda seen: seen.answer + b"\r\n",
    "a second end": lambda seen: seen.answer + END,
    "success after it": lambda seen: seen.answer + ANSWER,
    "success before it": lambda seen: ANSWER + seen.answer,
    "twice": lambda seen: seen.answer[: -len(END)] + seen.answer,
    "with a clear part": lambda seen: seen.answer[: -len(END)] + frame(b"\0\0\0\0" + ANSWER, len(ANSWER)) + END,
    "clear part first": lambda seen: frame(b"\0\0\0\0" + ANSWER, len(ANSWER)) + seen.answer,
    "signature flipped": _flipped(4),
    "checksum flipped": _flipped(9),
    "sequence flipped": _flipped(16),
    "first byte flipped": _flipped(20),
    "last byte flipped": _flipped(-1),
    "signature length 0": lambda seen: seen.answer.replace(b"\x10\0\0\0\x01\0\0\0", b"\0\0\0\0\x01\0\0\0"),
    "signature length negative": lambda seen: seen.answer.replace(b"\x10\0\0\0\x01", b"\xf0\xff\xff\xff\x01"),
    "length too small": _with_length(lambda length: str(length - 1)),
    "length too large": _with_length(lambda length: str(length + 1)),
    "length negative": _with_length(lambda length: f"-{length}"),
    "length missing": _with_length(lambda _length: ""),
    "length without end": _with_length(lambda _length: "9" * 5000),
    "text inside": lambda seen: seen.answer.replace(PLAIN.encode(), b"text/plain;charset=UTF-8"),
    "utf-16 inside": lambda seen: seen.answer.replace(b"UTF-8", b"UTF-16"),
    "other protocol inside": lambda seen: seen.answer.replace(b"SPNEGO", b"Kerberos"),
    "other boundary": lambda seen: seen.answer.replace(b"Encrypted Boundary", b"Other"),
}
"""The true answer, changed on the way, by what was changed."""


def written(status: int, kind: bytes, body: bytes) -> bytes:
    """Return a whole HTTP answer; a redirect leads to the same place."""
    place = b"Location: /wsman\r\n" if 300 <= status < 400 else b""
    offer = b"WWW-Authenticate: Negotiate\r\nProxy-Authenticate: NTLM\r\n" if status in (401, 407) else b""
    length = f"Content-Length: {len(body)}\r\n".encode()
    return f"HTTP/1.1 {status} Forged\r\n".encode() + kind + place + offer + length + b"\r\n" + body
