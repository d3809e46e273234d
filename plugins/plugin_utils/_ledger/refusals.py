# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why the ledger declines: each refusal says what it found and what would help."""

from __future__ import annotations

from .._errors import Refusal
from .._licensing import Channel, explain, explain_service
from .records import Balance, Confirmation, Demand, Entry, Pool, Stop

__all__ = [
    "activation_in_progress",
    "another_key",
    "bad_limit",
    "bad_machine",
    "bad_pool_name",
    "confirmation_differs",
    "limit_below_spent",
    "pool_exhausted",
    "pool_in_use",
    "pool_stopped",
    "reserve_above_limit",
    "unknown_entry",
    "unknown_pool",
]

_LENGTH_OF_HRESULT = 10


def unknown_pool(name: str, known: list[str]) -> Refusal:
    """There is no such pool."""
    return Refusal(
        f"There is no MAK pool called {name}.",
        code="unknown_pool",
        cause=f"The ledger has these: {', '.join(known)}." if known else "The ledger has no pool yet.",
        remedy="Correct the name, or declare the pool with volume.activation.mak_pool.",
    )


def bad_pool_name(why: str) -> Refusal:
    """A pool's name says nothing, or too much."""
    return Refusal(
        f"The pool's name {why}.", code="bad_pool_name", remedy="Give the pool a name that tells its purpose."
    )


def bad_limit(what: str) -> Refusal:
    """A limit or reserve is no sensible number."""
    return Refusal(
        f"The pool's numbers are not usable: {what}.",
        code="bad_limit",
        remedy="Give limit as the number of activations this pool may spend, and reserve as a part of it.",
    )


def reserve_above_limit(limit: int, reserve: int) -> Refusal:
    """More is kept back than there is."""
    return Refusal(
        f"A reserve of {reserve} does not fit into a limit of {limit}.",
        code="reserve_above_limit",
        cause="The reserve is a part of the limit, not something beside it.",
        remedy="Lower the reserve, or raise the limit.",
    )


def limit_below_spent(name: str, limit: int, balance: Balance) -> Refusal:
    """A limit would deny what has happened."""
    return Refusal(
        f"The limit of pool {name} cannot be lowered to {limit}: {balance.counted} activations count against it.",
        code="limit_below_spent",
        cause=_words(balance),
        remedy=f"Set the limit to {balance.counted} or more. Uncertain activations are settled by"
        " volume.activation.mak_reconcile.",
    )


def another_key(pool: Pool, partial: str | None) -> Refusal:
    """A pool belongs to one key, and this is not it."""
    return Refusal(
        f"Pool {pool.name} belongs to the key ending in {pool.partial}"
        + (f", not to the one ending in {partial}." if partial and partial != pool.partial else ", not to this one."),
        code="pool_of_another_key",
        cause="A pool is a budget of one MAK, and it is bound to the first key it is used with.",
        remedy="Name the key's own pool, correct the key, or declare another pool for it.",
    )


def pool_in_use(name: str, balance: Balance) -> Refusal:
    """A pool with a history is kept."""
    return Refusal(
        f"Pool {name} is not removed: {balance.counted} activations count against it.",
        code="pool_in_use",
        cause=_words(balance),
        remedy="Keep the pool, and lower its limit to what is spent so that nothing more is taken from it.",
    )


def pool_stopped(pool: Pool, stop: Stop) -> Refusal:
    """Microsoft will not activate with this key, so nobody need ask again."""
    # Codes of the service are shorter than the HRESULTs that machines give.
    is_hresult = len(stop.code) == _LENGTH_OF_HRESULT
    explained = explain(stop.code, Channel.MAK.value) if is_hresult else explain_service(stop.code)
    return Refusal(
        f"Pool {pool.name} is stopped: Microsoft refused its key ({stop.code}). Nothing was sent or spent.",
        code="pool_stopped",
        cause=f"{stop.message} (since {stop.at:%Y-%m-%d %H:%M} UTC) {explained.cause}",
        remedy=f"{explained.remedy} Or use another key with a pool of its own. Resume this pool with"
        " volume.activation.mak_pool (resume: true).",
    )


def pool_exhausted(demand: Demand, balance: Balance) -> Refusal:
    """Nothing is left that this activation may take."""
    if balance.left > 0:
        what = f"of {balance.left} that are left, {balance.reserve} are kept in reserve"
        remedy = "Set use_reserve for this machine if it is what the reserve is for, or raise the pool's limit."
    else:
        what = "nothing is left"
        remedy = "Raise the pool's limit if Microsoft grants more, or settle uncertain activations with"
        remedy += " volume.activation.mak_reconcile."
    return Refusal(
        f"Pool {demand.pool} has no activation for {demand.machine.name}: {what}. Nothing was sent or spent.",
        code="pool_exhausted",
        cause=_words(balance),
        remedy=remedy,
    )


def activation_in_progress(entry: Entry) -> Refusal:
    """Somebody else is at it this very moment."""
    return Refusal(
        f"{entry.machine.name} is being activated by another process right now (ledger entry {entry.id}).",
        code="activation_in_progress",
        cause="Two runs work on the same machine, or a run on another controller ended without settling its entry.",
        remedy="Wait for the other run. An entry that a controller left behind can be taken over after 15 minutes.",
    )


def bad_machine(name: str) -> Refusal:
    """A machine that cannot be known again."""
    return Refusal(
        f"{name} cannot be told from other machines: neither its client machine ID nor its BIOS UUID is known.",
        code="bad_machine",
        cause="Without them a second attempt would be counted as a second machine.",
        remedy="Give client_machine_id or bios_uuid, as volume.activation.license_info shows them.",
    )


def unknown_entry(entry_id: int) -> Refusal:
    """There is no such entry."""
    return Refusal(
        f"The ledger has no entry {entry_id}.",
        code="unknown_entry",
        cause="The number comes from another ledger, or was mistyped.",
        remedy="Look at the entries with volume.activation.mak_ledger_info.",
    )


def confirmation_differs(stored: Confirmation) -> Refusal:
    """Two confirmation IDs for one installation ID: one of them is wrong, and we cannot know which."""
    return Refusal(
        "Another confirmation ID is stored for this installation ID already; nothing was changed.",
        code="confirmation_differs",
        cause=f"The stored one came from {stored.source} on {stored.obtained_at:%Y-%m-%d %H:%M} UTC.",
        remedy="Deposit the stored one first: once paid for, it stays valid. If it is not accepted, look where the"
        " other one comes from; an edited file is the usual case.",
    )


def _words(balance: Balance) -> str:
    return (
        f"Limit {balance.limit}, reserve {balance.reserve}: {balance.spent} spent, {balance.reserved} reserved,"
        f" {balance.uncertain} uncertain, {balance.left} left."
    )
