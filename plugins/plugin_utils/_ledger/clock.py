# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Time since a stored moment, by wall clocks that are not trusted: NTP steps them, a resumed VM sets them back.

The ledger is shared by controllers, so no monotonic clock spans it. A stored moment may therefore lie in the future,
and then a plain difference is negative: added to a wait it prolongs it by the whole jump. So all are made here.
"""

from __future__ import annotations

from datetime import datetime, timedelta

__all__ = ["elapsed", "is_recent"]

# How far ahead a stored moment may lie because two controllers' clocks differ.
_SKEW = timedelta(minutes=1)


def elapsed(since: datetime, now: datetime) -> timedelta:
    """Return the time since a stored moment, zero for one that lies in the future."""
    return max(now - since, timedelta())


def is_recent(since: datetime, now: datetime, span: timedelta) -> bool:
    """Return whether a stored moment is less than `span` ago.

    One that lies further in the future than clocks differ is not recent: the clock was set back, and waiting until it
    has caught up could take as long as the jump.
    """
    return now - since < span and since - now <= _SKEW
