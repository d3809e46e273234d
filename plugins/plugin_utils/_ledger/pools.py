# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pools in the database: declared, adjusted, bound to a key, counted, stopped and resumed."""

from __future__ import annotations

import typing as t
from datetime import datetime

from .._secrets import holds_key
from . import refusals
from .records import Balance, EntryState, Pool, PoolWish, Stop
from .row_validation import LARGEST, fetched
from .schema import insert_missing, schema

if t.TYPE_CHECKING:
    from sqlalchemy import Connection, Row

__all__ = ["all_pools", "balance_of", "bind", "declare", "find", "hold", "remove", "resume", "stop", "stop_of"]

_Row: t.TypeAlias = "Row[t.Any]"


def find(connection: Connection, name: str, *, lock: bool = False) -> Pool:
    """Return a pool; with `lock` nobody else may change it, or count on it, before the transaction ends."""
    pools = schema().pools
    query = pools.select().where(pools.c.name == name)
    for row in fetched(connection, query.with_for_update() if lock else query, pools):
        return _pool(row, stop_of(connection, row.fingerprint))
    raise refusals.unknown_pool(name, [pool.name for pool in all_pools(connection)])


def all_pools(connection: Connection) -> list[Pool]:
    """Return every pool, by name."""
    table, stopped = schema().pools, schema().stopped_keys
    stops = {row.fingerprint: _stop(row) for row in fetched(connection, stopped.select(), stopped)}
    rows = fetched(connection, table.select().order_by(table.c.name), table)
    return [_pool(row, stops.get(row.fingerprint)) for row in rows]


def balance_of(connection: Connection, pool: Pool) -> Balance:
    """Count what became of a pool's limit; whatever is not exactly released, reserved or uncertain is spent."""
    from sqlalchemy import func, select

    table = schema().activations
    query = select(table.c.state, func.count()).where(table.c.pool == pool.name).group_by(table.c.state)
    counts: dict[object, int] = {state: int(count) for state, count in connection.execute(query)}
    free = (EntryState.RELEASED.value, EntryState.RESERVED.value, EntryState.UNCERTAIN.value)
    return Balance(
        limit=pool.limit,
        reserve=pool.reserve,
        spent=sum(count for state, count in counts.items() if state not in free),
        reserved=counts.get(EntryState.RESERVED.value, 0),
        uncertain=counts.get(EntryState.UNCERTAIN.value, 0),
    )


def declare(connection: Connection, wish: PoolWish, now: datetime) -> Pool:
    """Make a pool as wished and return it; what it has already stays untouched, its time of change too."""
    _require_sensible(wish)
    if wish.limit is not None:
        insert_missing(connection, schema().pools, _new_row(wish, wish.limit, now))
    elif not _exists(connection, wish.name):
        raise refusals.bad_limit(f"the new pool {wish.name} needs a limit")
    pool = find(connection, wish.name, lock=True)
    return bind(connection, _adjusted(connection, pool, wish, now), wish.fingerprint, wish.partial, now)


def _require_sensible(wish: PoolWish) -> None:
    if not wish.name.strip():
        raise refusals.bad_pool_name("is empty")
    if holds_key(wish.name):
        raise refusals.bad_pool_name("holds a product key, which is not to be in the ledger")
    for what, number in (("limit", wish.limit), ("reserve", wish.reserve)):
        if number is not None and not 0 <= number <= LARGEST:
            raise refusals.bad_limit(f"{what} is {number}")


def _exists(connection: Connection, name: str) -> bool:
    pools = schema().pools
    return connection.execute(pools.select().where(pools.c.name == name)).first() is not None


def _new_row(wish: PoolWish, limit: int, now: datetime) -> dict[str, t.Any]:
    reserve = wish.reserve or 0
    if reserve > limit:
        raise refusals.reserve_above_limit(limit, reserve)
    return {
        "name": wish.name,
        "count_limit": limit,
        "count_reserve": reserve,
        "description": wish.description or "",
        "created_at": now,
        "updated_at": now,
    }


