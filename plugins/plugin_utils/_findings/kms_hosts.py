# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names of KMS hosts, with and without a port, and the KMS host that a product renews from."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator
from datetime import date

from .._licensing import Channel, Product, State, named
from .._planning import Override, effective_overrides, has_own_host, kms_hosts_at_odds
from .._validation import same_name, spelled_endpoint, valid_endpoint
from .record import AuditSettings, Finding, Record, listed

__all__ = ["is_among", "kms_host_differs", "product_settings_override"]


def is_among(host: str, port: int, allowed: tuple[str, ...]) -> bool:
    """Tell whether a KMS host is one of those that are given; a port counts where one is given."""
    pairs = [valid_endpoint(given, "kms_hosts") for given in allowed]
    return any(same_name(host, name) and wanted in (None, port) for name, wanted in pairs)


def kms_host_differs(record: Record, settings: AuditSettings, _today: date) -> Iterator[Finding]:
    """Yield that what rests on KMS knows two KMS hosts that are at odds, or goes to one that it should not use.

    The one that is set is the one that is used; without it the one that DNS led to last. What does not ask KMS may
    have any setting: a name left behind harms nobody.
    """
    state = record.state
    if state is None:
        return
    asking = [product for product in state.judged if product.asks_kms]
    wrong = [told for product in asking for told in _wrong_with(product, state, settings.kms_hosts)]
    if wrong:
        yield Finding("kms_host_differs", listed(dict.fromkeys(wrong)))


def product_settings_override(record: Record, settings: AuditSettings, _today: date) -> Iterator[Finding]:
    """Yield that a product has a KMS host, port, lookup domain or activation type that the machine does not have."""
    state = record.state
    clients = [product for product in state.judged if product.channel is Channel.KMS_CLIENT] if state else []
    for product in clients:
        found = [
            f"{item.setting} {item.own} in place of {item.machine}"
            for item in effective_overrides(product, t.cast(State, state))
            if not _is_intended(item, product, settings)
        ]
        if found:
            yield Finding("product_settings_override", f"{named(product)}: {', '.join(found)}")


def _is_intended(item: Override, product: Product, settings: AuditSettings) -> bool:
    """Return whether this is not a finding of its own.

    Where the KMS hosts that may be used are given, `kms_host_differs` reports every other one. adba_client restricts
    Windows alone to Active Directory where Office is left to KMS; `ad_without_object` reports a Windows that is not
    licensed by it.
    """
    if item.setting in ("kms_host", "kms_port"):
        return bool(settings.kms_hosts)
    return product.is_primary and (item.setting, item.own) == ("activation_type", "ad")


def _wrong_with(product: Product, state: State, allowed: tuple[str, ...]) -> Iterator[str]:
    odds = kms_hosts_at_odds(product, state)
    if odds is not None:
        yield f"{named(product)} is set to {odds.host}, and not to {odds.other}, {odds.whose}"
    used = state.set_kms_host(product) or state.found_kms_host(product)
    if used is not None and allowed and not is_among(*used, allowed):
        alone = ", set for it alone" if has_own_host(product, state.service) else ""
        yield f"{named(product)} uses {spelled_endpoint(*used)}{alone}, which is none of the KMS hosts that are given"
