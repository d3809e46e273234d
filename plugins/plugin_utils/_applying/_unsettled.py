# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Counted activations that did not end well, and what their reservations become."""

from __future__ import annotations

from .._errors import ActivationError, AnswerLost, MachineRefused
from .._licensing import Product, denies_count
from .._planning import ActivateMak
from ._gate import Settlement


class Unsettled(Exception):
    """An activation that did not end well: what becomes of its reservation, and the error to report."""

    def __init__(self, settlement: Settlement, error: ActivationError, code: int | None = None) -> None:
        super().__init__(str(error))
        self.settlement = settlement
        self.error = error
        self.code = code


def settlement_of(code: int, *, doubt: bool) -> Settlement:
    """Return what becomes of a reservation after a refusal; `doubt` if an attempt may have been counted before."""
    return Settlement.UNCERTAIN if doubt and not denies_count(code) else Settlement.RELEASED


def unknown_outcome(step: ActivateMak, lost: ActivationError | None, product: Product | None) -> ActivationError:
    """Return the error of an activation that nothing came of as far as anybody can see."""
    if lost is None and product is not None and product.reason:
        return MachineRefused("The machine answered well but did not become licensed.", hresult=product.reason)
    error = AnswerLost(
        f"No answer came to {step.action}, and the machine does not show its effect: the outcome is unknown.",
        code="outcome_unknown",
        cause="The connection broke, or the machine was slower than its WinRM limit (MaxTimeoutms).",
        remedy="Run the task again; it reads the state first and repeats only what is missing. Until then the"
        " activation counts as spent.",
    )
    error.__cause__ = lost
    return error
