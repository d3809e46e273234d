# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an activation service is to the rest of us, and how patiently it is asked."""

from __future__ import annotations

import itertools
import time
import typing as t

from .._errors import Refusal
from .._ledger import require_service
from .._licensing import is_simulated
from .activationws_backend import RestBackend, SoapBackend
from .batch_backend import BatchBackend
from .batch_messages import Installation
from .outcomes import ServiceRefusal, ServiceUnavailable
from .settings import ServiceSettings, checked

__all__ = ["ActivationService", "Outcome", "service_for"]

Outcome: t.TypeAlias = str | ServiceRefusal | ServiceUnavailable
"""A confirmation ID, or why there is none."""

_LONGEST_PAUSE = 60.0


class ActivationService(t.Protocol):
    """Gives confirmation IDs and counts; `source` is what a stored confirmation says of where it came from."""

    source: str

    def require(self, *, simulated: bool) -> None:
        """Raise Refusal unless the service is that of a simulated fleet, or with `simulated` false a real one.

        Codes: `simulated_host_real_service`, `real_host_simulated_service`. Nothing is sent.
        """

    def confirmation_ids(self, batch: t.Sequence[Installation]) -> t.Mapping[Installation, Outcome]:
        """Return an outcome for every installation asked for; never raises for what the service does or is.

        Raises what `require` raises for the kind of the hosts.
        """

    def remaining(self, extended_pid: str) -> int:
        """Return how many activations are left on a key; raises `ServiceRefusal` and `ServiceUnavailable`.

        Raises what `require` raises for the kind of the hosts with this key.
        """

    def probe(self, extended_pid: str | None) -> None:
        """Raise what stands against asking for a confirmation ID, as far as it can be known without spending one.

        With an extended PID that is whether the key has activations left, else whether the service answers at all.
        Raises `ServiceRefusal`, `ServiceUnavailable`, and Refusal (`no_activations_left`).
        """


class Backend(t.Protocol):
    """One way to speak with one kind of service: one exchange a call."""

    source: str
    at_once: int | None

    def ask(self, batch: t.Sequence[Installation]) -> dict[Installation, str | ServiceRefusal]:
        """Return what was answered, which may be for some only; raises `ServiceUnavailable`."""

    def count(self, extended_pid: str) -> int:
        """Return the remaining count; raises `ServiceRefusal` and `ServiceUnavailable`."""

    def reach(self) -> None:
        """Raise `ServiceUnavailable` unless the service answers at all."""


def service_for(settings: ServiceSettings, *, pause: t.Callable[[float], None] = time.sleep) -> ActivationService:
    """Return the service that these settings name; nothing is sent yet. Raises Refusal and `MissingLibrary`."""
    kinds: dict[str, t.Callable[[ServiceSettings], Backend]] = {
        "microsoft": BatchBackend,
        "activationws_soap": SoapBackend,
        "activationws_rest": RestBackend,
    }
    return PatientService(kinds[checked(settings).backend](settings), settings, pause)


