# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What makes a machine a KMS host for others: its host keys at once, its settings from the next start of the service.

The service reads its port, what it publishes and its intervals when it starts, and not again while it runs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..catalog.product_keys import KeyFacts
from ..catalog.products import CatalogProduct
from ..catalog.systems import System
from ..world.srv_records import SimulatedRecord, own_domain
from .registry import PROTECTION, Settings, SimulatedRegistry

__all__ = ["SimulatedHostSettings", "host_settings", "served_lines"]

_PORT, _ACTIVATION_INTERVAL, _RENEWAL_INTERVAL = 1688, 120, 10080
_EVERYTHING = "all"
# Python takes no number of thousands of digits, and a registry value may be as long.
_NUMBER = re.compile(r"0*([0-9]{1,5})")


@dataclass(frozen=True)
class SimulatedHostSettings:
    """The settings of a KMS host as they were when its service started."""

    port: int = _PORT
    is_publishing: bool = True
    publish_list: tuple[str, ...] = ()
    """Lines of `DnsDomainPublishList`: a domain, its priority and its weight, the numbers 0 when they are missing."""
    activation_interval: int = _ACTIVATION_INTERVAL
    renewal_interval: int = _RENEWAL_INTERVAL

    def records(self, full_name: str) -> tuple[tuple[str, SimulatedRecord], ...]:
        """Return what a host of that name publishes: in its own domain, and in those of its list, each once."""
        if not self.is_publishing:
            return ()
        found = {own_domain(full_name): (0, 0)} if own_domain(full_name) else {}
        found.update(filter(None, map(_domain, self.publish_list)))
        return tuple((domain, SimulatedRecord(full_name, self.port, *numbers)) for domain, numbers in found.items())


def _domain(line: str) -> tuple[str, tuple[int, int]] | None:
    """Return a line of the list, None for one that the service passes over."""
    domain, *numbers = (part.strip() for part in line.split(","))
    domain = domain.lower().rstrip(".")
    if not domain or len(numbers) > 2 or not all(_is_number(text) for text in numbers):
        return None
    priority, weight = (int(text.lstrip("0") or 0) for text in (*numbers, "0", "0")[:2])
    return domain, (priority, weight)


def _is_number(text: str) -> bool:
    match = _NUMBER.fullmatch(text)
    return not text or (match is not None and int(match.group(1)) < 65536)


def host_settings(registry: SimulatedRegistry) -> SimulatedHostSettings:
    """Return the settings that a service which starts now would take."""
    settings = Settings(registry)
    found = registry.read(PROTECTION, "DnsDomainPublishList")
    port = settings.number("KeyManagementServiceListeningPort") or _PORT
    return SimulatedHostSettings(
        port=port if port < 65536 else _PORT,
        is_publishing=not settings.number("DisableDnsPublishing"),
        publish_list=found[1] if found and isinstance(found[1], tuple) else (),
        activation_interval=settings.number("VLActivationInterval") or _ACTIVATION_INTERVAL,
        renewal_interval=settings.number("VLRenewalInterval") or _RENEWAL_INTERVAL,
    )


def served_lines(row: CatalogProduct, key: KeyFacts, system: System) -> frozenset[str]:
    """Return what a host key makes a machine serve: what the key covers, but never another application unnamed.

    A host on a client system activates client systems only.
    """
    if _EVERYTHING not in key.covers:
        return key.covers
    if row.is_windows:
        return frozenset({"windows" if system.is_server else "windows_client"})
    return row.lines - {_EVERYTHING, "office"}
