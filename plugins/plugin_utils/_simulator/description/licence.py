# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads what a description says about one product's licence: its key, its channel, and how it stands."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ..._secrets import Secret
from ..catalog.product_keys import masked
from ..catalog.products import MICROSOFT_365, OFFICE_BOUGHT, OFFICE_CHANNELS, OFFICE_PRODUCTS
from .events import LastAttempt, last_attempt
from .fault_rules import fault_rule
from .fields import Check, InvalidDescription, fields, nullable, number, one_of
from .microsoft import key_text

__all__ = ["LICENCE_CHECKS", "Licence", "checked_licence", "installed_pack", "key", "office_licence", "product_licence"]

_CHANNELS = ("kms_client", "mak", "retail", "oem", "kms_host", "evaluation", "avma", "none")
_LEASED = ("kms_client", "evaluation", "subscription")
_STATUSES = (
    "unlicensed",
    "licensed",
    "oob_grace",
    "oot_grace",
    "non_genuine_grace",
    "notification",
    "extended_grace",
)


@dataclass(frozen=True)
class Licence:
    """A key in a product, and how that product stands."""

    product: str | None
    """Name of an Office product or an add-on; None is Windows."""
    channel: str
    product_key: Secret | None = None
    status: str | None = None
    """None is a key that has just been installed."""
    lease_days: float | None = None
    grace_days: float | None = None
    activated_by: str = "kms"
    reason: int | None = None
    last_attempt: LastAttempt | None = None
    """What the machine's log has of the last attempt to activate it."""


def key(value: t.Any, path: str) -> Secret:
    """Return a product key, masked."""
    return masked(key_text(value, path))


def _reason(value: t.Any, path: str) -> int:
    return int(fault_rule({"do": "hresult", "code": value}, path)["code"])


LICENCE_CHECKS: t.Mapping[str, Check] = {
    "channel": one_of(_CHANNELS),
    "product_key": nullable(key),
    "status": nullable(one_of(_STATUSES)),
    "lease_days": number(0, 180, whole=False),
    "grace_days": number(0, 180, whole=False),
    "activated_by": one_of(("kms", "ad", "token")),
    "reason": _reason,
    "last_attempt": nullable(last_attempt),
}


def product_licence(names: t.Iterable[str], name_field: str, channels: tuple[str, ...]) -> Check:
    """Return a check for an Office product or an add-on: its name, or its name with the state it is in.

    The first of `channels` is the usual one.
    """
    known = one_of(names)
    checks = {**LICENCE_CHECKS, name_field: known, "channel": one_of(channels)}

    def check(value: t.Any, path: str) -> Licence:
        row = {name_field: value} if isinstance(value, str) else value
        given = fields(row, path, checks)
        if name_field not in given:
            raise InvalidDescription(f"{path}.{name_field}", "it is missing", "Name the product.")
        name = given.pop(name_field)
        return checked_licence(Licence(**{"product": name, "channel": channels[0], **given}), path)

    return check


_OFFICE = product_licence(OFFICE_PRODUCTS, "product", OFFICE_CHANNELS)


def office_licence(value: t.Any, path: str) -> Licence:
    """Return an Office product; one that is not licensed by volume is licensed when nothing is said."""
    licence = t.cast(Licence, _OFFICE(value, path))
    named = value if isinstance(value, dict) else {}
    if licence.product == MICROSOFT_365 and "channel" not in named:
        licence = replace(licence, channel="subscription")
    if licence.product == MICROSOFT_365 and licence.channel in ("kms_client", "mak", "retail"):
        raise InvalidDescription(
            f"{path}.channel", "Microsoft 365 has no such key", "Use subscription or retail_grace."
        )
    if licence.channel in OFFICE_BOUGHT and "status" not in named:
        status = "oob_grace" if licence.channel == "retail_grace" else "licensed"
        licence = replace(licence, status=status)
    return checked_licence(licence, path)


def installed_pack(names: t.Iterable[str]) -> Check:
    """Return a check for a volume licence pack: its name alone is one that has no key yet."""
    with_key = product_licence(names, "product", ("kms_host", "none"))

    def check(value: t.Any, path: str) -> Licence:
        return t.cast(
            Licence, with_key({"product": value, "channel": "none"} if isinstance(value, str) else value, path)
        )

    return check


def checked_licence(licence: Licence, path: str) -> Licence:
    """Return a licence whose fields fit together."""
    if licence.channel == "none" and (licence.product_key or licence.status not in (None, "unlicensed")):
        raise InvalidDescription(f"{path}.channel", "a product without a key has no state", "Leave out channel: none.")
    if licence.last_attempt and licence.channel != "kms_client":
        raise InvalidDescription(f"{path}.last_attempt", "no KMS host is asked", "Only a KMS client has one.")
    leased = licence.channel in _LEASED and licence.status in ("licensed", None)
    if licence.lease_days is not None and not leased:
        raise InvalidDescription(
            f"{path}.lease_days",
            "nothing runs out here",
            "Only a licensed KMS client, evaluation or subscription has a lease.",
        )
    if licence.grace_days is not None and "grace" not in (licence.status or ""):
        raise InvalidDescription(f"{path}.grace_days", "there is no grace", "Give a status such as oob_grace too.")
    if licence.lease_days is not None and licence.status is None:
        return Licence(**{**vars(licence), "status": "licensed"})
    return licence
