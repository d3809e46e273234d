# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Small checks that descriptions are read with: each returns a value in its proper type, or says where it is wrong."""

from __future__ import annotations

import difflib
import math
import re
import typing as t
import uuid
from datetime import datetime, timedelta, timezone

from ..._errors import ActivationError
from ..catalog.product_keys import is_well_formed, masked

__all__ = [
    "Check",
    "InvalidDescription",
    "duration",
    "fields",
    "flag",
    "identifier",
    "listing",
    "mapping",
    "moment",
    "nullable",
    "number",
    "one_of",
    "text",
]

Check = t.Callable[[t.Any, str], t.Any]

_DURATION = re.compile(r"(?P<sign>[+-]?)(?P<parts>(?:\s*\d+(?:\.\d+)?\s*[wdhms])+)\s*$")
_UNITS = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes", "s": "seconds"}


class InvalidDescription(ActivationError):
    """A description of a fleet cannot be understood; `path` says where, `remedy` what would do."""

    def __init__(self, path: str, problem: str, remedy: str) -> None:
        super().__init__(f"{path or 'the description'}: {problem}", code="invalid_description", remedy=remedy)
        self.path = path


def text(value: t.Any, path: str) -> str:
    """Return a text that is not empty."""
    if not isinstance(value, str) or not value.strip():
        raise InvalidDescription(path, "a text is expected", "Write a text that is not empty.")
    return value.strip()


def flag(value: t.Any, path: str) -> bool:
    """Return a truth value; the words Ansible takes for one do too."""
    if isinstance(value, bool):
        return value
    words = {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}
    found = words.get(str(value).strip().lower())
    if found is None:
        raise InvalidDescription(path, "true or false is expected", "Write true or false.")
    return found


def number(lowest: float, highest: float, *, whole: bool = True) -> Check:
    """Return a check for a number in a range; templates may hand it over as a text."""

    def check(value: t.Any, path: str) -> t.Any:
        try:
            found = float(value)
        except (TypeError, ValueError, OverflowError):
            found = math.nan
        # Not a number is below and above everything, so it fails the range.
        if isinstance(value, bool) or not lowest <= found <= highest or (whole and found != int(found)):
            kind = "a whole number" if whole else "a number"
            raise InvalidDescription(
                path, f"{kind} is expected", f"Write {kind} from {lowest:g} to {highest:g}, without a unit."
            )
        return int(found) if whole else found

    return check


def one_of(choices: t.Iterable[str]) -> Check:
    """Return a check for one word of several; the wrong word's nearest neighbour is suggested."""
    known = tuple(choices)

    def check(value: t.Any, path: str) -> str:
        if isinstance(value, str) and value.strip().lower() in known:
            return value.strip().lower()
        shown = masked(value) if isinstance(value, str) and is_well_formed(value) else value
        raise InvalidDescription(path, f"{shown!r} is not known", _choose(str(shown), known))

    return check


def _choose(value: str, known: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(value.lower(), known, n=3, cutoff=0.5)
    if near:
        return f"Did you mean {' or '.join(near)}?"
    return f"Use one of: {', '.join(known)}."


def duration(value: t.Any, path: str) -> timedelta:
    """Return a span of time such as `200d`, `-5h` or `1d 12h`."""
    match = _DURATION.match(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise InvalidDescription(
            path, "a span of time is expected", 'Write it with its unit, e.g. "200d", "-5h", "90m".'
        )
    parts = re.findall(r"(\d+(?:\.\d+)?)\s*([wdhms])", match.group("parts"))
    total = sum((timedelta(**{_UNITS[unit]: float(count)}) for count, unit in parts), timedelta())
    if total > timedelta(days=36500):
        raise InvalidDescription(path, "the span of time is too long", "Stay below a hundred years.")
    return -total if match.group("sign") == "-" else total


def moment(value: t.Any, path: str) -> datetime:
    """Return a point in time; one without a zone is in UTC."""
    found: t.Any = value
    if isinstance(value, str):
        try:
            found = datetime.fromisoformat(value.strip().replace("Z", "+00:00"))
        except ValueError:
            found = None
    if not isinstance(found, datetime) or not 2000 <= found.year < 2400:
        raise InvalidDescription(path, "a point in time is expected", 'Write it as in "2026-03-01T08:00:00Z".')
    return found.astimezone(timezone.utc) if found.tzinfo else found.replace(tzinfo=timezone.utc)


def identifier(value: t.Any, path: str) -> str:
    """Return a GUID."""
    try:
        return str(uuid.UUID(str(value)))
    except ValueError as error:
        raise InvalidDescription(
            path, "a GUID is expected", "Write it as in 11111111-2222-3333-4444-555555555555."
        ) from error


def nullable(check: Check) -> Check:
    """Return a check that also takes null."""
    return lambda value, path: None if value is None else check(value, path)


def listing(check: Check) -> Check:
    """Return a check for a list."""

    def check_list(value: t.Any, path: str) -> tuple[t.Any, ...]:
        if not isinstance(value, (list, tuple)):
            raise InvalidDescription(path, "a list is expected", "Write a list, also for a single entry.")
        return tuple(check(item, f"{path}[{index}]") for index, item in enumerate(value))

    return check_list


def mapping(value: t.Any, path: str) -> dict[str, t.Any]:
    """Return a mapping; nothing at all is an empty one."""
    if value is None:
        return {}
    if not isinstance(value, t.Mapping):
        raise InvalidDescription(path, "a mapping is expected", "Write names with their values.")
    return {str(key): item for key, item in value.items()}


def fields(value: t.Any, path: str, checks: t.Mapping[str, Check]) -> dict[str, t.Any]:
    """Return a mapping whose fields are all known, each checked by its own check."""
    given = mapping(value, path)
    for name in given:
        if name not in checks:
            where = f"{path}.{name}".lstrip(".")
            raise InvalidDescription(where, "there is no such field", _choose(name, tuple(checks)))
    return {name: checks[name](item, f"{path}.{name}".lstrip(".")) for name, item in given.items()}
