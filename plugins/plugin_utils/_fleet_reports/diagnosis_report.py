# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the doctor found on many machines, as rows and as text. Pure, and in a fixed order."""

from __future__ import annotations

import textwrap
import typing as t
from collections import Counter

from .._secrets import scrub_lines
from .inputs import message_of

__all__ = ["diagnosis_report"]

Row = t.Mapping[str, t.Any]

_WIDTH = 110
_NO_MACHINE_OF_OURS = "foreign_connection"
"""The code of a host that is no Windows machine, as an inventory of all hosts has some."""


def diagnosis_report(machines: t.Iterable[Row]) -> dict[str, t.Any]:
    """Return `rows`, one for each machine, their `summary`, and both as `text`.

    A machine has `machine`, its name, and `result`, what became of diagnosis_info; a failed result is told as well.
    """
    rows = sorted((_row(machine) for machine in machines), key=lambda row: (row["machine"].casefold(), row["machine"]))
    summary = _summary(rows)
    return {"rows": rows, "summary": summary, "text": _text(rows, summary)}


def _row(machine: Row) -> dict[str, t.Any]:
    name, result = scrub_lines(str(machine.get("machine") or "")), machine.get("result") or {}
    diagnosis = result.get("diagnosis")
    if not isinstance(diagnosis, t.Mapping):
        return _unexamined(name, result)
    findings = [dict(check) for check in diagnosis.get("checks") or () if check.get("status") == "wrong"]
    return {
        "machine": name,
        "examined": True,
        "healthy": bool(diagnosis.get("healthy")),
        "reached": bool(diagnosis.get("reached")),
        "skipped": None,
        "wrong": list(diagnosis.get("wrong") or ()),
        "findings": [_finding(check) for check in findings],
        "unknown": [str(check["check"]) for check in diagnosis.get("checks") or () if check.get("status") == "unknown"],
    }


def _unexamined(name: str, result: Row) -> dict[str, t.Any]:
    """Return the row of a machine that was not examined; one that cannot be is none of ours, and not wrong."""
    code = str(result.get("code") or "not_examined")
    told = {
        "check": None,
        "code": code,
        "message": message_of(result) or "The machine was not examined.",
        "cause": result.get("cause"),
        "remedy": result.get("remedy") or "Look at what the task said, and run the doctor again.",
    }
    ours = code != _NO_MACHINE_OF_OURS
    return {
        "machine": name,
        "examined": False,
        "healthy": False,
        "reached": False,
        "skipped": None if ours else told["message"],
        "wrong": [code] if ours else [],
        "findings": [told] if ours else [],
        "unknown": [],
    }


def _finding(check: Row) -> dict[str, t.Any]:
    return {name: check.get(name) for name in ("check", "code", "message", "cause", "remedy")}


def _summary(rows: t.Sequence[Row]) -> dict[str, t.Any]:
    codes = Counter(code for row in rows for code in row["wrong"])
    return {
        "machines": len(rows),
        "healthy": sum(row["healthy"] for row in rows),
        "wrong": sum(bool(row["wrong"]) for row in rows),
        "not_examined": sum(not row["examined"] for row in rows),
        "skipped": sum(row["skipped"] is not None for row in rows),
        "unread": sum(row["skipped"] is None and not row["reached"] for row in rows),
        "codes": dict(sorted(codes.items())),
    }


def _text(rows: t.Sequence[Row], summary: Row) -> str:
    lines = [*_table(rows), ""]
    for row in rows:
        for finding in row["findings"]:
            lines += _told(row["machine"], finding)
    return "\n".join([*lines, *_totals(summary), ""])


def _table(rows: t.Sequence[Row]) -> list[str]:
    width = max([len("machine"), *(len(row["machine"]) for row in rows)])
    lines = [f"{'machine':{width}}  what is wrong", "-" * (width + len("  what is wrong"))]
    return [*lines, *(f"{row['machine']:{width}}  {_state(row)}" for row in rows)]


def _state(row: Row) -> str:
    if row["wrong"]:
        return ", ".join(row["wrong"])
    if row["skipped"] is not None:
        return f"(skipped: {row['skipped']})"
    return f"nothing (not known: {', '.join(row['unknown'])})" if row["unknown"] else "nothing"


def _told(machine: str, finding: Row) -> list[str]:
    check = f"{finding['check']}, " if finding["check"] else ""
    lines = [f"{machine}: {check}{finding['code']}"]
    for label, name in (("What", "message"), ("Why", "cause"), ("To do", "remedy")):
        if finding[name]:
            lines += _wrapped(label, str(finding[name]))
    return [*lines, ""]


def _wrapped(label: str, text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent=f"  {label + ':':7}", subsequent_indent=" " * 9)


def _totals(summary: Row) -> list[str]:
    return [
        f"Machines: {summary['machines']}. Well: {summary['healthy']}. With something wrong: {summary['wrong']}."
        f" Not examined: {summary['not_examined']}, of which {summary['skipped']} were skipped."
    ]
