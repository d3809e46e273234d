# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rule about products that only Active Directory may license, and that it has not licensed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from .._licensing import ActivationType, Product, named
from .license_summary import end_of
from .record import AuditSettings, Finding, Record, listed

__all__ = ["ad_without_object"]

_PATHS = {ActivationType.KMS: "KMS", ActivationType.TOKEN: "a token"}


def ad_without_object(record: Record, _settings: AuditSettings, _today: date) -> Iterator[Finding]:
    """Yield the products of Windows and Office that wait for an activation object, licensed otherwise or not."""
    found = [product for product in (record.state.judged if record.state else ()) if product.lacks_ad_object]
    if found:
        yield Finding("ad_without_object", listed(_waiting(product, record) for product in found))


def _waiting(product: Product, record: Record) -> str:
    if not product.is_licensed:
        return f"{named(product)}: {product.status.label}"
    end = end_of(product, record.observed_at)
    path = _PATHS.get(product.activated_by) if product.activated_by else None
    until = f" until {end.isoformat()}, and cannot renew that licence" if end else ", and cannot renew that licence"
    return f"{named(product)}: licensed{f' by {path}' if path else ''}{until}"
