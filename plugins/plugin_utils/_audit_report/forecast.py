# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The KMS forecast as it is read: a line for each product, and what the forecast rests on."""

from __future__ import annotations

import typing as t

from .document import Audit
from .formatting import count, number

__all__ = ["outlook"]

Facts: t.TypeAlias = "t.Mapping[str, t.Any]"

_LINES = (
    ("Windows clients", "windows", "clients"),
    ("Windows servers", "windows", "servers"),
    ("Office", "office", None),
)


def outlook(audit: Audit) -> Facts | None:
    """Return the lines and the notes, None where no forecast was made."""
    forecast = audit["forecast"]
    if not forecast:
        return None
    lines = [_line(name, forecast.get(of) or {}, kind) for name, of, kind in _LINES]
    return {"lines": lines, "notes": [_note(note) for note in forecast.get("notes") or ()]}


def _line(product: str, counted: Facts, kind: str | None) -> Facts:
    needs = (counted.get(kind) or {}) if kind else counted
    now, machines = counted.get("count_now"), needs.get("machines", 0)
    look, said = _outlook(needs, machines)
    return {
        "product": product,
        "machines": number(machines),
        "now": "not asked" if now is None else number(now),
        "expected": number(counted.get("count_expected", 0)),
        "required": number(needs.get("required", 0)),
        "look": look,
        "outlook": said,
    }


def _outlook(needs: Facts, machines: int) -> tuple[str, str]:
    if not machines:
        return "off", "none asks"
    if needs.get("missing"):
        return "warning", f"{number(needs['missing'])} missing"
    return "good", "reached already" if needs.get("reached_now") else "will be reached"


def _note(note: Facts) -> Facts:
    machines = note.get("machines") or []
    return {
        "message": note["message"],
        "remedy": note.get("remedy"),
        "machines": machines,
        "count": count(len(machines), "name"),
    }
