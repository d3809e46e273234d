# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values as inventories and results hold them, in the type that is meant; None for whatever is none.

An INI inventory has texts only, and Ansible's own values are subclasses, so both are taken. Nothing here raises.
"""

from __future__ import annotations

import math
import typing as t

__all__ = ["list_of_texts", "mapping", "number", "sequence", "text", "truth"]

_TRUE = ("yes", "true", "on", "1", "y", "t")
_FALSE = ("no", "false", "off", "0", "n", "f")


def truth(value: t.Any) -> bool | None:
    """Return yes or no as Ansible reads it, None for anything else."""
    if isinstance(value, (bool, int, float)):
        return bool(value) if value in (0, 1) else None
    word = value.strip().lower() if isinstance(value, str) else ""
    return True if word in _TRUE else False if word in _FALSE else None


def number(value: t.Any) -> int | float | None:
    """Return a number that is not negative, from a text too."""
    if isinstance(value, str):
        value = _parsed(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return value if value >= 0 and (isinstance(value, int) or math.isfinite(value)) else None


def _parsed(value: str) -> int | None:
    digits = value.strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 9 else None


def text(value: t.Any) -> str | None:
    """Return a text without the space around it, None for an empty one."""
    return (value.strip() or None) if isinstance(value, str) else None


def list_of_texts(value: t.Any) -> tuple[str, ...] | None:
    """Return the texts of a list, sorted; what is no text in it is left out."""
    if isinstance(value, str) or not isinstance(value, (list, tuple, set, frozenset)):
        return None
    return tuple(sorted({each.strip() for each in value if isinstance(each, str) and each.strip()}))


def mapping(value: t.Any) -> t.Mapping[str, t.Any]:
    """Return a mapping as it is, and an empty one for anything else."""
    return value if isinstance(value, t.Mapping) else {}


def sequence(value: t.Any) -> t.Sequence[t.Any]:
    """Return a list as it is, and an empty one for anything else."""
    return value if isinstance(value, (list, tuple)) else ()
