# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Planning of activations: only when one is missing, and never one that spends a count."""

from __future__ import annotations

import typing as t

from .._errors import Refusal
from .._licensing import ActivationType, Channel, Product, State, named
from .._validation import same_guid
from .desired_state import ActivatePolicy, Activation, Mak
from .mak import holder_of, mak_step, misplaced_remedy, refuse_other_channels
from .refusals import evaluation_edition, not_a_domain_member
from .steps import Activate, Step

_MINUTES_A_DAY = 24 * 60


def plan_activation(wish: Activation, state: State) -> t.Iterator[Step]:
    """Yield the activation, if needed, of the product as it will be once key and settings are in place."""
    if wish.when is ActivatePolicy.NEVER:
        return
    product = _chosen(wish, state)
    reason = _reason(wish, product)
    if reason is None:
        return
    _refuse_uncalled_for(wish, product)
    if wish.counted is not None:
        yield mak_step(wish.counted, product, reason, _status(product))
        return
    elsewhere = _is_elsewhere(wish, product)
    # A product whose key is yet to be installed has no ID; its turn will tell.
    yield Activate(
        why=reason,
        was=_status(product),
        becomes="licensed by Active Directory" if elsewhere else _licensed(product),
        product_id=product.id or None,
        # The other path is what shows the work then, and the lease need not be longer than that of the path before.
        lease_before=0 if elsewhere else _lease(product),
        by=wish.by,
        holder=named(product),
        partial=product.partial_product_key or "",
    )


def rests_on_domain(wish: Activation | None, state: State) -> bool:
    """Tell whether it matters that the machine is in a domain; what a directory licensed was in one."""
    if wish is None or wish.by is None:
        return False
    product = _sought(wish, state)
    return product is None or not (product.is_licensed and product.is_by_directory)


def refuse_outside_domain(wish: Activation | None, state: State) -> None:
    """Raise Refusal where a directory is to activate a machine that is known to be in no domain."""
    if state.domain == "" and rests_on_domain(wish, state):
        raise not_a_domain_member()


def _chosen(wish: Activation, state: State) -> Product:
    if wish.counted is not None:
        return _holder(wish.counted.mak, state)
    product = _sought(wish, state)
    if product is not None and product.partial_product_key:
        return product
    if wish.product_id is None:
        raise Refusal(
            "Windows has no product key, so there is nothing to activate.",
            code="no_primary_product",
            remedy="Install a key first, with volume.activation.kms_client or volume.activation.product_key."
            if wish.by is None
            else "Set product_key to gvlk, or install a key with volume.activation.product_key.",
        )
    raise Refusal(
        f"No product with a key has the activation ID {wish.product_id}.",
        code="no_such_product",
        remedy="Look the ID up with volume.activation.license_info; a product without a key cannot be activated.",
    )


def _sought(wish: Activation, state: State) -> Product | None:
    if wish.product_id is None:
        return state.primary
    return next((item for item in state.products if same_guid(item.id, wish.product_id)), None)


def _holder(mak: Mak, state: State) -> Product:
    product = holder_of(mak, state)
    if product is not None:
        return product
    raise Refusal(
        f"No product that is meant holds the key that ends in {mak.key.partial}.",
        code="no_such_product",
        remedy=misplaced_remedy(mak),
    )


def _reason(wish: Activation, product: Product) -> str | None:
    if wish.when is ActivatePolicy.ALWAYS:
        return "an activation is asked for in any case"
    if not product.is_licensed:
        return f"it is not licensed ({product.status.label})"
    if _is_elsewhere(wish, product):
        return _ELSEWHERE[product.activated_by]
    threshold, lease = wish.renew_below_days, _lease(product)
    if threshold is not None and 0 < lease < threshold * _MINUTES_A_DAY:
        return f"the lease has {lease // _MINUTES_A_DAY} days left, fewer than {threshold}"
    return None


def _refuse_uncalled_for(wish: Activation, product: Product) -> None:
    if product.is_evaluation:
        raise evaluation_edition(product)
    if wish.only_kms_client and product.channel is not Channel.KMS_CLIENT:
        raise Refusal(
            f"The product to activate is on a {product.channel.value} key, not on a KMS client key.",
            code="not_a_kms_client",
            remedy="Set product_key to gvlk, or activate to never.",
        )
    if wish.counted is not None:
        refuse_other_channels(wish.counted.mak, product)
    elif product.channel in _COUNTED:
        raise Refusal(
            f"Activating this product spends one of the finite activations of its {product.channel.value} key.",
            code=f"{product.channel.value}_activation",
            remedy=_COUNTED[product.channel],
        )
    if product.activation_type is ActivationType.TOKEN:
        raise Refusal(
            "The machine is restricted to token activation, which needs a certificate on the machine.",
            code="token_activation",
            remedy="Set activation_type to any or kms, or activate to never.",
        )


def _is_elsewhere(wish: Activation, product: Product) -> bool:
    """Tell whether Active Directory is to give the licence, and has not."""
    return wish.by is ActivationType.AD and not (product.is_licensed and product.is_by_directory)


def _lease(product: Product) -> int:
    leased = product.is_licensed and product.channel is Channel.KMS_CLIENT
    return product.grace_minutes if leased else 0


_COUNTED = {
    Channel.MAK: "Use volume.activation.mak, which keeps a budget, or move the machine to KMS with kms_client.",
    Channel.KMS_HOST: "Use volume.activation.kms_host, or move the machine to KMS with kms_client.",
}


_ELSEWHERE: dict[ActivationType | None, str] = {
    **dict.fromkeys([None, *ActivationType], "it is licensed otherwise than by Active Directory"),
    ActivationType.AD: "it is licensed, but shows no activation object of Active Directory",
    ActivationType.KMS: "it is licensed by KMS, not by Active Directory",
    ActivationType.TOKEN: "it is licensed by a token, not by Active Directory",
}
"""Why a licence will not do where Active Directory is to give it, by what gave it."""


def _licensed(product: Product) -> str:
    return "licensed anew" if product.is_licensed else "licensed"


def _status(product: Product) -> str:
    if product.is_licensed and product.grace_minutes:
        return f"{product.status.label}, {product.grace_minutes // _MINUTES_A_DAY} days left"
    return product.status.label
