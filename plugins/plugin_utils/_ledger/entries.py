# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Entries in the database: each is one activation, from its reservation to what became of it.

The rules by which a limit holds whatever happens:

* An entry counts from its reservation on, until somebody knows that nothing was spent.
* A second attempt on the same machine takes over the entry of the first, and nothing is counted twice. It waits for
  nobody who is dead, and it does not disturb who is alive.
* An entry without a product was reserved ahead of the key's installation. The demand that follows completes it, so as
  long as it has no product, no activation was asked for with it.
* The truth is always recorded, also where it is more than was allowed: a confirmed entry stays confirmed.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import datetime, timedelta

from .._secrets import scrub
from . import pools, refusals
from .clock import elapsed, is_recent
from .queries import OPEN, entry_of
from .records import Balance, Demand, Entry, EntryState, MachineIdentity, Method, Pool, Reservation
from .reservation_owner import Owner
from .row_validation import LARGEST, fetched
from .schema import insert_missing, schema

if t.TYPE_CHECKING:
    from sqlalchemy import Connection, Row

__all__ = ["Moment", "check", "find", "is_live", "reserve", "settle", "withdraw"]

_Row: t.TypeAlias = "Row[t.Any]"


@dataclass(frozen=True)
class Moment:
    """Now, and for how long a holder counts as alive who cannot be looked at from here."""

    now: datetime
    lease: timedelta

    def holds(self, row: _Row) -> bool:
        """Return whether an entry is reserved by a process that is alive, as far as can be known from here.

        On the owner's own host the process is looked at, and no clock counts. From elsewhere an entry is held for the
        lease and never longer, whatever the clocks say: who takes over watches the machine before asking again.
        """
        if row.state != EntryState.RESERVED.value or row.owner is None:
            return False
        life = Owner.parse(row.owner).life
        return life == "alive" or (life == "unknown" and is_recent(row.held_at, self.now, self.lease))


def check(connection: Connection, demand: Demand, moment: Moment) -> Balance:
    """Return the pool's balance when `reserve` would agree, raise what it would raise, and change nothing."""
    pool = pools.find(connection, demand.pool)
    return _judged(connection, demand, pool, _open_row(connection, demand), moment)


def reserve(connection: Connection, demand: Demand, moment: Moment) -> Reservation:
    """Take one activation out of a pool, or take over the entry that an earlier attempt left open.

    The pool's row is locked until the transaction ends, so that what was counted still holds when the entry is written.
    """
    pool = pools.find(connection, demand.pool, lock=True)
    row = _open_row(connection, demand, lock=True)
    balance = _judged(connection, demand, pool, row, moment)
    pools.bind(connection, pool, demand.key_fingerprint, demand.partial, moment.now, demand.extended_pid)
    if row is not None:
        entry_id = _take_over(connection, demand, moment, row)
        _drop_ahead(connection, demand, moment, but=entry_id)
    elif _insert(connection, demand, moment, from_reserve=balance.available < 1):
        entry_id = t.cast("_Row", _open_row(connection, demand)).id
    else:
        # Another pool of the same key has just paid for the same machine, which its lock did not keep it from.
        return reserve(connection, demand, moment)
    # What was reserved ahead and not completed has asked for nothing, so there is nothing to wait for.
    taken_over = row is not None and bool(row.product_id)
    idle = elapsed(row.held_at, moment.now).total_seconds() if row is not None and taken_over else 0.0
    return Reservation(find(connection, entry_id), taken_over=taken_over, idle=idle)


def _judged(connection: Connection, demand: Demand, pool: Pool, row: _Row | None, moment: Moment) -> Balance:
    """Return the balance of the pool, or raise the Refusal that the demand meets."""
    if not _known(demand.machine):
        raise refusals.bad_machine(demand.machine.name)
    pools.require_key(pool, demand.key_fingerprint, demand.partial)
    stopped = pools.stop_of(connection, demand.key_fingerprint)
    if stopped:
        raise refusals.pool_stopped(pool, stopped)
    balance = pools.balance_of(connection, pool)
    if row is not None:
        if row.id != demand.ahead and moment.holds(row):
            raise refusals.activation_in_progress(entry_of(row))
    elif (balance.left if demand.use_reserve else balance.available) < 1:
        raise refusals.pool_exhausted(demand, balance)
    return balance


def _known(machine: MachineIdentity) -> bool:
    return bool(machine.client_machine_id or machine.bios_uuid)


def _subjects(demand: Demand) -> list[str]:
    """Return what makes two demands the same: hardware, image, product and key, and the installation ID if it is known.

    Microsoft counts by that ID, so what a machine's earlier one may have cost stays counted. An attempt that did not
    know its ID or its product yet is the same as one that does. The most exact subject comes first.
    """
    machine = demand.machine

    def general(product_id: str) -> str:
        known = (machine.bios_uuid or "", machine.client_machine_id or "", product_id, demand.key_fingerprint)
        return "|".join(part.strip().lower() for part in known)

    exact = [f"{general(demand.product_id)}|{demand.installation_id}"] if demand.installation_id else []
    return [*exact, *dict.fromkeys([general(demand.product_id), general("")])]


def _open_row(connection: Connection, demand: Demand, *, lock: bool = False) -> _Row | None:
    table = schema().activations
    query = table.select().where(table.c.subject.in_(_subjects(demand)), table.c.state.in_(OPEN))
    rows = fetched(connection, query.with_for_update() if lock else query, table)
    return max(rows, key=lambda row: len(row.subject), default=None)


