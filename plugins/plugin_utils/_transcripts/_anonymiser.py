# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What becomes of each text of a message: it stays, or something made up takes its place.

Only what is known to say nothing of whose machine it is stays: numbers, truth values, the words of Windows itself. All
other properties keep their shape at most. The rule is by what a text is called and what it looks like, never by a list
of what to take out, so that a property nobody thought of does not come through.

Texts of faults are the one exception, since one of the open questions is about their language. From them everything is
taken that is known to be a name or looks like one.
"""

from __future__ import annotations

import re
import typing as t

from ._markup import Place, rewritten
from ._pseudonyms import GUID, Pseudonyms

__all__ = ["Anonymiser"]

MACHINE_URL = "http://machine:5985/wsman"
"""Where every request of ours says that it goes; a machine does not compare it."""

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
_KEPT = frozenset(
    {
        # the words of Windows
        "BuildNumber",
        "LicenseFamily",
        "ProductKeyChannel",
        "Version",
        # what only requests hold, and always the same
        "MaxElements",
        "PolicyName",
        "hDefKey",
        "sSubKeyName",
        "sSubKeyNames",
        "sValueName",
        "uRequired",
        # a datetime that says nothing of the machine's history
        "Datetime",
    }
)
_MOMENTS = frozenset({"EvaluationEndDate", "LocalDateTime", "TrustedTime"})
_PROTOCOL = frozenset({"Action", "Address", "FaultDetail", "ResourceURI"})
_PRODUCT_NAME = re.compile(r"(?:Windows\(R\)|Office \d+|Microsoft Office)\W.*", re.DOTALL)
_CHANNEL_TOKEN = re.compile(r"VOLUME_|RETAIL|OEM_|TIMEBASED_|MAK|VIRTUAL_MACHINE_ACTIVATION")
_PLAIN = re.compile(r"-?[0-9]{1,10}|true|false", re.IGNORECASE)
_MADE_UP_MOMENT = "2020-01-01T00:00:00Z"

_TELLING = {
    "key": r"\b(?:[A-Z0-9]{5}-){4}[A-Z0-9]{5}\b",
    "guid": GUID.pattern,
    "sid": r"\bS-1-\d+(?:-\d+)+\b",
    "mail": r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*",
    "account": r"(?<![\w\\:%])\\{0,2}(?!%)[\w.$-]+\\[\w.$ -]*[\w$]",
    "ipv4": r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])",
    "ipv6": r"(?<![\w:])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![\w:])",
    "dotted": r"(?<![\w./\\-])[\w-]+(?:\.[\w-]+)*\.(?P<last>[a-z][\w-]*)(?![\w-])",
    "digits": r"\d{11,}",
}
"""What looks like a name, a number or an address in free text. The first that fits counts, and nothing twice."""

_FILES = frozenset({"dll", "dat", "exe", "mof", "vbs", "xml"})
_PUBLIC = ("dmtf.org", "microsoft.com", "w3.org", "xmlsoap.org")


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
        """Return free text without names, addresses, keys and IDs."""
        known = "|".join(re.escape(name) for name in sorted(self.pseudonyms.known, key=len, reverse=True))
        forms = {**_TELLING, **({"known": rf"(?<!\w)(?:{known})(?!\w)"} if known else {})}
        telling = "|".join(f"(?P<{name}>{form})" for name, form in forms.items())
        return re.sub(telling, self._replaced, text, flags=re.IGNORECASE)

    def _noticed(self, place: Place, text: str) -> str:
        if _called(place) in _NAMES:
            self.pseudonyms.name(text)
        return text

    def _changed(self, place: Place, text: str) -> str:
        called = _called(place)
        if called == "@path" or ("Fault" in place.path and not called.startswith("@")):
            return text if called == "FaultDetail" else self.text(text)
        if "Header" in place.path and called not in ("Selector", *_PROTOCOL):
            return self._header(called, text)
        if called in ("EnumerationContext", "Filter", *_PROTOCOL):
            return self._frame(called, text)
        return self._property(place.label if called == "Selector" else called, text)

    def _header(self, called: str, text: str) -> str:
        if called == "To":
            return text if text.endswith("/anonymous") else MACHINE_URL
        if called in ("FragmentTransfer", "MaxEnvelopeSize", "OperationTimeout"):
            return text
        return self.pseudonyms.context(text)

    def _frame(self, called: str, text: str) -> str:
        if called == "EnumerationContext":
            return self.pseudonyms.context(text)
        # Ours, or a URI that the standards fix.
        return text if called in _PROTOCOL else GUID.sub(lambda found: self.pseudonyms.guid(found.group()), text)

    def _property(self, called: str, text: str) -> str:
        if called in _NAMES:
            return self.pseudonyms.name(text)
        if called == "PartialProductKey":
            return self.pseudonyms.partial(text)
        if _is_windows_own(called, text):
            return self.text(text)
        if called in _KEPT or _PLAIN.fullmatch(text):
            return text
        if GUID.fullmatch(text.strip("{}")):
            return GUID.sub(lambda found: self.pseudonyms.guid(found.group()), text)
        return _shape(text)

    def _replaced(self, found: re.Match[str]) -> str:
        form, text = found.lastgroup or "", found.group()
        if form in _INSTEAD:
            return _INSTEAD[form]
        if form in ("ipv4", "ipv6"):
            return self._address(text)
        if found["dotted"]:
            return self._dotted(text, found["last"])
        if form == "guid":
            return self.pseudonyms.guid(text)
        return self.pseudonyms.known[text.lower()] if form == "known" else _shape(text)

    def _address(self, text: str) -> str:
        try:
            return self.pseudonyms.address(text)
        except ValueError:
            return _shape(text)

    def _dotted(self, name: str, last: str) -> str:
        public = last.lower() in _FILES or name.lower().endswith(_PUBLIC)
        return name if public else self.pseudonyms.name(name)


_INSTEAD = {"sid": "S-1-5-21-0-0-0-0", "mail": "user@name", "account": r"NAME\user"}


def _called(place: Place) -> str:
    """Return the name of the property that a text belongs to; a datetime stands in an element of its own."""
    if not place.path:
        return ""
    last = place.path[-1]
    if last in ("Datetime", "Interval") and len(place.path) > 1:
        return last if place.path[-2] in _MOMENTS else f"{place.path[-2]}/{last}"
    return last


def _is_windows_own(called: str, text: str) -> bool:
    """Tell whether a text is one that Windows brings along: the name or the description of one of its licences."""
    if called == "Name":
        return _PRODUCT_NAME.match(text) is not None
    return called == "Description" and _CHANNEL_TOKEN.search(text) is not None


def _shape(text: str) -> str:
    """Return a text with its letters and digits taken out of it."""
    if re.match(r"\d{4}-\d\d-\d\dT", text):
        return _MADE_UP_MOMENT
    return re.sub(r"[^\W\d_]", "x", re.sub(r"\d", "0", text))
