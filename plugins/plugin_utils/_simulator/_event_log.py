# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Win32_NTLogEvent: the log `Key Management Service`, in which a KMS host writes each request of a client.

An event has one string of nine parts with commas between them (Volume Activation technical reference, table 11): the
result, the count the client needs, its name, its client machine ID, its time without seconds and leading zeros, whether
it is virtual, its licence status, the minutes that holds, and the activation ID of its product.
"""

from __future__ import annotations

import typing as t
from datetime import datetime

from ._declarations import declare
from ._host import Host
from ._kms_events import KmsEvent
from ._words import words

__all__ = ["LOG_EVENT", "read_log_event"]

_LOG, _SOURCE = "Key Management Service", "Microsoft-Windows-Security-SPP"
_REQUEST_PROCESSED = 12290
_INFORMATION, _QUALIFIERS = 3, 0x4000

LOG_EVENT = declare(
    "Win32_NTLogEvent",
    """
    Category uint16
    CategoryString string
    ComputerName string
    Data uint8[]
    EventCode uint16
    EventIdentifier uint32
    EventType uint8
    InsertionStrings string[]
    Logfile string!
    Message string
    RecordNumber uint32!
    SourceName string
    TimeGenerated datetime
    TimeWritten datetime
    Type string
    User string
    """,
)

Reader = t.Callable[[Host, KmsEvent], t.Any]


def _constant(value: t.Any) -> Reader:
    return lambda _host, _event: value


def _time(_host: Host, event: KmsEvent) -> datetime:
    return event.time


def _minute(time: datetime) -> str:
    """Return a time as a client writes it."""
    return f"{time.year}/{time.month}/{time.day} {time.hour}:{time.minute:02d}"


def _info(event: KmsEvent) -> str:
    parts = (
        f"0x{event.result:X}",
        event.minimum,
        event.client,
        event.client_id,
        _minute(event.client_time),
        int(event.is_virtual),
        event.status,
        event.minutes,
        event.activation_id,
    )
    return ",".join(str(part) for part in parts)


def read_log_event(host: Host, event: KmsEvent, name: str) -> t.Any:
    """Return a property of one event."""
    reader = _READERS.get(name)
    return None if reader is None else reader(host, event)


_READERS: t.Mapping[str, Reader] = {
    "Category": _constant(0),
    "ComputerName": lambda host, _event: host.full_name,
    "EventCode": _constant(_REQUEST_PROCESSED),
    "EventIdentifier": _constant(_QUALIFIERS << 16 | _REQUEST_PROCESSED),
    "EventType": _constant(_INFORMATION),
    "InsertionStrings": lambda _host, event: (_info(event),),
    "Logfile": _constant(_LOG),
    "Message": lambda host, event: words(host.language).event_message.format(info=_info(event)),
    "RecordNumber": lambda _host, event: event.number,
    "SourceName": _constant(_SOURCE),
    "TimeGenerated": _time,
    "TimeWritten": _time,
    "Type": lambda host, _event: words(host.language).event_type,
}
