# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The connected side: the service is asked for what has no answer yet, and the file has each answer at once.

Before a batch leaves, the file says that it is asked; afterwards, what came of it. So a process that is killed loses
the batch in flight at most, and the isolated side knows that nobody knows of it.
"""

from __future__ import annotations

import itertools
import typing as t
from datetime import datetime
from pathlib import Path

from .._activation_service import ActivationService, Installation, ServiceRefusal, ServiceUnavailable
from .._activation_service import Outcome as ServiceOutcome
from .._errors import ActivationError, Refusal
from .._ledger import utcnow
from .._licensing import parse_confirmation_id
from .files import held, load, save
from .records import Answer, AnswerState, Exchange, Identity, Request
from .report import ExchangeProgress, ImportOutcome, Line, Report

__all__ = ["Answerer"]

_PATIENCE = 2
"""Batches in a row without any answer until the service is given up; not one, for one may be all that it chokes on."""


def _nobody(_line: str) -> None:
    """Tell nobody."""


class Answerer:
    """Answers an exchange file; it needs no ledger, for the isolated side has paid."""

    def __init__(
        self,
        service: ActivationService,
        path: Path,
        *,
        batch_size: int = 1,
        tell: t.Callable[[str], None] = _nobody,
        now: t.Callable[[], datetime] = utcnow,
    ) -> None:
        self._service = service
        self._path = path
        self._batch_size = max(1, batch_size)
        self._tell = tell
        self._now = now

    def foresee(self) -> Report:
        """Return what `answer` would ask for; nothing is asked or written."""
        exchange = load(self._path)
        pending = self._pending(exchange)
        report = _report(exchange, exchange, {}, None)
        after = "".join(f"{_names(exchange)[request.identity]}: asked\n" for request in pending)
        before = "".join(f"{_names(exchange)[request.identity]}: no answer\n" for request in pending)
        return Report(lines=report.lines, changed=bool(pending), before=before, after=after, id=exchange.id)

    def answer(self) -> Report:
        """Ask, write and return what the file holds then; raises Refusal for a file that cannot be used.

        An outage, or a refusal of the whole key, ends the run early: what was answered before is in the file.
        """
        with held(self._path):
            before = load(self._path)
            run = _Run(before, self._path, self._service, self._now)
            pending = self._pending(before)
            progress = ExchangeProgress(len(pending), self._tell)
            asked = 0
            for batch in _batches(pending, self._batch_size):
                run.ask(batch)
                asked += len(batch)
                progress.reached(asked, f"asked for, {_confirmed(run.exchange)} confirmation IDs in the file")
                if run.outage or run.exchange.stop:
                    break
            return _report(before, run.exchange, run.errors, run.outage)

    def _pending(self, exchange: Exchange) -> list[Request]:
        """Return the requests to ask for; raises Refusal before the first where one is not of the service's kind."""
        pending = _pending(exchange)
        for request in pending:
            self._service.require(simulated=request.installation.is_simulated)
        return pending


