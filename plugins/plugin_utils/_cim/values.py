# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""CIM values: from lexical text to Python and back (as Windows writes it on the wire; DSP0230 and DSP0004)."""

from __future__ import annotations

import re
import typing as t
from datetime import datetime, timedelta, timezone

from .._errors import ProtocolViolation
from .._wsman import Datetime, Interval, Value

CimType = str
"""`string`, `boolean`, `uint8` to `sint64`, `datetime`, `interval`, `reference`, `object`; an array ends in `[]`."""

_DATETIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6})\d*)?(Z|[+-]\d\d:\d\d)?$", re.ASCII)
_INTERVAL = re.compile(r"P(?=.)(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d{1,6})\d*)?S)?)?$", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d{1,20}$", re.ASCII)


def from_lexical(values: tuple[Value, ...], cim_type: CimType) -> t.Any:
    """Return the Python value of one property.

    `values` are the elements of that name; none at all is NULL, or an array that is NULL or empty, which the wire does
    not tell apart. Integers become int, datetimes aware datetime objects, arrays lists.
    Raises ProtocolViolation where the text is not of that type.
    """
    if cim_type.endswith("[]"):
        return [_scalar(value, cim_type[:-2]) for value in values if value is not None]
    if len(values) > 1:
        raise ProtocolViolation(f"A property of type {cim_type} came with {len(values)} values.")
    return _scalar(values[0], cim_type) if values and values[0] is not None else None


def _scalar(value: Value, cim_type: CimType) -> t.Any:
    if cim_type in ("reference", "object"):
        return value
    if not isinstance(value, str):
        raise ProtocolViolation(f"A structure came where a value of type {cim_type} was expected.")
    try:
        return _READERS.get(cim_type, _integer)(value)
    except (ValueError, OverflowError):
        # Not the value itself: nobody knows what a confused machine puts there.
        raise ProtocolViolation(f"A value of type {cim_type} came as text that is none.") from None


def _boolean(text: str) -> bool:
    word = text.strip().lower()
    if word not in ("true", "false"):
        raise ValueError(text)
    return word == "true"


def _integer(text: str) -> int:
    # int() alone would also take 1_000 and the digits of other scripts.
    if _INTEGER.match(text.strip()) is None:
        raise ValueError(text)
    return int(text)


def _datetime(text: str) -> datetime:
    match = _DATETIME.match(text.strip())
    if match is None:
        raise ValueError(text)
    *numbers, fraction, zone = match.groups()
    year, month, day, hour, minute, second = (int(number) for number in numbers)
    microsecond = int((fraction or "").ljust(6, "0"))
    return datetime(year, month, day, hour, minute, second, microsecond, _zone(zone))


def _zone(text: str | None) -> timezone:
    if text in (None, "Z"):
        return timezone.utc
    offset = timedelta(hours=int(text[1:3]), minutes=int(text[4:6]))
    return timezone(-offset if text[0] == "-" else offset)


def _interval(text: str) -> timedelta:
    match = _INTERVAL.match(text.strip())
    if match is None:
        raise ValueError(text)
    *numbers, fraction = match.groups()
    days, hours, minutes, seconds = (int(number or 0) for number in numbers)
    microseconds = int((fraction or "").ljust(6, "0"))
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds, microseconds=microseconds)


_READERS: dict[str, t.Callable[[str], t.Any]] = {
    "string": str,
    "boolean": _boolean,
    "datetime": _datetime,
    "interval": _interval,
}


def to_lexical(value: t.Any, cim_type: CimType) -> tuple[Value, ...]:
    """Return the elements that carry `value`; NULL is one nil element, a NULL or empty array none at all."""
    if cim_type.endswith("[]"):
        return tuple(lexical(item) for item in value or ())
    return (lexical(value),)


def lexical(value: t.Any) -> Value:
    """Return one Python value as it travels; a secret stays one until the request is written."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(int(value))  # before Python 3.11 the text of an IntEnum's member is its name
    if isinstance(value, datetime):
        return _written_datetime(value)
    if isinstance(value, timedelta):
        return _written_interval(value)
    return t.cast(Value, value)


def _written_datetime(value: datetime) -> Datetime:
    offset = value.strftime("%z")
    zone = "Z" if offset in ("", "+0000") else f"{offset[:3]}:{offset[3:5]}"
    # Not by %Y, which does not pad a year before 1000 everywhere.
    seconds = value.replace(microsecond=0, tzinfo=None).isoformat()
    return Datetime(f"{seconds}{_fraction(value.microsecond)}{zone}")


def _written_interval(value: timedelta) -> Interval:
    hours, rest = divmod(value.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    return Interval(f"P{value.days}DT{hours}H{minutes}M{seconds}{_fraction(value.microseconds)}S")


def _fraction(microseconds: int) -> str:
    return f".{microseconds:06d}".rstrip("0") if microseconds else ""
