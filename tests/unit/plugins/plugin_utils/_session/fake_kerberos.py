# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Kerberos without a KDC: contexts that behave as those of pykerberos and python-gssapi, behind the real libraries.

pywinrm brings its own requests-kerberos, which calls pykerberos; pypsrp calls pyspnego, which calls python-gssapi. Both
packages are C extensions. What matters here of RFC 4121: a token has a header and encrypted data, a direction, a
sequence number and a checksum over all of them. python-gssapi raises for a token that was seen before. pykerberos 1.2.4
does not: `decrypt_message` tests GSS_ERROR, which leaves out GSS_S_DUPLICATE_TOKEN.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import importlib.machinery
import os
import struct
import sys
import types
import typing as t

import pytest

from .fake_listener import ANSWER
from .forged_answers import END, Traffic, frame, written

PROTOCOLS = {
    "Negotiate": "application/HTTP-SPNEGO-session-encrypted",
    "Kerberos": "application/HTTP-Kerberos-session-encrypted",
}
_TICKET, _PROOF = b"a ticket", b"a proof"


class TokenError(Exception):
    """What a token did wrong: GSSError of the C extensions."""


class Context:
    """One end of an established context."""

    def __init__(self, key: bytes, *, is_host: bool) -> None:
        self._key = key
        self._is_host = is_host
        self._sent = 0
        self._seen: set[int] = set()
        self.repeats_are_errors = True

    def wrap(self, text: bytes) -> tuple[bytes, bytes]:
        """Encrypt; returns header and data."""
        number, self._sent = self._sent, self._sent + 1
        prefix = struct.pack(">B7xQ", self._is_host, number)
        data = self._mixed(prefix, text)
        return prefix + self._checksum(prefix, data), data

    def unwrap(self, header: bytes, data: bytes) -> bytes:
        """Decrypt and verify."""
        prefix, checksum = header[:16], header[16:]
        if len(prefix) < 16 or not hmac.compare_digest(checksum, self._checksum(prefix, data)):
            raise TokenError("GSS_S_BAD_SIG")
        from_host, number = struct.unpack(">B7xQ", prefix)
        if bool(from_host) == self._is_host:
            raise TokenError("GSS_S_BAD_SIG: direction")
        if number in self._seen and self.repeats_are_errors:
            raise TokenError("GSS_S_DUPLICATE_TOKEN")
        self._seen.add(number)
        return self._mixed(prefix, data)

    def _mixed(self, prefix: bytes, text: bytes) -> bytes:
        stream = hashlib.shake_256(self._key + prefix).digest(len(text))
        return bytes(a ^ b for a, b in zip(text, stream, strict=True))

    def _checksum(self, prefix: bytes, data: bytes) -> bytes:
        return hmac.new(self._key, prefix + data, hashlib.sha256).digest()[:12]


