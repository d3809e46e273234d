# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Days and moments as they are read, the same in every locale of the controller."""

from __future__ import annotations

import typing as t
from datetime import date, datetime, timezone

__all__ = ["count", "day", "duration", "moment", "number", "percent", "sentence_list", "short_day", "utc"]

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def day(given: date) -> str:
    """Return a day such as `22 November 2026`."""
    return f"{given.day} {_MONTHS[given.month - 1]} {given.year}"


def short_day(given: date) -> str:
    """Return a day such as `22 Nov`."""
    return f"{given.day} {_MONTHS[given.month - 1][:3]}"


def utc(iso: str) -> datetime:
    """Return a moment in UTC; one that does not say of which zone it is, is taken to be. Raises ValueError."""
    given = datetime.fromisoformat(iso.replace("Z", "+00:00"))
    return given.astimezone(timezone.utc) if given.tzinfo else given.replace(tzinfo=timezone.utc)


def moment(iso: str) -> dict[str, t.Any]:
    """Return a moment in UTC: `text` to read, `iso` for programs, and its `day`."""
    told = utc(iso)
    return {"iso": told.isoformat(), "text": f"{day(told)}, {told:%H:%M} UTC", "day": told.date()}


def duration(seconds: float) -> str:
    """Return how long something took."""
    whole = round(seconds)
    if whole < 1:
        return "less than a second"
    if whole < 120:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    return f"{minutes} min {rest} s" if rest else f"{minutes} min"


def number(value: float) -> str:
    """Return a number with its thousands apart."""
    return f"{value:,}"


def count(value: int, one: str, many: str | None = None) -> str:
    """Return how many of something there are, in words such as `1 machine`."""
    return f"{number(value)} {one if value == 1 else many or one + 's'}"


def percent(part: float, whole: float) -> str:
    """Return a share; one that is nearly nothing or nearly all is not rounded to nothing or all."""
    if not whole:
        return "–"
    share = 100 * part / whole
    if 0 < share < 0.1:
        return "< 0.1%"
    if 99.9 < share < 100:
        return "> 99.9%"
    return f"{share:.0f}%" if share in (0, 100) else f"{share:.1f}%"


def sentence_list(parts: t.Sequence[str]) -> str:
    """Return parts as they stand in a sentence: `a, b and c`."""
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1]))) if parts else ""
