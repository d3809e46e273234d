# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a message may consist of: limits that every real answer keeps, checked before a tree is built."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._errors import ProtocolViolation
from ansible_collections.volume.activation.plugins.plugin_utils._wsman import Batch, decode_answer, parse
from ansible_collections.volume.activation.plugins.plugin_utils._wsman.xml import (
    MAX_ELEMENTS,
    MAX_NAME,
    MAX_NAMES,
    MAX_TEXTS,
)

from .recorded_answers import PULL, load, names

PIECE = 8 * 1024


def refused(document: bytes) -> None:
    with pytest.raises(ProtocolViolation) as caught:
        parse(document)
    assert caught.value.code == "answer_too_large"


def flat(count: int, element: bytes = b"<a/>") -> bytes:
    return b"<r>" + element * count + b"</r>"


def test_elements_are_counted() -> None:
    assert len(parse(flat(MAX_ELEMENTS - 1))) == MAX_ELEMENTS - 1
    refused(flat(MAX_ELEMENTS))


def test_attributes_are_counted_over_the_whole_message() -> None:
    assert len(parse(flat(MAX_ELEMENTS // 4, b'<a b="" c="" d="" e=""/>'))) == MAX_ELEMENTS // 4
    refused(flat(MAX_ELEMENTS // 4 + 1, b'<a b="" c="" d="" e=""/>'))


def test_names_are_short() -> None:
    parse(b"<" + b"a" * MAX_NAME + b"/>")
    refused(b"<" + b"a" * (MAX_NAME + 1) + b"/>")
    refused(b'<a xmlns="' + b"u" * (MAX_NAME + 1) + b'"/>')
    refused(b'<a xmlns:p="' + b"u" * (MAX_NAME + 1) + b'"/>')
    refused(b'<p:a xmlns:p="' + b"u" * (MAX_NAME - 1) + b'"/>')


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_limits_are_the_same_in_each_encoding(encoding: str) -> None:
    assert len(parse(flat(MAX_ELEMENTS - 1).decode().encode(encoding))) == MAX_ELEMENTS - 1
    refused(flat(MAX_ELEMENTS).decode().encode(encoding))
    refused(flat(2, b"<a " + b" ".join(b'a%d=""' % number for number in range(20_000)) + b"/>"))


def test_marks_in_texts_are_not_taken_for_markup() -> None:
    marks = "=\"'>]/?!" * 10_000
    root = parse(f"<r><a b='1'>{marks}</a></r>".encode())
    assert root[0].text == marks


def test_a_long_namespace_leaves_room_for_fewer_names() -> None:
    # Each distinct name is kept together with its namespace.
    space = b'<r xmlns:p="' + b"u" * (MAX_NAME - 20) + b'">'
    names = MAX_NAMES // MAX_NAME // 2
    elements = b"".join(b'<p:a%d p:b%d=""/>' % (number, number) for number in range(names))
    assert len(parse(space + elements[: elements.index(b"<p:a%d " % (names // 2))] + b"</r>")) == names // 2
    refused(space + elements + elements + b"</r>")


def test_a_namespace_is_ascii() -> None:
    refused('<a xmlns="urn:ä"/>'.encode())


@pytest.mark.parametrize("piece", [b"a\n", b"&lt;", b"<!---->", b"<?a?>", b"<![CDATA[a]]>"])
def test_pieces_of_text_are_counted(piece: bytes) -> None:
    assert parse(b"<r>" + piece * (MAX_TEXTS // 8) + b"</r>") is not None
    with pytest.raises(ProtocolViolation) as caught:
        parse(b"<r>" + piece * (MAX_TEXTS + 1) + b"</r>", limit=100_000_000)
    assert caught.value.code == "answer_too_large"


@pytest.mark.parametrize("length", [*range(PIECE - 40, PIECE + 40, 7), 2 * PIECE, 20 * PIECE])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_long_text_is_read_wherever_the_pieces_of_the_message_end(length: int, encoding: str) -> None:
    text = "täxt " * (length // 5)
    document = f"<r><a>{text}</a>{'<b/>' * 5}</r>\n\n".encode(encoding)
    root = parse(document)
    assert (root[0].text, len(root)) == (text, 6)


@pytest.mark.parametrize("name", names())
def test_recorded_answers_are_far_from_the_limits(name: str) -> None:
    root = parse(load(name))
    elements = list(root.iter())
    assert len(elements) < MAX_ELEMENTS / 50
    assert max(len(element.tag) for element in elements) < MAX_NAME / 1.5


def decoded(items: bytes, wanted: t.Collection[str] | None) -> Batch:
    space = b"http://schemas.xmlsoap.org/ws/2004/09/enumeration"
    envelope = (
        b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><n:PullResponse xmlns:n="%s"><n:Items>'
        b"%s</n:Items></n:PullResponse></s:Body></s:Envelope>" % (space, items)
    )
    answer = decode_answer(envelope, PULL, wanted=wanted)
    assert isinstance(answer, Batch)
    return answer


def test_only_wanted_properties_are_built() -> None:
    items = b"<i><Name>a</Name><Other>b</Other></i><i><other>c</other></i>"
    assert [dict(item.properties) for item in decoded(items, {"name"}).items] == [{"Name": ("a",)}, {}]
    assert [dict(item.properties) for item in decoded(items, None).items] == [
        {"Name": ("a",), "Other": ("b",)},
        {"other": ("c",)},
    ]
