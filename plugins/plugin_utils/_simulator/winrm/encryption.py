# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The multipart/encrypted frame around a sealed message ([MS-WSMV] 2.2.9.1), as Windows writes it.

The tab before each part header is not decoration: clients split on it.
"""

from __future__ import annotations

import re
import struct

__all__ = ["CONTENT_TYPE", "SEALED_TYPE", "BrokenFrame", "is_sealed", "pack", "unpack"]

CONTENT_TYPE = "application/soap+xml;charset=UTF-8"
SEALED_TYPE = 'multipart/encrypted;protocol="application/HTTP-SPNEGO-session-encrypted";boundary="Encrypted Boundary"'

_BOUNDARY = b"--Encrypted Boundary"
_OCTETS = _BOUNDARY + b"\r\n\tContent-Type: application/octet-stream\r\n"
_END = _BOUNDARY + b"--\r\n"
_LENGTH = re.compile(rb"OriginalContent:[^\r\n]*Length=(\d+)")
_SIGNATURE_LENGTH = struct.Struct("<i")
_LONGEST_SIGNATURE = 256


class BrokenFrame(ValueError):
    """The body is not one sealed part in the frame that its content type promises."""


def is_sealed(content_type: str) -> bool:
    """Tell whether a request with that content type brings a sealed message."""
    return content_type.lower().startswith("multipart/encrypted")


def unpack(body: bytes) -> tuple[bytes, bytes, int]:
    """Return signature, sealed data and the length of the message inside; raises BrokenFrame."""
    head, octets, sealed = body.partition(_OCTETS)
    match = _LENGTH.search(head)
    if not octets or match is None or not sealed.endswith(_END):
        raise BrokenFrame("no sealed part")
    payload = sealed[: -len(_END)]
    if len(payload) < _SIGNATURE_LENGTH.size:
        raise BrokenFrame("no signature")
    (length,) = _SIGNATURE_LENGTH.unpack_from(payload)
    if not 0 < length <= _LONGEST_SIGNATURE:
        raise BrokenFrame("signature of impossible length")
    start = _SIGNATURE_LENGTH.size
    return payload[start : start + length], payload[start + length :], int(match.group(1))


def pack(signature: bytes, sealed: bytes, length: int) -> bytes:
    """Return the frame around `sealed`, whose plain message has `length` bytes."""
    return b"".join(
        [
            _BOUNDARY,
            b"\r\n\tContent-Type: application/HTTP-SPNEGO-session-encrypted\r\n",
            b"\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length=%d\r\n" % length,
            _OCTETS,
            _SIGNATURE_LENGTH.pack(len(signature)),
            signature,
            sealed,
            _END,
        ]
    )
