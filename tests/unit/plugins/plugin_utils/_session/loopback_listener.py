# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A host inside the process: the real libraries, logins and HTTP parsers, without a socket to connect."""

from __future__ import annotations

import base64
import http.client
import socket
import typing as t

import pytest
import requests
import spnego
import spnego.exceptions
import urllib3

from .fake_listener import ANSWER, seal, unseal
from .forged_answers import EXACT, Traffic, written

Forge = t.Callable[[Traffic], bytes]


class Loopback:
    """Takes the place of every `requests` adapter: logs in by NTLM, raw or inside SPNEGO, and answers messages.

    `forge` writes the whole HTTP answer to the next message (once), `challenge` rewrites each token of the host.
    """

    def __init__(self) -> None:
        self.forge: Forge | None = None
        self.challenge: t.Callable[[bytes], bytes] = lambda token: token
        self.offer = "{scheme} {token}"
        self.messages: list[bytes] = []
        self.tokens: list[bytes] = []
        self.bodies = b""
        self._context: t.Any = None
        self._earlier = b""

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Answer everything that this process sends by `requests`, until the test is over."""
        monkeypatch.setattr(
            requests.adapters.HTTPAdapter,
            "send",
            lambda adapter, request, **_kwargs: received(adapter, request, self.answer_to(request)),
        )

    def answer_to(self, request: t.Any) -> bytes:
        """Return the answer to one HTTP request, as it travels."""
        authorization = request.headers.get("Authorization") or ""
        if isinstance(authorization, bytes):
            authorization = authorization.decode()
        if authorization:
            return self.step(authorization)
        if not request.body:
            self._context = None
            return b"HTTP/1.1 401 No\r\nWWW-Authenticate: Negotiate\r\nContent-Length: 0\r\n\r\n"
        body = request.body if isinstance(request.body, bytes) else request.body.read()
        self.bodies += body
        self.messages.append(unseal(self._context, body))
        traffic = Traffic(body, self._earlier, lambda: seal(self._context, ANSWER))
        forge, self.forge = self.forge, None
        if forge:
            return forge(traffic)
        self._earlier = traffic.answer
        return written(200, EXACT, traffic.answer)

    def step(self, authorization: str) -> bytes:
        """Return the answer to a request with a login token."""
        scheme, _blank, text = authorization.partition(" ")
        token = base64.b64decode(text)
        self.tokens.append(token)
        if self._context is None or self._context.complete:
            raw = token.startswith(b"NTLMSSP\x00")
            options = spnego.NegotiateOptions.use_ntlm if raw else spnego.NegotiateOptions.use_negotiate
            self._context = spnego.server(protocol="ntlm" if raw else "negotiate", options=options)
        try:
            reply = self._context.step(token)
        except spnego.exceptions.SpnegoError:
            return b"HTTP/1.1 401 No\r\nWWW-Authenticate: Negotiate\r\nContent-Length: 0\r\n\r\n"
        status, reply = (200, reply) if self._context.complete else (401, self.challenge(reply))
        offer = self.offer.format(scheme=scheme, token=base64.b64encode(reply).decode()) if reply else scheme
        return f"HTTP/1.1 {status} \r\nWWW-Authenticate: {offer}\r\nContent-Length: 0\r\n\r\n".encode()


def received(adapter: t.Any, request: t.Any, raw: bytes) -> t.Any:
    """Return an answer as http.client, urllib3 and requests read it from a connection."""
    near, far = socket.socketpair()
    with near, far:
        far.sendall(raw)
        far.shutdown(socket.SHUT_WR)
        answer = http.client.HTTPResponse(near, method="POST")
        answer.begin()
    return adapter.build_response(
        request,
        urllib3.HTTPResponse(
            body=answer,
            headers=urllib3.HTTPHeaderDict(answer.msg.items()),
            status=answer.status,
            reason=answer.reason,
            preload_content=False,
            original_response=answer,
        ),
    )
