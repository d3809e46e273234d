# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check plain values from a file or a caller against a JSON schema before they are used.

The part of JSON Schema that the collection's own schemas use: `type`, `properties`, `required`, `items`,
`additionalProperties` with a schema, `anyOf` with `null`, `$ref` into `$defs`, `minimum`, `maximum`, and the formats
`date` and `date-time`. Fields that the schema does not know are allowed, and so are words that are not in an `enum`: a
later version may have added them. Whatever the schema says of it, a value has to be plain JSON throughout: text keys,
finite numbers of a sensible size, and a limited depth.
"""

from __future__ import annotations

import typing as t
from datetime import date, datetime, timezone

__all__ = ["Mismatch", "Schema"]

Facts = t.Mapping[str, t.Any]

_DEEPEST = 64
_LARGEST = 10**15
"""The largest number; a float holds each whole number up to it."""
_LONGEST_NAME = 40
_WORDS: t.Mapping[str, str] = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
    "null": "null",
}


class Mismatch(ValueError):
    """A value that is not as the schema has it; its text names the place and what is wrong there."""

    def __init__(self, what: str, place: str = "") -> None:
        super().__init__(f"{place.lstrip('.') or 'the document'}: {what}")
        self.what = what
        self.place = place

    def within(self, step: str) -> Mismatch:
        """Return the same, seen from one level further up."""
        return Mismatch(self.what, f"{step}{self.place}")


class Schema:
    """A schema, with the definitions that its parts refer to; without `others`, only known fields are checked."""

    def __init__(self, document: Facts, *, others: bool = True) -> None:
        self._document = document
        self._others = others
        self._definitions: Facts = document.get("$defs", {})

    def check(self, value: t.Any) -> None:
        """Raise Mismatch for the first part of a value that is not as it has to be."""
        self._check(value, self._document, 0)

    def part(self, name: str) -> Schema:
        """Return the schema of a definition."""
        return Schema({**self._definitions[name], "$defs": self._definitions}, others=self._others)

    def _check(self, value: t.Any, schema: Facts, depth: int) -> None:
        if depth > _DEEPEST:
            raise Mismatch("nested too deeply")
        schema = self._resolved(schema, value)
        kind = _kind(value)
        expected = _expected(schema)
        if expected and kind not in expected and not (kind == "integer" and "number" in expected):
            raise Mismatch(f"expected {' or '.join(_WORDS[name] for name in expected)}, found {_WORDS[kind]}")
        if kind in ("integer", "number"):
            _check_number(value, schema)
        elif kind == "string":
            _check_format(value, schema.get("format"))
        elif kind == "array":
            items = schema.get("items", {})
            for place, item in enumerate(value):
                self._step(item, items, f"[{place}]", depth)
        elif kind == "object":
            self._check_fields(value, schema, depth)

    def _check_fields(self, value: Facts, schema: Facts, depth: int) -> None:
        missing = [name for name in schema.get("required", ()) if name not in value]
        if missing:
            raise Mismatch("missing", f".{missing[0]}")
        known, other = schema.get("properties", {}), schema.get("additionalProperties")
        for name, item in value.items():
            if not isinstance(name, str):
                raise Mismatch("a field whose name is not text")
            if name in known or other or self._others:
                self._step(item, known.get(name, other if isinstance(other, dict) else {}), _named(name), depth)

    def _step(self, value: t.Any, schema: Facts, step: str, depth: int) -> None:
        try:
            self._check(value, schema, depth + 1)
        except Mismatch as error:
            raise error.within(step) from None

    def _resolved(self, schema: Facts, value: t.Any) -> Facts:
        """Return the schema that counts for a value: what a reference leads to, and of null or another the one."""
        while "$ref" in schema or "anyOf" in schema:
            if "$ref" in schema:
                schema = self._definitions[schema["$ref"].rpartition("/")[2]]
            else:
                other = next(each for each in schema["anyOf"] if each.get("type") != "null")
                schema = {"type": "null"} if value is None else other
        return schema


def _named(name: str) -> str:
    if name.isidentifier():
        return f".{name[:_LONGEST_NAME]}"
    return f"[{name[:_LONGEST_NAME]!a}]"


def _kind(value: t.Any) -> str:
    """Return what JSON calls a value; raises Mismatch for what JSON does not have."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    for kinds, name in (
        (str, "string"),
        (int, "integer"),
        (float, "number"),
        ((list, tuple), "array"),
        (t.Mapping, "object"),
    ):
        if isinstance(value, kinds):
            return name
    raise Mismatch(f"found a value that JSON does not have ({type(value).__name__})")


def _expected(schema: Facts) -> tuple[str, ...]:
    """Return the types that a schema allows, none for all; an enumeration allows the types of its values."""
    if "enum" in schema or "const" in schema:
        return tuple(dict.fromkeys(_kind(each) for each in schema.get("enum", [schema.get("const")])))
    given = schema.get("type", ())
    return (given,) if isinstance(given, str) else tuple(given)


def _check_number(value: float, schema: Facts) -> None:
    # Compared before it is shown: Python refuses to print a whole number of thousands of digits.
    if not -_LARGEST <= value <= _LARGEST:  # nor is what is not a number
        raise Mismatch("a number that is out of all bounds")
    if value < schema.get("minimum", -_LARGEST):
        raise Mismatch(f"expected {schema['minimum']} or more, found {value}")
    if value > schema.get("maximum", _LARGEST):
        raise Mismatch(f"expected {schema['maximum']} or less, found {value}")


def _check_format(text: str, form: str | None) -> None:
    try:
        if form == "date":
            date.fromisoformat(text)
        elif form == "date-time":
            datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(timezone.utc)
    except (ValueError, OverflowError):
        kind = "a day such as 2026-11-22" if form == "date" else "a time such as 2026-11-22T13:00:00+00:00"
        raise Mismatch(f"expected {kind}") from None
