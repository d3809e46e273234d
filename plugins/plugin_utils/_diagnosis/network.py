# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The network around a machine: which ports answer, and what a domain publishes. All I/O but that of the session."""

from __future__ import annotations

import typing as t

from .._discovery import (
    DnsSettings,
    JudgedDomain,
    ProbeOutcome,
    discover,
    leads_to_itself,
    only_neighbours_reach,
    probe,
    resolve,
)
from .._errors import ActivationError, MissingLibrary
from .._session import ConnectionSettings, bare
from .observations import Answering, DnsProblem, MachinePlace, Published, PublishedHost, Reach

__all__ = ["Network", "Surroundings", "place_of"]

_ANSWERING = {
    ProbeOutcome.ACCEPTED: Answering.OPEN,
    ProbeOutcome.REFUSED: Answering.REFUSED,
    ProbeOutcome.SILENT: Answering.SILENT,
    ProbeOutcome.NO_ROUTE: Answering.NO_ROUTE,
}


class Surroundings(t.Protocol):
    """What can be seen of the network around a machine."""

    def machine(self, host: str, port: int) -> Reach:
        """Try the machine's own port, by the name that the connection has for it."""

    def kms_host(self, host: str, port: int) -> Reach:
        """Try the port of a KMS host, by its name in the machines' DNS."""

    def published(self, domain: str) -> Published:
        """Look up and try the KMS hosts of a domain."""


class Network:
    """The real network, seen from the controller."""

    def __init__(self, settings: DnsSettings, allowed: t.Collection[str] | None = None) -> None:
        self._settings = settings
        # A connection finds the machine by the system's own names, whatever DNS servers know the domain.
        self._system = DnsSettings(timeout=settings.timeout)
        self._allowed = allowed

    def machine(self, host: str, port: int) -> Reach:
        """Try the machine's own port."""
        return self._reach(host, port, self._system)

    def kms_host(self, host: str, port: int) -> Reach:
        """Try the port of a KMS host, unless only the machine can reach it."""
        if leads_to_itself(host):
            return Reach(host, port, Answering.UNKNOWN, why=f"{host} is the machine itself, whoever asks.")
        return self._reach(host, port, self._settings, of_machine=True)

    def published(self, domain: str) -> Published:
        """Look up and try the KMS hosts of a domain."""
        try:
            found = discover([domain], self._settings, allowed=self._allowed)
        except MissingLibrary as missing:
            return Published(
                domain, flaws=(DnsProblem("dnspython_missing", missing.message, missing.cause, missing.remedy),)
            )
        return _published(found.domains[0], asked=bool(self._settings.servers))

    def _reach(self, host: str, port: int, settings: DnsSettings, *, of_machine: bool = False) -> Reach:
        try:
            addresses = resolve(bare(host), settings)
            if of_machine and only_neighbours_reach(addresses):
                why = f"The address of {host} is link-local: the machine may reach it, and the controller cannot tell."
                return Reach(host, port, Answering.UNKNOWN, addresses, why)
            outcome = probe(addresses, port, settings.timeout).outcome if addresses else None
        except ActivationError as failed:  # DNS is silent, a library is missing, or the controller has no socket left
            return Reach(host, port, Answering.UNKNOWN, why=failed.message)
        if outcome is None:
            return Reach(host, port, Answering.NAMELESS)
        return Reach(host, port, _ANSWERING[outcome], addresses)


def _published(domain: JudgedDomain, *, asked: bool) -> Published:
    rows = domain.seen.records
    return Published(
        domain.seen.domain,
        tuple(PublishedHost(row.record.target, row.record.port, row.reachable) for row in rows),
        tuple(DnsProblem(found.code, found.message, found.cause, found.remedy) for found in domain.findings),
        asked,
    )


def place_of(settings: ConnectionSettings) -> MachinePlace:
    """Return how the machine is reached by a connection with these settings."""
    return MachinePlace(
        host=settings.host,
        port=settings.port,
        user=settings.user or "",
        over_tls=settings.over_tls,
        validated=settings.tls.validate,
        proxied=settings.proxy_url is not None,
    )
