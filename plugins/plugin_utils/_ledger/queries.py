# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Questions about entries, which change nothing: which there are, and how many of what."""

from __future__ import annotations

import typing as t

from .records import OPEN_STATES, Entry, EntryState, MachineIdentity, Method, PoolTally
from .row_validation import fetched
from .schema import schema

if t.TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import ColumnElement, Connection, Row

__all__ = ["OPEN", "confirmed", "entry_of", "of_machine", "search", "tallies"]

_Row: t.TypeAlias = "Row[t.Any]"
OPEN = tuple(state.value for state in OPEN_STATES)


def search(
    connection: Connection, pool: str | None, states: Collection[EntryState] | None, machine_name: str | None
) -> list[Entry]:
    """Return entries in the order they were made; None asks for nothing, and case does not matter in a name."""
    table = schema().activations
    query = table.select().order_by(table.c.id)
    if pool is not None:
        query = query.where(table.c.pool == pool)
    if states is not None:
        query = query.where(table.c.state.in_([state.value for state in states]))
    if machine_name is not None:
        query = query.where(_same(table.c.machine_name, machine_name))
    return [entry_of(row) for row in fetched(connection, query, table)]


def of_machine(
    connection: Connection, machine: MachineIdentity, states: Collection[EntryState] = OPEN_STATES
) -> list[Entry]:
    """Return the entries of a machine, by default the open ones: no known ID differs, and one at least is the same."""
    table = schema().activations
    query = table.select().where(table.c.state.in_([state.value for state in states])).order_by(table.c.id)
    known: list[ColumnElement[bool]] = []
    for column, value in (
        (table.c.bios_uuid, machine.bios_uuid),
        (table.c.client_machine_id, machine.client_machine_id),
    ):
        if value:
            known.append(_same(column, value))
            query = query.where(column.is_(None) | known[-1])
    if not known:
        return []
    return [entry_of(row) for row in fetched(connection, query.where(known[0] | known[-1]), table)]


def confirmed(connection: Connection, pool: str, machine_name: str) -> bool:
    """Tell whether a machine of this name has ever been activated from a pool."""
    table = schema().activations
    query = table.select().where(table.c.pool == pool, table.c.state == EntryState.CONFIRMED.value)
    return connection.execute(query.where(_same(table.c.machine_name, machine_name)).limit(1)).first() is not None


def tallies(connection: Connection, pool: str | None, by: t.Literal["machine_name", "reason"]) -> list[PoolTally]:
    """Count confirmed and open entries by machine or by reason; what was released counts nowhere."""
    from sqlalchemy import case, func, select

    table = schema().activations
    column = table.c[by]
    spent = func.sum(case((table.c.state == EntryState.CONFIRMED.value, 1), else_=0))
    query = (
        select(column, spent, func.count() - spent)
        .where(table.c.state != EntryState.RELEASED.value)
        .group_by(column)
        .order_by(column)
    )
    if pool is not None:
        query = query.where(table.c.pool == pool)
    return [PoolTally(name, int(done), int(waiting)) for name, done, waiting in connection.execute(query)]


def _same(column: ColumnElement[t.Any], text: str) -> ColumnElement[bool]:
    from sqlalchemy import func

    # SQLite knows the case of ASCII letters only, so other ones have to be spelled alike.
    return (func.lower(column) == text.strip().lower()) | (column == text.strip())


def entry_of(row: _Row) -> Entry:
    """Return the record of a row."""
    return Entry(
        id=row.id,
        pool=row.pool,
        state=EntryState(row.state),
        method=Method(row.method),
        machine=MachineIdentity(
            name=row.machine_name, client_machine_id=row.client_machine_id, bios_uuid=row.bios_uuid
        ),
        product_id=row.product_id,
        fingerprint=row.fingerprint,
        partial=row.partial,
        installation_id=row.installation_id,
        extended_pid=row.extended_pid,
        reason=row.reason,
        justification=row.justification,
        user=row.user_name,
        code=row.code,
        attempts=row.attempts,
        from_reserve=row.from_reserve,
        reserved_at=row.reserved_at,
        held_at=row.held_at,
        settled_at=row.settled_at,
    )
