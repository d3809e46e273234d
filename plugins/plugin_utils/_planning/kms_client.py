# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Planning of the KMS client settings: compare first, change only what differs."""

from __future__ import annotations

import typing as t

from .._errors import Refusal
from .._licensing import DEFAULT_KMS_PORT, ActivationType, Channel, Product, Service, State
from .._validation import same_name
from .desired_state import KmsSettings
from .kms_client_steps import (
    ClearProductDomain,
    ClearProductHost,
    ClearProductPort,
    SetActivationType,
    SetHostCaching,
    SetKmsHost,
    SetKmsPort,
    SetLookupDomain,
)
from .product_overrides import FROM_DNS, OWN_DOMAIN, has_own_domain, has_own_host, has_own_port, kms_clients, label
from .steps import Step


def plan_settings(wish: KmsSettings, state: State) -> t.Iterator[Step]:
    """Yield the steps to the desired settings: those of the machine, then what overrides them on products."""
    _refuse_domain_as_host(wish, state)
    reached = state
    for step in _machine_settings(wish, state):
        yield step
        reached = step.predicted(reached)
    for product in kms_clients(reached):
        yield from _product_settings(wish, product, reached.service)


def _machine_settings(wish: KmsSettings, state: State) -> t.Iterator[Step]:
    if wish.dns_discovery:
        yield from _discovery(state)
    elif wish.host is not None:
        yield from _host(wish.host, wish.port, state)
    if wish.lookup_domain is not None:
        yield from _lookup_domain(wish.lookup_domain, state)
    if wish.host_caching is not None and wish.host_caching != state.service.host_caching:
        yield SetHostCaching(
            why="host caching is set otherwise",
            was=_on_off(state.service.host_caching),
            becomes=_on_off(wish.host_caching),
            enabled=wish.host_caching,
        )


def _product_settings(wish: KmsSettings, product: Product, service: Service) -> t.Iterator[Step]:
    """Yield the steps that clear what a product has of its own, as far as the task decides about it."""
    name, decides_host = label(product), wish.dns_discovery or wish.host is not None
    if decides_host and has_own_host(product, service):
        yield ClearProductHost(
            why=f"{name} has a KMS host of its own, which overrides the machine's",
            was=str(product.kms_host),
            becomes=service.kms_host or FROM_DNS,
            product=name,
            product_id=product.id,
        )
    if decides_host and has_own_port(product, service):
        yield ClearProductPort(
            why=f"{name} has a KMS port of its own, which overrides the machine's",
            was=str(product.kms_port),
            becomes=FROM_DNS if wish.dns_discovery else str(service.kms_port or DEFAULT_KMS_PORT),
            product=name,
            product_id=product.id,
        )
    if wish.lookup_domain is not None and has_own_domain(product, service):
        yield ClearProductDomain(
            why=f"{name} has a lookup domain of its own, which overrides the machine's",
            was=str(product.lookup_domain),
            becomes=service.lookup_domain or OWN_DOMAIN,
            product=name,
            product_id=product.id,
        )


def plan_overrides(wish: KmsSettings, product: Product, service: Service) -> t.Iterator[Step]:
    """Yield the steps that clear what the product of a new key has of its own; its row is read with the key in it.

    The activation type of the machine is not readable, so it is set again beside.
    """
    if product.channel is not Channel.KMS_CLIENT:
        return
    yield from _product_settings(wish, product, service)
    kind = wish.activation_type
    if kind is not None and product.activation_type is not kind:
        yield _set_type(kind, product.activation_type, (product.id,))


def plan_activation_type(wish: KmsSettings, state: State) -> t.Iterator[Step]:
    """Yield the step to the requested activation type, on the state in which the key is in place.

    It is set machine-wide, or for Windows alone where that would strand another product. Only products show the type
    that applies to them: without a primary one it could be neither compared nor checked afterwards.
    """
    kind, primary = wish.activation_type, state.primary
    current = primary.activation_type if primary else ActivationType.ANY
    if kind is None or kind is current:
        return
    if primary is None:
        raise Refusal(
            "Windows has no product key, and without one it does not show its activation type.",
            code="no_primary_product",
            remedy="Install a key first, with volume.activation.product_key, or leave activation_type out.",
        )
    stranded = _stranded_by(kind, state)
    if stranded:
        yield SetActivationType(
            why=f"the activation type is set otherwise; machine-wide it would cut off {stranded} from KMS",
            was=current.label,
            becomes=f"{kind.label}, for {label(primary)} only",
            kind=kind,
            product_id=primary.id,
        )
        return
    # "Any" is a type that is absent, so a product that shows it has none of its own.
    overriding = (
        product for product in kms_clients(state) if product.activation_type not in (kind, ActivationType.ANY)
    )
    yield _set_type(kind, current, tuple(product.id for product in overriding))


