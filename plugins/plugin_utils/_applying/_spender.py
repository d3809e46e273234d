# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Spending an activation of a MAK: reserved first, asked for once, and settled by what the machine itself says.

An answer that never came, and a network failure behind which Microsoft may have counted, leave the reservation
uncertain: it goes on counting until the machine shows its licence, or shows that it has none.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from .._errors import ActivationError, AnswerLost, MachineRefused, NotConverged, ProtocolViolation
from .._licensing import Product, State, is_temporary, is_wrong_confirmation, may_have_counted
from .._planning import ActivateMak, Counted, DepositConfirmation, holder_of, refuse_other_channels
from ._calls import Call, call_for
from ._gate import Gate, Settlement, Spend, Ticket
from ._reader import Products, Reader, Scope
from ._unsettled import Unsettled, settlement_of, unknown_outcome

MAX_PAUSE_SECONDS = 60.0


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
    for it, given for how many seconds it has been waited for already.
    """

    def __init__(
        self,
        gate: Gate,
        reader: Reader,
        *,
        retry: Retry,
        invoke: t.Callable[[Call], None],
        moments: t.Callable[[float], t.Iterator[None]],
        pause: t.Callable[[float], None],
        tell: t.Callable[[str], None],
    ) -> None:
        self.spent: Spending | None = None
        self._bios_uuid: tuple[str | None, ...] = ()
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

    def note(self, counted: Counted, state: State) -> None:
        """Confirm what is still open for a machine that is licensed with the key already."""
        product = holder_of(counted.mak, state)
        if product is not None and product.is_licensed:
            self._gate.found_licensed(_spend(product, state, None, "", "online"))

    def spend(self, step: ActivateMak, before: State) -> bool:
        """License the product that holds the key; False when it turned out to be licensed already."""
        product = self._look(step)
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

    def _activate(self, step: ActivateMak, spend: Spend) -> None:
        ticket = self._gate.reserve(spend)
        self._record(spend, count=1)
        try:
            if self._was_done(step, ticket):
                return self._found(spend, ticket)
            self._ask(replace(step, product_id=spend.product.id), doubt=ticket.taken_over)
            self._see_licensed(step)
        except Unsettled as unsettled:
            self._settle(ticket, unsettled.settlement, unsettled.code)
            raise unsettled.error from unsettled.error.__cause__
        return self._gate.settle(ticket, Settlement.CONFIRMED)

    def _was_done(self, step: ActivateMak, ticket: Ticket) -> bool:
        """Tell whether somebody else licensed the machine, now that nobody else can be about to.

        Whoever held the reservation before may have been killed a moment ago, with the machine still at work: asking
        again then would spend twice. And between the first look and a new reservation another run may have finished.
        """
        if ticket.taken_over:
            self._tell(f"an earlier attempt began {ticket.idle:.0f} seconds ago; waiting for what came of it")
        try:
            moments = self._moments(ticket.idle) if ticket.taken_over else iter([None])
            return any(self._look(step).is_licensed for _moment in moments)
        except ActivationError as error:
            doubt = Settlement.UNCERTAIN if ticket.taken_over else Settlement.RELEASED
            raise Unsettled(doubt, error) from None

    def _found(self, spend: Spend, ticket: Ticket) -> None:
        """Settle a reservation that the machine turned out not to need any more."""
        if ticket.taken_over:
            return self._gate.settle(ticket, Settlement.CONFIRMED)
        # Another run paid for it, from a reservation of its own.
        self._record(spend, count=0)
        return self._gate.settle(ticket, Settlement.RELEASED)

    def _ask(self, step: ActivateMak, *, doubt: bool) -> None:
        """Invoke the activation, again after temporary failures; raises Unsettled."""
        pauses = self._retry.pauses()
        while True:
            try:
                return self._invoke(call_for(step))
            except MachineRefused as refusal:
                code = refusal.hresult or 0
                doubt = doubt or may_have_counted(code)
                pause = next(pauses, None) if is_temporary(code) else None
                if pause is None:
                    raise Unsettled(settlement_of(code, doubt=doubt), refusal, code) from None
                self._tell(f"temporary failure 0x{code:08X}; looking and trying again in {pause:g} seconds")
                self._pause(pause)
                if self._is_licensed(step):
                    return None
            except (AnswerLost, ProtocolViolation) as lost:
                self._tell("no answer to the activation; looking at the machine instead")
                return self._see_licensed(step, lost)
            except ActivationError as error:
                raise Unsettled(Settlement.UNCERTAIN if doubt else Settlement.RELEASED, error) from None

    def _see_licensed(self, step: ActivateMak, lost: ActivationError | None = None) -> None:
        """Wait until the machine shows its licence; raises Unsettled when it does not."""
        product = None
        try:
            for _moment in self._moments(0.0):
                product = self._look(step)
                if product.is_licensed:
                    return
        except ActivationError as error:
            # That the machine cannot be read either must not pass for the outcome of what was sent before.
            self._tell(f"the machine could not be read: {error}")
        raise Unsettled(Settlement.UNCERTAIN, unknown_outcome(step, lost, product))

    def _is_licensed(self, step: ActivateMak) -> bool:
        try:
            return self._look(step).is_licensed
        except ActivationError as error:
            self._tell(f"the machine could not be read: {error}")
            return False

    # With a confirmation ID

    def _deposit(self, step: ActivateMak, spend: Spend, stored: str | None) -> None:
        given = step.counted.confirmation_id
        ticket = None
        if stored is None and given is not None:
            ticket = self._gate.reserve(spend)
        confirmation = stored or given or self._gate.obtain(spend)
        self._record(spend, count=0 if stored else 1)
        if stored:
            self._tell("a confirmation ID for this installation ID is stored; nothing is spent")
        try:
            self._hand_in(step, spend.product, confirmation)
        except Unsettled as unsettled:
            if ticket is not None:
                self._settle(ticket, unsettled.settlement, unsettled.code)
            raise unsettled.error from unsettled.error.__cause__
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
            self._invoke(call_for(deposit))
        except (AnswerLost, ProtocolViolation) as lost:
            return self._see_licensed(step, lost)
        except ActivationError as error:
            # It was paid for before it came here. Only the machine's word that it is none of its own says otherwise.
            code = error.hresult if isinstance(error, MachineRefused) else None
            judged = code is not None and is_wrong_confirmation(code)
            raise Unsettled(Settlement.RELEASED if judged else Settlement.UNCERTAIN, error, code) from None
        return self._see_licensed(step)

    # What both need

    def _settle(self, ticket: Ticket, settlement: Settlement, code: int | None) -> None:
        """Settle after a failure; what the ledger says to that must not hide why the activation failed."""
        try:
            self._gate.settle(ticket, settlement, None if code is None else f"0x{code:08X}")
        except ActivationError as error:
            self._tell(f"the reservation stays open: {error}")

    def _look(self, step: ActivateMak) -> Product:
        scope = Scope(service=False, products=Products.INSTALLED, holding=step.counted.mak.key.partial, offline=True)
        product = holder_of(step.counted.mak, self._reader.read(scope))
        if product is not None:
            return product
        raise NotConverged(
            "The key was installed, but Windows shows it in no product that is meant.",
            code="no_such_product",
            cause="The key is for another product: for an add-on, for Office, or for Windows itself.",
            remedy="Read the products with license_info, and name the one that holds the key in products.",
        )

    def _spend_of(self, step: ActivateMak, product: Product, state: State) -> Spend:
        method = "online"
        if isinstance(step, DepositConfirmation):
            method = "telephone" if step.counted.confirmation_id else "proxy"
        return _spend(product, state, self._hardware(), step.reason, method)

    def _hardware(self) -> str | None:
        """Return the machine's BIOS UUID, read once: no machine changes it while a task runs."""
        if not self._bios_uuid:
            self._bios_uuid = (self._reader.bios_uuid(),)
        return self._bios_uuid[0]

    def _record(self, spend: Spend, *, count: int) -> None:
        self.spent = Spending(method=spend.method, reason=spend.reason, count=count)


def _spend(product: Product, state: State, bios_uuid: str | None, reason: str, method: str) -> Spend:
    return Spend(
        product=product,
        client_machine_id=state.service.client_machine_id,
        bios_uuid=bios_uuid,
        reason=reason,
        method=method,
    )
