# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The weakest NTLM that is acceptable, checked on what the library is about to send.

A host chooses the strength of NTLM in its challenge, which a man in the middle can rewrite. The library's reply, the
AUTHENTICATE message, repeats what it agreed to, and it is the first message that carries anything derived from the
password. So the reply is checked before it leaves: it says what the library did, however the challenge was wrapped
and spelt, and a challenge that the library cannot read has no reply.

Source: [MS-NLMP] 2.2.1.3 (AUTHENTICATE_MESSAGE), 2.2.2.5 (NEGOTIATE).
"""

from __future__ import annotations

import base64
import binascii
import struct
import typing as t

from .._errors import AuthenticationFailed

__all__ = ["check_strength", "check_token"]

_AUTHENTICATE = b"NTLMSSP\x00\x03\x00\x00\x00"
_FLAGS_OFFSET = 60
_EXTENDED = {0x00080000: "NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY"}
_NEEDED_TO_ENCRYPT = {
    **_EXTENDED,
    0x20000000: "NTLMSSP_NEGOTIATE_128",
    0x40000000: "NTLMSSP_NEGOTIATE_KEY_EXCH",
    0x00000020: "NTLMSSP_NEGOTIATE_SEAL",
    0x00000010: "NTLMSSP_NEGOTIATE_SIGN",
}


def check_token(authorization: t.Any, place: str, *, encrypts: bool) -> None:
    """Raise AuthenticationFailed if an `Authorization` header (str, bytes or None) agrees to weak NTLM."""
    text = authorization.decode("latin-1") if isinstance(authorization, bytes) else authorization or ""
    scheme, _blank, credentials = text.partition(" ")
    if scheme.lower() not in ("negotiate", "ntlm"):
        return
    try:
        token = base64.b64decode(credentials, validate=True)
    except binascii.Error:
        raise _refusal(place, "The login token could not be read.") from None
    check_strength(token, place, encrypts=encrypts)


def check_strength(token: bytes, place: str, *, encrypts: bool) -> None:
    """Raise AuthenticationFailed if `token` holds an AUTHENTICATE message without the flags that are needed.

    With encrypted messages the keys must have 128 bits, signatures must be real, and each direction must have keys of
    its own. Inside TLS nothing is encrypted with these keys; extended session security is required there too, since
    every supported Windows has it and without it a reply by NTLM version 1 could be looked up in a table.
    """
    start = token.find(_AUTHENTICATE)
    if start < 0:
        return
    if len(token) < start + _FLAGS_OFFSET + 4:
        raise _refusal(place, "The login token could not be read.")
    (flags,) = struct.unpack_from("<I", token, start + _FLAGS_OFFSET)
    missing = [name for flag, name in (_NEEDED_TO_ENCRYPT if encrypts else _EXTENDED).items() if not flags & flag]
    if missing:
        raise _refusal(place, f"Its NTLM challenge lacks {', '.join(missing)}.")


def _refusal(place: str, cause: str) -> AuthenticationFailed:
    refusal = AuthenticationFailed(
        f"{place} asks for an NTLM login that is too weak, so neither the login nor a message was sent.",
        code="weak_ntlm",
        cause=f"{cause} Windows offers all of it; something on the way may have altered the challenge.",
        remedy="Use https (port 5986) or Kerberos, and check what lies between the controller and the host.",
    )
    refusal.login_counted = False  # nothing that is derived from the password has left
    return refusal