def _adjusted(connection: Connection, pool: Pool, wish: PoolWish, now: datetime) -> Pool:
    limit = pool.limit if wish.limit is None else wish.limit
    reserve = pool.reserve if wish.reserve is None else wish.reserve
    if reserve > limit:
        raise refusals.reserve_above_limit(limit, reserve)
    if limit < pool.limit:
        balance = balance_of(connection, pool)
        if limit < balance.counted:
            raise refusals.limit_below_spent(pool.name, limit, balance)
    return _change(
        connection,
        pool,
        now,
        count_limit=limit,
        count_reserve=reserve,
        description=pool.description if wish.description is None else wish.description,
        extended_pid=wish.extended_pid or pool.extended_pid,
    )


def bind(
    connection: Connection,
    pool: Pool,
    fingerprint: str | None,
    partial: str | None,
    now: datetime,
    extended_pid: str | None = None,
) -> Pool:
    """Bind a pool to the key it is declared or first used with, and refuse another; None binds nothing."""
    require_key(pool, fingerprint, partial)
    return _change(
        connection,
        pool,
        now,
        fingerprint=pool.fingerprint or fingerprint,
        partial=pool.partial or partial,
        extended_pid=pool.extended_pid or extended_pid,
    )


def require_key(pool: Pool, fingerprint: str | None, partial: str | None) -> None:
    """Raise Refusal (`pool_of_another_key`) unless a pool is free, or bound to this key."""
    if fingerprint and pool.fingerprint and fingerprint != pool.fingerprint:
        raise refusals.another_key(pool, partial)


def _change(connection: Connection, pool: Pool, now: datetime, **values: t.Any) -> Pool:
    """Write what differs, and nothing where nothing does."""
    pools = schema().pools
    here = pools.c.name == pool.name
    row = connection.execute(pools.select().where(here)).one()
    if any(getattr(row, name) != value for name, value in values.items()):
        connection.execute(pools.update().where(here).values(**values, updated_at=now))
        return find(connection, pool.name)
    return pool


def remove(connection: Connection, name: str) -> None:
    """Remove a pool that nothing counts against; entries that were released stay, as all entries do."""
    pool = find(connection, name, lock=True)
    balance = balance_of(connection, pool)
    if balance.counted:
        raise refusals.pool_in_use(name, balance)
    pools = schema().pools
    connection.execute(pools.delete().where(pools.c.name == name))


def hold(connection: Connection, name: str, fingerprint: str, partial: str, now: datetime) -> None:
    """Keep a pool from being removed before the transaction ends; one that was removed comes back with a limit of 0.

    An entry that turns out to be spent after all counts for its pool, and without the pool the ledger is damaged.
    """
    pools = schema().pools
    query = pools.select().where(pools.c.name == name).with_for_update()
    while connection.execute(query).first() is None:
        row = _new_row(PoolWish(name=name), 0, now)
        insert_missing(connection, pools, {**row, "fingerprint": fingerprint, "partial": partial})


def stop(connection: Connection, fingerprint: str, reason: Stop) -> list[str]:
    """Stop a key and return the names of its pools; the first reason stays, since the others follow from it."""
    table, pools = schema().stopped_keys, schema().pools
    row = {"fingerprint": fingerprint, "code": reason.code, "message": reason.message, "stopped_at": reason.at}
    insert_missing(connection, table, row)
    query = pools.select().where(pools.c.fingerprint == fingerprint).order_by(pools.c.name)
    return [found.name for found in connection.execute(query)]


def resume(connection: Connection, name: str) -> None:
    """Take the stop away from a pool's key, and so from every pool of that key."""
    pool = find(connection, name)
    table = schema().stopped_keys
    connection.execute(table.delete().where(table.c.fingerprint == pool.fingerprint))


def stop_of(connection: Connection, fingerprint: str | None) -> Stop | None:
    """Return why a key is stopped, or None."""
    if fingerprint is None:
        return None
    table = schema().stopped_keys
    rows = fetched(connection, table.select().where(table.c.fingerprint == fingerprint), table)
    return _stop(rows[0]) if rows else None


def _stop(row: _Row) -> Stop:
    return Stop(code=row.code, message=row.message, at=row.stopped_at)


def _pool(row: _Row, stopped: Stop | None) -> Pool:
    return Pool(
        name=row.name,
        limit=row.count_limit,
        reserve=row.count_reserve,
        fingerprint=row.fingerprint,
        partial=row.partial,
        extended_pid=row.extended_pid,
        description=row.description,
        stop=stopped,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
