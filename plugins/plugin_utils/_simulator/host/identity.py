# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a machine is besides its licences: its names, language, hardware, and the service that answers for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ..._secrets import Secret
from ..catalog.systems import System

__all__ = ["Host", "Subscription", "full_name"]


def full_name(computer_name: str, dns_suffix: str | None) -> str:
    """Return the name in DNS of a machine with that primary suffix; without one it is the short name."""
    return f"{computer_name}.{dns_suffix}".lower() if dns_suffix else computer_name.lower()


@dataclass(frozen=True)
class Subscription:
    """A step-up by a user's subscription: the edition that runs is not the one whose key is installed."""

    edition: str
    status: int
    expires: datetime


@dataclass(frozen=True)
class Host:
    """One machine as WMI shows it."""

    system: System
    """The edition that runs."""
    computer_name: str
    domain: str | None
    language: str
    utc_offset: timedelta
    bios_uuid: str
    dns_suffix: str | None = None
    firmware_key: Secret | None = None
    subscription: Subscription | None = None
    is_domain_controller: bool = False

    @property
    def full_name(self) -> str:
        """The name in DNS."""
        return full_name(self.computer_name, self.dns_suffix)
