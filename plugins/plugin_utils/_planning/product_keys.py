# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Planning of product keys: which key the machine should have, and when changing it is not ours to decide."""

from __future__ import annotations

import typing as t

from .._errors import Refusal
from .._licensing import Channel, GvlkTable, Product, ProductKey, State, canonical_edition, esu_year, named
from .._validation import same_guid
from .desired_state import AbsentKey, EditionKey, HostKey, KeyWish, Mak, PresentKey, RetiredHost
from .kms_host import plan_retirement
from .mak import holder_of, plan_mak
from .refusals import described, evaluation_edition, kms_host_key, no_published_key, refuse_absent_product
from .steps import InstallKey, Step, UninstallKey


def plan_key(wish: KeyWish, state: State) -> t.Iterator[Step]:
    """Yield the steps to the wished key; raises Refusal where somebody has to decide first."""
    if isinstance(wish, EditionKey):
        return _edition_key(wish, state)
    if isinstance(wish, Mak):
        return plan_mak(wish, state)
    if isinstance(wish, RetiredHost):
        return plan_retirement(wish, state)
    return _present(wish, state) if isinstance(wish, PresentKey) else _absent(wish, state)


def needs_machine(wish: KeyWish | None, state: State) -> bool:
    """Tell whether the decision needs the operating system's own edition.

    It does when no product names the edition, for a key that makes a KMS host, and when a licensed Professional would
    be re-keyed: a subscription may have lifted it to Enterprise, which only the operating system shows. The step-up
    needs an activated base licence, so an unlicensed one has none.
    """
    if isinstance(wish, HostKey):
        return holder_of(wish, state) is None
    if isinstance(wish, Mak):
        return esu_year(wish.activation_id) is not None and holder_of(wish, state) is None
    if isinstance(wish, PresentKey):
        return state.primary is None and _is_published(wish.key)
    if not isinstance(wish, EditionKey):
        return False
    primary = state.primary
    if primary is None:
        return True
    return _is_rekeyed(primary) and primary.is_licensed and (primary.family or "").startswith("Professional")


def unseen_product(wish: KeyWish | None, state: State) -> str | None:
    """Return the activation ID that a key to be installed is meant for, None if nothing has to be looked for."""
    if not isinstance(wish, (Mak, PresentKey)) or wish.key is None or wish.activation_id is None:
        return None
    wanted = wish.activation_id
    if wanted in state.known_ids | state.absent_ids or any(same_guid(row.id, wanted) for row in state.products):
        return None
    return wanted


def _is_rekeyed(primary: Product) -> bool:
    return primary.channel is not Channel.KMS_CLIENT


def _edition_key(wish: EditionKey, state: State) -> t.Iterator[Step]:
    primary = state.primary
    if primary is not None and not _is_rekeyed(primary):
        return
    if primary is not None:
        _refuse_unfit(primary, state)
    edition = _edition(state)
    key = wish.table.key_for(edition, state.build)
    if key is None:
        raise no_published_key(edition, state.build)
    yield InstallKey(
        why=f"the primary product is on {described(primary)}" if primary else "Windows has no product key",
        was=described(primary) if primary else "(none)",
        becomes=f"{Channel.KMS_CLIENT.value} {key}",
        key=key,
        edition=edition,
        holder=f"Windows ({edition})",
        partial=key.partial,
    )


def _edition(state: State) -> str:
    if not state.edition_id:
        raise Refusal(
            "Windows shows no product of its own with a key, and its edition could not be told.",
            code="no_primary_product",
            remedy="Install a key of the right edition with volume.activation.product_key first.",
        )
    return state.edition_id


def _refuse_unfit(primary: Product, state: State) -> None:
    if primary.is_evaluation:
        raise evaluation_edition(primary)
    if primary.channel is Channel.KMS_HOST:
        raise kms_host_key()
    running = state.machine.edition_id if state.machine else None
    if primary.channel is Channel.SUBSCRIPTION or _is_lifted(primary.family, running):
        raise Refusal(
            f"Windows runs as {running or primary.family}, lifted by a subscription from {primary.family}.",
            code="subscription_step_up",
            cause="A volume key would end the subscription's edition.",
            remedy="Set product_key to keep, or leave the machine out of the play.",
        )


def _is_lifted(family: str | None, running: str | None) -> bool:
    return bool(family and running) and canonical_edition(running or "") != canonical_edition(family or "")


def _matching(partial: str, activation_id: str | None, state: State) -> list[Product]:
    return [
        product
        for product in state.products
        if (product.partial_product_key or "").upper() == partial.upper()
        and (not activation_id or same_guid(product.id, activation_id))
    ]


def _present(wish: PresentKey, state: State) -> t.Iterator[Step]:
    if _matching(wish.partial, wish.activation_id, state):
        return
    if wish.key is None:
        raise Refusal(
            f"No product has a key that ends in {wish.partial}, and its last five characters cannot be installed.",
            code="key_unknown",
            remedy="Give the whole key in product_key, from a vaulted variable.",
        )
    _refuse_other_edition(wish.key, state)
    refuse_absent_product(wish.activation_id, state)
    yield InstallKey(
        why="no product has this key",
        was="(none)",
        becomes=str(wish.key),
        key=wish.key,
        product_id=wish.activation_id or None,
        partial=wish.partial,
    )


def _is_published(key: ProductKey | None) -> bool:
    published = GvlkTable.published()
    return key is not None and published.knows(key) and not published.is_for_office(key)


def _refuse_other_edition(key: ProductKey, state: State) -> None:
    """Raise Refusal for a published client key of Windows that the tables rule out for this edition and build."""
    if not _is_published(key):
        return
    if state.primary is not None and state.primary.is_evaluation:
        raise evaluation_edition(state.primary)
    published = GvlkTable.published()
    if not published.rules_out(key, state.edition_id, state.build):
        return
    own = published.key_for(state.edition_id, state.build)
    raise Refusal(
        f"The key that ends in {key.partial} is the published KMS client key of {published.product_of(key)}, and this"
        f" machine runs {state.edition_id}, build {state.build}.",
        code="key_of_another_edition",
        cause="Windows would refuse the key with 0xC004F069.",
        remedy="Let volume.activation.kms_client choose the key"
        + (f"; that of this edition ends in {own.partial}." if own else ", or change the edition with DISM first."),
    )


def _absent(wish: AbsentKey, state: State) -> t.Iterator[Step]:
    found = _matching(wish.partial, wish.activation_id, state)
    if len(found) > 1:
        raise Refusal(
            f"{len(found)} products have a key that ends in {wish.partial}.",
            code="ambiguous_key",
            remedy=f"Name one in activation_id: {', '.join(product.id for product in found)}.",
        )
    for product in found:
        yield UninstallKey(
            why="the key is to be absent",
            was=described(product),
            becomes="(none)",
            product_id=product.id,
            holder=named(product),
            partial=wish.partial,
        )
