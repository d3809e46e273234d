# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""HTTP servers that can be reached from this machine only, on a port of the system's choice; with TLS or without."""

from __future__ import annotations

import ipaddress
import logging
import socket
import socketserver
import ssl
import threading
import typing as t
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from ..._errors import ActivationError

__all__ = ["LoopbackServer", "SecuredServer"]

log = logging.getLogger(__name__)

_HANDSHAKE_SECONDS = 30.0


class LoopbackServer(ThreadingHTTPServer):
    """Serves from its creation until `stop`, one thread a connection."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = False
    request_queue_size = 1024

    def __init__(self, host: str, handler: type[BaseHTTPRequestHandler]) -> None:
        address = ipaddress.ip_address(host)
        if not address.is_loopback:
            raise ActivationError(f"The simulated fleet listens on loopback only, not on {host}.", code="not_loopback")
        self.address_family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
        super().__init__((host, 0), handler)
        threading.Thread(target=self.serve_forever, name=f"listener {host}", daemon=True).start()

    @property
    def port(self) -> int:
        """The port that the system chose."""
        return int(self.server_address[1])

    def server_bind(self) -> None:
        """Bind without looking up the host's name, which can take seconds where DNS is slow."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def handle_error(self, request: t.Any, client_address: t.Any) -> None:  # noqa: ARG002
        """Log what a handler raised: mostly a client that went away."""
        log.info("connection ended", exc_info=True)

    def stop(self) -> None:
        """Stop listening; connections that are open go on."""
        stopper = threading.Thread(target=self.shutdown, daemon=True)
        stopper.start()
        while stopper.is_alive():
            # The serving loop looks at its flag when it wakes up, and a connection wakes it at once.
            with socket.socket(self.address_family) as waker:
                waker.connect_ex(self.server_address[:2])
            stopper.join(0.05)
        self.server_close()


class SecuredServer(LoopbackServer):
    """Speaks TLS when given a context, and ends the open connections when it stops."""

    def __init__(self, host: str, handler: type[BaseHTTPRequestHandler], context: ssl.SSLContext | None = None) -> None:
        self.context = context
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(host, handler)

    def process_request_thread(self, request: t.Any, client_address: t.Any) -> None:
        """Serve one connection; the TLS handshake is done here, so that a slow client holds up nobody else."""
        try:
            connection = self._secured(request)
        except OSError as error:
            log.info("TLS handshake failed: %s", error)
            self.shutdown_request(request)
            return
        with self._lock:
            self._connections.add(connection)
        try:
            super().process_request_thread(connection, client_address)
        finally:
            with self._lock:
                self._connections.discard(connection)

    def _secured(self, request: socket.socket) -> socket.socket:
        if self.context is None:
            return request
        request.settimeout(_HANDSHAKE_SECONDS)
        return self.context.wrap_socket(request, server_side=True)

    def stop(self) -> None:
        """Stop listening and end the open connections."""
        super().stop()
        with self._lock:
            for connection in self._connections:
                _end(connection)


def _end(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        log.debug("connection was gone already")
