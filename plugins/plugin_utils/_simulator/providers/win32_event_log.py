# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Win32_NTLogEvent: the log `Key Management Service`, in which a KMS host writes each request of a client, and the log
`Application`, in which a machine writes about its own activations.

An event of a KMS host has one string of nine parts with commas between them (Volume Activation technical reference,
table 11): the result, the count the client needs, its name, its client machine ID, its time without seconds and leading
zeros, whether it is virtual, its licence status, the minutes that holds, and the activation ID of its product.
"""

from __future__ import annotations

import typing as t
from datetime import datetime

from ..catalog.languages import words
from ..host.activation_events import SOURCE, ClientEvent
from ..host.identity import Host
from ..world.kms_log import KmsEvent
from .declarations import declare

__all__ = ["LOG_EVENT", "read_log_event"]

_LOG, _APPLICATION = "Key Management Service", "Application"
_REQUEST_PROCESSED = 12290
_INFORMATION, _QUALIFIERS = 3, 0x4000
_ERROR, _ERROR_QUALIFIERS = 1, 0xC000

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


def read_log_event(host: Host, event: KmsEvent | ClientEvent, name: str) -> t.Any:
    """Return a property of one event."""
    if isinstance(event, ClientEvent):
        return _read_client_event(host, event).get(name)
    reader = _READERS.get(name)
    return None if reader is None else reader(host, event)


def _read_client_event(host: Host, event: ClientEvent) -> t.Mapping[str, t.Any]:
    spoken, time = words(host.language), event.time.replace(microsecond=0)
    return {
        "Category": 0,
        "ComputerName": host.full_name,
        "EventCode": event.code,
        "EventIdentifier": (_ERROR_QUALIFIERS if event.is_error else _QUALIFIERS) << 16 | event.code,
        "EventType": _ERROR if event.is_error else _INFORMATION,
        "InsertionStrings": event.strings,
        "Logfile": _APPLICATION,
        "Message": spoken.event_message.format(info="\r\n".join(event.strings)),
        "RecordNumber": event.number,
        "SourceName": event.source,
        "TimeGenerated": time,
        "TimeWritten": time,
        "Type": spoken.event_error if event.is_error else spoken.event_type,
    }


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
    "SourceName": _constant(SOURCE),
    "TimeGenerated": _time,
    "TimeWritten": _time,
    "Type": lambda host, _event: words(host.language).event_type,
}
