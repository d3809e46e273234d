# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether somebody listens on a port: a connection that is closed as soon as it stands.

Nothing is sent, since a KMS host counts what speaks its protocol to it. That a port accepts is therefore not yet proof
of a KMS host.
"""

from __future__ import annotations

import contextlib
import enum
import errno
import ipaddress
import selectors
import socket
import time
import typing as t
from dataclasses import dataclass

from .._errors import ActivationError

__all__ = ["Probe", "ProbeOutcome", "leads_to_itself", "only_neighbours_reach", "probe"]

_SENT_AWAY = frozenset({errno.ECONNREFUSED, errno.ECONNRESET})
_NO_WAY = frozenset({errno.ENETUNREACH, errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL})
_NO_SOCKET = frozenset({errno.EMFILE, errno.ENFILE})
_MOST_ADDRESSES = 8
"""No KMS host has more. Whoever writes hundreds into DNS must not use up the sockets of the controller."""
# That of the system may take a file of its own, and there are many of us at once.
_Selector: type[selectors.BaseSelector] = getattr(selectors, "PollSelector", selectors.SelectSelector)


class ProbeOutcome(enum.Enum):
    """What became of a connection; of several addresses the first in this order counts."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    SILENT = "silent"
    """Nobody answered in time, or a router said that nobody will."""
    NO_ROUTE = "no_route"
    """We have no network that leads there, as to an IPv6 address from a machine without IPv6."""


@dataclass(frozen=True)
class Probe:
    """What became of connecting, and how long it took when it succeeded."""

    outcome: ProbeOutcome
    latency_ms: float | None = None


def leads_to_itself(host: str) -> bool:
    """Return whether a name or an address leads each machine to itself, so that it means another one to each."""
    name = host.strip().strip("[]").rstrip(".").lower()
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")  # RFC 6761
    address = getattr(address, "ipv4_mapped", None) or address
    return address.is_loopback or address.is_unspecified


def only_neighbours_reach(addresses: t.Sequence[str]) -> bool:
    """Return whether all addresses of a host are link-local, so that the controller cannot tell who reaches it."""
    links = (ipaddress.ip_address(address.partition("%")[0]).is_link_local for address in addresses)
    return bool(addresses) and all(links)


def probe(
    addresses: t.Sequence[str], port: int, timeout: float, *, clock: t.Callable[[], float] = time.monotonic
) -> Probe:
    """Connect to the addresses of a host at the same time, 8 at most; the first that accepts is enough.

    It takes `timeout` seconds at most. Raises ActivationError (`too_many_open_files`) where there is no socket left:
    that says nothing about the host.
    """
    began, worst = clock(), ProbeOutcome.NO_ROUTE
    with contextlib.ExitStack() as resources:
        selector = resources.enter_context(_Selector())
        for address in addresses[:_MOST_ADDRESSES]:
            outcome = _begun(address, port, selector, resources)
            worst = worst if outcome is None else _better(worst, outcome)
        while worst is not ProbeOutcome.ACCEPTED and selector.get_map():
            left = began + timeout - clock()
            ready = selector.select(left) if left > 0 else []
            if not ready:
                worst = _better(worst, ProbeOutcome.SILENT)
                break
            for key, _events in ready:
                connection = t.cast(socket.socket, key.fileobj)
                selector.unregister(connection)
                worst = _better(worst, _judged(connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)))
        latency = round((clock() - began) * 1000, 1) if worst is ProbeOutcome.ACCEPTED else None
    return Probe(worst, latency)


def _begun(
    address: str, port: int, selector: selectors.BaseSelector, resources: contextlib.ExitStack
) -> ProbeOutcome | None:
    """Begin to connect; return what became of it where that is known at once."""
    try:
        family, kind, protocol, _name, place = socket.getaddrinfo(
            address, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST
        )[0]
        connection = resources.enter_context(socket.socket(family, kind, protocol))
    except socket.gaierror:
        # The address is one for another machine, such as one of a network card that we do not have.
        return ProbeOutcome.NO_ROUTE
    except OSError as error:
        if error.errno in _NO_SOCKET:
            raise _no_socket(error) from error
        return _judged(error.errno or errno.EAFNOSUPPORT)
    connection.setblocking(False)
    number = connection.connect_ex(place)
    if number == errno.EINPROGRESS:
        selector.register(connection, selectors.EVENT_WRITE)
        return None
    return _judged(number)


def _judged(number: int) -> ProbeOutcome:
    """Return what the number of an error means; 0 is success."""
    if number == 0:
        return ProbeOutcome.ACCEPTED
    if number in _SENT_AWAY:
        return ProbeOutcome.REFUSED
    return ProbeOutcome.NO_ROUTE if number in _NO_WAY else ProbeOutcome.SILENT


def _no_socket(error: OSError) -> ActivationError:
    return ActivationError(
        "The controller cannot open more connections at the same time.",
        code="too_many_open_files",
        cause=error.strerror,
        remedy="Set limit lower, or raise the number of files that a process may open (ulimit -n).",
    )


def _better(one: ProbeOutcome, other: ProbeOutcome) -> ProbeOutcome:
    return min(one, other, key=list(ProbeOutcome).index)
