# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The domain controllers of a domain, as DNS names them."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .errors import DirectoryLibraryMissing, DirectoryUnreachable, pip_install

__all__ = ["DirectoryEndpoint", "domain_controllers"]

_SERVERS_REMEDY = "Set dns_servers to the addresses of the domain's own DNS servers, or server to a domain controller."


@dataclass(frozen=True)
class DirectoryEndpoint:
    """Where a domain controller listens for LDAP."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.in_url}:{self.port}"

    @property
    def in_url(self) -> str:
        """The host as URLs write it: an IPv6 address in brackets."""
        return f"[{self.host}]" if ":" in self.host else self.host


def domain_controllers(
    domain: str, *, dns_servers: t.Sequence[str] = (), dns_port: int = 53, timeout: float = 30.0
) -> tuple[DirectoryEndpoint, ...]:
    """Return the domain controllers of `domain` in the order of RFC 2782: by priority, and drawn by weight within one.

    The DNS servers are the system's unless `dns_servers` names others. Raises DirectoryUnreachable: `no_such_domain`,
    `no_domain_controller`, or `directory_unreachable` where DNS gives no answer within `timeout` seconds.
    """
    try:
        import dns.exception
        import dns.resolver
    except ImportError as error:
        raise _dnspython_missing(error) from error
    name = f"_ldap._tcp.dc._msdcs.{domain.rstrip('.')}."
    try:
        answer = _resolver(dns_servers, dns_port).resolve(name, "SRV", lifetime=timeout, search=False)
    except dns.resolver.NXDOMAIN as error:
        raise _no_such_domain(domain, name) from error
    except dns.resolver.NoAnswer as error:
        raise _no_domain_controller(domain, f"{name} has no SRV record") from error
    except dns.exception.Timeout as error:
        raise _no_answer(domain, f"none came within {timeout:g} seconds") from error
    except dns.exception.DNSException as error:
        raise _no_answer(domain, " ".join(str(error).split()) or type(error).__name__) from error
    records = answer.rrset.processing_order() if answer.rrset else []
    found = tuple(DirectoryEndpoint(_host(record), record.port) for record in records if _host(record))
    if not found:
        raise _no_domain_controller(domain, f"{name} names no server")
    return found


def _resolver(servers: t.Sequence[str], port: int) -> t.Any:
    import dns.resolver

    resolver = dns.resolver.Resolver(configure=not servers)
    if servers:
        resolver.nameservers = list(servers)
        resolver.port = port
    return resolver


def _host(record: t.Any) -> str:
    """Return the host that an SRV record names; the root alone says that there is none (RFC 2782)."""
    return str(record.target.to_text(omit_final_dot=True)).rstrip(".")


def _dnspython_missing(error: ImportError) -> DirectoryLibraryMissing:
    return DirectoryLibraryMissing(
        "The Python library dnspython is missing where this task runs.",
        code="dnspython_missing",
        cause=str(error),
        remedy=f"Install it there for Ansible's Python ({pip_install('dnspython')}, or the system's package"
        " python3-dnspython or python3-dns), or set server to a domain controller, which needs no look-up.",
    )


def _no_such_domain(domain: str, name: str) -> DirectoryUnreachable:
    return DirectoryUnreachable(
        f"DNS knows no Active Directory domain '{domain}'.",
        code="no_such_domain",
        cause=f"{name} does not exist",
        remedy=f"Check domain: it is the full DNS name (corp.example.com, not CORP). {_SERVERS_REMEDY}",
    )


def _no_domain_controller(domain: str, cause: str) -> DirectoryUnreachable:
    return DirectoryUnreachable(
        f"DNS names no domain controller of '{domain}'.",
        code="no_domain_controller",
        cause=cause,
        remedy="Check that the domain controllers have registered themselves (on one of them: nltest /dsregdns)."
        f" {_SERVERS_REMEDY}",
    )


def _no_answer(domain: str, cause: str) -> DirectoryUnreachable:
    return DirectoryUnreachable(
        f"DNS gave no answer for '{domain}'.",
        code="directory_unreachable",
        cause=cause,
        remedy=f"Check that the DNS servers can be reached from where this task runs. {_SERVERS_REMEDY}",
    )
