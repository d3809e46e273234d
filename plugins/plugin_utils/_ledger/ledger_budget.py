# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ledger as the gate that the applier asks: one pool, one key, one machine, for the length of one task."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from .._applying import ActivationRequest, BudgetReservation, Settlement
from .._errors import ActivationError, Refusal
from .._licensing import Explanation, ProductKey, explain, stops_key
from .._planning import FIRST_ACTIVATION
from .ledger import Ledger
from .observed_licenses import Sighting
from .records import OPEN_STATES, Confirmation, Demand, EntryState, MachineIdentity, Method, Stop, utcnow
from .refusals import another_key, pool_stopped

__all__ = ["BudgetAccount", "LedgerBudget"]

_STATES = {
    Settlement.CONFIRMED: EntryState.CONFIRMED,
    Settlement.RELEASED: EntryState.RELEASED,
    Settlement.UNCERTAIN: EntryState.UNCERTAIN,
}
_COUNTING = (*OPEN_STATES, EntryState.CONFIRMED)
_EMPTY = ("pool_exhausted", "pool_stopped")
_AGAIN = "activated_before"


@dataclass(frozen=True, kw_only=True)
class BudgetAccount:
    """On whose account an activation goes: the pool and its key, the machine by its name, and who wants it and why."""

    pool: str
    key: ProductKey
    machine: str
    user: str = ""
    justification: str = ""
    use_reserve: bool = False


