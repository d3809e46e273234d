# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of machines: a row each, in chunks that a browser lays out one at a time, and how to narrow it."""

from __future__ import annotations

import typing as t
from collections import Counter

from ._document import Audit
from ._figures import status_look
from ._sums import number
from ._words import METHODS, PROFILES, SEVERITIES, STATUSES, ordered, plain, worst

__all__ = ["COLUMNS", "choices", "chunks"]

Facts: t.TypeAlias = "dict[str, t.Any]"

COLUMNS = ("Machine", "Status", "Method", "Profile", "Edition", "Ends", "Severity", "Findings")

_CHUNK = 50
# Classes of one letter: there are ten thousand of each.
_LOOKS = {"good": "g", "warning": "w", "critical": "c", "info": "i", "off": "o"}


def chunks(audit: Audit) -> list[list[Facts]]:
    """Return the rows, fifty in a chunk."""
    severities = {finding["code"]: finding["severity"] for finding in audit["findings"]}
    rows = [_row(machine, severities) for machine in audit["machines"]]
    return [rows[start : start + _CHUNK] for start in range(0, len(rows), _CHUNK)]


def _row(machine: Facts, severities: t.Mapping[str, str]) -> Facts:
    severity = _severity(machine, severities)
    profile, days = machine["profile"], machine["days_left"]
    return {
        "name": machine["name"],
        "groups": ", ".join(map(str, machine["groups"])),
        "status": plain(machine["status"], STATUSES),
        "look": _LOOKS[status_look(machine["status"])],
        "method": plain(machine["method"], METHODS),
        "profile": plain(profile.get("intended") or "unset", PROFILES),
        "rule": f"auto: {plain(profile['rule'])}" if profile.get("rule") else "",
        "edition": _edition(machine),
        "expires": machine["expires"] or "",
        "left": "" if days is None else f"{number(days)} {'day' if days == 1 else 'days'}",
        "severity": severity,
        "severity_look": _LOOKS.get(severity, "o"),
        "findings": ", ".join(map(plain, machine["findings"])),
    }


def _severity(machine: Facts, severities: t.Mapping[str, str]) -> str:
    return worst(severities.get(code, "") for code in machine["findings"]) or ""


def _edition(machine: Facts) -> str:
    return str(((machine["license"] or {}).get("machine") or {}).get("edition") or "")


def choices(audit: Audit) -> list[Facts]:
    """Return the fields by which the table can be narrowed, each with what occurs in it and how often."""
    severities = {finding["code"]: finding["severity"] for finding in audit["findings"]}
    machines = audit["machines"]
    return [
        _choice("status", STATUSES, Counter(row["status"] for row in machines)),
        _choice("method", METHODS, Counter(row["method"] for row in machines)),
        _choice("profile", PROFILES, Counter(row["profile"].get("intended") or "unset" for row in machines)),
        _choice("severity", SEVERITIES, Counter(filter(None, (_severity(row, severities) for row in machines)))),
        _choice("finding", severities, Counter(code for row in machines for code in row["findings"])),
    ]


def _choice(name: str, known: t.Iterable[str], counts: t.Mapping[str, int]) -> Facts:
    labels = known if known in (STATUSES, METHODS, PROFILES) else None
    column = "Findings" if name == "finding" else name.capitalize()
    options = [
        {"word": word, "label": plain(word, t.cast("t.Mapping[str, t.Any]", labels)), "count": number(counts[word])}
        for word in ordered(counts, known)
    ]
    return {"name": name, "label": name.capitalize(), "column": COLUMNS.index(column), "options": options}
