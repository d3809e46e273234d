# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Proxies and CA bundle of outgoing connections, taken from the controller's environment once.

`requests` looks at the environment for each session, and where exceptions from the proxy are given it even sets
`os.environ['no_proxy']` for the duration of the look: the value of one thread reaches all others, and can stay
(psf/requests#4997). So the environment is read here, as an explicit mapping, before any thread starts; sessions get
their proxy and their CA bundle as values and are kept from looking themselves.
"""

from __future__ import annotations

import dataclasses
import ipaddress
import typing as t
import urllib.parse
import urllib.request

__all__ = ["Outbound"]


@dataclasses.dataclass(frozen=True)
class Outbound:
    """What an environment says about outgoing connections; by default nothing.

    `proxies` are pairs of a scheme (or `all`, or `no` for the exceptions, as in `urllib`) and its value; `exceptions`
    is the list of hosts, domains, networks and `host:port` that are reached without a proxy. `ca` is the path of a
    bundle or folder of CA certificates. `variables` names the environment variable behind each proxy.
    """

    proxies: tuple[tuple[str, str], ...] = dataclasses.field(default=(), repr=False)  # a URL may hold a password
    exceptions: str = ""
    ca: str | None = None
    variables: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, variables: t.Mapping[str, str]) -> Outbound:
        """Return what these environment variables say, by the rules of `urllib` and `requests`."""
        proxies, names = _proxies(variables)
        return cls(
            proxies=tuple(sorted(proxies.items())),
            exceptions=variables.get("no_proxy") or variables.get("NO_PROXY") or "",
            ca=variables.get("REQUESTS_CA_BUNDLE") or variables.get("CURL_CA_BUNDLE") or None,
            variables=tuple(sorted(names.items())),
        )

    def proxy_for(self, url: str) -> str | None:
        """Return the URL of the proxy for a URL, None where it is reached directly."""
        scheme = self._scheme_for(url)
        return None if scheme is None else dict(self.proxies)[scheme]

    def variable_for(self, url: str) -> str | None:
        """Return the name of the environment variable with the proxy for a URL, None where it is reached directly."""
        return dict(self.variables).get(self._scheme_for(url) or "")

    def _scheme_for(self, url: str) -> str | None:
        parts = urllib.parse.urlsplit(url)
        proxies = dict(self.proxies)
        scheme = parts.scheme if parts.scheme in proxies else "all"
        if not proxies.get(scheme) or not parts.hostname or self._excepts(parts.hostname, parts.port):
            return None
        return scheme

    def _excepts(self, host: str, port: int | None) -> bool:
        entries = [entry for entry in self.exceptions.replace(" ", "").split(",") if entry]
        # `*`, and what only urllib reads as the list of exceptions; its function is pure when the list is given.
        listed = {"no": dict(self.proxies).get("no", "")}
        if urllib.request.proxy_bypass_environment(host, listed):  # type: ignore[attr-defined]
            return True
        address = _address(host)
        if address is not None:
            return any(address in network for network in map(_network, entries) if network is not None)
        names = (host, f"{host}:{port}") if port else (host,)
        return any(f".{name}".endswith(f".{entry.lstrip('.')}") for name in names for entry in entries)


def _proxies(variables: t.Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the proxies by scheme, and the variable behind each.

    Lower-case names win over others, and an empty one removes its proxy.
    """
    named = [(name, value, name[:-6].lower()) for name, value in variables.items() if name.lower().endswith("_proxy")]
    found = {scheme: name for name, value, scheme in named if value}
    if "REQUEST_METHOD" in variables:
        found.pop("http", None)  # in a CGI program HTTP_PROXY is a header of the request (httpoxy)
    for name, value, scheme in named:
        if not name.endswith("_proxy"):
            continue
        if value:
            found[scheme] = name
        else:
            found.pop(scheme, None)
    return {scheme: variables[name] for scheme, name in found.items()}, found


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None


def _network(entry: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(entry.strip("[]"), strict=False)
    except ValueError:
        return None
