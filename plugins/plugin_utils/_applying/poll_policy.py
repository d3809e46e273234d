# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting for what a host shows: how long, by which clock, and how often it is looked at."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

POLL_SECONDS = 5.0


@dataclass(frozen=True)
class PollPolicy:
    """How to wait: `seconds` at most, by a monotonic clock, sleeping through `pause`."""

    seconds: float
    clock: t.Callable[[], float]
    pause: t.Callable[[float], None]

    def moments(self, seconds: float | None = None, every: float = POLL_SECONDS) -> t.Iterator[None]:
        """Yield now and again until the time is over, at least once."""
        end = self.clock() + (self.seconds if seconds is None else seconds)
        while True:
            yield
            left = end - self.clock()
            if left <= 0:
                return
            self.pause(min(every, left))
