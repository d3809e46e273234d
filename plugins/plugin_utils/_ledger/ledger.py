# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ledger: who may activate with a MAK, and what became of it. One transaction a call.

It can be shared by threads, carried through a fork and opened by any number of processes at once. A process that is
killed leaves whole transactions behind, and none that was half done.
"""

from __future__ import annotations

import typing as t
from collections.abc import Collection
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType

from .._errors import Refusal
from .._secrets import Secret
from . import confirmations, entries, pools, queries
from . import observed_licenses as sightings
from .creation import create_file
from .database import Database
from .database_errors import emptied
from .entries import Moment
from .location import DEFAULT_PATH, is_there, local, locate
from .migrations import migrate, no_ledger
from .observed_licenses import Sighting
from .records import (
    Balance,
    Confirmation,
    Demand,
    Entry,
    EntryState,
    MachineIdentity,
    Pool,
    PoolTally,
    PoolWish,
    Reservation,
    Stop,
    utcnow,
)
from .row_validation import require_sound
from .sandbox import require_ledger

__all__ = ["DEFAULT_LEASE", "Ledger"]

DEFAULT_LEASE = timedelta(minutes=15)


class Ledger:
    """An open ledger; `created` if opening it made it, and `simulated_by` the simulated fleet whose ledger it is.

    What goes wrong with the database is raised by any call: Refusal with `damaged_ledger`, `ledger_busy`,
    `ledger_unlockable`, `ledger_unwritable`, `ledger_unreadable` or `ledger_unreachable`.
    """

    def __init__(
        self,
        database: Database,
        now: t.Callable[[], datetime],
        lease: timedelta,
        *,
        created: bool = False,
        simulated_by: str | None = None,
    ) -> None:
        self.created = created
        self.simulated_by = simulated_by
        self._database = database
        self._now = now
        self._lease = lease

    @classmethod
    def open(
        cls,
        location: str | None = None,
        *,
        password: Secret | None = None,
        now: t.Callable[[], datetime] = utcnow,
        lease: timedelta = DEFAULT_LEASE,
        create: bool = True,
        default: str = DEFAULT_PATH,
        simulated_by: str | None = None,
    ) -> Ledger:
        """Open the ledger at a path or at a URL `postgresql+psycopg://…`; None means the file `default`.

        A new one is made (`created`), and an older one brought to the current version. With `create` false, as for all
        that only use one, one that does not exist is refused (`no_ledger`). `simulated_by` makes a new one the ledger
        of that simulated fleet; an existing one stays what it is. Every row is looked over. Raises MissingLibrary, and
        Refusal also with `bad_ledger_url`, `password_in_url`, `no_ledger_folder`, `disposable_ledger`,
        `foreign_database` and `newer_ledger`.
        """
        place = locate(location, default)
        created = False
        if place.path and not is_there(place.path):
            if not create:
                raise no_ledger(place.text)
            created = create_file(place, lambda aside: _fill(aside, place.text, simulated_by))
        database = Database(place, password)
        try:
            # A file that is there was a ledger, and is not made one again after it was emptied.
            found = migrate(
                database.reading,
                database.writing,
                place.text,
                create=create and not place.path,
                simulated_by=simulated_by,
            )
        except Refusal as refusal:
            if refusal.code == "no_ledger" and place.path:
                raise emptied(place.text) from None
            raise
        with database.reading() as connection:
            require_sound(connection)
        return cls(database, now, lease, created=created or found.created, simulated_by=found.simulated_by)

    @property
    def location(self) -> str:
        """Where the ledger is, in words that hold no password."""
        return self._database.place

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    def __enter__(self) -> Ledger:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- pools

    def pool(self, name: str) -> Pool:
        """Return a pool; raises Refusal (`unknown_pool`)."""
        with self._database.reading() as connection:
            return pools.find(connection, name)

    def pools(self) -> list[Pool]:
        """Return every pool, by name."""
        with self._database.reading() as connection:
            return pools.all_pools(connection)

    def balance(self, name: str) -> Balance:
        """Return what became of a pool's limit; raises Refusal (`unknown_pool`)."""
        with self._database.reading() as connection:
            return pools.balance_of(connection, pools.find(connection, name))

    def declare(self, wish: PoolWish, *, dry_run: bool = False) -> Pool:
        """Create or adjust a pool and return it; the same wish again changes nothing, and a dry run nothing at all.

        Raises Refusal: `bad_pool_name`, `bad_limit`, `reserve_above_limit`, `limit_below_spent`, `pool_of_another_key`.
        """
        with self._database.writing(keep=not dry_run) as connection:
            return pools.declare(connection, wish, self._now())

    def remove(self, name: str, *, dry_run: bool = False) -> None:
        """Remove a pool that nothing counts against; raises Refusal (`unknown_pool`, `pool_in_use`)."""
        with self._database.writing(keep=not dry_run) as connection:
            pools.remove(connection, name)

    def stop(self, fingerprint: str, stop: Stop) -> list[str]:
        """Stop a key, with every pool it has or will have, and return the names of those it has."""
        with self._database.writing() as connection:
            return pools.stop(connection, fingerprint, stop)

    def resume(self, name: str) -> None:
        """Take the stop away from a pool's key, and so from all its pools; raises Refusal (`unknown_pool`)."""
        with self._database.writing() as connection:
            pools.resume(connection, name)

    # -- activations

    def check(self, demand: Demand) -> Balance:
        """Raise what `reserve` would raise, change nothing, and return the pool's balance as it is."""
        self._require_kind(demand)
        with self._database.reading() as connection:
            return entries.check(connection, demand, self._moment())

    def reserve(self, demand: Demand) -> Reservation:
        """Take an activation out of a pool before anything is sent, or take over what an earlier attempt left open.

        Raises Refusal: `unknown_pool`, `bad_machine`, `pool_of_another_key`, `pool_stopped`, `activation_in_progress`,
        `pool_exhausted`, `simulated_host_real_ledger`, `real_host_simulated_ledger`.
        """
        self._require_kind(demand)
        with self._database.writing() as connection:
            return entries.reserve(connection, demand, self._moment())

    def settle(self, entry_id: int, state: EntryState, code: str | None = None) -> Entry:
        """Record what became of an activation, and return its entry as it is then.

        Confirmed always wins and is never taken back. Released and uncertain change nothing on an entry that another
        living process holds. Raises Refusal (`unknown_entry`).
        """
        with self._database.writing() as connection:
            return entries.settle(connection, entry_id, state, code, self._moment())

    def withdraw(self, entry_id: int) -> None:
        """Drop an entry that was reserved ahead, unless a demand has completed it."""
        with self._database.writing() as connection:
            entries.withdraw(connection, entry_id)

    def entries(
        self,
        *,
        pool: str | None = None,
        states: Collection[EntryState] | None = None,
        machine_name: str | None = None,
    ) -> list[Entry]:
        """Return entries in the order they were made, those that fit everything given."""
        with self._database.reading() as connection:
            return queries.search(connection, pool, states, machine_name)

    def open_entries(self, machine: MachineIdentity) -> list[Entry]:
        """Return what is reserved or uncertain for a machine: no ID known on both sides differs, and one agrees."""
        with self._database.reading() as connection:
            return queries.of_machine(connection, machine)

    def owed(self, seen: Sighting) -> list[Entry]:
        """Return the entries that a licence seen on a host proves to be spent and that are not confirmed."""
        with self._database.reading() as connection:
            return sightings.owed(connection, seen)

    def confirm_seen(self, seen: Sighting) -> list[Entry]:
        """Confirm what a licence seen on a host proves to be spent, released entries too; return those entries."""
        with self._database.writing() as connection:
            return sightings.confirm(connection, seen, self._moment())

    def has_confirmed(self, pool: str, machine_name: str) -> bool:
        """Tell whether a machine of this name has ever been activated from a pool."""
        with self._database.reading() as connection:
            return queries.confirmed(connection, pool, machine_name)

    def is_live(self, entry_id: int) -> bool:
        """Tell whether an entry is reserved by a process that lives, so that its outcome is still to come."""
        with self._database.reading() as connection:
            return entries.is_live(connection, entry_id, self._moment())

    def by_machine(self, pool: str | None = None) -> list[PoolTally]:
        """Return (name, confirmed, open) for every machine, of one pool or of all."""
        with self._database.reading() as connection:
            return queries.tallies(connection, pool, "machine_name")

    def by_reason(self, pool: str | None = None) -> list[PoolTally]:
        """Return (reason, confirmed, open) for every reason, of one pool or of all."""
        with self._database.reading() as connection:
            return queries.tallies(connection, pool, "reason")

    # -- confirmation IDs

    def confirmation(self, installation_id: str) -> Confirmation | None:
        """Return the confirmation ID that was paid for an installation ID, or None."""
        with self._database.reading() as connection:
            return confirmations.find(connection, installation_id)

    def confirmations(self) -> list[Confirmation]:
        """Return every stored confirmation ID, the oldest first."""
        with self._database.reading() as connection:
            return confirmations.all_confirmations(connection)

    def keep(self, confirmation: Confirmation, entry_id: int | None = None) -> Confirmation:
        """Store a confirmation ID and confirm the entry that paid for it, both or neither; return what is stored.

        The same again changes nothing. Raises Refusal (`confirmation_differs`, `unknown_entry`,
        `simulated_host_real_ledger`, `real_host_simulated_ledger`).
        """
        identifiers = (confirmation.installation_id, confirmation.extended_pid)
        require_ledger(self.location, identifiers, simulated=self.simulated_by is not None)
        paid = confirmation.entry_id if entry_id is None else entry_id
        with self._database.writing() as connection:
            if paid is not None:
                entries.settle(connection, paid, EntryState.CONFIRMED, None, self._moment())
            return confirmations.store(connection, confirmation, paid)

    def mark_used(self, installation_id: str) -> None:
        """Record that a stored confirmation ID was deposited once more."""
        with self._database.writing() as connection:
            confirmations.mark_used(connection, installation_id, self._now())

    def _require_kind(self, demand: Demand) -> None:
        machine = demand.machine
        identifiers = (machine.client_machine_id, machine.bios_uuid, demand.installation_id, demand.extended_pid)
        require_ledger(self.location, identifiers, simulated=self.simulated_by is not None)

    def _moment(self) -> Moment:
        return Moment(self._now(), self._lease)


def _fill(aside: Path, text: str, simulated_by: str | None) -> None:
    """Make an empty file a ledger without pools; what fails names the ledger's own place."""
    database = Database(local(aside, text))
    migrate(database.reading, database.writing, text, simulated_by=simulated_by)
    database.close()
