# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The WMI repository of one machine: select, get and invoke over anything that carries bytes.

What may be sent twice, and what must not, is decided here and nowhere else. A query changes nothing, so a lost
answer, an expired context or a machine that is busy starts it again after a pause. A method may have done its work
although no answer came, so it is sent once; only a quota fault, which says that the machine did not begin, permits
another try.

A query is bounded as a whole, with its batches and repeats: in time, in rows and in bytes. What exceeded a limit is
not repeated, because it would exceed it again.
"""

from __future__ import annotations

import re
import time
import typing as t
import uuid

from .. import _deadlines
from .._errors import ActivationError, AnswerLost, MachineRefused, ProtocolViolation
from .._wsman import (
    Answer,
    Batch,
    Enumerate,
    Fault,
    Get,
    Got,
    Instance,
    Invoke,
    Output,
    Pull,
    Put,
    PutDone,
    Release,
    Request,
    Resource,
    Value,
    decode_answer,
    encode_request,
    wmi_resource,
)
from .values import CimType, from_lexical, lexical, to_lexical
from .wql import select as select_text

MAX_BATCHES = 500
"""A sequence that does not end is a fault of the machine, not a reason to go on for ever."""

MAX_ROWS = 10_000
"""Rows of a query whose caller names no limit of its own; all products of a machine are some hundreds."""

MAX_BYTES = 4 * 1024 * 1024
"""Bytes of all answers to such a query; all products take one or two MiB."""

QUERY_TIMES = 12
"""The deadline of a query in operation timeouts: so often may each of its requests take the longest."""

ONCE_TIMES = 2
"""The same for a query that is not repeated."""

_BYTES_A_ROW = 1024
_BEYOND_A_LIMIT = frozenset({"answer_encoded", "answer_too_large", "deadline_exceeded"})

_TIMED_OUT = 2150858793
_EXPIRED_CONTEXT = 2150858779
_CANNOT_PROCESS_FILTER = 2150858778
_BUSY = frozenset({2150859173, 2150859174, 2150859175, 2150859176, *range(2150859236, 2150859243)})
_BY_SUBCODE = {"TimedOut": _TIMED_OUT, "InvalidEnumerationContext": _EXPIRED_CONTEXT, "QuotaLimit": 2150859173}
"""What a fault without a number means; servers other than Windows have none (DSP0226, faults)."""
_TELLING = re.compile("error|message|description|reason", re.IGNORECASE)
"""Out parameters in which a method explains its ReturnValue."""
_PAUSES = BUSY_PAUSES = (0.5, 2.0, 5.0)
"""Seconds before each further try."""
_OPTIONS = "the operation timeout of the connection (ansible_winrm_connection_timeout, ansible_psrp_operation_timeout)"

Properties = t.Mapping[str, CimType]
Row = dict[str, t.Any]
_T = t.TypeVar("_T")


class UnknownInSchema(MachineRefused):
    """The machine could not process the query: an older Windows lacks a class or property that it names."""


class Repository:
    """Reads and calls the classes of one namespace; `send` takes a request's bytes and returns the answer's.

    A query may take `operation_timeout` seconds on the host, a call or a change `call_timeout`, or as long as a query
    where that is None; each answer has `max_envelope_size` bytes at most. `requests` counts what was sent, `begun` the
    calls and changes among it that the host may have begun to carry out. `pause` is called with seconds between tries.
    `clock` is monotonic, in seconds.
    """

    def __init__(
        self,
        send: t.Callable[[bytes], bytes],
        *,
        namespace: str = "root/cimv2",
        operation_timeout: float = 60.0,
        call_timeout: float | None = None,
        max_envelope_size: int = 512_000,
        pause: t.Callable[[float], None] = _deadlines.pause,
        clock: t.Callable[[], float] = time.monotonic,
    ) -> None:
        self.requests = 0
        self.begun = 0
        self._received = 0
        self._send = send
        self._namespace = namespace
        self._operation_timeout = operation_timeout
        self._call_timeout = call_timeout
        self._max_envelope_size = max_envelope_size
        self._pause = pause
        self._clock = clock

    def select(
        self,
        class_name: str,
        properties: Properties,
        conditions: t.Iterable[str] = (),
        *,
        namespace: str | None = None,
        limit: int | None = None,
        repeat: bool = True,
    ) -> list[Row]:
        """Return the rows of a query with the properties asked for; an unknown property raises UnknownInSchema.

        WQL has no limit of its own, so with `limit` the sequence is given back once that many rows have come. Raises
        ProtocolViolation (`answer_too_large`) for more than MAX_ROWS or `limit` rows, or as many bytes. Without
        `repeat` it is sent once and given up after a few operation timeouts: for what may be missing from a result.
        """
        wql = select_text(class_name, properties, conditions)
        resource = wmi_resource("*", namespace or self._namespace)
        if repeat:
            return self._repeatable(lambda: self._enumerate(resource, wql, properties, limit))
        with _deadlines.Deadline(ONCE_TIMES * self._operation_timeout, "query", _OPTIONS, clock=self._clock):
            return self._enumerate(resource, wql, properties, limit)

    def get(
        self, class_name: str, keys: t.Mapping[str, str], properties: Properties, *, namespace: str | None = None
    ) -> Row:
        """Return one instance, chosen by all of its keys."""
        return _row(self._got(wmi_resource(class_name, namespace or self._namespace, keys)), properties)

    def change(
        self,
        class_name: str,
        keys: t.Mapping[str, str],
        values: t.Mapping[str, t.Any],
        *,
        namespace: str | None = None,
    ) -> None:
        """Write some properties of one instance: it is read, and put back whole with these values, once.

        Raises MachineRefused for a fault, AnswerLost when the outcome is unknown.
        """
        resource = wmi_resource(class_name, namespace or self._namespace, keys)
        found = self._got(resource)
        spelled = {name.lower(): name for name in found.properties}
        written = {spelled.get(name.lower(), name): _elements(value) for name, value in values.items()}
        request = Put(resource, Instance(resource.uri, {**found.properties, **written}))
        answer = self._once(request, f"Put of {class_name}")
        if not isinstance(answer, PutDone):
            raise ProtocolViolation(f"A Put of {class_name} was answered with something else.")

    def _got(self, resource: Resource) -> Instance:
        answer = self._repeatable(lambda: self._exchange(Get(resource)))
        if not isinstance(answer, Got):
            raise ProtocolViolation(f"A Get of {resource.class_name} was answered with something else.")
        return answer.instance

    def invoke(
        self,
        class_name: str,
        keys: t.Mapping[str, str],
        method: str,
        parameters: t.Mapping[str, t.Any] | None = None,
        *,
        namespace: str | None = None,
        repeat: bool = True,
    ) -> t.Mapping[str, tuple[t.Any, ...]]:
        """Call a method once and return its out values as they came.

        Without `repeat` it is not sent again after a quota fault either, for callers that look at the host before.
        Raises MachineRefused for a fault or a ReturnValue other than 0, AnswerLost when the outcome is unknown.
        """
        written = {name: _elements(value) for name, value in (parameters or {}).items()}
        request = Invoke(wmi_resource(class_name, namespace or self._namespace, keys), method, written)
        for pause in _PAUSES if repeat else ():
            try:
                return self._called(request)
            except MachineRefused as refusal:
                if not is_busy(refusal):
                    raise
                self.begun -= 1  # it is one call, however often it is sent
                self._pause(pause)
        return self._called(request)

    def _once(self, request: Invoke | Put, what: str) -> Answer:
        """Send what changes something; a machine that was too slow may have done it all the same."""
        self.begun += 1
        try:
            return self._exchange(request, seconds=self._call_timeout)
        except MachineRefused as refusal:
            if _TIMED_OUT in (_meaning(refusal), getattr(refusal.fault, "code", None)):
                raise AnswerLost(f"The machine did not finish {what} in time.", code="timeout") from refusal
            raise
        except ActivationError as error:
            if not error.sent:
                self.begun -= 1
            raise

    def _called(self, request: Invoke) -> t.Mapping[str, tuple[t.Any, ...]]:
        answer = self._once(request, request.method)
        if not isinstance(answer, Output):
            raise ProtocolViolation(f"{request.method} was answered with something else.")
        returned = from_lexical(answer.values.get("ReturnValue", ()), "uint32") or 0
        if returned:
            raise _refusal_of_method(request, returned & 0xFFFFFFFF, answer)
        return answer.values

    def _repeatable(self, work: t.Callable[[], _T]) -> _T:
        with _deadlines.Deadline(QUERY_TIMES * self._operation_timeout, "query", _OPTIONS, clock=self._clock):
            for pause in _PAUSES:
                try:
                    return work()
                except AnswerLost as lost:
                    if lost.code in _BEYOND_A_LIMIT:
                        raise  # it would be as large or as slow again
                    self._pause(pause)
                except MachineRefused as refusal:
                    if _meaning(refusal) not in _BUSY | {_TIMED_OUT, _EXPIRED_CONTEXT}:
                        raise
                    self._pause(pause)
            return work()

    def _enumerate(self, resource: Resource, wql: str, properties: Properties, limit: int | None) -> list[Row]:
        wanted = frozenset(name.lower() for name in properties)
        most_rows = max(MAX_ROWS, limit or 0)
        most_bytes = self._received + max(MAX_BYTES, (limit or 0) * _BYTES_A_ROW)
        batch = self._batch(Enumerate(resource, wql), wanted)
        rows: list[Row] = []
        try:
            for left in reversed(range(MAX_BATCHES)):
                rows += [_row(item, properties) for item in batch.items]
                if limit is not None and len(rows) >= limit:
                    self._release(resource, batch)
                    return rows[:limit]
                if len(rows) > most_rows or self._received > most_bytes:
                    raise ProtocolViolation(
                        "The answer to a query has too many rows or bytes.", code="answer_too_large"
                    )
                if batch.context is None:
                    return rows
                if left:
                    batch = self._batch(Pull(resource, batch.context), wanted)
            raise ProtocolViolation(f"The machine sent {MAX_BATCHES} batches and no end.")
        except (ProtocolViolation, MachineRefused) as error:
            # After a lost answer nobody can tell whether the machine would hear a Release; this one does.
            if not isinstance(error, MachineRefused) or _meaning(error) != _EXPIRED_CONTEXT:
                self._release(resource, batch)
            raise

    def _batch(self, request: Enumerate | Pull, wanted: frozenset[str]) -> Batch:
        answer = self._exchange(request, wanted)
        if not isinstance(answer, Batch):
            raise ProtocolViolation("A query was answered with something else.")
        return answer

    def _release(self, resource: Resource, batch: Batch) -> None:
        """Give the enumeration back, best effort: until it expires it counts against the user's quota."""
        if batch.context is None:
            return
        try:
            self._exchange(Release(resource, batch.context))
        except ActivationError:
            return  # the error on the way here is the one to report

    def _exchange(
        self, request: Request, wanted: frozenset[str] | None = None, *, seconds: float | None = None
    ) -> Answer:
        _deadlines.check()
        message_id = f"uuid:{str(uuid.uuid4()).upper()}"
        self.requests += 1
        message = encode_request(
            request,
            to="http://machine:5985/wsman",  # a host does not compare it, and it need not learn how it was reached
            message_id=message_id,
            operation_timeout=self._operation_timeout if seconds is None else seconds,
            max_envelope_size=self._max_envelope_size,
        )
        with _deadlines.operation(seconds):
            data = self._send(message)
        self._received += len(data)
        answer = decode_answer(data, request, message_id=message_id, wanted=wanted)
        if isinstance(answer, Fault):
            raise _refusal(answer, request)
        return answer


