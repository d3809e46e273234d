# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What stands at the end of the page: with what the audit was made, and what its words mean."""

from __future__ import annotations

import typing as t

from .document import Audit
from .formatting import count, duration, moment, number
from .vocabulary import METHODS, STATUSES, ordered

__all__ = ["facts", "meanings"]


_NAMED = 10
"""How many hosts a line names."""


def facts(audit: Audit) -> list[tuple[str, str]]:
    """Return when and how the audit was made, by name."""
    settings = audit["settings"]
    left = audit["summary"].get("left_alone") or 0
    hosts = ", ".join(map(str, settings.get("kms_hosts") or ()))
    return [
        ("Audited", moment(audit["audited_at"])["text"]),
        ("Duration", duration(audit["duration_seconds"])),
        ("Machines", f"{number(audit['summary']['reached'])} of {number(audit['summary']['machines'])} read"),
        ("A licence ends soon", f"with {settings.get('expiring_days')} days left or fewer"),
        ("A clock is wrong", f"when it is more than {settings.get('clock_skew_minutes')} minutes off"),
        ("Limit of MAK machines", f"{settings.get('mak_share_limit'):g}%"),
        ("KMS hosts that are ours", hosts or "not told"),
        *([("Left alone", f"{count(left, 'machine')} with activation_profile none")] if left else []),
        *_skipped(audit),
        ("Format", audit["format"]),
    ]


def _skipped(audit: Audit) -> t.Iterator[tuple[str, str]]:
    """Yield which hosts were not read on purpose, and why; an audit of an earlier version has no reasons."""
    reasons = audit.get("skipped_by_reason") or ()
    for row in reasons:
        names = list(map(str, row.get("machines") or ()))
        others = f" and {number(len(names) - _NAMED)} others" if len(names) > _NAMED else ""
        named = f"{', '.join(names[:_NAMED])}{others}"
        yield "Skipped", f"{count(len(names), 'host')}: {named}. {row.get('reason') or ''}".rstrip()
    if audit.get("skipped") and not reasons:
        yield "Skipped", f"{count(len(audit['skipped']), 'host')} without a connection of Windows"


def meanings(audit: Audit) -> list[tuple[str, str]]:
    """Return what each status and each method means that occurs in the audit."""
    summary = audit["summary"]
    found = [STATUSES[word] for word in ordered(summary["by_status"], STATUSES) if word in STATUSES]
    found += [METHODS[word] for word in ordered(summary["by_method"], METHODS) if word in METHODS]
    return _distinct(found)


def _distinct(pairs: t.Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return list(dict(reversed(list(pairs))).items())[::-1]
