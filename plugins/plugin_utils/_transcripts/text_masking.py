# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Free text and single values without anything that tells: words that are known stay, of all others the shape."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from .pseudonyms import GUID, Pseudonyms
from .vocabulary import CHANNEL, SHIPPED, WORDS

__all__ = ["MADE_UP_MOMENT", "channel", "event_string", "moment", "shape", "shipped", "worded"]

MADE_UP_MOMENT = "2020-01-01T00:00:00Z"

_LONGEST = 120
"""Longer texts are cut: where their punctuation stands would be a mark of its own."""
_RUN = re.compile(r"[^\x00-\x2f:-@\[-`{-\x7f]+")
_PIECES = (
    ("guid", rf"(?<!\w){GUID.pattern}(?!\w)"),
    ("hresult", r"(?<![\w.:/\\@-])0x[0-9a-f]{1,8}(?![\w:/\\@-]|\.\w)"),
    ("word", r"[\w%](?:[\w%]|[^\w\s\x00-\x7f]|[.@\\/:$&+~#|=-]+(?=\w))*"),
    ("other", r"[^\w%]"),
)
"""What a text is cut into, the first that fits: a word takes in all that is tied to it, as in names and addresses."""
_TIED = re.compile(r"[\w%][.@\\/:$&+~#|=-]+\Z")
_NUMBER = re.compile(r"\d{1,10}", re.ASCII)
_FAILURES = range(0x80000000, 0x100000000)
_CHANNEL = re.compile(rf"(?<![^\W_]){CHANNEL}(?![^\W_])")
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,9})?(?:Z|([+-])(\d\d):(\d\d))?", re.ASCII)


def shape(text: str) -> str:
    """Return a text with its words and numbers taken out of it, however long they are, and cut where it is long."""
    if _MOMENT.match(text):
        return MADE_UP_MOMENT
    return _RUN.sub(lambda run: "000" if run.group().isdigit() else "xxx", text)[:_LONGEST]


def channel(text: str) -> str:
    """Return the shape of a description with the tokens of its channel in it."""
    pieces = re.split(f"({_CHANNEL.pattern})", text[:_LONGEST])
    return "".join(piece if _CHANNEL.fullmatch(piece) else shape(piece) for piece in pieces)


def shipped(text: str) -> str:
    """Return a name with the beginning that Windows' and Office's own licences have, of the rest the shape."""
    found = re.match(rf"{SHIPPED}(?=\W)", text)
    return shape(text) if found is None else f"{found.group()}{shape(text[found.end() :])}"


def moment(text: str, *, exact: bool) -> str:
    """Return a moment in the time of Greenwich to the second, or to the day; one that cannot be read is made up."""
    found = _MOMENT.fullmatch(text.strip())
    if found is None:
        return MADE_UP_MOMENT
    try:
        behind = timedelta(hours=int(found[3] or 0), minutes=int(found[4] or 0))
        told = datetime.fromisoformat(found[1]) - (-behind if found[2] == "-" else behind)
    except (ValueError, OverflowError):
        return MADE_UP_MOMENT
    return f"{told.isoformat()}Z" if exact else f"{told.date().isoformat()}T00:00:00Z"


def worded(text: str, made_up: Pseudonyms) -> str:
    """Return free text with its known words, its error numbers, and made-up names in the place of known names."""
    names = "|".join(re.escape(name) for name in sorted(made_up.known, key=len, reverse=True))
    forms = (*((("name", rf"(?<!\w)(?:{names})(?!\w)"),) if names else ()), *_PIECES)
    pieces = "|".join(f"(?P<{name}>{form})" for name, form in forms)
    return re.sub(pieces, lambda found: _instead(found, made_up), text, flags=re.IGNORECASE)


def _instead(found: re.Match[str], made_up: Pseudonyms) -> str:
    kind, text = found.lastgroup, found.group()
    if kind == "name":
        return made_up.known.get(text.lower()) or shape(text)
    if kind == "guid":
        return made_up.guid(text)
    if kind == "hresult":
        return text
    # What is tied to a known name is a part of it, whatever word it is.
    is_tied = _TIED.search(found.string[max(0, found.start() - 4) : found.start()]) is not None
    return shape(text) if kind == "other" or is_tied else _word(text)


def _word(text: str) -> str:
    if _NUMBER.fullmatch(text):
        return text if len(text) <= 3 or int(text) in _FAILURES else shape(text)
    return text if text.isascii() and text.lower() in WORDS else shape(text)


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
