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
from datetime import timedelta

from ..._secrets import Secret
from ..catalog.languages import LANGUAGES
from ..catalog.office_packs import OFFICE_HOSTS
from ..catalog.product_keys import made_up_key, masked
from ..catalog.products import ADDONS
from ..catalog.systems import System
from .events import LoggedEvent, logged_event
from .fault_rules import fault_rule
from .fields import (
    Check,
    InvalidDescription,
    duration,
    fields,
    flag,
    identifier,
    listing,
    mapping,
    nullable,
    number,
    one_of,
    text,
)
from .kms_settings import KMS_SETTING_CHECKS, ProductSettings, product_settings
from .licence import LICENCE_CHECKS, Licence, installed_pack, key, office_licence, product_licence
from .system import SYSTEM_CHECKS, SubscriptionWish, base_of, check_addons, subscription, system_of, windows_of
from .world import DEFAULT_DOMAIN

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
        "firewall",
    }
)
"""Fields that may change while the fleet runs without the machine losing its state."""

_FIRST = "1"
_ROLES = ("member", "domain_controller", "workgroup")
# Version 8 is for one's own use (RFC 9562), and Windows makes none; with the beginning it says "simulated".
_MARK = "51a0f1ee"
_NAMESPACE = uuid.UUID("0c8e7c0e-6f0e-4c37-9a54-51a0c0ffee00")


@dataclass(frozen=True)
class MachineDescription:
    """Everything a description says about a machine, with its defaults."""

    system: System
    windows: Licence
    base: System | None = None
    """The edition below a subscription's step-up."""
    office: tuple[Licence, ...] = ()
    addons: tuple[Licence, ...] = ()
    esu_prerequisites: bool = True
    """Whether the updates are installed that Extended Security Updates need."""
    office_host: tuple[Licence, ...] = ()
    """Office host keys, or places for them: the volume licence packs that are installed."""
    computer_name: str = ""
    domain: str | None = DEFAULT_DOMAIN
    dns_suffix: str | None = None
    """The primary DNS suffix of a machine in a workgroup; in a domain it is the domain."""
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
    product_settings: t.Mapping[str, ProductSettings] = field(default_factory=dict)
    """What is set for single products, by name or activation ID; it overrides the settings above."""
    subscription: SubscriptionWish | None = None
    image: str = _FIRST
    """Another one is another installation of Windows on the same hardware."""
    cmid: str = ""
    bios_uuid: str = ""
    firmware_key: Secret | None = None
    rearms: int = 1001
    internet: bool = True
    clock_skew: timedelta = timedelta()
    virtual: bool = True
    """Whether it is a virtual machine, which a KMS host notes."""
    firewall: str | None = None
    """Whether KMS clients are let in, `open` or `closed`; None lets them in to a KMS host."""
    credentials: t.Mapping[str, t.Any] = field(default_factory=dict)
    connection: str | None = None
    transport: str | None = None
    scheme: str | None = None
    vars: t.Mapping[str, t.Any] = field(default_factory=dict)
    faults: tuple[t.Mapping[str, t.Any], ...] = ()
    events: tuple[LoggedEvent, ...] = ()
    """Events of its Application log, beside those of the last attempts."""

    @property
    def is_kms_host(self) -> bool:
        """Whether it holds a KMS host key."""
        return any(licence.channel == "kms_host" for licence in (self.windows, *self.office_host))

    @property
    def is_open(self) -> bool:
        """Whether its firewall lets KMS clients in."""
        return self.is_kms_host if self.firewall is None else self.firewall == "open"

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


def _label(value: t.Any, path: str) -> str:
    """Return a number or a word that stands for nothing but itself."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else text(value, path)


_CHECKS: t.Mapping[str, Check] = {
    **SYSTEM_CHECKS,
    **LICENCE_CHECKS,
    "office": listing(office_licence),
    "esu_prerequisites": flag,
    "office_host": listing(installed_pack(OFFICE_HOSTS)),
    "addons": listing(product_licence(ADDONS, "addon", ("mak", "none"))),
    "computer_name": text,
    "domain": nullable(text),
    "dns_suffix": nullable(text),
    "domain_role": one_of(_ROLES),
    "delegation": flag,
    "administrator": flag,
    "language": _language,
    "utc_offset": _offset,
    **KMS_SETTING_CHECKS,
    "host_caching": flag,
    "product_settings": product_settings,
    "subscription": subscription,
    "image": _label,
    "hardware": _label,
    "cmid": identifier,
    "bios_uuid": identifier,
    "firmware_key": nullable(key),
    "rearms": number(0, 10_000),
    "internet": flag,
    "clock_skew": duration,
    "virtual": flag,
    "firewall": nullable(one_of(("open", "closed"))),
    "credentials": mapping,
    "connection": nullable(one_of(("winrm", "psrp"))),
    "transport": nullable(one_of(("basic", "ntlm"))),
    "scheme": nullable(one_of(("http", "https"))),
    "vars": mapping,
    "faults": listing(fault_rule),
    "events": listing(logged_event),
}


def machine_description(name: str, value: t.Any, path: str) -> MachineDescription:
    """Return a machine's description with every default filled in; raises InvalidDescription."""
    given = fields({"system": value} if isinstance(value, str) else value, path, _CHECKS)
    system = system_of({key: given.pop(key) for key in SYSTEM_CHECKS if key in given}, path)
    base = base_of(system, given.get("subscription"), path)
    licence = {key: given.pop(key) for key in LICENCE_CHECKS if key in given}
    windows = windows_of(base or system, licence, path)
    check_addons(system, given, path)
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
    if given.get("dns_suffix") and given.get("domain", DEFAULT_DOMAIN) is not None:
        problem = "it is for a workgroup: in a domain the suffix is the domain"
        raise InvalidDescription(f"{path}.dns_suffix", problem, "Add domain_role: workgroup, or leave it out.")
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
    found = uuid.uuid5(_NAMESPACE, f"{kind}/{name}" if label == _FIRST else f"{kind}/{name}/{label}").hex
    return str(uuid.UUID(f"{_MARK}{found[8:12]}8{found[13:]}"))