class PatientService:
    """Asks again after a growing pause where no usable answer came; a refusal is an answer.

    A refusal that tells of the service's own trouble is asked about once more. An answer to a part of a batch is a
    step forward: the rest is asked for without using up an attempt. After a failure of all of them they go singly.
    """

    def __init__(self, backend: Backend, settings: ServiceSettings, pause: t.Callable[[float], None]) -> None:
        self.source = backend.source
        self._backend = backend
        self._settings = settings
        self._pause = pause

    def require(self, *, simulated: bool) -> None:
        """Raise Refusal unless the service is of this kind."""
        settings = self._settings
        require_service(settings.address, simulated=settings.is_simulated, wanted=simulated)

    def confirmation_ids(self, batch: t.Sequence[Installation]) -> t.Mapping[Installation, Outcome]:
        """Return an outcome for every installation asked for."""
        for one in batch:
            self.require(simulated=one.is_simulated)
        round_ = _Round(batch, again=self._settings.retries > 0)
        delays = self._delays()
        while round_.open:
            progress, wait = self._step(round_)
            if progress:
                delays = self._delays()
            if not wait:
                continue
            delay = next(delays, None) if round_.worth_repeating else None
            if delay is None:
                break
            self._pause(delay)
        return round_.outcomes()

    def remaining(self, extended_pid: str) -> int:
        """Return how many activations are left on a key."""
        self.require(simulated=is_simulated(extended_pid))
        refused = self._settings.retries == 0
        arrived = False
        for delay in itertools.chain(self._delays(), [None]):
            try:
                return self._backend.count(extended_pid)
            except ServiceRefusal as refusal:
                if refused or delay is None or not refusal.retryable:
                    raise
                refused = True
            except ServiceUnavailable as failure:
                arrived = arrived or failure.may_have_arrived
                if delay is None or not failure.retryable:
                    raise failure.having_arrived(arrived) from None
            self._pause(delay)
        raise RuntimeError("the last attempt either returns or raises")

    def probe(self, extended_pid: str | None) -> None:
        """Raise what stands against asking for a confirmation ID, as far as it can be known without spending one."""
        if extended_pid is None:
            self._backend.reach()
        elif self.remaining(extended_pid) < 1:
            raise Refusal(
                "Microsoft has no activations left on this key.",
                code="no_activations_left",
                remedy="Have Microsoft raise the count of the key, or use another MAK.",
            )

    def _step(self, round_: _Round) -> tuple[bool, bool]:
        """Ask once; return whether something was settled, and whether to wait before the next attempt."""
        group = list(round_.open)[: 1 if round_.one_by_one else self._backend.at_once]
        try:
            answers = self._backend.ask(group)
        except ServiceUnavailable as failure:
            round_.failed(group, failure)
            return False, True
        return round_.answered(group, answers)

    def _delays(self) -> t.Iterator[float]:
        for attempt in range(self._settings.retries):
            yield min(self._settings.retry_delay * 2.0**attempt, _LONGEST_PAUSE)


class _Round:
    """What has become of each installation of one batch."""

    def __init__(self, batch: t.Sequence[Installation], *, again: bool) -> None:
        self.open: dict[Installation, None] = dict.fromkeys(batch)
        self.worth_repeating = True
        # How many the service takes at once is written nowhere, so after one failure of several they go singly.
        self.one_by_one = False
        self._again = again
        self._settled: dict[Installation, Outcome] = {}
        self._refused: dict[Installation, ServiceRefusal] = {}
        self._arrived: set[Installation] = set()
        self._failure = _left_out()

    def failed(self, group: t.Sequence[Installation], failure: ServiceUnavailable) -> None:
        """Note that a group was asked for in vain."""
        self._missed(group, failure)
        if self._arrived.issuperset(self.open):
            self.one_by_one = True
            # Whoever is to blame, if anybody is, does not stand before the others again.
            for one in group:
                self.open[one] = self.open.pop(one)

    def answered(
        self, group: t.Sequence[Installation], answers: t.Mapping[Installation, str | ServiceRefusal]
    ) -> tuple[bool, bool]:
        """Take what was answered; return whether something was settled, and whether to wait before the next attempt."""
        self.worth_repeating = True
        settled = [one for one in group if one in answers and self._settles(one, answers[one])]
        for one in settled:
            del self.open[one]
        missing = [one for one in group if one not in answers]
        if missing:
            (self._missed if settled else self.failed)(missing, _left_out())
        deferred = len(settled) + len(missing) < len(group)
        return bool(settled), deferred or not settled

    def outcomes(self) -> dict[Installation, Outcome]:
        """Return what is known of each."""
        for one in self.open:
            failure = self._failure.having_arrived(one in self._arrived)
            self._settled[one] = self._refused.get(one) or failure
        return self._settled

    def _missed(self, group: t.Sequence[Installation], failure: ServiceUnavailable) -> None:
        self._failure = failure
        self.worth_repeating = failure.retryable
        for one in group:
            self._refused.pop(one, None)
        if failure.may_have_arrived:
            self._arrived.update(group)

    def _settles(self, one: Installation, answer: str | ServiceRefusal) -> bool:
        if isinstance(answer, ServiceRefusal):
            answer.earlier_unanswered = one in self._arrived
            if answer.retryable and self._again and one not in self._refused:
                self._refused[one] = answer
                if not answer.uncounted:
                    self._arrived.add(one)
                return False
        self._settled[one] = answer
        return True


def _left_out() -> ServiceUnavailable:
    return ServiceUnavailable(
        "The service's answer leaves some of the machines out.",
        may_have_arrived=True,
        code="answer_missing",
        remedy="Run the task again; if it stays, set batch_size of the service to 1.",
    )
