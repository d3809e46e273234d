# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a message's bytes to the answer's bytes: decode, let the rules strike, ask the machine, encode."""

from __future__ import annotations

import logging
import typing as t

from ..._errors import ProtocolViolation
from ..._wsman import (
    Answer,
    Call,
    Enumerate,
    Fault,
    Get,
    Identify,
    Identity,
    Invoke,
    Output,
    Pull,
    Put,
    Release,
    Request,
    Unknown,
    decode_call,
    encode_answer,
)
from .configuration import MAX_ENVELOPE_KB, MAX_SECONDS, configuration
from .counters import Counters
from .fault_injection import SLOW, TIMED_OUT, FaultInjector, WireReply, strike_after, strike_before
from .shell import Shells, is_shell

__all__ = ["MAX_ENVELOPE_BYTES", "Dispatcher", "Machine", "anonymous_identity"]

log = logging.getLogger(__name__)

MAX_ENVELOPE_BYTES = MAX_ENVELOPE_KB * 1024
_WMI = "http://schemas.microsoft.com/wbem/wsman/1/wmi/"
_PROTOCOL = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
_VERSIONS = {9200: "6.2", 9600: "6.3"}
_KINDS: dict[type, str] = {
    Identify: "identify",
    Enumerate: "enumerate",
    Pull: "pull",
    Release: "release",
    Get: "get",
    Put: "put",
    Invoke: "invoke",
}

_NOT_XML = Fault(2150858819, "w:SchemaValidationError", "The request is not a WS-Management message.", sender=True)
_TOO_LARGE = Fault(2150858824, "w:EncodingLimit", "The answer is larger than the envelope may be.", sender=True)


class Machine(t.Protocol):
    """What the server half needs of a simulated machine; the model half has the real ones."""

    @property
    def name(self) -> str:
        """The machine's name, by which the URL chooses it."""

    @property
    def language(self) -> str:
        """The language its texts are in, e.g. `de-DE`."""

    @property
    def description(self) -> t.Mapping[str, t.Any]:
        """What it was described as; `vars` and `credentials` are for this half."""

    @property
    def faults(self) -> t.Sequence[t.Mapping[str, t.Any]]:
        """Its fault rules."""

    def answer(self, request: t.Any, *, max_envelope_size: int | None = None) -> Answer | Fault:
        """Answer one message within that many bytes; called by many threads at once."""

    def answer_later(self, request: t.Any, seconds: float) -> None:
        """Carry out in `seconds` what is not waited for any more."""


class Dispatcher:
    """Answers messages for every machine of a fleet."""

    def __init__(self, counters: Counters, desk: FaultInjector, pause: t.Callable[[float], object]) -> None:
        self._counters = counters
        self._desk = desk
        self._pause = pause
        self._shells = Shells()

    def answer(self, machine: Machine, message: bytes) -> WireReply:
        """Return the reply to `message`; every SOAP fault travels with HTTP 500."""
        try:
            call = decode_call(message)
        except ProtocolViolation:
            self._counters.add_message(machine.name, "malformed")
            return _reply(machine, None, _NOT_XML)
        kind, method = _kind_of(call.request)
        self._counters.add_message(machine.name, kind, method)
        log.info("%s: %s %s", machine.name, kind, method or "")
        rule = self._desk.due(machine, "any", kind, method)
        return self._work(machine, call) if rule is None else self._struck(machine, call, rule)

    def _struck(self, machine: Machine, call: Call, rule: t.Mapping[str, t.Any]) -> WireReply:
        self._counters.add(machine.name, faults=1)
        log.info("%s: fault rule %s strikes", machine.name, rule["do"])
        if rule["do"] == SLOW:
            return self._work_slowly(machine, call, rule)
        outcome = strike_before(rule, self._pause)
        if outcome is None:
            outcome = strike_after(rule, self._work(machine, call), self._pause)
        return _reply(machine, call, outcome) if isinstance(outcome, Fault) else outcome

    def _work_slowly(self, machine: Machine, call: Call, rule: t.Mapping[str, t.Any]) -> WireReply:
        """Take the time of the rule; where client or host allow less, answer then, and finish all the same."""
        seconds = float(rule["seconds"])
        limit = min(call.operation_timeout or MAX_SECONDS, float(rule.get("limit", MAX_SECONDS)))
        if seconds <= limit:
            self._pause(seconds)
            return self._work(machine, call)
        machine.answer_later(call.request, seconds)
        self._pause(limit)
        if "code" in rule and isinstance(call.request, Invoke):
            # As Win32_Service returns 7 for a service that takes its time to stop.
            returned = {"ReturnValue": (str(rule["code"]),)}
            return _reply(machine, call, Output(call.request.resource, call.request.method, returned))
        return _reply(machine, call, TIMED_OUT)

    def _work(self, machine: Machine, call: Call) -> WireReply:
        if is_shell(call.request):
            answer = self._shells.answer(machine.name, call)
            return WireReply(200, answer) if isinstance(answer, bytes) else _reply(machine, call, answer)
        if isinstance(call.request, Identify):
            return _reply(machine, call, _identity_of(machine))
        if isinstance(call.request, Unknown) and not call.request.resource.uri.startswith(_WMI):
            found = configuration(call, is_administrator=machine.description.get("administrator", True))
            return WireReply(200, found) if isinstance(found, bytes) else _reply(machine, call, found)
        return _reply(machine, call, machine.answer(call.request, max_envelope_size=call.max_envelope_size))


def anonymous_identity() -> bytes:
    """Return what a host says of itself without a login: neither its version nor its service pack."""
    return encode_answer(_identity("0.0.0"), None)


def _identity_of(machine: Machine) -> Identity:
    build = getattr(machine.description.get("system"), "build", 0)
    return _identity(f"{_VERSIONS.get(build, '10.0')}.{build}")


def _identity(version: str) -> Identity:
    return Identity("Microsoft Corporation", f"OS: {version} SP: 0.0 Stack: 3.0", _PROTOCOL)


def _reply(machine: Machine, call: Call | None, answer: Answer | Fault) -> WireReply:
    data = encode_answer(answer, call, language=machine.language)
    limit = min(MAX_ENVELOPE_BYTES, (call.max_envelope_size if call else None) or MAX_ENVELOPE_BYTES)
    if len(data) > limit:
        return WireReply(500, encode_answer(_TOO_LARGE, call, language=machine.language))
    return WireReply(500 if isinstance(answer, Fault) else 200, data)


def _kind_of(request: Request) -> tuple[str, str | None]:
    if is_shell(request):
        return "shell", None
    return _KINDS.get(type(request), "other"), request.method if isinstance(request, Invoke) else None
