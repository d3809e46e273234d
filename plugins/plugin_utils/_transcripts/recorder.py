# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A session that keeps what passes through it, and lets nothing pass that could change the machine."""

from __future__ import annotations

import contextlib
import typing as t
from dataclasses import dataclass, field

from .._errors import ActivationError, Refusal
from .._session import Session
from .._wsman import Enumerate, Get, Identify, Invoke, Pull, Release, Request, decode_call

__all__ = ["RecordedAnswer", "Recorder", "is_read_only"]

READING_METHODS = frozenset(
    {
        "CheckAccess",
        "GetDWORDValue",
        "GetMultiStringValue",
        "GetPolicyInformationDWord",
        "GetPolicyInformationString",
        "GetStringValue",
    }
)
"""Methods that only read, by name; whatever else a class may have under these names does not exist."""


@dataclass(frozen=True)
class RecordedAnswer:
    """One request and what became of it: an answer's bytes, or the error that came in its place.

    `question` says which open question it asks, and in which variant; None for what the diagnosis itself asks.
    """

    request: bytes = field(repr=False)
    answer: bytes | None = field(default=None, repr=False)
    error: ActivationError | None = field(default=None, repr=False)
    question: str | None = None


class Recorder:
    """Stands in front of a session; the entries hold secrets and names until they are made anonymous."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._question: str | None = None
        self.entries: list[RecordedAnswer] = []

    def send(self, message: bytes) -> bytes:
        """Pass one message on and keep it with its answer; raises Refusal (`not_read_only`) for one that changes."""
        if not is_read_only(decode_call(message).request):
            raise Refusal(
                "A message that could change the machine was stopped: a transcript is made by reading only.",
                code="not_read_only",
            )
        try:
            answer = self._session.send(message)
        except ActivationError as error:
            self.entries.append(RecordedAnswer(message, error=error, question=self._question))
            raise
        self.entries.append(RecordedAnswer(message, answer, question=self._question))
        return answer

    def close(self) -> None:
        """Close the session."""
        self._session.close()

    @contextlib.contextmanager
    def asking(self, question: str) -> t.Iterator[None]:
        """Mark what passes meanwhile as asked for this question."""
        self._question = question
        try:
            yield
        finally:
            self._question = None


def is_read_only(request: Request) -> bool:
    """Tell whether a request leaves the machine as it is."""
    if isinstance(request, Invoke):
        return request.method in READING_METHODS
    return isinstance(request, (Enumerate, Get, Identify, Pull, Release))
