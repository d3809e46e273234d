# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What lies around the machines: DNS, KMS hosts, forests and Microsoft, each with a file of its own.

One world serves all machines at once, so whatever counts here counts under one lock. A machine may hold its own lock
while it asks the world; the world never asks a machine, and holds its own lock for as long as it counts only.
"""

from __future__ import annotations

import threading
import typing as t
from dataclasses import dataclass, field

from ..catalog.hresults import Failure, Hresult
from ..catalog.offline_ids import confirmation_id
from .clock import SimulatedClock
from .forest import SimulatedActivationObject, SimulatedForest
from .kms_hosts import KmsAnswer, KmsEndpoint, KmsHosts, KmsRequest, Serving, SimulatedKmsHost
from .kms_log import KmsCounters, KmsEvent
from .microsoft import Microsoft, MicrosoftDescription
from .srv_records import ServiceRecords, SimulatedRecord

__all__ = [
    "KmsAnswer",
    "KmsCounters",
    "KmsEndpoint",
    "KmsEvent",
    "KmsRequest",
    "Serving",
    "SimulatedKmsHost",
    "SimulatedRecord",
    "World",
    "WorldDescription",
    "confirmation_id",
]


class ForestDescription(t.Protocol):
    """What a description says about one forest; equal ones are one forest."""

    def forest(self, domain: str) -> SimulatedForest:
        """Return a forest that is so described."""


@dataclass(frozen=True)
class WorldDescription:
    """Everything a description says about the world."""

    kms_hosts: tuple[SimulatedKmsHost, ...] = ()
    dns: t.Mapping[str, tuple[SimulatedRecord, ...]] | None = None
    """None lets the described KMS hosts publish themselves, each in its own domain."""
    ad: t.Mapping[str, ForestDescription] = field(default_factory=dict)
    clients_renew: bool = False
    """Whether KMS clients try to activate by themselves as time passes."""
    microsoft: MicrosoftDescription = field(default_factory=MicrosoftDescription)


class World:
    """The surroundings of a fleet."""

    def __init__(self, description: WorldDescription, clock: SimulatedClock) -> None:
        self.clock = clock
        self._lock = threading.Lock()
        self._hosts = KmsHosts(clock)
        self._records = ServiceRecords()
        self._forests: dict[str, tuple[ForestDescription, SimulatedForest]] = {}
        self.microsoft = Microsoft(description.microsoft, clock)
        self.pass_time: t.Callable[[], None] = _nothing_happens
        """Lets happen what machines do by themselves; called before anybody looks, and never under a machine's lock."""
        self._take(description)

    def _take(self, description: WorldDescription) -> None:
        self._hosts.take(description.kms_hosts)
        self._records.describe(description.dns, description.kms_hosts)
        self._forests = {domain: self._kept_or_new(domain, row) for domain, row in description.ad.items()}

    def _kept_or_new(self, domain: str, wanted: ForestDescription) -> tuple[ForestDescription, SimulatedForest]:
        """Return the forest as it is, or a new one where its own description has changed."""
        known = self._forests.get(domain)
        return known if known and known[0] == wanted else (wanted, wanted.forest(domain))

    def update(self, description: WorldDescription) -> None:
        """Take over a changed description; counts go on, and so do forests whose own description is as before."""
        with self._lock:
            self._take(description)
        self.microsoft.update(description.microsoft)

    # DNS and AD

    def published(self, domain: str) -> tuple[SimulatedRecord, ...]:
        """Return the KMS hosts that a domain's DNS names, in no order that means anything; none are none."""
        return self._records.of(domain)

    def service_records(self, domain: str) -> tuple[SimulatedRecord, ...]:
        """Return the KMS hosts a domain publishes, in the order a client tries them; fails when there are none."""
        records = self.published(domain)
        if not records:
            raise Failure(Hresult.DNS_NAME_ERROR)
        return tuple(sorted(records, key=lambda record: (record.priority, -record.weight)))

    def forest(self, domain: str | None) -> SimulatedForest | None:
        """Return the forest that a domain is in, None for no domain and for one that no forest has."""
        name = f".{(domain or '').lower().rstrip('.')}"
        roots = (root for root in self._forests if name.endswith(f".{root}"))
        found = max(roots, key=len, default=None)
        return None if found is None else self._forests[found][1]

    def activation_object(self, domain: str | None, lines: frozenset[str]) -> SimulatedActivationObject | None:
        """Return an activation object for a product in the forest of `domain`; raises Failure as the forest does."""
        forest = self.forest(domain)
        objects = () if forest is None else forest.objects()
        return next((found for found in objects if found.covers(lines)), None)

    # KMS

    def join(self, full_name: str) -> None:
        """Note a machine of the fleet by its name in DNS: it is in place of a described KMS host of that name."""
        self._hosts.join(full_name)
        self._records.belongs_to_a_machine(full_name)

    def serve(self, full_name: str, serving: Serving | None) -> None:
        """Note what a machine of the fleet serves as a KMS host, None when it is none; what it publishes stays."""
        self._hosts.serve(full_name, serving)
        for domain, record in serving.records if serving else ():
            self._records.write(domain, record)

    def forget(self, full_name: str) -> None:
        """Forget a machine that has gone or starts anew: its log, its counters, and that it served."""
        self._hosts.forget(full_name)
        self._records.belongs_to_nobody(full_name)

    def ask_kms(self, host_name: str, port: int, request: KmsRequest) -> KmsAnswer:
        """Ask a KMS host for its count; raises Failure. Every request that gets through counts, also a refused one."""
        return self._hosts.ask(host_name, port, request)

    def kms_events(self, full_name: str) -> tuple[KmsEvent, ...]:
        """Return the requests that a KMS host has noted, the newest first."""
        return self._hosts.events(full_name)

    def kms_counters(self, full_name: str, *, is_windows: bool = True) -> KmsCounters | None:
        """Return what a KMS host says of its Windows or its Office clients, None when it is none."""
        return self._hosts.counters(full_name, is_windows=is_windows)

    def kms_endpoints(self) -> tuple[KmsEndpoint, ...]:
        """Return where KMS hosts and machines of the fleet are on the network, and how the port of each behaves."""
        return self._hosts.endpoints()

    def describe(self) -> dict[str, t.Any]:
        """Return the counts as they are now, for JSON."""
        return {
            "now": self.clock.now().isoformat(),
            "kms_hosts": self._hosts.describe(),
            "forests": {domain: _describe_forest(forest) for domain, (_row, forest) in self._forests.items()},
            "microsoft": self.microsoft.describe(),
        }


def _nothing_happens() -> None:
    """Let time pass for nobody."""


def _describe_forest(forest: SimulatedForest) -> dict[str, t.Any]:
    """Return what is in a forest now; a directory that cannot be read says why in `failure`."""
    try:
        return {"objects": [found.describe() for found in forest.objects()], "failure": None}
    except Failure as failure:
        return {"objects": None, "failure": f"0x{failure.hresult:08X}"}
