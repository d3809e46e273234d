# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the page says first: whether something is to be done, the headline figures, and who is licensed how."""

from __future__ import annotations

import typing as t
from collections import Counter

from .document import Audit
from .formatting import count, number, percent, sentence_list
from .vocabulary import METHODS, PROFILES, SEVERITIES, STATUSES, ordered, plain, worst

__all__ = ["figures", "status_look", "tiles", "verdict"]

Facts: t.TypeAlias = "dict[str, t.Any]"

_LOOKS = {"licensed": "good", "extended_grace": "good", "unreachable": "off", "unknown": "off"}
_WORST = {**{severity: severity for severity in SEVERITIES}, "none": "nothing found"}
_GRACE = ("oob_grace", "oot_grace", "non_genuine_grace")


def status_look(status: str) -> str:
    """Return which shape and colour a status has."""
    return _LOOKS.get(status) or ("warning" if status in _GRACE else "critical")


def verdict(audit: Audit) -> Facts:
    """Return the first sentence of the page, and how it looks."""
    summary = audit["summary"]
    machines, severities = summary["machines"], summary["by_severity"]
    if not machines:
        return _verdict("off", "No machine was audited.", "Check the hosts that the audit was given.")
    if not summary["reached"]:
        text = "Nothing is known of their licences. Look at the findings for what kept the audit from them."
        return _verdict("warning", f"None of {count(machines, 'machine')} was reached.", text)
    if severities.get("critical"):
        told = f"{count(severities['critical'], 'critical finding')} on {count(_named(audit, 'critical'), 'machine')}."
        return _verdict("critical", told, f"Look at these first. {_others(severities)}")
    if severities.get("warning"):
        told = f"{count(severities['warning'], 'warning')} on {count(_named(audit, 'warning'), 'machine')} to look at."
        return _verdict("warning", "Nothing critical.", told)
    nothing = f"Nothing was found on {count(machines, 'machine')}."
    text = "What was found is for information." if audit["findings"] else nothing
    return _verdict("good", "Nothing to do.", text)


def _named(audit: Audit, severity: str) -> int:
    """Return how many machines are named by findings of a severity."""
    return len(
        {name for finding in audit["findings"] if finding["severity"] == severity for name in finding["machines"]}
    )


def _others(severities: t.Mapping[str, int]) -> str:
    words = (("warning", "warning", None), ("info", "note", None))
    parts = [count(severities[name], one, many) for name, one, many in words if severities.get(name)]
    return f"{sentence_list(parts)} can wait." if parts else ""


def _verdict(look: str, headline: str, text: str) -> Facts:
    return {"look": look, "headline": headline, "text": text}


def tiles(audit: Audit) -> list[Facts]:
    """Return the headline figures, each with its name, value, note and look."""
    summary = audit["summary"]
    machines, reached, licensed = summary["machines"], summary["reached"], summary["licensed"]
    missing = f"{number(machines - reached)} not reached" if machines > reached else "all reached"
    return [
        _tile("Machines", number(machines), missing if machines else "none was audited"),
        _tile(
            "Licensed",
            percent(licensed, reached),
            f"{number(licensed)} of {number(reached)} reached" if reached else "none was reached",
        ),
        _tile(
            "With findings",
            number(summary["with_findings"]),
            _severities(_by_worst(audit)),
            "critical" if summary["by_severity"].get("critical") else "",
        ),
        _ending(audit),
        _mak(summary["mak_share"]),
    ]


def _tile(name: str, value: str, note: str, look: str = "") -> Facts:
    return {"name": name, "value": value, "note": note, "look": look}


def _severities(machines: t.Mapping[str, int]) -> str:
    """Return how many machines have a finding of each severity as their worst."""
    parts = [f"{number(machines[name])} {name}" for name in SEVERITIES if machines.get(name)]
    return ", ".join(parts) or "nothing was found"


def _ending(audit: Audit) -> Facts:
    limit = audit["settings"].get("expiring_days", 30)
    if not audit["summary"]["reached"]:
        return _tile(f"End within {limit} days", "–", "none was reached")
    ending = {name for day in audit["expiry"]["days"] if day["days_left"] <= limit for name in day["machines"]}
    return _tile(f"End within {limit} days", number(len(ending)), "leases and evaluations", "warning" if ending else "")


def _mak(share: t.Mapping[str, t.Any]) -> Facts:
    limit = f"{share['limit']:g}%"
    note = f"above the limit of {limit}" if share["exceeded"] else f"limit {limit}"
    value = f"{share['percent']:g}%" if share["of"] else "–"
    return _tile("MAK share", value, note, "warning" if share["exceeded"] else "")


def figures(audit: Audit) -> dict[str, list[Facts]]:
    """Return the four charts, each as its bars from the top to the bottom."""
    summary = audit["summary"]
    return {
        "by_status": _bars(summary["by_status"], STATUSES, status_look),
        "by_method": _bars(summary["by_method"], METHODS),
        "by_profile": _bars(summary["by_profile"], PROFILES),
        "by_severity": _bars(_by_worst(audit), _WORST, lambda severity: "good" if severity == "none" else severity),
    }


def _by_worst(audit: Audit) -> Counter[str]:
    """Return how many machines have a finding of each severity as their worst, and how many have none."""
    severities = {finding["code"]: finding["severity"] for finding in audit["findings"]}
    found = (worst(severities.get(code, "") for code in machine["findings"]) for machine in audit["machines"])
    return Counter(severity or "none" for severity in found)


def _bars(
    counts: t.Mapping[str, int], known: t.Iterable[str], look: t.Callable[[str], str] = lambda _word: ""
) -> list[Facts]:
    words = [word for word in ordered(counts, known) if counts[word]]
    whole = sum(counts.values())
    labels = known if isinstance(known, t.Mapping) else None
    return [
        {
            "label": plain(word, labels),
            "count": number(counts[word]),
            "share": percent(counts[word], whole),
            # A bar that is there can be seen.
            "width": f"{max(0.6, 100 * counts[word] / whole):.2f}",
            "look": look(word),
        }
        for word in words
    ]
