# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""WQL as a Windows host reads it: SELECT ... FROM ... WHERE, with three-valued logic.

A comparison with NULL is neither true nor false, and a row is returned only when its condition is true. Strings and
names are compared without regard to case. This reader is the simulator's own, so that it cannot share a mistake with
the writer of the queries.
"""

from __future__ import annotations

import functools
import re
import typing as t
from dataclasses import dataclass

from .wql_values import Literal, WqlError, comparable, like_pattern, written

__all__ = ["Condition", "Query", "WqlError", "parse_wql"]

Row = t.Callable[[str], t.Any]
"""Returns a property by its name as the query spells it."""
Condition = t.Callable[[Row], "bool | None"]

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<text>'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")
      | (?P<number>[+-]?(?:0[xX][0-9a-fA-F]+|\d+(?:\.\d+)?))
      | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
      | (?P<sign><>|!=|<=|>=|[=<>(),*])
    )""",
    re.VERBOSE,
)
_COMPARE: t.Mapping[str, t.Callable[[t.Any, t.Any], bool]] = {
    "=": lambda left, right: bool(left == right),
    "<>": lambda left, right: bool(left != right),
    "!=": lambda left, right: bool(left != right),
    "<": lambda left, right: bool(left < right),
    ">": lambda left, right: bool(left > right),
    "<=": lambda left, right: bool(left <= right),
    ">=": lambda left, right: bool(left >= right),
}
_KEYWORDS = frozenset({"select", "from", "where", "and", "or", "not", "is", "null", "like", "true", "false"})
_MAX_DEPTH = 50


@dataclass(frozen=True)
class Query:
    """A parsed query; `properties` None stands for `*`."""

    properties: tuple[str, ...] | None
    class_name: str
    condition: Condition | None
    mentioned: tuple[str, ...]
    """The properties its condition names: a class that lacks one cannot answer."""


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str

    @property
    def word(self) -> str:
        """The token as a keyword or sign; strings and numbers are never one."""
        return self.text.lower() if self.kind in ("name", "sign") else ""


def _tokens(text: str) -> list[_Token]:
    tokens, position, text = [], 0, text.rstrip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise WqlError(f"cannot read the query at position {position}")
        kind = match.lastgroup or ""
        tokens.append(_Token(kind, match.group(kind)))
        position = match.end()
    return tokens


class _Reader:
    """Recursive descent over the tokens; OR binds less than AND, AND less than NOT."""

    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._position = 0
        self._depth = 0
        self.mentioned: list[str] = []

    def peek(self) -> _Token:
        if self._position < len(self._tokens):
            return self._tokens[self._position]
        return _Token("end", "")

    def take(self) -> _Token:
        token = self.peek()
        self._position += 1
        return token

    def accept(self, word: str) -> bool:
        if self.peek().word == word:
            self._position += 1
            return True
        return False

    def expect(self, word: str) -> None:
        if not self.accept(word):
            raise WqlError(f"expected {word.upper()}, found {self.peek().text!r}")

    def name(self) -> str:
        token = self.take()
        if token.kind != "name" or token.word in _KEYWORDS:
            raise WqlError(f"expected a name, found {token.text!r}")
        return token.text

    def query(self) -> Query:
        self.expect("select")
        properties = self._properties()
        self.expect("from")
        class_name = self.name()
        condition = self._either() if self.accept("where") else None
        if self.peek().kind != "end":
            raise WqlError(f"unexpected {self.peek().text!r} at the end")
        return Query(properties, class_name, condition, tuple(self.mentioned))

    def _properties(self) -> tuple[str, ...] | None:
        if self.accept("*"):
            return None
        names = [self.name()]
        while self.accept(","):
            names.append(self.name())
        return tuple(names)

    def _either(self) -> Condition:
        parts = [self._both()]
        while self.accept("or"):
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else lambda row: _any(part(row) for part in parts)

    def _both(self) -> Condition:
        parts = [self._negated()]
        while self.accept("and"):
            parts.append(self._negated())
        return parts[0] if len(parts) == 1 else lambda row: _all(part(row) for part in parts)

    def _negated(self) -> Condition:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise WqlError("the condition is nested too deeply")
        try:
            if self.accept("not"):
                inner = self._negated()
                return lambda row: _not(inner(row))
            return self._atom()
        finally:
            self._depth -= 1

    def _atom(self) -> Condition:
        if self.accept("("):
            inner = self._either()
            self.expect(")")
            return inner
        if self.peek().kind == "name" and self.peek().word not in _KEYWORDS:
            return self._comparison(self.name())
        return self._reversed_comparison()

    def _comparison(self, name: str) -> Condition:
        self.mentioned.append(name)
        if self.accept("is"):
            negated = self.accept("not")
            self.expect("null")
            return _null_test(name, negated)
        if self.accept("not"):
            self.expect("like")
            matches = self._like(name)
            return lambda row: _not(matches(row))
        if self.accept("like"):
            return self._like(name)
        return self._compare(name, self._sign())

    def _sign(self) -> str:
        sign = self.take().word
        if sign not in _COMPARE:
            raise WqlError("expected a comparison")
        return sign

    def _compare(self, name: str, sign: str) -> Condition:
        literal = self._literal()
        if literal is not None:
            return _literal_test(name, sign, literal)
        if sign not in ("=", "<>", "!="):
            raise WqlError("NULL has no order")
        return _null_test(name, negated=sign != "=")

    def _reversed_comparison(self) -> Condition:
        """Read `1 = LicenseStatus`: the sign turns round with its sides."""
        literal = self._literal()
        sign = self._sign()
        name = self.name()
        self.mentioned.append(name)
        turned = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}.get(sign, sign)
        if literal is None:
            return _null_test(name, negated=turned != "=")
        return _literal_test(name, turned, literal)

    def _like(self, name: str) -> Condition:
        literal = self._literal()
        if not isinstance(literal, str):
            raise WqlError("LIKE wants a string")
        pattern = like_pattern(literal)

        def matches(row: Row) -> bool | None:
            value = row(name)
            return None if value is None else bool(pattern.match(written(value)))

        return matches

    def _literal(self) -> Literal | None:
        token = self.take()
        if token.kind == "text":
            return re.sub(r"\\(.)", r"\1", token.text[1:-1], flags=re.DOTALL)
        if token.kind == "number":
            return _number(token.text.lower())
        if token.word in ("null", "true", "false"):
            return {"null": None, "true": True, "false": False}[token.word]
        raise WqlError(f"expected a value, found {token.text!r}")


def _number(text: str) -> int | float:
    try:
        return int(text, 16) if "x" in text else float(text) if "." in text else int(text)
    except ValueError as error:
        # Python takes no number of thousands of digits.
        raise WqlError("a number is too long") from error


def _null_test(name: str, negated: bool) -> Condition:
    return lambda row: (row(name) is None) != negated


def _literal_test(name: str, sign: str, literal: Literal) -> Condition:
    def test(row: Row) -> bool | None:
        value = row(name)
        if value is None or isinstance(value, (list, tuple)):
            return None
        left, right = comparable(value, literal)
        return _COMPARE[sign](left, right)

    return test


def _not(value: bool | None) -> bool | None:
    return None if value is None else not value


def _all(values: t.Iterable[bool | None]) -> bool | None:
    found = list(values)
    return False if False in found else None if None in found else True


def _any(values: t.Iterable[bool | None]) -> bool | None:
    found = list(values)
    return True if True in found else None if None in found else False


@functools.lru_cache(maxsize=64)
def parse_wql(text: str) -> Query:
    """Return the query that a text means; raises WqlError. All machines of a fleet are asked the same few."""
    return _Reader(text).query()
