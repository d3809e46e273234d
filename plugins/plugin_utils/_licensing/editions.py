# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Editions by their language-free names: EditionID, also known as LicenseFamily.

An installation without desktop ("core") goes by several spellings (`ServerStandardCor`, `ServerStandardCore`) and by
SKU numbers of its own, but takes the same keys, so it is brought to the name of the full edition. Not so the
semi-annual channel's `ServerStandardACor`: it is an edition in its own right, with other keys on the same build.
"""

from __future__ import annotations

import functools
import re

from .tables import table

__all__ = [
    "OLDEST_BUILD",
    "canonical_edition",
    "edition_of_sku",
    "is_evaluation",
    "is_lifted",
    "is_server_edition",
    "is_too_old",
]

OLDEST_BUILD = 9600
"""Windows 8.1 and Windows Server 2012 R2, the oldest that are managed."""
_OLDEST_VERSION = (6, 3)
"""The same, as the version of the licensing service begins with it."""

_CORE = re.compile(r"(?<!A)(?:Core?)+(?=(?:Eval)?$)", re.IGNORECASE)


def edition_of_sku(sku: int | None) -> str | None:
    """Return the EditionID behind `Win32_OperatingSystem.OperatingSystemSKU`, or None for a number not in the table."""
    return None if sku is None else _skus().get(sku)


def is_too_old(version: str) -> bool:
    """Return whether a licensing service of that version is older than the oldest Windows that is managed."""
    parts = version.split(".")[:2]
    return len(parts) == 2 and all(part.isdecimal() for part in parts) and tuple(map(int, parts)) < _OLDEST_VERSION


def canonical_edition(edition_id: str) -> str:
    """Return an EditionID in the table's spelling, without what marks a core installation; unknown names stay."""
    known, aliases = _spellings()
    name = edition_id.strip()
    if name.casefold() in aliases:
        return aliases[name.casefold()]
    name = _without_core(name)
    name = aliases.get(name.casefold(), name)
    return known.get(name.casefold(), name)


def is_evaluation(edition_id: str | None) -> bool:
    """Tell whether an EditionID names an evaluation installation, which takes no volume key at all."""
    return _without_core((edition_id or "").strip()).casefold().endswith("eval")


def is_server_edition(edition_id: str | None) -> bool:
    """Tell whether an EditionID is a server to KMS; Enterprise multi-session has the name of one and is none."""
    name = (edition_id or "").strip().casefold()
    return name.startswith("server") and name != "serverrdsh"


def _without_core(name: str) -> str:
    return _CORE.sub("", name) if name[:6].casefold() == "server" else name


@functools.cache
def _skus() -> dict[int, str]:
    return {row["sku"]: row["edition_id"] for row in table("editions")["skus"]}


@functools.cache
def _spellings() -> tuple[dict[str, str], dict[str, str]]:
    aliases = {alias.casefold(): name for alias, name in table("editions")["aliases"].items()}
    return {name.casefold(): name for name in _skus().values()}, aliases


def is_lifted(family: str | None, running: str | None) -> bool:
    """Tell whether a subscription has lifted Windows above the edition of its key, as only Professional is."""
    return canonical_edition(family or "").startswith("Professional") and not (
        canonical_edition(running or "").startswith("Professional")
    )
