# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a KMS host logs of each request: event 12290 of the log `Key Management Service`.

Its one string lists, divided by commas: HRESULT, the count that the client needs, its name, its client machine ID, its
own time in UTC, whether it is a virtual machine, its licence status, the minutes until that ends, and its product's ID.
Source: Volume Activation Technical Reference Guide, Table 11.
"""

from __future__ import annotations

import collections
import dataclasses
import datetime
import re
import typing as t

from .statuses import LicenseStatus

__all__ = [
    "KMS_LOG",
    "REQUEST_PROCESSED",
    "ClientRequest",
    "KmsClient",
    "clients_of",
    "duplicates_of",
    "parse_client_time",
    "parse_number",
]

KMS_LOG = "Key Management Service"
REQUEST_PROCESSED = 12290

_TIME = re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2}) (\d{1,2}):(\d{1,2})")
_NUMBER = re.compile(r"[0-9]{1,10}")
"""A longer one is none of Windows', and Python takes no number of thousands of digits."""
_FIELDS = 9


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ClientRequest:
    """One request as the host logged it; `logged` is the host's time, `client_time` the client's own."""

    logged: datetime.datetime | None
    result: int
    required_count: int | None
    name: str
    client_machine_id: str
    client_time: datetime.datetime | None
    is_virtual: bool | None
    status: LicenseStatus | None
    minutes_left: int | None
    activation_id: str

    @classmethod
    def parse(cls, strings: t.Sequence[str], logged: datetime.datetime | None) -> ClientRequest | None:
        """Return the request of an event's strings, None where they do not say what they should."""
        fields = [field.strip() for field in ",".join(strings).split(",")]
        if len(fields) < _FIELDS or not _is_code(fields[0]):
            return None
        result, count, name, client, time, virtual, status, minutes, product = fields[:_FIELDS]
        return cls(
            logged=logged,
            result=int(result, 16),
            required_count=parse_number(count),
            name=name,
            client_machine_id=client.strip("{}").lower(),
            client_time=parse_client_time(time),
            is_virtual=None if parse_number(virtual) is None else bool(parse_number(virtual)),
            status=_status(status),
            minutes_left=parse_number(minutes),
            activation_id=product.strip("{}").lower(),
        )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class KmsClient:
    """One product of one client: its last request, how many there were, and how many of them failed."""

    last: ClientRequest
    requests: int
    failed: int


def clients_of(requests: t.Iterable[ClientRequest]) -> tuple[KmsClient, ...]:
    """Return who asked, by name and then by product; a client that was cloned has its ID under several names."""
    found: dict[tuple[str, str, str], list[ClientRequest]] = collections.defaultdict(list)
    for request in requests:
        found[request.name.lower(), request.client_machine_id, request.activation_id].append(request)
    return tuple(
        KmsClient(last=max(rows, key=_moment), requests=len(rows), failed=sum(1 for row in rows if row.result))
        for _key, rows in sorted(found.items())
    )


def duplicates_of(clients: t.Iterable[KmsClient]) -> dict[str, tuple[str, ...]]:
    """Return the client machine IDs that more than one machine has, each with their names; an empty ID is none."""
    names: dict[str, dict[str, str]] = collections.defaultdict(dict)
    for client in (client for client in clients if client.last.client_machine_id):
        names[client.last.client_machine_id].setdefault(client.last.name.lower(), client.last.name)
    return {key: tuple(found[name] for name in sorted(found)) for key, found in sorted(names.items()) if len(found) > 1}


def _moment(request: ClientRequest) -> float:
    moment = request.logged or request.client_time
    return moment.timestamp() if moment else 0.0


def _is_code(text: str) -> bool:
    return re.fullmatch(r"0[xX][0-9A-Fa-f]{1,8}", text) is not None


def parse_number(text: str) -> int | None:
    """Return a count or a number of minutes as an event has it, None for anything else."""
    return int(text) if _NUMBER.fullmatch(text) else None


def _status(text: str) -> LicenseStatus | None:
    number = parse_number(text)
    return LicenseStatus(number) if number is not None and number <= max(LicenseStatus) else None


def parse_client_time(text: str) -> datetime.datetime | None:
    """Return the time that a client gives in an event, None for anything else."""
    match = _TIME.match(text)
    if match is None:
        return None
    try:
        return datetime.datetime(*(int(part) for part in match.groups()), tzinfo=datetime.timezone.utc)  # type: ignore[misc,arg-type]
    except ValueError:
        return None
