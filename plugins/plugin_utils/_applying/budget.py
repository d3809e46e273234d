# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The gate before every activation that is counted: who keeps the budget implements it, and the applier asks.

The order is what makes a budget hold: reserved, then done, then settled by what the machine says. Whatever ends this
process in between leaves a reservation, and a reservation counts. Where the key is yet to be installed, the reservation
is made ahead of that: no machine loses its key to a budget that has nothing for it.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from enum import Enum

from .._errors import ActivationError, AnswerLost, MachineRefused, Refusal
from .._licensing import (
    Product,
    denies_count,
    grouped,
    is_not_dispatched,
    is_temporary,
    is_uncounted,
    is_wrong_confirmation,
    stops_key,
)
from .._planning import ActivateMak
from .lost_answer import Attempt, shown_failure

_GROUPS = 9
"""Installation IDs have nine groups, of seven digits or on old systems of six."""


class Settlement(Enum):
    """What became of a reserved activation: spent, not spent, or nobody can tell yet."""

    CONFIRMED = "confirmed"
    RELEASED = "released"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, kw_only=True)
class ActivationRequest:
    """One activation about to be spent: the product with its offline IDs, the machine, and why.

    `method` is `online`, `proxy` or `telephone`.
    """

    product: Product
    client_machine_id: str | None
    bios_uuid: str | None
    reason: str
    method: str


@dataclass(frozen=True, kw_only=True)
class BudgetReservation:
    """A reservation; one that was `taken_over` may have been carried out by whoever held it before.

    Whoever that was began `idle` seconds ago, and the machine may still be at work.
    """

    number: int
    taken_over: bool = False
    idle: float = 0.0


class Budget(t.Protocol):
    """Keeps a budget; every method raises Refusal where it declines, and nothing has been sent by then."""

    def check(self, spend: ActivationRequest) -> None:
        """Raise what `reserve`, or before the key is installed `reserve_ahead`, would raise, and reserve nothing."""

    def reserve_ahead(self, spend: ActivationRequest) -> BudgetReservation | None:
        """Count one activation before the key is installed; None where only `reserve` can decide."""

    def withdraw(self, ticket: BudgetReservation) -> None:
        """Drop a reservation that was made ahead, unless an activation was asked for with it."""

    def probe(self, spend: ActivationRequest) -> None:
        """Raise what is known to stand against this activation beyond the budget, before a licence is given up."""

    def reserve(self, spend: ActivationRequest, ahead: BudgetReservation | None = None) -> BudgetReservation:
        """Count one activation before it is asked for, or complete the reservation that was made `ahead`."""

    def settle(self, ticket: BudgetReservation, settlement: Settlement, code: str | None = None) -> None:
        """Say what became of it."""

    def stored(self, installation_id: str) -> str | None:
        """Return the confirmation ID that was paid for earlier for this installation ID."""

    def obtain(self, spend: ActivationRequest, ahead: BudgetReservation | None = None) -> str:
        """Return a confirmation ID, stored or newly paid for, from the reservation made `ahead` if there is one."""

    def keep(self, spend: ActivationRequest, confirmation_id: str, ticket: BudgetReservation) -> None:
        """Store a confirmation ID that the machine accepted, and confirm its reservation."""

    def used(self, installation_id: str) -> None:
        """Note that a stored confirmation ID served once more."""

    def found_licensed(self, spend: ActivationRequest) -> None:
        """Confirm what a machine that turned out to be licensed has cost, unless that is booked already."""

    def owes(self, spend: ActivationRequest) -> bool:
        """Return whether `found_licensed` may have something to confirm; IDs that `spend` lacks fit any."""

    def heed(self, hresult: int) -> None:
        """Close for everyone when a code says that the key cannot be used any more."""


