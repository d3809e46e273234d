# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the checks of a machine that has answered share: its products, and which of them rest on KMS."""

from __future__ import annotations

from dataclasses import dataclass

from .._licensing import ActivationType, Channel, Product, State, named
from .observations import Expected, Observations

__all__ = ["DiagnosisContext"]


@dataclass(frozen=True)
class DiagnosisContext:
    """One machine that has answered: what was seen, what was read, and what is expected."""

    seen: Observations
    state: State
    expected: Expected

    @property
    def primary(self) -> Product | None:
        """Windows itself."""
        return self.state.primary

    @property
    def products(self) -> tuple[Product, ...]:
        """Windows first, then the Office products on a volume key."""
        return self.state.judged

    @property
    def clients(self) -> tuple[Product, ...]:
        """The products that KMS is to license: on a generic key, and not licensed or to be licensed otherwise."""
        if self.expected.path in ("ad", "mak"):
            return ()
        return tuple(product for product in self.products if product.asks_kms)

    def without_client(self) -> str:
        """Say why no product rests on KMS."""
        product = next(iter(self.products), None)
        if product is None:
            return "No product has a key."
        if self.expected.path in ("ad", "mak"):
            return f"The machine is expected to be licensed by {self.expected.path}."
        if product.channel is not Channel.KMS_CLIENT:
            return f"{named(product)} has a key of the channel {product.channel.value} and asks no KMS host."
        if product.is_licensed and product.activated_by is ActivationType.AD:
            return f"Active Directory has licensed {named(product)}."
        return f"{named(product)} may not be activated by KMS."

    def set_host(self, product: Product) -> tuple[str, int] | None:
        """Return the KMS host that is set for a product, its own before that of all products."""
        return self.state.set_kms_host(product)

    def cached_host(self, product: Product) -> tuple[str, int] | None:
        """Return the KMS host that the machine has found before and asks first."""
        return self.state.found_kms_host(product) if self.state.service.host_caching else None

    @property
    def discovering(self) -> tuple[Product, ...]:
        """The products on KMS that look for their KMS host in DNS."""
        return tuple(product for product in self.clients if self.set_host(product) is None)

    @property
    def lookup_domain(self) -> str | None:
        """The domain whose records the machine looks for: what the caller knows, what is set, or its own."""
        own = next((product.lookup_domain for product in self.discovering if product.lookup_domain), None)
        given = self.expected.lookup_domain or own or self.state.service.lookup_domain
        return given or self.state.domain or self.seen.dns_suffix
