# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps that change settings of a KMS client: of the machine, and of single products, which override it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .._licensing import DEFAULT_KMS_PORT, ActivationType, Product, Service, State
from .._validation import same_guid, same_name
from .product_overrides import has_own_domain, has_own_host, has_own_port
from .steps import Step


@dataclass(frozen=True, kw_only=True)
class MachineSetting(Step):
    """Change a setting of the machine, which products may override.

    `product_ids` are products that show the value it has so far. It may be their own, which would stay in force, so it
    is cleared on them as well; where it is the machine's, that changes nothing.
    """

    product_ids: tuple[str, ...] = ()

    def predicted(self, state: State) -> State:
        products = tuple(self._followed(product, state.service) for product in state.products)
        return replace(state, service=self._set(state.service), products=products)

    def is_done(self, state: State) -> bool:
        """Return whether the setting is in force, also on the products that may have one of their own."""
        concerned = (product for product in state.products if product.id in self.product_ids)
        return super().is_done(state) and not any(self._overrides(product, state.service) for product in concerned)

    def _set(self, service: Service) -> Service:
        """Return the service with the setting."""
        raise NotImplementedError

    def _followed(self, product: Product, before: Service) -> Product:
        """Return a product as it is then: one that shows the machine's value shows the new one."""
        raise NotImplementedError

    def _overrides(self, product: Product, service: Service) -> bool:
        """Return whether a product shows a value of its own."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class SetKmsHost(MachineSetting):
    """Name the KMS host on the machine; None gives the choice back to DNS."""

    host: str | None
    action = "set_kms_host"
    subject = "kms_host"

    def _set(self, service: Service) -> Service:
        return replace(service, kms_host=self.host)

    def _followed(self, product: Product, before: Service) -> Product:
        follows = same_name(product.kms_host, before.kms_host) and not same_name(product.kms_host, self.host)
        return replace(product, kms_host=self.host) if follows else product

    def _overrides(self, product: Product, service: Service) -> bool:
        return has_own_host(product, service)


@dataclass(frozen=True, kw_only=True)
class SetKmsPort(MachineSetting):
    """Set the KMS port; None clears it, which means the default."""

    port: int | None
    action = "set_kms_port"
    subject = "kms_port"

    def _set(self, service: Service) -> Service:
        return replace(service, kms_port=self.port or 0)

    def _followed(self, product: Product, before: Service) -> Product:
        shows = product.kms_port == before.kms_port or (product.kms_port and not has_own_port(product, before))
        changes = (product.kms_port or DEFAULT_KMS_PORT) != (self.port or DEFAULT_KMS_PORT)
        return replace(product, kms_port=self.port or 0) if shows and changes else product

    def _overrides(self, product: Product, service: Service) -> bool:
        return has_own_port(product, service)


@dataclass(frozen=True, kw_only=True)
class SetLookupDomain(MachineSetting):
    """Set the domain in which the KMS host is looked up; None clears it."""

    domain: str | None
    action = "set_lookup_domain"
    subject = "lookup_domain"

    def _set(self, service: Service) -> Service:
        return replace(service, lookup_domain=self.domain)

    def _followed(self, product: Product, before: Service) -> Product:
        shown = product.lookup_domain
        follows = same_name(shown, before.lookup_domain) and not same_name(shown, self.domain)
        return replace(product, lookup_domain=self.domain) if follows else product

    def _overrides(self, product: Product, service: Service) -> bool:
        return has_own_domain(product, service)


@dataclass(frozen=True, kw_only=True)
class SetHostCaching(Step):
    """Switch the caching of the KMS host on or off."""

    enabled: bool
    action = "set_host_caching"
    subject = "host_caching"

    def predicted(self, state: State) -> State:
        return replace(state, service=replace(state.service, host_caching=self.enabled))


@dataclass(frozen=True, kw_only=True)
class SetActivationType(Step):
    """Restrict the ways of volume activation, or lift the restriction: of the machine, or of one product.

    `product_id` None is the machine-wide setting, an empty one the primary product, whose ID is not known before its
    key is installed. What the machine has cannot be read, so a product that shows another type may have it of its own:
    that is cleared on the products of `product_ids`.
    """

    kind: ActivationType
    product_id: str | None = None
    product_ids: tuple[str, ...] = ()
    action = "set_activation_type"
    subject = "activation_type"

    def predicted(self, state: State) -> State:
        products = tuple(
            replace(product, activation_type=self.kind) if self.concerns(product) else product
            for product in state.products
        )
        return replace(state, products=products)

    def concerns(self, product: Product) -> bool:
        """Return whether the setting applies to a product."""
        if not self.product_id:
            return self.product_id is None or product.is_primary
        return same_guid(product.id, self.product_id)


@dataclass(frozen=True, kw_only=True)
class ProductSetting(Step):
    """Clear a KMS setting of one product, so that the machine's is in force for it again."""

    product_id: str

    def predicted(self, state: State) -> State:
        return replace(state, products=tuple(self._cleared(product, state.service) for product in state.products))

    def _cleared(self, product: Product, service: Service) -> Product:
        concerned = product.id == self.product_id and self._is_own(product, service)
        return self._inherited(product, service) if concerned else product

    def _is_own(self, product: Product, service: Service) -> bool:
        """Return whether the product shows a value of its own."""
        raise NotImplementedError

    def _inherited(self, product: Product, service: Service) -> Product:
        """Return the product with the machine's value."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class ClearProductHost(ProductSetting):
    """Clear the KMS host of one product."""

    action = "clear_product_kms_host"
    subject = "kms_host"

    def _is_own(self, product: Product, service: Service) -> bool:
        return has_own_host(product, service)

    def _inherited(self, product: Product, service: Service) -> Product:
        return replace(product, kms_host=service.kms_host)


@dataclass(frozen=True, kw_only=True)
class ClearProductPort(ProductSetting):
    """Clear the KMS port of one product."""

    action = "clear_product_kms_port"
    subject = "kms_port"

    def _is_own(self, product: Product, service: Service) -> bool:
        return has_own_port(product, service)

    def _inherited(self, product: Product, service: Service) -> Product:
        return replace(product, kms_port=service.kms_port)


@dataclass(frozen=True, kw_only=True)
class ClearProductDomain(ProductSetting):
    """Clear the look-up domain of one product."""

    action = "clear_product_lookup_domain"
    subject = "lookup_domain"

    def _is_own(self, product: Product, service: Service) -> bool:
        return has_own_domain(product, service)

    def _inherited(self, product: Product, service: Service) -> Product:
        return replace(product, lookup_domain=service.lookup_domain)
