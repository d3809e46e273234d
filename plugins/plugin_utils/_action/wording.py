# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a failed result is worded for its reader: with what to do, and by the names that the reader has set."""

from __future__ import annotations

import re
import typing as t

from .._variables import documented

__all__ = ["role_prefix", "worded"]

_COLLECTION = "volume.activation"
_TEXTS = ("msg", "cause", "remedy")


def role_prefix(task: t.Any) -> str | None:
    """Return how the variables of the role begin that a task belongs to, None where it is not one of the collection."""
    role: t.Any = getattr(task, "_role", None)
    return f"{role._role_name}_" if getattr(role, "_role_collection", None) == _COLLECTION else None


def worded(result: dict[str, t.Any], options: t.Iterable[str], prefix: str | None) -> dict[str, t.Any]:
    """Return the result with the remedy at the end of `msg`, which is all that the line of an error shows.

    In a role, options are named as the role's variables. Results of tasks that have not failed stay as they are.
    """
    if not result.get("failed") and not result.get("unreachable"):
        return result
    names = {option: f"{prefix}{option}" for option in options if "_" in option}
    known = frozenset(documented(prefix)) if prefix else frozenset()
    renamed = {option: variable for option, variable in names.items() if variable in known}
    texts = {name: _renamed(result[name], renamed) for name in _TEXTS if isinstance(result.get(name), str)}
    msg, remedy = texts.get("msg", ""), texts.get("remedy", "")
    if remedy and remedy not in msg:
        texts["msg"] = f"{msg} {remedy}".strip()
    return {**result, **texts}


def _renamed(text: str, names: t.Mapping[str, str]) -> str:
    """Return a text with other names for options, but for those in the name of a module or in a command."""
    if not names:
        return text
    option = re.compile(rf"(?<![\w./-])({'|'.join(map(re.escape, names))})(?![\w=]|\.\w)")
    return option.sub(lambda found: names[found[1]], text)
