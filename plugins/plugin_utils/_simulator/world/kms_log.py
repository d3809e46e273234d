# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a KMS host remembers of its clients: the log of their requests, counters, and who was there this month."""

from __future__ import annotations

import typing as t
from collections import Counter, deque
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from ..catalog.license_states import Status

__all__ = ["KmsCounters", "KmsEvent", "Tally"]

_COUNT_WINDOW = timedelta(days=30)
_LOG_LENGTH = 10_000
_COUNTED = (
    Status.UNLICENSED,
    Status.LICENSED,
    Status.OOB_GRACE,
    Status.OOT_GRACE,
    Status.NON_GENUINE_GRACE,
    Status.NOTIFICATION,
)
"""The licence states of clients that a host has a counter for."""


@dataclass(frozen=True)
class KmsEvent:
    """One request, as event 12290 of the log `Key Management Service` tells it."""

    time: datetime
    """By the host's own clock."""
    result: int
    """HRESULT; 0 also for a client that is told a count which is too low for it: that the client finds out itself."""
    minimum: int
    """The client count that the client needs."""
    client: str
    """The client's full name."""
    client_id: str
    client_time: datetime
    """By the client's clock, in UTC."""
    is_virtual: bool
    status: int
    """LicenseStatus of the client's product when it asked."""
    minutes: int
    """How long that status holds."""
    activation_id: str
    is_windows: bool = True
    """Whether it asked for Windows rather than for Office; the event has it by the activation ID only."""
    number: int = 0
    """Its place in the log, the first ever is 1: it keeps it when older ones are dropped."""


@dataclass(frozen=True)
class KmsCounters:
    """What a host says of its clients, for Windows or for Office."""

    count: int = 0
    required: int = 0
    """The highest count that a client needed so far."""
    total: int = 0
    failed: int = 0
    by_status: t.Mapping[Status, int] = field(default_factory=dict)
    """Requests that were answered, by the licence status of the client; a request that failed has none."""

    def describe(self) -> dict[str, int]:
        """Return the request counters, for JSON."""
        states = {status.name.lower(): self.by_status.get(status, 0) for status in _COUNTED}
        return {"total": self.total, "failed": self.failed, **states}


@dataclass
class _Seen:
    """What a host has seen of one kind of client."""

    machines: dict[str, datetime] = field(default_factory=dict)
    required: int = 0
    failed: int = 0
    by_status: Counter[Status] = field(default_factory=Counter)


class Tally:
    """What one KMS host has seen of this fleet; the caller holds the lock."""

    def __init__(self) -> None:
        self._log: deque[KmsEvent] = deque(maxlen=_LOG_LENGTH)
        self._written = 0
        self._seen = {True: _Seen(), False: _Seen()}

    def note(self, event: KmsEvent) -> None:
        """Write a request into the log; one that got its answer makes its machine count for a month."""
        self._written += 1
        self._log.append(replace(event, number=self._written))
        seen = self._seen[event.is_windows]
        if event.result:
            seen.failed += 1
            return
        seen.by_status[Status(event.status)] += 1
        seen.machines[event.client_id] = event.time
        seen.required = max(seen.required, event.minimum)

    def count(self, is_windows: bool, now: datetime, others: int) -> int:
        """Return the client count: distinct machines in 30 days, cached up to twice the highest count needed.

        `others` are machines outside this fleet that keep asking.
        """
        seen = self._seen[is_windows]
        ours = sum(1 for at in seen.machines.values() if now - at <= _COUNT_WINDOW)
        return min(ours + others, 2 * seen.required) if seen.required else ours + others

    def counters(self, is_windows: bool, now: datetime, others: int) -> KmsCounters:
        """Return all counters for Windows or for Office."""
        seen = self._seen[is_windows]
        answered = sum(seen.by_status.values())
        return KmsCounters(
            count=self.count(is_windows, now, others),
            required=seen.required,
            total=answered + seen.failed,
            failed=seen.failed,
            by_status=dict(seen.by_status),
        )

    def events(self) -> tuple[KmsEvent, ...]:
        """Return the log, the newest request first."""
        return tuple(reversed(self._log))
