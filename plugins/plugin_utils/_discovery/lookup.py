# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Asks DNS: which KMS hosts a domain publishes, and which addresses a name has."""

from __future__ import annotations

import ipaddress
import socket
import typing as t

from .._errors import ActivationError, MissingLibrary, pip_install
from .records import ServiceRecord, in_order
from .settings import DnsSettings

__all__ = ["DnsFailed", "NoRecords", "resolve", "service_records"]

_SERVICE = "_vlmcs._tcp"
_RECORD_TYPES = ("A", "AAAA")


class NoRecords(ActivationError):
    """DNS has answered, and the domain publishes no KMS host."""


class DnsFailed(ActivationError):
    """DNS has given no answer, so nothing is known."""


def service_records(domain: str, settings: DnsSettings) -> tuple[ServiceRecord, ...]:
    """Return the KMS hosts that `domain` publishes, in the order of RFC 2782.

    Raises NoRecords (`no_records`), DnsFailed (`dns_failed`) and MissingLibrary (`dnspython_missing`).
    """
    name = f"{_SERVICE}.{domain.rstrip('.')}"
    answer = _asked(f"{name}.", "SRV", settings)
    if answer is None:
        raise _no_records(domain, f"{name} does not exist in DNS, or has no SRV record.")
    found = [ServiceRecord(_host(row), row.port, row.priority, row.weight) for row in answer if _host(row)]
    if not found:
        raise _no_records(domain, f"{name} names no server, which says that there is none.")
    return in_order(found)


def resolve(name: str, settings: DnsSettings) -> tuple[str, ...]:
    """Return the addresses of a host, IPv4 first, none when it has none; raises DnsFailed and MissingLibrary.

    It asks the DNS servers of the settings, or the system in its own way, so that the file of hosts counts there.
    """
    try:
        return (str(ipaddress.ip_address(name)),)
    except ValueError:
        return _by_servers(name, settings) if settings.servers else _by_system(name)


def _by_servers(name: str, settings: DnsSettings) -> tuple[str, ...]:
    found: list[str] = []
    for kind in _RECORD_TYPES:
        try:
            answer = _asked(f"{name.rstrip('.')}.", kind, settings)
        except DnsFailed:
            # Some servers answer for IPv4 alone; what they have told is true all the same.
            if not found:
                raise
            break
        found.extend(row.address for row in answer or ())
    return tuple(dict.fromkeys(found))


def _by_system(name: str) -> tuple[str, ...]:
    try:
        rows = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        if error.errno in (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)):
            return ()
        raise _dns_failed(name, error.strerror or str(error)) from error
    except UnicodeError:
        return ()  # No name in DNS has this form.
    found = sorted(rows, key=lambda row: row[0] is not socket.AF_INET)
    return tuple(dict.fromkeys(str(row[4][0]) for row in found))


def _asked(name: str, kind: str, settings: DnsSettings) -> t.Any:
    """Return the records of a kind that a name has, None when it does not exist or has none."""
    try:
        import dns.exception
        import dns.resolver
    except ImportError as error:
        raise _dnspython_missing(error) from error
    try:
        resolver = _resolver(settings)
        return resolver.resolve(name, kind, search=False, lifetime=settings.timeout * len(resolver.nameservers))
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return None
    except dns.exception.Timeout as error:
        raise _dns_failed(name, f"No answer came within {settings.timeout:g} seconds of each DNS server.") from error
    except dns.exception.DNSException as error:
        raise _dns_failed(name, " ".join(str(error).split()) or type(error).__name__) from error


def _resolver(settings: DnsSettings) -> t.Any:
    import dns.resolver

    resolver = dns.resolver.Resolver(configure=not settings.servers)
    if settings.servers:
        resolver.nameservers = list(settings.servers)
        resolver.port = settings.port
    # Each server gets its time, so that one that is dead does not use up that of the next.
    resolver.timeout = settings.timeout
    return resolver


def _host(record: t.Any) -> str:
    """Return the host that an SRV record names; the root alone says that there is none (RFC 2782)."""
    return str(record.target.to_text(omit_final_dot=True)).rstrip(".").lower()


def _no_records(domain: str, cause: str) -> NoRecords:
    return NoRecords(
        f"DNS has no KMS host for '{domain}'.",
        code="no_records",
        cause=cause,
        remedy=f"Let a KMS host publish itself in '{domain}' (kms_host with dns_publishing or publish_domains), write"
        " the record by hand, or name the KMS host to the clients (kms_client with kms_host). Check the domain's name"
        " too.",
    )


def _dns_failed(name: str, cause: str) -> DnsFailed:
    return DnsFailed(
        f"DNS gave no answer for '{name.rstrip('.')}'.",
        code="dns_failed",
        cause=cause,
        remedy="Check that the DNS servers can be reached from the controller and know the domain, or set dns_servers"
        " to those that do.",
    )


def _dnspython_missing(error: ImportError) -> MissingLibrary:
    return MissingLibrary(
        "The Python library dnspython is missing on the controller.",
        code="dnspython_missing",
        cause=str(error),
        remedy=f"Run: {pip_install('dnspython')} or install the system's package python3-dnspython or python3-dns.",
    )
