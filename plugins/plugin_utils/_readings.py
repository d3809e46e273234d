# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads a text as the ASCII text that it looks like, and resolves the escapes in it.

A character is read as the letter, digit, dash or blank that it looks like: compatibility forms, letters with accents,
enclosed letters, and the Cyrillic and Greek letters that have the same shape. Escapes are those of URLs, HTML, XML,
JSON, Python and terminals; they are resolved up to three times, since a text may have been escaped more than once.
"""

from __future__ import annotations

import html
import re
import typing as t
import unicodedata

__all__ = ["NOTHING", "readings", "unescaped"]

NOTHING = "\0"
"""What a character that shows nothing is read as."""
_REMEMBERED = 4096
_MOST_ESCAPED = 3
_UNSEEN = "\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
"""Letters and symbols that show nothing."""
_DASHES = "\u2212\u2043\u02d7\u00ac\u30fc\uff70\u0640"
_ALIKE = {
    ord(other): latin
    for others, latins in (
        (
            "\u0410\u0412\u0421\u0415\u041d\u041a\u041c\u041e\u0420\u0422\u0425\u0423\u0417\u0405\u0406\u0408",
            "ABCEHKMOPTXY3SIJ",
        ),
        ("\u050c\u051a\u051c\u0474\u0431\u0411", "GQWV66"),
        (
            "\u0430\u0432\u0441\u0435\u043d\u043a\u043c\u043e\u0440\u0442\u0445\u0443\u0437\u0455\u0456\u0458",
            "abcehkmoptxy3sij",
        ),
        ("\u0433\u050d\u051b\u051d\u0475", "rgqwv"),
        (
            "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7\u03dc",
            "ABEZHIKMNOPTYXF",
        ),
        ("\u03ba\u03bd\u03bf\u03c1\u03c4\u03c5\u03c7", "kvoptyx"),
        (
            "\u0299\u1d04\u1d05\ua730\u0262\u029c\u1d0a\u1d0b\u1d0d\u0274\u1d18\ua7af\u0280\u1d1b\u1d20\u1d21\u028f",
            "bcdfghjkmnpqrtvwy",
        ),
    )
    for other, latin in zip(others, latins, strict=True)
}
_ALPHABETS = 0x1F110, 0x1F150, 0x1F170
"""Where the enclosed letters A to Z without a compatibility form begin."""
_TAGS = range(0xE0021, 0xE007F)
"""Invisible copies of the ASCII characters."""

_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1b\x7f]")
_ESCAPE = re.compile(
    r"\\u(?P<u>[0-9A-Fa-f]{4})|\\U(?P<U>[0-9A-Fa-f]{8})|\\[ux]\{(?P<braced>[0-9A-Fa-f]{1,6})\}|%u(?P<pu>[0-9A-Fa-f]{4})"
    r"|\\x(?P<x>[0-9A-Fa-f]{2})|%(?P<percent>[0-9A-Fa-f]{2})|\\(?P<octal>[0-7]{3})|\\(?P<short>[nrt0\\])"
    r"|&#(?:[0-9]{1,8}|[xX][0-9A-Fa-f]{1,6});|&[A-Za-z][A-Za-z0-9]{1,30};"
    r"|(?P<blank>\\N\{[A-Za-z0-9 -]{1,60}\}|</?[A-Za-z][^<>]{0,60}>)|(?P<colour>\x1b\[[0-9;]{0,20}[A-Za-z])"
)
_SHORT = {"n": "\n", "r": "\r", "t": "\t", "0": NOTHING, "\\": "\\"}


def readings(text: str) -> t.Iterator[str]:
    """Yield texts of the same length in which each character is one that it looks like.

    An enclosed letter is a letter first, and then a symbol that separates, as other symbols are.
    """
    if text.isascii() and not _CONTROLS.search(text):
        yield text
        return
    plain = text.translate(_READING)
    yield plain
    separated = "".join(
        (NOTHING if ord(shown) in _TAGS else " ") if _is_symbol(shown) else read
        for shown, read in zip(text, plain, strict=True)
    )
    if separated != plain:
        yield separated


def _is_symbol(character: str) -> bool:
    return not character.isascii() and (ord(character) in _TAGS or unicodedata.category(character) == "So")


def unescaped(text: str) -> tuple[str, list[int]] | None:
    """Return a text with its escapes resolved, and where each character of it, and its end, was; None without any."""
    found, places = text, list(range(len(text) + 1))
    for _time in range(_MOST_ESCAPED):
        resolved = _resolved(found, places)
        if resolved is None:
            break
        found, places = resolved
    return None if found is text else (found, places)


def _resolved(text: str, places: t.Sequence[int]) -> tuple[str, list[int]] | None:
    parts: list[str] = []
    starts: list[int] = []
    position = 0
    for match in _ESCAPE.finditer(text):
        parts += [text[position : match.start()], _character(match)]
        starts += [*places[position : match.start()], places[match.start()]]
        position = match.end()
    if not parts:
        return None
    return "".join([*parts, text[position:]]), [*starts, *places[position:]]


def _character(match: re.Match[str]) -> str:
    """Return the one character that an escape is for; of a byte of UTF-8 a dash, as most of them are parts of one."""
    given = match.groupdict()
    if given["blank"] or given["colour"]:
        return " " if given["blank"] else NOTHING
    if given["short"]:
        return _SHORT[given["short"]]
    if match.group().startswith("&"):
        return html.unescape(match.group())[0]
    byte = given["x"] or given["percent"]
    number = int(given["octal"], 8) if given["octal"] else int(byte or _code_point(given), 16)
    if byte and number >= 0x80:
        return "-"
    return chr(number) if number < 0x110000 else NOTHING


def _code_point(given: t.Mapping[str, str | None]) -> str:
    return given["u"] or given["U"] or given["braced"] or given["pu"] or ""


class _Reading(dict[int, str]):
    """Maps each character to the ASCII character that it is read as; for `str.translate`."""

    def __missing__(self, code: int) -> str:
        found = _read(chr(code))
        if len(self) < _REMEMBERED:  # a text may hold a million different characters
            self[code] = found
        return found


def _read(character: str) -> str:
    if character.isascii():
        return NOTHING if _CONTROLS.match(character) else character
    code, category = ord(character), unicodedata.category(character)
    if code in _TAGS:
        return _read(chr(code - 0xE0000))
    if character in _UNSEEN or category in ("Cf", "Cc", "Mn", "Me", "Cn", "Co", "Cs"):
        return NOTHING
    if category == "Pd" or character in _DASHES:
        return "-"
    first = next((first for first in _ALPHABETS if first <= code < first + 26), None)
    if first is not None:
        return chr(ord("A") + code - first)
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    letters = [part for part in unicodedata.normalize("NFKD", character) if unicodedata.category(part) != "Mn"]
    for letter in (letters[0], letters[0].upper()) if len(letters) == 1 else ():
        plain = letter.translate(_ALIKE)
        if len(plain) == 1 and plain.isascii() and (plain.isalnum() or plain in "-._ "):
            return plain
    return " " if category.startswith("Z") else character


_READING = _Reading()
