# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tables as the code uses them; how a database gets them is told by the migrations.

They are built on first use, so that the package can be imported, and say what is missing, without SQLAlchemy.
"""

from __future__ import annotations

import functools
import typing as t
from dataclasses import dataclass
from enum import Enum

from .._errors import MissingLibrary, pip_install
from .records import EntryState, Method

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection, Table

__all__ = ["Kind", "LedgerSchema", "insert_missing", "require_sqlalchemy", "schema"]


class Kind(Enum):
    """What a column holds. SQLite keeps any value in any column, so every row that is read is compared with it."""

    TEXT = "text"
    COUNT = "count"
    NUMBER = "number"
    FLAG = "flag"
    TIME = "time"


@dataclass(frozen=True)
class LedgerSchema:
    """The tables: a marker that says whose database this is, and what the ledger holds."""

    marker: Table
    pools: Table
    stopped_keys: Table
    activations: Table
    confirmations: Table


def require_sqlalchemy() -> None:
    """Raise MissingLibrary unless SQLAlchemy 2 is there."""
    try:
        from sqlalchemy import Double  # noqa: F401 - new in 2.0, so an older release is refused here
    except ImportError as error:
        raise MissingLibrary(
            "The MAK ledger needs the Python library SQLAlchemy 2.0 on the controller.",
            code="missing_library",
            cause=str(error),
            remedy=f"Run: {pip_install('SQLAlchemy>=2.0.30,<2.1')}",
        ) from None


@functools.cache
def schema() -> LedgerSchema:
    """Return the tables; raises MissingLibrary."""
    require_sqlalchemy()
    from sqlalchemy import MetaData

    metadata = MetaData()
    return LedgerSchema(
        _marker(metadata), _pools(metadata), _stopped_keys(metadata), _activations(metadata), _confirmations(metadata)
    )


def insert_missing(connection: Connection, table: Table, values: Mapping[str, t.Any]) -> bool:
    """Insert a row unless one with its key is there, also while others do the same; tell whether it was inserted."""
    from sqlalchemy.dialects import postgresql, sqlite

    insert = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(table)
    # Inline, that is without asking for the new row's key: with it SQLite's driver would not count rows.
    statement = insert.inline().values(values).on_conflict_do_nothing()
    return connection.execute(statement, execution_options={"preserve_rowcount": True}).rowcount > 0


def _column(name: str, kind: Kind, *, nullable: bool = False, key: bool = False, words: tuple[str, ...] = ()) -> t.Any:
    """Return a column; `words` are all that it may hold, and nothing else if there are any."""
    from sqlalchemy import Column, Integer, Text

    makers: dict[Kind, t.Callable[[], t.Any]] = {
        Kind.TEXT: Text,
        Kind.COUNT: Integer,
        Kind.NUMBER: Integer,
        Kind.FLAG: _flag,
        Kind.TIME: _utc,
    }
    return Column(name, makers[kind](), nullable=nullable, primary_key=key, info={"kind": kind, "words": words})


def _table(name: str, metadata: t.Any, *columns: t.Any) -> Table:
    from sqlalchemy import Table

    return Table(name, metadata, *columns)


def _marker(metadata: t.Any) -> Table:
    return _table(
        "volume_activation",
        metadata,
        _column("schema_version", Kind.COUNT),
        _column("simulated_by", Kind.TEXT, nullable=True),
    )


def _pools(metadata: t.Any) -> Table:
    return _table(
        "pools",
        metadata,
        _column("name", Kind.TEXT, key=True),
        _column("count_limit", Kind.COUNT),
        _column("count_reserve", Kind.COUNT),
        _column("fingerprint", Kind.TEXT, nullable=True),
        _column("partial", Kind.TEXT, nullable=True),
        _column("extended_pid", Kind.TEXT, nullable=True),
        _column("description", Kind.TEXT),
        _column("created_at", Kind.TIME),
        _column("updated_at", Kind.TIME),
    )


def _stopped_keys(metadata: t.Any) -> Table:
    return _table(
        "stopped_keys",
        metadata,
        _column("fingerprint", Kind.TEXT, key=True),
        _column("code", Kind.TEXT),
        _column("message", Kind.TEXT),
        _column("stopped_at", Kind.TIME),
    )


def _activations(metadata: t.Any) -> Table:
    return _table(
        "activations",
        metadata,
        _column("id", Kind.NUMBER, key=True),
        _column("pool", Kind.TEXT),
        _column("state", Kind.TEXT, words=tuple(state.value for state in EntryState)),
        _column("method", Kind.TEXT, words=tuple(method.value for method in Method)),
        _column("machine_name", Kind.TEXT),
        _column("client_machine_id", Kind.TEXT, nullable=True),
        _column("bios_uuid", Kind.TEXT, nullable=True),
        _column("product_id", Kind.TEXT),
        _column("fingerprint", Kind.TEXT),
        _column("partial", Kind.TEXT),
        _column("subject", Kind.TEXT),
        _column("installation_id", Kind.TEXT, nullable=True),
        _column("extended_pid", Kind.TEXT, nullable=True),
        _column("reason", Kind.TEXT),
        _column("justification", Kind.TEXT),
        _column("user_name", Kind.TEXT),
        _column("code", Kind.TEXT, nullable=True),
        _column("attempts", Kind.COUNT),
        _column("from_reserve", Kind.FLAG),
        _column("owner", Kind.TEXT, nullable=True),
        _column("held_at", Kind.TIME),
        _column("reserved_at", Kind.TIME),
        _column("settled_at", Kind.TIME, nullable=True),
    )


def _confirmations(metadata: t.Any) -> Table:
    return _table(
        "confirmations",
        metadata,
        _column("installation_id", Kind.TEXT, key=True),
        _column("confirmation_id", Kind.TEXT),
        _column("extended_pid", Kind.TEXT, nullable=True),
        _column("partial", Kind.TEXT, nullable=True),
        _column("source", Kind.TEXT),
        _column("entry_id", Kind.NUMBER, nullable=True),
        _column("obtained_at", Kind.TIME),
        _column("used_at", Kind.TIME, nullable=True),
        _column("uses", Kind.COUNT),
    )


def _flag() -> t.Any:
    """Return the column type for true and false; what SQLite holds instead comes back as it is."""
    from sqlalchemy import Boolean, Dialect, Integer
    from sqlalchemy.types import TypeDecorator

    class Flag(TypeDecorator[bool]):
        impl = Boolean
        cache_ok = True

        def load_dialect_impl(self, dialect: Dialect) -> t.Any:
            return dialect.type_descriptor(Integer() if dialect.name == "sqlite" else Boolean())

        def process_result_value(self, value: t.Any, dialect: Dialect) -> t.Any:  # noqa: ARG002
            return bool(value) if isinstance(value, int) and value in (0, 1) else value

    return Flag()


def _utc() -> t.Any:
    """Return the column type for times: aware and in UTC; what SQLite holds instead of one comes back as it is."""
    from datetime import datetime, timezone

    from sqlalchemy import DateTime, Dialect, Text
    from sqlalchemy.types import TypeDecorator

    class UtcDateTime(TypeDecorator[datetime]):
        impl = DateTime(timezone=True)
        cache_ok = True

        def load_dialect_impl(self, dialect: Dialect) -> t.Any:
            return dialect.type_descriptor(Text() if dialect.name == "sqlite" else DateTime(timezone=True))

        def process_bind_param(self, value: datetime | None, dialect: Dialect) -> t.Any:
            if value is None:
                return None
            moment = value.astimezone(timezone.utc)
            # SQLite keeps the digits alone.
            digits = moment.replace(tzinfo=None).isoformat(" ", "microseconds")
            return digits if dialect.name == "sqlite" else moment

        def process_result_value(self, value: t.Any, dialect: Dialect) -> t.Any:  # noqa: ARG002
            try:
                found = datetime.fromisoformat(value) if isinstance(value, str) else value
                if not isinstance(found, datetime):
                    return value
                return found.replace(tzinfo=timezone.utc) if found.tzinfo is None else found.astimezone(timezone.utc)
            except (ValueError, OverflowError):
                return value

    return UtcDateTime()
