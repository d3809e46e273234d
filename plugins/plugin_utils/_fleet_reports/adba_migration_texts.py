# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the migration report says for each of its codes: what is so, and what to do about it."""

from __future__ import annotations

import typing as t

__all__ = ["CODES", "texts"]

_TEXTS: t.Mapping[str, tuple[str, str | None]] = {
    "by_ad": ("Active Directory has licensed it.", None),
    "by_token": ("A token has licensed it.", None),
    "cannot_be_told": (
        "KMS has licensed it. The forest has activation objects, and whether one covers this product cannot be told.",
        "Look at the list of volume.activation.adba_object_info. If one does, {act}.",
    ),
    "forest_not_asked": (
        "KMS has licensed it, and the forest was not asked whether it has an activation object.",
        "Give the report a way to the directory, or look with volume.activation.adba_object_info.",
    ),
    "no_object": (
        "The forest has no activation object.{alone}",
        "Create one with volume.activation.adba_object. Then {act}.",
    ),
    "no_object_for_product": (
        "No activation object of the forest was of use to this product: {hint}.",
        "Look at the list of volume.activation.adba_object_info, and create the object of the KMS host key that covers"
        " this product. If there is one, look at the way to a domain controller and at replication.",
    ),
    "no_product_key": (
        "No product of the machine has a key.",
        "Bring it to a path with volume.activation.adba_client or volume.activation.kms_client.",
    ),
    "not_a_domain_member": (
        "The machine is in no domain, so Active Directory cannot license it.",
        "Join it to a domain, or leave it to KMS.",
    ),
    "not_a_volume_client": ("It is on a {channel} key, which has nothing to do with KMS or Active Directory.", None),
    "not_licensed": (
        "It is not licensed ({status}).{reason}",
        "{remedy}To license it now, {act}.",
    ),
    "not_read": ("The machine was not read.", "Look at what the machine said, and run the report again."),
    "object_not_used": (
        "KMS has licensed it, although an activation object of the forest has licensed the same product elsewhere.",
        "See that the machine reaches a domain controller, then {act}.",
    ),
    "other_domain": (
        "The machine is in the domain {domain}, which is none of the forest that was asked.",
        "Ask that domain's own forest, and create an activation object there.",
    ),
    "path_unknown": (
        "It is licensed, and does not show which path gave the licence.",
        "To see the path, {act}.",
    ),
    "product_too_old": ("Office 2010 knows no AD-based activation.", "Leave it to KMS until it is replaced."),
    "renewed_by_kms_before_the_object": (
        "KMS renewed it before the activation object was at every domain controller.",
        "Nothing has to be done: the next renewal, within seven days, goes by Active Directory. To have it now, {act}.",
    ),
    "restricted_to_kms": (
        "The machine is restricted to KMS.",
        "{lift}.",
    ),
    "restricted_to_token": (
        "The machine is restricted to token activation, and lives on the rest of a licence by KMS.",
        "{lift}.",
    ),
    "unreachable": ("The machine could not be reached.", "Bring it back, and run the report again."),
    "waiting_for_ad": (
        "It lives on the rest of a licence by KMS, and KMS does not renew it: the machine takes Active Directory only.",
        "Before {expires}, {act}. If that fails, allow KMS again with activation_type any.",
    ),
}

CODES = tuple(_TEXTS)
"""Every `why` that a row can have."""

_COMPLAINED = "the product itself says that it found none for it (0xC004F081)"
_BY_TIME = "they were there when KMS renewed it"


def texts(why: str, product: t.Mapping[str, t.Any], domain: str | None) -> tuple[str, str | None]:
    """Return the explanation and the remedy of a code, for this product of a machine in this domain.

    The domain is empty for a workgroup, and None where it was not read.
    """
    explanation, remedy = _TEXTS[why]
    words = _words(product, domain)
    return explanation.format(**words), None if remedy is None else remedy.format(**words)


def _words(product: t.Mapping[str, t.Any], domain: str | None) -> dict[str, str]:
    reason = product.get("reason") or {}
    by_kms = product.get("activated_by") == "kms"
    return {
        "domain": domain or "",
        "channel": str(product.get("channel")),
        "status": str(product.get("status")),
        "expires": str(product.get("expires") or "it ends"),
        "act": _act(product, alone=domain == ""),
        "alone": _alone(product),
        "lift": _lift(product),
        "hint": _BY_TIME if by_kms and product.get("status") == "licensed" else _COMPLAINED,
        "reason": f" {reason.get('code')}: {_sentence(reason.get('message'))}" if reason.get("code") else "",
        "remedy": f"{_sentence(reason['remedy'])} " if reason.get("remedy") else "",
    }


def _act(product: t.Mapping[str, t.Any], *, alone: bool = False) -> str:
    if _is_windows(product):
        return f"run volume.activation.{'kms_client' if alone else 'adba_client'}"
    return f"run volume.activation.activate with force and the activation_id {product.get('id')}"


def _lift(product: t.Mapping[str, t.Any]) -> str:
    if _is_windows(product):
        return "Run volume.activation.adba_client, which lifts that"
    return f"Lift that with activation_type any of volume.activation.adba_client, then {_act(product)}"


def _is_windows(product: t.Mapping[str, t.Any]) -> bool:
    return product.get("application") in (None, "windows")


def _alone(product: t.Mapping[str, t.Any]) -> str:
    """Warn of a machine that nobody renews any more."""
    restricted = product.get("activation_type") == "ad"
    return " The machine is restricted to Active Directory all the same, so nobody renews it." if restricted else ""


def _sentence(text: t.Any) -> str:
    said = str(text or "").strip()
    return said if not said or said.endswith(".") else f"{said}."
