# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a machine writes into its Application log about the activations that it attempts.

12288 follows each request to a KMS host and 12289 each answer. Their one string lists with a comma and a blank between
them, for 12288: result, flags, host and port, client machine ID, client time, whether it is virtual, licence status,
minutes, activation ID, the count that is required; for 12289: result, flags, whether it was activated, a number without
a meaning, the host's count, two intervals, client time. An answer with too low a count has the result 0 and a flag.
Sources: Volume Activation Technical Reference Guide, Table 11 (learn.microsoft.com/previous-versions/ff793440); the
flags in the Volume Activation 2.0 Operations Guide; the sample of 12288 in Microsoft's article "Error 0xC004F074".
8198 follows an activation that Windows tried by itself; its strings as in Yamato-Security/hayabusa-sample-evtx.
8200 and 1014 follow an activation by Microsoft that failed; Microsoft's ospp.vbs reads the code at the end of 8200.
"""

from __future__ import annotations

import typing as t
from collections import deque
from dataclasses import dataclass, replace
from datetime import datetime

from ..catalog.hresults import Hresult
from ..world.kms_hosts import KmsAnswer, KmsRequest

__all__ = ["SOURCE", "ClientEvent", "ClientLog", "answer_event", "automatic_event", "online_events", "request_event"]

SOURCE = "Microsoft-Windows-Security-SPP"
_LOG_LENGTH = 1000
_NOT_ENOUGH_COUNT = 0x04000000
_RPC_SERVER_UNAVAILABLE = 0x800706BA
_RULE = "eeba1977-569e-4571-b639-7623d8bfecc0"
"""The rule that activates a volume client; public samples of 8198 have it."""


@dataclass(frozen=True)
class ClientEvent:
    """One event; `number` is its place in the log, the first ever is 1."""

    code: int
    strings: tuple[str, ...]
    time: datetime
    """By the machine's own clock."""
    is_error: bool = False
    source: str = SOURCE
    number: int = 0


class ClientLog:
    """The events of one machine; the caller holds the lock."""

    def __init__(self) -> None:
        self._log: deque[ClientEvent] = deque(maxlen=_LOG_LENGTH)
        self._written = 0

    def write(self, event: ClientEvent) -> None:
        """Write an event; older ones are dropped when there are too many."""
        self._written += 1
        self._log.append(replace(event, number=self._written))

    def events(self) -> tuple[ClientEvent, ...]:
        """Return the log, the newest event first."""
        return tuple(reversed(self._log))


def request_event(request: KmsRequest, host: tuple[str, int], result: int) -> ClientEvent:
    """Return the event of a request; a host that was not reached is an error of RPC here."""
    shown = _RPC_SERVER_UNAVAILABLE if result == Hresult.KMS_UNREACHABLE else result
    parts = (
        f"0x{shown:08X}",
        "0x00000000",
        f"{host[0]}:{host[1]}",
        request.client_id,
        _minute(request.time),
        int(request.is_virtual),
        request.status,
        request.minutes,
        request.activation_id,
        request.threshold,
    )
    return _listing(12288, parts, request.time)


def answer_event(request: KmsRequest, answer: KmsAnswer) -> ClientEvent:
    """Return the event of an answer."""
    is_enough = answer.count >= request.threshold
    parts = (
        "0x00000000",
        f"0x{0 if is_enough else _NOT_ENOUGH_COUNT:08X}",
        int(is_enough),
        0,
        answer.count,
        answer.activation_interval,
        answer.renewal_interval,
        _minute(request.time),
    )
    return _listing(12289, parts, request.time)


def automatic_event(application: str, product: str, result: int, time: datetime) -> ClientEvent:
    """Return the event of an activation that Windows tried by itself and that failed."""
    arguments = f"RuleId={_RULE};Action=AutoActivate;AppId={application};SkuId={product}"
    strings = (f"hr=0x{result:08X}", f"{arguments};NotificationInterval=1440;Trigger=TimerEvent")
    return ClientEvent(8198, strings, time, is_error=True)


def online_events(product: str, result: int, time: datetime) -> tuple[ClientEvent, ...]:
    """Return the events of an activation by Microsoft that failed."""
    code = f"hr=0x{result:08X}"
    return (
        ClientEvent(8200, (code,), time, is_error=True),
        ClientEvent(1014, (code, f"Sku Id={product}"), time, is_error=True),
    )


def _listing(code: int, parts: t.Iterable[t.Any], time: datetime) -> ClientEvent:
    return ClientEvent(code, (", ".join(str(part) for part in parts),), time)


def _minute(time: datetime) -> str:
    return f"{time.year}/{time.month:02d}/{time.day:02d} {time.hour:02d}:{time.minute:02d}"
