# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The checks of the licences themselves: how they stand, and what went wrong last."""

from __future__ import annotations

from .._licensing import (
    ENDS_SOON_DAYS,
    ActivationType,
    Channel,
    LicenseStatus,
    Product,
    attempt_sentence,
    explain,
    named,
)
from .._planning import asked_kms_host
from .context import DiagnosisContext
from .result import Check, ok, skipped, wrong

__all__ = ["last_error", "licence"]

_MINUTES_A_DAY = 1440
_FAILED = 0x80000000
"""The bit of an HRESULT that makes it an error; without it the number is a remark."""

_TYPES = {"kms": ActivationType.KMS, "ad": ActivationType.AD}
_PATHS = {ActivationType.AD: "Active Directory", ActivationType.KMS: "KMS", ActivationType.TOKEN: "a token"}
_CODES = {LicenseStatus.UNLICENSED: "not_licensed", LicenseStatus.NOTIFICATION: "notification"}


def licence(case: DiagnosisContext) -> Check:
    """Whether everything with a key is licensed, by the way that is expected, and for a while."""
    if not case.products:
        return skipped("licence", "No product has a key.")
    for product in case.products:
        found = _unlicensed(product) if not product.is_licensed else _other_path(case, product) or _ending(product)
        if found is not None:
            return found
    return ok("licence", " ".join(_standing(product) for product in case.products))


def _unlicensed(product: Product) -> Check:
    code = _CODES.get(product.status, "in_grace")
    return wrong("licence", code, product=named(product), status=product.status.label, left=_left(product))


def _other_path(case: DiagnosisContext, product: Product) -> Check | None:
    wanted = _TYPES.get(case.expected.path)
    if wanted is None or product.channel is not Channel.KMS_CLIENT or product.activated_by in (None, wanted):
        return None
    path = _PATHS.get(product.activated_by, product.activated_by.label)
    return wrong("licence", "licensed_by_other_path", product=named(product), path=path, expected=_PATHS[wanted])


def _ending(product: Product) -> Check | None:
    days = product.grace_minutes // _MINUTES_A_DAY
    soon = product.is_leased and days < ENDS_SOON_DAYS
    return wrong("licence", "ends_soon", product=named(product), days=days) if soon else None


def _standing(product: Product) -> str:
    return f"{named(product)} is licensed, {_left(product)}."


def _left(product: Product) -> str:
    if not product.grace_minutes:
        return "without an end" if product.is_licensed else "which has ended"
    return f"{product.grace_minutes // _MINUTES_A_DAY} days left"


def last_error(case: DiagnosisContext) -> Check:
    """Whether Windows says why a product is not licensed: the event of the last attempt, else the licence's own reason.

    The reason is mostly a state such as 0xC004F056, which any client shows that no host has licensed.
    """
    for product in case.products:
        found = _failed_attempt(product)
        if found is not None:
            return found
        if product.reason & _FAILED:
            told = explain(product.reason, product.channel.value)
            asked = asked_kms_host(product.reason, product, case.state)
            message = " ".join(filter(None, (f"{named(product)}: {told.message}", asked)))
            return Check("last_error", "wrong", message, told.code, told.cause, told.remedy)
    return ok("last_error", "No product tells of an error.")


def _failed_attempt(product: Product) -> Check | None:
    attempt = product.last_attempt
    if attempt is None or not attempt.code:
        return None
    meaning = explain(attempt.code, attempt.channel.value)
    message = f"{named(product)}: {attempt_sentence(attempt)}"
    return Check("last_error", "wrong", message, meaning.code, meaning.cause, meaning.remedy)
