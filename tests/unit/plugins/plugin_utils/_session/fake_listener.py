# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A WS-Management listener on loopback that does what a test tells it: log in, seal, refuse, drop, truncate, delay."""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import http.server
import re
import socket
import ssl
import struct
import threading
import time
import typing as t

USER = "tester"
PASSWORD = "Open-Sesame-42"
PLAIN = "application/soap+xml;charset=UTF-8"
SEALED = 'multipart/encrypted;protocol="application/HTTP-SPNEGO-session-encrypted";boundary="Encrypted Boundary"'
ENVELOPE = "http://www.w3.org/2003/05/soap-envelope"
ANSWER = f'<s:Envelope xmlns:s="{ENVELOPE}"><s:Body>fine ä</s:Body></s:Envelope>'.encode()
FAULT = f'<s:Envelope xmlns:s="{ENVELOPE}"><s:Body><s:Fault>no ä</s:Fault></s:Body></s:Envelope>'.encode()

Behaviour = t.Callable[["Handler"], None]


@dataclasses.dataclass
class Seen:
    """One HTTP request as it came over the socket, and the message inside where it was sealed."""

    headers: dict[str, str]
    body: bytes
    message: bytes


class Machine:
    """The listener; `on_login` answers the empty requests that complete a login, `on_message` the messages.

    `challenge` rewrites what it says during an NTLM login.
    """

    def __init__(
        self,
        login: str = "none",
        context: ssl.SSLContext | None = None,
        host: str = "127.0.0.1",
        listening: bool = True,
    ) -> None:
        self.login = login
        self.seen: list[Seen] = []
        self.connections = 0
        self.on_login: list[Behaviour] = []
        self.on_message: list[Behaviour] = []
        self.challenge: t.Callable[[bytes], bytes] = lambda token: token
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        kind = type("Server", (_Server,), {"address_family": family})
        self._server = kind((host, 0), Handler, bind_and_activate=False)
        self._server.server_bind()  # until it listens, the port is ours and refuses
        self._server.machine = self
        self._server.tls = context
        self.host, self.port = host, self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        if listening:
            self.listen()

    def listen(self) -> None:
        """Begin to accept connections."""
        self._server.server_activate()
        self._thread.start()

    @property
    def messages(self) -> list[bytes]:
        """The messages that arrived, opened."""
        return [seen.message for seen in self.seen if seen.message]

    @property
    def raw(self) -> bytes:
        """All bodies as they travelled."""
        return b"".join(seen.body for seen in self.seen)

    def close(self) -> None:
        """Stop listening."""
        if self._thread.ident is not None:
            self._server.shutdown()
            self._thread.join(5)
        self._server.server_close()


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    machine: Machine
    tls: ssl.SSLContext | None

    def finish_request(self, request: t.Any, client_address: t.Any) -> None:
        """Serve one connection, inside TLS if there is any."""
        threading.current_thread().name = "machine"
        with contextlib.suppress(OSError):  # a client that turns away is part of the tests
            if self.tls:
                request = self.tls.wrap_socket(request, server_side=True)
            super().finish_request(request, client_address)

    def handle_error(self, request: t.Any, client_address: t.Any) -> None:
        """Say nothing."""


