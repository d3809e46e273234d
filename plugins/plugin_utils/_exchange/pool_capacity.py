# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Would a pool pay for all of these? Asked request by request before any of them is reserved."""

from __future__ import annotations

import collections
import dataclasses

from .._activation_service import ProxyRequest
from .._errors import Refusal
from .._ledger import OPEN_STATES, Balance, Demand, Entry, EntryState, Ledger, Method

__all__ = ["PoolCapacity", "demand_of"]


def demand_of(request: ProxyRequest) -> Demand:
    """Return what an export asks of the ledger for a request."""
    return dataclasses.replace(request.demand(), method=Method.EXCHANGE)


class PoolCapacity:
    """What a pool can still pay for, with what has been promised since this object was made."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._open = {_subject(entry): entry for entry in ledger.entries(states=OPEN_STATES)}
        self._promised: collections.Counter[str] = collections.Counter()

    def taken(self, demand: Demand) -> Entry | None:
        """Return the entry of an earlier export that serves, or None where one can be reserved; raises Refusal."""
        balance = self._ledger.check(demand)
        entry = self._open.get(_wanted(demand))
        if entry is None:
            self._promise(demand, balance)
            return None
        is_ready = entry.method is Method.EXCHANGE and entry.state is EntryState.RESERVED
        return entry if is_ready and _ids(entry) == _ids(demand) else None

    def _promise(self, demand: Demand, balance: Balance) -> None:
        room = balance.left if demand.use_reserve else balance.available
        if self._promised[demand.pool] >= room:
            raise _exhausted(demand, balance, room)
        self._promised[demand.pool] += 1


def _subject(entry: Entry) -> tuple[str, ...]:
    machine = entry.machine
    return _plain(machine.bios_uuid, machine.client_machine_id, entry.product_id, entry.fingerprint)


def _wanted(demand: Demand) -> tuple[str, ...]:
    machine = demand.machine
    return _plain(machine.bios_uuid, machine.client_machine_id, demand.product_id, demand.key_fingerprint)


def _plain(*parts: str | None) -> tuple[str, ...]:
    return tuple((part or "").strip().lower() for part in parts)


def _ids(one: Entry | Demand) -> tuple[str | None, str | None]:
    return one.installation_id, one.extended_pid


def _exhausted(demand: Demand, balance: Balance, room: int) -> Refusal:
    return Refusal(
        f"Pool {demand.pool} has no activation left for {demand.machine.name}. It was not exported.",
        code="pool_exhausted",
        cause=f"It can pay for {max(room, 0)} of those that were asked for; {balance.reserve} are kept in reserve.",
        remedy="Raise the pool's limit if Microsoft grants more, set use_reserve, or export fewer machines.",
    )
