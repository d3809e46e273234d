# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the answers to the open questions say, in words, out of messages that are anonymous already."""

from __future__ import annotations

import re
import typing as t

from .._errors import ActivationError
from .._wsman import Batch, Fault, Got, Output, decode_answer, decode_call
from .questions import QUESTIONS

__all__ = ["answered"]

Row = t.Mapping[str, t.Any]

_ITEMS = re.compile(r"<(?:\w+:)?Items\b[^>]*?(/)?>")
_REASON_LANGUAGE = re.compile(r"<(?:\w+:)?Text\b[^>]*xml:lang=[\"']([^\"']*)[\"']")


def answered(exchange: t.Sequence[Row]) -> list[dict[str, t.Any]]:
    """Return every open question with what was asked and what each variant of it has shown.

    The rows are those of a transcript's `exchange`.
    """
    return [
        {
            "number": question.number,
            "question": question.text,
            "asked": question.asked,
            "seen": _seen(question.number, exchange),
        }
        for question in QUESTIONS
    ]


def _seen(number: int, exchange: t.Sequence[Row]) -> dict[str, str]:
    """Return in words what came for each variant of a question; an enumeration's later answers follow its first."""
    found: dict[str, str] = {}
    for row in exchange:
        asked, _blank, variant = str(row.get("question") or "").partition(" ")
        if asked == str(number):
            before = f"{found[variant]} Then: " if variant in found else ""
            found[variant] = before + _described(row)
    return found


def _described(row: Row) -> str:
    error = row.get("error")
    if error:
        return f"No answer: {error['kind']} {error['code'] or ''}".rstrip() + "."
    text = str(row["answer"])
    try:
        answer = decode_answer(text.encode(), decode_call(str(row["request"]).encode()).request)
    except ActivationError as unreadable:
        return f"An answer that cannot be read: {unreadable.message}"
    return _in_words(answer, text)


def _in_words(answer: t.Any, text: str) -> str:
    if isinstance(answer, Fault):
        return _fault(answer, text)
    if isinstance(answer, Batch):
        return _batch(answer, text)
    if isinstance(answer, Output):
        values = {name: "nil" if None in found else found[0] for name, found in answer.values.items() if found}
        return f"Output with {_listed(values)}."
    if isinstance(answer, Got):
        kind = answer.instance.class_name or "a fragment"
        return f"An instance, as {kind}, with {len(answer.instance.properties)} properties."
    return "Released."


def _fault(fault: Fault, text: str) -> str:
    language = _REASON_LANGUAGE.search(text)
    number = "none" if fault.hresult is None else f"0x{fault.hresult:08X}"
    return (
        f"Fault of the shape {fault.shape}, subcode {fault.subcode}, code {fault.code}, inner code {fault.inner_code}, "
        f"HRESULT {number}, text in '{language[1] if language else ''}': {fault.reason}"
    )


def _batch(batch: Batch, text: str) -> str:
    found = _ITEMS.search(text)
    items = "no Items element" if found is None else "an empty Items element" if not batch.items else "Items"
    names = sorted({name for item in batch.items for name in item.properties})
    what = f"{items} with {len(batch.items)} of them" if batch.items else items
    shown = f", properties {', '.join(names) or 'none'}" if batch.items else ""
    return f"{what}{shown}; {'more to pull' if batch.context else 'at its end'}."


def _listed(values: t.Mapping[str, t.Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in sorted(values.items()))