class Handler(http.server.BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Server

    def setup(self) -> None:
        """Count the connection."""
        super().setup()
        self.context: t.Any = None
        self.server.machine.connections += 1

    def log_message(self, *args: t.Any) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        """Log in, then behave as told."""
        machine = self.server.machine
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        seen = Seen(dict(self.headers.items()), body, body)
        machine.seen.append(seen)
        if not self._logged_in():
            return
        self.sealed = "multipart/encrypted" in (self.headers.get("Content-Type") or "")
        if self.sealed:
            try:
                seen.message = unseal(self.context, body)
            except Exception:
                seen.message = b""
                self.reply(400, b"", "text/html")
                return
        script = machine.on_message if body else machine.on_login
        behaviour = script.pop(0) if script else (answer() if body else nothing())
        behaviour(self)

    def reply(self, status: int, body: bytes, kind: str, **headers: str) -> None:
        """Send a whole answer in one write."""
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if kind:
            self.send_header("Content-Type", kind)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def _logged_in(self) -> bool:
        login = self.server.machine.login
        given = self.headers.get("Authorization") or ""
        if login == "none":
            return True
        if login == "basic":
            expected = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
            return given == expected or self._refuse("Basic realm=WSMAN")
        if self.context is not None and self.context.complete and not given:
            return True
        return self._step(given) if given else self._refuse("Negotiate")

    def _step(self, given: str) -> bool:
        import spnego

        scheme, _blank, text = given.partition(" ")
        token = base64.b64decode(text)
        if self.context is None or self.context.complete:
            raw = token.startswith(b"NTLMSSP\x00")
            options = spnego.NegotiateOptions.use_ntlm if raw else spnego.NegotiateOptions.use_negotiate
            self.context = spnego.server(protocol="ntlm" if raw else "negotiate", options=options)
        try:
            out = self.context.step(token)
        except spnego.exceptions.SpnegoError:
            self.context = None
            return self._refuse("Negotiate")
        if self.context.complete:
            return True
        return self._refuse(f"{scheme} {base64.b64encode(self.server.machine.challenge(out)).decode()}")

    def _refuse(self, offer: str) -> bool:
        self.reply(401, b"", "", WWW_Authenticate=offer)
        return False


def answer(status: int = 200, body: bytes = ANSWER, kind: str = PLAIN) -> Behaviour:
    """Answer, sealed if the request was; a bare HTTP error (no SOAP in it) always comes in clear."""

    def behave(handler: Handler) -> None:
        if handler.sealed and body in (ANSWER, FAULT):
            handler.reply(status, seal(handler.context, body), SEALED)
        else:
            handler.reply(status, body, kind)

    return behave


def nothing() -> Behaviour:
    """Accept the login with an empty answer."""
    return lambda handler: handler.reply(200, b"", "")


def in_clear(body: bytes = ANSWER) -> Behaviour:
    """Answer in clear, whatever was asked."""
    return lambda handler: handler.reply(200, body, PLAIN)


def drop() -> Behaviour:
    """Close the connection without a word."""

    def behave(handler: Handler) -> None:
        handler.close_connection = True
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        handler.connection.close()

    return behave


def truncate(status: int = 200) -> Behaviour:
    """Promise more than is sent."""

    def behave(handler: Handler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(ANSWER)))
        handler.send_header("Content-Type", SEALED if handler.sealed else PLAIN)
        handler.end_headers()
        handler.wfile.write(ANSWER[:20])
        handler.wfile.flush()
        handler.close_connection = True

    return behave


def delay(seconds: float) -> Behaviour:
    """Answer too late."""

    def behave(handler: Handler) -> None:
        time.sleep(seconds)
        answer()(handler)

    return behave


def endless(total: int) -> Behaviour:
    """Answer in chunks, more than anybody should read."""

    def behave(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.send_header("Content-Type", PLAIN)
        handler.end_headers()
        chunk = b"x" * 65536
        for _chunk in range(total // len(chunk)):
            handler.wfile.write(b"10000\r\n" + chunk + b"\r\n")
        handler.wfile.write(b"0\r\n\r\n")

    return behave


def then_close(behaviour: Behaviour) -> Behaviour:
    """Behave, then close the connection as an idle timeout would."""

    def behave(handler: Handler) -> None:
        behaviour(handler)
        handler.close_connection = True

    return behave


def redirect(place: str, status: int = 307) -> Behaviour:
    """Send the client elsewhere."""
    return lambda handler: handler.reply(status, b"", "", Location=place)


_OCTETS = b"\tContent-Type: application/octet-stream\r\n"
_BOUNDARY = b"--Encrypted Boundary"


def unseal(context: t.Any, body: bytes) -> bytes:
    """Open a sealed body."""
    head, _mark, payload = body.partition(_OCTETS)
    payload = payload[: payload.rindex(_BOUNDARY)]
    (length,) = struct.unpack_from("<i", payload)
    message = context.unwrap_winrm(payload[4 : 4 + length], payload[4 + length :])
    declared = re.search(rb"Length=(\d+)", head)
    if declared is None or int(declared[1]) != len(message):
        raise ValueError("length differs")
    return bytes(message)


def seal(context: t.Any, message: bytes) -> bytes:
    """Seal an answer, in the frame Windows writes."""
    wrapped = context.wrap_winrm(message)
    return b"".join(
        [
            _BOUNDARY,
            b"\r\n\tContent-Type: application/HTTP-SPNEGO-session-encrypted\r\n\tOriginalContent: type=",
            PLAIN.encode(),
            b";Length=%d\r\n" % (len(message) + wrapped.padding_length),
            _BOUNDARY,
            b"\r\n",
            _OCTETS,
            struct.pack("<i", len(wrapped.header)),
            wrapped.header,
            wrapped.data,
            _BOUNDARY + b"--\r\n",
        ]
    )
