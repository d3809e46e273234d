# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a recent lease proves: that the machine reaches its KMS host, although the controller may not.

Cloud providers have KMS hosts at link-local and private addresses, and firewalls let clients through and nothing else.
"""

from __future__ import annotations

from datetime import timedelta

from .._licensing import LEASE, RENEWAL, Product, State
from .._validation import same_name

__all__ = ["granted_by", "lease_age"]


def granted_by(host: str, port: int, state: State) -> Product | None:
    """Return a product to which this KMS host has granted a lease within the last renewal interval, as far as is shown.

    Windows does not record which host has granted a lease; the one that is set, or was found in DNS, is the one that it
    renews from. Such a lease proves that the machine reaches the host, whatever else can.
    """
    for product in state.products:
        used = state.set_kms_host(product) or state.found_kms_host(product)
        if used is not None and same_name(used[0], host) and used[1] == port and product.granted_within(RENEWAL):
            return product
    return None


def lease_age(product: Product) -> str:
    """Return how long ago the lease of a product was granted, in words."""
    days = max(LEASE - timedelta(minutes=product.grace_minutes), timedelta()).days
    return "today" if days == 0 else f"{days} day{'' if days == 1 else 's'} ago"
