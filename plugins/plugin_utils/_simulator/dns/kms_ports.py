# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ports of KMS hosts, each on a loopback address of its own, so that whoever tries them finds what there would be.

They accept and close at once: no KMS protocol is spoken here. A port that is closed has its address and nobody who
listens. One that is silent has a listener whose queue is full for good, so that the system drops every further call.
"""

from __future__ import annotations

import errno
import ipaddress
import random
import socket
import threading
import typing as t

from ..._errors import ActivationError
from .selector_loop import Readiness

__all__ = ["KmsPort", "Ports"]

_NETWORK = ipaddress.ip_network("127.64.0.0/10")
_SHARED_ADDRESS = "127.0.0.1"
_DRAWS = 20


class KmsPort(t.Protocol):
    """What is needed of a machine or a KMS host to give it a place."""

    @property
    def name(self) -> str:
        """Its full name."""

    @property
    def port(self) -> int:
        """The port of KMS, 0 for a machine that serves none."""

    @property
    def state(self) -> t.Literal["open", "closed", "silent"]:
        """How the port behaves."""

    @property
    def resolves(self) -> bool:
        """Whether the name has an address."""


class Ports:
    """The ports that are open at the moment; `follow` makes them what the world says."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._addresses: dict[str, str] = {}
        self._open: dict[str, tuple[int, str, tuple[socket.socket, ...]]] = {}
        _require_loopback_network()
        self._readiness = Readiness("KMS ports")

    def follow(self, endpoints: t.Iterable[KmsPort]) -> dict[str, str]:
        """Open and close ports, and return the address of every name that has one.

        Raises ActivationError (`port_taken`) where a port cannot be had.
        """
        known = {endpoint.name.lower(): endpoint for endpoint in endpoints}
        with self._lock:
            for name in self._open.keys() - known.keys():
                self._close(name)
            for name, endpoint in known.items():
                self._see(name, endpoint.port, endpoint.state)
            return {name: self._addresses.get(name, _SHARED_ADDRESS) for name, found in known.items() if found.resolves}

    def stop(self) -> None:
        """Close everything."""
        with self._lock:
            for name in tuple(self._open):
                self._close(name)
            self._readiness.stop()

    def _see(self, name: str, port: int, state: str) -> None:
        """Make one port as it should be; it keeps its address once it has one, and other machines share theirs."""
        if port:
            self._addresses.setdefault(name, _drawn())
        if name in self._open and self._open[name][:2] == (port, state):
            return
        self._close(name)
        if port and state != "closed":
            self._open[name] = (port, state, self._opened(name, port, state))

    def _opened(self, name: str, port: int, state: str) -> tuple[socket.socket, ...]:
        listening = self._bound(name, port)
        if state == "silent":
            return (listening, *_deafened(listening))
        listening.listen()
        self._readiness.add(listening, _turn_away)
        return (listening,)

    def _bound(self, name: str, port: int, draws: int = _DRAWS) -> socket.socket:
        """Return a socket on the host's port; an address on which it is taken is given up for another."""
        listening = socket.socket()
        # The connections that we have closed must not keep the port.
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((self._addresses[name], port))
            return listening
        except OSError as error:
            listening.close()
            if error.errno != errno.EADDRINUSE or not draws:
                raise _no_port(port, error) from error
        self._addresses[name] = _drawn()
        return self._bound(name, port, draws - 1)

    def _close(self, name: str) -> None:
        _port, _state, sockets = self._open.pop(name, (0, "", ()))
        for each in sockets:
            self._readiness.remove(each)


def _drawn() -> str:
    return str(_NETWORK[random.randrange(1, _NETWORK.num_addresses - 1)])


def _turn_away(listening: socket.socket) -> None:
    connection, _peer = listening.accept()
    connection.close()


def _deafened(listening: socket.socket) -> tuple[socket.socket, ...]:
    """Fill the queue of a listener; return the connections that have to be kept for it to stay full."""
    listening.listen(0)
    caller = socket.create_connection(listening.getsockname())
    return (caller,)


def _require_loopback_network() -> None:
    with socket.socket() as trial:
        try:
            trial.bind((_drawn(), 0))
        except OSError as error:
            raise ActivationError(
                "This machine has no loopback addresses besides 127.0.0.1, and each KMS host needs one of its own.",
                code="no_loopback_network",
                cause=error.strerror,
                remedy="Leave the option dns out, or run the fleet on Linux, where all of 127.0.0.0/8 is loopback.",
            ) from error


def _no_port(port: int, error: OSError) -> ActivationError:
    return ActivationError(
        f"No KMS host can listen on port {port} here.",
        code="port_taken",
        cause=error.strerror,
        remedy="Have the service that holds it listen on its own addresses only, or describe the KMS hosts with another"
        " port above 1023.",
    )
