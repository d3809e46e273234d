# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How an activation ended, from the events that a machine writes about it, as plain values and as a sentence.

12288, after each request to a KMS host: HRESULT, flags, host and port, client machine ID, client time, whether the
machine is virtual, licence status, minutes until that ends, activation ID, and the count that is required.
12289, after each answer: HRESULT, flags, whether it was activated, a number without a meaning, the count of the host,
two intervals in minutes, client time. A flag says that the count was too low; the HRESULT is zero then.
Sources: Volume Activation Technical Reference Guide, Table 11 (learn.microsoft.com/previous-versions/ff793440); the
flags in the Volume Activation 2.0 Operations Guide, same table; samples in Microsoft's article "Error 0xC004F074".
8198 (`hr=` and the SkuId of the arguments), 1014 (`hr=` and the SkuId) and 8200 (`hr=`) summarise an attempt without
naming a host. Samples of 8198: Yamato-Security/hayabusa-sample-evtx. Microsoft's ospp.vbs reads 12288 and 8200 by the
same positions.
"""

from __future__ import annotations

import dataclasses
import datetime
import ipaddress
import re
import typing as t

from .._validation import spelled_endpoint
from .channels import Channel
from .error_classes import KMS_COUNT_TOO_LOW, names_failed_attempt
from .error_codes import explain, parse_code
from .kms_events import parse_client_time, parse_number

__all__ = [
    "ATTEMPT_EVENTS",
    "ATTEMPT_LOG",
    "ATTEMPT_SOURCES",
    "AttemptEvent",
    "KmsAttempt",
    "attempt_facts",
    "attempt_sentence",
    "last_attempt",
]

ATTEMPT_LOG = "Application"
REQUEST_SENT, ANSWER_PROCESSED = 12288, 12289
_OF_KMS = frozenset({REQUEST_SENT, ANSWER_PROCESSED})
_SUMMARIES = frozenset({8198, 1014})
_ONLINE = frozenset({8200})
"""Events without a product; only an activation by Microsoft writes them."""
ATTEMPT_EVENTS = tuple(sorted(_OF_KMS | _SUMMARIES | _ONLINE))

ATTEMPT_SOURCES = ("Security-SPP", "Security-Licensing-SLC", "Software Protection")
"""Parts of the names by which Windows and Office log; other software uses some of the numbers for its own events."""
_ANSWERED_AS_THEY_ARE = frozenset({KMS_COUNT_TOO_LOW, 0xC004F041, 0xC004F042})
_NO_KMS_HOST = 0xC004F074
_COUNT_TOO_LOW_FLAG = 0x04000000
_SAME_ATTEMPT = datetime.timedelta(minutes=5)
_WORD = re.compile(r"[\w+-]+")
_EIGHT_DIGITS = re.compile(r"[89][0-9]{7}")
_ERROR = 0x80000000
_SKU = re.compile(r"Sku\s?Id\s?=\s?\{?([0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})", re.IGNORECASE)
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_HOST_NAME = re.compile(r"[\w.-]{1,255}")
_BRACKETED = re.compile(r"\[([^\]]{2,60})\](?::(\d{1,5}))?")
_FIRST_USER_PORT = 1024
_LONGEST = 2000
"""Characters of an event that are looked at; a whole one has about two hundred."""
_BEGINNING = datetime.datetime.min.replace(tzinfo=datetime.timezone.utc)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class KmsAttempt:
    """How the last attempt to activate a product ended.

    `code` is an HRESULT, 0 for an attempt that succeeded or was answered. `host` is what the machine contacted, None
    where the event does not name it; a `port` of 0 is not known. `count` is what that host had counted. `channel` is
    that of the product's key.
    """

    event: int
    code: int
    channel: Channel = Channel.KMS_CLIENT
    at: datetime.datetime | None = None
    host: str | None = None
    port: int = 0
    count: int | None = None
    required_count: int | None = None

    @property
    def answer(self) -> int:
        """What `Activate` returns for this attempt; other failures of a host are hidden behind the usual number.

        Sources: "Error 0xC004F06C" and the pages on 0xC004F038 and 0xC004F042 in MicrosoftDocs/SupportArticles-docs.
        """
        if self.host is None or self.code in _ANSWERED_AS_THEY_ARE or not self.code:
            return self.code
        return _NO_KMS_HOST

    def explains(self, returned: int) -> bool:
        """Return whether `Activate` may have returned this for the attempt; another one just before has other codes.

        A state says nothing about the attempt.
        """
        return not names_failed_attempt(returned) or returned in (self.code, self.answer, _NO_KMS_HOST)

    @property
    def place(self) -> str | None:
        """The host that was contacted with its port, None where it is not known."""
        if self.host is None:
            return None
        return spelled_endpoint(self.host, self.port) if self.port else self.host


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class AttemptEvent:
    """One event about an activation; `activation_id` is empty where the event does not name the product."""

    attempt: KmsAttempt
    activation_id: str = ""

    @classmethod
    def parse(
        cls, event: int | None, strings: t.Sequence[str], logged: datetime.datetime | None, source: str | None = None
    ) -> AttemptEvent | None:
        """Return what an event says of an activation, None for an event that says something else."""
        if source and not any(part.lower() in source.lower() for part in ATTEMPT_SOURCES):
            return None
        text = ",".join(strings)[:_LONGEST]
        if event == REQUEST_SENT:
            return _request([field.strip() for field in text.split(",")], logged)
        if event == ANSWER_PROCESSED:
            return _answer([field.strip() for field in text.split(",")], logged)
        code = next((code for code in map(_code, _WORD.findall(text)) if code is not None), None)
        if event is None or event not in _SUMMARIES | _ONLINE or code is None:
            return None
        attempt = KmsAttempt(event=event, code=code, at=logged)
        return cls(attempt=attempt, activation_id=_named_product(text))


def last_attempt(events: t.Sequence[AttemptEvent], activation_id: str, *, by_kms: bool = True) -> KmsAttempt | None:
    """Return the last attempt to activate a product, from its events, the newest first; None where there is none.

    The event that names the host says most of an activation by KMS, so a summary that follows it does not count.
    """
    attempts = list(_attempts(events, activation_id.lower(), by_kms))
    if not attempts:
        return None
    last = attempts[-1]
    named = next((attempt for attempt in reversed(attempts) if attempt.event == REQUEST_SENT), None)
    return named if named is not None and _is_summed_up(named, last) else last


def _attempts(events: t.Sequence[AttemptEvent], activation_id: str, by_kms: bool) -> t.Iterator[KmsAttempt]:
    """Yield the attempts for one product in the order of time; an answer replaces the request that it belongs to."""
    ordered = sorted(reversed(events), key=lambda event: event.attempt.at or _BEGINNING)
    pending: dict[str, AttemptEvent] = {}
    for event in ordered:
        kind = event.attempt.event
        if kind in _OF_KMS and not by_kms:
            continue
        if kind == ANSWER_PROCESSED:
            request = _taken(pending, event.attempt)
            if request is not None and request.activation_id in ("", activation_id):
                yield _answered(request.attempt, event.attempt)
            continue
        if kind == REQUEST_SENT:
            pending.pop(event.activation_id, None)
            pending[event.activation_id] = event
        if event.activation_id == activation_id or (not event.activation_id and (kind in _OF_KMS or not by_kms)):
            yield event.attempt


def _taken(pending: dict[str, AttemptEvent], answer: KmsAttempt) -> AttemptEvent | None:
    """Take the request of an answer, which does not name its product: the oldest that ended well, else the newest.

    The requests of Windows and of Office may be under way at the same time.
    """
    recent = {product: event for product, event in pending.items() if _is_close(event.attempt, answer)}
    ended_well = (product for product, event in recent.items() if not event.attempt.code)
    product = next(ended_well, next(reversed(recent), None))
    return None if product is None else pending.pop(product)


def _named_product(text: str) -> str:
    """Return the product of a summary: the one that is called so, else the only ID that there is."""
    named, ids = _SKU.search(text), _GUID.findall(text.lower())
    if named is not None:
        return named.group(1).lower()
    return ids[0] if len(ids) == 1 else ""


def _answered(request: KmsAttempt, answer: KmsAttempt) -> KmsAttempt:
    return dataclasses.replace(request, code=request.code or answer.code, count=answer.count)


def _is_summed_up(request: KmsAttempt, last: KmsAttempt) -> bool:
    """Return whether a summary is of the attempt that this request was made for; a request that went well has none.

    A summary with another code is of another attempt, such as one that found no KMS host in DNS.
    """
    if last.event not in _SUMMARIES or not request.code:
        return False
    return last.code in (request.code, request.answer, _NO_KMS_HOST) and _is_close(request, last)


def _is_close(request: KmsAttempt, later: KmsAttempt) -> bool:
    return request.at is None or later.at is None or later.at - request.at <= _SAME_ATTEMPT


def _code(text: str) -> int | None:
    """Return a code as an event has it, None for anything else; what does not begin with 0x must be an error's.

    Eight digits from 80000000 on are hexadecimal then: as a decimal number they are not an error.
    """
    try:
        code = parse_code(f"0x{text}" if _EIGHT_DIGITS.fullmatch(text) else text)
    except ValueError:
        return None
    return code if code & _ERROR or text[:2].lower() == "0x" or text == "0" else None


def _request(fields: list[str], logged: datetime.datetime | None) -> AttemptEvent | None:
    code = _code(fields[0])
    if code is None:
        return None
    fields = [*fields, *[""] * 10]
    host, port = _place(fields[2])
    product = fields[8].strip("{}").lower()
    attempt = KmsAttempt(
        event=REQUEST_SENT,
        code=code,
        at=logged or parse_client_time(fields[4]),
        host=host,
        port=port,
        required_count=parse_number(fields[9]),
    )
    return AttemptEvent(attempt=attempt, activation_id=product if _GUID.fullmatch(product) else "")


def _answer(fields: list[str], logged: datetime.datetime | None) -> AttemptEvent | None:
    code = _code(fields[0])
    if code is None:
        return None
    fields = [*fields, *[""] * 8]
    flags = _flags(fields[1])
    refused = flags & _COUNT_TOO_LOW_FLAG and parse_number(fields[2]) != 1
    attempt = KmsAttempt(
        event=ANSWER_PROCESSED,
        code=code or (KMS_COUNT_TOO_LOW if refused else 0),
        at=logged or parse_client_time(fields[7]),
        count=parse_number(fields[4]),
    )
    return AttemptEvent(attempt=attempt)


def _flags(text: str) -> int:
    try:
        return parse_code(text)
    except ValueError:
        return 0


def _place(text: str) -> tuple[str | None, int]:
    """Return a host and its port as `host:port` has them, None and 0 for what is neither."""
    bracketed = _BRACKETED.fullmatch(text)
    if bracketed is not None:
        host, port = bracketed.group(1), bracketed.group(2) or ""
        return (host, _port(port)) if _is_ipv6(host) else (None, 0)
    host, _colon, port = text.rpartition(":")
    if ":" in host:
        return _ipv6_place(text, host, port)
    host, port = (host.rstrip(), port.lstrip()) if _colon else (text, "")
    return (host, _port(port)) if _HOST_NAME.fullmatch(host) else (None, 0)


def _ipv6_place(text: str, host: str, port: str) -> tuple[str | None, int]:
    """Return an address without brackets, whose last group is a port where it can hardly be anything else."""
    if _is_ipv6(host) and (_port(port) >= _FIRST_USER_PORT or not _is_ipv6(text)):
        return host, _port(port)
    return (text, 0) if _is_ipv6(text) else (None, 0)


def _is_ipv6(text: str) -> bool:
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True


def _port(text: str) -> int:
    number = int(text) if re.fullmatch(r"[0-9]{1,5}", text) else 0
    return number if number <= 65535 else 0


def attempt_facts(attempt: KmsAttempt) -> dict[str, t.Any]:
    """Return the `last_attempt` of a result; one that did not fail has no code."""
    meaning = explain(attempt.code, attempt.channel.value) if attempt.code else None
    return {
        "code": meaning.code if meaning else None,
        "name": meaning.name if meaning else None,
        "message": meaning.message if meaning else None,
        "cause": meaning.cause if meaning else None,
        "remedy": meaning.remedy if meaning else None,
        "host": attempt.host,
        "port": attempt.port or None,
        "at": attempt.at.isoformat(timespec="seconds") if attempt.at else None,
        "event": attempt.event,
        "count": attempt.count,
        "required_count": attempt.required_count,
    }


def attempt_sentence(attempt: KmsAttempt, *, explained: bool = True) -> str:
    """Return what the machine has logged of an attempt that failed; what its code means is left out on request."""
    meaning = explain(attempt.code, attempt.channel.value)
    when = f" at {attempt.at.isoformat(timespec='seconds')}" if attempt.at else ""
    place = f" with {attempt.place}" if attempt.place else ""
    counted = "" if attempt.count is None else f" The host had counted {attempt.count}."
    text = f": {meaning.message}" if explained else "."
    return f"The last attempt{place}{when} ended with {meaning.code} (event {attempt.event}){text}{counted}"
