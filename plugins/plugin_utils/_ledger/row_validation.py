# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rows are validated before they are used: SQLite keeps any value in any column, and a file can be edited.

Nothing is spent from a damaged ledger. So one query looks over all rows when a ledger is opened, and every row that is
read is looked at again. What a column may hold is said once, in the schema.
"""

from __future__ import annotations

import typing as t
from datetime import datetime

from .._secrets import scrub
from .database_errors import DamagedRow
from .records import EntryState
from .schema import Kind, schema

if t.TYPE_CHECKING:
    from sqlalchemy import Column, Connection, Row, Select, Table

__all__ = ["LARGEST", "fetched", "flaw", "require_sound"]

LARGEST = 2**31 - 1
"""The largest count that both databases store."""

_WORDS_SHOWN = 40
_STORED = {Kind.TEXT: "text", Kind.TIME: "text", Kind.COUNT: "integer", Kind.NUMBER: "integer", Kind.FLAG: "integer"}
_NAMES = {
    Kind.TEXT: "text",
    Kind.TIME: "a time in UTC",
    Kind.COUNT: f"a whole number from 0 to {LARGEST}",
    Kind.NUMBER: "a whole number",
    Kind.FLAG: "true or false",
}


def flaw(column: Column[t.Any], value: object) -> str | None:
    """Return what is wrong with a value of a column, None if the ledger could have written it."""
    kind: Kind = column.info["kind"]
    words: tuple[str, ...] = column.info["words"]
    if value is None:
        return None if column.nullable else f"{column.name} is missing"
    if not _is_of(kind, value):
        return f"{column.name} is {_shown(value)}, and not {_NAMES[kind]}"
    if words and value not in words:
        return f"{column.name} is {_shown(value)}, which is none of {', '.join(words)}"
    return None


def _is_of(kind: Kind, value: object) -> bool:
    if kind is Kind.TEXT:
        return isinstance(value, str)
    if kind is Kind.TIME:
        return isinstance(value, datetime) and value.tzinfo is not None
    if kind is Kind.FLAG:
        return isinstance(value, bool)
    whole = isinstance(value, int) and not isinstance(value, bool)
    return whole and (kind is Kind.NUMBER or 0 <= t.cast(int, value) <= LARGEST)


def _shown(value: object) -> str:
    return str(scrub(repr(value)[:_WORDS_SHOWN], []))


def fetched(connection: Connection, query: Select[t.Any], table: Table) -> list[Row[t.Any]]:
    """Return the rows of a query for whole rows of a table; raises DamagedRow."""
    rows = list(connection.execute(query))
    for row in rows:
        for column in table.columns:
            found = flaw(column, getattr(row, column.name))
            if found:
                raise _damaged(table, row, found)
    return rows


def _damaged(table: Table, row: Row[t.Any], what: str) -> DamagedRow:
    key = ", ".join(f"{column.name} {_shown(getattr(row, column.name))}" for column in table.primary_key)
    return DamagedRow(f"In table {table.name}, row {key}: {what}." if key else f"In table {table.name}: {what}.")


def require_sound(connection: Connection) -> None:
    """Look over every row; raises DamagedRow that names the first one the ledger cannot have written."""
    tables = schema()
    for table in (tables.pools, tables.stopped_keys, tables.activations, tables.confirmations):
        found = connection.exec_driver_sql(_first_flaw(table, sqlite=connection.dialect.name == "sqlite")).one_or_none()
        if found is not None:
            column = table.c[found.flawed]
            value = connection.execute(_as_stored(connection, table, column, found)).scalar_one()
            raise _damaged(table, found, flaw(column, value) or f"{column.name} is {_shown(value)}")
    for row in connection.exec_driver_sql(_WITHOUT_POOL):
        raise _damaged(tables.activations, row, f"its pool {_shown(row.pool)} does not exist")
    if connection.dialect.name == "sqlite":
        # An index that has lost rows would make a pool larger. It takes 4 ms for 1,000 activations.
        verdict = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar()
        if verdict != "ok":
            raise DamagedRow(f"SQLite finds it damaged: {verdict}")


def _first_flaw(table: Table, *, sqlite: bool) -> str:
    """Return the query for the key of a damaged row, and the name of the column that is to blame.

    As text: every task asks this, and SQLAlchemy would take longer to write it than SQLite to answer.
    """
    flaws = [(clause, column.name) for column in table.columns for clause in _flaws(column, sqlite=sqlite)]
    keys = ", ".join(column.name for column in table.primary_key)
    blamed = " ".join(f"WHEN {clause} THEN '{name}'" for clause, name in flaws)
    anything = " OR ".join(f"({clause})" for clause, _name in flaws)
    return f"SELECT {keys}, CASE {blamed} END AS flawed FROM {table.name} WHERE {anything} LIMIT 1"  # noqa: S608


def _as_stored(connection: Connection, table: Table, column: Column[t.Any], key: Row[t.Any]) -> Select[t.Any]:
    """Return the query for a value that may not fit its column's type, such as the date `infinity`."""
    from sqlalchemy import Text, and_, cast, select, type_coerce
    from sqlalchemy.types import NullType

    raw = type_coerce(column, NullType()) if connection.dialect.name == "sqlite" else cast(column, Text)
    return select(raw).where(and_(*(part == getattr(key, part.name) for part in table.primary_key)))


def _flaws(column: Column[t.Any], *, sqlite: bool) -> t.Iterator[str]:
    """Yield conditions that hold for a value that cannot be; PostgreSQL itself keeps to the types."""
    name, kind = column.name, column.info["kind"]
    given = f" AND {name} IS NOT NULL" if column.nullable else ""
    if sqlite:
        yield f"typeof({name}) <> '{_STORED[kind]}'{given}"
    if kind is Kind.TIME and sqlite:
        yield f"datetime({name}) IS NULL{given}"
        # SQLite takes the 31st of any month, until it has to count from it.
        yield f"date(substr({name}, 1, 10), '+0 days') <> substr({name}, 1, 10)"
    elif kind is Kind.TIME:
        yield f"NOT isfinite({name})"
    if kind is Kind.COUNT:
        yield f"{name} < 0 OR {name} > {LARGEST}"
    if kind is Kind.FLAG and sqlite:
        yield f"{name} NOT IN (0, 1)"
    if column.info["words"]:
        words = ", ".join(f"'{word}'" for word in column.info["words"])
        yield f"{name} NOT IN ({words})"


# An activation that counts for a pool which is not there would escape its limit.
_WITHOUT_POOL = (
    f"SELECT id, pool FROM activations WHERE state <> '{EntryState.RELEASED.value}'"  # noqa: S608
    " AND pool NOT IN (SELECT name FROM pools) LIMIT 1"
)
