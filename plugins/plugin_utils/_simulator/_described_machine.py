# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads the description of one machine: what it is, what state it is in, and what goes wrong with it."""

from __future__ import annotations

import re
import typing as t
import uuid
from dataclasses import dataclass, field
from dataclasses import fields as dataclass_fields
from datetime import datetime, timedelta

from .._secrets import Secret
from ._checks import (
    Check,
    InvalidDescription,
    duration,
    fields,
    flag,
    identifier,
    listing,
    mapping,
    moment,
    nullable,
    number,
    one_of,
    text,
)
from ._described_licence import LICENCE_CHECKS, Licence, checked_licence, key, product_licence
from ._described_world import DEFAULT_DOMAIN
from ._keys import gvlk_for, made_up_key, masked
from ._products import ADDONS, OFFICE, addon_names
from ._rules import fault_rule
from ._systems import System, find_system, known_systems, system_from_parts
from ._words import LANGUAGES

__all__ = ["ENVIRONMENT", "Licence", "MachineDescription", "SubscriptionWish", "machine_description"]

ENVIRONMENT = frozenset(
    {
        "faults",
        "credentials",
        "connection",
        "transport",
        "scheme",
        "vars",
        "internet",
        "clock_skew",
        "bios_uuid",
        "delegation",
        "administrator",
    }
)
"""Fields that may change while the fleet runs without the machine losing its state."""

_TYPES = {"any": 0, "ad": 1, "kms": 2, "token": 3}
_FIRST = "1"
_ROLES = ("member", "domain_controller", "workgroup")
_NAMESPACE = uuid.UUID("0c8e7c0e-6f0e-4c37-9a54-51a0c0ffee00")


@dataclass(frozen=True)
class SubscriptionWish:
    """A step-up from the edition whose key is installed."""

    edition: str = "Enterprise"
    status: int = 1
    expires: datetime | None = None


@dataclass(frozen=True)
class MachineDescription:
    """Everything a description says about a machine, with its defaults."""

    system: System
    windows: Licence
    base: System | None = None
    """The edition below a subscription's step-up."""
    office: tuple[Licence, ...] = ()
    addons: tuple[Licence, ...] = ()
    computer_name: str = ""
    domain: str | None = DEFAULT_DOMAIN
    is_domain_controller: bool = False
    delegation: bool = False
    """Whether its logins can be passed on to another machine."""
    administrator: bool = True
    """Whether its logins may change it."""
    language: str = "en-US"
    utc_offset: timedelta = timedelta()
    kms_host: str | None = None
    kms_port: int | None = None
    lookup_domain: str | None = None
    host_caching: bool = True
    activation_type: int = 0
    subscription: SubscriptionWish | None = None
    image: str = _FIRST
    """Another one is another installation of Windows on the same hardware."""
    cmid: str = ""
    bios_uuid: str = ""
    firmware_key: Secret | None = None
    rearms: int = 1001
    internet: bool = True
    clock_skew: timedelta = timedelta()
    credentials: t.Mapping[str, t.Any] = field(default_factory=dict)
    connection: str | None = None
    transport: str | None = None
    scheme: str | None = None
    vars: t.Mapping[str, t.Any] = field(default_factory=dict)
    faults: tuple[t.Mapping[str, t.Any], ...] = ()

    def state(self) -> tuple[t.Any, ...]:
        """Return the fields whose change means a machine that starts anew."""
        return tuple(getattr(self, item.name) for item in dataclass_fields(self) if item.name not in ENVIRONMENT)


def _offset(value: t.Any, path: str) -> timedelta:
    match = re.fullmatch(r"([+-])(\d\d):(\d\d)", str(value))
    if match is None or int(match.group(2)) > 14 or int(match.group(3)) > 59:
        raise InvalidDescription(path, "an offset from UTC is expected", 'Write it as in "+09:00".')
    span = timedelta(hours=int(match.group(2)), minutes=int(match.group(3)))
    return -span if match.group(1) == "-" else span


def _language(value: t.Any, path: str) -> str:
    spelled = {name.lower(): name for name in LANGUAGES}
    return spelled[one_of(spelled)(value, path)]


def _type(value: t.Any, path: str) -> int:
    return _TYPES[one_of(_TYPES)(value, path)]


