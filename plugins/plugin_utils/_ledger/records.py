# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the ledger is told and what it tells: pools, demands, entries and confirmation IDs, as frozen records.

A record never holds a product key. Its SHA-256 fingerprint tells one key from another, and the last five characters are
what people and Windows call it by. Every time is UTC and says so.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field
from datetime import datetime, timezone
from enum import Enum

__all__ = [
    "OPEN_STATES",
    "Balance",
    "Confirmation",
    "Demand",
    "Entry",
    "EntryState",
    "MachineIdentity",
    "Method",
    "Pool",
    "PoolTally",
    "PoolWish",
    "Reservation",
    "Stop",
    "utcnow",
]


def utcnow() -> datetime:
    """Return the present, in UTC."""
    return datetime.now(timezone.utc)


class EntryState(str, Enum):
    """Where an activation stands; all but RELEASED count against the pool's limit."""

    RESERVED = "reserved"
    UNCERTAIN = "uncertain"
    CONFIRMED = "confirmed"
    RELEASED = "released"


OPEN_STATES = (EntryState.RESERVED, EntryState.UNCERTAIN)


class Method(str, Enum):
    """How an activation reaches Microsoft."""

    ONLINE = "online"
    PROXY = "proxy"
    TELEPHONE = "telephone"
    EXCHANGE = "exchange"


@dataclass(frozen=True, kw_only=True)
class MachineIdentity:
    """A machine: the image by `client_machine_id`, the hardware by `bios_uuid`; the name is for people."""

    name: str
    client_machine_id: str | None = None
    bios_uuid: str | None = None


@dataclass(frozen=True, kw_only=True)
class Stop:
    """Why nothing more may be activated with a key: what Microsoft said (`code`, `message`) and when."""

    code: str
    message: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Pool:
    """A named budget of one MAK: `limit` activations, of which `reserve` are kept back."""

    name: str
    limit: int
    reserve: int = 0
    fingerprint: str | None = None
    partial: str | None = None
    extended_pid: str | None = None
    description: str = ""
    stop: Stop | None = None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, kw_only=True)
class PoolWish:
    """How a pool should be; None leaves as it is. A new pool needs a limit, and with None no reserve is kept."""

    name: str
    limit: int | None = None
    reserve: int | None = None
    fingerprint: str | None = None
    partial: str | None = None
    extended_pid: str | None = None
    description: str | None = None


@dataclass(frozen=True, kw_only=True)
class Balance:
    """What became of a limit: `spent` is confirmed, `reserved` is under way, `uncertain` waits for the host's word."""

    limit: int
    reserve: int = 0
    spent: int = 0
    reserved: int = 0
    uncertain: int = 0

    @property
    def counted(self) -> int:
        """How many activations count against the limit."""
        return self.spent + self.reserved + self.uncertain

    @property
    def left(self) -> int:
        """What remains, the reserve included; below zero when more was spent than was allowed here."""
        return self.limit - self.counted

    @property
    def available(self) -> int:
        """What ordinary activations may still take; below zero when the reserve is being used."""
        return self.left - self.reserve


@dataclass(frozen=True, kw_only=True)
class Demand:
    """One activation that is asked for; `reason` is a slug such as `first_activation` or `hardware_change`.

    An empty `product_id` reserves ahead, before the key is installed and Windows shows which product holds it. The
    demand that follows names that entry in `ahead`.
    """

    pool: str
    key_fingerprint: str
    partial: str
    machine: MachineIdentity
    product_id: str
    method: Method
    reason: str
    justification: str = ""
    user: str = ""
    installation_id: str | None = None
    extended_pid: str | None = None
    use_reserve: bool = False
    ahead: int | None = None


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One activation of one product on one machine, tried `attempts` times; `code` is what the settling said.

    Without a `product_id` it was reserved ahead of the key's installation, and nothing has been asked for yet.
    """

    id: int
    pool: str
    state: EntryState
    method: Method
    machine: MachineIdentity
    product_id: str
    fingerprint: str
    partial: str
    installation_id: str | None
    extended_pid: str | None
    reason: str
    justification: str
    user: str
    code: str | None
    attempts: int
    from_reserve: bool
    reserved_at: datetime
    held_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True)
class Reservation:
    """The entry that pays for an activation; `taken_over` when an earlier attempt had reserved it already.

    `idle` is how many seconds ago that attempt began, never below zero: the machine may still be at work on it.
    """

    entry: Entry
    taken_over: bool
    idle: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Confirmation:
    """A confirmation ID that was paid for; `source` is microsoft, activationws, telephone or exchange."""

    installation_id: str
    confirmation_id: str
    extended_pid: str | None = None
    partial: str | None = None
    source: str
    entry_id: int | None = None
    obtained_at: datetime = field(default_factory=utcnow)
    used_at: datetime | None = None
    uses: int = 0


class PoolTally(t.NamedTuple):
    """How many activations a machine or a reason accounts for: confirmed ones, and those still open."""

    name: str
    confirmed: int
    open: int
