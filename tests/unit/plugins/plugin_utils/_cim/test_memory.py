# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a hostile answer costs in memory: bounded, whatever it consists of, and also where such answers have no end."""

from __future__ import annotations

import tracemalloc
import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._cim import Repository
from ansible_collections.volume.activation.plugins.plugin_utils._cim.repository import MAX_BYTES, MAX_ROWS
from ansible_collections.volume.activation.plugins.plugin_utils._errors import ActivationError
from ansible_collections.volume.activation.plugins.plugin_utils._wsman import MAX_MESSAGE_BYTES
from ansible_collections.volume.activation.plugins.plugin_utils._wsman.xml import (
    MAX_ELEMENTS,
    MAX_NAME,
    MAX_NAMES,
    MAX_TEXTS,
)

BOUND = 48 * 1024 * 1024
"""Bytes for a query, as the guide says for a host: what the libraries hold of an answer comes on top, see there."""

SPACES = (
    b'xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:n="http://schemas.xmlsoap.org/ws/2004/09/enumeration" '
    b'xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"'
)
PROPERTIES: t.Any = {"Name": "string", "Tags": "string[]"}
NAMESPACE = b'<x xmlns:p="u:' + b"u" * (MAX_NAME - 30) + b'">'
MOST = MAX_ELEMENTS - 100


def in_row(inside: bytes) -> bytes:
    return b"<w:XmlFragment>" + inside + b"</w:XmlFragment>"


def attributes(count: int, prefix: bytes = b"") -> bytes:
    return b" ".join(b'%sa%d="%d"' % (prefix, number, number) for number in range(count))


# By what they are: some are refused, some are just not, and those that are not count most.
ITEMS: dict[str, bytes] = {
    "tiny elements": in_row(b"<a/>" * (MAX_MESSAGE_BYTES // 4 - 200)),
    "tiny rows": b"<a/>" * (MAX_MESSAGE_BYTES // 4 - 200),
    "as many rows as pass": b"<i><Name>ab</Name></i>" * (MAX_ROWS // 10),
    "values that were asked for": in_row("<Tags>aaaaaaaaaaaaaa\U0001f600</Tags>".encode() * MOST),
    "values that nothing asked for": in_row(b"<Other>ab</Other>" * MOST),
    "as many attributes of one element as pass": in_row(b"<a " + attributes(MOST) + b"/>"),
    "attributes of one element": in_row(b"<a " + attributes(100_000) + b"/>"),
    "attributes of many elements": in_row((b"<a " + attributes(400) + b"/>") * (MOST // 400)),
    "attributes with a long namespace": NAMESPACE + (b"<a " + attributes(300, b"p:") + b"/>") * (MOST // 300) + b"</x>",
    "names with a long namespace": NAMESPACE + b"".join(b"<p:a%d/>" % number for number in range(MOST)) + b"</x>",
    "names of two bytes a character": b'<x xmlns:p="u:'
    + b"u" * (MAX_NAMES // MOST // 2 - 4)
    + b'">'
    + "".join(f'<p:\u0416{number:x} p:\u0416{number:x}="" />' for number in range(MOST)).encode()
    + b"</x>",
    "a namespace of four bytes a character": NAMESPACE.replace(b"uuuu", "\U0001f600".encode())
    + b"".join(b"<p:a%d/>" % number for number in range(MOST))
    + b"</x>",
    "a namespace without end": b'<x xmlns="u:' + b"u" * 500_000 + b'"><a/></x>',
    "a name without end": in_row(b"<" + b"a" * 500_000 + b"/>"),
    "a comment without end": in_row(b"<!--" + b"a" * 900_000 + b"-->"),
    "an instruction without end": in_row(b"<?a " + b"a" * 900_000 + b"?>"),
    "comments": in_row(b"<!---->" * 140_000),
    "one text": in_row(b"<Name>\xf0\x9f\x98\x80" + b"a" * (MAX_MESSAGE_BYTES - 2000) + b"</Name>"),
    "lines": in_row(b"<Name>" + b"ab\n" * (MAX_TEXTS // 2 - 100) + b"</Name>"),
    "more lines": in_row(b"<Name>" + b"\n" * (MAX_TEXTS + 1) + b"</Name>"),
}


def answer(kind: bytes, items: bytes, more: bool) -> bytes:
    end = b"<n:EnumerationContext>c</n:EnumerationContext>" if more else b"<n:EndOfSequence/>"
    return (
        b"<s:Envelope " + SPACES + b"><s:Header><RelatesTo>ID</RelatesTo></s:Header><s:Body><n:" + kind + b">" + end
        + b"<n:Items>" + items
        + b"</n:Items></n:" + kind + b"></s:Body></s:Envelope>"
    )  # fmt: skip


class Host:
    """Answers each request with the same items; without `endless` there is one batch."""

    def __init__(self, items: bytes, endless: bool) -> None:
        self.requests = 0
        self._first = answer(b"EnumerateResponse", items, endless)
        self._next = answer(b"PullResponse", items, endless)

    def send(self, message: bytes) -> bytes:
        self.requests += 1
        given = message.partition(b"<a:MessageID>")[2].partition(b"<")[0]
        return (self._first if self.requests == 1 else self._next).replace(b"ID", given, 1)


def cost(host: Host) -> tuple[int, ActivationError | None]:
    """Return the most bytes that a query took at a time, and how it failed."""
    failure = None
    repository = Repository(host.send, operation_timeout=600, pause=lambda _seconds: None)
    tracemalloc.start()
    try:
        repository.select("Acme_Lamp", PROPERTIES)
    except ActivationError as error:
        failure = error
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return peak, failure


@pytest.mark.parametrize("name", ITEMS)
def test_one_answer_stays_within_the_bound(name: str) -> None:
    peak, _failure = cost(Host(ITEMS[name], endless=False))
    assert peak < BOUND


@pytest.mark.parametrize("name", ["as many rows as pass", "values that were asked for", "one text"])
def test_answers_without_end_stay_within_the_bound_and_are_not_repeated(name: str) -> None:
    host = Host(ITEMS[name], endless=True)
    peak, failure = cost(host)
    assert failure is not None and failure.code == "answer_too_large"
    assert peak < BOUND
    assert host.requests <= MAX_BYTES // len(ITEMS[name]) + MAX_ROWS // (MAX_ROWS // 10) + 3


def test_the_bound_is_what_the_limits_come_to() -> None:
    # An element takes some 350 bytes with its name, its text and one attribute, a text at most four for a byte.
    a_message = MAX_ELEMENTS * 2 * 350 + 3 * MAX_NAMES + MAX_TEXTS * 16 + 4 * MAX_MESSAGE_BYTES
    assert a_message < BOUND
    assert 4 * MAX_BYTES + MAX_ELEMENTS * 350 + MAX_MESSAGE_BYTES < BOUND
