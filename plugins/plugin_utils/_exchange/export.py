# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The isolated side, before: what a connected machine needs goes into a file, each request paid for by a pool first."""

from __future__ import annotations

import collections
import dataclasses
import secrets
import typing as t
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from .._activation_service import ProxyRequest
from .._errors import ActivationError, Refusal
from .._ledger import OPEN_STATES, Balance, Demand, Entry, EntryState, Ledger, Method, utcnow
from .._secrets import scrub_lines
from . import refusals as errors
from .files import held, load, read_whole, save
from .records import AnswerState, Exchange, Identity, Privacy, Request
from .report import ImportOutcome, Line, Report

__all__ = ["Exporter", "PoolCapacity", "demand_of"]


@dataclass(frozen=True)
class _Case:
    """One request on its way into the file; `entry` is what an earlier export has reserved for it."""

    wanted: ProxyRequest
    entry: Entry | None = None
    error: ActivationError | None = None

    @property
    def demand(self) -> Demand:
        return demand_of(self.wanted)

    @property
    def identity(self) -> Identity:
        return self.wanted.installation.extended_pid, self.wanted.installation.installation_id


class Exporter:
    """Exports requests to a path. The ledger has every reservation before the file has the request."""

    def __init__(self, ledger: Ledger, path: Path, privacy: Privacy, *, now: t.Callable[[], datetime] = utcnow) -> None:
        self._ledger = ledger
        self._path = path
        self._privacy = privacy
        self._now = now

    def foresee(self, requests: t.Sequence[ProxyRequest]) -> Report:
        """Return what `export` would come to; nothing is reserved or written."""
        stored, cases, existing = self._prepared(requests)
        if self._serves(existing, cases):
            return self._report(stored, cases, existing, existing)
        new = self._exchange(cases) if any(case.error is None for case in cases) else existing
        report = self._report(stored, cases, existing, new)
        # The ID and the tokens will be others when the file is really written.
        return replace(report, id=None, lines=tuple(replace(line, token=None) for line in report.lines))

    def export(self, requests: t.Sequence[ProxyRequest]) -> Report:
        """Reserve and write; the same requests again change nothing.

        Raises Refusal where nothing at all was done: a request or the file that is there cannot be used, or the pool
        serves nobody. What meets one request alone stands in the report.
        """
        with held(self._path):
            stored, cases, existing = self._prepared(requests)
            if self._serves(existing, cases):
                return self._report(stored, cases, existing, existing)
            reserved, mine = self._reserved(cases)
            new = existing
            if any(case.error is None for case in reserved):
                new = self._written(reserved, mine)
            return self._report(stored, reserved, existing, new)

    def _prepared(self, requests: t.Sequence[ProxyRequest]) -> tuple[list[ProxyRequest], list[_Case], Exchange | None]:
        """Return what is in the store, what has to be asked for, and the file that is there already."""
        wanted = _distinct([_checked(request) for request in requests])
        existing = load(self._path) if read_whole(self._path) is not None else None
        stored = [one for one in wanted if self._ledger.confirmation(one.installation.installation_id)]
        room = PoolCapacity(self._ledger)
        cases = [self._case(one, room) for one in wanted if one not in stored]
        self._require_imported(existing, cases)
        return stored, cases, existing

    def _case(self, wanted: ProxyRequest, room: PoolCapacity) -> _Case:
        try:
            return _Case(wanted, entry=room.taken(demand_of(wanted)))
        except Refusal as refusal:
            if refusal.code in _FOR_ALL:
                raise
            return _Case(wanted, error=refusal)

    def _require_imported(self, existing: Exchange | None, cases: list[_Case]) -> None:
        """Refuse to write over confirmation IDs that nobody has yet; a file that stays may keep them."""
        if existing is None or self._serves(existing, cases) or not self._rows(cases):
            return
        confirmed = [one for one in existing.answers.values() if one.standing is AnswerState.CONFIRMED]
        lost = [one for one in confirmed if self._ledger.confirmation(one.installation_id) is None]
        if lost:
            raise errors.answers_not_imported(str(self._path), len(lost))

    def _serves(self, existing: Exchange | None, cases: list[_Case]) -> bool:
        """Tell whether the file asks for exactly these, in whatever order, and all of them are reserved."""
        if existing is None or existing.privacy is not self._privacy:
            return False
        is_same = {replace(row, token=None) for row in existing.requests} == set(self._rows(cases))
        return is_same and all(case.entry for case in cases if case.error is None)

    def _reserved(self, cases: list[_Case]) -> tuple[list[_Case], list[int]]:
        """Return the cases with their entries, and the numbers of those entries that were not there before."""
        done: list[_Case] = []
        mine: list[int] = []
        for case in cases:
            if case.error is None and case.entry is None:
                try:
                    reservation = self._ledger.reserve(case.demand)
                except ActivationError as error:
                    done.append(replace(case, error=error))
                    continue
                if not reservation.taken_over:
                    mine.append(reservation.entry.id)
                case = replace(case, entry=reservation.entry)
            done.append(case)
        return done, mine

    def _written(self, cases: list[_Case], mine: list[int]) -> Exchange:
        new = self._exchange(cases)
        try:
            save(self._path, new)
        except ActivationError:
            # Nothing has left, so nothing can have been spent.
            for number in mine:
                self._ledger.settle(number, EntryState.RELEASED, "not_exported")
            raise
        return new

    def _exchange(self, cases: list[_Case]) -> Exchange:
        rows = self._rows(cases)
        if self._privacy is Privacy.NO_NAMES:
            # Random: whoever guesses a machine's name must not be able to check the guess.
            rows = [replace(row, token=secrets.token_hex(6)) for row in rows]
        # The time comes after the reservations: an answer concerns only what was reserved before its question.
        return Exchange(id=secrets.token_hex(16), created_at=self._now(), privacy=self._privacy, requests=tuple(rows))

    def _rows(self, cases: list[_Case]) -> list[Request]:
        return [_row(case.wanted).seen_through(self._privacy) for case in cases if case.error is None]

    def _report(
        self, stored: list[ProxyRequest], cases: list[_Case], existing: Exchange | None, new: Exchange | None
    ) -> Report:
        names = {case.identity: case.wanted.machine.name for case in cases}
        tokens = {row.identity: row.token for row in new.requests} if new else {}
        lines = [Line(machine=one.machine.name, outcome=ImportOutcome.STORED) for one in stored]
        lines += [
            Line(
                machine=case.wanted.machine.name,
                outcome=ImportOutcome.FAILED if case.error else ImportOutcome.EXPORTED,
                token=tokens.get(case.identity),
                error=case.error,
            )
            for case in cases
        ]
        return Report(
            lines=tuple(lines),
            changed=new is not existing,
            before=_words(existing, names),
            after=_words(new, names),
            id=new.id if new else None,
        )


