# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When leases and evaluations end: by week as a chart, and by day for the days that count.

Each bar is seven days from the day of the audit. So each has one weekend in it, and bars can be compared: a chart by
day would show when people switch their machines on. Heights are square roots: nearly all machines stand at the right,
and the few at the left are those that somebody has to see.
"""

from __future__ import annotations

import math
import typing as t
from datetime import date, timedelta

from .document import Audit
from .formatting import count, day, moment, number, short_day

__all__ = ["expiry"]

Facts: t.TypeAlias = "dict[str, t.Any]"

_WEEK = 7
_TICKS = 4
"""A day is written below every fourth bar."""
_BASE, _TALLEST, _SMALLEST = 192.0, 160.0, 3.0
"""Pixels: where bars stand, how tall the tallest is, and the least that can be seen."""
_FILLED = 0.76
"""How much of its week a bar is wide."""
_OPEN = 12
"""So many machines of a day are shown without a fold."""


def expiry(audit: Audit) -> Facts:
    """Return the section: what it says, the bars with their places, and the days that are near."""
    start, limit = moment(audit["audited_at"])["day"], int(audit["settings"].get("expiring_days", 30))
    days = audit["expiry"]["days"]
    weeks = -(-int(audit["expiry"].get("horizon_days", 180)) // _WEEK)
    bars = _bars(days, start, weeks, limit)
    return {
        "text": _text(days, limit),
        "told": _told(bars),
        "weeks": bars if any(week["count"] for week in bars) else [],
        "ticks": [{"x": _share(at, weeks), "text": short_day(_from(start, at))} for at in range(0, weeks, _TICKS)],
        "bar_width": f"{100 / weeks * _FILLED:.3f}",
        "zone": f"{min(100.0, 100 * limit / (weeks * _WEEK)):.3f}",
        "zone_name": f"within {limit} days",
        "expiring_days": limit,
        "next": [_near(row) for row in days if row["days_left"] <= limit],
    }


def _bars(days: t.Iterable[Facts], start: date, weeks: int, limit: int) -> list[Facts]:
    names: list[set[str]] = [set() for _week in range(weeks)]
    for row in days:
        at = max(0, row["days_left"]) // _WEEK
        if at < weeks:
            names[at].update(row["machines"])
    most = max(map(len, names), default=0)
    return [_bar(at, len(found), most, _Axis(start, weeks, limit)) for at, found in enumerate(names)]


class _Axis(t.NamedTuple):
    start: date
    weeks: int
    limit: int


def _bar(at: int, found: int, most: int, axis: _Axis) -> Facts:
    height = max(_SMALLEST, _TALLEST * math.sqrt(found / most)) if found else 0.0
    first = at * _WEEK
    days = f"{first} to {first + _WEEK - 1}"
    return {
        "count": found,
        "count_text": number(found),
        "height": round(height, 1),
        "y": round(_BASE - height, 1),
        "x": _share(at + (1 - _FILLED) / 2, axis.weeks),
        "middle": _share(at + 0.5, axis.weeks),
        "soon": first < axis.limit,
        "from": day(_from(axis.start, at)),
        "days": days,
        "title": f"{days} days left: {count(found, 'machine')}",
    }


def _share(at: float, weeks: int) -> str:
    return f"{100 * at / weeks:.3f}"


def _from(start: date, at: int) -> date:
    return start + timedelta(days=at * _WEEK)


def _text(days: t.Sequence[Facts], limit: int) -> str:
    if not days:
        return "No lease and no evaluation ends on any machine that was read."
    horizons = sorted({7, limit, 90})
    counts = ", ".join(f"{number(_within(days, at))} within {at} days" for at in horizons)
    near = f"Leases and evaluations that end: {counts}." if _within(days, horizons[-1]) else _none(horizons[-1])
    return (
        f"{near} A lease is for 180 days and is renewed every week. So on a healthy"
        " machine more than 170 days are left: the bars at the right. What stands further left has not renewed lately."
    )


def _none(limit: int) -> str:
    return f"No lease and no evaluation ends within {limit} days."


def _within(days: t.Iterable[Facts], limit: int) -> int:
    return len({name for row in days if row["days_left"] <= limit for name in row["machines"]})


def _told(bars: t.Sequence[Facts]) -> str:
    most = max(bars, key=lambda week: t.cast(int, week["count"]), default=None)
    if not most or not most["count"]:
        return "Nothing ends."
    soon = number(sum(week["count"] for week in bars if week["soon"]))
    return f"Most end when {most['days']} days are left: {most['count_text']}. At the left, where it is soon: {soon}."


def _near(row: Facts) -> Facts:
    return {
        "text": day(date.fromisoformat(row["date"])),
        "days_left": row["days_left"],
        "names": row["machines"],
        "count": count(len(row["machines"]), "machine"),
        "folded": len(row["machines"]) > _OPEN,
    }
