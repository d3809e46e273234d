# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What becomes of each text of a message: it stays, or something made up takes its place.

Only what is known to say nothing of whose machine it is stays: the numbers of known properties, truth values, values of
a known form, the words of Windows' own English errors. All else keeps its shape at most. Nothing is ever searched for
and taken out, so that a text nobody thought of, in a language nobody thought of, does not come through.
"""

from __future__ import annotations

import re
import typing as t

from .markup import MarkupPosition, rewritten
from .pseudonyms import GUID, Pseudonyms
from .text_masking import channel, event_string, moment, shape, shipped, worded
from .vocabulary import FORMS, MACHINE_URL, NUMBERS

__all__ = ["Anonymiser"]

_NAMES = frozenset(
    {
        "ADActivationObjectName",
        "CSName",
        "DNSHostName",
        "DiscoveredKeyManagementServiceMachineIpAddress",
        "DiscoveredKeyManagementServiceMachineName",
        "Domain",
        "KeyManagementServiceLookupDomain",
        "KeyManagementServiceMachine",
        "Workgroup",
        "@Machine",
    }
)
_CLOCKS = frozenset({"LocalDateTime", "TimeGenerated", "TrustedTime"})
_MOMENTS = _CLOCKS | {"EvaluationEndDate"}
_ADDRESSES = frozenset({"Address", "To"})
_PLAIN = re.compile(r"-?[0-9]{1,10}")
_TRUTH = re.compile(r"true|false", re.IGNORECASE)
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'")
_SHORT_NUMBER = re.compile(r"[0-9]{1,5}")
_ASKED_OF_A_LOG = re.compile(r"Application|[0-9]{14}\.[0-9]{6}\+000")
"""The log that the doctor reads, and since when, which follows from the machine's clock."""
_EVENT = "InsertionStrings"


_SHAPES: t.Mapping[str, t.Callable[[str], str]] = {"Description": channel, "Name": shipped}


class Anonymiser:
    """Rewrites messages; learns names first, so that they are found in free text too, whatever came before them."""

    def __init__(self, names: t.Iterable[str] = (), pseudonyms: Pseudonyms | None = None) -> None:
        self.pseudonyms = pseudonyms or Pseudonyms()
        for name in names:
            self.pseudonyms.name(name)

    def learn(self, message: str) -> None:
        """Take notice of the names in a message."""
        rewritten(message, self._noticed)

    def message(self, message: str) -> str:
        """Return a message of WS-Management without anything that tells whose it is."""
        return rewritten(message, self._changed)

    def text(self, text: str) -> str:
        """Return free text without anything that is not known to be Windows' own."""
        return worded(text, self.pseudonyms)

    def _noticed(self, place: MarkupPosition, text: str) -> str:
        if _called(place) in _NAMES:
            self.pseudonyms.name(text)
        elif _called(place) == _EVENT:
            event_string(text, self.pseudonyms)
        return text

    def _changed(self, place: MarkupPosition, text: str) -> str:
        called = _called(place)
        if called in _ADDRESSES:
            return text if FORMS[called].fullmatch(text) else MACHINE_URL
        if called == "EnumerationContext":
            return self.pseudonyms.context(text)
        if called == "Filter":
            return _QUOTED.sub(self._quoted, text)
        if called == "@path" or ("Fault" in place.path and not called.startswith("@")):
            return text if _stays(called, text) else self.text(text)
        if "Header" in place.path and called not in ("Selector", *FORMS, *NUMBERS):
            return self.pseudonyms.context(text)
        return self._property(place.label if called == "Selector" else called, text)

    def _quoted(self, found: re.Match[str]) -> str:
        """Return a value that a query compares with: an ID or a small number, of all others the shape."""
        value = found[1]
        if GUID.fullmatch(value):
            return f"'{self.pseudonyms.guid(value)}'"
        stays = _SHORT_NUMBER.fullmatch(value) or _ASKED_OF_A_LOG.fullmatch(value)
        return found.group() if stays else f"'{shape(value)}'"

    def _property(self, called: str, text: str) -> str:
        if called in _NAMES:
            return self.pseudonyms.name(text)
        if called == _EVENT:
            return event_string(text, self.pseudonyms)
        if called == "PartialProductKey":
            return self.pseudonyms.partial(text)
        if called in _MOMENTS:
            return moment(text, exact=called in _CLOCKS)
        if _stays(called, text):
            return text
        if GUID.fullmatch(text.removeprefix("{").removesuffix("}")):
            return GUID.sub(lambda found: self.pseudonyms.guid(found.group()), text)
        return _SHAPES.get(called, shape)(text)


def _called(place: MarkupPosition) -> str:
    """Return the name of the property that a text belongs to; a datetime stands in an element of its own."""
    if not place.path:
        return ""
    last = place.path[-1]
    return place.path[-2] if last in ("Datetime", "Interval") and len(place.path) > 1 else last


def _stays(called: str, text: str) -> bool:
    """Tell whether a text is of the form that may stay in its place."""
    if _TRUTH.fullmatch(text):
        return True
    if called in NUMBERS:
        return _PLAIN.fullmatch(text.strip()) is not None
    form = FORMS.get(called)
    return form is not None and form.fullmatch(text) is not None
