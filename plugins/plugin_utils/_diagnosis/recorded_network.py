# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The surroundings of a machine as a transcript holds them: kept while they are looked at, and played again."""

from __future__ import annotations

import typing as t

from .._transcripts import Anonymiser
from .network import Surroundings
from .observations import Answering, DnsProblem, Expected, MachinePlace, Published, PublishedHost, Reach

__all__ = ["Recorded", "RecordingNetwork", "expected_from", "expected_row", "place_from", "place_row"]

Row = t.Mapping[str, t.Any]


class RecordingNetwork:
    """Stands in front of the surroundings and remembers what was seen of them."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._surroundings = surroundings
        self._machine: Reach | None = None
        self._kms_hosts: list[Reach] = []
        self._published: Published | None = None

    def machine(self, host: str, port: int) -> Reach:
        """Try the machine's own port."""
        self._machine = self._surroundings.machine(host, port)
        return self._machine

    def kms_host(self, host: str, port: int) -> Reach:
        """Try the port of a KMS host."""
        reach = self._surroundings.kms_host(host, port)
        self._kms_hosts.append(reach)
        return reach

    def published(self, domain: str) -> Published:
        """Look up and try the KMS hosts of a domain."""
        self._published = self._surroundings.published(domain)
        return self._published

    def names(self) -> list[str]:
        """Return every name and address that was met."""
        reaches = [*self._kms_hosts, *([self._machine] if self._machine else [])]
        listed = [self._published.domain, *(host.target for host in self._published.hosts)] if self._published else []
        return [*(name for reach in reaches for name in (reach.host, *reach.addresses)), *listed]

    def rows(self, anonymiser: Anonymiser) -> dict[str, t.Any]:
        """Return what was seen, without names and addresses."""
        name = anonymiser.pseudonyms.name
        published = self._published
        return {
            "machine": _reach_row(self._machine, name) if self._machine else None,
            "kms_hosts": [_reach_row(reach, name) for reach in self._kms_hosts],
            "published": None if published is None else _published_row(published, name),
        }


class Recorded:
    """Shows again what a transcript holds; what was not looked at then is unknown."""

    def __init__(self, rows: Row) -> None:
        self._rows = rows

    def machine(self, host: str, port: int) -> Reach:
        """Return what became of the machine's own port."""
        row = self._rows.get("machine")
        return Reach(host, port, Answering(row["answering"]) if row else Answering.UNKNOWN)

    def kms_host(self, host: str, port: int) -> Reach:
        """Return what became of the port of a KMS host."""
        for row in self._rows.get("kms_hosts") or ():
            if (row["host"], row["port"]) == (host, port):
                return Reach(host, port, Answering(row["answering"]))
        return Reach(host, port, Answering.UNKNOWN)

    def published(self, domain: str) -> Published:
        """Return what the domain published."""
        row = self._rows.get("published")
        if not row:
            return Published(domain, flaws=(DnsProblem("dns_failed", "DNS was not asked."),))
        hosts = (PublishedHost(host["target"], host["port"], host["reachable"]) for host in row["hosts"])
        flaws = (DnsProblem(code, f"{code}.") for code in row["flaws"])
        return Published(domain, tuple(hosts), tuple(flaws), bool(row["asked"]))


def _reach_row(reach: Reach, name: t.Callable[[str], str]) -> dict[str, t.Any]:
    return {"host": name(reach.host), "port": reach.port, "answering": reach.answering.value}


def _published_row(published: Published, name: t.Callable[[str], str]) -> dict[str, t.Any]:
    return {
        "hosts": [
            {"target": name(host.target), "port": host.port, "reachable": host.reachable} for host in published.hosts
        ],
        "flaws": [flaw.code for flaw in published.flaws],
        "asked": published.asked,
    }


def place_row(place: MachinePlace) -> dict[str, t.Any]:
    """Return how a machine is reached, without saying where it is and who logs in."""
    return {"over_tls": place.over_tls, "validated": place.validated, "proxied": place.proxied}


def place_from(row: Row) -> MachinePlace:
    """Return the place of a recorded machine."""
    return MachinePlace(
        host="machine",
        port=5986 if row["over_tls"] else 5985,
        user="user",
        over_tls=row["over_tls"],
        validated=row["validated"],
        proxied=row["proxied"],
    )


def expected_row(expected: Expected, anonymiser: Anonymiser) -> dict[str, t.Any]:
    """Return what was expected of a machine, without the name of a domain."""
    domain = expected.lookup_domain
    return {
        "path": expected.path,
        "lookup_domain": anonymiser.pseudonyms.name(domain) if domain else None,
        "counts": dict(expected.counts),
    }


def expected_from(row: Row) -> Expected:
    """Return what was expected of a recorded machine."""
    return Expected(path=row["path"], lookup_domain=row["lookup_domain"], counts=row["counts"])
