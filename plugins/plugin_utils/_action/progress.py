# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A line about a long list now and then, for those who watch and did not ask for more."""

from __future__ import annotations

import time
import typing as t

__all__ = ["Progress"]

_SECONDS = 5.0
_LONG = 50


class Progress:
    """Shows how far a list of `total` has come: every five seconds, and of a long list every tenth of it too."""

    def __init__(
        self, total: int, show: t.Callable[[str], None], clock: t.Callable[[], float] = time.monotonic
    ) -> None:
        self._total = total
        self._show = show
        self._clock = clock
        self._shown_at = clock()
        self._done = self._failed = self._tenths = 0

    def note(self, *, failed: bool) -> None:
        """Count one that is done."""
        self._done += 1
        self._failed += failed
        tenths = 10 * self._done // self._total if self._total >= _LONG else 0
        if tenths > self._tenths or self._clock() - self._shown_at >= _SECONDS:
            self._tenths = tenths
            self._shown_at = self._clock()
            self._show(f"{self._done} of {self._total} done" + (f", {self._failed} failed" if self._failed else ""))