_FOR_ALL = frozenset({"unknown_pool", "pool_stopped", "pool_of_another_key"})


def _checked(request: ProxyRequest) -> ProxyRequest:
    try:
        return request.checked()
    except Refusal as refusal:
        message = f"{request.machine.name}: {refusal.message} Nothing was exported."
        raise Refusal(message, code=refusal.code, cause=refusal.cause, remedy=refusal.remedy) from None


def _distinct(requests: list[ProxyRequest]) -> list[ProxyRequest]:
    """Return each installation once: one confirmation ID serves all that show the same installation ID."""
    return list({one.installation.installation_id: one for one in reversed(requests)}.values())[::-1]


def _row(wanted: ProxyRequest) -> Request:
    """Return a request with all that is known. Free texts are searched for keys, since anything may stand in them."""
    return Request(
        extended_pid=wanted.installation.extended_pid,
        installation_id=wanted.installation.installation_id,
        machine=scrub_lines(wanted.machine.name),
        activation_id=scrub_lines(wanted.product_id),
        partial_product_key=wanted.partial,
        client_machine_id=scrub_lines(wanted.machine.client_machine_id),
        bios_uuid=scrub_lines(wanted.machine.bios_uuid),
        reason=scrub_lines(wanted.reason),
    )


def _words(exchange: Exchange | None, names: t.Mapping[Identity, str]) -> str:
    if exchange is None:
        return "no exchange file\n"
    rows = enumerate(exchange.requests, 1)
    return "".join(f"{names.get(row.identity) or row.name(position)}: asked for\n" for position, row in rows)


def demand_of(request: ProxyRequest) -> Demand:
    """Return what an export asks of the ledger for a request."""
    return dataclasses.replace(request.demand(), method=Method.EXCHANGE)


class PoolCapacity:
    """What a pool can still pay for, with what has been promised since this object was made."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._open = {_subject(entry): entry for entry in ledger.entries(states=OPEN_STATES)}
        self._promised: collections.Counter[str] = collections.Counter()

    def taken(self, demand: Demand) -> Entry | None:
        """Return the entry of an earlier export that serves, or None where one can be reserved; raises Refusal."""
        balance = self._ledger.check(demand)
        entry = self._open.get(_wanted(demand))
        if entry is None:
            self._promise(demand, balance)
            return None
        is_ready = entry.method is Method.EXCHANGE and entry.state is EntryState.RESERVED
        return entry if is_ready and _ids(entry) == _ids(demand) else None

    def _promise(self, demand: Demand, balance: Balance) -> None:
        room = balance.left if demand.use_reserve else balance.available
        if self._promised[demand.pool] >= room:
            raise _exhausted(demand, balance, room)
        self._promised[demand.pool] += 1


def _subject(entry: Entry) -> tuple[str, ...]:
    machine = entry.machine
    return _plain(machine.bios_uuid, machine.client_machine_id, entry.product_id, entry.fingerprint)


def _wanted(demand: Demand) -> tuple[str, ...]:
    machine = demand.machine
    return _plain(machine.bios_uuid, machine.client_machine_id, demand.product_id, demand.key_fingerprint)


def _plain(*parts: str | None) -> tuple[str, ...]:
    return tuple((part or "").strip().lower() for part in parts)


def _ids(one: Entry | Demand) -> tuple[str | None, str | None]:
    return one.installation_id, one.extended_pid


def _exhausted(demand: Demand, balance: Balance, room: int) -> Refusal:
    return Refusal(
        f"Pool {demand.pool} has no activation left for {demand.machine.name}. It was not exported.",
        code="pool_exhausted",
        cause=f"It can pay for {max(room, 0)} of those that were asked for; {balance.reserve} are kept in reserve.",
        remedy="Raise the pool's limit if Microsoft grants more, set use_reserve, or export fewer machines.",
    )
