# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""WQL text, built from parts so that no value can break out of its quotes."""

from __future__ import annotations

import typing as t


def quote(text: str) -> str:
    """Return `text` as a WQL string; backslash and quote are the two characters that need escaping."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def equals(name: str, value: str | bool | int) -> str:
    """Return the condition that a property has a value."""
    if isinstance(value, bool):
        return f"{name} = {'TRUE' if value else 'FALSE'}"
    return f"{name} = {int(value) if isinstance(value, int) else quote(value)}"


def contains(name: str, part: str) -> str:
    """Return the condition that a property has a text in it, whose characters must not be ones that LIKE reads."""
    return f"{name} LIKE {quote(f'%{part}%')}"


def is_set(name: str) -> str:
    """Return the condition that a property is not NULL."""
    return f"{name} IS NOT NULL"


def select(class_name: str, properties: t.Iterable[str], conditions: t.Iterable[str] = ()) -> str:
    """Return a query for named properties; there is no way to ask for `*`, which can return a key in clear."""
    where = " AND ".join(conditions)
    return f"SELECT {', '.join(properties)} FROM {class_name}{f' WHERE {where}' if where else ''}"
