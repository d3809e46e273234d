# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft's own batch activation service."""

from __future__ import annotations

import typing as t

from .._errors import ProtocolViolation, Refusal
from .._licensing import parse_confirmation_id
from .batch_messages import SOAP_ACTION, BatchAnswer, Installation, confirmation_request, count_request, decode_answer
from .error_mapping import http_failure, unusable
from .outcomes import ServiceRefusal
from .settings import ServiceSettings
from .transport import Transport

__all__ = ["BatchBackend"]

_HEADERS = {
    # Without quotes, as every known client of this service sends it.
    "SOAPAction": SOAP_ACTION,
    "Content-Type": 'text/xml; charset="utf-8"',
    "Accept": "text/xml",
}


class BatchBackend:
    """Speaks the batch protocol; one exchange a call, nothing is repeated here."""

    source = "microsoft"
    at_once: int | None = None

    def __init__(self, settings: ServiceSettings) -> None:
        self._settings = settings
        self._transport = Transport(settings)

    def reach(self) -> None:
        """Raise `ServiceUnavailable` unless the service answers at all; asks for nothing."""
        self._transport.reach()

    def ask(self, batch: t.Sequence[Installation]) -> dict[Installation, str | ServiceRefusal]:
        """Ask for confirmation IDs; what the answer leaves out is left out. Raises `ServiceUnavailable`."""
        answer = self._send(confirmation_request(batch))
        if answer.code:
            return {one: ServiceRefusal(answer.code) for one in batch}
        outcomes = ((one, _outcome(answer, one, batch)) for one in batch)
        return {one: outcome for one, outcome in outcomes if outcome is not None}

    def count(self, extended_pid: str) -> int:
        """Ask how many activations are left; raises `ServiceRefusal` and `ServiceUnavailable`."""
        answer = self._send(count_request(extended_pid))
        row = next((row for row in answer.rows if row.extended_pid in (None, extended_pid)), None)
        code = answer.code or (row.code if row else None)
        if code:
            raise ServiceRefusal(code)
        if row is None or row.remaining is None:
            raise unusable("It tells no count.", self._settings)
        return row.remaining

    def _send(self, message: bytes) -> BatchAnswer:
        reply = self._transport.post(message, _HEADERS)
        if reply.status != 200:
            raise http_failure(reply.status, self._settings)
        try:
            return decode_answer(reply.body)
        except ProtocolViolation as error:
            reason = "It is empty." if not reply.body.strip() else error.message
        raise unusable(reason, self._settings)


def _outcome(answer: BatchAnswer, one: Installation, batch: t.Sequence[Installation]) -> str | ServiceRefusal | None:
    row = answer.row_for(one, batch)
    if row is None:
        return None
    if row.code:
        return ServiceRefusal(row.code)
    try:
        return parse_confirmation_id(row.confirmation_id or "")
    except Refusal:
        # Not what a machine would take: as good as no answer.
        return None
