# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft's batch activation service: answers calls from the world's counts, and goes wrong as its rules say.

What was asked and answered is told to the journal with its numbers masked. ActivationWs relays its questions through
here too, so its users meet the same counts and the same rules.
"""

from __future__ import annotations

import logging
import typing as t

from ..winrm.fault_injection import FaultInjector, WireReply, strike_after, strike_before
from ..world.microsoft import Microsoft, ServiceRefused
from .batch_protocol import BATCH_ACTION, Asked, BadCall, BatchCall, Told, read_call, soap_fault, write_answer

__all__ = ["BatchService", "Unavailable"]

log = logging.getLogger(__name__)

_FRONT = "microsoft"
_DROPPED = WireReply(0, delivery="none")
_RUNTIME_ERROR = b"<html><body>Runtime Error</body></html>"
_SPOILED = ("empty", "malformed")
Rule = t.Mapping[str, t.Any]


class Unavailable(Exception):
    """No usable answer came to whoever relays a question; `transport` tells a failed request from a bad answer."""

    def __init__(self, message: str, *, transport: bool) -> None:
        super().__init__(message)
        self.transport = transport


class BatchService:
    """One service, called by many threads at once."""

    def __init__(self, microsoft: Microsoft, pause: t.Callable[[float], object]) -> None:
        self._microsoft = microsoft
        self._desk = FaultInjector()
        self._pause = pause

    def post(self, action: str | None, body: bytes) -> WireReply:
        """Answer one SOAP call; what cannot be understood is answered with a fault and HTTP 500."""
        if not self._microsoft.description.reachable:
            return _DROPPED
        try:
            call = self._read(action, body)
        except BadCall as error:
            log.info("batch service: %s", error)
            return WireReply(500, soap_fault(str(error), client=True))
        rule = self._due(call.kind)
        return self._answer(call, rule) if rule is None else self._struck(call, rule)

    def page(self) -> WireReply:
        """Answer a GET: with the error page of a service that works, unless nothing there works."""
        if not self._microsoft.description.reachable:
            return _DROPPED
        rule = self._due("page")
        outcome = strike_before(rule, self._pause) if rule else None
        if rule is None or outcome is None:
            return WireReply(500, _RUNTIME_ERROR)
        return outcome if isinstance(outcome, WireReply) else _DROPPED

    def _read(self, action: str | None, body: bytes) -> BatchCall:
        if (action or "").strip().strip('"') != BATCH_ACTION:
            raise BadCall("The SOAPAction header does not name BatchActivate.")
        call = read_call(body)
        self._microsoft.journal.inspect(call.text)
        limit = self._microsoft.description.batch_limit
        if limit is not None and len(call.asked) > limit:
            raise BadCall(f"There are {len(call.asked)} requests, more than the {limit} that are taken at once.")
        return call

    def _due(self, kind: str) -> Rule | None:
        return self._desk.due(self._microsoft, "any", kind)

    def _struck(self, call: BatchCall, rule: Rule) -> WireReply:
        log.info("batch service: rule %s strikes", rule["do"])
        outcome = strike_before(rule, self._pause)
        if outcome is None:
            outcome = strike_after(rule, self._answer(call, rule), self._pause)
        return outcome if isinstance(outcome, WireReply) else _DROPPED

    def _answer(self, call: BatchCall, rule: Rule | None) -> WireReply:
        action = rule["do"] if rule else None
        rows = [self._tell(_FRONT, call.kind, asked, rule) for asked in call.asked]
        if self._microsoft.description.reorder:
            rows.reverse()
        return WireReply(200, write_answer(call.kind, rows, spoil=action if action in _SPOILED else None))

    def relay(self, front: str, kind: str, asked: Asked) -> Told:
        """Answer a question that came by way of ActivationWs; raises Unavailable."""
        if not self._microsoft.description.reachable:
            raise Unavailable("The remote name could not be resolved.", transport=True)
        rule = self._due(kind)
        if rule is None:
            return self._tell(front, kind, asked)
        outcome = strike_before(rule, self._pause)
        if outcome is not None:
            raise Unavailable("The activation service did not answer.", transport=True)
        told = self._tell(front, kind, asked, rule)
        if rule["do"] in ("drop_after", "truncate", "status_after"):
            strike_after(rule, _DROPPED, self._pause)
            raise Unavailable("The connection was closed before the answer was whole.", transport=True)
        if rule["do"] in _SPOILED:
            raise Unavailable("The activation service gave an unexpected response.", transport=False)
        return told

    def _tell(self, front: str, kind: str, asked: Asked, rule: Rule | None = None) -> Told:
        action = rule["do"] if rule else None
        told = Told(asked, code=rule["code"]) if rule and action == "code" else self._told(kind, asked)
        if rule and action == "code_after":
            # Granted and counted, and answered like a refusal.
            told = Told(asked, code=rule["code"])
        confirmed = "confirmed" if kind == "confirmation" else str(told.remaining)
        self._microsoft.journal.note(front, kind, asked.pid, asked.installation, told.code or confirmed)
        return told

    def _told(self, kind: str, asked: Asked) -> Told:
        try:
            if kind == "count":
                return Told(asked, remaining=self._microsoft.count(asked.pid))
            return Told(asked, confirmation=self._microsoft.confirm(asked.pid, asked.installation or ""))
        except ServiceRefused as refused:
            return Told(asked, code=refused.code)
