# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What becomes of the strings of an event about an activation: codes and numbers stay, hosts and IDs are made up."""

from __future__ import annotations

import re

from .pseudonyms import GUID, Pseudonyms
from .text_masking import shape

__all__ = ["event_string"]

_CODE = re.compile(r"(?:hr=)?0x[0-9a-f]{1,8}", re.IGNORECASE)
_NUMBER = re.compile(r"[0-9]{1,10}")
_TIME = re.compile(r"\d{4}/\d{1,2}/\d{1,2} \d{1,2}:\d{2}")
_PLACE = re.compile(r"(?:[\w.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?", re.IGNORECASE)
_SKU = re.compile(rf"Sku\s?Id\s?=\s?\{{?({GUID.pattern})", re.IGNORECASE)
_PLACE_FIELD = 2
_MADE_UP_TIME = "2020/01/01 00:00"


def event_string(text: str, made_up: Pseudonyms) -> str:
    """Return a string of an event; one that is not about an activation keeps its shape only."""
    if _CODE.fullmatch(text.strip()):
        return text
    product = _SKU.search(text)
    if product is not None:
        return f"SkuId={made_up.guid(product[1])}"
    fields = text.split(",")
    if not _CODE.fullmatch(fields[0].strip()):
        return shape(text)
    return ", ".join(_field(index, field.strip(), made_up) for index, field in enumerate(fields))


def _field(index: int, field: str, made_up: Pseudonyms) -> str:
    if _CODE.fullmatch(field) or _NUMBER.fullmatch(field):
        return field
    if _TIME.fullmatch(field):
        return _MADE_UP_TIME
    if GUID.fullmatch(field):
        return made_up.guid(field)
    return made_up.name(field) if index == _PLACE_FIELD and _PLACE.fullmatch(field) else shape(field)
