# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Connections and transactions: one of each for every call, so that forks, threads and crashes share nothing.

A writer of SQLite takes its lock at once (BEGIN IMMEDIATE): two that read first and want to write then could only fail.
The journal is the usual one, since WAL does not work on network folders, and a commit is on the disk when it returns.
"""

from __future__ import annotations

import contextlib
import importlib
import typing as t

from .._errors import MissingLibrary
from .._secrets import Secret, reveal
from .database_errors import explained
from .location import Location
from .schema import schema

if t.TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

__all__ = ["Database", "preload"]

# Enough for a hundred forks that each take their turn on a slow disk.
_PATIENCE_SECONDS = 60
_CONNECT_SECONDS = 15
_WRITES = "volume_activation_writes"


class Database:
    """A database at a location; what goes wrong in it is raised as a Refusal."""

    def __init__(self, location: Location, password: Secret | None = None) -> None:
        self.place = location.text
        self._path = location.path
        self._engine = _sqlite(location) if location.path else _postgresql(location, password)

    @contextlib.contextmanager
    def reading(self) -> t.Iterator[Connection]:
        """One transaction that changes nothing."""
        with explained(self.place, self._path), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextlib.contextmanager
    def writing(self, *, keep: bool = True) -> t.Iterator[Connection]:
        """One transaction that is kept as a whole when the block ends well, and leaves no trace when it does not.

        With `keep` false it leaves none either way: a rehearsal, which meets the same refusals.
        """
        with (
            explained(self.place, self._path),
            self._engine.connect().execution_options(**{_WRITES: True}) as connection,
            connection.begin() as transaction,
        ):
            yield connection
            if not keep:
                transaction.rollback()

    def close(self) -> None:
        """Let go of what is still held."""
        self._engine.dispose()


def _sqlite(location: Location) -> Engine:
    from sqlalchemy import NullPool, create_engine, event

    engine = create_engine(
        location.url, poolclass=NullPool, hide_parameters=True, connect_args={"timeout": _PATIENCE_SECONDS}
    )

    def configure(connection: t.Any, _record: object) -> None:
        # The driver would begin transactions in its own way, and too late.
        connection.isolation_level = None
        connection.execute("PRAGMA synchronous = FULL")

    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(_WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    event.listen(engine, "connect", configure)
    event.listen(engine, "begin", begin)
    return engine


def _postgresql(location: Location, password: Secret | None) -> Engine:
    from sqlalchemy import NullPool, create_engine, event

    arguments: dict[str, t.Any] = {"password": reveal(password)} if password else {}
    if "connect_timeout" not in location.url.query:
        arguments["connect_timeout"] = _CONNECT_SECONDS
    # Whoever waited for a row's lock must then see what the one before did, whatever the server's default is.
    engine = create_engine(
        location.url,
        poolclass=NullPool,
        hide_parameters=True,
        connect_args=arguments,
        isolation_level="READ COMMITTED",
    )

    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get(_WRITES):
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_PATIENCE_SECONDS}s'")

    event.listen(engine, "begin", begin)
    return engine


_MODULES = ("sqlalchemy", "sqlalchemy.dialects.sqlite.pysqlite", "psycopg", "sqlalchemy.dialects.postgresql.psycopg")


def preload() -> None:
    """Import what ledgers will need, where it is installed.

    Called where Ansible's main process loads the action. Without it each worker, which is there for one task on one
    machine, would spend more time on importing SQLAlchemy than on everything else.
    """
    for module in _MODULES:
        with contextlib.suppress(ImportError):
            importlib.import_module(module)
    with contextlib.suppress(MissingLibrary):
        schema()