def _label(value: t.Any, path: str) -> str:
    """Return a number or a word that stands for nothing but itself."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else text(value, path)


def _subscription(value: t.Any, path: str) -> SubscriptionWish | None:
    if isinstance(value, bool):
        return SubscriptionWish() if value else None
    return SubscriptionWish(**fields(value, path, {"edition": text, "status": number(0, 99), "expires": moment}))


_CHECKS: t.Mapping[str, Check] = {
    "system": text,
    "edition_id": text,
    "build": number(9200, 99999),
    "sku": number(0, 100_000),
    "caption": text,
    **LICENCE_CHECKS,
    "office": listing(product_licence(OFFICE, "product", ("kms_client", "mak", "none"))),
    "addons": listing(product_licence(ADDONS, "addon", ("mak", "none"))),
    "computer_name": text,
    "domain": nullable(text),
    "domain_role": one_of(_ROLES),
    "delegation": flag,
    "administrator": flag,
    "language": _language,
    "utc_offset": _offset,
    "kms_host": nullable(text),
    "kms_port": nullable(number(1, 65535)),
    "lookup_domain": nullable(text),
    "host_caching": flag,
    "activation_type": _type,
    "subscription": _subscription,
    "image": _label,
    "hardware": _label,
    "cmid": identifier,
    "bios_uuid": identifier,
    "firmware_key": nullable(key),
    "rearms": number(0, 10_000),
    "internet": flag,
    "clock_skew": duration,
    "credentials": mapping,
    "connection": nullable(one_of(("winrm", "psrp"))),
    "transport": nullable(one_of(("basic", "ntlm"))),
    "scheme": nullable(one_of(("http", "https"))),
    "vars": mapping,
    "faults": listing(fault_rule),
}
_SYSTEM_FIELDS = ("system", "edition_id", "build", "sku", "caption")


def machine_description(name: str, value: t.Any, path: str) -> MachineDescription:
    """Return a machine's description with every default filled in; raises InvalidDescription."""
    given = fields({"system": value} if isinstance(value, str) else value, path, _CHECKS)
    system = _system({key: given.pop(key) for key in _SYSTEM_FIELDS if key in given}, path)
    base = _base(system, given.get("subscription"), path)
    licence = {key: given.pop(key) for key in LICENCE_CHECKS if key in given}
    windows = _windows(base or system, licence, path)
    _check_addons(system, given, path)
    _take_role(given, system, path)
    defaults = {
        "computer_name": name.partition(".")[0].upper()[:15],
        "cmid": _identifier("cmid", name, given.get("image", _FIRST)),
        "bios_uuid": _identifier("bios", name, _hardware(given, path)),
        "firmware_key": masked(made_up_key("oem", f"firmware/{name}")) if windows.channel == "oem" else None,
        "rearms": 1001 if system.build >= 10240 else 3,
    }
    return MachineDescription(**{"system": system, "base": base, "windows": windows, **defaults, **given})


def _take_role(given: dict[str, t.Any], system: System, path: str) -> None:
    """Turn what a machine is in its domain into what the description keeps: the domain, and whether it leads it."""
    role = given.pop("domain_role", None)
    if role == "workgroup" and given.setdefault("domain", None):
        raise InvalidDescription(f"{path}.domain_role", "a workgroup has no domain", "Leave out domain.")
    if role in ("member", "domain_controller") and given.get("domain", DEFAULT_DOMAIN) is None:
        raise InvalidDescription(f"{path}.domain_role", "it takes a domain", "Give the machine a domain.")
    if role == "domain_controller" and not system.is_server:
        problem = "a workstation is no domain controller"
        raise InvalidDescription(f"{path}.domain_role", problem, "Use a server system, e.g. server_2022_standard.")
    given["is_domain_controller"] = role == "domain_controller"


def _hardware(given: dict[str, t.Any], path: str) -> str:
    if "hardware" in given and "bios_uuid" in given:
        remedy = "Leave out either hardware or bios_uuid."
        raise InvalidDescription(f"{path}.hardware", "the bios_uuid says it already", remedy)
    return str(given.pop("hardware", _FIRST))


def _identifier(kind: str, name: str, label: str) -> str:
    """Return a machine's identifier; only a second image or hardware has its label in it."""
    return str(uuid.uuid5(_NAMESPACE, f"{kind}/{name}" if label == _FIRST else f"{kind}/{name}/{label}"))


def _system(given: t.Mapping[str, t.Any], path: str) -> System:
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


def _base(system: System, subscription: SubscriptionWish | None, path: str) -> System | None:
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


def _windows(system: System, given: dict[str, t.Any], path: str) -> Licence:
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
    if (channel == "evaluation") != system.is_evaluation and channel != "none":
        raise InvalidDescription(path, "the edition and the channel differ", "Only an _eval system is an evaluation.")


def _check_addons(system: System, given: t.Mapping[str, t.Any], path: str) -> None:
    for name in ("office", "addons"):
        products = [licence.product for licence in given.get(name, ())]
        if len(products) != len(set(products)):
            raise InvalidDescription(f"{path}.{name}", "a product is named twice", "Name each product once.")
    known = addon_names(system)
    for licence in given.get("addons", ()):
        if licence.product not in known:
            problem = f"{system.name} has no add-on {licence.product}"
            raise InvalidDescription(f"{path}.addons", problem, f"Use one of: {', '.join(known)}.")