def _set_type(kind: ActivationType, current: ActivationType, product_ids: tuple[str, ...]) -> Step:
    return SetActivationType(
        why="the activation type is set otherwise",
        was=current.label,
        becomes=kind.label,
        kind=kind,
        product_ids=product_ids,
    )


def _stranded_by(kind: ActivationType, state: State) -> str:
    """Return the products that a machine-wide activation type would cut off from KMS, none by default.

    A product that Active Directory has licensed needs no KMS. Of any other, nothing shows that the forest has an
    activation object for it.
    """
    if kind not in (ActivationType.AD, ActivationType.TOKEN):
        return ""
    others = [row for row in state.judged if row is not state.primary and row.channel is Channel.KMS_CLIENT]
    by_directory = kind is ActivationType.AD
    return ", ".join(label(row) for row in others if not (by_directory and row.is_licensed and row.is_by_directory))


def changes_host(wish: KmsSettings | None, service: Service) -> bool:
    """Tell whether a host name would be written, which is when it is worth asking whether it is a domain's."""
    return wish is not None and wish.host is not None and not same_name(wish.host, service.kms_host)


class KmsHostConflict(t.NamedTuple):
    """Two KMS hosts that a product knows; `whose` says of the other one where it comes from."""

    host: str
    other: str
    whose: str


def kms_hosts_at_odds(product: Product, state: State) -> KmsHostConflict | None:
    """Return the KMS hosts that a product would go to by one setting and by another, None where they agree.

    Two hosts that are set are at odds always. One that was found differs harmlessly while the licence holds: Windows
    keeps its name after another one was set.
    """
    everybodys, chosen, found = state.service.kms_host, state.set_kms_host(product), state.found_kms_host(product)
    if product.kms_host and everybodys and not same_name(product.kms_host, everybodys):
        return KmsHostConflict(product.kms_host, everybodys, "which is set for all products")
    if chosen and found and not same_name(chosen[0], found[0]) and not product.is_licensed:
        return KmsHostConflict(chosen[0], found[0], "which was found in DNS and used before")
    return None


def _refuse_domain_as_host(wish: KmsSettings, state: State) -> None:
    if wish.host is None or not (same_name(wish.host, wish.lookup_domain) or same_name(wish.host, state.domain)):
        return
    raise Refusal(
        f"{wish.host} is the name of a domain, not of a KMS host.",
        code="domain_as_kms_host",
        cause="A domain name as KMS host switches DNS discovery off and sends the machine to whatever answers there.",
        remedy=f"Set lookup_domain to {wish.host} and leave kms_host out, or name the KMS host itself.",
    )


def _discovery(state: State) -> t.Iterator[Step]:
    service = state.service
    if service.kms_host:
        yield SetKmsHost(
            why="DNS is to find the KMS host",
            was=service.kms_host,
            becomes=FROM_DNS,
            host=None,
            product_ids=_showing_host(state),
        )
    if service.kms_port:
        yield SetKmsPort(
            why="DNS is to tell the KMS port",
            was=str(service.kms_port),
            becomes=FROM_DNS,
            port=None,
            product_ids=_showing_port(state),
        )


def _host(host: str, port: int, state: State) -> t.Iterator[Step]:
    service = state.service
    if not same_name(host, service.kms_host):
        yield SetKmsHost(
            why="another KMS host is set" if service.kms_host else "no KMS host is set",
            was=service.kms_host or FROM_DNS,
            becomes=host,
            host=host,
            product_ids=_showing_host(state),
        )
    # Port 0 is "never set", which means the default; a port left over from an earlier host would be used with this one.
    current = service.kms_port or DEFAULT_KMS_PORT
    if port != current:
        yield SetKmsPort(
            why="another KMS port is set",
            was=str(current),
            becomes=str(port),
            port=None if port == DEFAULT_KMS_PORT else port,
            product_ids=_showing_port(state),
        )


def _lookup_domain(domain: str, state: State) -> t.Iterator[Step]:
    service = state.service
    if not same_name(domain, service.lookup_domain):
        yield SetLookupDomain(
            why="another lookup domain is set" if service.lookup_domain else "no lookup domain is set",
            was=service.lookup_domain or OWN_DOMAIN,
            becomes=domain or OWN_DOMAIN,
            domain=domain or None,
            product_ids=tuple(
                product.id
                for product in kms_clients(state)
                if product.lookup_domain and not has_own_domain(product, service)
            ),
        )


def _showing_host(state: State) -> tuple[str, ...]:
    """Return the products that show the machine's KMS host, which may be their own as well."""
    clients = kms_clients(state)
    return tuple(row.id for row in clients if row.kms_host and not has_own_host(row, state.service))


def _showing_port(state: State) -> tuple[str, ...]:
    """Return the products that show the machine's KMS port, which may be their own as well."""
    clients = kms_clients(state)
    return tuple(row.id for row in clients if row.kms_port and not has_own_port(row, state.service))


def _on_off(enabled: bool) -> str:
    return "on" if enabled else "off"
