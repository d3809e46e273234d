# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a KMS host is set to, whom it has served, and which machines can be one; as frozen values."""

from __future__ import annotations

import dataclasses
import re

from .._validation import normal_name

__all__ = [
    "DEFAULT_ACTIVATION_INTERVAL",
    "DEFAULT_KMS_PORT",
    "DEFAULT_RENEWAL_INTERVAL",
    "FIREWALL_RULE",
    "INTERVAL_MINUTES",
    "KMS_THRESHOLDS",
    "FirewallRule",
    "Hosting",
    "PublishDomain",
    "RequestCounts",
    "ServedProduct",
    "is_azure_edition",
]

DEFAULT_KMS_PORT = 1688
DEFAULT_ACTIVATION_INTERVAL, DEFAULT_RENEWAL_INTERVAL = 120, 10080
INTERVAL_MINUTES = range(15, 43201)
"""What Windows takes for both intervals, in minutes (slmgr.vbs options, /sai and /sri)."""
FIREWALL_RULE = "SPPSVC-In-TCP"
"""The rule that every Windows brings for its KMS, switched off until it is a host."""

KMS_THRESHOLDS = {"windows_client": 25, "windows_server": 5, "office": 5}
"""The count from which a KMS host activates each kind; Windows has one count for clients and servers together.

Source: KMS activation planning, Microsoft.
"""

_AZURE = re.compile(r"ServerTurbine", re.IGNORECASE)
_NUMBER = re.compile(r"[0-9]{1,10}")
"""A longer one is none of Windows', and Python takes no number of thousands of digits."""


def is_azure_edition(edition_id: str | None) -> bool:
    """Tell whether an edition is Windows Server Datacenter: Azure Edition, which cannot be a KMS host."""
    return bool(edition_id and _AZURE.match(edition_id.strip()))


@dataclasses.dataclass(frozen=True, slots=True)
class PublishDomain:
    """One further DNS domain in which a KMS host publishes itself, with what its SRV record says.

    Windows keeps them as lines of `DnsDomainPublishList`: the domain, and optionally priority and weight.
    """

    domain: str
    priority: int = 0
    weight: int = 0

    @classmethod
    def from_line(cls, line: str) -> PublishDomain:
        """Return what a line of the list says; numbers that are missing or none are 0."""
        domain, *numbers = (part.strip() for part in line.split(","))
        priority, weight = (*(int(number) if _is_number(number) else 0 for number in numbers), 0, 0)[:2]
        return cls(domain.rstrip("."), priority, weight)

    @property
    def line(self) -> str:
        """The line of the list."""
        return f"{self.domain}, {self.priority}, {self.weight}" if self.priority or self.weight else self.domain

    @property
    def normal(self) -> PublishDomain:
        """The same domain in the spelling that is compared."""
        return dataclasses.replace(self, domain=normal_name(self.domain))


def _is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class FirewallRule:
    """The firewall's rule for the KMS port; `profiles` has the bits 1 domain, 2 private, 4 public, and 0 is any.

    The keys are those of the two instances that make it up, the rule and its port filter, as the machine has them.
    """

    name: str
    enabled: bool
    ports: tuple[str, ...] = ()
    profiles: int = 0
    rule_keys: tuple[tuple[str, str], ...] = ()
    port_keys: tuple[tuple[str, str], ...] = ()

    def admits(self, port: int) -> bool:
        """Tell whether the rule is about that port; ranges are written `1688-1690`."""
        return any(_covers(text, port) for text in self.ports)


def _covers(text: str, port: int) -> bool:
    first, _dash, last = text.strip().partition("-")
    if not _is_number(first):
        return text.strip().lower() == "any"
    return int(first) <= port <= (int(last) if _is_number(last) else int(first))


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RequestCounts:
    """How many requests came to a KMS host, altogether and by the licence status of who asked; None is unknown."""

    total: int | None = None
    failed: int | None = None
    unlicensed: int | None = None
    licensed: int | None = None
    oob_grace: int | None = None
    oot_grace: int | None = None
    non_genuine_grace: int | None = None
    notification: int | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ServedProduct:
    """What the product of one host key has served; counts are None where the machine tells none."""

    id: str
    current_count: int | None = None
    required_count: int | None = None
    requests: RequestCounts = RequestCounts()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Hosting:
    """What a machine is set to as a KMS host; a port of 0 is not set, which means the default.

    `publish_domains`, `version_mark` (KeyManagementServiceVersion) and `firewall` are None where they were not read;
    a mark that is not there is empty, and a rule that is not there has no name.
    """

    port: int = 0
    dns_publishing: bool = True
    low_priority: bool = False
    activation_interval: int | None = None
    renewal_interval: int | None = None
    requests: RequestCounts = RequestCounts()
    publish_domains: tuple[PublishDomain, ...] | None = None
    version_mark: str | None = None
    firewall: FirewallRule | None = None

    @property
    def effective_port(self) -> int:
        """The port that the host listens on."""
        return self.port or DEFAULT_KMS_PORT
