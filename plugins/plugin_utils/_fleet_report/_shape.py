# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the reports rely on in an audit, as data: enough to tell a damaged document before anything is made of it."""

from __future__ import annotations

import typing as t
from datetime import date

from ._dates import utc

__all__ = ["wrong_part"]

_MISSING = object()
_TEXT, _NUMBER, _FLAG = (str,), (int, float), (bool,)
_MAYBE_TEXT, _MAYBE_NUMBER = (str, type(None)), (int, type(None))
_MAYBE: tuple[type, ...] = (dict, type(None))

_TOP: t.Mapping[str, tuple[type, ...]] = {
    "audited_at": _TEXT,
    "duration_seconds": _NUMBER,
    "settings": (dict,),
    "summary": (dict,),
    "findings": (list,),
    "expiry": (dict,),
    "forecast": _MAYBE,
    "machines": (list,),
}
_SUMMARY: t.Mapping[str, tuple[type, ...]] = {
    "machines": (int,),
    "reached": (int,),
    "licensed": (int,),
    "with_findings": (int,),
    "by_status": (dict,),
    "by_method": (dict,),
    "by_profile": (dict,),
    "by_severity": (dict,),
    "mak_share": (dict,),
}
_SETTINGS: t.Mapping[str, tuple[type, ...]] = {
    "expiring_days": (int,),
    "clock_skew_minutes": (int,),
    "mak_share_limit": _NUMBER,
    "kms_hosts": (list,),
}
_LONGEST_HORIZON = 3660
"""Days; a chart has a bar for each week of them."""
_LISTS = ("machines", "findings", "groups", "marks")
"""The lists of texts that a row of any kind may have."""
_BY = ("by_status", "by_method", "by_profile", "by_severity")
_SHARE: t.Mapping[str, tuple[type, ...]] = {
    "machines": (int,),
    "of": (int,),
    "percent": _NUMBER,
    "limit": _NUMBER,
    "exceeded": _FLAG,
}
_FINDING: t.Mapping[str, tuple[type, ...]] = {
    "code": _TEXT,
    "severity": _TEXT,
    "subject": _MAYBE_TEXT,
    "title": _TEXT,
    "machines": (list,),
    "details": (dict,),
    "cause": _MAYBE_TEXT,
    "remedy": _TEXT,
}
_COUNTED: t.Mapping[str, tuple[type, ...]] = {"count_now": _MAYBE_NUMBER, "count_expected": (int,)}
_NEEDED: t.Mapping[str, tuple[type, ...]] = {"machines": (int,), "required": (int,), "missing": (int,)}
_DAY: t.Mapping[str, tuple[type, ...]] = {"date": _TEXT, "days_left": (int,), "machines": (list,)}
_ROW: t.Mapping[str, tuple[type, ...]] = {
    "name": _TEXT,
    "reached": _FLAG,
    "error": _MAYBE,
    "observed_at": _MAYBE_TEXT,
    "profile": (dict,),
    "marks": (list,),
    "groups": (list,),
    "license": _MAYBE,
    "counts": _MAYBE,
    "method": _TEXT,
    "status": _TEXT,
    "expires": _MAYBE_TEXT,
    "days_left": _MAYBE_NUMBER,
    "findings": (list,),
}


def wrong_part(audit: t.Mapping[str, t.Any]) -> str | None:
    """Return the name of the first part that is not as it has to be, None where all are."""
    return next(_wrong_parts(audit), None)


def _wrong_parts(audit: t.Mapping[str, t.Any]) -> t.Iterator[str]:
    for name in _wrong(audit, _TOP):
        yield name
        return  # what is below cannot be looked at
    if not _is_read(utc, audit["audited_at"]):
        yield "audited_at"
    yield from (f"settings.{name}" for name in _wrong(audit["settings"], _SETTINGS))
    yield from (f"summary.{name}" for name in _wrong(audit["summary"], _SUMMARY))
    yield from (f"summary.{name}" for name in _BY if not _are_counts(audit["summary"].get(name)))
    yield from (f"summary.mak_share.{name}" for name in _wrong(audit["summary"].get("mak_share"), _SHARE))
    if not _is_horizon(audit["expiry"].get("horizon_days")):
        yield "expiry.horizon_days"
    yield from _wrong_rows("expiry.days", audit["expiry"].get("days"), _DAY)
    days = audit["expiry"].get("days") or ()
    yield from (
        f"expiry.days[{at}].date" for at, row in enumerate(days) if not _is_read(date.fromisoformat, row["date"])
    )
    yield from _wrong_forecast(audit["forecast"])
    yield from _wrong_rows("findings", audit["findings"], _FINDING)
    yield from _wrong_rows("machines", audit["machines"], _ROW)


def _are_texts(value: t.Any) -> bool:
    return not isinstance(value, list) or all(isinstance(each, str) for each in value)


def _are_counts(value: t.Any) -> bool:
    return isinstance(value, t.Mapping) and all(isinstance(number, int) and number >= 0 for number in value.values())


def _is_horizon(value: t.Any) -> bool:
    return isinstance(value, int) and 0 < value <= _LONGEST_HORIZON


def _wrong_forecast(forecast: t.Mapping[str, t.Any] | None) -> t.Iterator[str]:
    if forecast is None:
        return
    windows, office = (forecast.get(name) for name in ("windows", "office"))
    parts = [("windows", windows, _COUNTED), ("office", office, {**_COUNTED, **_NEEDED})]
    if isinstance(windows, t.Mapping):
        parts += [(f"windows.{kind}", windows.get(kind), _NEEDED) for kind in ("clients", "servers")]
    yield from (f"forecast.{where}.{name}" for where, part, shape in parts for name in _wrong(part, shape))


def _wrong_rows(where: str, rows: t.Any, shape: t.Mapping[str, tuple[type, ...]]) -> t.Iterator[str]:
    if not isinstance(rows, list):
        yield where
        return
    for number, row in enumerate(rows):
        yield from (f"{where}[{number}].{name}" for name in _wrong(row, shape))
        yield from (f"{where}[{number}].{name}" for name in _LISTS if not _are_texts(row.get(name)))


def _wrong(value: t.Any, shape: t.Mapping[str, tuple[type, ...]]) -> t.Iterator[str]:
    if not isinstance(value, t.Mapping):
        yield "itself"
        return
    yield from (name for name, kinds in shape.items() if not isinstance(value.get(name, _MISSING), kinds))


def _is_read(read: t.Callable[[str], t.Any], text: str) -> bool:
    try:
        read(text)
    except ValueError:
        return False
    return True
