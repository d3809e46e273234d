# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What lies around the machines: DNS, KMS hosts and forests; forests and Microsoft have files of their own.

One world serves all machines at once, so whatever counts here counts under one lock. A machine may hold its own lock
while it asks the world; the world never asks a machine, and holds its own lock for as long as it counts only.
"""

from __future__ import annotations

import threading
import typing as t
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ._clock import Clock
from ._forest import ActivationObject, Forest
from ._hresult import Failure, Hresult
from ._microsoft import Microsoft, MicrosoftDescription
from ._offline_numbers import confirmation_id

__all__ = [
    "KmsHost",
    "KmsRequest",
    "ServiceRecord",
    "World",
    "WorldDescription",
    "confirmation_id",
]

_MAX_SKEW = timedelta(hours=4)
_COUNT_WINDOW = timedelta(days=30)


@dataclass(frozen=True)
class ServiceRecord:
    """One `_vlmcs._tcp` record of a DNS domain."""

    host: str
    port: int = 1688
    priority: int = 0
    weight: int = 0


@dataclass(frozen=True)
class KmsHost:
    """A KMS host as it was described; what it has seen since is in the world."""

    name: str
    port: int = 1688
    count: int = 40
    """Distinct Windows machines, not of this fleet, that keep asking it."""
    office_count: int = 10
    reachable: bool = True
    activated: bool = True
    products: frozenset[str] = frozenset({"all"})
    clock_skew: timedelta = timedelta()


class ForestDescription(t.Protocol):
    """What a description says about one forest; equal ones are one forest."""

    def forest(self, domain: str) -> Forest:
        """Return a forest that is so described."""


@dataclass(frozen=True)
class WorldDescription:
    """Everything a description says about the world."""

    kms_hosts: tuple[KmsHost, ...] = ()
    dns: t.Mapping[str, tuple[ServiceRecord, ...]] = field(default_factory=dict)
    ad: t.Mapping[str, ForestDescription] = field(default_factory=dict)
    microsoft: MicrosoftDescription = field(default_factory=MicrosoftDescription)


@dataclass(frozen=True)
class KmsRequest:
    """What a client tells a KMS host."""

    client_id: str
    is_windows: bool
    lines: frozenset[str]
    threshold: int
    time: datetime


@dataclass
class _Tally:
    """What one KMS host has seen of this fleet."""

    seen: dict[tuple[bool, str], datetime] = field(default_factory=dict)
    highest_threshold: dict[bool, int] = field(default_factory=dict)
    licensed: int = 0
    failed: int = 0


class World:
    """The surroundings of a fleet."""

    def __init__(self, description: WorldDescription, clock: Clock) -> None:
        self.clock = clock
        self._lock = threading.Lock()
        self._tallies: dict[str, _Tally] = {}
        self._forests: dict[str, tuple[ForestDescription, Forest]] = {}
        self.microsoft = Microsoft(description.microsoft, clock)
        self._take(description)

    def _take(self, description: WorldDescription) -> None:
        self._hosts = {host.name.lower(): host for host in description.kms_hosts}
        self._records = {domain.lower(): records for domain, records in description.dns.items()}
        self._forests = {domain: self._kept_or_new(domain, row) for domain, row in description.ad.items()}

    def _kept_or_new(self, domain: str, wanted: ForestDescription) -> tuple[ForestDescription, Forest]:
        """Return the forest as it is, or a new one where its own description has changed."""
        known = self._forests.get(domain)
        return known if known and known[0] == wanted else (wanted, wanted.forest(domain))

    def update(self, description: WorldDescription) -> None:
        """Take over a changed description; counts go on, and so do forests whose own description is as before."""
        with self._lock:
            self._take(description)
        self.microsoft.update(description.microsoft)

    # DNS and AD

    def service_records(self, domain: str) -> tuple[ServiceRecord, ...]:
        """Return the KMS hosts a domain publishes, in the order a client tries them; fails when there are none."""
        records = self._records.get(domain.lower().rstrip("."), ())
        if not records:
            raise Failure(Hresult.DNS_NAME_ERROR)
        return tuple(sorted(records, key=lambda record: (record.priority, -record.weight)))

    def forest(self, domain: str | None) -> Forest | None:
        """Return the forest that a domain is in, None for no domain and for one that no forest has."""
        name = f".{(domain or '').lower().rstrip('.')}"
        roots = (root for root in self._forests if name.endswith(f".{root}"))
        found = max(roots, key=len, default=None)
        return None if found is None else self._forests[found][1]

    def activation_object(self, domain: str | None, lines: frozenset[str]) -> ActivationObject | None:
        """Return an activation object for a product in the forest of `domain`; raises Failure as the forest does."""
        forest = self.forest(domain)
        objects = () if forest is None else forest.objects()
        return next((found for found in objects if found.covers(lines)), None)

    # KMS

    def ask_kms(self, host_name: str, port: int, request: KmsRequest) -> None:
        """Ask a KMS host for a lease; every request that gets through counts, also one that is refused."""
        host = self._hosts.get(host_name.lower().rstrip("."))
        if host is None or not host.reachable or host.port != port:
            raise Failure(Hresult.KMS_UNREACHABLE)
        with self._lock:
            tally = self._tallies.setdefault(host.name.lower(), _Tally())
            try:
                self._admit(host, tally, request)
            except Failure:
                tally.failed += 1
                raise
            tally.licensed += 1

    def _admit(self, host: KmsHost, tally: _Tally, request: KmsRequest) -> None:
        now = self.clock.now()
        if abs(now + host.clock_skew - request.time) > _MAX_SKEW:
            raise Failure(Hresult.CLOCKS_APART)
        if not host.activated:
            raise Failure(Hresult.KMS_HOST_NOT_ACTIVATED)
        if not host.products & request.lines:
            raise Failure(Hresult.KMS_HOST_MISMATCH)
        tally.seen[request.is_windows, request.client_id] = now
        highest = max(request.threshold, tally.highest_threshold.get(request.is_windows, 0))
        tally.highest_threshold[request.is_windows] = highest
        if self._count(host, tally, request.is_windows, now) < request.threshold:
            raise Failure(Hresult.COUNT_TOO_LOW)

    @staticmethod
    def _count(host: KmsHost, tally: _Tally, is_windows: bool, now: datetime) -> int:
        """Return a host's client count: distinct machines in 30 days, cached up to twice the highest threshold."""
        ours = sum(
            1 for (windows, _id), at in tally.seen.items() if windows == is_windows and now - at <= _COUNT_WINDOW
        )
        others = host.count if is_windows else host.office_count
        highest = tally.highest_threshold.get(is_windows)
        return ours + others if highest is None else min(ours + others, 2 * highest)

    def kms_counts(self, host_name: str) -> tuple[int, int, int] | None:
        """Return a KMS host's client count, and how many requests it granted and refused; None when it is none."""
        host = self._hosts.get(host_name.lower())
        if host is None:
            return None
        with self._lock:
            tally = self._tallies.get(host.name.lower(), _Tally())
            return self._count(host, tally, True, self.clock.now()), tally.licensed, tally.failed

    def describe(self) -> dict[str, t.Any]:
        """Return the counts as they are now, for JSON."""
        return {
            "now": self.clock.now().isoformat(),
            "kms_hosts": {host.name: self._describe_host(host) for host in self._hosts.values()},
            "forests": {domain: _describe_forest(forest) for domain, (_row, forest) in self._forests.items()},
            "microsoft": self.microsoft.describe(),
        }

    def _describe_host(self, host: KmsHost) -> dict[str, t.Any]:
        with self._lock:
            tally, now = self._tallies.get(host.name.lower(), _Tally()), self.clock.now()
            return {
                "port": host.port,
                "reachable": host.reachable,
                "count": self._count(host, tally, True, now),
                "office_count": self._count(host, tally, False, now),
                "licensed_requests": tally.licensed,
                "failed_requests": tally.failed,
            }


def _describe_forest(forest: Forest) -> dict[str, t.Any]:
    """Return what is in a forest now; a directory that cannot be read says why in `failure`."""
    try:
        return {"objects": [found.describe() for found in forest.objects()], "failure": None}
    except Failure as failure:
        return {"objects": None, "failure": f"0x{failure.hresult:08X}"}
