# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An audit as a task: the crew at work, its progress, the document, and the file that it is kept in."""

from __future__ import annotations

import dataclasses
import json
import os
import time
import typing as t
from datetime import datetime, timezone
from pathlib import Path

from ..._auditing import ReaderPool, Row, Source
from ..._errors import ActivationError, Refusal
from ..._files import mode_of, write_whole
from ..._findings import AuditSettings, audited
from ..._results import failure
from ..._secrets import scrub_lines
from ..connection_settings import FOREIGN
from ..progress import Progress
from .intended_profiles import Intentions

__all__ = ["INCOMPLETE", "TOO_FEW", "Audit", "some_of", "writable"]

INCOMPLETE = "audit_incomplete"
"""The code of the finding, and of the failed task, about machines that the audit itself left unread."""

TOO_FEW = "too_few_read"
"""The code of the failed task where nothing was read, or too little."""

_NAMED = 10
"""How many machines a line names."""
_OF_A_FAILURE = ("failed", "msg", "code", "cause", "remedy", "refused")
_MODE = 0o600
"""Of a new file: it lists every machine. One that exists keeps its own."""


@dataclasses.dataclass(frozen=True)
class Audit:
    """What was read, when (ISO 8601, UTC) and in how many seconds, and which hosts are no machines of ours.

    `skipped` has by the reason the names of the hosts that are not read on purpose, `remarks` by what is wrong in the
    inventory the names of the machines.
    """

    rows: list[Row]
    skipped: dict[str, list[str]]
    started: str
    seconds: float
    remarks: dict[str, list[str]]

    @classmethod
    def of(cls, crew: ReaderPool, source: Source, names: t.Sequence[str], show: t.Callable[[str], None]) -> Audit:
        """Read these machines and show how far that has come."""
        rows: list[Row] = []
        skipped: dict[str, list[str]] = {}
        started, clock, progress = datetime.now(timezone.utc), time.monotonic(), Progress(len(names), show)
        for row in crew.read(names, source):
            is_foreign = bool(row["error"]) and row["error"]["code"] == FOREIGN
            progress.note(failed=not row["reached"] and not is_foreign)
            if is_foreign:
                skipped.setdefault(scrub_lines(row["error"]["message"]), []).append(scrub_lines(row["name"]))
            else:
                # The last gate is here, machine by machine: at the end it would make a second document of all of them.
                rows.append(scrub_lines(row))
        seconds = round(time.monotonic() - clock, 1)
        unread = sum(not row["reached"] for row in rows)
        show(f"{len(rows)} machines in {seconds:g} s, {unread} of them could not be read")
        for reason, hosts in sorted(skipped.items()):
            show(f"{len(hosts)} skipped: {some_of(hosts)}. {reason}")
        intentions = Intentions(rows)
        for row in rows:
            intentions.settle(row)
        return cls(rows, skipped, started.isoformat(timespec="seconds"), seconds, intentions.remarks)

    def document(self, settings: AuditSettings) -> dict[str, t.Any]:
        """Return the audit document; no text in it holds a product key or a second line, whatever a host reported."""
        found = audited(self.rows, settings, audited_at=self.started, duration_seconds=self.seconds)
        return {
            **found,
            "skipped": sorted(name for names in self.skipped.values() for name in names),
            "skipped_by_reason": [
                {"reason": reason, "machines": sorted(self.skipped[reason])} for reason in sorted(self.skipped)
            ],
        }

    @staticmethod
    def incomplete(document: t.Mapping[str, t.Any]) -> list[dict[str, t.Any]]:
        """Return which machines the audit itself left unread, by the `code` of the reason."""
        found = (finding for finding in document["findings"] if finding["code"] == INCOMPLETE)
        return [{"code": finding["subject"], "machines": finding["machines"]} for finding in found]

    @staticmethod
    def failure(document: t.Mapping[str, t.Any], path: str | None, limit: float) -> dict[str, t.Any]:
        """Return what a result has in addition when too little was read; empty when it was enough.

        Too little are machines that the audit itself left unread, no machine at all, or more than `limit` percent
        unread.
        """
        error = _left_unread(Audit.incomplete(document), path) or _too_few(document, limit)
        result = failure(error) if error is not None else {}
        return {name: result[name] for name in _OF_A_FAILURE if name in result}

    def keep(self, document: t.Mapping[str, t.Any], path: Path, warn: t.Callable[[str], None]) -> str | None:
        """Write the document and return where to; where that fails go on without, since what was found counts."""
        try:
            write_whole(path, _encoded(document), mode_of(path) or _MODE)
        except OSError as error:
            warn(f"The audit could not be written to {path}: {error.strerror or error}.")
            return None
        return str(path)


def _left_unread(incomplete: t.Sequence[t.Mapping[str, t.Any]], path: str | None) -> ActivationError | None:
    if not incomplete:
        return None
    reasons = ", ".join(f"{row['code']} ({len(row['machines'])})" for row in incomplete)
    return ActivationError(
        f"The audit is incomplete. Machines left unread, by reason: {reasons}.",
        code=INCOMPLETE,
        cause="The controller reached a limit, or a login was given up before it locks the account. What was read"
        f" is {f'in {path}' if path else 'in this result'}.",
        remedy=f"The findings {INCOMPLETE} have the machines, the cause and the remedy for each reason.",
    )


def _too_few(document: t.Mapping[str, t.Any], limit: float) -> ActivationError | None:
    machines, reached = document["summary"]["machines"], document["summary"]["reached"]
    unread = machines - reached
    if reached and 100 * unread <= limit * machines:
        return None
    skipped = len(document["skipped"])
    if not machines:
        remedy = "Set ansible_connection to winrm or psrp for the hosts in the inventory, or name other hosts."
    else:
        remedy = "Run the playbook volume.activation.doctor for the machines of the findings unreachable."
    return ActivationError(
        f"Too little was read for an audit. Machines read: {reached} of {machines}. Hosts skipped: {skipped}.",
        code=TOO_FEW,
        cause="Nothing is known of a machine that was not read."
        if not reached
        else f"More than {limit:g} percent of the machines were not read (fail_on_unread).",
        remedy=remedy,
    )


def some_of(names: t.Sequence[str]) -> str:
    """Return the first names of many as a text."""
    others = f" and {len(names) - _NAMED} others" if len(names) > _NAMED else ""
    return f"{', '.join(sorted(names)[:_NAMED])}{others}"


def _encoded(document: t.Mapping[str, t.Any]) -> t.Iterator[bytes]:
    """Yield a document as JSON, machine by machine: the text of ten thousand at once is as large as they are."""
    rest = {name: value for name, value in document.items() if name != "machines"}
    yield json.dumps(rest).encode("ascii").removesuffix(b"}") + b', "machines": ['
    for number, machine in enumerate(document["machines"]):
        yield (b", " if number else b"") + json.dumps(machine).encode("ascii")
    yield b"]}\n"


def writable(path: str | None) -> Path | None:
    """Return where to write; raises Refusal (`unwritable`) before an hour's reading would be for nothing."""
    if path is None:
        return None
    found = Path(path)
    is_other = found.exists() and not found.is_file()
    if is_other or not found.parent.is_dir() or not os.access(found.parent, os.W_OK):
        raise Refusal(
            f"The audit cannot be written to {path}.",
            code="unwritable",
            cause="There is something that is no file."
            if is_other
            else f"{found.parent} is no directory that can be written to.",
            remedy="Name a file in a directory that exists.",
        )
    return found
