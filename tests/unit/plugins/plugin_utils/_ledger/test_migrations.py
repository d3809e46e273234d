# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Migrations: a ledger of any earlier version becomes a current one, with everything that was in it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import inspect

from ansible_collections.volume.activation.plugins.plugin_utils._ledger import EntryState, Ledger, Method, migrations
from ansible_collections.volume.activation.plugins.plugin_utils._ledger.schema import schema

from .demands import KEY, Clock, demand, engine, run_processes

NOW = "2025-06-01 08:00:00.000000"
POOLS = [
    {"name": "annexe", "count_limit": 5, "count_reserve": 0, "fingerprint": None, "partial": None, "description": ""},
    {"name": "labs", "count_limit": 3, "count_reserve": 1, "fingerprint": KEY, "partial": "AAAAA", "description": "Ü"},
]
STATES = ["confirmed", "reserved", "uncertain", "released"]


def entry(number: int, state: str) -> dict[str, Any]:
    """Return a row of version 1."""
    return {
        "pool": "labs",
        "state": state,
        "method": "online",
        "machine_name": f"pc{number}",
        "client_machine_id": f"c0ffee-{number}",
        "bios_uuid": f"B105-{number}",
        "product_id": "product-1",
        "fingerprint": KEY,
        "partial": "AAAAA",
        "subject": f"b105-{number}|c0ffee-{number}|product-1|{KEY}",
        "reason": "first_activation",
        "justification": "",
        "user_name": "ops",
        "attempts": 1,
        "from_reserve": False,
        "held_at": NOW,
        "reserved_at": NOW,
    }


@pytest.fixture
def old(location: str) -> str:
    """A ledger of version 1 with two pools, an entry in each state and a stopped key."""
    with engine(location).begin() as connection:
        migrations._raise_version(connection, 0)
        for table, rows in (
            ("pools", [{**pool, "created_at": NOW, "updated_at": NOW} for pool in POOLS]),
            ("activations", [entry(number, state) for number, state in enumerate(STATES, 1)]),
            ("stopped_keys", [{"fingerprint": "c" * 64, "code": "0x67", "message": "Blocked.", "stopped_at": NOW}]),
        ):
            for row in rows:
                insert(connection, table, row)
    return location


def insert(connection: Any, table: str, row: dict[str, Any]) -> None:
    """Insert a row as plain SQL."""
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    names, marks = ", ".join(row), ", ".join([mark] * len(row))
    connection.exec_driver_sql(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(row.values()))


def version(location: str) -> int:
    """Return the version that a database says it has."""
    with engine(location).connect() as connection:
        return int(connection.exec_driver_sql("SELECT schema_version FROM volume_activation").scalar_one())


def test_the_oldest_version_is_brought_up_with_everything_in_it(old: str, clock: Clock) -> None:
    assert version(old) == 1
    with Ledger.open(old, now=clock) as ledger:
        assert version(old) == migrations.CURRENT
        pools = ledger.pools()
        assert [(pool.name, pool.limit, pool.reserve) for pool in pools] == [("annexe", 5, 0), ("labs", 3, 1)]
        assert [(pool.partial, pool.extended_pid, pool.description) for pool in pools][1] == ("AAAAA", None, "Ü")
        assert pools[0].created_at.isoformat() == "2025-06-01T08:00:00+00:00"
        assert [found.state.value for found in ledger.entries()] == STATES
        assert {found.method for found in ledger.entries()} == {Method.ONLINE}
        assert ledger.balance("labs").counted == 3
        assert ledger.confirmations() == []


def test_a_migrated_ledger_goes_on_where_the_old_one_stood(old: str, clock: Clock) -> None:
    with Ledger.open(old, now=clock) as ledger:
        assert ledger.reserve(demand(2, extended_pid="03612-1")).taken_over
        assert ledger.settle(3, EntryState.RELEASED).state is EntryState.RELEASED
        assert ledger.reserve(demand(5, use_reserve=True)).entry.id == len(STATES) + 1
        assert ledger.pool("labs").extended_pid == "03612-1"


def test_many_processes_may_meet_an_old_ledger_at_once(old: str) -> None:
    assert set(run_processes("only_open", old, 16)) == {"done"}
    assert version(old) == migrations.CURRENT
    assert [found.state.value for found in Ledger.open(old).entries()] == STATES


def test_a_step_that_fails_leaves_the_version_before_it(old: str, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, *_later = migrations._VERSIONS
    monkeypatch.setattr(migrations, "_VERSIONS", (first, (*second, "CREATE TABLE pools (name TEXT)")))
    with pytest.raises(Exception, match="ledger"):
        Ledger.open(old)
    assert version(old) == 1
    monkeypatch.undo()
    assert len(Ledger.open(old).entries()) == len(STATES)


def test_the_migrations_make_the_tables_that_the_code_uses(ledger: Ledger, location: str) -> None:
    with engine(location).connect() as connection:
        found = inspect(connection)
        for table in vars(schema()).values():
            columns = {column["name"]: column for column in found.get_columns(table.name)}
            assert set(columns) == {column.name for column in table.columns}
            for column in table.columns:
                assert columns[column.name]["nullable"] == column.nullable or column.primary_key
        assert set(found.get_table_names()) == {table.name for table in vars(schema()).values()}
