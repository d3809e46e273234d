# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What DNS says about a KMS host, and what was seen of it; pure data."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._errors import ActivationError
from .probing import Probe, ProbeOutcome

__all__ = ["SeenDomain", "SeenRecord", "ServiceRecord", "in_order"]


@dataclass(frozen=True)
class ServiceRecord:
    """One SRV record, its target in lower case and without the dot at the end."""

    target: str
    port: int
    priority: int = 0
    weight: int = 0


def in_order(records: t.Iterable[ServiceRecord]) -> tuple[ServiceRecord, ...]:
    """Return records as clients prefer them (RFC 2782): by priority, and within one the heavier first.

    Clients draw within a priority, so that each is first as often as its weight says. A report must not differ from run
    to run: the names decide what is left.
    """
    return tuple(sorted(records, key=lambda row: (row.priority, -row.weight, row.target, row.port)))


@dataclass(frozen=True)
class SeenRecord:
    """A record with what was found behind it.

    `failure` says why its name could not be looked up; then nothing is known of its addresses. `probe` is None when its
    port was not tried.
    """

    record: ServiceRecord
    addresses: tuple[str, ...] = ()
    failure: ActivationError | None = None
    probe: Probe | None = None

    @property
    def reachable(self) -> bool | None:
        """Whether the port accepts connections, None when that is not known; a host without an address has none."""
        if self.probe is None:
            return None if self.addresses or self.failure else False
        return self.probe.outcome is ProbeOutcome.ACCEPTED


@dataclass(frozen=True)
class SeenDomain:
    """A domain with its records, or with the reason why it has none."""

    domain: str
    records: tuple[SeenRecord, ...] = ()
    failure: ActivationError | None = None
