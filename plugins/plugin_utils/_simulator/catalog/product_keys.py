# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Product keys as the simulated licensing service knows them: the published generic ones, and made-up others.

A key says which channel it belongs to and which products it is for; nothing here computes or checks a real key.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
import typing as t
from dataclasses import dataclass
from pathlib import Path

from ..._secrets import Secret, reveal

__all__ = [
    "ANY_EDITION",
    "KeyFacts",
    "gvlk_for",
    "is_well_formed",
    "made_up_key",
    "masked",
    "office_gvlk",
    "partial",
    "published_key",
    "published_texts",
]

ANY_EDITION = "any"
"""In `KeyFacts.editions`: every Windows edition, no add-on and no Office."""

_ALPHABET = "BCDFGHJKMPQRTVWXY2346789"
_FORM = re.compile(r"^[BCDFGHJKMNPQRTVWXY2346789]{5}(-[BCDFGHJKMNPQRTVWXY2346789]{5}){4}$")
_TABLE = Path(__file__).parents[2] / "_licensing" / "data" / "gvlk.json"
_FIRST_GROUPS = {
    "mak": "MMMMM-KKKKK-BBBBB-CCCCC",
    "retail_grace": "RRRRR-GGGGG-BBBBB-CCCCC",
    "subscription": "WWWWW-TTTTT-BBBBB-CCCCC",
    "retail": "RRRRR-TTTTT-BBBBB-CCCCC",
    "oem": "QQQQQ-MMMMM-BBBBB-CCCCC",
    "kms_host": "HHHHH-KKKKK-BBBBB-CCCCC",
    "evaluation": "VVVVV-BBBBB-CCCCC-DDDDD",
    "avma": "GGGGG-VVVVV-BBBBB-CCCCC",
}


@dataclass(frozen=True)
class KeyFacts:
    """What the licensing service learns from a key."""

    text: Secret
    channel: str
    """As a machine's description says it: kms_client, mak, retail, oem, kms_host, evaluation, avma."""
    editions: frozenset[str]
    """LicenseFamily of the products it is for, names of Office products or add-ons, or ANY_EDITION."""
    blocked: bool = False
    remaining: int | None = None
    """How many computers a KMS host key can still be activated on; None is without end."""
    covers: frozenset[str] = frozenset({"all"})
    """Which products an activation object of this KMS host key activates."""

    @property
    def last_five(self) -> str:
        """The part of the key that a machine shows."""
        return partial(reveal(self.text))


def partial(text: str) -> str:
    """Return the last five characters of a key."""
    return text.strip().upper()[-5:]


def masked(text: str) -> Secret:
    """Return a key as a secret that shows its last five characters."""
    normal = text.strip().upper()
    return Secret(normal, visible=partial(normal) if is_well_formed(normal) else "")


def is_well_formed(text: str) -> bool:
    """Return whether a text has the form of a product key."""
    return bool(_FORM.match(text.strip().upper()))


def made_up_key(channel: str, seed: str) -> str:
    """Return a key nobody could take for a real one; the same seed gives the same key."""
    digest = hashlib.sha256(f"{channel}/{seed}".encode()).digest()
    tail = "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in digest[:5])
    return f"{_FIRST_GROUPS[channel]}-{tail}"


@functools.lru_cache(maxsize=1)
def _rows() -> tuple[t.Mapping[str, t.Any], ...]:
    return tuple(json.loads(_TABLE.read_text(encoding="utf-8"))["gvlk"])


@functools.lru_cache(maxsize=1)
def _rows_by_key() -> t.Mapping[str, tuple[t.Mapping[str, t.Any], ...]]:
    found: dict[str, tuple[t.Mapping[str, t.Any], ...]] = {}
    for row in _rows():
        found[row["gvlk"]] = (*found.get(row["gvlk"], ()), row)
    return found


def _covers(row: t.Mapping[str, t.Any], edition_id: str, build: int) -> bool:
    """Return whether a row of the published table is for this edition on this build."""
    builds = row["build"]
    if row["edition_id"] != edition_id or builds is None:
        return False
    if not isinstance(builds, list):
        return bool(builds == build)
    # One key serves every feature update: the list names the first and the last known one. Windows 11 has no last.
    first, last = int(min(builds)), int(max(builds))
    return first <= build and (build <= last or first >= 22000)


@functools.cache
def gvlk_for(edition_id: str, build: int) -> str | None:
    """Return the published KMS client key of a Windows edition on a build, None where none is published."""
    return next((row["gvlk"] for row in _rows() if _covers(row, edition_id, build)), None)


@functools.cache
def office_gvlk(product: str) -> str | None:
    """Return the published KMS client key of an Office product by its published name."""
    return next(
        (row["gvlk"] for row in _rows() if row["channel_group"] == "Office" and row["edition"] == product), None
    )


def published_texts() -> t.Iterable[str]:
    """Return all published keys."""
    return _rows_by_key().keys()


@functools.lru_cache(maxsize=4096)
def published_key(text: str, build: int) -> KeyFacts | None:
    """Return what a published key is for on a machine of that build; None when it is not a published key.

    A published key of another edition or release is known, and is for nothing here: `editions` then names none of the
    machine's products.
    """
    rows = _rows_by_key().get(text.strip().upper(), ())
    if not rows:
        return None
    windows = {row["edition_id"] for row in rows if row["edition_id"] and _covers(row, row["edition_id"], build)}
    office = {row["edition"] for row in rows if row["channel_group"] == "Office"}
    return KeyFacts(masked(text), "kms_client", frozenset(windows | office))
