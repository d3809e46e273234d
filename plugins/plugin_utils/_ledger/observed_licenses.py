# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A host that shows a licence of a counted key, and the entries that this proves to be spent.

An open entry is confirmed, since an activation of this host was counted. So is the last entry that was released where
no entry has paid for the licence yet: its attempt was counted although it failed, or the host was activated by hand.
One activation is never booked twice: an installation ID that has a confirmed entry is paid for, and so is one whose
confirmation ID was stored, which has an entry of its own or was paid for elsewhere.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from . import confirmations, entries, queries
from .entries import Moment
from .records import OPEN_STATES, Entry, EntryState, MachineIdentity

if t.TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["Sighting", "confirm", "owed"]

_CODE = "found_licensed"


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """A product that is licensed with a counted key on a host; an ID that was not read is None and fits any."""

    machine: MachineIdentity
    fingerprint: str
    product_id: str
    installation_id: str | None = None


def owed(connection: Connection, seen: Sighting) -> list[Entry]:
    """Return the entries that the licence proves to be spent and that are not confirmed."""
    found = [
        entry
        for entry in queries.of_machine(connection, seen.machine, tuple(EntryState))
        if entry.fingerprint == seen.fingerprint and entry.product_id.lower() == seen.product_id.lower()
    ]
    still_open = [entry for entry in found if entry.state in OPEN_STATES]
    if still_open:
        return still_open
    paid = [entry.installation_id for entry in found if entry.state is EntryState.CONFIRMED]
    unpaid = [
        entry
        for entry in found
        if entry.state is EntryState.RELEASED
        and _fit(entry.installation_id, seen.installation_id)
        and not any(_fit(entry.installation_id, other) for other in paid)
    ]
    if seen.installation_id and confirmations.find(connection, seen.installation_id) is not None:
        return []
    return unpaid[-1:]


def confirm(connection: Connection, seen: Sighting, moment: Moment) -> list[Entry]:
    """Confirm what the licence proves to be spent, also beyond the limit of its pool, and return those entries."""
    return [
        entries.settle(
            connection,
            entry.id,
            EntryState.CONFIRMED,
            _CODE if entry.state is EntryState.RELEASED else None,
            moment,
        )
        for entry in owed(connection, seen)
    ]


def _fit(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other
