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

from .._auditing import Crew, Row, Source
from .._errors import Refusal
from .._findings import Settings, audited
from .._secrets import scrub
from .._whole_files import write_whole
from ._connections import FOREIGN
from ._intentions import Intentions
from ._progress import Progress

__all__ = ["Audit", "check_bounds", "writable"]

_MODE = 0o644


@dataclasses.dataclass(frozen=True)
class Audit:
    """What was read, when (ISO 8601, UTC) and in how many seconds, and which hosts are no machines of ours.

    `remarks` has by what is wrong in the inventory the names of the machines.
    """

    rows: list[Row]
    skipped: list[str]
    started: str
    seconds: float
    remarks: dict[str, list[str]]

    @classmethod
    def of(cls, crew: Crew, source: Source, names: t.Sequence[str], show: t.Callable[[str], None]) -> Audit:
        """Read these machines and show how far that has come."""
        rows: list[Row] = []
        skipped: list[str] = []
        started, clock, progress = datetime.now(timezone.utc), time.monotonic(), Progress(len(names), show)
        for row in crew.read(names, source):
            is_foreign = bool(row["error"]) and row["error"]["code"] == FOREIGN
            progress.note(failed=not row["reached"] and not is_foreign)
            if is_foreign:
                skipped.append(row["name"])
            else:
                # The last gate is here, machine by machine: at the end it would make a second document of all of them.
                rows.append(scrub(row, ()))
        seconds = round(time.monotonic() - clock, 1)
        unread = sum(not row["reached"] for row in rows)
        show(f"{len(rows)} machines in {seconds:g} s, {unread} of them could not be read")
        intentions = Intentions(rows)
        for row in rows:
            intentions.settle(row)
        return cls(rows, sorted(skipped), started.isoformat(timespec="seconds"), seconds, intentions.remarks)

    def document(self, settings: Settings) -> dict[str, t.Any]:
        """Return the audit document; nothing in it has the form of a product key, whatever a machine has said."""
        found = audited(self.rows, settings, audited_at=self.started, duration_seconds=self.seconds)
        return {**found, "skipped": scrub(self.skipped, ())}

    def keep(self, document: t.Mapping[str, t.Any], path: Path, warn: t.Callable[[str], None]) -> str | None:
        """Write the document and return where to; where that fails go on without, since what was found counts."""
        try:
            write_whole(path, _encoded(document), _MODE)
        except OSError as error:
            warn(f"The audit could not be written to {path}: {error.strerror or error}.")
            return None
        return str(path)


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


def check_bounds(options: t.Mapping[str, t.Any], bounds: t.Mapping[str, tuple[float, float]]) -> None:
    """Raise Refusal (`bad_option`) for a number that is out of its bounds."""
    for name, (least, most) in bounds.items():
        if not least <= options[name] <= most:
            raise Refusal(
                f"{name} is {options[name]:g}, which cannot be.",
                code="bad_option",
                remedy=f"Give a number from {least:g} to {most:g}.",
            )