class KerberosHost:
    """The host: takes the place of every `requests` adapter, see `Loopback`; `proves` is its mutual authentication."""

    def __init__(self, scheme: str = "Negotiate") -> None:
        self.forge: t.Callable[[Traffic], bytes] | None = None
        self.proves = True
        self.scheme = scheme
        self.protocol = PROTOCOLS[scheme]
        self.messages: list[bytes] = []
        self.bodies: list[bytes] = []
        self._key = os.urandom(16)
        self._context = Context(self._key, is_host=True)
        self._earlier = b""

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Answer everything that this process sends by `requests`, and provide Kerberos to both libraries."""
        import pypsrp.negotiate
        import requests
        import spnego
        import winrm.transport

        from .loopback_listener import received

        monkeypatch.setattr(
            requests.adapters.HTTPAdapter,
            "send",
            lambda adapter, request, **_kwargs: received(adapter, request, self.answer_to(request)),
        )
        for name, module in (("kerberos", self._pykerberos()), ("gssapi", types.ModuleType("gssapi"))):
            module.__spec__ = importlib.machinery.ModuleSpec(name, None)
            monkeypatch.setitem(sys.modules, name, module)
        for name in [name for name in sys.modules if name.startswith("winrm.vendor.requests_kerberos")]:
            monkeypatch.delitem(sys.modules, name)
        vendored = importlib.import_module("winrm.vendor.requests_kerberos")
        monkeypatch.setattr(winrm.transport, "HAVE_KERBEROS", True)
        for name in ("HTTPKerberosAuth", "REQUIRED"):
            monkeypatch.setattr(winrm.transport, name, getattr(vendored, name), raising=False)
        client = types.SimpleNamespace(**{**vars(spnego), "client": lambda *_args, **_kwargs: _Gssapi(self._key)})
        monkeypatch.setattr(pypsrp.negotiate, "spnego", client)

    def _pykerberos(self) -> types.ModuleType:
        module: t.Any = types.ModuleType("kerberos")
        module.GSSError = TokenError
        module.GSS_C_MUTUAL_FLAG, module.GSS_C_SEQUENCE_FLAG, module.GSS_C_DELEG_FLAG = 2, 8, 1
        module.authGSSClientInit = lambda *_args, **_kwargs: (1, _Pykerberos(self._key))
        module.authGSSClientStep = lambda context, token, **_kwargs: context.step(token)
        module.authGSSClientResponse = lambda _context: base64.b64encode(_TICKET).decode()
        module.authGSSWinRMEncryptMessage = lambda context, text: context.wrap(text)[::-1]
        module.authGSSWinRMDecryptMessage = lambda context, data, header: context.unwrap(header, data)
        return t.cast(types.ModuleType, module)

    def answer_to(self, request: t.Any) -> bytes:
        """Return the answer to one HTTP request, as it travels."""
        authorization = request.headers.get("Authorization")
        if authorization and not request.body:
            text = authorization.decode() if isinstance(authorization, bytes) else authorization
            assert base64.b64decode(text.partition(" ")[2]) == _TICKET
            self._context = Context(self._key, is_host=True)
            proof = f"WWW-Authenticate: {self.scheme} {base64.b64encode(_PROOF).decode()}\r\n" if self.proves else ""
            return f"HTTP/1.1 200 OK\r\n{proof}Content-Length: 0\r\n\r\n".encode()
        if not request.body:
            return f"HTTP/1.1 401 No\r\nWWW-Authenticate: {self.scheme}\r\nContent-Length: 0\r\n\r\n".encode()
        body = request.body if isinstance(request.body, bytes) else request.body.read()
        self.bodies.append(body)
        payload = body.rpartition(b"octet-stream\r\n")[2][: -len(END)]
        (length,) = struct.unpack_from("<i", payload)
        self.messages.append(self._context.unwrap(payload[4 : 4 + length], payload[4 + length :]))
        traffic = Traffic(body, self._earlier, lambda: self.encrypted(ANSWER))
        forge, self.forge = self.forge, None
        if forge:
            return forge(traffic)
        self._earlier = traffic.answer
        return written(200, self.header, traffic.answer)

    @property
    def header(self) -> bytes:
        """The header line of an encrypted answer."""
        kind = f'multipart/encrypted;protocol="{self.protocol}";boundary="Encrypted Boundary"'
        return f"Content-Type: {kind}\r\n".encode()

    def encrypted(self, text: bytes) -> bytes:
        """Return the body around an answer."""
        header, data = self._context.wrap(text)
        return frame(struct.pack("<i", len(header)) + header + data, len(text), protocol=self.protocol) + END


class _Pykerberos(Context):
    """The state that pykerberos hands out."""

    def __init__(self, key: bytes) -> None:
        super().__init__(key, is_host=False)
        self.repeats_are_errors = False
        self._complete = False

    def step(self, token: str) -> int:
        """Take a token of the host in base64; returns 1 when the context is established."""
        self._complete = bool(token) and base64.b64decode(token) == _PROOF
        return int(self._complete)

    def wrap(self, text: bytes) -> tuple[bytes, bytes]:
        if not self._complete:
            raise TokenError("GSS_S_NO_CONTEXT")
        return super().wrap(text)


class _Gssapi(Context):
    """The context of pyspnego for Kerberos by python-gssapi."""

    def __init__(self, key: bytes) -> None:
        super().__init__(key, is_host=False)
        self.complete = False

    def step(self, token: bytes | None = None) -> bytes | None:
        """Return the ticket, then take the proof of the host."""
        if token is None:
            return _TICKET
        self.complete = token == _PROOF
        return None

    def wrap_winrm(self, text: bytes) -> tuple[bytes, bytes, int]:
        """Encrypt; returns header, data and padding."""
        if not self.complete:
            raise TokenError("GSS_S_NO_CONTEXT")
        return (*self.wrap(text), 0)

    def unwrap_winrm(self, header: bytes, data: bytes) -> bytes:
        """Decrypt and verify."""
        return self.unwrap(header, data)