class LedgerBudget:
    """Implements the applier's gate.

    `pay` gets a confirmation ID for a demand. `ask` raises what the activation service says about a key, which it knows
    by an extended PID or not yet (None).
    """

    def __init__(
        self,
        ledger: Ledger,
        account: BudgetAccount,
        pay: t.Callable[[Demand], str],
        tell: t.Callable[[str], None],
        *,
        ask: t.Callable[[str | None], None] = lambda _extended_pid: None,
    ) -> None:
        self._ask = ask
        self._ledger = ledger
        self._account = account
        self._pay = pay
        self._tell = tell

    def admit(self) -> None:
        """Raise Refusal before the machine is talked to at all, where the pool can serve nobody with this key.

        A machine that has an entry in this pool is let in: it may be licensed and need nothing, and what that licence
        has cost must be booked although the pool is stopped.
        """
        pool, key = self._ledger.pool(self._account.pool), self._account.key
        if pool.fingerprint not in (None, key.fingerprint):
            raise another_key(pool, key.partial)
        if pool.stop is not None and not self._ledger.entries(pool=pool.name, machine_name=self._account.machine):
            raise pool_stopped(pool, pool.stop)

    def check(self, spend: ActivationRequest) -> None:
        """Raise what `reserve`, or before the key is installed `reserve_ahead`, would raise, and reserve nothing."""
        try:
            self._ledger.check(self._demand(spend))
        except Refusal as refusal:
            if refusal.code not in _EMPTY or spend.product.installation_id or not self._was_paid_for(spend):
                raise
            self._tell(f"{refusal} This machine was paid for before, so it may need nothing.")

    def reserve_ahead(self, spend: ActivationRequest) -> BudgetReservation | None:
        """Count one activation before the key is installed.

        Return None for a machine that was paid for before. It may need no activation, since a stored confirmation ID or
        its old licence may be found, and must not keep another machine from the last one; `reserve` decides later.
        """
        ahead = replace(spend, product=replace(spend.product, id="", installation_id=None))
        if self._was_paid_for(ahead):
            self.check(ahead)
            return None
        return self.reserve(ahead)

    def withdraw(self, ticket: BudgetReservation) -> None:
        """Drop a reservation that was made ahead, unless an activation was asked for with it."""
        self._ledger.withdraw(ticket.number)

    def _was_paid_for(self, spend: ActivationRequest) -> bool:
        hardware = (spend.bios_uuid or "").lower()
        return bool(hardware) and any(
            # What was only reserved ahead has paid for nothing yet.
            entry.product_id != ""
            and entry.fingerprint == self._account.key.fingerprint
            and (entry.machine.bios_uuid or "").lower() == hardware
            for entry in self._ledger.entries(states=_COUNTING)
        )

    def probe(self, spend: ActivationRequest) -> None:
        """Raise what the activation service says about the key, where a confirmation ID is to come from it."""
        if spend.method == Method.PROXY.value and not self._was_paid_for(spend):
            self._ask(self._ledger.pool(self._account.pool).extended_pid)

    def reserve(self, spend: ActivationRequest, ahead: BudgetReservation | None = None) -> BudgetReservation:
        """Count one activation before it is asked for, or complete the reservation that was made `ahead`."""
        reservation = self._ledger.reserve(self._demand(spend, ahead))
        self._tell(f"reservation {reservation.entry.id} in pool {self._account.pool}")
        return BudgetReservation(number=reservation.entry.id, taken_over=reservation.taken_over, idle=reservation.idle)

    def settle(self, ticket: BudgetReservation, settlement: Settlement, code: str | None = None) -> None:
        """Say what became of a reservation."""
        self._ledger.settle(ticket.number, _STATES[settlement], code)
        self._tell(f"reservation {ticket.number} is {settlement.value}{f' ({code})' if code else ''}")

    def stored(self, installation_id: str) -> str | None:
        """Return the confirmation ID that was paid for earlier for this installation ID."""
        found = self._ledger.confirmation(installation_id) if installation_id else None
        return found.confirmation_id if found else None

    def obtain(self, spend: ActivationRequest, ahead: BudgetReservation | None = None) -> str:
        """Return a confirmation ID from Microsoft, paid for by the pool."""
        return self._pay(self._demand(spend, ahead))

    def keep(self, spend: ActivationRequest, confirmation_id: str, ticket: BudgetReservation) -> None:
        """Store a confirmation ID that the machine accepted, and confirm its reservation."""
        confirmation = Confirmation(
            installation_id=spend.product.installation_id or "",
            confirmation_id=confirmation_id,
            extended_pid=spend.product.extended_pid,
            partial=self._account.key.partial,
            source=spend.method,
            entry_id=ticket.number,
        )
        self._ledger.keep(confirmation, ticket.number)

    def used(self, installation_id: str) -> None:
        """Note that a stored confirmation ID served once more."""
        self._ledger.mark_used(installation_id)

    def found_licensed(self, spend: ActivationRequest) -> None:
        """Confirm what a machine that turned out to be licensed has cost, unless that is booked already."""
        for entry in self._ledger.confirm_seen(self._sighting(spend)):
            self._tell(f"reservation {entry.id} is confirmed: the machine is licensed")

    def owes(self, spend: ActivationRequest) -> bool:
        """Return whether `found_licensed` may have something to confirm, judged by the IDs in `spend`."""
        return bool(self._ledger.owed(self._sighting(spend)))

    def _sighting(self, spend: ActivationRequest) -> Sighting:
        return Sighting(
            machine=self._machine(spend),
            fingerprint=self._account.key.fingerprint,
            product_id=spend.product.id,
            installation_id=spend.product.installation_id,
        )

    def heed(self, hresult: int) -> None:
        """Close every pool of the key when a code says that it cannot be used any more; never raises."""
        if stops_key(hresult) is None:
            return
        explanation = explain(hresult)
        try:
            stopped = self._ledger.stop(self._account.key.fingerprint, _stop(explanation))
        except ActivationError as error:
            # The refusal that brought us here is what the user has to hear of.
            self._tell(f"the pool could not be stopped: {error}")
        else:
            self._tell(f"stopped: {', '.join(stopped)}")

    def _demand(self, spend: ActivationRequest, ahead: BudgetReservation | None = None) -> Demand:
        account = self._account
        return Demand(
            pool=account.pool,
            key_fingerprint=account.key.fingerprint,
            partial=account.key.partial,
            machine=self._machine(spend),
            product_id=spend.product.id,
            method=Method(spend.method),
            reason=self._reason(spend),
            justification=account.justification,
            user=account.user,
            installation_id=spend.product.installation_id,
            extended_pid=spend.product.extended_pid,
            use_reserve=account.use_reserve,
            ahead=ahead.number if ahead else None,
        )

    def _machine(self, spend: ActivationRequest) -> MachineIdentity:
        return MachineIdentity(
            name=self._account.machine, client_machine_id=spend.client_machine_id, bios_uuid=spend.bios_uuid
        )

    def _reason(self, spend: ActivationRequest) -> str:
        """Return the reason to record; only the ledger knows that a machine was activated before."""
        again = spend.reason == FIRST_ACTIVATION and self._ledger.has_confirmed(
            self._account.pool, self._account.machine
        )
        return _AGAIN if again else spend.reason


def _stop(explanation: Explanation) -> Stop:
    return Stop(code=explanation.code, message=explanation.message, at=utcnow())
