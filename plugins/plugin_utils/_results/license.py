# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A state as a result: plain values, language-free, with no secret in it because the state has none."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta

from .._licensing import ActivationType, Machine, Product, State, attempt_facts, explain, windows_name

PARTS = ("machine", "service", "products")


def license_facts(state: State, parts: t.Iterable[str] = PARTS, *, installation_ids: bool = False) -> dict[str, t.Any]:
    """Return the `license` of a result; a part that was not read is left out."""
    wanted = set(parts)
    facts: dict[str, t.Any] = {}
    if "machine" in wanted and state.machine is not None:
        facts["machine"] = _machine(state.machine)
    if "domain" in wanted and state.domain is not None:
        facts["domain"] = state.domain or None
    if "service" in wanted and state.service.version:
        facts["service"] = _service(state)
    if "products" in wanted:
        now = (state.machine.clock if state.machine else None) or state.observed_at
        facts["products"] = [_product(product, now, installation_ids) for product in state.products]
    return facts


def path_facts(state: State) -> dict[str, str | None]:
    """Return by which path Windows itself got the licence it has, and of Active Directory by which object."""
    product = state.primary
    path = _path(product) if product and product.is_licensed else None
    found = product if path is ActivationType.AD else None
    return {
        "path": path.label if path else None,
        "object": found.ad_object if found else None,
        "object_dn": (found.ad_object_dn or None) if found else None,
        "extended_pid": found.ad_extended_pid if found else None,
        "activation_id": found.ad_activation_id if found else None,
    }


def _path(product: Product) -> ActivationType | None:
    if product.is_by_directory:
        return ActivationType.AD
    return ActivationType.KMS if product.activated_by is ActivationType.KMS else None


def _machine(machine: Machine) -> dict[str, t.Any]:
    return {
        "name": machine.name,
        "product_name": windows_name(machine.edition_id, machine.build),
        "edition": machine.edition_id,
        "build": machine.build,
        "sku": machine.sku,
    }


def _service(state: State) -> dict[str, t.Any]:
    service, primary = state.service, state.primary
    clock = state.machine.clock if state.machine else None
    return {
        "version": service.version,
        "clock": clock.isoformat() if clock else None,
        "client_machine_id": service.client_machine_id,
        "kms_host": service.kms_host,
        "kms_port": service.kms_port or None,
        "lookup_domain": service.lookup_domain,
        "host_caching": service.host_caching,
        "discovered_kms_host": service.discovered_kms_host,
        "discovered_kms_port": service.discovered_kms_port or None,
        "remaining_rearms": service.remaining_rearms,
        "is_kms_host": service.is_kms_host,
        "activation_type": (primary.activation_type if primary else ActivationType.ANY).label,
    }


def _product(product: Product, now: datetime, installation_ids: bool) -> dict[str, t.Any]:
    facts: dict[str, t.Any] = {
        "id": product.id,
        "name": product.name or None,
        "application": product.application.value,
        "family": product.family,
        "channel": product.channel.value,
        "partial_product_key": product.partial_product_key,
        "status": product.status.label,
        "status_code": int(product.status),
        "reason": reason_facts(product.reason, product.channel.value),
        "grace_minutes": product.grace_minutes,
        "expires": _expires(product, now),
        "activation_type": product.activation_type.label,
        "activated_by": product.activated_by.label if product.activated_by else None,
        "ad_object": product.ad_object,
        "ad_object_dn": product.ad_object_dn or None,
        "ad_extended_pid": product.ad_extended_pid,
        "ad_activation_id": product.ad_activation_id,
        "kms": {
            "host": product.kms_host,
            "port": product.kms_port or None,
            "lookup_domain": product.lookup_domain,
            "discovered_host": product.discovered_kms_host,
            "discovered_port": product.discovered_kms_port or None,
        },
        "is_primary": product.is_primary,
        "is_addon": product.is_addon,
    }
    if product.last_attempt is not None:
        facts["last_attempt"] = attempt_facts(product.last_attempt)
    if installation_ids:
        facts.update(installation_id=product.installation_id, extended_pid=product.extended_pid)
    return facts


def reason_facts(code: int, channel: str | None = None) -> dict[str, str | None] | None:
    """Return a machine's own reason explained, None where it gives none."""
    if not code:
        return None
    explained = explain(code, channel)
    return {
        "code": explained.code,
        "name": explained.name,
        "message": explained.message,
        "cause": explained.cause,
        "remedy": explained.remedy,
    }


def _expires(product: Product, now: datetime) -> str | None:
    end = product.evaluation_end
    try:
        if product.grace_minutes:
            end = now + timedelta(minutes=product.grace_minutes)
        return end.astimezone(now.tzinfo).date().isoformat() if end else None
    except OverflowError:
        return None  # beyond the calendar is as good as no end
