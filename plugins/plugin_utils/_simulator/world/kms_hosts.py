# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The KMS hosts of a world: those that are described only, and machines of the fleet that serve.

A machine pushes what it serves after each of its messages; nobody asks it. A host counts what gets through to it, and
tells the count: whether that is enough, the client decides.
"""

from __future__ import annotations

import threading
import typing as t
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ..catalog.hresults import Failure, Hresult
from ..catalog.license_states import Status
from .clock import SimulatedClock
from .kms_log import KmsCounters, KmsEvent, Tally
from .srv_records import SimulatedRecord

__all__ = ["KmsAnswer", "KmsEndpoint", "KmsHosts", "KmsRequest", "Serving", "SimulatedKmsHost"]

_MAX_SKEW = timedelta(hours=4)
_ACTIVATION_INTERVAL, _RENEWAL_INTERVAL = 120, 10080


@dataclass(frozen=True)
class SimulatedKmsHost:
    """A KMS host as it was described; what it has seen since is in its tally."""

    name: str
    port: int = 1688
    count: int = 40
    """Distinct Windows machines, not of this fleet, that keep asking it."""
    office_count: int = 10
    reachable: bool = True
    """Whether something listens on its port."""
    silent: bool = False
    """Whether it swallows every call, as behind a firewall."""
    resolves: bool = True
    """Whether its name has an address."""
    activated: bool = True
    products: frozenset[str] = frozenset({"all"})
    clock_skew: timedelta = timedelta()
    activation_interval: int = _ACTIVATION_INTERVAL
    renewal_interval: int = _RENEWAL_INTERVAL

    @property
    def is_reached(self) -> bool:
        """Whether a client gets through to it."""
        return self.reachable and self.resolves and not self.silent


@dataclass(frozen=True)
class Serving:
    """What a machine of the fleet serves as a KMS host."""

    products: frozenset[str] = frozenset({"all"})
    """What its host keys are for, as in a description."""
    port: int = 1688
    is_open: bool = True
    """Whether its firewall lets clients in."""
    activation_interval: int = _ACTIVATION_INTERVAL
    """Minutes after which a client without a licence is to ask again."""
    renewal_interval: int = _RENEWAL_INTERVAL
    clock_skew: timedelta = timedelta()
    records: tuple[tuple[str, SimulatedRecord], ...] = ()
    """What it publishes: domains, each with its record."""


@dataclass(frozen=True)
class KmsRequest:
    """What a client tells a KMS host."""

    client_id: str
    is_windows: bool
    lines: frozenset[str]
    threshold: int
    time: datetime
    client: str = ""
    is_virtual: bool = True
    status: int = Status.UNLICENSED
    minutes: int = 0
    activation_id: str = ""


@dataclass(frozen=True)
class KmsAnswer:
    """What a KMS host tells a client: its count, and when to ask again, in minutes."""

    count: int
    activation_interval: int
    renewal_interval: int


@dataclass(frozen=True)
class KmsEndpoint:
    """Where a KMS host is found on the network, and how its port behaves."""

    name: str
    port: int
    state: t.Literal["open", "closed", "silent"]
    """`closed` refuses at once, `silent` never answers."""
    resolves: bool = True


class KmsHosts:
    """All KMS hosts of one world, behind one lock."""

    def __init__(self, clock: SimulatedClock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._described: dict[str, SimulatedKmsHost] = {}
        self._machines: dict[str, Serving | None] = {}
        self._tallies: dict[str, Tally] = {}

    # Which there are

    def take(self, described: t.Iterable[SimulatedKmsHost]) -> None:
        """Take over the hosts of a description; counts go on."""
        with self._lock:
            self._described = {host.name.lower(): host for host in described}

    def join(self, name: str) -> None:
        """Note a machine of the fleet, which is no KMS host yet; of two with one name the one that serves is seen."""
        with self._lock:
            self._machines.setdefault(name.lower(), None)

    def serve(self, name: str, serving: Serving | None) -> None:
        """Note what a machine of the fleet serves; None is a machine that is no KMS host any more."""
        with self._lock:
            self._machines[name.lower()] = serving

    def forget(self, name: str) -> None:
        """Forget a machine that has gone or starts anew, and what it had seen."""
        with self._lock:
            self._machines.pop(name.lower(), None)
            self._tallies.pop(name.lower(), None)

    def _find(self, name: str) -> SimulatedKmsHost | None:
        """Return a host as clients see it; the lock is held.

        Of a machine the description says who else asks it and how far its clock is off, and the machine all the rest.
        """
        key = name.lower().rstrip(".")
        described = self._described.get(key)
        if key not in self._machines:
            return described
        serving = self._machines[key]
        if serving is None:
            return None
        host = described or SimulatedKmsHost(key, count=0, office_count=0)
        return replace(
            host,
            port=serving.port,
            silent=host.silent or not serving.is_open,
            activated=True,
            products=serving.products,
            clock_skew=host.clock_skew + serving.clock_skew,
            activation_interval=serving.activation_interval,
            renewal_interval=serving.renewal_interval,
        )

    def _all(self) -> tuple[SimulatedKmsHost, ...]:
        """Return every host that serves; the lock is held."""
        found = (self._find(name) for name in sorted({*self._described, *self._machines}))
        return tuple(host for host in found if host is not None)

    def endpoints(self) -> tuple[KmsEndpoint, ...]:
        """Return every KMS host, and every machine of the fleet, as the network has them; port 0 is no KMS host."""
        with self._lock:
            hosts = self._all()
            others = set(self._machines) - {host.name.lower() for host in hosts}
        idle = (KmsEndpoint(name, 0, "closed") for name in sorted(others))
        return (*(KmsEndpoint(host.name, host.port, _state(host), host.resolves) for host in hosts), *idle)

    # Requests

    def ask(self, name: str, port: int, request: KmsRequest) -> KmsAnswer:
        """Ask a host; raises Failure. Every request that gets through is noted, also one that is refused."""
        with self._lock:
            host = self._find(name)
            if host is None or host.port != port or not host.is_reached:
                raise Failure(Hresult.KMS_UNREACHABLE)
            now = self._clock.now() + host.clock_skew
            tally, result = self._tally(host), _refusal(host, request, now)
            tally.note(_event(request, now, result))
            if result:
                raise Failure(result)
            count = tally.count(request.is_windows, now, _others(host, request.is_windows))
        return KmsAnswer(count, host.activation_interval, host.renewal_interval)

    def _tally(self, host: SimulatedKmsHost) -> Tally:
        return self._tallies.setdefault(host.name.lower(), Tally())

    # What can be read

    def events(self, name: str) -> tuple[KmsEvent, ...]:
        """Return the requests that a host has noted, the newest first; also of one that no longer serves."""
        with self._lock:
            tally = self._tallies.get(name.lower().rstrip("."))
            return tally.events() if tally else ()

    def counters(self, name: str, *, is_windows: bool) -> KmsCounters | None:
        """Return the counters of a host for Windows or for Office, None when it is none."""
        with self._lock:
            host = self._find(name)
            return None if host is None else self._counters(host, is_windows)

    def _counters(self, host: SimulatedKmsHost, is_windows: bool) -> KmsCounters:
        now = self._clock.now() + host.clock_skew
        return self._tally(host).counters(is_windows, now, _others(host, is_windows))

    def describe(self) -> dict[str, t.Any]:
        """Return the hosts as they are now, for JSON."""
        with self._lock:
            return {host.name: self._describe_host(host) for host in self._all()}

    def _describe_host(self, host: SimulatedKmsHost) -> dict[str, t.Any]:
        windows, office = self._counters(host, True), self._counters(host, False)
        return {
            "port": host.port,
            "reachable": host.is_reached,
            "machine": host.name.lower() in self._machines,
            "count": windows.count,
            "office_count": office.count,
            "requests": windows.describe(),
            "office_requests": office.describe(),
        }


def _others(host: SimulatedKmsHost, is_windows: bool) -> int:
    return host.count if is_windows else host.office_count


def _state(host: SimulatedKmsHost) -> t.Literal["open", "closed", "silent"]:
    if host.silent:
        return "silent"
    return "open" if host.reachable else "closed"


def _refusal(host: SimulatedKmsHost, request: KmsRequest, now: datetime) -> int:
    """Return the HRESULT that a host refuses a request with, 0 when it answers."""
    if abs(now - request.time) > _MAX_SKEW:
        return Hresult.CLOCKS_APART
    if not host.activated:
        return Hresult.KMS_HOST_NOT_ACTIVATED
    return 0 if host.products & request.lines else Hresult.KMS_HOST_MISMATCH


def _event(request: KmsRequest, now: datetime, result: int) -> KmsEvent:
    return KmsEvent(
        time=now,
        result=result,
        minimum=request.threshold,
        client=request.client,
        client_id=request.client_id,
        client_time=request.time,
        is_virtual=request.is_virtual,
        status=request.status,
        minutes=request.minutes,
        activation_id=request.activation_id,
        is_windows=request.is_windows,
    )
