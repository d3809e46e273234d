# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads a description's `world.microsoft`: the MAKs and what is left of them, other keys, and the batch service."""

from __future__ import annotations

import typing as t

from ..._secrets import reveal
from ..catalog.product_keys import ANY_EDITION, KeyFacts, is_well_formed, made_up_key, masked
from ..catalog.products import ADDONS, OFFICE
from ..catalog.systems import known_systems
from ..world.microsoft import MicrosoftDescription, SimulatedMak
from .fault_rules import service_rule
from .fields import Check, InvalidDescription, fields, flag, listing, mapping, nullable, number, one_of, text
from .forest import covered

__all__ = ["key_text", "microsoft_description"]

_DEFAULT_BUDGET = 100
_KEY_CHANNELS = ("mak", "retail", "oem", "kms_host")
_SERVICE: t.Mapping[str, Check] = {
    "faults": listing(service_rule),
    "reorder": flag,
    "batch_limit": nullable(number(1, 100_000)),
}


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


def microsoft_description(value: t.Any, path: str) -> MicrosoftDescription:
    """Return what a description says about Microsoft; without MAKs of its own there are three usual ones."""
    checks = {"reachable": flag, "maks": _maks, "keys": _keys, "repeats_cost": flag, "service": mapping}
    given = fields(value, path, checks)
    service = fields(given.pop("service", None), f"{path}.service", _SERVICE)
    return MicrosoftDescription(**{"maks": _default_maks(), **given, **service})


def _editions(value: t.Any, path: str) -> frozenset[str]:
    """Return what a key is for: edition IDs, or names of Office products and add-ons."""
    editions = {system.edition_id.lower(): system.edition_id for system in known_systems().values()}
    known = {**editions, **{name: name for name in (*OFFICE, *ADDONS, ANY_EDITION)}}
    names = listing(text)([value] if isinstance(value, str) else value, path)
    return frozenset(known[one_of(known)(name, path)] for name in names)


def _maks(value: t.Any, path: str) -> tuple[SimulatedMak, ...]:
    return tuple(_mak(name, row, f"{path}.{_shown(name)}") for name, row in mapping(value, path).items())


def _shown(name: str) -> str:
    return str(masked(name)) if is_well_formed(name) else name


def _mak(name: str, value: t.Any, path: str) -> SimulatedMak:
    checks = {"remaining": number(0, 1_000_000), "blocked": flag, "edition": _editions, "key": key_text}
    given = fields(value, path, checks)
    own = name.strip().upper() if is_well_formed(name) else made_up_key("mak", name)
    editions = given.get("edition", frozenset({ANY_EDITION}))
    key = KeyFacts(masked(given.get("key", own)), "mak", editions, given.get("blocked", False))
    return SimulatedMak(_shown(name), key, given.get("remaining", _DEFAULT_BUDGET))


def _keys(value: t.Any, path: str) -> tuple[KeyFacts, ...]:
    return tuple(_key(text, row, f"{path}.{_shown(text)}") for text, row in mapping(value, path).items())


def _key(written: str, value: t.Any, path: str) -> KeyFacts:
    checks = {
        "channel": one_of(_KEY_CHANNELS),
        "edition": _editions,
        "blocked": flag,
        "covers": covered,
        "remaining": number(0, 1000),
    }
    given = fields(value, path, checks)
    if given.get("channel") in (None, "mak"):
        raise InvalidDescription(
            f"{path}.channel", "it says how the key was bought", "Use retail, oem or kms_host; a MAK belongs to maks."
        )
    misplaced = next((name for name in ("covers", "remaining") if name in given), None)
    if misplaced and given["channel"] != "kms_host":
        raise InvalidDescription(f"{path}.{misplaced}", "it is only for a kms_host key", "Leave it out.")
    editions = given.pop("edition", frozenset({ANY_EDITION}))
    return KeyFacts(masked(key_text(written, path)), given.pop("channel"), editions, **given)


def _default_maks() -> tuple[SimulatedMak, ...]:
    esu = [name for name in ADDONS if name.startswith("esu")]
    rows = {"default": ANY_EDITION, "esu": esu, "office": list(OFFICE)}
    return tuple(_mak(name, {"edition": edition}, name) for name, edition in rows.items())
