# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the batch activation service was asked, with the numbers masked, and whether a product key ever came along."""

from __future__ import annotations

import re
import threading
import typing as t
from collections import Counter, deque

from ..catalog.offline_ids import key_part
from .clock import SimulatedClock

__all__ = ["ServiceJournal"]

_LENGTH = 1000
_KEY = re.compile(r"(?<![A-Z0-9])[BCDFGHJKMNPQRTVWXY2346789]{5}(?:-[BCDFGHJKMNPQRTVWXY2346789]{5}){4}(?![A-Z0-9])")
_SHOWN_DIGITS = 7


class ServiceJournal:
    """The requests of one service, the newest thousand of them."""

    def __init__(self, clock: SimulatedClock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._requests: deque[dict[str, t.Any]] = deque(maxlen=_LENGTH)
        self._totals: Counter[str] = Counter()
        self._keys_seen = 0

    def note(self, front: str, kind: str, pid: str, installation: str | None, outcome: str) -> None:
        """Keep one request: by which way it came, what it wanted, and what became of it."""
        row = {
            "time": self._clock.now().isoformat(),
            "front": front,
            "kind": kind,
            "extended_pid": _masked_pid(pid),
            "installation_id": None if installation is None else _masked_installation(installation),
            "outcome": outcome,
        }
        with self._lock:
            self._requests.append(row)
            self._totals[kind] += 1

    def inspect(self, *texts: str) -> None:
        """Look for anything of the form of a product key in what arrived; there must never be one."""
        found = sum(len(_KEY.findall(text.upper())) for text in texts)
        with self._lock:
            self._keys_seen += found

    @property
    def total(self) -> int:
        """How many requests there were."""
        with self._lock:
            return sum(self._totals.values())

    def describe(self) -> dict[str, t.Any]:
        """Return the requests, their totals by kind, and how many product keys came with them, for JSON."""
        with self._lock:
            return {
                "requests": list(self._requests),
                "totals": dict(self._totals),
                "product_keys_seen": self._keys_seen,
            }


def _masked_pid(pid: str) -> str:
    """Return an extended product ID without the groups that tell one key from another."""
    if key_part(pid) is None:
        return "malformed"
    groups = pid.split("-")
    return "-".join([*groups[:2], "***", "******", *groups[4:]])


def _masked_installation(installation: str) -> str:
    """Return the first group of an installation ID and how long it is."""
    return f"{installation[:_SHOWN_DIGITS]}... ({len(installation)})" if installation.isdigit() else "malformed"
