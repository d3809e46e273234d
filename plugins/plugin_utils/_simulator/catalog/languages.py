# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a Windows host says in its own language: captions, descriptions and the texts of faults.

Only the words differ, never a code or a channel token; whoever matches on the words fails on the second language.
"""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass, replace
from pathlib import Path

__all__ = ["LANGUAGES", "Words", "words"]


_DATA = Path(__file__).parent / "data" / "languages.json"


@dataclass(frozen=True)
class Words:
    """The phrases of one language; braces are filled in by who uses them."""

    locale: str
    """`Win32_OperatingSystem.Locale`: the language identifier in hexadecimal."""
    windows_name: str
    windows_description: str
    office_name: str
    office_description: str
    addon_name: str
    provider_error: str
    bad_query: str
    no_such_class: str
    not_found: str
    other: str
    captions: t.Mapping[str, str]
    """Parts of a Windows caption that are translated."""
    services: t.Mapping[str, str]
    """What the services of Windows are called, by their names."""
    firewall_rule: str
    event_type: str
    event_error: str
    event_message: str
    country: str = "1"
    """`Win32_OperatingSystem.CountryCode`: the dialling code."""
    architecture: str = "64-bit"

    def caption(self, english: str) -> str:
        """Return a caption in this language."""
        for part, translated in self.captions.items():
            english = english.replace(part, translated)
        return english


_ENGLISH = Words(
    locale="0409",
    windows_name="Windows(R), {family} edition",
    windows_description="Windows(R) Operating System, {token} channel",
    office_name="{line}, {family} edition",
    office_description="{line}, {token} channel",
    addon_name="Windows(R), {family} add-on for {base}",
    provider_error=(
        "The WS-Management service cannot process the request. "
        "The WMI service or the WMI provider returned an unknown error: HRESULT 0x{number:08x}"
    ),
    bad_query="The query is not valid WQL for this class.",
    no_such_class="There is no such class in this namespace.",
    not_found="The resource that was asked for is not here.",
    other="The service cannot carry out this request.",
    captions={},
    services={
        "sppsvc": "Software Protection",
        "Winmgmt": "Windows Management Instrumentation",
        "WinRM": "Windows Remote Management (WS-Management)",
    },
    firewall_rule="Key Management Service (TCP-In)",
    event_type="Information",
    event_error="Error",
    event_message="A request for activation was worked on.\r\nInfo:\r\n{info}",
)
_GERMAN = Words(
    locale="0407",
    windows_name="Windows(R), {family}-Edition",
    windows_description="Betriebssystem Windows(R), {token}-Kanal",
    office_name="{line}, {family}-Edition",
    office_description="{line}, {token}-Kanal",
    addon_name="Windows(R), Add-On {family} f\u00fcr {base}",
    provider_error=(
        "Der WS-Verwaltungsdienst kann die Anforderung nicht verarbeiten. Der WMI-Dienst oder der WMI-Anbieter hat "
        "einen unbekannten Fehler zur\u00fcckgegeben: HRESULT 0x{number:08x}"
    ),
    bad_query="Die Abfrage ist f\u00fcr diese Klasse kein g\u00fcltiges WQL.",
    no_such_class="Diese Klasse gibt es im Namespace nicht.",
    not_found="Die angeforderte Ressource ist hier nicht vorhanden.",
    other="Der Dienst kann diese Anforderung nicht ausf\u00fchren.",
    captions={"Evaluation": "Testversion"},
    services={
        "sppsvc": "Software Protection",
        "Winmgmt": "Windows-Verwaltungsinstrumentation",
        "WinRM": "Windows-Remoteverwaltung (WS-Verwaltung)",
    },
    firewall_rule="Schl\u00fcsselverwaltungsdienst (TCP eingehend)",
    event_type="Informationen",
    event_error="Fehler",
    event_message="Eine Anforderung der Aktivierung wurde bearbeitet.\r\nInfo:\r\n{info}",
    country="49",
)
_JAPANESE = Words(
    locale="0411",
    windows_name="Windows(R)\u3001{family} \u30a8\u30c7\u30a3\u30b7\u30e7\u30f3",
    windows_description=(
        "Windows(R) \u30aa\u30da\u30ec\u30fc\u30c6\u30a3\u30f3\u30b0 \u30b7\u30b9\u30c6\u30e0\u3001"
        "{token} \u30c1\u30e3\u30cd\u30eb"
    ),
    office_name="{line}\u3001{family} \u30a8\u30c7\u30a3\u30b7\u30e7\u30f3",
    office_description="{line}\u3001{token} \u30c1\u30e3\u30cd\u30eb",
    addon_name="Windows(R)\u3001{base} \u7528 {family} \u30a2\u30c9\u30aa\u30f3",
    provider_error=(
        "WS-Management \u30b5\u30fc\u30d3\u30b9\u306f\u8981\u6c42\u3092\u51e6\u7406\u3067\u304d\u307e\u305b\u3093\u3002"
        "WMI \u304c\u4e0d\u660e\u306a\u30a8\u30e9\u30fc\u3092\u8fd4\u3057\u307e\u3057\u305f: HRESULT 0x{number:08x}"
    ),
    bad_query="\u3053\u306e\u30af\u30e9\u30b9\u306b\u5bfe\u3059\u308b\u7121\u52b9\u306a\u30af\u30a8\u30ea\u3067\u3059\u3002",
    no_such_class="\u3053\u306e\u540d\u524d\u7a7a\u9593\u306b\u30af\u30e9\u30b9\u304c\u3042\u308a\u307e\u305b\u3093\u3002",
    not_found="\u8981\u6c42\u3055\u308c\u305f\u30ea\u30bd\u30fc\u30b9\u304c\u3042\u308a\u307e\u305b\u3093\u3002",
    other="\u3053\u306e\u8981\u6c42\u3092\u5b9f\u884c\u3067\u304d\u307e\u305b\u3093\u3002",
    captions={"Evaluation": "\u8a55\u4fa1\u7248"},
    services={
        "sppsvc": "Software Protection",
        "Winmgmt": "Windows Management Instrumentation",
        "WinRM": "Windows Remote Management (WS-Management)",
    },
    firewall_rule="\u30ad\u30fc\u7ba1\u7406\u30b5\u30fc\u30d3\u30b9 (TCP \u53d7\u4fe1)",
    event_type="\u60c5\u5831",
    event_error="\u30a8\u30e9\u30fc",
    event_message="\u30e9\u30a4\u30bb\u30f3\u30b9\u8a8d\u8a3c\u306e\u8981\u6c42\u3092\u51e6\u7406\u3057\u307e\u3057\u305f\u3002\r\n\u60c5\u5831:\r\n{info}",
    country="81",
    architecture="64 \u30d3\u30c3\u30c8",
)


def _others() -> dict[str, Words]:
    """Return the languages of the data file; a phrase that one lacks is the English one."""
    rows = json.loads(_DATA.read_text(encoding="utf-8"))
    return {name: replace(_ENGLISH, **row) for name, row in rows.items()}


LANGUAGES: t.Mapping[str, Words] = {"en-US": _ENGLISH, "de-DE": _GERMAN, "ja-JP": _JAPANESE, **_others()}
"""The languages a simulated host can speak."""


def words(language: str) -> Words:
    """Return the phrases of a language, the English ones for a language that is not known."""
    return LANGUAGES.get(language, _ENGLISH)
