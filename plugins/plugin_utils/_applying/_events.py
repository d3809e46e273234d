# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading the log of a KMS host: who asked for an activation, bounded by time and by number."""

from __future__ import annotations

import typing as t
from datetime import datetime, timezone

from .._cim import Repository, equals, quote
from .._licensing import KMS_LOG, REQUEST_PROCESSED, ClientRequest
from . import _queries as q

__all__ = ["Requests", "client_requests"]


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


def _dmtf(moment: datetime) -> str:
    """Return a moment as WQL writes it (DSP0004 5.2.4)."""
    return f"{moment.astimezone(timezone.utc):%Y%m%d%H%M%S}.000000+000"
