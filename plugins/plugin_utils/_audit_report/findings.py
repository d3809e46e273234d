# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The findings as cards: one a code, with the machines by what is told of them, long lists folded."""

from __future__ import annotations

import itertools
import re
import typing as t

from .document import Audit
from .formatting import count, number

__all__ = ["cards", "no_findings"]

Facts: t.TypeAlias = "dict[str, t.Any]"

_OPEN = 8
"""So many machines of a part are shown without a fold."""
_CARDS_OPEN = 12
"""With more parts than this, all of them together are folded too."""
_PARTS_OPEN = 4
"""With more parts than this, each of them is folded."""


def cards(audit: Audit) -> list[Facts]:
    """Return the cards in the order of the findings; those that differ in their subject alone share one."""
    groups = itertools.groupby(audit["findings"], key=_kind)
    return [_card(place, list(findings)) for place, (_kind_of, findings) in enumerate(groups)]


def no_findings(audit: Audit) -> str:
    """Return what stands in the place of the findings where there are none."""
    if not audit["machines"]:
        return "There was no machine to find anything on."
    return "Nothing was found, and nothing is to be done."


def _kind(finding: Facts) -> tuple[str | None, ...]:
    return (*(finding[name] for name in ("severity", "code", "cause", "remedy")), _common_title(finding))


def _common_title(finding: Facts) -> str:
    """Return the title without what sets this finding apart from others of its code."""
    title: str = finding["title"]
    return title.replace(finding["subject"], "").strip(" :") if finding["subject"] else title


def _card(place: int, findings: list[Facts]) -> Facts:
    first = findings[0]
    machines = {name for finding in findings for name in finding["machines"]}
    return {
        **{name: first[name] for name in ("severity", "code", "cause", "remedy")},
        "title": first["title"] if len(findings) == 1 else _common_title(first),
        "anchor": f"finding-{place}-{re.sub('[^a-z_]', '', first['code'])}",
        "machines": count(len(machines), "machine") if machines else "",
        "fold": f"All {number(len(findings))} of them" if len(findings) > _CARDS_OPEN else "",
        "parts": [_part(finding, len(findings)) for finding in findings],
    }


def _part(finding: Facts, parts: int) -> Facts:
    names = finding["machines"]
    details, others = _by_text(names, finding["details"])
    subject = finding["subject"] if parts > 1 else None
    return {
        "subject": subject,
        "details": details,
        # Where each machine has a text of its own, the names stand first; else the texts do.
        "each": all(len(detail["names"]) == 1 for detail in details) and len(details) > 1,
        "others": others,
        "folded": bool(names) and (len(names) > _OPEN or parts > _PARTS_OPEN),
        "summary": f"{subject}: {count(len(names), 'machine')}" if subject else "Which machines, and what each tells",
    }


def _by_text(names: t.Sequence[str], details: t.Mapping[str, str]) -> tuple[list[Facts], list[str]]:
    """Return the machines of which the same is told together, and those of which nothing is."""
    texts: dict[str, list[str]] = {}
    for name in names:
        texts.setdefault(details.get(name) or "", []).append(name)
    others = texts.pop("", [])
    return [{"text": text, "names": told} for text, told in texts.items()], others
