# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a directory's entries hold, as text: values are bytes, and one that cannot be read leaves the others alone."""

from __future__ import annotations

import re
import typing as t
from datetime import datetime

from .names import guid_text
from .objects import ActivationObject

__all__ = ["ATTRIBUTES", "LdapEntry", "activation_object"]

ATTRIBUTES = (
    "displayName",
    "cn",
    "objectGUID",
    "msSPP-CSVLKSkuId",
    "msSPP-CSVLKPid",
    "msSPP-CSVLKPartialProductKey",
    "msSPP-KMSIds",
    "whenCreated",
    "whenChanged",
)
"""What is read of an activation object; its licences are large, and nobody's business."""

# A generalised time in UTC, with or without fractions of a second: 20260131120000.0Z
_TIME = re.compile(r"(\d{14})(?:\.\d+)?Z")


class LdapEntry:
    """One entry of a directory: its DN and its values by attribute, whose case makes no difference."""

    def __init__(self, dn: str, values: t.Mapping[str, t.Sequence[bytes]]) -> None:
        self.dn = dn
        self._values = {name.lower(): list(found) for name, found in values.items()}

    def has(self, attribute: str) -> bool:
        """Tell whether there is a value."""
        return bool(self._values.get(attribute.lower()))

    def texts(self, attribute: str) -> list[str]:
        """Return all values as text; bytes that are no UTF-8 are written as \\x…."""
        return [data.decode("utf-8", "backslashreplace") for data in self._values.get(attribute.lower(), ())]

    def text(self, attribute: str) -> str | None:
        """Return the first value as text, None if there is none or if it is empty."""
        return next((text for text in self.texts(attribute) if text), None)

    def guids(self, attribute: str) -> list[str]:
        """Return those values that are GUIDs."""
        return [guid_text(data) for data in self._values.get(attribute.lower(), ()) if len(data) == 16]

    def guid(self, attribute: str) -> str | None:
        """Return the first value that is a GUID, None if there is none."""
        return next(iter(self.guids(attribute)), None)

    def number(self, attribute: str) -> int:
        """Return the first value as a number, 0 if it is none."""
        text = self.text(attribute) or ""
        return int(text) if text.isdecimal() else 0

    def time(self, attribute: str) -> str | None:
        """Return the first value as a time of ISO 8601 in UTC, None if it is none."""
        match = _TIME.fullmatch(self.text(attribute) or "")
        try:
            return f"{datetime.strptime(match.group(1), '%Y%m%d%H%M%S').isoformat()}Z" if match else None
        except ValueError:
            return None


def activation_object(entry: LdapEntry) -> ActivationObject:
    """Return the activation object that an entry describes."""
    cn = entry.text("cn") or ""
    return ActivationObject(
        dn=entry.dn,
        name=entry.text("displayName") or cn or entry.dn,
        cn=cn,
        guid=entry.guid("objectGUID"),
        activation_id=entry.guid("msSPP-CSVLKSkuId"),
        partial_product_key=entry.text("msSPP-CSVLKPartialProductKey"),
        extended_pid=entry.text("msSPP-CSVLKPid"),
        # A directory keeps several values in no order.
        kms_ids=tuple(sorted(entry.guids("msSPP-KMSIds"))),
        created=entry.time("whenCreated"),
        changed=entry.time("whenChanged"),
    )
