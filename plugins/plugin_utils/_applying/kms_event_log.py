# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading event logs, bounded by time and by number: who asked a KMS host, and how a machine's own attempts ended."""

from __future__ import annotations

import typing as t
from datetime import datetime, timezone

from .._cim import Repository, contains, equals, quote
from .._licensing import (
    ATTEMPT_EVENTS,
    ATTEMPT_LOG,
    ATTEMPT_SOURCES,
    KMS_LOG,
    REQUEST_PROCESSED,
    AttemptEvent,
    ClientRequest,
)
from . import queries as q

__all__ = ["Requests", "activation_events", "client_requests"]

_MOST_ATTEMPTS = 32
"""Events of attempts that are read: a few products with two or three events each."""


class Requests(t.NamedTuple):
    """What a log tells: the requests that could be read, how many events there were, and whether there are more."""

    requests: tuple[ClientRequest, ...]
    events: int
    truncated: bool


def client_requests(repository: Repository, since: datetime, limit: int) -> Requests:
    """Return the requests since a moment, `limit` of them at most; Windows gives the newest first.

    Source: Win32_NTLogEvent. A log that is not there, as on a machine that never was a host, is an empty one.
    """
    conditions = (
        equals("Logfile", KMS_LOG),
        equals("EventCode", REQUEST_PROCESSED),
        f"TimeGenerated >= {quote(_dmtf(since))}",
    )
    rows = repository.select(q.EVENT, q.EVENT_PROPERTIES, conditions, limit=limit + 1)
    kept = rows[:limit]
    parsed = (ClientRequest.parse(row["InsertionStrings"], row["TimeGenerated"]) for row in kept)
    return Requests(tuple(request for request in parsed if request), len(kept), len(rows) > limit)


def activation_events(repository: Repository, since: datetime) -> tuple[AttemptEvent, ...]:
    """Return the newest events since a moment about activations that the machine attempted itself, the newest first.

    The query is sent once: reading the log of a busy machine may be slow, and would be as slow again. It asks for all
    names under which Windows and Office log, since other software, such as Volume Shadow Copy with its event 12289,
    may have written more events of these numbers than are read.
    """
    conditions = (
        equals("Logfile", ATTEMPT_LOG),
        f"({' OR '.join(equals('EventCode', code) for code in ATTEMPT_EVENTS)})",
        f"({' OR '.join(contains('SourceName', part) for part in ATTEMPT_SOURCES)})",
        f"TimeGenerated >= {quote(_dmtf(since))}",
    )
    rows = repository.select(q.EVENT, q.ATTEMPT_PROPERTIES, conditions, limit=_MOST_ATTEMPTS, repeat=False)
    parsed = (
        AttemptEvent.parse(row["EventCode"], row["InsertionStrings"], row["TimeGenerated"], row["SourceName"])
        for row in rows
    )
    return tuple(event for event in parsed if event)


def _dmtf(moment: datetime) -> str:
    """Return a moment as WQL writes it (DSP0004 5.2.4)."""
    return f"{moment.astimezone(timezone.utc):%Y%m%d%H%M%S}.000000+000"
