# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A machine whose every answer is written down beforehand, and which never sleeps."""

from __future__ import annotations

import typing as t

from ansible_collections.volume.activation.plugins.plugin_utils._cim import Repository
from ansible_collections.volume.activation.plugins.plugin_utils._wsman import (
    Batch,
    Call,
    Fault,
    Instance,
    Request,
    decode_call,
    encode_answer,
)

TIMED_OUT = 2150858793
EXPIRED = 2150858779
UNKNOWN_CLASS = 2150858778
TOO_MANY = 2150859174

Answer = t.Any
"""A message, bytes as they are, an error to raise, or a function of the call that returns one of these."""


class ScriptedSession:
    """Answers in the order of its script; `calls` is what was asked, `pauses` how long was waited."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.calls: list[Call] = []
        self.pauses: list[float] = []

    @property
    def requests(self) -> list[Request]:
        """What was asked, without headers."""
        return [call.request for call in self.calls]

    @property
    def kinds(self) -> list[str]:
        """The kinds of what was asked."""
        return [type(request).__name__ for request in self.requests]

    def repository(self, **options: t.Any) -> Repository:
        """Return the repository of this machine."""
        return Repository(self.send, pause=self.pauses.append, **options)

    def send(self, message: bytes) -> bytes:
        """Answer one request; a request beyond the script is a failure."""
        call = decode_call(message)
        self.calls.append(call)
        assert self.answers, f"nothing was expected, but this came: {call.request}"
        answer = self.answers.pop(0)
        if callable(answer):
            answer = answer(call)
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, bytes) else encode_answer(answer, call)


def fault(code: int, **options: t.Any) -> Fault:
    """Return a flat fault, or any other."""
    return Fault(code, **options)


def rows(*names: str, context: str | None = None, opening: bool = False) -> Batch:
    """Return a batch of projected rows with these names."""
    return Batch(tuple(Instance(None, {"Name": (name,)}) for name in names), context, opening)
