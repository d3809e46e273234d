# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings as they are gathered: by code and subject the machines, and what there is to say of each."""

from __future__ import annotations

import typing as t
from collections import Counter
from dataclasses import dataclass, field

from .record import Finding
from .texts import OF_THE_MACHINE, SEVERITIES, TEXTS

__all__ = ["FindingCollector"]


@dataclass(slots=True)
class _Finding:
    details: dict[str, str] = field(default_factory=dict)
    causes: Counter[str] = field(default_factory=Counter)
    remedies: Counter[str] = field(default_factory=Counter)


class FindingCollector:
    """All findings of an audit, whatever the order in which they come.

    Of a machine that is left alone by its inventory, nothing that is about licences is taken in.
    """

    def __init__(self) -> None:
        self._found: dict[tuple[str, str | None], _Finding] = {}
        self._left_alone: set[str] = set()

    def leave_alone(self, name: str) -> None:
        """Take in no finding about the licences of a machine from now on."""
        self._left_alone.add(name)

    def add(self, name: str, hit: Finding) -> None:
        """Take in what is wrong with a machine."""
        if name in self._left_alone and hit.code not in OF_THE_MACHINE:
            return
        finding = self._found.setdefault((hit.code, hit.subject), _Finding())
        finding.details[name] = hit.detail
        if hit.cause:
            finding.causes[hit.cause] += 1
        if hit.remedy:
            finding.remedies[hit.remedy] += 1

    def machines(self, code: str) -> set[str]:
        """Return the machines that a code was found on so far."""
        return {name for (found, _subject), finding in self._found.items() if found == code for name in finding.details}

    def codes_by_machine(self) -> dict[str, list[str]]:
        """Return the codes of each machine that has any, sorted."""
        codes: dict[str, set[str]] = {}
        for (code, _subject), finding in self._found.items():
            for name in finding.details:
                codes.setdefault(name, set()).add(code)
        return {name: sorted(found) for name, found in codes.items()}

    def severities(self) -> dict[str, int]:
        """Return how many findings there are of each severity."""
        counted = Counter(TEXTS[code].severity for code, _subject in self._found)
        return {severity: counted[severity] for severity in SEVERITIES}

    def facts(self) -> list[dict[str, t.Any]]:
        """Return the findings as the document shows them: the worst first, then by code and subject."""
        ordered = sorted(self._found, key=lambda key: (SEVERITIES.index(TEXTS[key[0]].severity), key[0], key[1] or ""))
        return [_facts(code, subject, self._found[code, subject]) for code, subject in ordered]


def _facts(code: str, subject: str | None, finding: _Finding) -> dict[str, t.Any]:
    text = TEXTS[code]
    return {
        "code": code,
        "severity": text.severity,
        "subject": subject,
        "title": text.title.replace("{subject}", subject or ""),
        "machines": sorted(finding.details),
        "details": {name: finding.details[name] for name in sorted(finding.details)},
        "cause": _most_told(finding.causes) or text.cause,
        "remedy": _most_told(finding.remedies) or text.remedy,
    }


def _most_told(texts: Counter[str]) -> str | None:
    """Return what most machines tell, of several the first by the alphabet."""
    return min(texts, key=lambda text: (-texts[text], text), default=None)
