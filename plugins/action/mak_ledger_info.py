# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action of mak_ledger_info: what the ledger holds, as plain values."""

from __future__ import annotations

import typing as t

from ansible_collections.volume.activation.plugins.plugin_utils._action import ControllerAction
from ansible_collections.volume.activation.plugins.plugin_utils._action.features.ledger_options import (
    LEDGER_SPEC,
    ledger_from,
)
from ansible_collections.volume.activation.plugins.plugin_utils._ledger import (
    Confirmation,
    Entry,
    Ledger,
    Pool,
    PoolTally,
)
from ansible_collections.volume.activation.plugins.plugin_utils._results import (
    PoolStanding,
    confirmation_facts,
    entry_facts,
    pool_facts,
    tally_facts,
)

ARGUMENT_SPEC: dict[str, t.Any] = {
    "pool": {"type": "str"},
    "machine": {"type": "str"},
    "entries": {"type": "bool", "default": False},
    "confirmations": {"type": "bool", "default": False},
    **LEDGER_SPEC,
}


class ActionModule(ControllerAction):
    """Read the ledger; nothing is changed or created."""

    SPEC = ARGUMENT_SPEC

    def performed(self, options: dict[str, t.Any]) -> dict[str, t.Any]:
        """Return the pools, and as far as asked for their entries and the stored confirmation IDs."""
        pool, machine = options["pool"], options["machine"]
        with ledger_from(options) as ledger:
            pools = [ledger.pool(pool)] if pool else ledger.pools()
            result: dict[str, t.Any] = {
                "changed": False,
                "ledger": ledger.location,
                "pools": [_pool(ledger, one, machine) for one in pools],
            }
            entries = ledger.entries(pool=pool, machine_name=machine) if pool or machine or options["entries"] else None
            stored = _stored(ledger, entries if pool or machine else None)
        result["confirmation_id_count"] = len(stored)
        if options["entries"]:
            result["entries"] = [entry_facts(entry) for entry in entries or []]
        if options["confirmations"]:
            result["confirmation_ids"] = [confirmation_facts(one) for one in stored]
        return result


def _pool(ledger: Ledger, pool: Pool, machine: str | None) -> dict[str, t.Any]:
    machines = [tally for tally in ledger.by_machine(pool.name) if machine is None or _is(tally, machine)]
    return {
        **pool_facts(PoolStanding(pool=pool, balance=ledger.balance(pool.name))),
        "by_machine": [tally_facts(tally, "machine") for tally in machines],
        "by_reason": [tally_facts(tally, "reason") for tally in ledger.by_reason(pool.name)],
    }


def _is(tally: PoolTally, machine: str) -> bool:
    return tally.name.strip().lower() == machine.strip().lower()


def _stored(ledger: Ledger, entries: list[Entry] | None) -> list[Confirmation]:
    """Return the stored confirmation IDs, those that certain entries paid for or all of them."""
    stored = ledger.confirmations()
    if entries is None:
        return stored
    paid = {entry.id for entry in entries}
    return [one for one in stored if one.entry_id in paid]
