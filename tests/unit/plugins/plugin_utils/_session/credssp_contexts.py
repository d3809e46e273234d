# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A login by CredSSP on both sides, with the contexts of pyspnego.

The host is this module's. The client is requests-credssp where it is installed. Else `HttpCredSSPAuth` below takes its
place: it does in the same order what release 2.0.0 does, by the same calls, so that the libraries' own encryption runs.
"""

from __future__ import annotations

import base64
import importlib.machinery
import re
import struct
import sys
import types
import typing as t
import urllib.parse

import pytest
import spnego
import spnego.exceptions

from .fake_listener import ANSWER
from .forged_answers import END, Traffic, frame, written

PROTOCOL = "application/HTTP-CredSSP-session-encrypted"
CHUNK = 16384


class CredSSPContext:
    """One login, as requests-credssp wraps the context of pyspnego."""

    def __init__(self, hostname: str, username: str, password: str) -> None:
        credential = spnego.Password(username=username, password=password)
        self._context = spnego.client(credential, hostname=hostname, service="HTTP", protocol="credssp")

    @property
    def tls_connection(self) -> t.Any:
        """The TLS connection, with the name of its cipher as pywinrm asks for it."""
        connection = self._context.get_extra_info("ssl_object")
        connection.get_cipher_name = lambda: connection.cipher()[0]
        return connection

    def tokens(self) -> t.Generator[bytes, bytes, None]:
        """Yield each token to send; takes the host's."""
        token = None
        while not self._context.complete:
            try:
                reply = self._context.step(token)
            except spnego.exceptions.SpnegoError as error:
                raise PermissionError(str(error)) from error
            token = yield t.cast(bytes, reply)

    def wrap(self, data: bytes) -> bytes:
        """Encrypt."""
        return self._context.wrap(data).data

    def unwrap(self, data: bytes) -> bytes:
        """Decrypt and verify."""
        return self._context.unwrap(data).data

    def wrap_winrm(self, data: bytes) -> t.Any:
        """Encrypt; returns header, data and padding."""
        return self._context.wrap_winrm(data)

    def unwrap_winrm(self, header: bytes, data: bytes) -> bytes:
        """Decrypt and verify."""
        return self._context.unwrap_winrm(header, data)


class HttpCredSSPAuth:
    """Logs in by CredSSP where the host asks for it, and takes an HTTP 200 for the end of the login."""

    def __init__(self, username: str, password: str, **options: t.Any) -> None:
        self.username = username
        self.password = password
        self.contexts: dict[str, CredSSPContext] = {}

    def __call__(self, request: t.Any) -> t.Any:
        request.register_hook("response", self._respond)
        return request

    def _respond(self, response: t.Any, **kwargs: t.Any) -> t.Any:
        if response.status_code != 401:
            return response
        host = str(urllib.parse.urlparse(response.url).hostname)
        context = self.contexts[host] = CredSSPContext(host, self.username, self.password)
        tokens = context.tokens()
        token = next(tokens)
        while True:
            response.content  # noqa: B018 - read, to free the connection
            response.raw.release_conn()
            request = response.request.copy()
            request.headers["Authorization"] = b"CredSSP " + base64.b64encode(token)
            response = response.connection.send(request, **kwargs)
            if response.status_code == 200:
                return response
            found = re.search(r"CredSSP ([^,\s]*)$", response.headers.get("www-authenticate", ""), re.IGNORECASE)
            if not found:
                raise PermissionError("no CredSSP token")
            try:
                token = tokens.send(base64.b64decode(found[1]))
            except StopIteration:
                return response


