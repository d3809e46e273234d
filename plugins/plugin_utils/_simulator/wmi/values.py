# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values as a Windows host writes and reads them; its own code, so that no mistake of the client is repeated here."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta

from ..._secrets import Secret, reveal
from ..._wsman import Datetime, Value

__all__ = ["BadValue", "read_value", "write_value"]

_INTEGERS: t.Mapping[str, tuple[int, int]] = {
    f"{sign}int{bits}": (0, 2**bits - 1) if sign == "u" else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    for sign in ("u", "s")
    for bits in (8, 16, 32, 64)
}


class BadValue(ValueError):
    """A parameter is not of the type its method declares."""


def write_value(value: t.Any, cim_type: str) -> tuple[Value, ...]:
    """Return a property's elements: NULL is nil, but an array that is NULL or empty leaves no element at all."""
    if cim_type.endswith("[]"):
        return tuple(_write(item) for item in value or ())
    return (_write(value),)


def _write(value: t.Any) -> Value:
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return Datetime(_datetime(value))
    if isinstance(value, Secret):
        return value
    return str(value)


def _datetime(value: datetime) -> str:
    """Return a time with its fraction's trailing zeros off, and its zone as `Z` or an offset."""
    fraction = f".{value.microsecond:06d}".rstrip("0").rstrip(".")
    offset = value.utcoffset() or timedelta()
    minutes = int(offset.total_seconds() // 60)
    sign = "-" if minutes < 0 else "+"
    zone = f"{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}" if minutes else "Z"
    return f"{value.year:04d}-{value:%m-%dT%H:%M:%S}{fraction}{zone}"


def read_value(values: tuple[Value, ...], cim_type: str) -> t.Any:
    """Return the value of a parameter; raises BadValue where its type is another one."""
    if cim_type.endswith("[]"):
        return tuple(_read(value, cim_type[:-2]) for value in values)
    if len(values) > 1:
        raise BadValue(cim_type)
    return _read(values[0], cim_type) if values else None


def _read(value: Value, cim_type: str) -> t.Any:
    if value is None:
        return None
    if not isinstance(value, (str, Secret)):
        raise BadValue(cim_type)
    text = reveal(value)
    if cim_type == "boolean":
        if text not in ("true", "false"):
            raise BadValue(cim_type)
        return text == "true"
    if cim_type in _INTEGERS:
        return _integer(text, cim_type)
    return text


def _integer(text: str, cim_type: str) -> int:
    lowest, highest = _INTEGERS[cim_type]
    try:
        number = int(text)
    except ValueError as error:
        raise BadValue(cim_type) from error
    if not lowest <= number <= highest:
        raise BadValue(cim_type)
    return number
