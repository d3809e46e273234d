# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rewrites the texts inside an XML message and leaves its markup as it came, byte for byte where nothing is replaced.

A parser and a writer would lose what a transcript is for: which prefixes, which empty elements, which white space a
real machine sends. So the message is cut into tags and texts, and only texts and named attributes are replaced.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr, unescape

from .vocabulary import ATTRIBUTES

__all__ = ["MarkupPosition", "rewritten"]

_TOKEN = re.compile(
    r"<!--.*?-->|<!\[CDATA\[(?P<raw>.*?)\]\]>|<\?.*?\?>|<(?:[^>\"']|\"[^\"]*\"|'[^']*')*>|[^<]+", re.DOTALL
)
_TAG = re.compile(r"<(?P<close>/?)(?P<name>[^\s/>]+)")
_ATTRIBUTE = re.compile(r"(?P<space>\s+)(?P<name>[^\s=]+)\s*=\s*(?P<quoted>\"[^\"]*\"|'[^']*')", re.DOTALL)
_REFERENCE = re.compile(r"&#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}));")
_WELL_FORMED = re.compile(
    r"</?[A-Za-z_][\w.:-]{0,100}(?:\s+[A-Za-z_][\w.:-]{0,100}\s*=\s*(?:\"[^\"<]*\"|'[^'<]*'))*\s*/?>", re.ASCII
)


@dataclass(frozen=True)
class MarkupPosition:
    """Where a text stands: the local names of the elements around it, outermost first, and the innermost one's `Name`.

    An attribute's name is the last of the elements, with an @ in front of it.
    """

    path: tuple[str, ...]
    label: str = ""


Change = t.Callable[[MarkupPosition, str], str]


def rewritten(text: str, change: Change) -> str:
    """Return an XML text with every text and every attribute that is not plain markup replaced by `change`."""
    written: list[str] = []
    stack: list[tuple[str, str]] = []
    for token in _TOKEN.finditer(text):
        part = token.group()
        if token["raw"] is not None:
            written.append(escape(change(_place(stack), token["raw"])))
        elif part.startswith(("<!", "<?")):
            continue
        elif part.startswith("<"):
            written.append(_tag(part, stack, change))
        else:
            written.append(_text(part, stack, change))
    return "".join(written)


def _text(part: str, stack: list[tuple[str, str]], change: Change) -> str:
    if not part.strip():
        return part
    before = _plain(part)
    after = change(_place(stack), before)
    return part if after == before else escape(after)


def _tag(part: str, stack: list[tuple[str, str]], change: Change) -> str:
    found = _TAG.match(part) if _WELL_FORMED.fullmatch(part) else None
    if found is None:
        # Nobody could read such a message, and what a name or a value is in it cannot be told.
        return ""
    name = found["name"].rpartition(":")[2]
    if found["close"]:
        if stack:
            stack.pop()
        return part
    stack.append((name, _named(part)))
    written = _ATTRIBUTE.sub(lambda attribute: _attribute(attribute, stack, change), part)
    if part.endswith("/>"):
        stack.pop()
    return written


def _named(part: str) -> str:
    labels = (found for found in _ATTRIBUTE.finditer(part) if found["name"] == "Name")
    return next((_plain(found["quoted"][1:-1]) for found in labels), "")


def _attribute(found: re.Match[str], stack: list[tuple[str, str]], change: Change) -> str:
    prefix, colon, local = found["name"].rpartition(":")
    place = _place(stack)
    value = _plain(found["quoted"][1:-1])
    form = ATTRIBUTES.get("xmlns" if prefix == "xmlns" else local)
    if form is not None and form.fullmatch(value):
        return found.group()
    after = change(MarkupPosition((*place.path, f"@{local}")), value)
    return found.group() if after == value else f"{found['space']}{prefix}{colon}{local}={quoteattr(after)}"


def _place(stack: list[tuple[str, str]]) -> MarkupPosition:
    return MarkupPosition(tuple(name for name, _label in stack), stack[-1][1] if stack else "")


def _plain(text: str) -> str:
    """Return a text without its entities and character references."""
    return unescape(_REFERENCE.sub(_referred, text), {"&quot;": '"', "&apos;": "'"})


def _referred(found: re.Match[str]) -> str:
    number = int(found[1], 16) if found[1] else int(found[2])
    return chr(number) if number <= 0x10FFFF else "?"
