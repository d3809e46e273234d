# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One machine's Software Protection service: its products, the keys in them, and how each of them stands."""

from __future__ import annotations

import contextlib
import typing as t
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ..._secrets import Secret, reveal
from ..catalog.hresults import Failure, Hresult
from ..catalog.license_states import (
    GRACE,
    UNLICENSED,
    LicenseState,
    LicenseView,
    Status,
    grace,
    hardware_changed,
    notification,
    seen,
    with_reason,
)
from ..catalog.offline_ids import extended_pid, installation_id
from ..catalog.product_keys import KeyFacts, is_well_formed, published_key
from ..catalog.products import ESU, CatalogProduct
from ..catalog.systems import System
from ..world.forest import SimulatedActivationObject, SimulatedCaller
from ..world.world import Serving, World
from .activation_events import ClientLog
from .firewall import DOMAIN, PUBLIC, Firewall
from .kms_service import SimulatedHostSettings, host_settings, served_lines
from .registry import Settings, SettingsInForce, SimulatedRegistry

__all__ = ["Keyed", "MachineIdentifiers", "Protection"]

_BOUND_TO_HARDWARE = ("mak", "retail", "kms_host", "oem")
"""Channels whose licence is for one computer: 0xC004F00F, "the hardware ID binding is beyond level of tolerance"."""


@dataclass(frozen=True)
class MachineIdentifiers:
    """Who the machine is to a KMS host, to the directory and to Microsoft."""

    client_id: str
    hardware: str
    """The BIOS UUID, by which Microsoft's service knows a machine again."""
    domain: str | None
    version: str
    """Of the licensing service: the key of SoftwareLicensingService."""
    dns_suffix: str | None = None
    """The primary DNS suffix, in which KMS hosts are looked up."""
    language: str = "en-US"
    full_name: str = ""
    """The name in DNS, which a KMS host writes into its log."""
    is_virtual: bool = True


@dataclass
class Keyed:
    """A product that holds a key, and what became of it."""

    key: KeyFacts
    standing: LicenseState
    installed: datetime
    """When the key came; its day is part of the extended product ID."""
    activated_by: int = 0
    """VLActivationType: 1 AD, 2 KMS, 3 token, 0 never."""
    discovered: tuple[str, int] | None = None
    """The KMS host that DNS led to."""
    intervals: tuple[int, int] | None = None
    """Minutes to the next activation and to the next renewal, as the KMS host that answered last has them."""
    tried: datetime | None = None
    """When its activation was last tried, by the clock of the world."""
    directory_object: SimulatedActivationObject | None = None
    """The activation object that licensed it."""
    evaluation_end: datetime | None = None