class CredSSPHost:
    """The host: takes the place of every `requests` adapter, see `Loopback`.

    `end_login` answers a token in place of the host and returns None to let it pass; `challenge` rewrites what the
    NTLM login inside says.
    """

    def __init__(self) -> None:
        self.forge: t.Callable[[Traffic], bytes] | None = None
        self.challenge: t.Callable[[bytes], bytes] = lambda token: token
        self.end_login: t.Callable[[CredSSPHost, bytes], bytes | None] = lambda _host, _token: None
        self.text = ANSWER
        self.messages: list[bytes] = []
        self.inside: list[bytes] = []
        self.bodies: list[bytes] = []
        self.context: t.Any = None
        self._earlier = b""

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Answer everything that this process sends by `requests`, and provide requests-credssp if it is missing."""
        import pypsrp.wsman
        import requests
        import winrm.transport

        from .loopback_listener import received

        monkeypatch.setattr(
            requests.adapters.HTTPAdapter,
            "send",
            lambda adapter, request, **_kwargs: received(adapter, request, self.answer_to(request)),
        )
        if winrm.transport.HAVE_CREDSSP:
            return
        module = types.ModuleType("requests_credssp")
        module.__spec__ = importlib.machinery.ModuleSpec("requests_credssp", None)
        monkeypatch.setitem(sys.modules, "requests_credssp", module)
        monkeypatch.setattr(winrm.transport, "HAVE_CREDSSP", True)
        monkeypatch.setattr(winrm.transport, "HttpCredSSPAuth", HttpCredSSPAuth, raising=False)
        monkeypatch.setattr(pypsrp.wsman, "HttpCredSSPAuth", HttpCredSSPAuth)

    def answer_to(self, request: t.Any) -> bytes:
        """Return the answer to one HTTP request, as it travels."""
        authorization = request.headers.get("Authorization")
        if authorization:
            text = authorization.decode() if isinstance(authorization, bytes) else authorization
            return self._step(base64.b64decode(text.partition(" ")[2]))
        if not request.body:
            self.context = None
            return _offer("")
        body = request.body if isinstance(request.body, bytes) else request.body.read()
        self.bodies.append(body)
        self.messages.append(self._decrypted(body))
        traffic = Traffic(body, self._earlier, lambda: self.encrypted(self.text))
        forge, self.forge = self.forge, None
        if forge:
            return forge(traffic)
        self._earlier = traffic.answer
        return written(200, header_for(traffic.answer), traffic.answer)

    def encrypted(self, text: bytes) -> bytes:
        """Return the body around an answer: a part for each 16 KiB."""
        return b"".join(self.parts(text)) + END

    def parts(self, text: bytes) -> list[bytes]:
        """Return the parts of an answer."""
        chunks = [text[start : start + CHUNK] for start in range(0, len(text), CHUNK)]
        return [frame(self._wrapped(chunk), len(chunk), protocol=PROTOCOL) for chunk in chunks]

    def _wrapped(self, chunk: bytes) -> bytes:
        wrapped = self.context.wrap_winrm(chunk)
        return struct.pack("<i", len(wrapped.header)) + t.cast(bytes, wrapped.header + wrapped.data)

    def _decrypted(self, body: bytes) -> bytes:
        payloads = re.split(rb"--Encrypted Boundary(?:--)?\r\n", body)[2::2]
        octets = b"\tContent-Type: application/octet-stream\r\n"
        return b"".join(self.context.unwrap(payload[len(octets) + 4 :]).data for payload in payloads)

    def _step(self, token: bytes) -> bytes:
        if self.context is None:
            self.context = self._acceptor()
        ended = self.end_login(self, token)
        if ended is not None:
            return ended
        try:
            reply = self.context.step(token)
        except spnego.exceptions.SpnegoError:
            return _offer("")
        return b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" if self.context.complete else _offer(reply)

    def _acceptor(self) -> t.Any:
        inner: t.Any = spnego.server(protocol="negotiate", options=spnego.NegotiateOptions.use_negotiate)
        step = inner.step

        def watched(token: bytes | None = None, **kwargs: t.Any) -> t.Any:
            self.inside.append(token or b"")
            reply = step(token, **kwargs)
            return self.challenge(reply) if reply else reply

        inner.step = watched
        return spnego.server(protocol="credssp", credssp_negotiate_context=inner)


def header_for(body: bytes) -> bytes:
    """Return the header line of an answer with this body."""
    media = "x-multi-encrypted" if body.count(b"OriginalContent") > 1 else "encrypted"
    return f'Content-Type: multipart/{media};protocol="{PROTOCOL}";boundary="Encrypted Boundary"\r\n'.encode()


def _offer(token: t.Any) -> bytes:
    text = base64.b64encode(token).decode() if token else ""
    return f"HTTP/1.1 401 No\r\nWWW-Authenticate: CredSSP {text}\r\nContent-Length: 0\r\n\r\n".encode()
