# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an administrator can wish for; every module is one way of filling these in."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace
from enum import Enum

from .._licensing import (
    DEFAULT_KMS_PORT,
    ActivationType,
    Application,
    Channel,
    GvlkTable,
    Product,
    ProductKey,
    PublishDomain,
)
from .._validation import same_guid


class ActivatePolicy(Enum):
    """When to activate."""

    IF_NEEDED = "if_needed"
    ALWAYS = "always"
    NEVER = "never"


@dataclass(frozen=True, kw_only=True)
class KmsSettings:
    """How the machine finds its KMS host; None leaves a setting as it is, an empty `lookup_domain` clears it."""

    host: str | None = None
    port: int = DEFAULT_KMS_PORT
    dns_discovery: bool = False
    lookup_domain: str | None = None
    host_caching: bool | None = None
    activation_type: ActivationType | None = None


@dataclass(frozen=True, kw_only=True)
class EditionKey:
    """The generic volume licence key of the running edition, unless the primary product is on such a key already.

    `goal` is in words what the key is wanted for.
    """

    table: GvlkTable
    replace_licensed: bool = False
    goal: str = "KMS"


@dataclass(frozen=True, kw_only=True)
class PresentKey:
    """A key is installed; without its text this can only be checked."""

    partial: str
    key: ProductKey | None = None
    activation_id: str | None = None
    replace_licensed: bool = False


@dataclass(frozen=True, kw_only=True)
class AbsentKey:
    """A key is not installed."""

    partial: str
    activation_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Mak:
    """A multiple activation key is installed: in Windows itself, in an Office product, or in the product of that ID.

    `application` None leaves the choice to `activation_id` alone, which is how add-ons are meant. `channel` is what
    Windows has to say of the key once it is installed.
    """

    channel: t.ClassVar[Channel] = Channel.MAK

    key: ProductKey
    application: Application | None = Application.WINDOWS
    activation_id: str | None = None
    replace_licensed: bool = False

    def is_meant(self, product: Product) -> bool:
        """Tell whether a product is one of those that this key may be for."""
        if self.activation_id is not None:
            return same_guid(product.id, self.activation_id)
        if self.application is Application.WINDOWS:
            return product.is_primary
        return self.application is None or product.application in _OFFICE

    def is_in(self, product: Product) -> bool:
        """Tell whether a product holds this key."""
        return (product.partial_product_key or "").upper() == self.key.partial and self.is_meant(product)


_OFFICE = (Application.OFFICE, Application.OFFICE_2010)


@dataclass(frozen=True, kw_only=True)
class HostKey(Mak):
    """A KMS host key (CSVLK) is installed; like a MAK it can be activated a finite number of times."""

    channel: t.ClassVar[Channel] = Channel.KMS_HOST


class ActivationMethod(Enum):
    """How the machine gets its licence for a MAK: it asks Microsoft itself, or is given a confirmation ID."""

    ONLINE = "online"
    PROXY = "proxy"


@dataclass(frozen=True, kw_only=True)
class CountedActivation:
    """Consent to spend one of the finite activations of a MAK; without it no counted product is activated.

    `confirmation_id` is one that was obtained elsewhere, as by telephone.
    """

    mak: Mak
    way: ActivationMethod = ActivationMethod.ONLINE
    confirmation_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Activation:
    """A product is activated: the primary one unless an ID is given, or with `counted` the one that holds the MAK.

    `only_kms_client` makes any other channel a refusal: it states that a volume activation is meant, not a purchase.
    `by` makes the machine a client of its domain: with AD no other licence will do, with ANY one by KMS is as good.
    """

    when: ActivatePolicy = ActivatePolicy.IF_NEEDED
    product_id: str | None = None
    renew_below_days: int | None = None
    only_kms_client: bool = False
    by: ActivationType | None = None
    counted: CountedActivation | None = None


@dataclass(frozen=True, kw_only=True)
class FirewallWish:
    """The firewall's rule for the KMS is on or off; `profiles` None leaves them as they are, else 0 is any."""

    enabled: bool
    profiles: int | None = None


@dataclass(frozen=True, kw_only=True)
class HostSettings:
    """How a KMS host serves; None leaves a setting as it is, no `publish_domains` at all deletes the list.

    `restart` lets the licensing service start anew after a change, without which most of them wait for the next boot.
    `mark` sees to the mark that `slmgr.vbs` leaves on hosts.
    """

    port: int | None = None
    dns_publishing: bool | None = None
    publish_domains: tuple[PublishDomain, ...] | None = None
    low_priority: bool | None = None
    activation_interval: int | None = None
    renewal_interval: int | None = None
    firewall: FirewallWish | None = None
    restart: bool = True
    mark: bool = True


@dataclass(frozen=True, kw_only=True)
class RetiredHost:
    """No product holds a KMS host key any more: Windows is a KMS client by the key of its edition in `table`."""

    table: GvlkTable


KeyWish = EditionKey | PresentKey | AbsentKey | Mak | RetiredHost


@dataclass(frozen=True, kw_only=True)
class DesiredState:
    """All that one task asks of a machine; what is None is none of its business."""

    kms: KmsSettings | None = None
    key: KeyWish | None = None
    activation: Activation | None = None
    hosting: HostSettings | None = None

    def settled(self) -> DesiredState:
        """Return the wish as it reads once it has been carried out: nothing is to be done for its own sake any more."""
        if self.activation is None or self.activation.when is ActivatePolicy.NEVER:
            return self
        return replace(self, activation=replace(self.activation, when=ActivatePolicy.IF_NEEDED))
