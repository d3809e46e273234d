# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a task changed about licences: each key and licence before and afterwards, and the command that recovers one."""

from __future__ import annotations

import json
import typing as t

from .._licensing import ActivationType, Channel, GvlkTable, Product, State

__all__ = ["license_changes", "recovery"]

WINDOWS = "windows"


def license_changes(
    before: State | None, after: State | None, *, restored: t.Collection[str] = ()
) -> list[dict[str, t.Any]]:
    """Return a row for each product whose key or licence is another one afterwards, or was `restored` (activation IDs).

    Windows is one product, whichever edition's key it holds. `after` None is a host that could not be read: a licence
    that was there is then taken for given up.
    """
    if before is None:
        return []
    was, now = _by_product(before), _by_product(after) if after else {}
    rows = []
    for name in sorted({*was, *now}, key=lambda name: (name != WINDOWS, name)):
        old, new = was.get(name), now.get(name)
        is_restored = old is not None and old.id in restored
        if is_restored or _licence(old) != _licence(new):
            rows.append(
                {
                    "product": name,
                    "before": _facts(old),
                    "after": _facts(new),
                    "given_up": bool(old and old.is_licensed) and not _is_same_licence(old, new),
                    "restored": is_restored and _is_same_licence(old, new),
                }
            )
    return rows


def recovery(
    host: str, before: State | None, after: State | None, *, failed: bool, predicted: State | None = None
) -> str | None:
    """Return the command that licenses a host again which a task left without a licence, None if it has one.

    It is that of the licence before where there was one. Otherwise, after a task that failed, it is that of KMS where
    the edition has a published key. A host that could not be read afterwards is taken to hold the `predicted` keys.
    """
    if before is None:
        return None
    was, now = _by_product(before), _by_product(after) if after else {}
    lost = [old for name, old in was.items() if old.is_licensed and not _is_licensed(now.get(name))]
    shown = after or predicted
    current = shown.primary if shown else None
    if lost:
        modules = _way_back(lost[0])
    elif failed and current is not None and not current.is_licensed and _has_client_key(current, before):
        modules = [("kms_client", {})]
    else:
        return None
    if current is not None and current.channel is Channel.KMS_HOST and modules[0][0] != "kms_host":
        # No other module takes the key of a KMS host away.
        modules.insert(0, ("kms_host", {"state": "absent"}))
    return " && ".join(_command(host, module, options) for module, options in modules)


_Module: t.TypeAlias = tuple[str, dict[str, t.Any]]


def _way_back(product: Product) -> list[_Module]:
    """Return the modules, with their options, that license the product again as it was."""
    if product.channel is Channel.KMS_CLIENT:
        return [("adba_client" if product.activated_by is ActivationType.AD else "kms_client", {})]
    key = {"product_key": "{{ key_ending_in_%s }}" % (product.partial_product_key or "")}
    if product.channel is Channel.KMS_HOST:
        return [("kms_host", {"product_keys": [key], "replace_licensed": True})]
    if product.channel is Channel.MAK:
        return [("mak", {**key, "pool": "{{ mak_pool }}", "replace_licensed": True})]
    return [("product_key", {**key, "replace_licensed": True}), ("activate", {})]


def _has_client_key(product: Product, before: State) -> bool:
    if product.is_evaluation:
        return False
    return GvlkTable.published().key_for(product.family or before.edition_id, before.build) is not None


def _command(host: str, module: str, options: dict[str, t.Any]) -> str:
    given = f" -a '{json.dumps(options)}'" if options else ""
    return f"ansible {host} -m volume.activation.{module}{given}"


def _by_product(state: State) -> dict[str, Product]:
    primary = state.primary
    others = {product.id.lower(): product for product in state.products if not product.is_primary}
    keyed = {name: product for name, product in others.items() if product.partial_product_key}
    return {**({WINDOWS: primary} if primary else {}), **keyed}


def _is_licensed(product: Product | None) -> bool:
    return product is not None and product.is_licensed


def _is_same_licence(old: Product | None, new: Product | None) -> bool:
    same = old is not None and new is not None and old.partial_product_key == new.partial_product_key
    return same and _is_licensed(new)


def _licence(product: Product | None) -> tuple[t.Any, ...]:
    return (None,) if product is None else (product.partial_product_key, product.is_licensed, product.activated_by)


def _facts(product: Product | None) -> dict[str, t.Any] | None:
    if product is None:
        return None
    return {
        "activation_id": product.id or None,
        "channel": product.channel.value,
        "partial_product_key": product.partial_product_key,
        "licensed": product.is_licensed,
        "status": product.status.label,
        "activated_by": product.activated_by.label if product.activated_by else None,
    }
