# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rows of an exchange file become records, and only such as we would have written."""

from __future__ import annotations

import re
import typing as t
from dataclasses import fields
from datetime import datetime, timedelta

from .._errors import Refusal
from .._licensing import parse_confirmation_id, parse_extended_pid, parse_installation_id
from .._secrets import scrub_lines
from .records import Answer, AnswerState, Request

__all__ = ["answer_from", "listed", "request_from"]

Row: t.TypeAlias = "t.Mapping[str, t.Any]"
_PARTIAL = re.compile(r"[BCDFGHJKMNPQRTVWXY2346789]{5}", re.IGNORECASE)


def request_from(row: Row) -> Request:
    """Return the request in a row; raises ValueError for what is none."""
    _require(row, Request, texts=set(row))
    _require_ids(row)
    return Request(**row)


def answer_from(row: Row) -> Answer:
    """Return the answer in a row; raises ValueError for what is none."""
    _require(row, Answer, texts=set(row) - {"doubtful"})
    _require_ids(row)
    answer = Answer(**{**row, "standing": AnswerState(row.get("standing")), "at": _time(row.get("at"))})
    is_consistent = (
        (answer.confirmation_id is not None) == (answer.standing is AnswerState.CONFIRMED)
        and (answer.code is not None) == (answer.standing is AnswerState.REFUSED)
        and isinstance(answer.doubtful, bool)
    )
    if not is_consistent or (answer.code is not None and not 0 < len(answer.code) <= _LONGEST_CODE):
        raise ValueError("the answer contradicts itself")
    return answer


_LONGEST_CODE = 40


def _require(row: Row, kind: type[Request] | type[Answer], texts: set[str]) -> None:
    if not row.keys() <= {one.name for one in fields(kind)}:
        raise ValueError("a field that does not belong there")
    if not all(isinstance(row[name], str) for name in texts):
        raise ValueError("a field that is no text")
    for name in texts:
        row[name].encode()  # raises ValueError for half a character, which no file of ours could hold


def _require_ids(row: Row) -> None:
    """Raise ValueError unless all IDs are there in the one spelling that we write."""
    try:
        plain = {
            "extended_pid": parse_extended_pid(row.get("extended_pid", "")),
            "installation_id": parse_installation_id(row.get("installation_id", "")),
        }
        if "confirmation_id" in row:
            plain["confirmation_id"] = parse_confirmation_id(row["confirmation_id"])
    except Refusal as error:
        raise ValueError(str(error)) from None
    if any(row[name] != value for name, value in plain.items()):
        raise ValueError("an ID in another spelling")


def _time(text: t.Any) -> datetime:
    found = datetime.fromisoformat(text)
    if found.utcoffset() != timedelta():
        raise ValueError("a time that is not UTC")
    return found


def listed(row: Row) -> Request:
    """Return the request in a row of options; raises Refusal for IDs that are none (`bad_partial_key` and others)."""
    return Request(
        extended_pid=parse_extended_pid(row["extended_pid"]),
        installation_id=parse_installation_id(row["installation_id"]),
        machine=scrub_lines(row["machine"]),
        activation_id=scrub_lines(row["activation_id"]),
        partial_product_key=_partial(row),
    )


def _partial(row: Row) -> str | None:
    """Return the last five characters of the machine's key; more than those must never get onto paper."""
    text = row["partial_product_key"]
    if not text:
        return None
    if not _PARTIAL.fullmatch(text):
        raise Refusal(
            f"{row['machine']}: partial_product_key is not the last five characters of a key.",
            code="bad_partial_key",
            remedy="Give the five characters as mak returns them in installation, and never the whole key.",
        )
    return str(text).upper()
