# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The isolated side, after: answers go into the ledger, each in one transaction, and twice does what once does.

An answer is matched by extended product ID and installation ID alone, never by a name: names may be kept back, and
machines may be renamed. A confirmation ID is taken whenever the ledger asked for it, however its entry stands by now.
A refusal settles only what was reserved before the file was exported, for a later reservation is another question's.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from pathlib import Path

from .._errors import ActivationError
from .._ledger import OPEN_STATES, Confirmation, Entry, EntryState, Ledger, Stop, confirmation_differs
from . import refusals as errors
from .files import load
from .records import Answer, AnswerState, Exchange, Identity, Request
from .report import ExchangeProgress, ImportOutcome, Line, Report

__all__ = ["Importer"]


def _nobody(_line: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class _Deed:
    """What one request comes to: its line, and the change in the ledger if it needs one."""

    line: Line
    was: str = ""
    becomes: str = ""
    change: t.Callable[[], object] | None = None


class Importer:
    """Imports an exchange file into a ledger; the file is only read, and may lie on a read-only medium."""

    def __init__(self, ledger: Ledger, path: Path, *, tell: t.Callable[[str], None] = _nobody) -> None:
        self._ledger = ledger
        self._path = path
        self._tell = tell

    def foresee(self) -> Report:
        """Return what `import_answers` would come to; nothing is written."""
        exchange = load(self._path)
        return _report(exchange, self._deeds(exchange))

    def import_answers(self) -> Report:
        """Write what the file says into the ledger; raises Refusal before anything for a file that cannot be used."""
        exchange = load(self._path)
        deeds = self._deeds(exchange)
        progress = ExchangeProgress(len(deeds), self._tell)
        done: list[_Deed] = []
        for deed in deeds:
            done.append(_done(deed))
            progress.reached(len(done), "answers imported")
        return _report(exchange, done)

    def _deeds(self, exchange: Exchange) -> list[_Deed]:
        """Return what every request of the file comes to, judged by the ledger as it is now."""
        entries = _Entries(self._ledger.entries())
        return [
            self._deed(exchange, position, request, entries.find(request.identity))
            for position, request in enumerate(exchange.requests, 1)
        ]

    def _deed(self, exchange: Exchange, position: int, request: Request, entry: Entry | None) -> _Deed:
        name = entry.machine.name if entry else request.name(position)
        answer = exchange.answers.get(request.identity)
        refusal = answer.refusal if answer else None
        if answer is None or answer.standing is AnswerState.ASKED or (refusal is not None and refusal.retryable):
            return _Deed(Line(machine=name, outcome=ImportOutcome.MISSING, token=request.token, error=refusal))
        if answer.standing is AnswerState.CONFIRMED:
            return self._confirmed(name, position, request, answer, entry)
        return self._refused(name, request, answer, exchange, entry)

    def _confirmed(self, name: str, position: int, request: Request, answer: Answer, entry: Entry | None) -> _Deed:
        stored = self._ledger.confirmation(answer.installation_id)
        if stored is not None and stored.confirmation_id != answer.confirmation_id:
            return _Deed(_failed(name, request, confirmation_differs(stored)))
        if stored is None and entry is None:
            return _Deed(
                _failed(name, request, errors.not_asked_for(str(self._path), position, answer.installation_id))
            )
        if stored is not None and (entry is None or entry.state is EntryState.CONFIRMED):
            return _Deed(Line(machine=name, outcome=ImportOutcome.STORED, token=request.token))
        confirmation = Confirmation(
            installation_id=answer.installation_id,
            confirmation_id=answer.confirmation_id or "",
            extended_pid=answer.extended_pid,
            partial=entry.partial if entry else None,
            source="exchange",
            obtained_at=answer.at,
        )
        return _Deed(
            Line(machine=name, outcome=ImportOutcome.IMPORTED, token=request.token),
            was=entry.state.value if entry else "no entry",
            becomes=EntryState.CONFIRMED.value,
            change=lambda: self._ledger.keep(confirmation, entry.id if entry else None),
        )

    def _refused(self, name: str, request: Request, answer: Answer, exchange: Exchange, entry: Entry | None) -> _Deed:
        refusal = answer.refusal
        if entry is None or entry.state not in OPEN_STATES or entry.reserved_at > exchange.created_at:
            return _Deed(_failed(name, request, refusal))
        state = _state_after(answer, entry)
        if entry.state is state:
            return _Deed(_failed(name, request, refusal))
        return _Deed(
            _failed(name, request, refusal),
            was=entry.state.value,
            becomes=f"{state.value} ({answer.code})",
            change=lambda: self._settle(answer, entry, state, stops=exchange.is_stopped_by(answer)),
        )

    def _settle(self, answer: Answer, entry: Entry, state: EntryState, *, stops: bool) -> None:
        refusal = answer.refusal
        if refusal is not None and stops:
            # First the stop: whoever is killed in between does both again.
            stop = Stop(code=refusal.service_code, message=refusal.message, at=answer.at)
            self._ledger.stop(entry.fingerprint, stop)
        self._ledger.settle(entry.id, state, answer.code)


class _Entries:
    """The ledger's entries by installation ID, the one that an answer concerns first."""

    def __init__(self, entries: t.Iterable[Entry]) -> None:
        self._by_id: dict[str, list[Entry]] = {}
        for entry in entries:
            self._by_id.setdefault(entry.installation_id or "", []).append(entry)

    def find(self, identity: Identity) -> Entry | None:
        """Return the entry for an answer: one that is open before one that is settled, and the latest of equals."""
        fitting = [entry for entry in self._by_id.get(identity[1], []) if _same_key(entry.extended_pid, identity[0])]
        return max(fitting, key=lambda entry: (entry.state in OPEN_STATES, entry.id), default=None)


def _same_key(known: str | None, answered: str) -> bool:
    """Compare the groups of an extended product ID that tell the key; the others change with a re-image."""
    return known is None or known.split("-")[:5] == answered.split("-")[:5]


def _state_after(answer: Answer, entry: Entry) -> EntryState:
    """Return how an entry stands after a refusal: this attempt or an earlier one may have been granted all the same."""
    refusal = answer.refusal
    if refusal is not None and refusal.never_granted:
        return EntryState.RELEASED
    if refusal is None or not refusal.uncounted or answer.doubtful or entry.attempts > 1:
        return EntryState.UNCERTAIN
    return EntryState.RELEASED


def _failed(name: str, request: Request, error: ActivationError | None) -> Line:
    return Line(machine=name, outcome=ImportOutcome.FAILED, token=request.token, error=error)


def _done(deed: _Deed) -> _Deed:
    """Carry out a deed; what the ledger declines becomes the line of this request, and the others go on."""
    if deed.change is None:
        return deed
    try:
        deed.change()
    except ActivationError as error:
        if error.code not in _OF_ONE:
            raise
        return _Deed(_failed(deed.line.machine, Request(extended_pid="", installation_id=""), error))
    return deed


_OF_ONE = frozenset({"confirmation_differs", "unknown_entry"})


def _report(exchange: Exchange, deeds: t.Sequence[_Deed]) -> Report:
    changes = [deed for deed in deeds if deed.change is not None]
    return Report(
        lines=tuple(deed.line for deed in deeds),
        changed=bool(changes),
        before="".join(f"{deed.line.machine}: {deed.was}\n" for deed in changes),
        after="".join(f"{deed.line.machine}: {deed.becomes}\n" for deed in changes),
        id=exchange.id,
    )
