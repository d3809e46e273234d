# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A server on loopback that sends bytes by hand: slowly, without end, or more of them than anything should read."""

from __future__ import annotations

import contextlib
import gzip
import socket
import ssl
import threading
import time
import typing as t

EVERY = 0.02
"""Seconds between two bytes of a slow answer; far below every time-out of the tests."""

LIFETIME = 15.0
"""Seconds until a server ends by itself."""

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/soap+xml;charset=UTF-8\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
CHALLENGE = b"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Negotiate\r\nWWW-Authenticate: NTLM\r\n"


class Line:
    """One connection, as a behaviour sees it."""

    def __init__(self, sock: socket.socket, over: threading.Event) -> None:
        self.sock = sock
        self.over = over

    def send(self, data: bytes) -> None:
        """Send at once."""
        self.sock.sendall(data)

    def dribble(self, data: bytes) -> None:
        """Send byte by byte."""
        for position in range(len(data)):
            self.send(data[position : position + 1])
            self.rest()

    def for_ever(self, data: bytes, *, slowly: bool = False) -> None:
        """Send the same again and again, until the client or the test ends it."""
        while not self.over.is_set():
            self.send(data)
            if slowly:
                self.rest()

    def rest(self) -> None:
        """Wait a little; raises OSError when the test is over."""
        if self.over.wait(EVERY):
            raise ConnectionAbortedError

    def request(self) -> bytes:
        """Read one request, head and body; raises OSError where the client has gone."""
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._received()
        head, _end, body = data.partition(b"\r\n\r\n")
        length = next(
            (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
        )
        while len(body) < length:
            body += self._received()
        return head + b"\r\n\r\n" + body

    def _received(self) -> bytes:
        data = self.sock.recv(65536)
        if not data:
            raise ConnectionAbortedError
        return data


Behaviour = t.Callable[[Line], None]


class HostileServer:
    """Listens on loopback and treats each connection as `behaviour` says, inside TLS where there is a context."""

    def __init__(self, behaviour: Behaviour, context: ssl.SSLContext | None = None) -> None:
        self._behaviour = behaviour
        self._context = context
        self._over = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.host, self.port = self._listener.getsockname()
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()
        # Without it a client that does not give up would hold up the tests for ever; with it, it gets a wrong answer.
        self._watchdog = threading.Timer(LIFETIME, self.close)
        self._watchdog.daemon = True
        self._watchdog.start()

    def close(self) -> None:
        """Stop listening, and end all connections."""
        self._watchdog.cancel()
        self._over.set()
        for sock in (self._listener, *self._open):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                sock, _address = self._listener.accept()
                self._open.append(sock)
                threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError), sock:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            inner = self._context.wrap_socket(sock, server_side=True) if self._context else sock
            with inner:
                self._behaviour(Line(inner, self._over))


class Clock:
    """A clock that jumps ahead when a server has read a request.

    A deadline of JUMP seconds and a bit is then nearly over, and what came before had more time than it could need: a
    test that asserts what was lost after the request left does not depend on how fast the machine is.
    """

    JUMP = 60.0

    def __init__(self) -> None:
        self._ahead = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self._ahead

    def jump(self) -> None:
        self._ahead += self.JUMP


def _stay() -> None:
    """Leave the clock alone."""


def answering(send: Behaviour, asked: t.Callable[[], None] = _stay) -> Behaviour:
    """Read a request, then do that; `asked` is called in between."""

    def behave(line: Line) -> None:
        line.request()
        asked()
        send(line)

    return behave


def silent(line: Line) -> None:
    """Accept and never send a byte."""
    line.over.wait()


def slow_status(line: Line) -> None:
    line.dribble(b"HTTP/1.1 200 " + b"O" * 60_000)


def slow_headers(line: Line) -> None:
    line.send(b"HTTP/1.1 200 OK\r\n")
    line.dribble(b"X-Slow: " + b"o" * 60_000)


def endless_headers(line: Line) -> None:
    line.send(b"HTTP/1.1 200 OK\r\n")
    line.for_ever(b"X-Endless: " + b"o" * 60_000)


