# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""XML at the edge: bounded reading without DTD or entities, and writing of escaped text."""

from __future__ import annotations

import itertools
import operator
import re
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

from .._errors import ProtocolViolation

MAX_MESSAGE_BYTES = 1024 * 1024
"""Twice the envelope of 500 KiB that each request asks for, which is Windows' default limit as well."""

MAX_ELEMENTS = 32_768
"""Of elements, and of attributes. A property takes 25 bytes at least, so an envelope of 500 KiB has some 20,000."""

MAX_TEXTS = 262_144
"""Pieces of text, comments and instructions; the parser makes one for each line and each `&lt;`."""

MAX_NAME = 256
"""Characters of a name with its namespace; the longest in use have some 150. Each element would repeat its URI."""

MAX_NAMES = 4 * 1024 * 1024
"""Characters of all names together, if each began with the longest namespace; an envelope of 500 KiB has 2 million."""

MAX_DEPTH = 64
"""Real messages are about a dozen elements deep; what is nested without end would end our readers' recursion."""

_TAG = operator.attrgetter("tag")
# A lone surrogate is what Python makes of bytes that are not UTF-8; it cannot be encoded again.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# A reader turns a bare CR into LF, and in an attribute any white space into a blank (XML 1.0, 2.11 and 3.3.3).
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_ATTRIBUTE_ENTITIES = _ENTITIES | str.maketrans({'"': "&quot;", "\n": "&#10;", "\t": "&#9;"})


class _Builder(TreeBuilder):
    """A tree builder that sees a namespace before the names that begin with it are made, at most `names` of them."""

    def __init__(self, names: int) -> None:
        super().__init__()
        self._names = names

    def start_ns(self, _prefix: str, uri: str) -> None:
        # One character beyond ASCII would take all of a name to two bytes a character.
        if len(uri) > MAX_NAME or not uri.isascii():
            raise _too_large(f"characters in a namespace than {MAX_NAME} of ASCII")
        if len(uri) * self._names > MAX_NAMES:
            raise _too_large(f"characters in names than {MAX_NAMES}")


def parse(data: bytes, *, limit: int = MAX_MESSAGE_BYTES) -> Element:
    """Return the root element of `data`; anything that is not one bounded XML document without DTD is a violation.

    How much the parser will build is bounded before it begins, by counting bytes: an element takes a hundred times the
    memory of the four bytes that it is in a message. Only UTF-16 has zero bytes, and is converted to UTF-8, so in what
    is counted every character of the markup is one byte (expat accepts no other encoding where this is not so).
    """
    if len(data) > limit:
        raise ProtocolViolation(f"The message has {len(data)} bytes, more than the {limit} that are accepted.")
    try:
        text = data.decode("utf-16").encode() if b"\0" in data else data
        parser = XMLParser(target=_Builder(_names_in(text)), encoding=None if text is data else "utf-8")
        parser.feed(text)
        root: Element = parser.close()
    except (ParseError, ValueError, LookupError) as error:
        # The position only: the text of some parse errors quotes the document.
        line, column = getattr(error, "position", (1, 0))
        raise ProtocolViolation(f"The message is not well-formed XML (line {line}, column {column}).") from None
    _check_shape(root)
    return root


def _names_in(text: bytes) -> int:
    """Return how many elements and attributes there may be.

    Raises ProtocolViolation for a document type (SOAP 1.2 part 1, 5), and for more markup than the limits.
    """
    if b"<!DOCTYPE" in text:  # in a comment as well: no entity is ever declared
        raise ProtocolViolation("The message holds a document type declaration, which SOAP forbids.")
    if len(text) < MAX_ELEMENTS:
        return len(text) // len("<a/>")  # too short for any limit, as nearly all are
    asides = text.count(b"<!") + text.count(b"<?")
    elements = text.count(b"<") - text.count(b"</") - asides
    if elements > MAX_ELEMENTS:
        raise _too_large(f"elements than {MAX_ELEMENTS}")
    # An attribute takes an equals sign and two quotation marks; there may be more of either in texts.
    attributes = min(text.count(b"="), (text.count(b'"') + text.count(b"'")) // 2)
    if attributes > MAX_ELEMENTS:
        raise _too_large(f"attributes than {MAX_ELEMENTS}")
    if asides + text.count(b"&") + text.count(b"\n") + text.count(b"\r") > MAX_TEXTS:
        raise _too_large(f"pieces of text than {MAX_TEXTS}")
    return elements + attributes


def _check_shape(root: Element) -> None:
    if max(map(len, map(_TAG, root.iter()))) > MAX_NAME:
        raise _too_large(f"characters in a name than {MAX_NAME}")
    level = [root]
    for _depth in range(MAX_DEPTH):
        level = list(itertools.chain.from_iterable(level))
        if not level:
            return
    raise ProtocolViolation(f"The message nests more than {MAX_DEPTH} elements.")


def _too_large(what: str) -> ProtocolViolation:
    return ProtocolViolation(f"The message holds more {what}.", code="answer_too_large")


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
