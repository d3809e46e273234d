# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A man in the middle for HTTP: it reads and rewrites what passes between a client and a real server.

    with ManInTheMiddle("127.0.0.1", server.http_port) as mitm:
        mitm.rewrite_challenge = weaken          # each login token of the server
        mitm.forge = lambda exchange: b"HTTP/1.1 200 OK\\r\\n..."   # in place of the next answer to a message
        ... connect to mitm.address, mitm.port
        assert mitm.requests[-1].token == b""

Each connection of a client has one of its own to the server, as NTLM belongs to a connection. A message is a request
with a body; the empty requests of a login pass. `Exchange.pass_on` sends the message to the server, once, and returns
the answer, so that a forgery can come before the work, after it, or without it.
"""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import http.client
import http.server
import socket
import threading
import typing as t
from types import TracebackType

__all__ = ["Answer", "Exchange", "ManInTheMiddle", "Request"]

_ANSWER_SECONDS = 30


@dataclasses.dataclass(frozen=True)
class Request:
    """One HTTP request of the client."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def token(self) -> bytes:
        """The login token in it, empty without one."""
        return _token_of(self.headers.get("Authorization", ""))


@dataclasses.dataclass(frozen=True)
class Answer:
    """One HTTP answer of the server, with its headers in their order."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def written(self) -> bytes:
        """Return the answer as it travels."""
        skipped = ("content-length", "transfer-encoding", "connection")
        lines = [f"{name}: {value}\r\n" for name, value in self.headers if name.lower() not in skipped]
        head = f"HTTP/1.1 {self.status} \r\n{''.join(lines)}Content-Length: {len(self.body)}\r\n\r\n"
        return head.encode("latin-1") + self.body


class Exchange:
    """One message on its way, and the answers that passed earlier on this connection."""

    def __init__(self, request: Request, earlier: list[Answer], upstream: http.client.HTTPConnection) -> None:
        self.request = request
        self.earlier = earlier
        self._upstream = upstream
        self._answer: Answer | None = None

    def pass_on(self) -> Answer:
        """Send the message to the server, unless that has been done, and return its answer."""
        if self._answer is None:
            self._answer = _asked(self._upstream, self.request)
        return self._answer


class ManInTheMiddle:
    """Passes everything on to `host`:`port` until it is told otherwise; safe for several connections at a time."""

    def __init__(self, host: str, port: int) -> None:
        self.target = (host, port)
        self.requests: list[Request] = []
        self.forge: t.Callable[[Exchange], bytes] | None = None
        self.rewrite_challenge: t.Callable[[bytes], bytes] = lambda token: token
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.middle = self
        self.address, self.port = self._server.server_address[:2]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def __enter__(self) -> ManInTheMiddle:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def tokens(self) -> list[bytes]:
        """The login tokens of the client so far."""
        return [request.token for request in self.requests if request.token]

    @property
    def bodies(self) -> bytes:
        """All that the client has sent in bodies."""
        return b"".join(request.body for request in self.requests)

    def close(self) -> None:
        """Stop listening and wait for the thread that accepts connections."""
        self._server.shutdown()
        self._thread.join(5)
        self._server.server_close()


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    middle: ManInTheMiddle

    def handle_error(self, request: t.Any, client_address: t.Any) -> None:
        """Say nothing: clients turn away from what they do not believe."""


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.upstream = http.client.HTTPConnection(*self.server.middle.target, timeout=_ANSWER_SECONDS)
        self.earlier: list[Answer] = []

    def finish(self) -> None:
        self.upstream.close()
        with contextlib.suppress(OSError):
            super().finish()

    def log_message(self, *args: t.Any) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        middle = self.server.middle
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = Request(self.path, dict(self.headers.items()), body)
        middle.requests.append(request)
        exchange = Exchange(request, self.earlier, self.upstream)
        forge = middle.forge if body else None
        if forge is None:
            answer = self._with_challenge_rewritten(exchange.pass_on())
            if body:
                self.earlier.append(answer)
            self.wfile.write(answer.written())
            return
        middle.forge = None
        self.wfile.write(forge(exchange))
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_WR)

    def _with_challenge_rewritten(self, answer: Answer) -> Answer:
        headers = []
        for name, value in answer.headers:
            token = _token_of(value) if name.lower() == "www-authenticate" else b""
            if token:
                rewritten = base64.b64encode(self.server.middle.rewrite_challenge(token)).decode()
                value = f"{value.partition(' ')[0]} {rewritten}"
            headers.append((name, value))
        return dataclasses.replace(answer, headers=headers)


def _asked(upstream: http.client.HTTPConnection, request: Request) -> Answer:
    upstream.request("POST", request.path, request.body, request.headers)
    answer = upstream.getresponse()
    return Answer(answer.status, answer.getheaders(), answer.read())


def _token_of(value: str) -> bytes:
    scheme, _blank, text = value.partition(" ")
    if scheme.lower() not in ("negotiate", "ntlm", "kerberos", "credssp"):
        return b""
    return base64.b64decode(text)
