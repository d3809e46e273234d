# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The exchange file as bytes: JSON that tells when a part of it was edited, and which.

Checksums are SHA-256 over the canonical JSON of a part (keys sorted, no blanks, ASCII), so that only what the text says
counts and not how it is laid out. Every request and every answer has one of its own, with the file's ID in it: a file
that is answered in part is whole, an answer of another file does not fit, and a message can name what was touched. The
lists have one each, by which a row that was taken out is missed. They guard against accidents, not against forgery.
"""

from __future__ import annotations

import hashlib
import json
import typing as t
from dataclasses import fields
from datetime import datetime, timedelta
from enum import Enum

from . import refusals as errors
from .records import Answer, Exchange, Privacy, Request
from .rows import answer_from, request_from

__all__ = ["FORMAT", "VERSION", "canonical", "decode", "encode"]

FORMAT = "volume.activation.mak_exchange"
VERSION = 1

Row: t.TypeAlias = "dict[str, t.Any]"
_HEAD = ("format", "version", "id", "created_at", "privacy")
_PARTS = frozenset({*_HEAD, "requests", "answers", "checksums"})
_SUM = "checksum"


def canonical(value: t.Any) -> bytes:
    """Return the one spelling of a JSON value that checksums are made over."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode("ascii")


def _checksum(part: str, value: t.Any) -> str:
    return hashlib.sha256(canonical([part, value])).hexdigest()


def encode(exchange: Exchange) -> bytes:
    """Return the file's content; the same exchange gives the same bytes."""
    head = {
        "format": FORMAT,
        "version": VERSION,
        "id": exchange.id,
        "created_at": _plain(exchange.created_at),
        "privacy": exchange.privacy.value,
    }
    requests = [_row("request", exchange.id, request) for request in exchange.requests]
    # In the order of the requests, whatever the order in which the answers came.
    told = [exchange.answers[request.identity] for request in exchange.requests if request.identity in exchange.answers]
    answers = [_row("answer", exchange.id, answer) for answer in told]
    content = {**head, "requests": requests, "answers": answers, "checksums": _sums(head, requests, answers)}
    return json.dumps(content, indent=1, ensure_ascii=False).encode() + b"\n"


def _row(kind: str, file_id: str, record: Request | Answer) -> Row:
    row = {one.name: _plain(getattr(record, one.name)) for one in fields(record)}
    kept = {name: value for name, value in row.items() if value is not None and value is not False}
    return {**kept, _SUM: _checksum(kind, [file_id, kept])}


def _plain(value: t.Any) -> t.Any:
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, datetime) else value


def _sums(head: Row, requests: list[Row], answers: list[Row]) -> dict[str, str]:
    return {
        "head": _checksum("head", head),
        "requests": _checksum("requests", [head["id"], [row[_SUM] for row in requests]]),
        "answers": _checksum("answers", [head["id"], [row[_SUM] for row in answers]]),
    }


def decode(data: bytes, name: str) -> Exchange:
    """Return what a file holds, if it is as it was written; `name` is what messages call it.

    Raises Refusal: `damaged_exchange`, `foreign_exchange`, `newer_exchange`, `edited_exchange`.
    """
    content = _parsed(data, name)
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise errors.foreign(name)
    version = content.get("version")
    if isinstance(version, int) and version > VERSION:
        raise errors.newer(name, version, VERSION)
    try:
        _require_whole(content, name)
    except RecursionError:  # making a checksum may nest deeper than parsing did
        raise errors.damaged(name, "no text that can be read") from None
    return _exchange(content, name)


def _parsed(data: bytes, name: str) -> t.Any:
    def only_once(pairs: list[tuple[str, t.Any]]) -> Row:
        if len({key for key, value in pairs}) < len(pairs):
            raise errors.edited(name, "something stands in it twice")
        return dict(pairs)

    try:
        # Some editors put a mark before the text when they save it.
        # Fractions and infinities are never ours; as texts they fit no checksum, and do no harm.
        return json.loads(data.decode("utf-8-sig"), object_pairs_hook=only_once, parse_float=str, parse_constant=str)
    except json.JSONDecodeError as error:
        raise errors.damaged(name, f"no JSON from line {error.lineno} on") from None
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise errors.damaged(name, "no text that can be read") from None


def _require_whole(content: Row, name: str) -> None:
    """Raise what is wrong with the parts, the most particular finding first."""
    strange = sorted(content.keys() ^ _PARTS)
    if strange:
        raise errors.edited(name, f"{strange[0][:40]} is missing, or does not belong there")
    head = {part: content[part] for part in _HEAD}
    sums = content["checksums"]
    if not isinstance(sums, dict) or sums.get("head") != _checksum("head", head):
        raise errors.edited(name, "its head (ID, time, privacy or version)")
    for kind in ("request", "answer"):
        _require_rows(content, kind, name)
    expected = _sums(head, content["requests"], content["answers"])
    for part in ("requests", "answers"):
        if sums.get(part) != expected[part]:
            raise errors.edited(name, f"the list of {part}, in which a row was added, moved or taken out")
    if sums.keys() != expected.keys():
        raise errors.edited(name, "its checksums")


def _require_rows(content: Row, kind: str, name: str) -> None:
    rows = content[f"{kind}s"]
    if not isinstance(rows, list):
        raise errors.edited(name, f"the list of {kind}s")
    for position, row in enumerate(rows, 1):
        kept = {key: value for key, value in row.items() if key != _SUM} if isinstance(row, dict) else {}
        if not kept or row.get(_SUM) != _checksum(kind, [content["id"], kept]):
            raise errors.edited(name, f"{kind} {position}")


def _exchange(content: Row, name: str) -> Exchange:
    """Return the records behind parts whose checksums fit; the values may still be anything."""
    try:
        privacy, created_at = Privacy(content["privacy"]), datetime.fromisoformat(content["created_at"])
        # To Python, true and 1.0 are equal to 1; in the file they are not.
        is_number = not isinstance(content["version"], (bool, float))
        is_ours = is_number and content["version"] == VERSION and isinstance(content["id"], str)
        if not is_ours or created_at.utcoffset() != timedelta():
            raise ValueError("not a head of ours")
        content["id"].encode()  # raises ValueError for half a character
    except (TypeError, ValueError):
        raise errors.edited(name, "its head does not have the form of one") from None
    requests = tuple(_each(content["requests"], "request", request_from, name))
    answers = {answer.identity: answer for answer in _each(content["answers"], "answer", answer_from, name)}
    known = {request.identity for request in requests}
    if len(known) < len(requests) or len(answers) < len(content["answers"]):
        raise errors.edited(name, "the same installation stands in it twice")
    if not answers.keys() <= known:
        raise errors.edited(name, "an answer in it belongs to none of its requests")
    return Exchange(id=content["id"], created_at=created_at, privacy=privacy, requests=requests, answers=answers)


_Record = t.TypeVar("_Record", Request, Answer)


def _each(rows: list[Row], kind: str, make: t.Callable[[Row], _Record], name: str) -> t.Iterator[_Record]:
    for position, row in enumerate(rows, 1):
        try:
            yield make({key: value for key, value in row.items() if key != _SUM})
        except (TypeError, ValueError):
            raise errors.edited(name, f"{kind} {position} does not have the form of one") from None
