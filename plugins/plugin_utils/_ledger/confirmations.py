# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Confirmation IDs in the database: paid for once, and used again whenever the same installation ID returns."""

from __future__ import annotations

import typing as t
from dataclasses import replace
from datetime import datetime

from . import refusals
from .records import Confirmation
from .row_validation import fetched
from .schema import insert_missing, schema

if t.TYPE_CHECKING:
    from sqlalchemy import Connection, Row

__all__ = ["all_confirmations", "digits_of", "find", "mark_used", "store"]

_Row: t.TypeAlias = "Row[t.Any]"
_GROUPING = str.maketrans("", "", " -\t\r\n")


def digits_of(text: str) -> str:
    """Return an ID without the blanks and hyphens between its groups: one ID has many spellings and one row."""
    return text.translate(_GROUPING)


def find(connection: Connection, installation_id: str, *, lock: bool = False) -> Confirmation | None:
    """Return what is stored for an installation ID, or None."""
    table = schema().confirmations
    query = table.select().where(table.c.installation_id == digits_of(installation_id))
    rows = fetched(connection, query.with_for_update() if lock else query, table)
    return _confirmation(rows[0]) if rows else None


def all_confirmations(connection: Connection) -> list[Confirmation]:
    """Return everything stored, the oldest first."""
    table = schema().confirmations
    query = table.select().order_by(table.c.obtained_at, table.c.installation_id)
    return [_confirmation(row) for row in fetched(connection, query, table)]


def store(connection: Connection, confirmation: Confirmation, entry_id: int | None) -> Confirmation:
    """Store a confirmation ID, and return what is stored then; raises Refusal (`confirmation_differs`).

    The same one again changes nothing, but that an entry it was still missing is written to it.
    """
    wanted = replace(
        confirmation,
        installation_id=digits_of(confirmation.installation_id),
        confirmation_id=digits_of(confirmation.confirmation_id),
        entry_id=entry_id,
    )
    insert_missing(connection, schema().confirmations, vars(wanted))
    stored = t.cast(Confirmation, find(connection, wanted.installation_id, lock=True))
    if stored.confirmation_id != wanted.confirmation_id:
        raise refusals.confirmation_differs(stored)
    if stored.entry_id is None and wanted.entry_id is not None:
        _write(connection, stored.installation_id, {"entry_id": wanted.entry_id})
        return replace(stored, entry_id=wanted.entry_id)
    return stored


def mark_used(connection: Connection, installation_id: str, now: datetime) -> None:
    """Record that a stored confirmation ID was deposited once more; one that is not stored is nobody's business."""
    table = schema().confirmations
    _write(connection, digits_of(installation_id), {"used_at": now, "uses": table.c.uses + 1})


def _write(connection: Connection, digits: str, values: dict[str, t.Any]) -> None:
    table = schema().confirmations
    connection.execute(table.update().where(table.c.installation_id == digits).values(values))


def _confirmation(row: _Row) -> Confirmation:
    return Confirmation(**row._mapping)
