# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why a machine does not show what it was brought to, although nothing failed."""

from __future__ import annotations

import typing as t

from .._errors import ActivationError, MachineRefused, NotConverged
from .._licensing import Product, State, esu_year, named
from .._planning import Activate, InstallMak, Mak, Step, misplaced_remedy

__all__ = ["in_other_product", "not_converged"]


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


def in_other_product(mak: Mak, products: t.Iterable[Product]) -> NotConverged:
    """Return the failure of an installed key; some of `products` may show it."""
    holding = [product for product in products if (product.partial_product_key or "").upper() == mak.key.partial]
    return NotConverged(
        "The key was installed, but Windows shows it in no product that is meant.",
        code="no_such_product",
        cause=_whereabouts(mak, holding),
        remedy=misplaced_remedy(mak),
    )


def _whereabouts(mak: Mak, holding: t.Sequence[Product]) -> str:
    if not holding:
        return "No product of the machine holds the key: it is for one that is not installed."
    taken, wanted = esu_year(holding[0].id), esu_year(mak.activation_id)
    where = f"{taken or named(holding[0])}, activation ID {holding[0].id}"
    told = f"The key is for another product: it is now in {where}."
    return f"{told} The ID in products is that of {wanted}." if wanted else told
