# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The schema of an audit, by which a document is checked as a whole before anything is made of it."""

from __future__ import annotations

import functools
import json
import typing as t
from pathlib import Path

from .._schema import Mismatch, Schema
from .formatting import utc

__all__ = ["damage", "fits", "schema"]

_PLACE = Path(__file__).parent / "data" / "audit.schema.json"
_YEARS = range(1970, 9000)
"""Years in which an audit can have been made: there have to be days before and after it."""


@functools.cache
def schema() -> Schema:
    """Return the schema, which comes as a file that users of the document can use as well."""
    return Schema(json.loads(_PLACE.read_text(encoding="utf-8")))


@functools.cache
def _part(name: str) -> Schema:
    return schema().part(name)


def fits(part: str, value: t.Any) -> bool:
    """Return whether a value can be this part of an audit, one of the definitions in the schema."""
    try:
        _part(part).check(value)
    except Mismatch:
        return False
    return True


def damage(audit: t.Mapping[str, t.Any]) -> str | None:
    """Return the place of the first damage and what is wrong there, None for a sound document."""
    try:
        schema().check(audit)
    except Mismatch as error:
        return str(error)
    if utc(audit["audited_at"]).year not in _YEARS:
        return f"audited_at: expected a year from {_YEARS[0]} to {_YEARS[-1]}"
    return None
