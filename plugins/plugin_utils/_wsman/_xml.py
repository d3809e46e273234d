# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""XML at the edge: bounded reading without DTD or entities, and writing of escaped text."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

from .._errors import ProtocolViolation

MAX_MESSAGE_BYTES = 8 * 1024 * 1024
"""No answer we ask for comes near this; a machine's envelope limit is 500 kB by default."""

MAX_DEPTH = 64
"""Real messages are about a dozen elements deep; what is nested without end would end our readers' recursion."""

# A lone surrogate is what Python makes of bytes that are not UTF-8; it cannot be encoded again.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# A reader turns a bare CR into LF, and in an attribute any white space into a blank (XML 1.0, 2.11 and 3.3.3).
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_ATTRIBUTE_ENTITIES = _ENTITIES | str.maketrans({'"': "&quot;", "\n": "&#10;", "\t": "&#9;"})


class _BoundedBuilder(TreeBuilder):
    """A tree builder that stops at the first `<!DOCTYPE`, before any entity could be declared (SOAP 1.2 part 1, 5)."""

    _depth = 0

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ProtocolViolation(f"The message nests more than {MAX_DEPTH} elements.")
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        self._depth -= 1
        return super().end(tag)

    def doctype(self, _name: str, _pubid: str | None, _system: str | None) -> None:
        raise ProtocolViolation("The message holds a document type declaration, which SOAP forbids.")


def parse(data: bytes, *, limit: int = MAX_MESSAGE_BYTES) -> Element:
    """Return the root element of `data`; anything that is not one bounded XML document without DTD is a violation."""
    if len(data) > limit:
        raise ProtocolViolation(f"The message has {len(data)} bytes, more than the {limit} that are accepted.")
    parser = XMLParser(target=_BoundedBuilder())
    try:
        parser.feed(data)
        return parser.close()
    except (ParseError, ValueError, LookupError) as error:
        # The position only: the text of some parse errors quotes the document.
        line, column = getattr(error, "position", (1, 0))
        raise ProtocolViolation(f"The message is not well-formed XML (line {line}, column {column}).") from None


def local(element: Element) -> str:
    """Return an element's name without its namespace."""
    return element.tag.rpartition("}")[2]


def namespace(element: Element) -> str:
    """Return an element's namespace, empty where it has none."""
    return element.tag[1:].rpartition("}")[0] if element.tag.startswith("{") else ""


def child(element: Element | None, name: str) -> Element | None:
    """Return the first child with that local name; the namespace differs between answers that mean the same."""
    if element is not None:
        for candidate in element:
            if local(candidate) == name:
                return candidate
    return None


def descendants(element: Element | None, name: str) -> list[Element]:
    """Return every element below (and including) `element` with that local name, in document order."""
    return [] if element is None else [candidate for candidate in element.iter() if local(candidate) == name]


def stripped(element: Element | None) -> str:
    """Return the text of a code or a URI, without the white space that pretty-printers add; never for a property."""
    return "" if element is None or element.text is None else element.text.strip()


def escape(text: str) -> str:
    """Return `text` for element content; control characters, illegal in XML 1.0, become `?` as on Windows."""
    return _CONTROL.sub("?", text).translate(_ENTITIES)


def escape_attribute(text: str) -> str:
    """Return `text` for an attribute in double quotes."""
    return _CONTROL.sub("?", text).translate(_ATTRIBUTE_ENTITIES)


def has_control_characters(text: str) -> bool:
    """Tell whether `text` cannot travel in XML 1.0 as it is."""
    return _CONTROL.search(text) is not None
