# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How WQL compares: a literal is read in the type of the property it stands beside."""

from __future__ import annotations

import functools
import re
import typing as t
from datetime import datetime, timedelta, timezone

__all__ = ["Literal", "WqlError", "comparable", "like_pattern", "written"]

Literal = str | int | float | bool

_DMTF = re.compile(r"(\d{14})\.(\d{6})([+-])(\d{3})\Z", re.ASCII)


class WqlError(Exception):
    """The text is not WQL, or compares what cannot be compared."""


def written(value: t.Any) -> str:
    """Return a value as LIKE sees it."""
    return ("TRUE" if value else "FALSE") if isinstance(value, bool) else str(value)


def like_pattern(literal: str) -> t.Pattern[str]:
    """Return the regular expression of LIKE: % any text, _ one character, [a-f] a set, [^a-f] its opposite."""
    parts = re.split(r"(\[\^?[^\]]+\]|%|_)", literal)
    translated = (
        {"%": ".*", "_": "."}.get(part) or (part if part.startswith("[") and part.endswith("]") else re.escape(part))
        for part in parts
    )
    try:
        return re.compile("".join(translated) + r"\Z", re.IGNORECASE | re.DOTALL)
    except re.error as error:
        raise WqlError("the LIKE pattern has a bad set") from error


def comparable(value: t.Any, literal: Literal) -> tuple[t.Any, t.Any]:
    """Return both sides in the property's type; a quoted number or truth is taken as one."""
    if isinstance(value, bool):
        words: dict[str, bool] = {"true": True, "false": False, "1": True, "0": False}
        right = words.get(str(literal).lower())
        if right is None:
            raise WqlError("a truth value is compared with something else")
        return value, right
    if isinstance(value, datetime):
        return value, _moment(literal)
    if isinstance(value, (int, float)):
        try:
            return value, float(literal)
        except (ValueError, OverflowError) as error:
            raise WqlError("a number is compared with what is none, or with one that is too large") from error
    if not isinstance(literal, str):
        raise WqlError("a text is compared with a number")
    return str(value).lower(), literal.lower()


@functools.lru_cache(maxsize=64)
def _moment(literal: Literal) -> datetime:
    """Return the time that a DMTF text means: `yyyymmddHHMMSS.ffffff`, then the minutes by which it is east of UTC."""
    match = _DMTF.match(literal) if isinstance(literal, str) else None
    if match is None:
        raise WqlError("a time is compared with something else")
    digits, fraction, sign, minutes = match.groups()
    offset = timedelta(minutes=int(f"{sign}{minutes}"))
    try:
        local = datetime.strptime(digits, "%Y%m%d%H%M%S").replace(microsecond=int(fraction))
        return local.replace(tzinfo=timezone(offset))
    except ValueError as error:
        raise WqlError("there is no such time") from error
