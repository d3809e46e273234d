# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Planning of the KMS client settings: compare first, change only what differs."""

from __future__ import annotations

import typing as t

from .._errors import Refusal
from .._licensing import DEFAULT_KMS_PORT, ActivationType, Product, Service, State
from ._steps import SetActivationType, SetHostCaching, SetKmsHost, SetKmsPort, SetLookupDomain, Step
from ._wish import KmsSettings


def plan_settings(wish: KmsSettings, state: State) -> t.Iterator[Step]:
    """Yield the steps from the machine's settings to the wished ones."""
    _refuse_domain_as_host(wish, state)
    if wish.dns_discovery:
        yield from _discovery(state.service)
    elif wish.host is not None:
        yield from _host(wish.host, wish.port, state.service)
    if wish.lookup_domain is not None:
        yield from _lookup_domain(wish.lookup_domain, state.service)
    if wish.host_caching is not None and wish.host_caching != state.service.host_caching:
        yield SetHostCaching(
            why="host caching is set otherwise",
            was=_on_off(state.service.host_caching),
            becomes=_on_off(wish.host_caching),
            enabled=wish.host_caching,
        )


def plan_activation_type(wish: KmsSettings, state: State) -> t.Iterator[Step]:
    """Yield the step to the wished activation type, on the state in which the key is in place.

    The setting is the machine's, but only products show it: without a primary one it could be neither compared nor
    checked afterwards.
    """
    kind = wish.activation_type
    current = state.primary.activation_type if state.primary else ActivationType.ANY
    if kind is None or kind is current:
        return
    if state.primary is None:
        raise Refusal(
            "Windows has no product key, and without one it does not show its activation type.",
            code="no_primary_product",
            remedy="Install a key first, with volume.activation.product_key, or leave activation_type out.",
        )
    yield SetActivationType(
        why="the activation type is set otherwise", was=current.label, becomes=kind.label, kind=kind
    )


def changes_host(wish: KmsSettings | None, service: Service) -> bool:
    """Tell whether a host name would be written, which is when it is worth asking whether it is a domain's."""
    return wish is not None and wish.host is not None and not same_name(wish.host, service.kms_host)


def same_name(left: str | None, right: str | None) -> bool:
    """Tell whether two DNS names are the same: case and a final dot do not matter."""
    return _normal(left) == _normal(right)


class Odds(t.NamedTuple):
    """Two KMS hosts that a product knows; `whose` says of the other one where it comes from."""

    host: str
    other: str
    whose: str


def kms_hosts_at_odds(product: Product, state: State) -> Odds | None:
    """Return the KMS hosts that a product would go to by one setting and by another, None where they agree.

    Two hosts that are set are at odds always. One that was found differs harmlessly while the licence holds: Windows
    keeps its name after another one was set.
    """
    everybodys, chosen, found = state.service.kms_host, state.set_kms_host(product), state.found_kms_host(product)
    if product.kms_host and everybodys and not same_name(product.kms_host, everybodys):
        return Odds(product.kms_host, everybodys, "which is set for all products")
    if chosen and found and not same_name(chosen[0], found[0]) and not product.is_licensed:
        return Odds(chosen[0], found[0], "which was found in DNS and used before")
    return None


def _normal(name: str | None) -> str:
    return (name or "").rstrip(".").lower()


def _refuse_domain_as_host(wish: KmsSettings, state: State) -> None:
    if wish.host is None or not (same_name(wish.host, wish.lookup_domain) or same_name(wish.host, state.domain)):
        return
    raise Refusal(
        f"{wish.host} is the name of a domain, not of a KMS host.",
        code="domain_as_kms_host",
        cause="A domain name as KMS host switches DNS discovery off and sends the machine to whatever answers there.",
        remedy=f"Set lookup_domain to {wish.host} and leave kms_host out, or name the KMS host itself.",
    )


def _discovery(service: Service) -> t.Iterator[Step]:
    if service.kms_host:
        yield SetKmsHost(why="DNS is to find the KMS host", was=service.kms_host, becomes="(from DNS)", host=None)
    if service.kms_port:
        yield SetKmsPort(why="DNS is to tell the KMS port", was=str(service.kms_port), becomes="(from DNS)", port=None)


def _host(host: str, port: int, service: Service) -> t.Iterator[Step]:
    if not same_name(host, service.kms_host):
        yield SetKmsHost(
            why="another KMS host is set" if service.kms_host else "no KMS host is set",
            was=service.kms_host or "(from DNS)",
            becomes=host,
            host=host,
        )
    # Port 0 is "never set", which means the default; a port left over from an earlier host would be used with this one.
    current = service.kms_port or DEFAULT_KMS_PORT
    if port != current:
        default = port == DEFAULT_KMS_PORT
        yield SetKmsPort(
            why="another KMS port is set", was=str(current), becomes=str(port), port=None if default else port
        )


def _lookup_domain(domain: str, service: Service) -> t.Iterator[Step]:
    if not same_name(domain, service.lookup_domain):
        yield SetLookupDomain(
            why="another lookup domain is set" if service.lookup_domain else "no lookup domain is set",
            was=service.lookup_domain or "(the machine's own)",
            becomes=domain or "(the machine's own)",
            domain=domain or None,
        )


def _on_off(enabled: bool) -> str:
    return "on" if enabled else "off"
