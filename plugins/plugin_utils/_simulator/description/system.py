# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads what a machine runs: its edition, what kind of key that edition may have, and what can stand beside it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import datetime

from ..catalog.product_keys import gvlk_for
from ..catalog.products import OFFICE_BOUGHT, addon_names
from ..catalog.systems import System, find_system, known_systems, system_from_parts
from .fields import Check, InvalidDescription, fields, moment, number, one_of, text
from .licence import Licence, checked_licence

__all__ = ["SYSTEM_CHECKS", "SubscriptionWish", "base_of", "check_addons", "subscription", "system_of", "windows_of"]

SYSTEM_CHECKS: t.Mapping[str, Check] = {
    "system": text,
    "edition_id": text,
    "build": number(9200, 99999),
    "sku": number(0, 100_000),
    "caption": text,
}


@dataclass(frozen=True)
class SubscriptionWish:
    """A step-up from the edition whose key is installed."""

    edition: str = "Enterprise"
    status: int = 1
    expires: datetime | None = None


def subscription(value: t.Any, path: str) -> SubscriptionWish | None:
    """Return a step-up; true is the usual one."""
    if isinstance(value, bool):
        return SubscriptionWish() if value else None
    return SubscriptionWish(**fields(value, path, {"edition": text, "status": number(0, 99), "expires": moment}))


def system_of(given: t.Mapping[str, t.Any], path: str) -> System:
    """Return the system that is named, or told by its parts."""
    if "system" in given:
        return _named_system(given, path)
    if "edition_id" not in given or "build" not in given:
        remedy = "Give a system, e.g. server_2022_standard, or an edition_id and a build."
        raise InvalidDescription(f"{path}.system", "it is missing", remedy)
    found = system_from_parts(given["edition_id"], given["build"], given.get("sku"), given.get("caption"))
    if found is None:
        raise InvalidDescription(
            f"{path}.sku", "this edition is not known", "Give its OperatingSystemSKU number as sku too."
        )
    return found


def _named_system(given: t.Mapping[str, t.Any], path: str) -> System:
    name = one_of(known_systems())(given["system"], f"{path}.system")
    extra = next((key for key in ("edition_id", "sku", "caption") if key in given), None)
    if extra:
        remedy = "Leave out either system or edition_id, sku and caption."
        raise InvalidDescription(f"{path}.{extra}", "the system says it already", remedy)
    return t.cast(System, find_system(name, given.get("build")))


def base_of(system: System, subscription: SubscriptionWish | None, path: str) -> System | None:
    """Return the edition below the step-up: Pro below Enterprise, also for N and Education."""
    if subscription is None:
        return None
    below = {"Enterprise": "Professional", "EnterpriseN": "ProfessionalN", "Education": "ProfessionalEducation"}
    if system.edition_id not in below:
        raise InvalidDescription(
            f"{path}.subscription",
            "this edition does not come by subscription",
            "Use a Windows 11 enterprise system.",
        )
    return system_from_parts(below[system.edition_id], system.build, None, None)


def windows_of(system: System, given: dict[str, t.Any], path: str) -> Licence:
    """Return the licence of Windows itself; a KMS client's key has just been installed when nothing is said."""
    has_gvlk = gvlk_for(system.edition_id, system.build) is not None
    usual = "evaluation" if system.is_evaluation else "kms_client" if has_gvlk else "retail"
    channel = given.get("channel", usual)
    _check_channel(system, channel, has_gvlk, f"{path}.channel")
    if "status" not in given and channel not in ("kms_client", "none"):
        given["status"] = "licensed"
    return checked_licence(Licence(**{**given, "product": None, "channel": channel}), path)


def _check_channel(system: System, channel: str, has_gvlk: bool, path: str) -> None:
    if channel in ("kms_client", "mak", "kms_host") and (system.is_evaluation or not has_gvlk):
        raise InvalidDescription(
            path, f"{system.edition_id} is no volume edition", "Choose another system, or channel retail, oem or none."
        )
    if channel == "avma" and not system.is_server:
        raise InvalidDescription(path, "only servers are activated by their host", "Use a server system.")
    if (channel == "evaluation") != system.is_evaluation and channel != "none":
        raise InvalidDescription(path, "the edition and the channel differ", "Only an _eval system is an evaluation.")


def check_addons(system: System, given: t.Mapping[str, t.Any], path: str) -> None:
    """Refuse products that are named twice, and add-ons that the system does not have."""
    for name in ("office", "addons", "office_host"):
        # A product by volume licence and the same one bought otherwise are two.
        products = [(licence.product, OFFICE_BOUGHT.get(licence.channel)) for licence in given.get(name, ())]
        if len(products) != len(set(products)):
            raise InvalidDescription(f"{path}.{name}", "a product is named twice", "Name each product once.")
    known = addon_names(system)
    for licence in given.get("addons", ()):
        if licence.product not in known:
            problem = f"{system.name} has no add-on {licence.product}"
            raise InvalidDescription(f"{path}.addons", problem, f"Use one of: {', '.join(known)}.")
