# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""KMS settings of single products, which override those of the machine, and the KMS host that they lead to.

A product shows what is in force: its own setting, else the machine's. So its own is visible only where the two differ;
`slmgr.vbs /skms HOST ACTIVATION-ID` and `ospp.vbs /sethst` set it. The machine's activation type is not readable.
"""

from __future__ import annotations

import typing as t

from .._licensing import (
    DEFAULT_KMS_PORT,
    ActivationType,
    Application,
    Channel,
    Product,
    Service,
    State,
    blames_kms_host,
    named,
)
from .._validation import same_name, spelled_endpoint

FROM_DNS = "(from DNS)"
OWN_DOMAIN = "(the machine's own)"


class Override(t.NamedTuple):
    """A setting of a product, and what the machine has in its place."""

    setting: str
    own: str
    machine: str


def has_own_host(product: Product, service: Service) -> bool:
    """Return whether a product shows a KMS host of its own."""
    return bool(product.kms_host) and not same_name(product.kms_host, service.kms_host)


def has_own_port(product: Product, service: Service) -> bool:
    """Return whether a product shows a KMS port of its own; the default is the same as none."""
    return bool(product.kms_port) and product.kms_port != (service.kms_port or DEFAULT_KMS_PORT)


def has_own_domain(product: Product, service: Service) -> bool:
    """Return whether a product shows a look-up domain of its own."""
    return bool(product.lookup_domain) and not same_name(product.lookup_domain, service.lookup_domain)


def label(product: Product) -> str:
    """Return a product's name in no language: Windows with its edition, else the family of the licence."""
    return named(product) if product.application is Application.WINDOWS else product.family or product.id


def kms_clients(state: State) -> tuple[Product, ...]:
    """Return the products on a KMS client key that have an ID, by which they can be addressed."""
    return tuple(
        product
        for product in state.products
        if product.id and product.partial_product_key and product.channel is Channel.KMS_CLIENT
    )


def overrides(product: Product, state: State) -> tuple[Override, ...]:
    """Return the settings by which a KMS client product differs from the machine."""
    service, found = state.service, []
    if has_own_host(product, service):
        found.append(Override("kms_host", str(product.kms_host), service.kms_host or FROM_DNS))
    if has_own_port(product, service):
        found.append(Override("kms_port", str(product.kms_port), str(service.kms_port or DEFAULT_KMS_PORT)))
    if has_own_domain(product, service):
        found.append(Override("lookup_domain", str(product.lookup_domain), service.lookup_domain or OWN_DOMAIN))
    kind = product.activation_type
    # "Any" is a setting that is absent, so where one product shows it the machine has no type.
    if kind not in _NO_TYPE and any(other.activation_type is ActivationType.ANY for other in kms_clients(state)):
        found.append(Override("activation_type", kind.label, ActivationType.ANY.label))
    return tuple(found)


def effective_overrides(product: Product, state: State) -> tuple[Override, ...]:
    """Return the overrides that change what a product does and that are not a conflict of two named KMS hosts.

    What does not ask KMS may have any host, and where a host is named none is looked up in a domain.
    """
    named_host = state.set_kms_host(product) is not None
    conflict = has_own_host(product, state.service) and bool(state.service.kms_host)
    ignored = {"lookup_domain"} if named_host else {"kms_port"}
    if conflict or not product.asks_kms:
        ignored |= {"kms_host", "kms_port", "lookup_domain"}
    return tuple(found for found in overrides(product, state) if found.setting not in ignored)


def asked_kms_host(code: int, product: Product, state: State) -> str | None:
    """Return a sentence about the KMS host that a product asks, None where `code` does not blame one.

    It rests on the settings that are in force and on what Windows found before, not on a record of the attempt.
    """
    if not blames_kms_host(code) or not product.asks_kms:
        return None
    chosen = state.set_kms_host(product)
    if chosen is not None:
        own = has_own_host(product, state.service) or has_own_port(product, state.service)
        whose = f"which is set for {label(product)} alone" if own else "which is set on the machine"
        return f"The KMS host asked is {spelled_endpoint(*chosen)}, {whose}."
    domain = product.lookup_domain or state.service.lookup_domain or state.domain
    where = f"in {domain}" if domain else "in the machine's own DNS suffix"
    found = state.found_kms_host(product)
    last = f"; the last one found is {spelled_endpoint(*found)}" if found else ""
    return f"The KMS host is looked up in DNS, {where}{last}."


_NO_TYPE = (ActivationType.ANY, ActivationType.UNKNOWN)
