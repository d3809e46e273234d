# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Planning of multiple activation keys: every one has a finite count, so what would waste it is refused."""

from __future__ import annotations

import typing as t

from .._errors import Refusal
from .._licensing import (
    Application,
    Channel,
    GvlkTable,
    LicenseStatus,
    Product,
    State,
    is_azure_edition,
    is_evaluation,
    named,
)
from .desired_state import ActivationMethod, CountedActivation, HostKey, Mak
from .product_overrides import label
from .refusals import (
    azure_edition,
    described,
    evaluation_edition,
    evaluation_edition_of,
    kms_host_key,
    not_a_volume_edition,
    refuse_absent_product,
)
from .steps import ActivateMak, DepositConfirmation, InstallMak, Step

FIRST_ACTIVATION, HARDWARE_CHANGE = "first_activation", "hardware_change"

_HARDWARE_CHANGED = 0xC004F00F
"""The hardware differs too much from that of the last activation: the machine's own reason to be activated anew."""


def plan_mak(wish: Mak, state: State) -> t.Iterator[Step]:
    """Yield the installation of the key, unless the product holds it; raises Refusal for keys of other kinds."""
    holder = holder_of(wish, state)
    if holder is not None:
        refuse_other_channels(wish, holder)
        return
    _refuse_elsewhere(wish, state)
    if isinstance(wish, HostKey):
        _refuse_unable_host(state)
    refuse_absent_product(wish.activation_id, state)
    meant = [product for product in state.products if wish.is_meant(product)]
    for product in meant:
        _refuse_unfit(wish, product)
    # One Office product beside another keeps its key.
    replaced = None if wish.application is Application.OFFICE else next(iter(meant), None)
    yield InstallMak(
        why=f"the product is on {described(replaced)}" if replaced else "no product has this key",
        was=described(replaced) if replaced else "(none)",
        becomes=f"{wish.channel.value} {wish.key}",
        key=wish.key,
        product_id=wish.activation_id,
        mak=wish,
        holder=named(replaced) if replaced else "",
        partial=wish.key.partial,
    )


def holder_of(wish: Mak, state: State) -> Product | None:
    """Return the product that holds the key, a licensed one first."""
    found = [product for product in state.products if wish.is_in(product)]
    return next((product for product in found if product.is_licensed), found[0] if found else None)


def refuse_other_channels(wish: Mak, product: Product) -> None:
    """Raise Refusal when the key turned out to be of another kind than the wished one."""
    if product.channel is wish.channel:
        return
    if isinstance(wish, HostKey):
        raise _not_a_host_key(product)
    raise Refusal(
        f"The key that ends in {product.partial_product_key} is a {product.channel.value} key, not a MAK.",
        code="not_a_mak",
        cause="Windows shows the kind of a key once it is installed.",
        remedy="Give the MAK. For KMS clients there is volume.activation.kms_client; to take a key off a machine there"
        " is volume.activation.product_key with state: absent.",
    )


def misplaced_remedy(wish: Mak) -> str:
    """Return what helps when no product that is meant holds the key."""
    if isinstance(wish, HostKey) and wish.application is Application.OFFICE:
        return (
            "Install the volume licence pack of that Office release on the KMS host (Microsoft Download Center, such as"
            " Office LTSC 2024 Volume License Pack), and run the task again."
        )
    return "Name the product in products, by its activation ID if need be; license_info lists them all."


def mak_step(counted: CountedActivation, product: Product, why: str, was: str) -> ActivateMak:
    """Return the step that licenses a product that holds the MAK."""
    kind = (
        ActivateMak
        if counted.way is ActivationMethod.ONLINE and counted.confirmation_id is None
        else DepositConfirmation
    )
    reason = reason_of(product)
    return kind(
        why=f"{why}: its hardware has changed" if reason == HARDWARE_CHANGE else why,
        was=was,
        becomes="licensed",
        product_id=product.id or None,
        counted=counted,
        reason=reason,
        holder=named(product),
        partial=counted.mak.key.partial,
    )


def reason_of(product: Product) -> str:
    """Return why an unlicensed product needs an activation, as the ledger records it."""
    # A MAK has no lease that could run out, so its out-of-tolerance grace has this one cause.
    out_of_tolerance = product.status is LicenseStatus.OOT_GRACE or product.reason == _HARDWARE_CHANGED
    return HARDWARE_CHANGE if out_of_tolerance else FIRST_ACTIVATION


def _refuse_unfit(wish: Mak, product: Product) -> None:
    if product.is_evaluation:
        raise evaluation_edition(product)
    if product.channel is Channel.KMS_HOST and not isinstance(wish, HostKey):
        raise kms_host_key()


def _refuse_elsewhere(wish: Mak, state: State) -> None:
    """Refuse to install once more a key that an earlier run brought into another product than the one named."""
    holders = (product for product in state.products if product.partial_product_key == wish.key.partial)
    holder = next(holders, None) if wish.activation_id else None
    if holder is not None:
        raise Refusal(
            f"The key that ends in {wish.key.partial} is in {label(holder)}, not in {wish.activation_id}.",
            code="no_such_product",
            cause="Windows puts a key into the product that it is for, such as another year of security updates.",
            remedy=f"Name that product, {holder.id}, in products, or give the key of the product that is meant.",
        )


def _refuse_unable_host(state: State) -> None:
    edition = state.edition_id
    if is_azure_edition(edition):
        raise azure_edition()
    if (state.primary is not None and state.primary.is_evaluation) or is_evaluation(edition):
        raise evaluation_edition_of(edition)
    if edition and GvlkTable.published().key_for(edition, state.build) is None:
        raise not_a_volume_edition(edition)


def _not_a_host_key(product: Product) -> Refusal:
    return Refusal(
        f"The key that ends in {product.partial_product_key} is a {product.channel.value} key, not a KMS host key.",
        code="not_a_host_key",
        cause="Windows shows the kind of a key once it is installed. It was not activated.",
        remedy="Give the KMS host key (CSVLK). To take the other key off there is volume.activation.kms_client, or"
        " volume.activation.product_key with state: absent.",
    )
