# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A wire between a client and a real server that can be tapped, cut and frozen at a chosen moment.

    with Relay(samba.address, 389) as relay:
        relay.cut_after_answers(3)      # the server gets the fourth request, its answer never arrives
        ... connect to relay.address, relay.port
        assert b"Not-a-real" not in relay.sent

It listens on an address of its own where the client insists on a port, else on 127.0.0.1 and a port that the system
chooses. Many connections at a time are fine; counts and captures are of all of them together. Its threads stand still
while python-ldap logs in by SASL in the same process, which waits without letting any other thread run: do that in
another process.
"""

from __future__ import annotations

import contextlib
import select
import socket
import threading
import time
from types import TracebackType

_LOOK_AGAIN_SECONDS = 0.05
_CHUNK = 65536


class Relay:
    """Forwards connections to `host`:`port` until told otherwise."""

    def __init__(self, host: str, port: int, *, address: str = "127.0.0.1", listen_port: int = 0) -> None:
        self.sent = b""
        self.received = b""
        self.connections = 0
        self._target = (host, port)
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self._closing = False
        self._hanging = False
        self._refusing = False
        self._bytes_left: int | None = None
        self._answers_left: int | None = None
        self._listener = socket.create_server((address, listen_port))
        self._listener.settimeout(_LOOK_AGAIN_SECONDS)
        self.address, self.port = self._listener.getsockname()[:2]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def __enter__(self) -> Relay:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def cut(self) -> None:
        """Close all connections, and each new one as soon as it is made."""
        with self._lock:
            self._refusing = True
        self._close_all()

    def hang(self) -> None:
        """Let nothing through any more, in either direction, with every connection left open."""
        self._hanging = True

    def mend(self) -> None:
        """Forward again; connections that were cut stay closed."""
        with self._lock:
            self._hanging = self._refusing = False
            self._bytes_left = self._answers_left = None

    def cut_after_bytes(self, count: int) -> None:
        """Cut once `count` more bytes of the server have passed, in the middle of an answer if it comes so."""
        self._bytes_left = count

    def cut_after_answers(self, count: int) -> None:
        """Let `count` more messages of the server pass and cut at the next: that request was carried out.

        A message is what the server writes at once, which for the small answers of LDAP, TLS and SASL is one answer.
        """
        self._answers_left = count

    def close(self) -> None:
        """Stop listening, close all connections, and wait for the threads."""
        self._closing = True
        self._listener.close()
        self._close_all()
        for thread in self._threads:
            thread.join(5)

    def _close_all(self) -> None:
        with self._lock:
            for each in self._open:
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
            self._open.clear()

    def _accept(self) -> None:
        while not self._closing:
            try:
                client, _peer = self._listener.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            self._connect(client)

    def _connect(self, client: socket.socket) -> None:
        self.connections += 1
        if self._refusing:
            client.close()
            return
        try:
            server = socket.create_connection(self._target, 10)
        except OSError:
            client.close()
            return
        with self._lock:
            self._open += [client, server]
        thread = threading.Thread(target=self._forward, args=(client, server), daemon=True)
        self._threads.append(thread)
        thread.start()

    def _forward(self, client: socket.socket, server: socket.socket) -> None:
        with client, server, contextlib.suppress(OSError, ValueError):
            while not self._closing:
                if self._hanging:
                    time.sleep(_LOOK_AGAIN_SECONDS)
                    continue
                ready = select.select([client, server], [], [], _LOOK_AGAIN_SECONDS)[0]
                if any(not self._pass_on(source, client, server) for source in ready):
                    return

    def _pass_on(self, source: socket.socket, client: socket.socket, server: socket.socket) -> bool:
        """Pass on what one side has written; return whether the connection goes on."""
        data = source.recv(_CHUNK)
        if source is client:
            with self._lock:
                self.sent += data
            server.sendall(data)
            return bool(data)
        data, goes_on = self._measured(data)
        client.sendall(data)
        if not goes_on:
            self.cut()
        return goes_on and bool(data)

    def _measured(self, data: bytes) -> tuple[bytes, bool]:
        """Return what of the server's bytes may pass, and whether anything may come after it."""
        with self._lock:
            if self._answers_left == 0:
                return b"", False
            if self._answers_left is not None:
                self._answers_left -= 1
            if self._bytes_left is not None:
                data = data[: self._bytes_left]
                self._bytes_left -= len(data)
            self.received += data
            return data, self._bytes_left != 0