class Protection:
    """The state of the licensing service; what fails raises Failure and leaves everything as it was."""

    def __init__(
        self,
        system: System,
        rows: tuple[CatalogProduct, ...],
        world: World,
        identity: MachineIdentifiers,
        rearms: int,
    ) -> None:
        self.system = system
        self.rows = rows
        self.world = world
        self.identity = identity
        self.registry = SimulatedRegistry()
        self.settings = Settings(self.registry)
        self.keyed: dict[str, Keyed] = {}
        self.rearms = rearms
        self.clock_skew = timedelta()
        self.internet = True
        self.firewall = Firewall()
        self.log = ClientLog()
        self.is_running = False
        """Whether the licensing service runs: what it serves as a KMS host ends with it."""
        self._started = SimulatedHostSettings()
        self.caller = SimulatedCaller(None, Secret(""), reaches_directory=False)
        """Whose login the methods run under."""
        self._own_keys: dict[str, KeyFacts] = {}
        self._activated: dict[str, LicenseState] = {}

    def now(self) -> datetime:
        """Return the time by this machine's own clock."""
        return self.world.clock.now() + self.clock_skew

    def product_settings(self, row: CatalogProduct) -> Settings:
        """Return the settings of one product, which go before those of the machine."""
        return Settings(self.registry, f"{row.application_id}\\{row.id}")

    def settings_in_force(self, row: CatalogProduct) -> SettingsInForce:
        """Return the settings that hold for one product, which its row shows."""
        return SettingsInForce(self.product_settings(row), self.settings)

    def seen(self, row: CatalogProduct) -> LicenseView:
        """Return how a product stands now; one without a key says so in its reason."""
        keyed = self.keyed.get(row.id)
        if keyed is None:
            return LicenseView(Status.UNLICENSED, Hresult.NO_KEY_INSTALLED, 0)
        return seen(keyed.standing, self.now())

    def row(self, row_id: str) -> CatalogProduct | None:
        """Return the product of that ID."""
        return next((row for row in self.rows if row.id.lower() == row_id.lower()), None)

    @property
    def primary(self) -> CatalogProduct | None:
        """The Windows product that holds a key."""
        return next((row for row in self.rows if row.id in self.keyed and row.is_windows and not row.is_addon), None)

    @property
    def is_kms_host(self) -> bool:
        """Whether the machine serves others: it is licensed with a KMS host key."""
        return any(self.serves(row) for row in self.rows)

    def serves(self, row: CatalogProduct) -> bool:
        """Return whether a product makes the machine a KMS host."""
        return row.channel == "kms_host" and row.id in self.keyed and self.seen(row).status is Status.LICENSED

    def restart(self) -> None:
        """Start the licensing service, anew where it runs: the settings of a KMS host count from now on."""
        self.is_running, self._started = True, host_settings(self.registry)

    def stop(self) -> None:
        """Stop the licensing service."""
        self.is_running = False

    def serving(self) -> Serving | None:
        """Return what the machine serves as a KMS host at this moment, None when it serves nobody."""
        keys = [(row, self.keyed[row.id].key) for row in self.rows if self.serves(row)]
        if not keys or not self.is_running:
            return None
        started, network = self._started, DOMAIN if self.identity.domain else PUBLIC
        return Serving(
            products=frozenset().union(*(served_lines(row, key, self.system) for row, key in keys)),
            port=started.port,
            is_open=self.firewall.admits(started.port, network),
            activation_interval=started.activation_interval,
            renewal_interval=started.renewal_interval,
            clock_skew=self.clock_skew,
            records=started.records(self.identity.full_name),
        )

    # Keys

    def know(self, key: KeyFacts) -> None:
        """Make a key known to this machine, so that it can be installed again."""
        self._own_keys[reveal(key.text)] = key

    def known_key(self, text: str) -> KeyFacts:
        """Return what a key is."""
        if not is_well_formed(text):
            raise Failure(Hresult.INVALID_KEY)
        normal = text.strip().upper()
        key = (
            self._own_keys.get(normal)
            or self.world.microsoft.known_key(normal)
            or published_key(normal, self.system.build)
        )
        if key is None:
            raise Failure(Hresult.INVALID_KEY)
        return key

    def find_key(self, text: str) -> tuple[KeyFacts, CatalogProduct]:
        """Return what a key is and which product it is for."""
        key = self.known_key(text)
        matches = (row for row in self.rows if row.channel == key.channel and row.names & key.editions)
        found = next(matches, None)
        if found is None:
            # Without its updates Windows does not know an ESU key: Microsoft, "Troubleshoot issues in Extended Security
            # Updates" (4547184).
            raise Failure(Hresult.INVALID_KEY if key.editions and key.editions <= ESU else Hresult.SKU_NOT_FOUND)
        return key, found

    def install_key(self, text: str) -> None:
        """Install a key: it takes the place of the key of its group, and the product starts anew.

        The same key again is taken as a new one too: the service does not compare. But what was activated by Microsoft
        on this image and hardware stays so, though the key was away for a while.
        """
        key, row = self.find_key(text)
        if key.blocked and key.channel != "mak":  # a blocked MAK is found out by Microsoft only
            raise Failure(Hresult.KEY_BLOCKED)
        known = self._activated.get(installation_id(self.identity.hardware, row.id, key))
        self.place(row, Keyed(key, known or self._fresh(row), self.now()))

    def place(self, row: CatalogProduct, keyed: Keyed) -> None:
        """Put a key into a product, and out of the others of its group."""
        for other in self.rows:
            if other.group == row.group:
                self.keyed.pop(other.id, None)
        self.keyed[row.id] = keyed

    def _fresh(self, row: CatalogProduct) -> LicenseState:
        """Return how a product stands right after its key came: older Windows and Office grant a first grace."""
        if row.is_addon:
            return UNLICENSED
        if not row.is_windows or self.system.build < 10240:
            return grace(Status.OOB_GRACE, self.now() + GRACE)
        return notification(Hresult.LICENCE_NOT_FOUND)

    def uninstall_key(self, row: CatalogProduct) -> None:
        """Take the key out of one product."""
        self.require(row)
        del self.keyed[row.id]

    def require(self, row: CatalogProduct) -> Keyed:
        """Return what a product holds; fails when it has no key."""
        keyed = self.keyed.get(row.id)
        if keyed is None:
            raise Failure(Hresult.NO_KEY_INSTALLED)
        return keyed

    # Activation by Microsoft

    def installation_id(self, row: CatalogProduct) -> str | None:
        """Return the installation ID of a keyed product: it follows hardware, product and key."""
        keyed = self.keyed.get(row.id)
        return None if keyed is None else installation_id(self.identity.hardware, row.id, keyed.key)

    def extended_pid(self, row: CatalogProduct) -> str | None:
        """Return the extended product ID of a keyed product."""
        keyed = self.keyed.get(row.id)
        if keyed is None:
            return None
        return extended_pid(keyed.key, self.identity.language, self.system.build, keyed.installed)

    def settle(self, row: CatalogProduct, standing: LicenseState) -> None:
        """License a product for good; a MAK's licence is found again when its key comes back."""
        keyed = self.require(row)
        keyed.standing = standing
        if row.channel == "mak":
            self._activated[installation_id(self.identity.hardware, row.id, keyed.key)] = standing

    def show_failure(self, row: CatalogProduct, hresult: int) -> None:
        """Show in an unlicensed product that the attempt to activate it failed.

        A KMS client does not show how: with a key that has just come it says that it is bound to no host, and a grace
        that has ended goes on to be the reason. SystemRage/py-kms#24, and outputs of `slmgr /dlv` of Windows 11 25H2.
        """
        if row.id not in self.keyed or self.seen(row).status is Status.LICENSED:
            return
        keyed = self.keyed[row.id]
        if row.channel != "kms_client":
            keyed.standing = with_reason(keyed.standing, self.now(), hresult)
        elif self.seen(row).reason in (0, Hresult.LICENCE_NOT_FOUND):
            keyed.standing = with_reason(keyed.standing, self.now(), Hresult.NOT_BOUND)

    def change_hardware(self, hardware: str) -> None:
        """Become another computer with the same image: what was activated for the old one is in grace, keys stay."""
        licensed = [row for row in self.rows if row.id in self.keyed and self.seen(row).status is Status.LICENSED]
        self.identity = replace(self.identity, hardware=hardware)
        for row in licensed:
            if row.channel in _BOUND_TO_HARDWARE:
                self.keyed[row.id].standing = hardware_changed(self.now() + GRACE)

    @contextlib.contextmanager
    def lost(self) -> t.Iterator[None]:
        """Forget what becomes of the products in the block: the answer to this machine was lost on its way."""
        keyed = {row_id: replace(item) for row_id, item in self.keyed.items()}
        activated = dict(self._activated)
        yield
        self.keyed, self._activated = keyed, activated

    # Rearm

    def rearm(self, rows: t.Iterable[CatalogProduct]) -> None:
        """Start the first grace of products again; each call costs one of the machine's rearms."""
        if self.rearms <= 0:
            raise Failure(Hresult.NO_REARMS_LEFT)
        self.rearms -= 1
        self._activated.clear()
        for row in rows:
            keyed = self.keyed.get(row.id)
            if keyed is not None and not row.is_addon:
                standing = grace(Status.OOB_GRACE, self.now() + GRACE)
                self.keyed[row.id] = replace(keyed, standing=standing, activated_by=0, directory_object=None)