def is_busy(refusal: MachineRefused) -> bool:
    """Return whether a quota fault says that the machine was too busy to begin.

    Only a fault says so: a method that returns a number of this kind has run.
    """
    return refusal.fault is not None and refusal.hresult in _BUSY


def _elements(value: t.Any) -> tuple[Value, ...]:
    return to_lexical(value, "[]") if isinstance(value, (list, tuple)) else (lexical(value),)


def _row(item: Instance, properties: Properties) -> Row:
    # Windows answers in the class's spelling, which need not be ours.
    given = {name.lower(): values for name, values in item.properties.items()}
    return {name: from_lexical(given.get(name.lower(), ()), cim_type) for name, cim_type in properties.items()}


def _meaning(refusal: MachineRefused) -> int | None:
    """Return the number of a refusal, or the one that its subcode stands for."""
    return refusal.hresult or _BY_SUBCODE.get(getattr(refusal.fault, "subcode", ""))


def _refusal(fault: Fault, request: Request) -> MachineRefused:
    what = request.method if isinstance(request, Invoke) else type(request).__name__
    kind = UnknownInSchema if fault.code == _CANNOT_PROCESS_FILTER else MachineRefused
    if fault.number is not None:
        return kind(f"The machine refused {what} with 0x{fault.number:08X}.", hresult=fault.number, fault=fault)
    name = fault.subcode or "a SOAP fault"
    return kind(
        f"The machine refused {what} with {name}, without an error code.",
        fault=fault,
        code=fault.subcode or None,
        cause=f"The machine says: {fault.text}" if fault.text else None,
        remedy="Look at the log Microsoft-Windows-WinRM/Operational on the machine.",
    )


def _refusal_of_method(request: Invoke, returned: int, answer: Output) -> MachineRefused:
    refusal = MachineRefused(f"{request.method} returned 0x{returned:08X}.", hresult=returned)
    told = (value for name, values in answer.values.items() if _TELLING.search(name) for value in values)
    refusal.said = " ".join(value for value in told if isinstance(value, str) and value) or None
    return refusal
