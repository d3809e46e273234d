# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lets KMS clients try by themselves, as Windows does: without a licence every two hours, with one every seven days.

A host counts who asked it in the last thirty days, so the clients of a fleet have to try in the order of time, one
after the other, however far the clock was moved. That is worked out when somebody looks: a message arrives, or the
fleet is described. Whoever looks holds the lock of this file first and those of the machines one by one; a machine that
holds its own lock never looks.
"""

from __future__ import annotations

import heapq
import threading
import typing as t
from datetime import datetime, timedelta

from ..catalog.license_states import LEASE, Status, seen
from ..catalog.products import CatalogProduct
from ..world.clock import SimulatedClock
from .activation import activate_by_itself
from .software_protection import Keyed, Protection

__all__ = ["Client", "Renewing", "next_try", "try_again"]

_ACTIVATION_INTERVAL, _RENEWAL_INTERVAL = 120, 10080
_SHORTEST = timedelta(minutes=15)
_LONGEST_STEP = timedelta(days=7)
_STEPS_BACK = 16


class Client(t.Protocol):
    """A machine, as far as time passes for it."""

    def next_try(self) -> datetime | None:
        """Return when it tries to activate by itself, None when it has no reason to."""

    def try_again(self) -> None:
        """Let each product try whose time has come."""


class Renewing:
    """Lets time pass for the clients of one fleet."""

    def __init__(self, clock: SimulatedClock, clients: t.Callable[[], t.Iterable[Client]]) -> None:
        self._clock = clock
        self._clients = clients
        self._lock = threading.Lock()
        self._next_look: datetime | None = None
        self._since: datetime | None = None

    def switch(self, on: bool) -> None:
        """Let clients try by themselves from now on, or no longer; what did not happen before does not happen later."""
        with self._lock:
            self._since = None if not on else self._since or self._clock.now()

    def look_again(self) -> None:
        """Forget when the next try is: clients came, went or were changed."""
        self._next_look = None

    def pass_time(self) -> None:
        """Let everything happen that clients would have done by now."""
        since, next_look = self._since, self._next_look
        if since is None or (next_look is not None and self._clock.now() < next_look):
            return
        with self._lock:
            now = self._clock.now()
            waiting = self._waiting(since)
            while waiting and waiting[0][0] <= now:
                due, order, client = heapq.heappop(waiting)
                self._let_try(client, due)
                again = client.next_try()
                if again is not None:
                    heapq.heappush(waiting, (max(again, _thinned(due, now)), order, client))
            # A key that is installed meanwhile waits for an interval too, and none is shorter than this.
            self._next_look = min([now + _SHORTEST, *(due for due, _order, _client in waiting[:1])])

    def _waiting(self, since: datetime) -> list[tuple[datetime, int, Client]]:
        found = ((client.next_try(), order, client) for order, client in enumerate(self._clients()))
        waiting = [(max(due, since), order, client) for due, order, client in found if due is not None]
        heapq.heapify(waiting)
        return waiting

    def _let_try(self, client: Client, at: datetime) -> None:
        with self._clock.at(at):
            client.try_again()


def _thinned(tried: datetime, now: datetime) -> datetime:
    """Return the earliest time of a try after one: the longer ago, the fewer of them are played, and never a week less.

    A fleet whose clock is moved by half a year would try twelve times a day otherwise, each time with the same end.
    """
    return tried + min(_LONGEST_STEP, (now - tried) / _STEPS_BACK)


def next_try(machine: Protection) -> datetime | None:
    """Return when the first of a machine's products tries to activate by itself, by the clock of the world."""
    return min((_due(machine, keyed) for _row, keyed in _clients_of(machine)), default=None)


def try_again(machine: Protection) -> None:
    """Let each product of a machine try whose time has come; one that fails tries again later."""
    for row, keyed in _clients_of(machine):
        if _due(machine, keyed) <= machine.world.clock.now():
            activate_by_itself(machine, row)


def _clients_of(machine: Protection) -> list[tuple[CatalogProduct, Keyed]]:
    rows = (row for row in machine.rows if row.channel == "kms_client" and row.id in machine.keyed)
    return [(row, machine.keyed[row.id]) for row in rows]


def _due(machine: Protection, keyed: Keyed) -> datetime:
    """Return when a product tries next: an interval after it last tried, as its status was then."""
    activation, renewal = keyed.intervals or _own_intervals(machine)
    if keyed.tried is None:
        return _first_try(machine, keyed, activation, renewal)
    licensed = seen(keyed.standing, keyed.tried + machine.clock_skew).status is Status.LICENSED
    return keyed.tried + max(_SHORTEST, timedelta(minutes=renewal if licensed else activation))


def _first_try(machine: Protection, keyed: Keyed, activation: int, renewal: int) -> datetime:
    """Return when a product tries that has not tried yet; a lease it came with was once given to it."""
    first = keyed.installed + timedelta(minutes=activation)
    until = keyed.standing.until
    if keyed.standing.status is Status.LICENSED and until is not None:
        first = max(first, until - LEASE + timedelta(minutes=renewal))
    return first - machine.clock_skew


def _own_intervals(machine: Protection) -> tuple[int, int]:
    """Return the intervals of a client that no host has told any yet."""
    settings = machine.settings
    return (
        settings.number("VLActivationInterval") or _ACTIVATION_INTERVAL,
        settings.number("VLRenewalInterval") or _RENEWAL_INTERVAL,
    )
