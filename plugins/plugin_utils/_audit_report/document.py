# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The audit as a document: read back, checked, and written down in one fixed order."""

from __future__ import annotations

import functools
import json
import typing as t
from pathlib import Path

from .._errors import Refusal
from .._schema import Mismatch, Schema
from .formatting import utc

__all__ = [
    "FORMAT",
    "LARGEST",
    "Audit",
    "as_json",
    "damage",
    "encoded",
    "fits",
    "load",
    "part_of",
    "primary_of",
    "schema",
]

Audit: t.TypeAlias = "dict[str, t.Any]"

FORMAT = "volume.activation audit 1"
LARGEST = 512 * 1024 * 1024
"""Bytes of a document that is still read; a machine takes about two thousand."""

_KIND = FORMAT.rpartition(" ")[0]
_ORDER = ("format", "audited_at", "duration_seconds", "settings", "summary", "findings", "expiry", "forecast")


def load(given: str | bytes | t.Mapping[str, t.Any]) -> Audit:
    """Return the audit in a text, or in what was read from one; raises Refusal for what is none, or not a whole one.

    Codes: `foreign_audit`, `damaged_audit`, `newer_audit`, `audit_without_machines`, `audit_too_large`.
    """
    if not isinstance(given, (str, bytes, t.Mapping)):
        raise _foreign()
    audit = dict(given) if isinstance(given, t.Mapping) else _parsed(given)
    _check_format(audit)
    if "machines" not in audit:
        raise _without_machines()
    found = damage(audit)
    if found:
        raise _damaged(found)
    return audit


def as_json(audit: Audit) -> str:
    """Return the document: one machine and one finding a line, so that two audits can be compared line by line."""
    names = [name for name in _ORDER if name in audit]
    names += sorted(audit.keys() - {*names, "machines"})
    parts = [f"{_dumped(name)}: {_lines(audit[name])}" for name in [*names, "machines"]]
    return "{\n" + ",\n".join(parts) + "\n}\n"


def encoded(text: str) -> bytes:
    """Return the bytes of a report; half a character in what a machine said becomes a question mark."""
    return text.encode("utf-8", "replace")


def part_of(machine: t.Mapping[str, t.Any], name: str) -> t.Any:
    """Return a part of the license of a machine, such as `service`, an empty mapping where it was not read."""
    return (machine["license"] or {}).get(name) or {}


def primary_of(machine: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return the product of a machine that is Windows itself, empty where it was not read."""
    return next((product for product in part_of(machine, "products") if product.get("is_primary")), {})


def _lines(value: t.Any) -> str:
    if not isinstance(value, list) or not value:
        return _dumped(value)
    return "[\n" + ",\n".join(_dumped(row) for row in value) + "\n]"


def _dumped(value: t.Any) -> str:
    # Beyond ASCII as escapes, so that half a character in what a machine said is no reason to fail.
    return json.dumps(value, sort_keys=True, separators=(", ", ": "))


def _parsed(text: str | bytes) -> Audit:
    if len(text) > LARGEST:
        raise _too_large()
    try:
        found = json.loads(text, object_pairs_hook=_without_repeats, parse_constant=_no_number)
    except (RecursionError, ValueError) as error:  # UnicodeDecodeError and JSONDecodeError are of the latter
        # The format stands at the very beginning, so a text without it was never an audit.
        head = text[:200] if isinstance(text, str) else text[:200].decode("utf-8", "replace")
        raise (_damaged(_place(error)) if _KIND in head else _foreign()) from None
    return found if isinstance(found, dict) else {}


def _without_repeats(pairs: list[tuple[str, t.Any]]) -> dict[str, t.Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _value in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Mismatch("the field is there twice", f".{twice[:40]}")
    return found


def _no_number(text: str) -> t.Any:
    raise Mismatch(f"{text} is not a number of JSON")


def _place(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"line {error.lineno}, column {error.colno} is not JSON"
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8 text"
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    return str(error) if isinstance(error, Mismatch) else "it has a number that is out of all bounds"


def _check_format(audit: Audit) -> None:
    named = audit.get("format")
    if named == FORMAT:
        return
    if isinstance(named, str) and named.startswith(f"{_KIND} "):
        raise Refusal(
            f"The audit has the format '{named}', and this collection reads '{FORMAT}'.",
            code="newer_audit",
            cause="Another version of the collection wrote it.",
            remedy="Make the audit and the report with the same version of volume.activation.",
        )
    raise _foreign()


def _foreign() -> Refusal:
    return Refusal(
        "This is no audit of volume.activation.",
        code="foreign_audit",
        cause="It does not say of itself that it is one.",
        remedy="Give what fleet_audit returned in audit, or the file that it wrote to dest.",
    )


def _damaged(what: str) -> Refusal:
    return Refusal(
        f"The audit is cut off or was changed: {what}.",
        code="damaged_audit",
        cause="It was not copied to its end, or something wrote into it.",
        remedy="Copy the file again, or make the audit anew.",
    )


def _without_machines() -> Refusal:
    return Refusal(
        "The audit does not hold the machines, and the report is about them.",
        code="audit_without_machines",
        cause="The result of fleet_audit leaves them out with states: false.",
        remedy="Give the file that fleet_audit wrote to dest as src, or audit with states: true.",
    )


def _too_large() -> Refusal:
    return Refusal(
        f"The audit has more than {LARGEST // 1024 // 1024} MiB.",
        code="audit_too_large",
        remedy="Audit a part of the fleet at a time, with a document for each.",
    )


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
