# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Spending an activation of a MAK: reserved first, asked for once, and settled by what the machine itself says.

After every failure whose request may have left, the host is looked at. One that shows its licence is licensed, whatever
the answer was. One that shows none was not charged only where the failure is listed as proof of that. Everything else
leaves the reservation uncertain: it counts until a later look at the host settles it.

A licence may show seconds after the call has failed, so a method that has run is looked after for a while whatever it
returned. Only a fault that says that it did not begin needs no more than one look.
"""

from __future__ import annotations

import math
import typing as t
from dataclasses import dataclass, replace

from .._cim import BUSY_PAUSES, is_busy
from .._errors import ActivationError, AnswerLost, MachineRefused, ProtocolViolation
from .._licensing import Product, State
from .._planning import ActivateMak, CountedActivation, DepositConfirmation, Mak, holder_of, refuse_other_channels
from .budget import (
    ActivationNotConfirmed,
    ActivationRequest,
    Budget,
    BudgetReservation,
    Settlement,
    denies_earlier,
    did_not_begin,
    is_unspent,
    may_be_repeated,
    refuses_confirmation,
    unknown_outcome,
    unrecorded,
)
from .commands import MethodCall, call_for
from .lost_answer import Attempt, watched
from .not_converged import in_other_product
from .reader import Products, Reader, Scope

MAX_PAUSE_SECONDS = 60.0
SETTLING_SECONDS = 5.0
"""Seconds for which a host that reported that nothing was counted is looked at, lest its licence shows late."""


@dataclass(frozen=True)
class Retry:
    """How often to try again after a temporary failure, and how long to wait before: twice as long each time."""

    times: int = 3
    delay: float = 10.0

    def pauses(self) -> t.Iterator[float]:
        """Yield the seconds before each further try."""
        for number in range(self.times):
            yield min(self.delay * 2**number, MAX_PAUSE_SECONDS)


@dataclass(frozen=True, kw_only=True)
class Spending:
    """What a counted step did, or in check mode would do: `count` activations, mostly one, none with a stored ID."""

    method: str
    reason: str
    count: int


class Spender:
    """Carries out the counted steps on one machine; `spent` is what came of the last one.

    `invoke` sends one call, `pause` sleeps, and `moments` yields as often as the machine may be looked at while waiting
    for it, given for how many seconds it has been waited for already, and the most seconds to wait.
    """

    def __init__(
        self,
        gate: Budget,
        reader: Reader,
        *,
        retry: Retry,
        invoke: t.Callable[[MethodCall], None],
        moments: t.Callable[[float, float], t.Iterator[None]],
        pause: t.Callable[[float], None],
        tell: t.Callable[[str], None],
    ) -> None:
        self.spent: Spending | None = None
        self._ahead: BudgetReservation | None = None
        self._bios_uuid: tuple[str | None, ...] = ()
        self._attempt = Attempt()
        self._gate = gate
        self._reader = reader
        self._retry = retry
        self._invoke = invoke
        self._moments = moments
        self._pause = pause
        self._tell = tell

    def foresee(self, step: ActivateMak, state: State, *, installed: bool) -> None:
        """Raise what the gate would say to this step, without reserving anything; `installed` is whether its key is in.

        A product that has yet to get its key has no installation ID, by which a stored confirmation ID is found.
        """
        product = self._look(step) if installed else holder_of(step.counted.mak, state)
        if product is None:
            return
        spend = self._spend_of(step, product, state)
        stored = self._gate.stored(product.installation_id or "")
        if not stored:
            self._gate.check(spend)
        self._record(spend, count=0 if stored else 1)

    def reserve_ahead(self, step: ActivateMak, predicted: State, *, gives_up: bool) -> None:
        """Reserve the activation before its key is installed; raises Refusal. `withdraw` must follow in the end.

        Where the key `gives_up` a licence, raise also what else is known to stand against the activation.
        """
        product = holder_of(step.counted.mak, predicted)
        if product is None:
            return
        spend = self._spend_of(step, product, predicted)
        self._ahead = self._gate.reserve_ahead(spend)
        if gives_up:
            self._gate.probe(spend)

    def withdraw(self) -> None:
        """Drop what was reserved ahead, unless an activation was asked for with it."""
        if self._ahead is not None:
            ahead, self._ahead = self._ahead, None
            try:
                self._gate.withdraw(ahead)
            except ActivationError as error:
                self._tell(f"the reservation stays open: {error}")

    def note(self, counted: CountedActivation, state: State) -> None:
        """Confirm what a machine has cost that is licensed with the key already, where that is not booked.

        Which entry is meant is decided by the hardware and the installation ID, read only if there is one.
        """
        product = holder_of(counted.mak, state)
        if product is None or not product.is_licensed:
            return
        if self._gate.owes(_spend(product, state, None, "", "online")):
            product = self._holder(counted.mak)
            if product is not None and product.is_licensed:
                self._gate.found_licensed(_spend(product, state, self._hardware(), "", "online"))

    def spend(self, step: ActivateMak, before: State) -> bool:
        """License the product that holds the key; False when it turned out to be licensed already."""
        product = self._look_before(step)
        refuse_other_channels(step.counted.mak, product)
        spend = self._spend_of(step, product, before)
        if product.is_licensed:
            # A licence outlives the removal of its key, so an installed key may find it there.
            self._tell("the product is licensed already; nothing is spent")
            self._gate.found_licensed(spend)
            self._record(spend, count=0)
            return False
        stored = self._gate.stored(product.installation_id or "")
        if stored or isinstance(step, DepositConfirmation):
            self._deposit(step, spend, stored)
        else:
            self._activate(step, spend)
        return True

    # Online

    def _activate(self, step: ActivateMak, spend: ActivationRequest) -> None:
        ticket = self._gate.reserve(spend, self._ahead)
        self._record(spend, count=1)
        try:
            if self._was_done(step, ticket):
                return self._found(spend, ticket)
            self._ask(replace(step, product_id=spend.product.id), doubt=ticket.taken_over)
        except ActivationNotConfirmed as unsettled:
            self._settle(ticket, unsettled.settlement, unsettled.code)
            raise unsettled.error from unsettled.error.__cause__
        return self._recorded(lambda: self._gate.settle(ticket, Settlement.CONFIRMED))

    def _was_done(self, step: ActivateMak, ticket: BudgetReservation) -> bool:
        """Tell whether somebody else licensed the machine, now that nobody else can be about to.

        Whoever held the reservation before may have been killed a moment ago, with the machine still at work: asking
        again then would spend twice. And between the first look and a new reservation another run may have finished.
        """
        if ticket.taken_over:
            self._tell(f"an earlier attempt began {ticket.idle:.0f} seconds ago; waiting for what came of it")
        try:
            moments = self._moments(ticket.idle, math.inf) if ticket.taken_over else iter([None])
            return any(self._look_before(step).is_licensed for _moment in moments)
        except ActivationError as error:
            doubt = Settlement.UNCERTAIN if ticket.taken_over else Settlement.RELEASED
            raise ActivationNotConfirmed(doubt, error) from None

    def _found(self, spend: ActivationRequest, ticket: BudgetReservation) -> None:
        """Settle a reservation that the machine turned out not to need any more."""
        if ticket.taken_over:
            return self._recorded(lambda: self._gate.settle(ticket, Settlement.CONFIRMED))
        # Another run paid for it, from a reservation of its own.
        self._record(spend, count=0)
        return self._gate.settle(ticket, Settlement.RELEASED)

    def _ask(self, step: ActivateMak, *, doubt: bool) -> None:
        """Invoke the activation, again after temporary failures, until the host is licensed; raises Unsettled."""
        pauses = self._retry.pauses()
        while True:
            try:
                self._send(step, call_for(step))
            except ActivationError as error:
                pause = next(pauses, None) if may_be_repeated(error) else None
                if pause is None:
                    unspent = denies_earlier(error) or (is_unspent(error) and not doubt)
                    return self._see_licensed(step, error, unspent=unspent)
                doubt = doubt or not is_unspent(error)
                self._tell(f"temporary failure ({error}); looking and trying again in {pause:g} seconds")
                self._pause(pause)
                shown = self._is_licensed(step)
                if shown is None:
                    # A host that cannot be read may be licensed by now, and asking again would spend twice.
                    return self._see_licensed(step, error)
                if shown:
                    return None
            else:
                return self._see_licensed(step)

    def _see_licensed(
        self, step: ActivateMak, failure: ActivationError | None = None, *, unspent: bool = False
    ) -> None:
        """Wait until the host shows its licence; raises Unsettled when it does not.

        `failure` is how the call ended, if not well. `unspent` says that it releases the reservation, provided that the
        host can be read and shows no licence.
        """
        sent = failure is None or failure.sent
        product = self._seen(step, failure) if sent else None
        if product is not None and product.is_licensed:
            return
        proven = unspent and (product is not None or not sent)
        settlement = Settlement.RELEASED if proven else Settlement.UNCERTAIN
        if failure is None or _has_no_answer(failure):
            raise ActivationNotConfirmed(settlement, unknown_outcome(step, failure, product, self._attempt))
        code = failure.hresult if isinstance(failure, MachineRefused) else None
        raise ActivationNotConfirmed(settlement, failure, code)

    def _seen(self, step: ActivateMak, failure: ActivationError | None) -> Product | None:
        """Return the product once it is licensed, or as it is when the patience ends; None if it cannot be read."""
        lost = failure is not None and _has_no_answer(failure)
        if failure is not None:
            self._tell(f"{step.action} failed ({failure}); looking at the machine")
        try:
            product = watched(self._looks(step, _settling(failure)), self._attempt, give_up=lost)
            if lost and self._attempt.is_new:
                # The attempt has ended; a licence may show a moment after the error all the same.
                product = watched(self._looks(step, SETTLING_SECONDS), self._attempt, give_up=False)
        except ActivationError as error:
            # That the machine cannot be read either must not pass for the outcome of what was sent before.
            self._tell(f"the machine could not be read: {error}")
            return None
        return product

    def _is_licensed(self, step: ActivateMak) -> bool | None:
        """Look once before the next try; None if the host cannot be read."""
        try:
            return self._look_before(step).is_licensed
        except ActivationError as error:
            self._tell(f"the machine could not be read: {error}")
            return None

    # With a confirmation ID

    def _deposit(self, step: ActivateMak, spend: ActivationRequest, stored: str | None) -> None:
        given = step.counted.confirmation_id
        ticket = None
        if stored is None and given is not None:
            ticket = self._gate.reserve(spend, self._ahead)
        confirmation = stored or given or self._gate.obtain(spend, self._ahead)
        self._record(spend, count=0 if stored else 1)
        if stored:
            self._tell("a confirmation ID for this installation ID is stored; nothing is spent")
        try:
            self._hand_in(step, spend.product, confirmation)
        except ActivationNotConfirmed as unsettled:
            if ticket is not None:
                self._settle(ticket, unsettled.settlement, unsettled.code)
            raise unsettled.error from unsettled.error.__cause__
        self._recorded(lambda: self._deposited(spend, confirmation, ticket))

    def _deposited(self, spend: ActivationRequest, confirmation: str, ticket: BudgetReservation | None) -> None:
        if ticket is not None:
            self._gate.keep(spend, confirmation, ticket)
        self._gate.used(spend.product.installation_id or "")

    def _hand_in(self, step: ActivateMak, product: Product, confirmation: str) -> None:
        deposit = DepositConfirmation(
            why=step.why,
            product_id=product.id,
            counted=step.counted,
            reason=step.reason,
            installation_id=product.installation_id or "",
            confirmation_id=confirmation,
        )
        try:
            self._send(step, call_for(deposit))
        except ActivationError as error:
            # It was paid for before it came here. Only the host's word that the ID is not its own says otherwise.
            return self._see_licensed(step, error, unspent=refuses_confirmation(error))
        return self._see_licensed(step)

    # What both need

    def _send(self, step: ActivateMak, call: MethodCall) -> None:
        """Send a counted call, and again while the host is too busy to begin and shows that it has no licence."""
        for pause in BUSY_PAUSES:
            try:
                return self._invoke(call)
            except MachineRefused as refusal:
                if not is_busy(refusal) or self._is_licensed(step) is not False:
                    raise
            self._tell(f"the machine is too busy to begin; trying again in {pause:g} seconds")
            self._pause(pause)
        return self._invoke(call)

    def _settle(self, ticket: BudgetReservation, settlement: Settlement, code: int | None) -> None:
        """Settle after a failure; what the ledger says to that must not hide why the activation failed."""
        try:
            self._gate.settle(ticket, settlement, None if code is None else f"0x{code:08X}")
        except ActivationError as error:
            self._tell(f"the reservation stays open: {error}")

    def _recorded(self, write: t.Callable[[], None]) -> None:
        """Record an activation that succeeded; a ledger that fails must not make it look like one that did not."""
        try:
            write()
        except ActivationError as error:
            raise unrecorded(error) from error

    def _look(self, step: ActivateMak) -> Product:
        mak = step.counted.mak
        product = self._holder(mak)
        if product is not None:
            return product
        holding = Scope(service=False, products=Products.INSTALLED, holding=mak.key.partial)
        raise in_other_product(mak, self._reader.read(holding).products)

    def _look_before(self, step: ActivateMak) -> Product:
        """Look before the product is asked to activate: what it shows afterwards is compared with this."""
        product = self._look(step)
        self._attempt = Attempt((product,))
        return product

    def _looks(self, step: ActivateMak, seconds: float) -> t.Iterator[Product]:
        return (self._look(step) for _moment in self._moments(0.0, seconds))

    def _holder(self, mak: Mak) -> Product | None:
        scope = Scope(service=False, products=Products.INSTALLED, holding=mak.key.partial, offline=True)
        return holder_of(mak, self._reader.read(scope))

    def _spend_of(self, step: ActivateMak, product: Product, state: State) -> ActivationRequest:
        method = "online"
        if isinstance(step, DepositConfirmation):
            method = "telephone" if step.counted.confirmation_id else "proxy"
        return _spend(product, state, self._hardware(), step.reason, method)

    def _hardware(self) -> str | None:
        """Return the machine's BIOS UUID, read once: no machine changes it while a task runs."""
        if not self._bios_uuid:
            self._bios_uuid = (self._reader.bios_uuid(),)
        return self._bios_uuid[0]

    def _record(self, spend: ActivationRequest, *, count: int) -> None:
        self.spent = Spending(method=spend.method, reason=spend.reason, count=count)


def _has_no_answer(failure: ActivationError) -> bool:
    return isinstance(failure, (AnswerLost, ProtocolViolation))


def _settling(failure: ActivationError | None) -> float:
    """Return for how many seconds a licence may still show after a call that ended like this."""
    if failure is not None and did_not_begin(failure):
        return 0.0
    denied = failure is not None and (is_unspent(failure) or refuses_confirmation(failure))
    return SETTLING_SECONDS if denied else math.inf


def _spend(product: Product, state: State, bios_uuid: str | None, reason: str, method: str) -> ActivationRequest:
    return ActivationRequest(
        product=product,
        client_machine_id=state.service.client_machine_id,
        bios_uuid=bios_uuid,
        reason=reason,
        method=method,
    )
