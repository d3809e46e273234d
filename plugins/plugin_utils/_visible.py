# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes visible in texts what a terminal, a browser or a spreadsheet would obey or hide.

A name that a host or an inventory chooses may hold a control sequence, turn the writing direction round or end a line.
Escaped are the Unicode categories Cc, Cf, Zl, Zp, Cs, Co and Cn. U+200C and U+200D are among them, which join letters
of some scripts and parts of emoji: such names are shown with the escapes in them.
"""

from __future__ import annotations

import re
import unicodedata

__all__ = ["one_line", "visible"]

_SUSPECT = re.compile(r"\r(?!\n)|[^\x20-\x7e\n\t\r]")
_SHORT = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}


def visible(text: str) -> str:
    """Return a text with each control, format and separator character as an escape such as `\\u202e`.

    Line feeds, tabs, and carriage returns before a line feed stay: texts of several lines have them.
    """
    return text if text.isprintable() else _SUSPECT.sub(_escaped, text)


def one_line(text: str) -> str:
    """Return a text made visible, with its line ends and tabs escaped too, for a terminal, a log or a list."""
    if text.isprintable():
        return text
    return "".join(_SHORT.get(character, character) for character in visible(text))


def _escaped(match: re.Match[str]) -> str:
    character = match.group()
    # Blanks such as U+00A0 and U+3000 move nothing but the cursor.
    if character.isprintable() or unicodedata.category(character) == "Zs":
        return character
    code = ord(character)
    return _SHORT.get(character) or (
        f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
    )
