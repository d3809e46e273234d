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
    ForestHost,
    Gate,
    Membership,
    Patience,
    Reader,
    Requests,
    Retry,
    Scope,
    client_requests,
)
from .._cim import Repository
from .._licensing import ServedProduct, State
from .._planning import Plan, Step, Wish, need
from .._session import Session


class Machine:
    """Reads the state that a wish needs and carries plans out; a context manager that closes the session."""

    def __init__(
        self,
        session: Session,
        *,
        operation_timeout: float,
        wait_seconds: float,
        tell: t.Callable[[str], None],
        gate: Gate | None = None,
        retry: Retry | None = None,
    ) -> None:
        self._session = session
        self._tell = tell
        self._retry = retry
        self._done_before: list[Step] = []
        self._repository = Repository(session.send, operation_timeout=operation_timeout, pause=time.sleep)
        self._reader = Reader(self._repository, now=lambda: datetime.now(timezone.utc))
        self.patience = Patience(wait_seconds, time.monotonic, time.sleep)
        self.applier = self._applier(gate)

    def _applier(self, gate: Gate | None) -> Applier:
        return Applier(self._repository, self._reader, self.patience, self._tell, gate=gate, retry=self._retry)

    def turn_to(self, gate: Gate | None) -> None:
        """Go on with the budget of another gate; what was done so far stays done."""
        self._done_before += self.applier.done
        self.applier = self._applier(gate)

    @property
    def done(self) -> list[Step]:
        """Every step that was carried out, also before a failure."""
        return [*self._done_before, *self.applier.done]

    def __enter__(self) -> Machine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: types.TracebackType | None
    ) -> None:
        self._session.close()

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

    def read_for(self, wish: Wish, scope: Scope) -> State:
        """Return the state that `wish` can be planned on."""
        return self.complete(wish, self._reader.read(scope))

    def complete(self, wish: Wish, state: State) -> State:
        """Return the state with what the decision about `wish` rests on besides."""
        missing = need(wish, state)
        return self._reader.complete(state, missing) if missing else state

    def served(self) -> dict[str, ServedProduct]:
        """Return what the products of host keys have served."""
        return self._reader.served()

    def client_requests(self, since: datetime, limit: int) -> Requests:
        """Return what a KMS host has logged of its clients."""
        return client_requests(self._repository, since, limit)

    def apply(self, wish: Wish, steps: Plan, before: State, scope: Scope) -> State:
        """Carry the plan out and return the state afterwards."""
        return self.applier.apply(wish, steps, before, scope)
