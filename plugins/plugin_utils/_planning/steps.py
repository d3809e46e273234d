# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps a plan is made of; each knows why it is needed and what the state looks like once it is done.

A step that would not change the state any more is done. That one rule serves check mode, which folds the predictions,
and the moment after an answer was lost, when only the machine's state can tell whether the work happened.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from .._licensing import (
    LEASE,
    ActivationType,
    Application,
    Channel,
    GvlkTable,
    LicenseStatus,
    Product,
    ProductKey,
    State,
)
from .._validation import same_guid
from .desired_state import CountedActivation, Mak

KMS_LEASE_MINUTES = int(LEASE.total_seconds()) // 60


@dataclass(frozen=True, kw_only=True)
class Change:
    """One change; `was` and `becomes` tell it in words, `why` gives the reason.

    `product` names the product where the change is not the whole machine's. `holder` and `partial` are the name of the
    product that a key or a status belongs to and the last five characters of its key; a plan about several of them is
    told with both.
    """

    why: str
    was: str = ""
    becomes: str = ""
    product: str = ""
    holder: str = field(default="", compare=False)
    partial: str = field(default="", compare=False)
    action: t.ClassVar[str] = ""
    subject: t.ClassVar[str] = ""

    @property
    def heading(self) -> str:
        """What is changed, as the diff names it."""
        return f"{self.subject} of {self.product}" if self.product else self.subject

    @property
    def item(self) -> str:
        """Which product, with which key, the change is about; empty where it is about no key."""
        return ", ".join(filter(None, (self.holder, f"key {self.partial}" if self.partial else "")))


@dataclass(frozen=True, kw_only=True)
class Step(Change):
    """One change of a machine."""

    def predicted(self, state: State) -> State:
        """Return the state after this step."""
        raise NotImplementedError

    def is_done(self, state: State) -> bool:
        """Tell whether the state already shows this step's effect."""
        return self.predicted(state) == state


@dataclass(frozen=True, kw_only=True)
class InstallKey(Step):
    """Install a key. `edition` is the family when the key is known to belong to Windows' primary product.

    `product_id` is the product that is to have the key, where the wish names one.
    """

    key: ProductKey
    edition: str | None = None
    product_id: str | None = None
    action = "install_key"
    subject = "product_key"

    def predicted(self, state: State) -> State:
        if self._is_shown(state):
            return state
        kept = tuple(product for product in state.products if not self.replaces(product))
        return replace(state, products=(self._product(state), *kept))

    def _is_shown(self, state: State) -> bool:
        if self.edition is None:
            return any(self._holds(product) for product in state.products)
        # Five characters alone could be Office's, or those of a key that turned out to be of another channel.
        primary = state.primary
        return primary is not None and primary.channel is Channel.KMS_CLIENT and self._holds(primary)

    def _holds(self, product: Product) -> bool:
        same_key = (product.partial_product_key or "").upper() == self.key.partial
        return same_key and (self.product_id is None or same_guid(product.id, self.product_id))

    def replaces(self, product: Product) -> bool:
        """Return whether this key certainly takes the place of the product's own."""
        if self.product_id is not None:
            return same_guid(product.id, self.product_id)
        return self.edition is not None and product.is_primary

    def may_replace(self, product: Product) -> bool:
        """Return whether this key may turn out to be Windows' own; which product a key is for, only Windows knows."""
        return self.edition is None and product.is_primary and not GvlkTable.published().is_for_office(self.key)

    def _product(self, state: State) -> Product:
        known = self.edition is not None
        inherited = state.primary.activation_type if state.primary else ActivationType.UNKNOWN
        return Product(
            id=self.product_id or "",
            name="",
            description="",
            application=Application.WINDOWS if known else Application.OTHER,
            application_id="",
            family=self.edition or "",
            channel=Channel.KMS_CLIENT if known else Channel.UNKNOWN,
            partial_product_key=self.key.partial,
            status=LicenseStatus.UNLICENSED,
            activation_type=inherited,
            kms_host=state.service.kms_host,
            kms_port=state.service.kms_port,
            lookup_domain=state.service.lookup_domain,
        )


