# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A machine's firewall, as far as KMS needs it: the one rule that comes with Windows for the port of a KMS host.

Windows has it on every machine, switched off: `SPPSVC-In-TCP`, for TCP port 1688 and every network.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

__all__ = ["ANY_PROFILE", "DOMAIN", "PRIVATE", "PUBLIC", "Firewall"]

ANY_PROFILE, DOMAIN, PRIVATE, PUBLIC = 0, 1, 2, 4
"""Bits of `Profiles`: the kinds of network that a rule is for; none is all of them."""


@dataclass
class Firewall:
    """The rule for KMS on one machine; whoever changes it opens or shuts the machine at once."""

    enabled: bool = False
    ports: tuple[str, ...] = ("1688",)
    """Numbers, ranges such as `1688-1690`, or `Any`."""
    profiles: int = ANY_PROFILE

    def admits(self, port: int, network: int) -> bool:
        """Return whether a machine in that kind of network can be called on a port."""
        here = self.profiles == ANY_PROFILE or bool(self.profiles & network)
        return self.enabled and here and any(port in range(*_bounds(text)) for text in self.ports)


def _bounds(ports: str) -> tuple[int, int]:
    """Return the first port and the one after the last; what is no port is for none."""
    if ports.strip().lower() == "any":
        return 0, 65536
    first, _dash, last = (part.strip() for part in ports.partition("-"))
    numbers: t.Sequence[str] = (first, last or first)
    if not all(text.isdigit() for text in numbers):
        return 0, 0
    return int(numbers[0]), int(numbers[1]) + 1
