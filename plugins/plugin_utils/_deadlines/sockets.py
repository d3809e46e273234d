# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sockets that obey the deadline of the thread that uses them, and the urllib3 connections that create such sockets.

Status line, headers, `100 Continue`, chunk sizes and trailers are read inside http.client and urllib3, by loops that
nothing outside can interrupt. What all of them have in common is the socket: it sets its time-out before each call to
what is left, and counts what it received. A TLS handshake and a TLS read are one call each, whose time-out is total.

Looking up a name is not covered: getaddrinfo has no time-out, and the resolver's own (`/etc/resolv.conf`) ends it.
"""

from __future__ import annotations

import functools
import socket
import ssl
import typing as t

from .deadline import DeadlineExceeded, current, time_left

_Arguments = t.Any
# Both kinds of socket are meant, and `ssl` has only one of them as its base.
if t.TYPE_CHECKING:
    _Socket = socket.socket
else:
    _Socket = object


class _Obedient(_Socket):
    """What a bounded socket does differently; `_each` is the time-out of one call, in seconds, None for none."""

    _each: float | None

    def settimeout(self, value: float | None) -> None:
        self._each = value
        super().settimeout(value)

    def gettimeout(self) -> float | None:
        """Return what the next call may take: `ssl` copies it, and the handshake obeys it."""
        return time_left(self._each)

    def connect(self, address: t.Any) -> None:
        self._timed(super().connect, address)

    def recv(self, *args: _Arguments) -> bytes:
        data: bytes = self._timed(super().recv, *args)
        _count(len(data))
        return data

    def recv_into(self, *args: _Arguments) -> int:
        count: int = self._timed(super().recv_into, *args)
        _count(count)
        return count

    def send(self, *args: _Arguments) -> int:
        return int(self._timed(super().send, *args))

    def sendall(self, *args: _Arguments) -> None:
        self._timed(super().sendall, *args)

    def _timed(self, call: t.Callable[..., t.Any], *args: t.Any) -> t.Any:
        deadline = current()
        if deadline is None:
            return call(*args)
        super().settimeout(time_left(self._each))
        try:
            return call(*args)
        except TimeoutError:
            deadline.check()  # or it was the time-out of this call
            raise


def _count(received: int) -> None:
    deadline = current()
    if deadline is not None:
        deadline.received(received)


class BoundedSocket(_Obedient, socket.socket):
    """A TCP socket that obeys the deadline."""

    _each: float | None = None


class _BoundedTlsSocket(_Obedient, ssl.SSLSocket):
    """A TLS socket that obeys the deadline; made by changing the class of one that `ssl` has made."""

    _each: float | None = None


def _obedient(sock: t.Any) -> t.Any:
    """Return the socket that TLS runs over from now on; one inside another TLS reads through a bounded one already."""
    if sock.__class__ is ssl.SSLSocket:
        each = sock.gettimeout()
        sock.__class__ = _BoundedTlsSocket
        t.cast(_BoundedTlsSocket, sock)._each = each
    return sock


def connected(
    host: str,
    port: int,
    each: float | None,
    *,
    options: t.Iterable[tuple[t.Any, ...]] = (),
    source: t.Any = None,
    family: int = socket.AF_UNSPEC,
) -> BoundedSocket:
    """Return a socket connected to the first address of the host that accepts; `each` is in seconds for an address.

    All addresses together obey the deadline: a name may have hundreds. Raises OSError.
    """
    failure: OSError = OSError("the name has no address")
    for found, kind, protocol, _name, address in socket.getaddrinfo(host, port, family, socket.SOCK_STREAM):
        sock = BoundedSocket(found, kind, protocol)
        try:
            for option in options:
                sock.setsockopt(*option)
            sock.settimeout(each)
            if source:
                sock.bind(source)
            sock.connect(address)
            return sock
        except OSError as error:
            sock.close()
            failure = error
            if isinstance(error, DeadlineExceeded):
                break
    raise failure


class _BoundedConnection:
    """What a bounded urllib3 connection does differently."""

    def _new_conn(self: t.Any) -> t.Any:
        from urllib3.exceptions import ConnectTimeoutError, LocationParseError, NewConnectionError
        from urllib3.util.connection import allowed_gai_family

        if hasattr(self, "_socks_options"):
            # PySocks connects by itself; from then on the socket is ours.
            sock = super()._new_conn()  # type: ignore[misc]
            each, bounded_one = sock.gettimeout(), BoundedSocket(fileno=sock.detach())
            bounded_one.settimeout(each)
            return bounded_one
        each = self.timeout if isinstance(self.timeout, (int, float)) else None
        host = self._dns_host.strip("[]").replace("%25", "%", 1)  # of a zone, which a URL has quoted (RFC 6874)
        try:
            return connected(
                host,
                self.port,
                each,
                options=self.socket_options or (),
                source=self.source_address,
                family=allowed_gai_family(),
            )
        except UnicodeError:
            raise LocationParseError(f"'{host}', label empty or too long") from None
        except TimeoutError as error:
            raise ConnectTimeoutError(self, f"Connection to {self.host} timed out. (timeout={each})") from error
        except OSError as error:
            raise NewConnectionError(self, f"Failed to establish a new connection: {error}") from error

    def _connect_tls_proxy(self, *args: t.Any, **kwargs: t.Any) -> t.Any:
        return _obedient(super()._connect_tls_proxy(*args, **kwargs))  # type: ignore[misc]

    def connect(self) -> None:
        try:
            super().connect()  # type: ignore[misc]
        except TimeoutError:
            time_left(None)  # a handshake has its time-out from the deadline, and does not know that
            raise
        self.sock = _obedient(self.sock)  # type: ignore[has-type]


def bounded(adapter: t.Any) -> t.Any:
    """Return the same `requests` adapter, whose connections from now on obey the deadline, also those to a proxy."""
    _bound(adapter.poolmanager)
    adapter.__class__ = _bounded_adapter(adapter.__class__)
    return adapter


@functools.cache
def _bounded_adapter(kind: t.Any) -> t.Any:
    class BoundedAdapter(kind):
        def proxy_manager_for(self, proxy: str, **kwargs: t.Any) -> t.Any:
            return _bound(super().proxy_manager_for(proxy, **kwargs))

    return BoundedAdapter


def _bound(manager: t.Any) -> t.Any:
    from urllib3.poolmanager import pool_classes_by_scheme

    # pypsrp has functions in place of the classes, which let a runspace refuse new connections; there is none here.
    manager.pool_classes_by_scheme = {
        scheme: _bounded_pool(kind if isinstance(kind, type) else pool_classes_by_scheme[scheme])
        for scheme, kind in manager.pool_classes_by_scheme.items()
    }
    return manager


@functools.cache
def _bounded_pool(kind: t.Any) -> t.Any:
    if issubclass(kind.ConnectionCls, _BoundedConnection):
        return kind

    class BoundedPool(kind):
        ConnectionCls = type("BoundedConnection", (_BoundedConnection, kind.ConnectionCls), {})

    return BoundedPool
