# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads a description's `world`: DNS, KMS hosts, AD and Microsoft; what it leaves out is healthy and ordinary."""

from __future__ import annotations

import typing as t

from .._secrets import reveal
from ._checks import (
    Check,
    InvalidDescription,
    duration,
    fields,
    flag,
    listing,
    mapping,
    moment,
    number,
    one_of,
    text,
)
from ._clock import ClockSetting
from ._keys import ANY_EDITION, KeyFacts, is_well_formed, made_up_key, masked
from ._products import ADDONS, OFFICE
from ._systems import known_systems
from ._world import ActivationObject, KmsHost, Mak, ServiceRecord, WorldDescription

__all__ = ["DEFAULT_DOMAIN", "DEFAULT_KMS_HOST", "clock_setting", "key_text", "world_description"]

DEFAULT_DOMAIN = "corp.example"
DEFAULT_KMS_HOST = f"kms.{DEFAULT_DOMAIN}"
_DEFAULT_BUDGET = 100
_PORT = number(1, 65535)
_KEY_CHANNELS = ("mak", "retail", "oem", "kms_host")


def clock_setting(value: t.Any, path: str = "clock") -> ClockSetting:
    """Return what a description says about the time."""
    given = fields(value, path, {"now": moment, "advance": duration, "frozen": flag})
    return ClockSetting(**given)


def key_text(value: t.Any, path: str) -> str:
    """Return the text of a product key; what is wrong with it is told without showing it."""
    found = reveal(value) if not isinstance(value, str) and value is not None else value
    if not isinstance(found, str) or not is_well_formed(found):
        raise InvalidDescription(
            path,
            "a product key is expected",
            "Write five groups of five: BBBBB-CCCCC-DDDDD-FFFFF-GGGGG.",
        )
    return found.strip().upper()


def _names(value: t.Any, path: str) -> frozenset[str]:
    """Return a text or a list of texts as a set."""
    return frozenset(listing(text)([value] if isinstance(value, str) else value, path))


def _covered(value: t.Any, path: str) -> frozenset[str]:
    known = {"all", "windows", "office", "windows_client", "windows_server"}
    known |= {system.line for system in known_systems().values()} | {office.line for office in OFFICE.values()}
    return frozenset(one_of(sorted(known))(name, path) for name in _names(value, path))


def _editions(value: t.Any, path: str) -> frozenset[str]:
    """Return what a key is for: edition IDs, or names of Office products and add-ons."""
    editions = {system.edition_id.lower(): system.edition_id for system in known_systems().values()}
    known = {**editions, **{name: name for name in (*OFFICE, *ADDONS, ANY_EDITION)}}
    return frozenset(known[one_of(known)(name, path)] for name in _names(value, path))


_HOST_CHECKS: t.Mapping[str, Check] = {
    "port": _PORT,
    "count": number(0, 100_000),
    "office_count": number(0, 100_000),
    "reachable": flag,
    "activated": flag,
    "products": _covered,
    "clock_skew": duration,
}


def _kms_hosts(value: t.Any, path: str) -> tuple[KmsHost, ...]:
    hosts = mapping(value, path)
    return tuple(KmsHost(name.lower(), **fields(row, f"{path}.{name}", _HOST_CHECKS)) for name, row in hosts.items())


def _record(value: t.Any, path: str) -> ServiceRecord:
    if isinstance(value, str):
        return ServiceRecord(text(value, path).lower())
    numbers = number(0, 65535)
    given = fields(value, path, {"host": text, "port": _PORT, "priority": numbers, "weight": numbers})
    if "host" not in given:
        raise InvalidDescription(f"{path}.host", "it is missing", "Name the KMS host.")
    return ServiceRecord(**{**given, "host": given["host"].lower()})


def _dns(value: t.Any, path: str) -> dict[str, tuple[ServiceRecord, ...]]:
    zones = mapping(value, path)
    return {domain.lower(): listing(_record)(records or [], f"{path}.{domain}") for domain, records in zones.items()}