def slow_body(line: Line) -> None:
    line.send(HEAD + b"Content-Length: 60000\r\n\r\n")
    line.dribble(b"o" * 60_000)


def slow_chunks(line: Line) -> None:
    line.send(CHUNKED)
    line.for_ever(b"1\r\no\r\n", slowly=True)


def endless_chunks(line: Line) -> None:
    line.send(CHUNKED)
    line.for_ever(b"10000\r\n" + b"o" * 65536 + b"\r\n")


def tiny_chunks(line: Line) -> None:
    line.send(CHUNKED)
    line.for_ever(b"1\r\no\r\n" * 10_000)


def slow_chunk_size(line: Line) -> None:
    line.send(CHUNKED)
    line.dribble(b"1;" + b"o" * 60_000)


def endless_chunk_size(line: Line) -> None:
    line.send(CHUNKED + b"1;")
    line.for_ever(b"o" * 65536)


def endless_trailer(line: Line) -> None:
    line.send(CHUNKED + b"0\r\n")
    line.for_ever(b"X-Endless: o\r\n" * 5_000)


def slow_trailer(line: Line) -> None:
    line.send(CHUNKED + b"0\r\n")
    line.for_ever(b"X-Slow: o\r\n", slowly=True)


def slow_continue(line: Line) -> None:
    line.for_ever(b"HTTP/1.1 100 Continue\r\n\r\n", slowly=True)


def endless_continue(line: Line) -> None:
    line.for_ever(b"HTTP/1.1 100 Continue\r\n\r\n" * 1_000)


def slow_error_body(line: Line) -> None:
    line.send(b"HTTP/1.1 500 No\r\nContent-Length: 60000\r\n\r\n")
    line.dribble(b"o" * 60_000)


def gzip_bomb(line: Line) -> None:
    bomb = gzip.compress(bytes(8 * 1024 * 1024))
    line.send(HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb) + bomb)


def bomb_in_bombs(line: Line) -> None:
    bomb = gzip.compress(gzip.compress(bytes(8 * 1024 * 1024)))
    head = b"Content-Encoding: gzip, gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb)
    line.send(HEAD + head + bomb)


def slow_login(line: Line) -> None:
    """Ask for a login, with a body that does not end."""
    line.send(CHALLENGE + b"Content-Length: 60000\r\n\r\n")
    line.dribble(b"o" * 60_000)


def endless_login(line: Line) -> None:
    line.send(CHALLENGE + b"Transfer-Encoding: chunked\r\n\r\n")
    line.for_ever(b"10000\r\n" + b"o" * 65536 + b"\r\n")


def slow_connect_answer(line: Line) -> None:
    """Answer a proxy's CONNECT byte by byte."""
    line.dribble(b"HTTP/1.1 200 " + b"O" * 60_000)


def slow_connect_headers(line: Line) -> None:
    line.send(b"HTTP/1.1 200 OK\r\n")
    line.for_ever(b"X-Slow: o\r\n", slowly=True)


def slow_handshake(line: Line) -> None:
    """Begin a TLS handshake: the header of a record of 16,000 bytes, and then its bytes, one after the other."""
    line.send(b"\x16\x03\x03\x3e\x80\x02\x00\x3e\x7c\x03\x03")
    line.dribble(b"\x00" * 15_000)


SLOW: dict[str, Behaviour] = {
    behaviour.__name__: behaviour
    for behaviour in (
        slow_status, slow_headers, slow_body, slow_chunks, slow_chunk_size, slow_trailer, slow_continue,
        slow_error_body,
    )
}  # fmt: skip
ENDLESS: dict[str, Behaviour] = {
    behaviour.__name__: behaviour
    for behaviour in (
        endless_headers, endless_chunks, tiny_chunks, endless_chunk_size, endless_trailer, endless_continue,
    )
}  # fmt: skip
ENCODED: dict[str, Behaviour] = {"gzip_bomb": gzip_bomb, "bomb_in_bombs": bomb_in_bombs}
