# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The long numbers of this world: extended product IDs, installation IDs and confirmation IDs.

All are derived, so every run gives the same ones, and they have the real ones' shapes. They mean nothing to a real
machine or to Microsoft: no algorithm of theirs is in here.
"""

from __future__ import annotations

import functools
import hashlib
import re
import typing as t
from datetime import datetime

from ..._secrets import reveal
from .languages import words
from .product_keys import KeyFacts

__all__ = [
    "confirmation_id",
    "digits",
    "extended_pid",
    "has_installation_form",
    "installation_id",
    "installation_of",
    "key_part",
    "pid_of_key",
]

_FORM_OF_PID = re.compile(r"(\d{5}-\d{5}-\d{3}-\d{6}-\d{2})-\d{4}-\d+\.\d{4}-\d{7}", re.ASCII)
_FORM_OF_IID = re.compile(r"\d{63}|\d{54}", re.ASCII)
_CHANNEL_GROUPS: t.Mapping[str, str] = {"kms_client": "03", "mak": "03", "kms_host": "03", "oem": "02"}
_OTHER_CHANNEL = "00"
# The marks by which everything of this world is known for simulated. Windows shows no such platform and group, and of
# the installation IDs of real machines one in 10^14 would begin so.
_PID_MARK = "00000-99999"
_IID_MARK = "00000009999999"


def digits(seed: str, count: int) -> str:
    """Return so many digits that follow the seed, and nothing else."""
    digest = hashlib.sha512(seed.encode()).hexdigest()
    return f"{int(digest, 16) % 10**count:0{count}d}"


@functools.lru_cache(maxsize=4096)
def _key_part(text: str, channel: str) -> str:
    found = digits(f"simulated product ID of {text}", 9)
    return f"{_PID_MARK}-{found[:3]}-{found[3:]}-{_CHANNEL_GROUPS.get(channel, _OTHER_CHANNEL)}"


def pid_of_key(key: KeyFacts) -> str:
    """Return the first five groups of an extended product ID: they follow the key alone."""
    return _key_part(reveal(key.text), key.channel)


def extended_pid(key: KeyFacts, language: str, build: int, installed: datetime) -> str:
    """Return the whole number: key, language and build of the system, and the day on which the key came."""
    language_id = int(words(language).locale, 16)
    return f"{pid_of_key(key)}-{language_id:04d}-{build}.0000-{installed:%j%Y}"


def key_part(pid: str) -> str | None:
    """Return the groups that tell the key; None for what has not the form of an extended product ID."""
    match = _FORM_OF_PID.fullmatch(pid)
    return match.group(1) if match else None


def installation_id(hardware: str, product: str, key: KeyFacts) -> str:
    """Return the 63 digits that follow hardware, product and key, and neither the image nor the day."""
    return installation_of(f"{hardware}/{product}/{pid_of_key(key)}")


def installation_of(what: str) -> str:
    """Return the installation ID of anything that is to be activated: 63 digits, of which the first are the mark."""
    return _IID_MARK + digits(f"simulated installation of {what}", 63 - len(_IID_MARK))


def has_installation_form(text: str) -> bool:
    """Return whether a text has the 63 digits of an installation ID, or the 54 of an old one."""
    return bool(_FORM_OF_IID.fullmatch(text))


def confirmation_id(installation: str) -> str:
    """Return the 48 digits that confirm an installation ID in this world."""
    return digits(f"simulated confirmation of {installation}", 48)
