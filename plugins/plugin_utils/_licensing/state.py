# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What was read from a machine: its licensing service, its products, and the machine itself, as frozen values."""

from __future__ import annotations

import dataclasses
import datetime

from .channels import Application, Channel
from .editions import canonical_edition, is_evaluation, is_lifted
from .kms_attempts import KmsAttempt
from .kms_host import DEFAULT_KMS_PORT, Hosting
from .statuses import ENDS_SOON_DAYS, LEASE, ActivationType, LicenseStatus

__all__ = ["Machine", "Product", "Service", "State", "named"]

_BY_VOLUME = frozenset({Channel.KMS_CLIENT, Channel.KMS_HOST, Channel.MAK})


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """One row of `SoftwareLicensingProduct`.

    `reason` is an HRESULT, unsigned, 0 for none. `grace_minutes` counts down whatever runs: a grace period, or the
    validity of a KMS, AD or evaluation licence. `activation_type` is what is allowed, `activated_by` what was used
    last. `kms_host`, `kms_port`, `lookup_domain` and `activation_type` are what is in force for the product: its own,
    else the machine's. A port of 0 is one that is not set. `ad_object_dn` is empty where no activation object is shown,
    and None where that was not read; the extended PID and the activation ID beside it are those of the host key in that
    object. `reason` says how the licence stands. How the last attempt to activate the product ended is in
    `last_attempt`, None where that was not read or where the machine has no event of it.
    """

    id: str
    name: str = ""
    description: str = ""
    application: Application = Application.OTHER
    application_id: str = ""
    family: str | None = None
    channel: Channel = Channel.UNKNOWN
    partial_product_key: str | None = None
    status: LicenseStatus = LicenseStatus.UNLICENSED
    reason: int = 0
    grace_minutes: int = 0
    evaluation_end: datetime.datetime | None = None
    is_addon: bool = False
    activation_type: ActivationType = ActivationType.ANY
    activated_by: ActivationType | None = None
    kms_host: str | None = None
    kms_port: int = 0
    lookup_domain: str | None = None
    discovered_kms_host: str | None = None
    discovered_kms_port: int = 0
    installation_id: str | None = None
    extended_pid: str | None = None
    ad_object: str | None = None
    ad_object_dn: str | None = None
    ad_extended_pid: str | None = None
    ad_activation_id: str | None = None
    last_attempt: KmsAttempt | None = None

    @property
    def is_licensed(self) -> bool:
        """Whether the product is activated; extended grace counts, as it does for `slmgr.vbs`."""
        return self.status in (LicenseStatus.LICENSED, LicenseStatus.EXTENDED_GRACE)

    @property
    def attempt_error(self) -> int:
        """The code that the last attempt to activate this failed with, 0 where it did not fail or is not known."""
        return self.last_attempt.code if self.last_attempt else 0

    @property
    def needs_attempt(self) -> bool:
        """Whether the last attempt explains something: there is no licence, or one that was not renewed for long."""
        if not self.partial_product_key or self.is_addon:
            return False
        return not self.is_licensed or (self.is_leased and self.grace_minutes < ENDS_SOON_DAYS * 1440)

    @property
    def is_by_directory(self) -> bool:
        """Whether the last licence came from Active Directory: the product says so, and if asked shows the object."""
        return self.activated_by is ActivationType.AD and self.ad_object_dn != ""

    @property
    def is_primary(self) -> bool:
        """Whether this is Windows itself: keyed, and not an add-on such as Extended Security Updates."""
        return self.application is Application.WINDOWS and bool(self.partial_product_key) and not self.is_addon

    @property
    def is_evaluation(self) -> bool:
        """Whether this is an evaluation, by its channel or by its edition."""
        return self.channel is Channel.EVALUATION or is_evaluation(self.family)

    @property
    def is_by_volume(self) -> bool:
        """Whether this product has a key of volume licensing; an add-on rests on the product that it is added to."""
        return bool(self.partial_product_key) and self.channel in _BY_VOLUME and not self.is_addon

    @property
    def is_leased(self) -> bool:
        """Whether this is licensed for a while, by a KMS host or by Active Directory."""
        return self.channel is Channel.KMS_CLIENT and self.is_licensed and self.grace_minutes > 0

    def granted_within(self, time: datetime.timedelta) -> bool:
        """Return whether KMS has granted or renewed the lease within this time; a machine can report any number."""
        by_kms = self.is_leased and self.activated_by is ActivationType.KMS
        return by_kms and self.grace_minutes >= (LEASE - time).total_seconds() / 60

    @property
    def lacks_ad_object(self) -> bool:
        """Whether only Active Directory may license this, on a generic key, and no activation object has done so."""
        if self.channel is not Channel.KMS_CLIENT or self.activation_type is not ActivationType.AD:
            return False
        return not (self.is_licensed and self.is_by_directory)

    @property
    def asks_kms(self) -> bool:
        """Whether a KMS host is to license this: it is on a generic key, and neither kept from KMS nor in no need."""
        others = (ActivationType.AD, ActivationType.TOKEN)
        if self.channel is not Channel.KMS_CLIENT or self.activation_type in others:
            return False
        return not (self.is_licensed and self.activated_by in others)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """The one instance of `SoftwareLicensingService`: settings that hold for every product; a port of 0 is not set."""

    version: str
    client_machine_id: str | None = None
    kms_host: str | None = None
    kms_port: int = 0
    lookup_domain: str | None = None
    host_caching: bool = True
    discovered_kms_host: str | None = None
    discovered_kms_port: int = 0
    remaining_rearms: int = 0
    is_kms_host: bool = False

    @property
    def build(self) -> int:
        """The OS build in `version`, 0 if it has none; on a client this is the first build of the servicing branch."""
        parts = self.version.split(".")
        return int(parts[2]) if len(parts) > 2 and parts[2].isascii() and parts[2].isdigit() else 0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """The operating system of the target: `edition_id` as the machine spells it, `sku` its OperatingSystemSKU."""

    name: str = ""
    edition_id: str | None = None
    build: int = 0
    sku: int | None = None
    clock: datetime.datetime | None = None
    is_server: bool | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """All that one reading told, at one moment of the controller's clock; what was not read is None.

    `domain` is the machine's own domain, empty for one that has none. `known_ids` and `absent_ids` are activation IDs
    that were looked for among all products, also those without a key: products have the former, none has the latter.
    """

    service: Service
    products: tuple[Product, ...]
    machine: Machine | None = None
    domain: str | None = None
    hosting: Hosting | None = None
    known_ids: frozenset[str] = frozenset()
    absent_ids: frozenset[str] = frozenset()
    observed_at: datetime.datetime

    @property
    def primary(self) -> Product | None:
        """Windows itself, or None without a key; of several, which is rare and passing, a licensed one."""
        candidates = [product for product in self.products if product.is_primary]
        return next((product for product in candidates if product.is_licensed), candidates[0] if candidates else None)

    @property
    def edition_id(self) -> str | None:
        """The edition in the tables' spelling: what the machine says, else the family of the primary product."""
        primary = self.primary
        name = (self.machine.edition_id if self.machine else None) or (primary.family if primary else None)
        return canonical_edition(name) if name else None

    @property
    def build(self) -> int:
        """The OS build: what the machine says, else that of the service's version; 0 if neither does."""
        return (self.machine.build if self.machine else 0) or self.service.build

    @property
    def judged(self) -> tuple[Product, ...]:
        """What decides how a machine stands: Windows first, then the Office products on a volume key.

        Add-ons follow Windows. Other rows of Office, as those of a subscription, say nothing of whether it may be used.
        """
        volume = [row for row in self.products if row.application is not Application.WINDOWS and row.is_by_volume]
        return tuple(volume if self.primary is None else [self.primary, *volume])

    @property
    def is_stepped_up(self) -> bool:
        """Whether a subscription has lifted Windows above the edition of its key, as only Professional is."""
        product = self.primary
        if product is None or product.channel is Channel.SUBSCRIPTION:
            return product is not None
        return is_lifted(product.family, self.edition_id)

    def set_kms_host(self, product: Product) -> tuple[str, int] | None:
        """Return the KMS host that is set for a product and its port; the product's own overrides the machine's."""
        host = product.kms_host or self.service.kms_host
        return (host, product.kms_port or self.service.kms_port or DEFAULT_KMS_PORT) if host else None

    def found_kms_host(self, product: Product) -> tuple[str, int] | None:
        """Return the KMS host that DNS last led a product to, and its port."""
        if product.discovered_kms_host:
            return product.discovered_kms_host, product.discovered_kms_port or DEFAULT_KMS_PORT
        service = self.service
        found = service.discovered_kms_host
        return (found, service.discovered_kms_port or DEFAULT_KMS_PORT) if found else None


def named(product: Product) -> str:
    """Return what to call a product in a sentence; Windows goes by its edition."""
    if product.application is Application.WINDOWS:
        return f"Windows ({product.family})" if product.family else "Windows"
    return product.name or product.family or product.id
