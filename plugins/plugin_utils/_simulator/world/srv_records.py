# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The `_vlmcs._tcp` records of all domains: those described, and those that KMS hosts write by themselves.

A host writes its records and never takes them back, so those of a host that has gone stay behind.
"""

from __future__ import annotations

import threading
import typing as t
from dataclasses import dataclass

__all__ = ["ServiceRecords", "SimulatedRecord", "own_domain"]


@dataclass(frozen=True)
class SimulatedRecord:
    """One `_vlmcs._tcp` record of a DNS domain."""

    host: str
    port: int = 1688
    priority: int = 0
    weight: int = 0


Zones = t.Mapping[str, "tuple[SimulatedRecord, ...]"]


class Publisher(t.Protocol):
    """What is needed of a KMS host to publish it."""

    @property
    def name(self) -> str:
        """Its full name."""

    @property
    def port(self) -> int:
        """The port it listens on."""


class ServiceRecords:
    """The records of one world. A domain that is described has what is described, whatever hosts write there."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._zones: Zones = {}
        self._published: Zones = {}
        self._written: dict[str, dict[str, SimulatedRecord]] = {}
        self._machines: set[str] = set()

    def describe(self, zones: Zones | None, hosts: t.Iterable[Publisher]) -> None:
        """Take over a description; without any zones in it, its KMS hosts publish themselves in their own domains."""
        with self._lock:
            self._zones = {_normal(domain): records for domain, records in (zones or {}).items()}
            self._published = _own_records(hosts) if zones is None else {}

    def belongs_to_a_machine(self, host: str) -> None:
        """Note that a machine has that name: it writes its records itself, in place of a described host's."""
        with self._lock:
            self._machines.add(_normal(host))

    def belongs_to_nobody(self, host: str) -> None:
        """Note that the machine of that name has gone; what it wrote stays."""
        with self._lock:
            self._machines.discard(_normal(host))

    def write(self, domain: str, record: SimulatedRecord) -> None:
        """Write the record of one host into a domain, in place of what it wrote there before."""
        with self._lock:
            self._written.setdefault(_normal(domain), {})[_normal(record.host)] = record

    def of(self, domain: str) -> tuple[SimulatedRecord, ...]:
        """Return the records of a domain, in no order that means anything."""
        name = _normal(domain)
        with self._lock:
            if name in self._zones:
                return self._zones[name]
            described = {_normal(row.host): row for row in self._published.get(name, ())}
            found = {host: row for host, row in described.items() if host not in self._machines}
            return tuple({**self._written.get(name, {}), **found}.values())


def _own_records(hosts: t.Iterable[Publisher]) -> Zones:
    zones: dict[str, tuple[SimulatedRecord, ...]] = {}
    for host in hosts:
        domain = own_domain(host.name)
        if domain:
            zones[domain] = (*zones.get(domain, ()), SimulatedRecord(host.name, host.port))
    return zones


def own_domain(host: str) -> str:
    """Return the domain in which a host publishes itself, empty for a name without one."""
    return _normal(host).partition(".")[2]


def _normal(domain: str) -> str:
    return domain.strip().lower().rstrip(".")
