# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Looking into a machine's own event log for how an activation ended; a log that cannot be read is an empty one."""

from __future__ import annotations

import typing as t
from dataclasses import replace
from datetime import datetime, timedelta

from .._cim import Repository
from .._errors import ActivationError, ProtocolViolation
from .._licensing import ATTEMPT_WINDOW, AttemptEvent, KmsAttempt, Product, State, last_attempt
from . import queries as q
from .kms_event_log import activation_events

__all__ = ["AttemptLog", "with_attempts"]

_GRANULARITY = timedelta(seconds=2)
"""An event has the second in which it was written, and reading the clock takes a moment."""


class AttemptLog:
    """The events of the attempts to activate one product from now on; `now` is the controller's time, aware.

    The machine's clock dates the events. It may differ from the controller's by any amount, so it is read once. `found`
    is what was read last.
    """

    def __init__(
        self,
        repository: Repository,
        product_id: str,
        now: t.Callable[[], datetime],
        tell: t.Callable[[str], None] = lambda _text: None,
    ) -> None:
        self.found: KmsAttempt | None = None
        self._product_id = product_id
        self._repository = repository
        self._now = now
        self._tell = tell
        self._began = now()
        self._offset: timedelta | None = None

    def read(self) -> KmsAttempt | None:
        """Return how the last attempt ended, None where the machine has no event of one."""
        try:
            since = self._began + self._machine_offset() - _GRANULARITY
            self.found = last_attempt(activation_events(self._repository, since), self._product_id)
        except (ActivationError, OverflowError) as error:
            # What failed before is to be reported, and not that the log could not be read.
            self._tell(f"the event log could not be read: {error}")
        return self.found

    def _machine_offset(self) -> timedelta:
        if self._offset is None:
            rows = self._repository.select(q.OPERATING_SYSTEM, q.CLOCK_PROPERTIES, repeat=False)
            clock = rows[0]["LocalDateTime"] if rows else None
            if clock is None:
                raise ProtocolViolation("The machine does not show its time.")
            self._offset = clock - self._now()
        return self._offset


def with_attempts(repository: Repository, state: State) -> State:
    """Return the state with the last attempt of each product that it explains; one query where there is any.

    A log that cannot be read leaves the state as it is.
    """
    wanted = [product for product in state.judged if product.needs_attempt]
    if not wanted:
        return state
    try:
        clock = (state.machine.clock if state.machine else None) or state.observed_at
        events = activation_events(repository, clock - ATTEMPT_WINDOW)
    except (ActivationError, OverflowError):
        return state
    found = {product.id: _attempt_of(product, events) for product in wanted}
    return replace(
        state, products=tuple(replace(row, last_attempt=found.get(row.id, row.last_attempt)) for row in state.products)
    )


def _attempt_of(product: Product, events: t.Sequence[AttemptEvent]) -> KmsAttempt | None:
    found = last_attempt(events, product.id, by_kms=product.asks_kms)
    return replace(found, channel=product.channel) if found else None