def _insert(connection: Connection, demand: Demand, moment: Moment, *, from_reserve: bool) -> bool:
    """Write a new entry, unless the machine has an open one by now; tell whether it was written."""
    values = {
        **_attempt(demand, moment),
        "pool": demand.pool,
        "machine_name": demand.machine.name,
        "client_machine_id": demand.machine.client_machine_id,
        "bios_uuid": demand.machine.bios_uuid,
        "product_id": demand.product_id,
        "fingerprint": demand.key_fingerprint,
        "partial": demand.partial,
        "subject": _subjects(demand)[0],
        "installation_id": demand.installation_id,
        "extended_pid": demand.extended_pid,
        "reason": demand.reason,
        "justification": _without_keys(demand.justification),
        "user_name": _without_keys(demand.user),
        "attempts": 1,
        "from_reserve": from_reserve,
        "reserved_at": moment.now,
    }
    return insert_missing(connection, schema().activations, values)


def _take_over(connection: Connection, demand: Demand, moment: Moment, row: _Row) -> int:
    completed = {} if row.product_id else {"product_id": demand.product_id, "subject": _subjects(demand)[0]}
    values = {
        **_attempt(demand, moment),
        **completed,
        "machine_name": demand.machine.name,
        "installation_id": demand.installation_id or row.installation_id,
        "extended_pid": demand.extended_pid or row.extended_pid,
        "justification": _without_keys(demand.justification) or row.justification,
        "user_name": _without_keys(demand.user) or row.user_name,
        "attempts": row.attempts if row.id == demand.ahead else min(row.attempts + 1, LARGEST),
    }
    _write(connection, row.id, values)
    return int(row.id)


def _drop_ahead(connection: Connection, demand: Demand, moment: Moment, *, but: int) -> None:
    """Drop what was reserved ahead for the same machine, when an earlier entry of it turned out to be open."""
    table = schema().activations
    query = table.select().where(table.c.subject == _subjects(demand)[-1], table.c.state.in_(OPEN), table.c.id != but)
    for row in fetched(connection, query, table):
        if row.id == demand.ahead or not moment.holds(row):
            _drop(connection, row.id)


def _drop(connection: Connection, entry_id: int) -> None:
    table = schema().activations
    connection.execute(table.delete().where(table.c.id == entry_id))


def withdraw(connection: Connection, entry_id: int) -> None:
    """Drop an entry that was reserved ahead, unless a demand has completed it; nothing was asked for with it."""
    table = schema().activations
    for row in fetched(connection, table.select().where(table.c.id == entry_id).with_for_update(), table):
        if not row.product_id and row.state == EntryState.RESERVED.value:
            _drop(connection, entry_id)


def _without_keys(text: str) -> str:
    """Return what people wrote with every product key in it masked: none gets into the database, not even by hand."""
    return str(scrub(text, []))


def _attempt(demand: Demand, moment: Moment) -> dict[str, t.Any]:
    """Return what a new attempt sets. An export is answered in days, by people, so no process holds it."""
    owner = None if demand.method is Method.EXCHANGE else str(Owner.current())
    return {
        "state": EntryState.RESERVED.value,
        "method": demand.method.value,
        "code": None,
        "owner": owner,
        "held_at": moment.now,
        "settled_at": None,
    }


def settle(connection: Connection, entry_id: int, state: EntryState, code: str | None, moment: Moment) -> Entry:
    """Record what became of an activation, and return the entry; raises Refusal (`unknown_entry`).

    Confirmed is final, and any process may record it at any time. Released and uncertain are guesses by comparison:
    they change neither a confirmed entry nor one that another running process holds. A released entry becomes
    uncertain again when a process that was taken for dead reports so, because it may have been spent. It counts again
    then, and its pool is restored if it was removed meanwhile.
    """
    if state is EntryState.RESERVED:
        raise ValueError("settle() records an outcome; reserve() makes a reservation")
    row = _row(connection, entry_id, lock=True)
    if _may_settle(connection, row, state, moment):
        if row.state == EntryState.RELEASED.value:
            pools.hold(connection, row.pool, row.fingerprint, row.partial, moment.now)
        _write(connection, entry_id, {"state": state.value, "code": code, "settled_at": moment.now})
    return find(connection, entry_id)


def _may_settle(connection: Connection, row: _Row, state: EntryState, moment: Moment) -> bool:
    was = EntryState(row.state)
    if was is state or was is EntryState.CONFIRMED:
        return False
    if state is EntryState.CONFIRMED:
        return True
    if was is EntryState.RELEASED:
        # Only as long as no later attempt on the same machine is open: that one counts for both.
        return not _has_open(connection, row.subject)
    return row.owner == str(Owner.current()) or not moment.holds(row)


def _has_open(connection: Connection, subject: str) -> bool:
    table = schema().activations
    query = table.select().where(table.c.subject == subject, table.c.state.in_(OPEN))
    return connection.execute(query).first() is not None


def _write(connection: Connection, entry_id: int, values: dict[str, t.Any]) -> None:
    table = schema().activations
    connection.execute(table.update().where(table.c.id == entry_id).values(values))


def find(connection: Connection, entry_id: int) -> Entry:
    """Return an entry; raises Refusal (`unknown_entry`)."""
    return entry_of(_row(connection, entry_id))


def is_live(connection: Connection, entry_id: int, moment: Moment) -> bool:
    """Tell whether an entry is reserved by a process that lives; raises Refusal (`unknown_entry`)."""
    return moment.holds(_row(connection, entry_id))


def _row(connection: Connection, entry_id: int, *, lock: bool = False) -> _Row:
    table = schema().activations
    query = table.select().where(table.c.id == entry_id)
    for row in fetched(connection, query.with_for_update() if lock else query, table):
        return row
    raise refusals.unknown_entry(entry_id)
