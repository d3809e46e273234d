# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Time limits that hold whatever a library does.

OpenLDAP's own limits do not cover all of it: with GnuTLS its handshake waits for a silent server for ever, and so does
a read that stopped within a TLS record. A call that outlives its limit is left behind in its thread, which ends with
the process, and its connection is not touched again.
"""

from __future__ import annotations

import threading
import time
import typing as t

__all__ = ["DirectoryClock", "OutOfTime", "within"]

T = t.TypeVar("T")


class OutOfTime(Exception):
    """A call did not come back in time; it may still be running."""


class DirectoryClock:
    """The time for several requests: each may take `each` seconds, all together `total`."""

    def __init__(self, each: float, total: float) -> None:
        self._each = each
        self._end = time.monotonic() + total

    def next(self) -> float:
        """Return how long the next request may take; raises OutOfTime if nothing is left."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise OutOfTime
        return min(self._each, left)


def within(seconds: float, work: t.Callable[[], T]) -> T:
    """Return what `work` returns and raise what it raises; raises OutOfTime if that takes longer than `seconds`."""
    outcome: list[tuple[t.Any, BaseException | None]] = []

    def run() -> None:
        try:
            outcome.append((work(), None))
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits
            outcome.append((None, error))

    thread = threading.Thread(target=run, name="volume.activation directory", daemon=True)
    thread.start()
    thread.join(seconds)
    if not outcome:
        raise OutOfTime
    result, error = outcome[0]
    if error is not None:
        raise error
    return t.cast(T, result)
