# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rewriting the texts of a message: everything else stays as it came."""

from __future__ import annotations

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._transcripts.markup import MarkupPosition, rewritten
from ansible_collections.volume.activation.plugins.plugin_utils._wsman import namespaces as ns


def _upper(_place: MarkupPosition, text: str) -> str:
    return text.upper()


@pytest.mark.parametrize(
    "message",
    [
        "<a:b xmlns:a='urn:x'><c/>\n  <d></d></a:b>",
        '<w:Selector s:mustUnderstand="true" Name="ID">1</w:Selector>',
        "<a>&lt;&amp;&#65;</a>",
        "<n:EnumerationContext></n:EnumerationContext><w:Items/>",
    ],
)
def test_what_is_not_changed_stays_byte_for_byte(message: str) -> None:
    assert rewritten(message, lambda _place, text: text) == message


def test_texts_are_changed_where_they_stand() -> None:
    assert rewritten("<a><b>x &amp; y</b> <c>z</c></a>", _upper) == "<a><b>X &amp; Y</b> <c>Z</c></a>"


def test_the_place_of_a_text_is_its_elements_and_its_label() -> None:
    places: list[MarkupPosition] = []

    def note(place: MarkupPosition, text: str) -> str:
        places.append(place)
        return text

    rewritten('<s:Header><w:Set><w:Selector Name="ID">1</w:Selector></w:Set></s:Header><b>2</b>', note)
    assert places == [MarkupPosition(("Header", "Set", "Selector"), "ID"), MarkupPosition(("b",))]


def test_attributes_are_texts_too_unless_they_are_markup() -> None:
    message = f'<f:WSManFault xmlns:f="{ns.WSMAN_FAULT}" Code="5" Machine="app01" path=\'c:\\x\'/>'
    written = f'<f:WSManFault xmlns:f="{ns.WSMAN_FAULT}" Code="5" Machine="APP01" path="C:\\X"/>'
    assert rewritten(message, _upper) == written


def test_an_attribute_that_is_markup_is_a_text_where_it_holds_something_else() -> None:
    message = '<f:WSManFault xmlns:f="urn:app01" Code="app01" lang="app01" nil="app01" type="app01"/>'
    assert "app01" not in rewritten(message, _upper)


@pytest.mark.parametrize("tag", ["<p app01>", "<p a=app01>", "<p a='1'b='app01'>", "<äpp01>", "<p a='app01>"])
def test_what_is_no_tag_is_left_out(tag: str) -> None:
    assert "pp01" not in rewritten(f"{tag}x</p>", _upper)


def test_an_attribute_may_hold_the_end_of_a_tag() -> None:
    assert rewritten('<a Machine="x>y">z</a>', _upper) == '<a Machine="X&gt;Y">Z</a>'


def test_comments_and_instructions_go_and_raw_text_is_a_text() -> None:
    message = '<?xml version="1.0"?><a><!-- app01 --><![CDATA[x < y]]></a>'
    assert rewritten(message, _upper) == "<a>X &lt; Y</a>"


def test_references_hide_nothing() -> None:
    assert rewritten("<a>&#97;pp&#x30;1</a>", _upper) == "<a>APP01</a>"