class Unlimited:
    """The gate where no budget is kept: everything may pass, and nothing is remembered.

    The order of the spender holds all the same: once, only when it is needed, and judged by the machine's own state.
    """

    def check(self, spend: ActivationRequest) -> None:
        """Let everything pass."""

    def reserve_ahead(self, spend: ActivationRequest) -> BudgetReservation | None:  # noqa: ARG002
        """Let everything pass."""
        return None

    def withdraw(self, ticket: BudgetReservation) -> None:
        """Keep nothing."""

    def probe(self, spend: ActivationRequest) -> None:
        """Know nothing."""

    def reserve(self, spend: ActivationRequest, ahead: BudgetReservation | None = None) -> BudgetReservation:  # noqa: ARG002
        """Let everything pass."""
        return BudgetReservation(number=0)

    def settle(self, ticket: BudgetReservation, settlement: Settlement, code: str | None = None) -> None:
        """Keep nothing."""

    def stored(self, installation_id: str) -> str | None:  # noqa: ARG002
        """Return nothing, since nothing is kept."""
        return None

    def obtain(self, spend: ActivationRequest, ahead: BudgetReservation | None = None) -> str:  # noqa: ARG002
        """Refuse: there is nobody who could be asked."""
        raise confirmation_id_needed(spend.product.installation_id)

    def keep(self, spend: ActivationRequest, confirmation_id: str, ticket: BudgetReservation) -> None:
        """Keep nothing."""

    def used(self, installation_id: str) -> None:
        """Keep nothing."""

    def found_licensed(self, spend: ActivationRequest) -> None:
        """Keep nothing."""

    def owes(self, spend: ActivationRequest) -> bool:  # noqa: ARG002
        """Return False, since nothing is kept."""
        return False

    def heed(self, hresult: int) -> None:
        """Keep nothing."""


def confirmation_id_needed(installation_id: str | None) -> Refusal:
    """Return the refusal to go on without a confirmation ID, with the installation ID that it has to be got for."""
    digits = installation_id or ""
    return Refusal(
        f"A confirmation ID for the installation ID {grouped(digits, len(digits) // _GROUPS or 1)} is needed.",
        code="confirmation_id_needed",
        cause="None was given, and none is stored in the ledger for this installation ID.",
        remedy="Give Microsoft's product activation portal the installation ID, then run the task again with the answer"
        " in confirmation_id.",
    )


class ActivationNotConfirmed(Exception):
    """An activation that failed: what becomes of its reservation, and the error to report."""

    def __init__(self, settlement: Settlement, error: ActivationError, code: int | None = None) -> None:
        super().__init__(str(error))
        self.settlement = settlement
        self.error = error
        self.code = code


def is_unspent(error: ActivationError) -> bool:
    """Return whether this failure says that its own attempt spent nothing; a host that shows no licence proves it."""
    return not error.sent or is_uncounted(_number(error)) or did_not_begin(error)


def did_not_begin(error: ActivationError) -> bool:
    """Return whether a SOAP fault says that the host did not hand the request to the method."""
    return isinstance(error, MachineRefused) and error.fault is not None and is_not_dispatched(error.hresult or 0)


def denies_earlier(error: ActivationError) -> bool:
    """Return whether this failure says that earlier attempts on this host spent nothing either."""
    return denies_count(_number(error))


def may_be_repeated(error: ActivationError) -> bool:
    """Return whether the same attempt may succeed a little later; a request without an answer is never repeated."""
    return is_temporary(_number(error))


def refuses_confirmation(error: ActivationError) -> bool:
    """Return whether the host found that the confirmation ID does not belong to it."""
    return is_wrong_confirmation(_number(error))


def _number(error: ActivationError) -> int:
    return (error.hresult or 0) if isinstance(error, MachineRefused) else 0


def unrecorded(error: ActivationError) -> ActivationError:
    """Return the error of an activation that succeeded, and whose outcome the ledger did not take."""
    return ActivationError(
        f"The activation succeeded and the host is licensed, but the ledger did not record it: {error.message}",
        code=error.code,
        cause=error.cause,
        remedy=f"{error.remedy or 'Look at the ledger.'} Then run the task again: it finds the host licensed and"
        " confirms the reservation, which counts as spent until then. Nothing is activated a second time.",
    )


def unknown_outcome(
    step: ActivateMak, lost: ActivationError | None, product: Product | None, attempt: Attempt
) -> ActivationError:
    """Return the error of an activation that does not show: its answer was lost, or was a good one (None).

    An error that the product shows may be how an earlier attempt ended, so it proves nothing about the count. One that
    stops the key for all hosts has to be new: another key may have left it there.
    """
    if lost is None and product is not None and product.reason:
        return MachineRefused("The machine answered well but did not become licensed.", hresult=product.reason)
    if lost is not None and attempt.reason and (attempt.is_new or not stops_key(attempt.reason)):
        shown = shown_failure(step, attempt, " Until the ledger is settled, the activation counts as spent.")
        shown.__cause__ = lost
        return shown
    error = AnswerLost(
        f"No answer came to {step.action}, and the machine does not show its effect: the outcome is unknown.",
        code="outcome_unknown",
        cause="The connection broke, or the machine was slower than its WinRM limit (MaxTimeoutms).",
        remedy="Run the task again; it reads the state first and repeats only what is missing. Until then the"
        " activation counts as spent.",
    )
    error.__cause__ = lost
    return error
