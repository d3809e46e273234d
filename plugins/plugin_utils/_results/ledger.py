# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ledger in a task result: plain values without a language, and times as ISO 8601 texts."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import datetime

from .._ledger import Balance, Confirmation, Entry, Pool, PoolTally
from .._secrets import scrub_lines

__all__ = ["PoolStanding", "confirmation_facts", "entry_facts", "pool_difference", "pool_facts", "tally_facts"]


@dataclass(frozen=True, kw_only=True)
class PoolStanding:
    """A pool with what became of its limit, at one moment."""

    pool: Pool
    balance: Balance


def pool_facts(standing: PoolStanding) -> dict[str, t.Any]:
    """Return a pool as the modules about MAKs show it."""
    pool, balance = standing.pool, standing.balance
    return {
        "name": pool.name,
        "description": pool.description,
        "limit": pool.limit,
        "reserve": pool.reserve,
        "spent": balance.spent,
        "reserved": balance.reserved,
        "uncertain": balance.uncertain,
        "left": balance.left,
        "available": balance.available,
        "partial_product_key": pool.partial,
        "extended_pid": pool.extended_pid,
        "stopped": _stopped(pool),
    }


def _stopped(pool: Pool) -> dict[str, t.Any] | None:
    if pool.stop is None:
        return None
    return {"code": pool.stop.code, "message": pool.stop.message, "since": _iso(pool.stop.at)}


def pool_difference(before: PoolStanding | None, after: PoolStanding | None) -> dict[str, str]:
    """Return what differs in words, a line for each setting; nothing on a side where there is no pool."""
    was, becomes = _settings(before), _settings(after)
    changed = [
        name for name in (*was, *(name for name in becomes if name not in was)) if was.get(name) != becomes.get(name)
    ]
    return {
        "before": "".join(f"{scrub_lines(f'{name}: {was[name]}')}\n" for name in changed if name in was),
        "after": "".join(f"{scrub_lines(f'{name}: {becomes[name]}')}\n" for name in changed if name in becomes),
    }


def _settings(standing: PoolStanding | None) -> dict[str, str]:
    if standing is None:
        return {}
    pool = standing.pool
    return {
        "pool": pool.name,
        "limit": str(pool.limit),
        "reserve": str(pool.reserve),
        # Two keys may end alike; the fingerprint's beginning tells them apart and gives nothing away.
        "product_key": f"*****-{pool.partial} ({(pool.fingerprint or '')[:12]})" if pool.partial else "(none)",
        "description": pool.description or "(none)",
        "stopped": f"{pool.stop.code} since {_iso(pool.stop.at)}" if pool.stop else "no",
    }


def entry_facts(entry: Entry) -> dict[str, t.Any]:
    """Return one activation of the ledger."""
    return {
        "id": entry.id,
        "pool": entry.pool,
        "state": entry.state.value,
        "method": entry.method.value,
        "machine": entry.machine.name,
        "client_machine_id": entry.machine.client_machine_id,
        "bios_uuid": entry.machine.bios_uuid,
        "activation_id": entry.product_id,
        "partial_product_key": entry.partial,
        "installation_id": entry.installation_id,
        "reason": entry.reason,
        "justification": entry.justification,
        "user": entry.user,
        "code": entry.code,
        "attempts": entry.attempts,
        "from_reserve": entry.from_reserve,
        "reserved_at": _iso(entry.reserved_at),
        "settled_at": _iso(entry.settled_at),
    }


def confirmation_facts(confirmation: Confirmation) -> dict[str, t.Any]:
    """Return one stored confirmation ID."""
    return {
        "installation_id": confirmation.installation_id,
        "confirmation_id": confirmation.confirmation_id,
        "extended_pid": confirmation.extended_pid,
        "partial_product_key": confirmation.partial,
        "source": confirmation.source,
        "entry": confirmation.entry_id,
        "obtained_at": _iso(confirmation.obtained_at),
        "used_at": _iso(confirmation.used_at),
        "uses": confirmation.uses,
    }


def tally_facts(tally: PoolTally, name: str) -> dict[str, t.Any]:
    """Return how many activations a machine, or a reason, accounts for; `name` says which of the two."""
    return {name: tally.name, "confirmed": tally.confirmed, "open": tally.open}


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")
