# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of machines: a row each, in chunks that a browser lays out one at a time, and how to narrow it."""

from __future__ import annotations

import typing as t
from collections import Counter

from .charts import status_look
from .document import Audit, part_of, primary_of
from .formatting import number
from .vocabulary import METHODS, PROFILES, SEVERITIES, STATUSES, ordered, plain, worst

__all__ = ["COLUMNS", "choices", "chunks"]

Facts: t.TypeAlias = "dict[str, t.Any]"

COLUMNS = ("Machine", "Status", "Method", "Profile", "Windows", "Ends", "Severity", "Findings")

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
    profile, days, windows = machine["profile"], machine["days_left"], part_of(machine, "machine")
    return {
        "name": machine["name"],
        "groups": ", ".join(map(str, machine["groups"])),
        "status": plain(machine["status"], STATUSES),
        "look": _LOOKS[status_look(machine["status"])],
        "code": _code(machine),
        "method": plain(machine["method"], METHODS),
        "kms_host": _kms_host(machine),
        "profile": plain(profile.get("intended") or "unset", PROFILES),
        "rule": f"auto: {plain(profile['rule'])}" if profile.get("rule") else "",
        "windows": str(windows.get("product_name") or windows.get("edition") or ""),
        "build": windows.get("build") or "",
        "expires": machine["expires"] or "",
        "left": "" if days is None else f"{number(days)} {'day' if days == 1 else 'days'}",
        "severity": severity,
        "severity_look": _LOOKS.get(severity, "o"),
        "findings": ", ".join(map(plain, machine["findings"])),
    }


def _severity(machine: Facts, severities: t.Mapping[str, str]) -> str:
    return worst(severities.get(code, "") for code in machine["findings"]) or ""


def _code(machine: Facts) -> str:
    """Return why the machine was not read, else why Windows is not licensed."""
    if machine["error"]:
        return str(machine["error"].get("code") or "")
    reason = primary_of(machine).get("reason") or {}
    return "" if machine["status"] == "licensed" else str(reason.get("code") or "")


def _kms_host(machine: Facts) -> str:
    """Return the KMS host of a KMS client: the one that is set, else the one that it found in DNS."""
    service = part_of(machine, "service")
    found = service.get("kms_host") or service.get("discovered_kms_host")
    return str(found or "") if machine["method"] == "kms" else ""


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