def _published(hosts: tuple[KmsHost, ...]) -> dict[str, tuple[ServiceRecord, ...]]:
    """Return the records that KMS hosts write by themselves: each in the domain it is in."""
    zones: dict[str, tuple[ServiceRecord, ...]] = {}
    for host in hosts:
        domain = host.name.partition(".")[2]
        if domain:
            zones[domain] = (*zones.get(domain, ()), ServiceRecord(host.name, host.port))
    return zones


def _object(value: t.Any, path: str) -> ActivationObject:
    if isinstance(value, str):
        return ActivationObject(text(value, path))
    given = fields(value, path, {"name": text, "products": _covered})
    if "name" not in given:
        raise InvalidDescription(f"{path}.name", "it is missing", "Name the activation object.")
    return ActivationObject(**given)


def _ad(value: t.Any, path: str) -> dict[str, tuple[ActivationObject, ...]]:
    forests = mapping(value, path)
    return {name.lower(): listing(_object)(objects or [], f"{path}.{name}") for name, objects in forests.items()}


def _maks(value: t.Any, path: str) -> tuple[Mak, ...]:
    return tuple(_mak(name, row, f"{path}.{_shown(name)}") for name, row in mapping(value, path).items())


def _shown(name: str) -> str:
    return str(masked(name)) if is_well_formed(name) else name


def _mak(name: str, value: t.Any, path: str) -> Mak:
    checks = {"remaining": number(0, 1_000_000), "blocked": flag, "edition": _editions, "key": key_text}
    given = fields(value, path, checks)
    own = name.strip().upper() if is_well_formed(name) else made_up_key("mak", name)
    editions = given.get("edition", frozenset({ANY_EDITION}))
    key = KeyFacts(masked(given.get("key", own)), "mak", editions, given.get("blocked", False))
    return Mak(_shown(name), key, given.get("remaining", _DEFAULT_BUDGET))


def _keys(value: t.Any, path: str) -> tuple[KeyFacts, ...]:
    return tuple(_key(text, row, f"{path}.{_shown(text)}") for text, row in mapping(value, path).items())


def _key(written: str, value: t.Any, path: str) -> KeyFacts:
    given = fields(value, path, {"channel": one_of(_KEY_CHANNELS), "edition": _editions, "blocked": flag})
    if given.get("channel") in (None, "mak"):
        raise InvalidDescription(
            f"{path}.channel", "it says how the key was bought", "Use retail, oem or kms_host; a MAK belongs to maks."
        )
    editions = given.get("edition", frozenset({ANY_EDITION}))
    return KeyFacts(masked(key_text(written, path)), given["channel"], editions, given.get("blocked", False))


def _default_maks() -> tuple[Mak, ...]:
    esu = [name for name in ADDONS if name.startswith("esu")]
    rows = {"default": ANY_EDITION, "esu": esu, "office": list(OFFICE)}
    return tuple(_mak(name, {"edition": edition}, name) for name, edition in rows.items())


def world_description(value: t.Any, path: str = "world") -> WorldDescription:
    """Return the world; each part that is left out is as usual, and DNS lists the KMS hosts that there are."""
    parts = fields(value, path, {"kms_hosts": _kms_hosts, "dns": _dns, "ad": _ad, "microsoft": mapping})
    checks = {"reachable": flag, "maks": _maks, "keys": _keys}
    microsoft = fields(parts.get("microsoft"), f"{path}.microsoft", checks)
    hosts = parts.get("kms_hosts", (KmsHost(DEFAULT_KMS_HOST),))
    return WorldDescription(
        kms_hosts=hosts,
        dns=parts["dns"] if "dns" in parts else _published(hosts),
        ad=parts.get("ad", {}),
        microsoft_reachable=microsoft.get("reachable", True),
        maks=microsoft["maks"] if "maks" in microsoft else _default_maks(),
        keys=microsoft.get("keys", ()),
    )