@dataclass(frozen=True, kw_only=True)
class InstallMak(InstallKey):
    """Install a multiple activation key in the product that the wish means."""

    mak: Mak

    def _is_shown(self, state: State) -> bool:
        return any(self.mak.is_in(product) for product in state.products)

    def replaces(self, product: Product) -> bool:
        """Return whether this key certainly takes the place of the product's own."""
        # One Office product beside another stays; which of them the key is for, only Windows knows.
        return self.mak.application is not Application.OFFICE and self.mak.is_meant(product)

    def may_replace(self, product: Product) -> bool:
        """Return whether this key may turn out to be Windows' own."""
        return self.mak.application is not Application.OFFICE and super().may_replace(product)

    def _product(self, state: State) -> Product:
        replaced = next((product for product in state.products if self.replaces(product)), None)
        return replace(
            super()._product(state),
            application=self.mak.application or (replaced.application if replaced else Application.OTHER),
            family=replaced.family if replaced else "",
            is_addon=bool(replaced and replaced.is_addon),
            channel=self.mak.channel,
        )


@dataclass(frozen=True, kw_only=True)
class UninstallKey(Step):
    """Take the key off one product."""

    product_id: str
    action = "uninstall_key"
    subject = "product_key"

    def predicted(self, state: State) -> State:
        return replace(state, products=tuple(product for product in state.products if product.id != self.product_id))


@dataclass(frozen=True, kw_only=True)
class Activate(Step):
    """Activate a product; None means whatever is the primary one when its turn comes.

    `lease_before` are the minutes left of a lease that is renewed: a product that is licensed already shows the work
    only by a longer lease. `by` is the path that the licence is wished by; where that is AD, only its licence is one.
    """

    product_id: str | None
    lease_before: int = 0
    by: ActivationType | None = None
    action = "activate"
    subject = "status"

    def predicted(self, state: State) -> State:
        return replace(state, products=tuple(self._activated(product) for product in state.products))

    def is_done(self, state: State) -> bool:
        """Tell whether the product is there and activated; without it nothing would change, and nothing is done."""
        return any(self.concerns(product) for product in state.products) and super().is_done(state)

    def _activated(self, product: Product) -> Product:
        if not self.concerns(product) or self._is_activated(product):
            return product
        lease = KMS_LEASE_MINUTES if product.channel is Channel.KMS_CLIENT else 0
        reached = product if self._is_there(product) else _by_directory(product)
        return replace(reached, status=LicenseStatus.LICENSED, reason=0, grace_minutes=lease)

    def _is_activated(self, product: Product) -> bool:
        return product.is_licensed and self._is_there(product) and not self._is_old(product)

    def _is_there(self, product: Product) -> bool:
        return self.by is not ActivationType.AD or product.is_by_directory

    def _is_old(self, product: Product) -> bool:
        # The minutes only ever count down, so more of them than before, or all of them, are a new lease.
        return bool(self.lease_before) and product.grace_minutes < min(self.lease_before + 1, KMS_LEASE_MINUTES)

    def concerns(self, product: Product) -> bool:
        """Tell whether this is the product to activate."""
        return product.is_primary if self.product_id is None else same_guid(product.id, self.product_id)


def _by_directory(product: Product) -> Product:
    # Which object it is to be, the directory decides.
    return replace(
        product,
        activated_by=ActivationType.AD,
        ad_object=None,
        ad_object_dn=None,
        ad_extended_pid=None,
        ad_activation_id=None,
    )


@dataclass(frozen=True, kw_only=True)
class ActivateMak(Activate):
    """Spend one of the finite activations of a MAK; the machine asks Microsoft itself.

    `reason` is what the ledger records. Whether the product needs it is looked at once more before anything is spent.
    """

    counted: CountedActivation
    reason: str

    def concerns(self, product: Product) -> bool:
        """Tell whether this is the product that holds the key."""
        return self.counted.mak.is_in(product)


@dataclass(frozen=True, kw_only=True)
class DepositConfirmation(ActivateMak):
    """Give the machine a confirmation ID; both IDs are filled in when they are known."""

    installation_id: str = ""
    confirmation_id: str = ""
    action = "deposit_confirmation_id"
