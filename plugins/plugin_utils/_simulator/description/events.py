# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads what a description says about a machine's Application log: the last attempt of a product, and whole events."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..catalog.hresults import Hresult
from ..host.activation_events import SOURCE, ClientEvent, answer_event, automatic_event, request_event
from ..world.kms_hosts import KmsAnswer, KmsRequest
from .fault_rules import fault_rule
from .fields import Check, InvalidDescription, duration, fields, nullable, number, text

__all__ = ["LastAttempt", "LoggedEvent", "attempt_events", "event_from", "last_attempt", "logged_event"]

_INTERVALS = 120, 10080


@dataclass(frozen=True)
class LastAttempt:
    """How the last attempt to activate a product ended; without a host none was found."""

    code: int
    host: str | None = None
    port: int = 1688
    count: int | None = None
    """What the host had counted."""
    ago: timedelta = timedelta(hours=1)


@dataclass(frozen=True)
class LoggedEvent:
    """One event as it is to be in the log."""

    id: int
    strings: tuple[str, ...]
    ago: timedelta = timedelta(hours=1)
    source: str = SOURCE


def _code(value: t.Any, path: str) -> int:
    return int(fault_rule({"do": "hresult", "code": value}, path)["code"])


def _ago(value: t.Any, path: str) -> timedelta:
    found = duration(value, path)
    if found < timedelta():
        raise InvalidDescription(path, "it is in the future", 'Write how long ago it was, e.g. "2h".')
    return found


def _strings(value: t.Any, path: str) -> tuple[str, ...]:
    given = value if isinstance(value, (list, tuple)) else [value]
    if not all(isinstance(item, str) for item in given):
        raise InvalidDescription(path, "texts are expected", "Write the insertion strings of the event.")
    return tuple(given)


_ATTEMPT_CHECKS: t.Mapping[str, Check] = {
    "code": _code,
    "host": nullable(text),
    "port": number(1, 65535),
    "count": nullable(number(0, 1_000_000)),
    "ago": _ago,
}
_EVENT_CHECKS: t.Mapping[str, Check] = {"id": number(0, 65535), "strings": _strings, "ago": _ago, "source": text}


def last_attempt(value: t.Any, path: str) -> LastAttempt:
    """Return the last attempt of a product."""
    given = fields(value, path, _ATTEMPT_CHECKS)
    _require(given, "code", path)
    return LastAttempt(**given)


def logged_event(value: t.Any, path: str) -> LoggedEvent:
    """Return one event of a machine's Application log."""
    given = fields(value, path, _EVENT_CHECKS)
    _require(given, "id", path)
    return LoggedEvent(**{"strings": (), **given})


def _require(given: t.Mapping[str, t.Any], name: str, path: str) -> None:
    if name not in given:
        raise InvalidDescription(f"{path}.{name}", "it is missing", "Give it.")


def attempt_events(attempt: LastAttempt, request: KmsRequest, application: str) -> t.Iterator[ClientEvent]:
    """Yield the events that an attempt leaves, for the request that it makes."""
    too_low = attempt.code == Hresult.COUNT_TOO_LOW
    if attempt.host is None:
        yield automatic_event(application, request.activation_id, attempt.code, request.time)
        return
    yield request_event(request, (attempt.host, attempt.port), 0 if too_low else attempt.code)
    if too_low or not attempt.code:
        least = request.threshold - 1 if too_low else request.threshold
        yield answer_event(request, KmsAnswer(least if attempt.count is None else attempt.count, *_INTERVALS))


def event_from(logged: LoggedEvent, now: datetime) -> ClientEvent:
    """Return an event that was described."""
    return ClientEvent(logged.id, logged.strings, now - logged.ago, source=logged.source)
