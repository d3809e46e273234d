# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a KMS host answers, as far as the controller can see, before a licence is given up for one.

Only what is certain counts against a host: its name has an address here, and its port refuses the connection or does
not answer, while the machine has no recent lease of it. The machine may see more than the controller, so everything
else is unknown and holds up nothing.
"""

from __future__ import annotations

import typing as t
from dataclasses import asdict, dataclass

from ..._discovery import DnsSettings, ProbeOutcome, SeenRecord, discover, only_neighbours_reach, probe, resolve
from ..._errors import ActivationError, Refusal
from ..._licensing import State
from ..._planning import KmsSettings, granted_by, lease_age
from ..._validation import spelled_endpoint

__all__ = ["HostCheck", "check_named_hosts", "check_published_hosts", "lookup_domain", "refuse_unreachable"]

CONNECT_SECONDS = 3.0
"""Seconds for a connection to a KMS host, and for an answer of each DNS server."""

_SETTINGS = DnsSettings(timeout=CONNECT_SECONDS)
_NEIGHBOURS = "The address is a link-local one, which only the machine reaches."
_NAMELESS = "The controller finds no address for this name."
_DETAILS = {
    ProbeOutcome.ACCEPTED: ("ok", "It accepts connections."),
    ProbeOutcome.REFUSED: ("failed", "It refuses connections."),
    ProbeOutcome.SILENT: ("failed", f"It did not answer within {CONNECT_SECONDS:g} seconds."),
    ProbeOutcome.NO_ROUTE: ("unknown", "The controller has no route to it."),
}

Endpoint = tuple[str, int]


@dataclass(frozen=True)
class HostCheck:
    """One check before a licence is given up, and its result: `ok`, `failed` or `unknown`.

    `kms_host` connects to a host, `kms_srv` looks up the hosts of a domain, `ad_object` is about a forest's objects.
    """

    check: str
    target: str
    result: str
    detail: str

    def facts(self) -> dict[str, str]:
        """Return the check as a result shows it."""
        return asdict(self)


def check_named_hosts(hosts: t.Iterable[Endpoint], state: State) -> list[HostCheck]:
    """Connect to KMS hosts that are known by name or address."""
    return [_host(host, port, _reached(host, port), state) for host, port in hosts]


def check_published_hosts(domain: str | None, state: State) -> list[HostCheck]:
    """Look up the KMS hosts that a domain publishes, and connect to them."""
    if not domain:
        return [HostCheck("kms_srv", "_vlmcs._tcp", "unknown", "The domain that the machine looks in is not known.")]
    name, target = domain.rstrip(".").lower(), f"_vlmcs._tcp.{domain.rstrip('.').lower()}"
    try:
        seen = discover([name], _SETTINGS).domains[0].seen
    except ActivationError as error:  # dnspython is missing, or no socket is left
        return [HostCheck("kms_srv", target, "unknown", error.message)]
    if seen.failure is not None:
        return [HostCheck("kms_srv", target, "unknown", f"{seen.failure.message} The machine may use other servers.")]
    found = [_host(row.record.target, row.record.port, _judged(row), state) for row in seen.records]
    hosts = ", ".join(row.target for row in found)
    return [HostCheck("kms_srv", target, "ok", f"It names {hosts}."), *found]


def lookup_domain(wished: KmsSettings, state: State) -> str | None:
    """Return the domain in which the machine looks up its KMS host once the settings are in place."""
    if wished.lookup_domain is not None:
        return wished.lookup_domain or state.domain
    return state.service.lookup_domain or state.domain


def refuse_unreachable(checks: t.Sequence[HostCheck]) -> None:
    """Raise Refusal if KMS hosts were tried and each of them certainly does not answer."""
    tried = [row for row in checks if row.check == "kms_host"]
    if not tried or any(row.result != "failed" for row in tried):
        return
    told = " ".join(f"{row.target}: {row.detail}" for row in tried)
    raise Refusal(
        f"No KMS host answers the controller, and the machine would give up a licence that cannot be restored. {told}",
        code="kms_host_unreachable",
        cause="The KMS host is off, another port is open, a record in DNS is stale, or a firewall is in the way.",
        remedy="Check the KMS host with volume.activation.kms_discovery_info, or name another one. If only the"
        " controller cannot reach it, as from another network, set check_kms_host to false.",
    )


def _host(host: str, port: int, seen: ProbeOutcome | str, state: State) -> HostCheck:
    """Return the check of a host by what became of connecting to it, or by why that says nothing."""
    target = spelled_endpoint(host, port)
    if isinstance(seen, str):
        return HostCheck("kms_host", target, "unknown", seen)
    product = granted_by(host, port, state) if seen is ProbeOutcome.SILENT else None
    if product is not None:
        detail = f"It is not reachable from the controller. It licensed the machine {lease_age(product)}."
        return HostCheck("kms_host", target, "unknown", detail)
    return HostCheck("kms_host", target, *_DETAILS[seen])


def _reached(host: str, port: int) -> ProbeOutcome | str:
    """Return what became of connecting to a host, or why it was not tried."""
    name = host.strip("[]")
    try:
        addresses = resolve(name, _SETTINGS)
        if not addresses:
            return _NAMELESS
        return _NEIGHBOURS if only_neighbours_reach(addresses) else probe(addresses, port, CONNECT_SECONDS).outcome
    except ActivationError as error:
        return error.message


def _judged(seen: SeenRecord) -> ProbeOutcome | str:
    """Return what became of connecting to the host of a record, or why it was not tried."""
    if seen.failure is not None:
        return str(seen.failure.message)
    if seen.probe is None:
        return _NEIGHBOURS if seen.addresses else _NAMELESS
    return seen.probe.outcome
