# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Made-up names, numbers and IDs in the place of real ones: the same for the same, within one transcript.

What is made up says nothing of what it stands for: it only counts. The structure stays, because a diagnosis rests on
it: a host in a domain is still a host in that domain, since each label of a name has its own substitute.
"""

from __future__ import annotations

import functools
import ipaddress
import re
import typing as t

from .._licensing import APPLICATION_IDS, table

__all__ = ["GUID", "Pseudonyms"]

GUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_CONTEXT = re.compile(rf"(?:uuid[:.])?{GUID.pattern}", re.IGNORECASE)
_LETTERS = "BCDFGHJKMPQRTVWXY2346789"
_UNNAMED = frozenset({"", "localhost", "workgroup"})


class Pseudonyms:
    """Hands out substitutes, and remembers what they stand for until it is thrown away."""

    def __init__(self) -> None:
        self._labels: dict[str, str] = {}
        self._guids: dict[str, str] = {}
        self._addresses: dict[str, str] = {}
        self._partials: dict[str, str] = {}
        self._contexts: dict[str, str] = {}

    @property
    def known(self) -> t.Mapping[str, str]:
        """Every label of a name and every address met so far, in lower case, with its substitute."""
        return {**self._labels, **self._addresses}

    def name(self, text: str) -> str:
        """Return the substitute of a host's or a domain's name, label by label, or of an address."""
        if _is_address(text):
            return self.address(text)
        host, colon, port = text.rpartition(":")
        if colon and port.isdigit():
            return f"{self.name(host)}:{port}"
        return ".".join(self._label(label) for label in text.split("."))

    def address(self, text: str) -> str:
        """Return the substitute of an IP address, from the networks that are set aside for documentation."""
        address = ipaddress.ip_address(text.strip("[]"))
        number = len(self._addresses) + 1
        made_up = f"192.0.2.{number % 256}" if address.version == 4 else f"2001:db8::{number:x}"
        return self._addresses.setdefault(str(address).lower(), made_up)

    def guid(self, text: str) -> str:
        """Return the substitute of a GUID, in its case; IDs that Microsoft publishes stay."""
        spelled = text.lower()
        if spelled in _published_ids():
            return text
        made_up = self._guids.setdefault(spelled, f"00000000-0000-4000-8000-{len(self._guids) + 1:012x}")
        return made_up.upper() if text.isupper() else made_up

    def partial(self, text: str) -> str:
        """Return the substitute of the last five characters of a key; those of published generic keys stay."""
        if text.upper() in _published_partials() or not text:
            return text
        return self._partials.setdefault(text.upper(), _lettered(len(self._partials) + 1))

    def context(self, text: str) -> str:
        """Return the substitute of an enumeration's context, which may hold anything."""
        if _CONTEXT.fullmatch(text):
            return GUID.sub(lambda found: self.guid(found.group()), text)
        return self._contexts.setdefault(text, f"context-{len(self._contexts) + 1}")

    def _label(self, label: str) -> str:
        spelled = label.lower()
        if spelled in _UNNAMED:
            return label
        made_up = self._labels.setdefault(spelled, f"name{len(self._labels) + 1}")
        return made_up.upper() if label.isupper() else made_up


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return False
    return True


def _lettered(number: int) -> str:
    """Return a number as five characters that could end a product key, and obviously end none."""
    digits = []
    for _place in range(2):
        number, rest = divmod(number, len(_LETTERS))
        digits.append(_LETTERS[rest])
    return f"XXX{digits[1]}{digits[0]}"


@functools.cache
def _published_ids() -> frozenset[str]:
    hosts = table("constants")["office_kms_host_activation_ids"]
    listed = GUID.findall(str(hosts))
    return frozenset(found.lower() for found in (*APPLICATION_IDS.values(), *listed))


@functools.cache
def _published_partials() -> frozenset[str]:
    return frozenset(str(row["gvlk"])[-5:].upper() for row in table("gvlk")["gvlk"])
