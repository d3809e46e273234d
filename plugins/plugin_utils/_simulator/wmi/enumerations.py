# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Open enumerations of one machine: batches, contexts that are good once, and how much fits into an answer."""

from __future__ import annotations

import time
import typing as t
import uuid
from dataclasses import dataclass

from ..._secrets import reveal
from ..._wsman import OBJECTS, Batch, Instance
from .faults import Refusals

__all__ = ["DEFAULT_ENVELOPE", "Enumerations"]

DEFAULT_ENVELOPE = 512000
"""MaxEnvelopeSizekb of a default host, in bytes."""

_IDLE_SECONDS = 240.0
_MAX_OPEN = 1500
_ITEM_OVERHEAD, _ELEMENT_OVERHEAD = 300, 12


@dataclass(frozen=True)
class _Open:
    items: tuple[Instance, ...]
    since: float
    mode: str


class Enumerations:
    """Hands out the items of queries; the caller holds the machine's lock."""

    def __init__(self, refusals: Refusals, clock: t.Callable[[], float] = time.monotonic) -> None:
        self._refusals = refusals
        self._clock = clock
        self._open: dict[str, _Open] = {}

    def __len__(self) -> int:
        return len(self._open)

    def start(self, items: tuple[Instance, ...], *, optimize: bool, envelope: int | None, mode: str = OBJECTS) -> Batch:
        """Answer an Enumerate: a single item at once, else the first item and a context, or only the context."""
        self._forget_idle()
        if len(self._open) >= _MAX_OPEN:
            raise self._refusals.too_many_operations()
        if not optimize:
            return Batch((), self._keep(items, mode), opening=True)
        self._fitting(items[:1], 1, envelope)
        rest = items[1:]
        return Batch(items[:1], self._keep(rest, mode) if rest else None, opening=True, mode=mode)

    def pull(self, context: str, limit: int | None, envelope: int | None) -> Batch:
        """Answer a Pull; without a limit it is one item. The context is used up, the answer has a new one."""
        self._forget_idle()
        found = self._open.pop(context, None)
        if found is None:
            raise self._refusals.bad_context()
        count = self._fitting(found.items, 1 if limit is None else max(limit, 1), envelope)
        rest = found.items[count:]
        return Batch(found.items[:count], self._keep(rest, found.mode) if rest else None, mode=found.mode)

    def release(self, context: str) -> None:
        """Give an enumeration back."""
        if self._open.pop(context, None) is None:
            raise self._refusals.bad_context()

    def _keep(self, items: tuple[Instance, ...], mode: str) -> str:
        context = f"uuid:{str(uuid.uuid4()).upper()}"
        self._open[context] = _Open(items, self._clock(), mode)
        return context

    def _forget_idle(self) -> None:
        oldest = self._clock() - _IDLE_SECONDS
        for context in [context for context, found in self._open.items() if found.since < oldest]:
            del self._open[context]

    def _fitting(self, items: tuple[Instance, ...], limit: int, envelope: int | None) -> int:
        """Return how many items fit: the server counts in UTF-16, so half of the envelope's bytes is all there is."""
        room = min(envelope or DEFAULT_ENVELOPE, DEFAULT_ENVELOPE) // 2
        count = 0
        for item in items[:limit]:
            room -= _size(item)
            if room < 0:
                break
            count += 1
        if items and count == 0:
            raise self._refusals.too_large()
        return count


def _size(instance: Instance) -> int:
    """Return about how many characters an item takes."""
    return _ITEM_OVERHEAD + sum(
        2 * len(name) + _ELEMENT_OVERHEAD + (len(reveal(value)) if isinstance(value, str) else 0)
        for name, values in instance.properties.items()
        for value in values
    )
