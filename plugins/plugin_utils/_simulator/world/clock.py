# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fleet's clock: real time, moved, set or stopped."""

from __future__ import annotations

import contextlib
import threading
import time
import typing as t
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

__all__ = ["EPOCH", "NEVER", "ClockSetting", "SimulatedClock"]

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
NEVER = datetime(1601, 1, 1, tzinfo=timezone.utc)
"""What Windows writes for a time that is not set (FILETIME 0)."""


@dataclass(frozen=True)
class ClockSetting:
    """What a description says about the time."""

    now: datetime | None = None
    """The time at the moment this is set; None is the real time."""
    advance: timedelta = timedelta()
    """How far ahead of that the clock is."""
    frozen: bool = False
    """A stopped clock makes two runs see the same minutes."""


class SimulatedClock:
    """Tells the world's time; setting it again with the same setting changes nothing."""

    def __init__(self, setting: ClockSetting | None = None, source: t.Callable[[], float] = time.time) -> None:
        self._source = source
        self._setting = setting or ClockSetting()
        self._anchor = source()
        self._played = threading.local()

    def now(self) -> datetime:
        """Return the world's time, in UTC."""
        played: datetime | None = getattr(self._played, "now", None)
        if played is not None:
            return played
        elapsed = 0.0 if self._setting.frozen else self._source() - self._anchor
        start = self._setting.now or EPOCH + timedelta(seconds=self._anchor)
        return start + timedelta(seconds=elapsed) + self._setting.advance

    def set(self, setting: ClockSetting) -> None:
        """Take over a changed setting; `advance` alone moves the clock by the difference and leaves it running."""
        if (setting.now, setting.frozen) != (self._setting.now, self._setting.frozen):
            self._anchor = self._source()
        self._setting = setting

    @contextlib.contextmanager
    def at(self, moment: datetime) -> t.Iterator[None]:
        """Play what happened at another time: in the block it is that moment, for this thread alone."""
        self._played.now = moment
        try:
            yield
        finally:
            self._played.now = None
