# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one place where confirmation IDs are paid for: look into the store, reserve, ask, keep.

What is stored is never asked for again, so a run that broke off is resumed by running it again. Every request that
leaves is reserved before, and every answer is recorded before anybody is told of it. What is not known to have failed
counts as spent until the host, or an answer to the same question, says otherwise.
"""

from __future__ import annotations

import collections
import dataclasses
import typing as t
from datetime import datetime, timezone

from .._errors import ActivationError, Refusal
from .._ledger import Confirmation, Entry, EntryState, Ledger, Reservation, Stop, concerns, utcnow
from .batch_messages import Installation
from .outcomes import ServiceRefusal, ServiceUnavailable
from .requests import Obtained, ProxyRequest
from .service import ActivationService, Outcome

__all__ = ["ConfirmationIdClient"]

_PATIENCE = 2
"""Batches in a row without any answer, each after all its attempts, until the service is given up for this run.

Not one: the first may hold something that the service cannot digest, and would block all others at every run.
"""


def _nobody(_line: str) -> None:
    """Tell nobody."""


@dataclasses.dataclass(frozen=True)
class _PendingRequest:
    """A request whose activation is reserved."""

    request: ProxyRequest
    reservation: Reservation

    @property
    def entry_id(self) -> int:
        return self.reservation.entry.id

    @property
    def untouched(self) -> EntryState:
        """What becomes of the entry when this attempt has surely spent nothing; an earlier one may have."""
        return EntryState.UNCERTAIN if self.reservation.taken_over else EntryState.RELEASED


class _Outage:
    """Whether the service still answers at all."""

    def __init__(self) -> None:
        self._silent = 0
        self._last: ServiceUnavailable | None = None

    def note(self, outcomes: t.Collection[Outcome]) -> None:
        """Take in what one batch brought."""
        failures = [outcome for outcome in outcomes if isinstance(outcome, ServiceUnavailable)]
        if len(failures) < len(outcomes):
            self._silent = 0
            return
        # Where no request is to blame, the next one will fail alike.
        self._silent += _PATIENCE if all(failure.for_all for failure in failures) else 1
        self._last = failures[-1]

    @property
    def failure(self) -> ServiceUnavailable | None:
        """Why nothing more is asked in this run, None as long as the service is worth asking."""
        if self._last is None or self._silent < _PATIENCE:
            return None
        return ServiceUnavailable(
            f"Not asked: the activation service is out of reach. {self._last.message}",
            may_have_arrived=False,
            code=self._last.code or "unavailable",
            cause=self._last.cause,
            remedy=self._last.remedy,
        )


class ConfirmationIdClient:
    """Hands out confirmation IDs, each of them paid for once; `tell` is called with a line about every batch.

    Raises Refusal where the service and the ledger are not both real or both of a simulated fleet.
    """

    def __init__(
        self,
        ledger: Ledger,
        service: ActivationService,
        *,
        batch_size: int = 1,
        tell: t.Callable[[str], None] = _nobody,
        now: t.Callable[[], datetime] = utcnow,
    ) -> None:
        service.require(simulated=ledger.simulated_by is not None)
        self._ledger = ledger
        self._service = service
        self._batch_size = max(1, batch_size)
        self._tell = tell
        self._now = now

    def obtain(self, requests: t.Sequence[ProxyRequest]) -> t.Iterator[Obtained]:
        """Yield what becomes of each request, as it goes; those from the store, or refused, may overtake others.

        Nothing is lost when the caller stops listening: what was asked is recorded, what was not asked is released.
        """
        waiting: list[_PendingRequest] = []
        outage = _Outage()
        progress = _Progress(len(requests), self._tell)
        try:
            for request in requests:
                if _is_waiting(request, waiting):
                    # The same machine twice: the answer to the first will be in the store for the second.
                    yield from progress.told(self._settled(waiting, outage))
                admitted = self._admitted(request, outage)
                if isinstance(admitted, Obtained):
                    yield from progress.told([admitted], quietly=True)
                else:
                    waiting.append(admitted)
                if len(waiting) >= self._batch_size:
                    yield from progress.told(self._settled(waiting, outage))
            if waiting:
                yield from progress.told(self._settled(waiting, outage))
        finally:
            for held in waiting:
                self._ledger.settle(held.entry_id, held.untouched, "not_asked")

    def foresee(self, requests: t.Sequence[ProxyRequest]) -> t.Iterator[Obtained]:
        """Yield what `obtain` would come to if the service granted everything; nothing is asked, reserved or stored."""
        planned: collections.Counter[str] = collections.Counter()
        seen: set[str] = set()
        for request in requests:
            try:
                yield self._foreseen(request.checked(), planned, seen)
            except ActivationError as error:
                yield Obtained(request=request, error=error)

    def _admitted(self, request: ProxyRequest, outage: _Outage) -> Obtained | _PendingRequest:
        try:
            request = request.checked()
            stored = self._from_store(request)
            if stored is not None:
                return stored
            if outage.failure is not None:
                return Obtained(request=request, error=outage.failure)
            held = _PendingRequest(request, self._ledger.reserve(request.demand()))
        except ActivationError as error:
            return Obtained(request=request, error=error)
        return self._kept_meanwhile(held) or held

    def _kept_meanwhile(self, held: _PendingRequest) -> Obtained | None:
        # Another process may have obtained it between our look into the store and our reservation.
        stored = self._from_store(held.request)
        if stored is not None:
            self._ledger.settle(held.entry_id, held.untouched, "from_store")
        return stored

    def _from_store(self, request: ProxyRequest) -> Obtained | None:
        stored = self._ledger.confirmation(request.installation.installation_id)
        if stored is None:
            return None
        return Obtained(request=request, confirmation_id=stored.confirmation_id, from_store=True)

    def _settled(self, waiting: list[_PendingRequest], outage: _Outage) -> list[Obtained]:
        """Ask for all that wait, record every answer, and return what came of them."""
        batch = list(waiting)
        waiting.clear()
        outcomes = self._asked(batch)
        outage.note(outcomes)
        return [self._recorded(held, outcome) for held, outcome in zip(batch, outcomes, strict=True)]

    def _asked(self, batch: list[_PendingRequest]) -> list[Outcome]:
        installations = [held.request.installation for held in batch]
        try:
            answers = self._service.confirmation_ids(installations)
        except ServiceUnavailable as failure:
            return [failure for held in batch]
        except BaseException:
            # Interrupted on the way: the requests may have left.
            for held in batch:
                self._ledger.settle(held.entry_id, EntryState.UNCERTAIN, "interrupted")
            raise
        return [answers.get(one) or _no_answer(one) for one in installations]

    def _recorded(self, held: _PendingRequest, outcome: Outcome) -> Obtained:
        try:
            if isinstance(outcome, str):
                return self._kept(held, outcome)
            self._ledger.settle(held.entry_id, _state_after(held, outcome), outcome.code)
        except ActivationError as error:
            # The ledger gave way. The entry stays open, and counts until the next attempt takes it over.
            found = outcome if isinstance(outcome, str) else None
            return Obtained(request=held.request, confirmation_id=found, spent=found is not None, error=error)
        if isinstance(outcome, ServiceRefusal) and (outcome.stops or self._is_repeated(held.request, outcome)):
            self._stopped(held.request, outcome)
        return Obtained(request=held.request, error=outcome)

    def _kept(self, held: _PendingRequest, confirmation_id: str) -> Obtained:
        confirmation = Confirmation(
            installation_id=held.request.installation.installation_id,
            confirmation_id=confirmation_id,
            extended_pid=held.request.installation.extended_pid,
            partial=held.request.partial,
            source=self._service.source,
            entry_id=held.entry_id,
            obtained_at=self._now(),
        )
        try:
            self._ledger.keep(confirmation, held.entry_id)
        except Refusal:
            # Paid for it is, stored or not.
            self._ledger.settle(held.entry_id, EntryState.CONFIRMED, "not_stored")
            raise
        return Obtained(request=held.request, confirmation_id=confirmation_id, spent=True)

    def _is_repeated(self, request: ProxyRequest, refusal: ServiceRefusal) -> bool:
        """Return whether another machine met the same code since the key was last granted, so that the key is to blame.

        The IDs of a single machine may not belong together, which says nothing about the key.
        """
        if not refusal.stops_when_repeated:
            return False
        try:
            mine = [entry for entry in self._ledger.entries() if entry.fingerprint == request.fingerprint]
        except ActivationError:
            return False
        granted = max(
            (_settled(entry) for entry in mine if entry.state is EntryState.CONFIRMED), default=_settled(None)
        )
        return any(
            entry.code == refusal.service_code and _settled(entry) > granted and not concerns(entry, request.machine)
            for entry in mine
        )

    def _stopped(self, request: ProxyRequest, refusal: ServiceRefusal) -> None:
        stop = Stop(code=refusal.service_code, message=refusal.message, at=self._now())
        try:
            pools = self._ledger.stop(request.fingerprint, stop)
        except ActivationError as error:
            # The refusal itself is what the user has to hear of.
            self._tell(f"the pools of the key could not be stopped: {error}")
        else:
            self._tell(f"stopped after {refusal.service_code}: {', '.join(pools)}")

    def _foreseen(self, request: ProxyRequest, planned: collections.Counter[str], seen: set[str]) -> Obtained:
        stored = self._from_store(request)
        if stored is not None or request.installation.installation_id in seen:
            return stored or Obtained(request=request, from_store=True)
        balance = self._ledger.check(request.demand())
        if not self._has_entry(request):
            room = balance.left if request.use_reserve else balance.available
            if planned[request.pool] >= room:
                raise _would_be_exhausted(request, room)
            planned[request.pool] += 1
        seen.add(request.installation.installation_id)
        return Obtained(request=request, spent=True)

    def _has_entry(self, request: ProxyRequest) -> bool:
        entries = self._ledger.open_entries(request.machine)
        mine = (request.fingerprint, request.product_id)
        return any((entry.fingerprint, entry.product_id) == mine for entry in entries)


class _Progress:
    """Counts what is done, and says so after every batch."""

    def __init__(self, total: int, tell: t.Callable[[str], None]) -> None:
        self._total = total
        self._tell = tell
        self._done = 0
        self._given = 0

    def told(self, results: list[Obtained], *, quietly: bool = False) -> list[Obtained]:
        """Count results and pass them on."""
        self._done += len(results)
        self._given += sum(result.confirmation_id is not None for result in results)
        if not quietly:
            self._tell(f"{self._done} of {self._total} requests done, {self._given} with a confirmation ID")
        return results


def _settled(entry: Entry | None) -> datetime:
    """Return when an entry was settled, and the beginning of time where it was not."""
    settled = entry.settled_at if entry else None
    return settled or datetime.min.replace(tzinfo=timezone.utc)


def _is_waiting(request: ProxyRequest, waiting: list[_PendingRequest]) -> bool:
    try:
        wanted = request.checked().installation.installation_id
    except Refusal:
        return False
    return any(held.request.installation.installation_id == wanted for held in waiting)


def _state_after(held: _PendingRequest, outcome: ServiceRefusal | ServiceUnavailable) -> EntryState:
    if isinstance(outcome, ServiceUnavailable):
        return EntryState.UNCERTAIN if outcome.may_have_arrived else held.untouched
    if outcome.never_granted:
        return EntryState.RELEASED
    return held.untouched if outcome.uncounted and not outcome.earlier_unanswered else EntryState.UNCERTAIN


def _no_answer(one: Installation) -> ServiceUnavailable:
    return ServiceUnavailable(
        f"The service's answer leaves the installation ID {one.installation_id[:7]}... out.",
        may_have_arrived=True,
        code="answer_missing",
        remedy="Run the task again; if it stays, set batch_size of the service to 1.",
    )


def _would_be_exhausted(request: ProxyRequest, room: int) -> Refusal:
    return Refusal(
        f"Pool {request.pool} would have no activation left for {request.machine.name}.",
        code="pool_exhausted",
        cause=f"It can pay for {max(room, 0)} of those that were asked for.",
        remedy="Raise the pool's limit if Microsoft grants more, or ask for fewer machines.",
    )
