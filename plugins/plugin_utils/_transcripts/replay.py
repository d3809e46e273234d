# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A recorded machine: a session that answers what was asked of it when the transcript was made."""

from __future__ import annotations

import re
import typing as t

from .._errors import (
    ActivationError,
    AnswerLost,
    AuthenticationFailed,
    ConnectionFailed,
    MissingLibrary,
    ProtocolViolation,
    Refusal,
    RequestRejected,
    Unsealed,
)
from .._wsman import Request, decode_call

__all__ = ["ERRORS", "Replay"]

ERRORS: t.Mapping[str, type[ActivationError]] = {
    kind.__name__: kind
    for kind in (
        AnswerLost,
        AuthenticationFailed,
        ConnectionFailed,
        MissingLibrary,
        ProtocolViolation,
        Refusal,
        RequestRejected,
        Unsealed,
    )
}
"""The errors of a session that a transcript can hold, by the name it has for them."""

_RELATES_TO = re.compile(r"(<(?:\w+:)?RelatesTo\b[^>]*>)[^<]*(</)")


class Replay:
    """Answers by meaning: a request is met by one for the same action, instance, query and parameters.

    Each recorded answer is given once, in their order; the last one of its kind is given again and again. What was
    never asked raises ProtocolViolation (`not_in_transcript`).
    """

    def __init__(self, exchange: t.Iterable[t.Mapping[str, t.Any]]) -> None:
        self._rows = [(decode_call(str(row["request"]).encode()).request, row) for row in exchange]
        self._given: set[int] = set()

    def send(self, message: bytes) -> bytes:
        """Return the recorded answer to what this message asks, or raise the recorded error."""
        call = decode_call(message)
        row = self._row(call.request)
        error = row.get("error")
        if error:
            kind = ERRORS.get(str(error["kind"]), ActivationError)
            raise kind(str(error["message"]), code=error["code"], cause=error["cause"], remedy=None)
        answer = _RELATES_TO.sub(lambda found: f"{found[1]}{call.message_id}{found[2]}", str(row["answer"]))
        return answer.encode()

    def close(self) -> None:
        """Do nothing: there is no connection."""

    def _row(self, request: Request) -> t.Mapping[str, t.Any]:
        found = [number for number, (asked, _row) in enumerate(self._rows) if asked == request]
        if not found:
            raise ProtocolViolation("The transcript has no answer to this.", code="not_in_transcript")
        number = next((number for number in found if number not in self._given), found[-1])
        self._given.add(number)
        return self._rows[number][1]
