# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One machine during one task: its session, repository and reader, with real clocks put in."""

from __future__ import annotations

import time
import types
import typing as t
from datetime import datetime, timezone

from .._applying import (
    Applier,
    Budget,
    ForestHost,
    Membership,
    PollPolicy,
    Reader,
    Requests,
    Retry,
    Scope,
    client_requests,
)
from .._cim import Repository
from .._deadlines import Deadline
from .._errors import MachineRefused
from .._licensing import ServedProduct, State
from .._planning import DesiredState, Plan, Step, asked_in, channel_of, need
from .._results import name_activation_type
from .._session import Session


class ConnectedMachine:
    """Reads the state that a wish needs and carries plans out; a context manager that closes the session.

    `deadline` is in force within the block. What is waited on purpose, for an activation or before a retry, is added
    to it: that has limits of its own.
    """

    def __init__(
        self,
        session: Session,
        *,
        operation_timeout: float,
        call_timeout: float | None = None,
        max_envelope_size: int = 512_000,
        wait_seconds: float,
        tell: t.Callable[[str], None],
        gate: Budget | None = None,
        retry: Retry | None = None,
        deadline: Deadline | None = None,
    ) -> None:
        self._session = session
        self._deadline = deadline
        self._tell = tell
        self._retry = retry
        self._done_before: list[Step] = []
        self._unknown_before: list[Step] = []
        self._restored_before: set[str] = set()
        self._repository = Repository(
            session.send,
            operation_timeout=operation_timeout,
            call_timeout=call_timeout,
            max_envelope_size=max_envelope_size,
        )
        self._reader = Reader(self._repository, now=lambda: datetime.now(timezone.utc))
        self.patience = PollPolicy(wait_seconds, time.monotonic, self._wait)
        self.applier = self._applier(gate)

    def _wait(self, seconds: float) -> None:
        time.sleep(seconds)
        self._grant(seconds)

    def _applier(self, gate: Budget | None) -> Applier:
        return Applier(
            self._repository, self._reader, self.patience, self._tell, gate=gate, retry=self._retry, grant=self._grant
        )

    def _grant(self, seconds: float) -> None:
        if self._deadline is not None:
            self._deadline.postpone(seconds)

    def turn_to(self, gate: Budget | None) -> None:
        """Go on with the budget of another gate; what was done so far stays done."""
        self._done_before += self.applier.done
        self._unknown_before += self.applier.unknown
        self._restored_before |= self.applier.restored
        self.applier = self._applier(gate)

    @property
    def done(self) -> list[Step]:
        """Every step that was carried out, also before a failure."""
        return [*self._done_before, *self.applier.done]

    @property
    def unknown(self) -> list[Step]:
        """Every step that failed and may have changed the host all the same."""
        return [*self._unknown_before, *self.applier.unknown]

    @property
    def restored(self) -> set[str]:
        """The activation IDs of products that got their previous key again."""
        return self._restored_before | self.applier.restored

    def __enter__(self) -> ConnectedMachine:
        if self._deadline is not None:
            self._deadline.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: types.TracebackType | None
    ) -> None:
        try:
            self._session.close()
        finally:
            if self._deadline is not None:
                self._deadline.__exit__(kind, error, trace)

    @property
    def requests(self) -> int:
        """How many WS-Management requests were sent so far."""
        return self._repository.requests

    def read(self, scope: Scope) -> State:
        """Return the state as far as `scope` goes."""
        return self._reader.read(scope)

    def bios_uuid(self) -> str | None:
        """Return the identity of the machine's hardware."""
        return self._reader.bios_uuid()

    def membership(self) -> Membership:
        """Return what the machine is to its domain."""
        return self._reader.membership()

    def forest_host(self) -> ForestHost:
        """Return the machine as one that creates activation objects."""
        return ForestHost(self._repository, self._reader)

    def read_for(self, wish: DesiredState, scope: Scope) -> State:
        """Return the state that `wish` can be planned on."""
        return self.complete(wish, self._reader.read(scope))

    def complete(self, wish: DesiredState, state: State) -> State:
        """Return the state with what the decision about `wish` rests on besides."""
        missing = need(wish, state)
        return self._reader.complete(state, missing) if missing else state

    def served(self) -> dict[str, ServedProduct]:
        """Return what the products of host keys have served."""
        return self._reader.served()

    def client_requests(self, since: datetime, limit: int) -> Requests:
        """Return what a KMS host has logged of its clients."""
        return client_requests(self._repository, since, limit)

    def apply(self, wish: DesiredState, steps: Plan, before: State, scope: Scope) -> State:
        """Carry the plan out and return the state afterwards; a refusal names what of the settings has led to it."""
        try:
            return self.applier.apply(wish, steps, before, scope)
        except MachineRefused as refusal:
            refusal.asked = asked_in(steps, before, refusal.hresult)
            refusal.channel = refusal.channel or channel_of(steps, self.applier.done, before)
            name_activation_type(refusal, wish, steps, self.applier.done, before)
            raise
