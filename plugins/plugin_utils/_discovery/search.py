# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The whole search: records of all domains, addresses of all hosts, then their ports; each of these at once for all.

So a dead host costs its time limit, and ten dead hosts cost the same, as long as no more of them are asked than the
limit allows.
"""

from __future__ import annotations

import typing as t
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from .._errors import ActivationError, MissingLibrary
from .findings import DiscoveryFinding, judge
from .lookup import resolve, service_records
from .probing import Probe, only_neighbours_reach, probe
from .records import SeenDomain, SeenRecord, ServiceRecord
from .settings import KMS_PORT, DnsSettings

__all__ = ["LIMIT", "Discovery", "JudgedDomain", "discover"]

LIMIT = 64
"""How many are asked at the same time."""

_Addresses = tuple[str, ...]
Prober = t.Callable[[t.Sequence[str], int, float], Probe]

_Key = t.TypeVar("_Key")
_Answer = t.TypeVar("_Answer")


@dataclass(frozen=True)
class JudgedDomain:
    """A domain as it was seen, and what is wrong with it."""

    seen: SeenDomain
    findings: tuple[DiscoveryFinding, ...]

    def codes(self, record: SeenRecord | None = None) -> list[str]:
        """Return the codes of what is wrong with one of the records, or without one with the domain itself."""
        place = (record.record.target, record.record.port) if record else (None, None)
        found = (finding.code for finding in self.findings if (finding.target, finding.port) == place)
        return list(dict.fromkeys(found))


@dataclass(frozen=True)
class Discovery:
    """What was found in all domains, in the order in which they were given."""

    domains: tuple[JudgedDomain, ...]

    @property
    def findings(self) -> tuple[DiscoveryFinding, ...]:
        """Everything that is wrong."""
        return tuple(finding for domain in self.domains for finding in domain.findings)

    @property
    def healthy(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings


def discover(
    domains: t.Iterable[str],
    settings: DnsSettings,
    *,
    allowed: t.Collection[str] | None = None,
    expected_port: int = KMS_PORT,
    limit: int = LIMIT,
    prober: Prober | None = probe,
) -> Discovery:
    """Look up the KMS hosts of domains, try their ports, and judge them; without a `prober` no port is tried.

    Raises MissingLibrary (`dnspython_missing`); what is wrong with DNS or a host is in the result.
    """
    published = _together(lambda domain: _caught(service_records, domain, settings), domains, limit)
    records = [row for found in published.values() if not isinstance(found, ActivationError) for row in found]
    names = _together(lambda name: _caught(resolve, name, settings), (row.target for row in records), limit)
    probes = _probed(records, names, settings.timeout, limit, prober) if prober else {}
    seen = {row: _seen(row, names[row.target], probes.get((row.target, row.port))) for row in records}
    looked_at = (
        SeenDomain(domain, failure=found)
        if isinstance(found, ActivationError)
        else SeenDomain(domain, tuple(seen[row] for row in found))
        for domain, found in published.items()
    )
    return Discovery(tuple(JudgedDomain(row, judge(row, allowed, expected_port)) for row in looked_at))


def _probed(
    records: t.Iterable[ServiceRecord],
    names: t.Mapping[str, _Addresses | ActivationError],
    timeout: float,
    limit: int,
    prober: Prober,
) -> dict[tuple[str, int], Probe]:
    """Try every port once, however many records name it, where there is an address that the controller may reach."""
    found = {name: given for name, given in names.items() if given and not isinstance(given, ActivationError)}
    addresses = {name: given for name, given in found.items() if not only_neighbours_reach(given)}
    places = ((row.target, row.port) for row in records if row.target in addresses)
    return _together(lambda place: prober(addresses[place[0]], place[1], timeout), places, limit)


def _seen(record: ServiceRecord, found: _Addresses | ActivationError, probed: Probe | None) -> SeenRecord:
    if isinstance(found, ActivationError):
        return SeenRecord(record, failure=found)
    return SeenRecord(record, found, probe=probed)


def _together(function: t.Callable[[_Key], _Answer], keys: t.Iterable[_Key], limit: int) -> dict[_Key, _Answer]:
    """Return what a function gives for each of the keys, called for up to `limit` of them at the same time."""
    once = list(dict.fromkeys(keys))
    with ThreadPoolExecutor(max_workers=max(1, min(limit, len(once)))) as pool:
        return dict(zip(once, pool.map(function, once), strict=True))


def _caught(
    function: t.Callable[[str, DnsSettings], tuple[_Answer, ...]], name: str, settings: DnsSettings
) -> tuple[_Answer, ...] | ActivationError:
    """Return what a look-up gives, or why it gives nothing; that a library is missing is nothing DNS says."""
    try:
        return function(name, settings)
    except MissingLibrary:
        raise
    except ActivationError as error:
        return error
