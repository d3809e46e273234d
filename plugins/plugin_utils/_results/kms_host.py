# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a KMS host is set to and whom it has served, as plain values of a result."""

from __future__ import annotations

import dataclasses
import typing as t
from datetime import datetime

from .._applying import Requests
from .._licensing import (
    KMS_THRESHOLDS,
    Application,
    Channel,
    FirewallRule,
    Hosting,
    KmsClient,
    Product,
    RequestCounts,
    ServedProduct,
    Service,
    State,
    clients_of,
    duplicates_of,
    explain,
)
from .._planning import is_host, profile_words, reason_of
from .license import reason_facts

__all__ = ["client_facts", "count_facts", "hosting_facts", "installation_facts", "request_facts", "served_facts"]


def hosting_facts(state: State) -> dict[str, t.Any]:
    """Return the `hosting` of a result; what was not read is None."""
    hosting = state.hosting or Hosting()
    domains = hosting.publish_domains
    return {
        "is_kms_host": is_host(state),
        "port": hosting.effective_port,
        "dns_publishing": hosting.dns_publishing,
        "publish_domains": None if domains is None else [dataclasses.asdict(row) for row in domains],
        "low_priority": hosting.low_priority,
        "activation_interval": hosting.activation_interval,
        "renewal_interval": hosting.renewal_interval,
        "firewall": _firewall(hosting.firewall),
        "service_version": hosting.version_mark or None,
    }


def _firewall(rule: FirewallRule | None) -> dict[str, t.Any] | None:
    if rule is None or not rule.name:
        return None
    return {
        "rule": rule.name,
        "enabled": rule.enabled,
        "ports": list(rule.ports),
        "profiles": profile_words(rule.profiles).split(", "),
    }


def request_facts(requests: RequestCounts) -> dict[str, int | None]:
    """Return the counters of requests."""
    return dataclasses.asdict(requests)


def count_facts(products: t.Iterable[Product], served: t.Mapping[str, ServedProduct]) -> dict[str, int | None]:
    """Return the host's two client counts, of Windows and of Office; the greatest that one of its products tells."""
    found: dict[str, int | None] = {"windows": None, "office": None}
    for product in products:
        count = served[product.id].current_count if product.id in served else None
        if product.channel is Channel.KMS_HOST and count is not None:
            name = "windows" if product.application is Application.WINDOWS else "office"
            found[name] = max(count, found[name] or 0)
    return found


def served_facts(products: t.Iterable[Product], served: t.Mapping[str, ServedProduct]) -> list[dict[str, t.Any]]:
    """Return the products that hold a host key, each with what it has served."""
    rows = [product for product in products if product.channel is Channel.KMS_HOST]
    return [_served(product, served.get(product.id, ServedProduct(id=product.id))) for product in rows]


def _served(product: Product, served: ServedProduct) -> dict[str, t.Any]:
    return {
        "id": product.id,
        "name": product.name or None,
        "application": product.application.value,
        "family": product.family,
        "partial_product_key": product.partial_product_key,
        "status": product.status.label,
        "status_code": int(product.status),
        "reason": reason_facts(product.reason, product.channel.value),
        "current_count": served.current_count,
        "required_count": served.required_count,
        "requests": request_facts(served.requests),
    }


def client_facts(found: Requests, since: datetime) -> dict[str, t.Any]:
    """Return who asked the host, a row for each product of each client, and the IDs that several machines share."""
    clients = clients_of(found.requests)
    return {
        "since": since.isoformat(),
        "events": found.events,
        "truncated": found.truncated,
        "rows": [_client(client) for client in clients],
        "duplicates": [
            {"client_machine_id": key, "names": list(names)} for key, names in duplicates_of(clients).items()
        ],
    }


def _client(client: KmsClient) -> dict[str, t.Any]:
    last = client.last
    moment = last.logged or last.client_time
    return {
        "name": last.name,
        "client_machine_id": last.client_machine_id,
        "last_seen": moment.isoformat() if moment else None,
        "last_result": f"0x{last.result:08X}",
        "message": explain(last.result).message if last.result else None,
        "required_count": last.required_count,
        "kind": _KINDS.get(last.required_count, "unknown"),
        "is_virtual": last.is_virtual,
        "status": last.status.label if last.status is not None else None,
        "minutes_left": last.minutes_left,
        "activation_id": last.activation_id,
        "requests": client.requests,
        "failed": client.failed,
    }


_KINDS: t.Mapping[int | None, str] = {
    KMS_THRESHOLDS["windows_client"]: "windows_client",
    KMS_THRESHOLDS["windows_server"]: "server_or_office",
}
"""What a client is by the count that it needs; servers and Office both need five."""


def installation_facts(machine: str, bios_uuid: str | None, product: Product, service: Service) -> dict[str, t.Any]:
    """Return what an activation elsewhere needs of a product that is not licensed."""
    return {
        "machine": machine,
        "activation_id": product.id,
        "installation_id": product.installation_id,
        "extended_pid": product.extended_pid,
        "partial_product_key": product.partial_product_key,
        "client_machine_id": service.client_machine_id,
        "bios_uuid": bios_uuid,
        "reason": reason_of(product),
    }
