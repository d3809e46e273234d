# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why a machine does not show what it was brought to, although nothing failed."""

from __future__ import annotations

from .._errors import ActivationError, MachineRefused, NotConverged
from .._licensing import Product, State
from .._planning import Activate, InstallMak, Step
from .misplaced_key import in_other_product

__all__ = ["not_converged"]


def not_converged(remaining: tuple[Step, ...], state: State) -> ActivationError:
    """Return the failure of a plan whose steps were all carried out, while these are still needed."""
    unlicensed = _unlicensed(remaining, state)
    if unlicensed is not None:
        refused = MachineRefused("The machine answered well but did not become licensed.", hresult=unlicensed.reason)
        refused.channel = unlicensed.channel.value
        return refused
    lost = next((step.mak for step in remaining if isinstance(step, InstallMak)), None)
    if lost is not None:
        return in_other_product(lost, state.products)
    left = "; ".join(f"{step.action} ({step.why})" for step in remaining)
    return NotConverged(
        f"Every step was carried out, yet the machine does not show it: {left}.",
        code="not_converged",
        cause="Something else on the machine, such as a group policy, sets it back.",
        remedy="Look for a policy or a tool that manages the same setting, then run the task again.",
    )


def _unlicensed(remaining: tuple[Step, ...], state: State) -> Product | None:
    """Return the product that has a reason of its own when an activation is all that is missing, None without one."""
    activations = [step for step in remaining if isinstance(step, Activate)]
    if len(activations) < len(remaining):
        return None
    concerned = (product for product in state.products if any(step.concerns(product) for step in activations))
    return next((product for product in concerned if product.reason), None)
