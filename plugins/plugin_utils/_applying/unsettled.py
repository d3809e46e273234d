# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Counted activations that failed: which failures prove that nothing was spent, and the errors to report.

A reservation is released only on proof. Either the request never left, or a code that is listed says that nothing was
counted while the host, read afterwards, shows no licence. Every other failure leaves it uncertain, also one with an
HTTP status: a proxy may answer 403, and a host that breaks down 503, after the work was done.
"""

from __future__ import annotations

from .._errors import ActivationError, AnswerLost, MachineRefused
from .._licensing import (
    Product,
    denies_count,
    is_not_dispatched,
    is_temporary,
    is_uncounted,
    is_wrong_confirmation,
    stops_key,
)
from .._planning import ActivateMak
from .budget import Settlement
from .lost_answer import Attempt, shown_failure

__all__ = [
    "ActivationNotConfirmed",
    "denies_earlier",
    "did_not_begin",
    "is_unspent",
    "may_be_repeated",
    "refuses_confirmation",
    "unknown_outcome",
    "unrecorded",
]


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