class _Run:
    """One run over a file: `exchange` is what the file holds, `errors` why single requests have no answer."""

    def __init__(
        self, exchange: Exchange, path: Path, service: ActivationService, now: t.Callable[[], datetime]
    ) -> None:
        self.exchange = exchange
        self.errors: dict[Identity, ActivationError] = {}
        self.outage: ServiceUnavailable | None = None
        self._path = path
        self._service = service
        self._now = now
        self._silent = 0

    def ask(self, batch: t.Sequence[Request]) -> None:
        """Ask for one batch and write what came of it."""
        earlier = {request.identity: self.exchange.answers.get(request.identity) for request in batch}
        self._write(self.exchange.answered(self._asked(request, earlier[request.identity]) for request in batch))
        outcomes = self._outcomes([request.installation for request in batch])
        answers: list[Answer] = []
        untouched: list[Identity] = []
        for request in batch:
            answer = self._answer(request, outcomes.get(request.installation), earlier[request.identity])
            if answer is None:
                untouched.append(request.identity)
            else:
                answers.append(answer)
        self._write(self.exchange.without(untouched).answered(answers))
        self._note(list(outcomes.values()))

    def _write(self, exchange: Exchange) -> None:
        save(self._path, exchange)
        self.exchange = exchange

    def _asked(self, request: Request, earlier: Answer | None) -> Answer:
        if earlier is not None and earlier.standing is AnswerState.ASKED:
            return earlier
        return self._told(request, AnswerState.ASKED)

    def _outcomes(self, batch: t.Sequence[Installation]) -> t.Mapping[Installation, ServiceOutcome]:
        try:
            return self._service.confirmation_ids(batch)
        except ServiceUnavailable as failure:
            return dict.fromkeys(batch, failure)

    def _answer(self, request: Request, outcome: ServiceOutcome | None, earlier: Answer | None) -> Answer | None:
        """Return what the file shall say of a request; None when it surely was not asked, neither now nor before."""
        in_doubt = earlier is not None and _leaves_doubt(earlier)
        if isinstance(outcome, str):
            return self._confirmed(request, outcome)
        if isinstance(outcome, ServiceRefusal):
            doubtful = in_doubt or outcome.earlier_unanswered
            return self._told(request, AnswerState.REFUSED, code=outcome.service_code, doubtful=doubtful)
        if outcome is not None:
            self.errors[request.identity] = outcome
            if not outcome.may_have_arrived:
                return earlier
        return self._asked(request, earlier)

    def _confirmed(self, request: Request, text: str) -> Answer:
        try:
            return self._told(request, AnswerState.CONFIRMED, confirmation_id=parse_confirmation_id(text))
        except Refusal as error:
            self.errors[request.identity] = error
            return self._told(request, AnswerState.ASKED)

    def _told(self, request: Request, standing: AnswerState, **more: t.Any) -> Answer:
        pid, installation_id = request.identity
        return Answer(extended_pid=pid, installation_id=installation_id, standing=standing, at=self._now(), **more)

    def _note(self, outcomes: t.Sequence[ServiceOutcome]) -> None:
        """See whether the service still answers at all."""
        failures = [outcome for outcome in outcomes if isinstance(outcome, ServiceUnavailable)]
        if len(failures) < len(outcomes):
            self._silent = 0
            return
        # Where no request is to blame, the next one will fail alike.
        self._silent += _PATIENCE if all(failure.for_all for failure in failures) else 1
        if self._silent >= _PATIENCE and failures:
            self.outage = failures[-1]


def _leaves_doubt(answer: Answer) -> bool:
    """Return whether the service may have counted a request that this is all that is known of."""
    refusal = answer.refusal
    return answer.standing is AnswerState.ASKED or answer.doubtful or (refusal is not None and not refusal.uncounted)


def _pending(exchange: Exchange) -> list[Request]:
    """Return what is to be asked: nothing once the whole key is refused, and what was never asked goes first."""
    if exchange.stop is not None:
        return []
    answers = exchange.answers
    open_ones = [one for one in exchange.requests if not (one.identity in answers and answers[one.identity].is_final)]
    return sorted(open_ones, key=lambda request: request.identity in answers)


def _batches(requests: t.Sequence[Request], size: int) -> t.Iterator[list[Request]]:
    iterator = iter(requests)
    while batch := list(itertools.islice(iterator, size)):
        yield batch


def _confirmed(exchange: Exchange) -> int:
    return sum(answer.standing is AnswerState.CONFIRMED for answer in exchange.answers.values())


def _names(exchange: Exchange) -> dict[Identity, str]:
    return {request.identity: request.name(position) for position, request in enumerate(exchange.requests, 1)}


def _report(
    before: Exchange, after: Exchange, errors: t.Mapping[Identity, ActivationError], outage: ActivationError | None
) -> Report:
    names = _names(after)
    lines = [_line(names[one.identity], one, after, errors.get(one.identity)) for one in after.requests]
    return Report(
        lines=tuple(lines),
        changed=after != before,
        before=_words(before, names),
        after=_words(after, names),
        error=_interrupted(outage, _confirmed(after)) if outage else None,
        id=after.id,
    )


def _line(name: str, request: Request, exchange: Exchange, error: ActivationError | None) -> Line:
    answer = exchange.answers.get(request.identity)
    if answer is not None and answer.standing is AnswerState.CONFIRMED:
        return Line(machine=name, outcome=ImportOutcome.ANSWERED, token=request.token)
    refusal = answer.refusal if answer else None
    if refusal is not None or error is not None:
        return Line(machine=name, outcome=ImportOutcome.FAILED, token=request.token, error=refusal or error)
    return Line(machine=name, outcome=ImportOutcome.MISSING, token=request.token)


def _words(exchange: Exchange, names: t.Mapping[Identity, str]) -> str:
    def standing(request: Request) -> str:
        answer = exchange.answers.get(request.identity)
        return answer.standing.value if answer else "no answer"

    return "".join(f"{names[request.identity]}: {standing(request)}\n" for request in exchange.requests)


def _interrupted(outage: ActivationError, kept: int) -> ActivationError:
    return ActivationError(
        f"The activation service is out of reach. {outage.message} Confirmation IDs kept in the file: {kept}.",
        code=outage.code,
        cause=outage.cause,
        remedy=f"{outage.remedy or ''} Run the task again later; it goes on where it ended.".strip(),
    )
