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

from .._errors import MissingLibrary

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection, Table

__all__ = ["Schema", "insert_missing", "require_sqlalchemy", "schema"]


@dataclass(frozen=True)
class Schema:
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
            remedy='Run: pip install "SQLAlchemy>=2.0.30,<2.1"',
        ) from None


@functools.cache
def schema() -> Schema:
    """Return the tables; raises MissingLibrary."""
    require_sqlalchemy()
    from sqlalchemy import MetaData

    metadata = MetaData()
    return Schema(
        _marker(metadata), _pools(metadata), _stopped_keys(metadata), _activations(metadata), _confirmations(metadata)
    )


def insert_missing(connection: Connection, table: Table, values: Mapping[str, t.Any]) -> bool:
    """Insert a row unless one with its key is there, also while others do the same; tell whether it was inserted."""
    from sqlalchemy.dialects import postgresql, sqlite

    insert = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(table)
    # Inline, that is without asking for the new row's key: with it SQLite's driver would not count rows.
    statement = insert.inline().values(values).on_conflict_do_nothing()
    return connection.execute(statement, execution_options={"preserve_rowcount": True}).rowcount > 0


def _marker(metadata: t.Any) -> Table:
    from sqlalchemy import Column, Integer, Table

    return Table("volume_activation", metadata, Column("schema_version", Integer, nullable=False))


def _pools(metadata: t.Any) -> Table:
    from sqlalchemy import Column, Integer, Table, Text

    return Table(
        "pools",
        metadata,
        Column("name", Text, primary_key=True),
        Column("count_limit", Integer, nullable=False),
        Column("count_reserve", Integer, nullable=False),
        Column("fingerprint", Text),
        Column("partial", Text),
        Column("extended_pid", Text),
        Column("description", Text, nullable=False),
        Column("created_at", _utc(), nullable=False),
        Column("updated_at", _utc(), nullable=False),
    )


def _stopped_keys(metadata: t.Any) -> Table:
    from sqlalchemy import Column, Table, Text

    return Table(
        "stopped_keys",
        metadata,
        Column("fingerprint", Text, primary_key=True),
        Column("code", Text, nullable=False),
        Column("message", Text, nullable=False),
        Column("stopped_at", _utc(), nullable=False),
    )


def _activations(metadata: t.Any) -> Table:
    from sqlalchemy import Boolean, Column, Integer, Table, Text

    return Table(
        "activations",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("pool", Text, nullable=False),
        Column("state", Text, nullable=False),
        Column("method", Text, nullable=False),
        Column("machine_name", Text, nullable=False),
        Column("client_machine_id", Text),
        Column("bios_uuid", Text),
        Column("product_id", Text, nullable=False),
        Column("fingerprint", Text, nullable=False),
        Column("partial", Text, nullable=False),
        Column("subject", Text, nullable=False),
        Column("installation_id", Text),
        Column("extended_pid", Text),
        Column("reason", Text, nullable=False),
        Column("justification", Text, nullable=False),
        Column("user_name", Text, nullable=False),
        Column("code", Text),
        Column("attempts", Integer, nullable=False),
        Column("from_reserve", Boolean, nullable=False),
        Column("owner", Text),
        Column("held_at", _utc(), nullable=False),
        Column("reserved_at", _utc(), nullable=False),
        Column("settled_at", _utc()),
    )


def _confirmations(metadata: t.Any) -> Table:
    from sqlalchemy import Column, Integer, Table, Text

    return Table(
        "confirmations",
        metadata,
        Column("installation_id", Text, primary_key=True),
        Column("confirmation_id", Text, nullable=False),
        Column("extended_pid", Text),
        Column("partial", Text),
        Column("source", Text, nullable=False),
        Column("entry_id", Integer),
        Column("obtained_at", _utc(), nullable=False),
        Column("used_at", _utc()),
        Column("uses", Integer, nullable=False),
    )


def _utc() -> t.Any:
    """Return the column type for times: aware and in UTC on this side, also where the database knows no zones."""
    from datetime import datetime, timezone

    from sqlalchemy import DateTime, Dialect
    from sqlalchemy.types import TypeDecorator

    class UtcDateTime(TypeDecorator[datetime]):
        impl = DateTime(timezone=True)
        cache_ok = True

        def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
            return None if value is None else value.astimezone(timezone.utc)

        def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
            if value is None:
                return None
            # SQLite keeps the digits alone, and they were UTC when they were written.
            return value.replace(tzinfo=timezone.utc) if value.tzinfo is None else value.astimezone(timezone.utc)

    return UtcDateTime()
