# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Numbers as they are read."""

from __future__ import annotations

import typing as t

__all__ = ["count", "number", "percent", "sentence_list"]


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
