# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No character that a terminal obeys or hides leaves in a text, and all others do."""

from __future__ import annotations

import unicodedata

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._secrets import scrub, scrub_lines
from ansible_collections.volume.activation.plugins.plugin_utils._visible import one_line, visible

ESCAPED = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def test_each_character_of_the_categories_is_escaped_and_no_other_is() -> None:
    wrong = []
    for code in range(0x110000):
        character = chr(code)
        is_escaped = unicodedata.category(character) in ESCAPED and character not in "\n\t"
        shown = visible(f"a{character}b")
        if (shown != f"a{character}b") is not is_escaped or (is_escaped and not shown.isascii()):
            wrong.append(hex(code))
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", "\\x1b[31mred"),
        ("\x9b31m \x9d0;title\x07", "\\x9b31m \\x9d0;title\\x07"),
        ("user\u202egpj.exe", "user\\u202egpj.exe"),
        ("\ufeffa\u00adb\u200bc", "\\ufeffa\\xadb\\u200bc"),
        ("a\U000e0041b", "a\\U000e0041b"),
        ("\ud800", "\\ud800"),
        ("one\u2028two\u2029three\x85four", "one\\u2028two\\u2029three\\x85four"),
        ("over\rwritten", "over\\rwritten"),
    ],
)
def test_a_character_is_shown_by_its_number(text: str, shown: str) -> None:
    assert visible(text) == shown
    assert scrub({text: [text]}, []) == {shown: [shown]}


def test_lines_stay_lines_where_they_may_and_become_one_where_they_must() -> None:
    text = "a\n\tb\r\nc"
    assert visible(text) == text
    assert one_line(text) == "a\\n\\tb\\r\\nc"
    assert scrub_lines([text]) == ["a\\n\\tb\\r\\nc"]


@pytest.mark.parametrize("text", ["", "plain", "Datenträger 5 €", "日本語\u3000名", "a\u00a0b", "\N{GRINNING FACE}"])
def test_other_texts_are_the_same_object(text: str) -> None:
    assert visible(text) == text
    assert one_line(text) == text


def test_what_was_made_visible_stays_as_it_is() -> None:
    once = one_line("a\n\u202eb\x9b")
    assert one_line(once) == once
