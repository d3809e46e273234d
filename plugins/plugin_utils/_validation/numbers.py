# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Validators for numbers."""

from __future__ import annotations

import math
import typing as t

from .refusals import bad

_LAST_PORT = 65535
_MOST_DIGITS = 10
_Number = t.TypeVar("_Number", int, float)


def valid_port(value: int | str, option: str) -> int:
    """Return a TCP or UDP port, given as a number or as decimal digits."""
    number = port_number(value)
    if number is None:
        raise bad(option, value, "which is not a port", f"Set {option} to a number from 1 to {_LAST_PORT}.")
    return number


def port_number(value: int | str) -> int | None:
    """Return the port that a number or a text of decimal digits is, None if it is not a port."""
    text = str(value).strip()
    # No port has more digits, and Python refuses to convert thousands of them.
    if isinstance(value, bool) or not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        return None
    number = int(text)
    return number if 1 <= number <= _LAST_PORT else None


def valid_number(value: _Number, option: str, least: float, most: float) -> _Number:
    """Return a number that is within its bounds, both included."""
    if not (math.isfinite(value) and least <= value <= most):
        what = f"which is not between {least:g} and {most:g}"
        raise bad(option, value, what, f"Set {option} to a number from {least:g} to {most:g}.")
    return value
