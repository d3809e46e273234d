# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a step of the exchange came to: a line for every request, and what to call the whole."""

from __future__ import annotations

import collections
import typing as t
from dataclasses import dataclass
from enum import Enum

from .._errors import ActivationError, Refusal

__all__ = ["ExchangeProgress", "ImportOutcome", "Line", "Report"]


class ImportOutcome(str, Enum):
    """What became of a request."""

    EXPORTED = "exported"
    STORED = "stored"
    ANSWERED = "answered"
    IMPORTED = "imported"
    MISSING = "missing"
    FAILED = "failed"
    LISTED = "listed"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One request: what it is called here, what became of it, and why where it did not go well."""

    machine: str
    outcome: ImportOutcome
    token: str | None = None
    error: ActivationError | None = None

    def facts(self) -> dict[str, t.Any]:
        """Return it as it stands in a result."""
        error = self.error
        return {
            "machine": self.machine,
            "token": self.token,
            "outcome": self.outcome.value,
            "msg": error.message if error else None,
            "code": error.code if error else None,
            "remedy": error.remedy if error else None,
        }


@dataclass(frozen=True, kw_only=True)
class Report:
    """A step that came to its end; `error` is what ended it early, and `before` and `after` are the change in words."""

    lines: tuple[Line, ...]
    changed: bool
    before: str = ""
    after: str = ""
    error: ActivationError | None = None
    id: str | None = None

    def facts(self) -> dict[str, t.Any]:
        """Return it as a result."""
        counted = collections.Counter(line.outcome for line in self.lines)
        return {
            "changed": self.changed,
            "exchange_id": self.id,
            "counts": {
                outcome.value: counted[outcome] for outcome in ImportOutcome if outcome is not ImportOutcome.LISTED
            },
            "machines": [line.facts() for line in self.lines],
        }

    @property
    def failure(self) -> ActivationError | None:
        """What to raise for the requests that failed: the first of them, and how many there are."""
        failed = [line for line in self.lines if line.outcome is ImportOutcome.FAILED and line.error is not None]
        if not failed:
            return None
        first = t.cast(ActivationError, failed[0].error)
        message = f"{failed[0].machine}: {first.message}"
        if len(failed) > 1:
            message = f"{len(failed)} of {len(self.lines)} requests failed. The first is {message}"
        kind = Refusal if isinstance(first, Refusal) else ActivationError
        return kind(message, code=first.code, cause=first.cause, remedy=first.remedy)


class ExchangeProgress:
    """Tells how far a long list is, twenty times at most; a short one is over before anybody asks."""

    _PARTS = 20

    def __init__(self, total: int, tell: t.Callable[[str], None]) -> None:
        self._total = total
        self._tell = tell
        self._told = 0

    def reached(self, done: int, words: str) -> None:
        """Note that `done` of the list are over."""
        part = done * self._PARTS // self._total if self._total >= self._PARTS else 0
        if part > self._told:
            self._told = part
            self._tell(f"{done} of {self._total} {words}")
