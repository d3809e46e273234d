# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What tasks ask of pools: declared, let go on, removed; for real, or as a rehearsal that meets the same refusals."""

from __future__ import annotations

import contextlib
import tempfile
import typing as t
from dataclasses import replace
from pathlib import Path

from ..._errors import Refusal
from ..._ledger import Balance, Ledger, PoolWish, require_creatable
from ..._results import PoolStanding
from .ledger_options import ledger_from, place_of

__all__ = ["declared", "existing", "removed", "standing_of", "writable"]

Change: t.TypeAlias = tuple[PoolStanding | None, PoolStanding | None]


@contextlib.contextmanager
def existing(options: t.Mapping[str, t.Any]) -> t.Iterator[Ledger | None]:
    """Open the ledger for as long as the block lasts; None where there is none, for then there is no pool either."""
    try:
        ledger = ledger_from(options)
    except Refusal as refusal:
        if refusal.code != "no_ledger":
            raise
        yield None
    else:
        with ledger:
            yield ledger


@contextlib.contextmanager
def writable(options: t.Mapping[str, t.Any], *, dry_run: bool) -> t.Iterator[Ledger]:
    """Open the ledger to write; a rehearsal where there is none yet gets an empty one that is removed afterwards."""
    with contextlib.ExitStack() as resources:
        yield _opened(options, resources, dry_run=dry_run)


def _opened(options: t.Mapping[str, t.Any], resources: contextlib.ExitStack, *, dry_run: bool) -> Ledger:
    if not dry_run:
        return resources.enter_context(ledger_from(options, create=True))
    found = resources.enter_context(existing(options))
    if found is not None:
        return found
    place = place_of(options)
    if place.path:
        require_creatable(place)
    folder = Path(resources.enter_context(tempfile.TemporaryDirectory()))
    return resources.enter_context(Ledger.open(str(folder / "ledger.sqlite")))


def standing_of(ledger: Ledger, name: str) -> PoolStanding | None:
    """Return a pool as it is, or None."""
    try:
        return PoolStanding(pool=ledger.pool(name), balance=ledger.balance(name))
    except Refusal as refusal:
        if refusal.code != "unknown_pool":
            raise
        return None


def declared(ledger: Ledger, wish: PoolWish, *, resume: bool, dry_run: bool) -> Change:
    """Create or adjust a pool, take a stop away if asked to, and return the pool before and after."""
    before = standing_of(ledger, wish.name)
    pool = ledger.declare(wish, dry_run=dry_run)
    if resume and pool.stop is not None:
        if not dry_run:
            ledger.resume(wish.name)
        pool = replace(pool, stop=None)
    counted = before.balance if before else Balance(limit=0)
    foreseen = PoolStanding(pool=pool, balance=replace(counted, limit=pool.limit, reserve=pool.reserve))
    return before, foreseen if dry_run else standing_of(ledger, wish.name)


def removed(ledger: Ledger | None, name: str, *, dry_run: bool) -> Change:
    """Remove a pool, if there is one, and return it as it was."""
    before = standing_of(ledger, name) if ledger else None
    if ledger and before:
        ledger.remove(name, dry_run=dry_run)
    return before, None
