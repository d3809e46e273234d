# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How an activation ended whose answer was lost, as far as the host shows it.

A KMS client writes into its event log how an attempt ended. `LicenseStatusReason` says why a product is not licensed.
Mostly that is a state, such as a grace period that is over, and then it says nothing about the attempt. An error that
was not there before is the attempt's. One that was there before may be of an earlier attempt; it is reported once the
host has had its time, since it is what the host says.
"""

from __future__ import annotations

import typing as t

from .._errors import ActivationError, AnswerLost, MachineRefused
from .._licensing import Product, State, names_failed_attempt
from .._planning import Activate, Step
from .attempt_log import AttemptLog

__all__ = ["Attempt", "concerned", "late_seconds", "lost_step", "shown_failure", "watched"]

SLOW_SECONDS, BROKEN_SECONDS = 60.0, 10.0
"""Seconds for which an effect may show late: on a host that was too slow, and after a connection that broke."""
_SLOW = frozenset({None, "timeout", "read_timeout", "deadline_exceeded"})


class Attempt:
    """What a product shows after an attempt, compared with what it showed before.

    `reason` is the error that it shows, 0 for none; `is_new` is whether it was not there before. A product that is not
    among those of before is compared with the first look at it. With a `log`, its events count before an old reason;
    `is_logged` is whether the error is theirs.
    """

    def __init__(self, before: t.Iterable[Product] = (), log: AttemptLog | None = None) -> None:
        self.reason = 0
        self.is_new = False
        self.is_logged = False
        self._log = log
        self._before = {product.id: product.reason for product in before}

    def has_failed(self, product: Product | None) -> bool:
        """Note what the product shows now; return whether that is an error that was not there before."""
        self.reason, self.is_new, self.is_logged = 0, False, False
        if product is not None and not product.is_licensed:
            known = self._before.setdefault(product.id, product.reason)
            self.reason = product.reason if names_failed_attempt(product.reason) else 0
            self.is_new = self.reason not in (0, known)
            logged = self._log.read() if self._log is not None and not self.is_new else None
            if logged is not None and logged.code:
                self.reason, self.is_new, self.is_logged = logged.answer, True, True
        return self.is_new


def late_seconds(lost: ActivationError) -> float:
    """Return for how many seconds to look for the effect of a step that is not an activation; that has its own wait.

    A host that was too slow is known to be at work. A connection that broke says nothing about the step, and most
    take a moment only.
    """
    return SLOW_SECONDS if lost.code in _SLOW else BROKEN_SECONDS


def concerned(step: Step, state: State) -> Product | None:
    """Return the product that an activation is for, None for other steps."""
    if not isinstance(step, Activate):
        return None
    return next((product for product in state.products if step.concerns(product)), None)


def watched(looks: t.Iterable[Product], attempt: Attempt, *, give_up: bool) -> Product | None:
    """Look until the product is licensed, or with `give_up` until it shows a new error; return the last look."""
    product = None
    for product in looks:
        if (attempt.has_failed(product) and give_up) or product.is_licensed:
            break
    return product


def lost_step(step: Step, lost: ActivationError, attempt: Attempt) -> ActivationError | None:
    """Return what to report for a step that does not show after `lost`, None where `lost` says it all."""
    if attempt.reason and (attempt.is_new or isinstance(lost, AnswerLost)):
        return shown_failure(step, attempt)
    if not isinstance(lost, AnswerLost):
        return None
    return AnswerLost(
        f"No answer came to {step.action}, and the machine does not show its effect: the outcome is unknown.",
        code="outcome_unknown",
        cause="The connection broke, or the machine was slower than its WinRM limit (MaxTimeoutms).",
        remedy="Run the task again; it reads the state first and repeats only what is missing.",
    )


def shown_failure(step: Step, attempt: Attempt, note: str = "") -> MachineRefused:
    """Return the error of an activation whose answer was lost, for a host that shows an error afterwards."""
    origin = "since then" if attempt.is_new else "as it did before, and no other since then"
    shown = f"The product is not licensed, and shows 0x{attempt.reason:08X} {origin}."
    if attempt.is_logged:
        shown = "The product is not licensed, and the machine has logged how the attempt ended."
    return MachineRefused(f"No answer came to {step.action}. {shown}{note}", hresult=attempt.reason)
