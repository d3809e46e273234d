# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a machine's own state says about an activation that the ledger does not know the outcome of. Pure.

A licence with the key proves that an activation was spent. Its absence proves that none was, but only for one that the
machine itself asked for: a confirmation ID can be paid for without ever reaching the machine. And only once the machine
has had time to finish, and only where no failure may have stood between Microsoft's count and the machine. What cannot
be proved stays open and goes on counting, unless a person says what is to be assumed.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import datetime, timedelta

from .._licensing import Product, is_not_dispatched, is_uncounted, may_have_counted, parse_code
from .clock import is_recent
from .records import Entry, EntryState, MachineIdentity, Method

__all__ = ["Evidence", "ReconciliationVerdict", "concerns", "judged"]


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What a machine says of itself at a moment: who it is, and every product that holds a key.

    `quiet` is for how long after an attempt the machine may still be at work on it.
    """

    machine: MachineIdentity
    products: tuple[Product, ...]
    now: datetime
    quiet: timedelta = timedelta(seconds=120)


@dataclass(frozen=True, kw_only=True)
class ReconciliationVerdict:
    """What becomes of an entry, None if it stays open, and why; `assumed` if that is only the word of a person."""

    entry: Entry
    state: EntryState | None
    why: str
    assumed: bool = False


def concerns(entry: Entry, machine: MachineIdentity) -> bool:
    """Tell whether an entry is about this machine: its hardware, its image, or at least its name."""
    mine = entry.machine
    if _same(mine.name, machine.name) or _same(mine.bios_uuid, machine.bios_uuid):
        return True
    # Machines made from one image that was never generalised share its ID, and their entries are their own.
    cloned = _differs(mine.bios_uuid, machine.bios_uuid)
    return _same(mine.client_machine_id, machine.client_machine_id) and not cloned


def judged(entry: Entry, evidence: Evidence, *, live: bool, assume: EntryState | None = None) -> ReconciliationVerdict:
    """Return what the machine's state says about an open entry; `live` if another process is at it right now.

    `assume` (CONFIRMED or RELEASED) is the word of a person, and holds where no machine can tell.
    """
    doubt = _identity_doubt(entry, evidence.machine)
    product = None if doubt else _holder(entry, evidence.products)
    if product is not None and product.is_licensed:
        return ReconciliationVerdict(
            entry=entry, state=EntryState.CONFIRMED, why="the product is licensed with this key"
        )
    pending = _pending(entry, evidence, live)
    if pending:
        return ReconciliationVerdict(entry=entry, state=None, why=pending)
    if not entry.product_id:
        return ReconciliationVerdict(
            entry=entry, state=EntryState.RELEASED, why="it ended before an activation was asked for"
        )
    doubt = doubt or _doubt(entry, product)
    if doubt is None:
        return ReconciliationVerdict(
            entry=entry, state=EntryState.RELEASED, why="the machine asked for it and has no licence"
        )
    if assume is not None:
        return ReconciliationVerdict(entry=entry, state=assume, why=f"assumed, although {doubt}", assumed=True)
    return ReconciliationVerdict(entry=entry, state=None, why=doubt)


def _pending(entry: Entry, evidence: Evidence, live: bool) -> str | None:
    """Return why the outcome is still to come."""
    if live:
        return "another task is at it right now"
    if entry.method is not Method.EXCHANGE and is_recent(entry.held_at, evidence.now, evidence.quiet):
        return "the last attempt was a moment ago, and the machine may still be at work on it; look again later"
    return None


def _identity_doubt(entry: Entry, machine: MachineIdentity) -> str | None:
    """Return why an entry may be about another machine than the one that answers."""
    mine = entry.machine
    if _differs(mine.bios_uuid, machine.bios_uuid):
        return "it was for other hardware"
    if _differs(mine.client_machine_id, machine.client_machine_id):
        return "it was for another image, which can no longer be asked"
    known = _same(mine.bios_uuid, machine.bios_uuid) or _same(mine.client_machine_id, machine.client_machine_id)
    return None if known else "the ledger and the machine have no identity in common but the name"


def _doubt(entry: Entry, product: Product | None) -> str | None:
    """Return why a machine that is not licensed proves nothing about an entry."""
    if entry.method is Method.EXCHANGE:
        return "it was exported, and only the imported answer can tell; import it with mak_exchange"
    if entry.method is not Method.ONLINE:
        return "the service may have been asked for a confirmation ID, and only its answer can tell; ask for it again"
    if product is None:
        return "the product does not hold the key any more; install it with mak (activate: never) and look again"
    if may_have_counted(product.reason) or _leaves_doubt(entry.code):
        return "the last attempt ended in a failure after which Microsoft may have counted it; run mak again"
    return None


def _leaves_doubt(code: str | None) -> bool:
    """Return whether the number that an attempt ended with leaves open whether it was counted; most do."""
    try:
        number = parse_code(code or "")
    except ValueError:
        return False  # a word of ours, or nothing
    return not is_uncounted(number) and not is_not_dispatched(number)


def _holder(entry: Entry, products: t.Iterable[Product]) -> Product | None:
    """Return the product that the entry is about, if it still holds the entry's key."""
    found = (product for product in products if _same(product.id, entry.product_id))
    return next((product for product in found if _same(product.partial_product_key, entry.partial)), None)


def _same(one: str | None, other: str | None) -> bool:
    return bool(one and other) and _plain(one) == _plain(other)


def _differs(one: str | None, other: str | None) -> bool:
    return bool(one and other) and _plain(one) != _plain(other)


def _plain(text: str | None) -> str:
    return (text or "").strip().lower()
