# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The JSON tables beside this package, read once and only when somebody asks.

A worker process of Ansible lives for one task on one machine, so what is read at import is read a thousand times for
nothing: importing this package reads no file, and who wants one row takes `row`, which parses no other.
What `table` returns is shared; nobody may change it.
"""

from __future__ import annotations

import functools
import json
import pathlib
import typing as t

__all__ = ["row", "row_with", "table"]

_DATA = pathlib.Path(__file__).parent / "data"


@functools.cache
def table(name: str) -> dict[str, t.Any]:
    """Return one table of `data/` by its name without the ending."""
    loaded: dict[str, t.Any] = json.loads(_text(name))
    return loaded


def row(name: str, key: str) -> dict[str, t.Any] | None:
    """Return one named row of a table, or None; a table has one row a line, so that only this line is parsed."""
    return _parsed_line(_text(name), f'\n  "{key}": ')


def row_with(name: str, field: str, value: str) -> dict[str, t.Any] | None:
    """Return the first named row that has a field of that value, or None."""
    text = _text(name)
    found = text.find(f'"{field}": "{value}"')
    return None if found < 0 else _parsed_line(text[text.rindex("\n", 0, found) :], ": ")


def _parsed_line(text: str, marker: str) -> dict[str, t.Any] | None:
    start = text.find(marker)
    if start < 0:
        return None
    start += len(marker)
    parsed: dict[str, t.Any] = json.loads(text[start : text.index("\n", start)].rstrip(","))
    return parsed


@functools.cache
def _text(name: str) -> str:
    return (_DATA / f"{name}.json").read_text(encoding="utf-8")
