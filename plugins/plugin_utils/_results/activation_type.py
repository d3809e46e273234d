# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Failed activations of products whose activation type is ad: the type is the cause, not what Active Directory says."""

from __future__ import annotations

import typing as t

from .._errors import MachineRefused
from .._licensing import ActivationType, State, explain, named
from .._planning import Activate, ActivateMak, DesiredState, Plan, Step

__all__ = ["name_activation_type"]


def name_activation_type(
    refusal: MachineRefused, wish: DesiredState, steps: Plan, done: t.Collection[Step], before: State
) -> None:
    """Add the activation type to the cause and the remedy of a refused activation that it has restricted.

    Nothing is added where the caller asked for an activation by Active Directory, or where another step has failed.
    """
    failed = next((step for step in steps.steps if step not in done), None)
    if not isinstance(failed, Activate) or isinstance(failed, ActivateMak) or refusal.hresult is None:
        return
    if wish.activation is None or wish.activation.by is not None:
        return
    product = next((row for row in steps.predicted(before).products if failed.concerns(row)), None)
    if product is None or product.activation_type is not ActivationType.AD:
        return
    known = explain(refusal.hresult, product.channel.value)
    refusal.cause = (
        f"The activation type of {named(product)} is ad: it asks Active Directory alone, and never a KMS host."
        f" It was not licensed by Active Directory: {refusal.cause or known.cause}"
    )
    refusal.remedy = (
        "To license it by KMS, lift the restriction: run volume.activation.kms_client with activation_type any or kms."
        f" To license it by Active Directory: {refusal.remedy or known.remedy}"
    )
