# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""CIM values: from lexical text to Python and back (WIRE values as Windows writes them, DSP0230 and DSP0004)."""

from __future__ import annotations

import re
import typing as t
from datetime import datetime, timedelta, timezone

from .._errors import ProtocolViolation
from .._secrets import Secret
from .._wsman import Datetime, Value

CimType = str
"""`string`, `boolean`, `uint8` to `sint64`, `datetime`, `interval`, `reference`, `object`; an array ends in `[]`."""

_DATETIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6})\d*)?(Z|[+-]\d\d:\d\d)?$", re.ASCII)
_INTERVAL = re.compile(r"P(\d+)DT(\d+)H(\d+)M(\d+)(?:\.(\d{1,6})\d*)?S$", re.ASCII)


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
    except ValueError:
        # Not the value itself: nobody knows what a confused machine puts there.
        raise ProtocolViolation(f"A value of type {cim_type} came as text that is none.") from None


def _boolean(text: str) -> bool:
    word = text.strip().lower()
    if word not in ("true", "false"):
        raise ValueError(text)
    return word == "true"


def _integer(text: str) -> int:
    return int(text.strip())


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
    days, hours, minutes, seconds, fraction = match.groups()
    return timedelta(
        days=int(days),
        hours=int(hours),
        minutes=int(minutes),
        seconds=int(seconds),
        microseconds=int((fraction or "").ljust(6, "0")),
    )


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
    if value is None or isinstance(value, Secret):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return _written_datetime(value)
    return str(value) if isinstance(value, (int, str)) else t.cast(Value, value)


def _written_datetime(value: datetime) -> Datetime:
    fraction = f".{value.microsecond:06d}".rstrip("0") if value.microsecond else ""
    offset = value.strftime("%z")
    zone = "Z" if offset in ("", "+0000") else f"{offset[:3]}:{offset[3:5]}"
    return Datetime(f"{value:%Y-%m-%dT%H:%M:%S}{fraction}{zone}")
