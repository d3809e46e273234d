# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Licences that a plan gives up: which of them can be restored, and which the administrator must give up explicitly.

Every plan passes `require_consent`, whatever it is for. A licence on a published client key (GVLK) can be restored: the
key is known, and activating it again costs nothing. The text of any other key is not on the host, so a MAK, OEM or
retail licence that is replaced is gone.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from .._licensing import ActivationType, Channel, GvlkTable, Product, ProductKey, State
from .desired_state import DesiredState, EditionKey, HostKey, Mak, RetiredHost
from .kms_client_steps import SetActivationType
from .refusals import licensed_by_other_key
from .steps import Activate, InstallKey, Step

__all__ = ["Loss", "is_kept", "losses", "refuse_replaced", "require_consent", "reverted_type"]


@dataclass(frozen=True, kw_only=True)
class Loss:
    """A licensed product that gets another key, or may get it; `key` restores its licence, None if nothing can.

    It is `certain` if the new key is known to be for this product, and `denied` if the task names another product by
    its activation ID.
    """

    product: Product
    key: ProductKey | None
    certain: bool
    denied: bool


def losses(steps: t.Sequence[Step], state: State) -> tuple[Loss, ...]:
    """Return the licences that the steps give up, or may give up."""
    installs = [step for step in steps if isinstance(step, InstallKey) and not step.is_done(state)]
    found = []
    for product in state.products:
        concerned = [step for step in installs if step.replaces(product) or step.may_replace(product)]
        if concerned and product.is_licensed:
            certain = any(step.replaces(product) for step in concerned)
            denied = not certain and all(step.product_id is not None for step in concerned)
            key = _published_key(product, state)
            found.append(Loss(product=product, key=key, certain=certain, denied=denied))
    return tuple(found)


def require_consent(wish: DesiredState, steps: t.Sequence[Step], state: State) -> None:
    """Raise Refusal (`licensed_by_other_key`) for a licence that would be lost, unless the wish gives it up explicitly.

    One that can be restored needs no consent as long as the plan activates the new key.
    """
    if _consents(wish):
        return
    activates = any(isinstance(step, Activate) for step in steps)
    for loss in losses(steps, state):
        if (loss.key is None and not loss.denied) or (loss.certain and not activates):
            raise licensed_by_other_key(loss.product, _goal(wish))


def refuse_replaced(wish: DesiredState, steps: t.Sequence[Step], before: State, after: State) -> None:
    """Raise Refusal (`licensed_by_other_key`) where a key has replaced that of a licensed product unexpectedly."""
    if _consents(wish):
        return
    for loss in losses(steps, before):
        if not loss.certain and not is_kept(loss.product, after):
            raise licensed_by_other_key(loss.product, _goal(wish))


def is_kept(product: Product, state: State) -> bool:
    """Return whether a product that was licensed still has a key and a licence."""
    had_key = bool(product.partial_product_key)
    found = (now for now in state.products if now.id == product.id and now.is_licensed)
    return any(bool(now.partial_product_key) or not had_key for now in found)


def reverted_type(step: SetActivationType, before: State) -> SetActivationType | None:
    """Return the step that takes back a restriction which keeps the product from a licence, None where it may stay.

    KMS is what a client falls back on, so a restriction to it is taken back only where Active Directory had licensed
    the product.
    """
    primary = before.primary
    if primary is None or not (step.kind in _NOT_KMS or primary.activated_by in _NOT_KMS):
        return None
    kind = primary.activation_type
    return replace(step, why="the activation failed", was=step.kind.label, becomes=kind.label, kind=kind)


_NOT_KMS = (ActivationType.AD, ActivationType.TOKEN)


def _consents(wish: DesiredState) -> bool:
    return isinstance(wish.key, RetiredHost) or bool(getattr(wish.key, "replace_licensed", False))


def _goal(wish: DesiredState) -> str:
    if isinstance(wish.key, EditionKey):
        return wish.key.goal
    if isinstance(wish.key, HostKey):
        return "this host key"
    return "this MAK" if isinstance(wish.key, Mak) else "this key"


def _published_key(product: Product, state: State) -> ProductKey | None:
    if product.channel is not Channel.KMS_CLIENT:
        return None
    partial = product.partial_product_key or ""
    return GvlkTable.published().key_ending(partial, product.family, state.build)
