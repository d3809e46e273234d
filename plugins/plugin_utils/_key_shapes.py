# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one recogniser of product keys in texts: for refusing them where none belongs, and for masking them.

Everything that `ProductKey` accepts is recognised, and the spellings that people and programs make of a key besides.
A key is five groups of five letters or digits:

* with dashes, dots or underscores between the groups, with or without blanks around them: always, unless the groups are
  words or labels of a name: they have a lower-case letter, and each has a vowel and a consonant, or is one like kms01;
* with other separators, or several kinds of them: when at most three of its characters are ones that product keys
  never hold, which leaves room for typing errors, or when all of it is capital letters between blanks and not words;
* without separators, or with some of them missing: when all of its characters are ones that product keys hold; so are
  longer runs of such characters, which are several keys or a key with something before or after it;
* with a separator after each character: when at most three of them are ones that product keys never hold.

A key is not part of a longer word, unless its groups are separated and all of its characters are ones that product keys
hold. A text is read as what it looks like, and as what its escapes stand for: see `_readings`. Host names, GUIDs,
hexadecimal digests, base64, installation IDs and prose are not recognised; the tests measure that.
"""

from __future__ import annotations

import bisect
import re
import typing as t

from ._readings import NOTHING, readings, unescaped

__all__ = ["KEY_ALPHABET", "holds_key", "is_key", "key_places"]

KEY_ALPHABET = frozenset("BCDFGHJKMNPQRTVWXY2346789")
"""The characters of product keys; keys since Windows 8 hold exactly one N, older ones none."""
_SHORTEST = 25
_MISTYPED = 3
"""How many characters that keys never hold may be in one whose separators do not show what it is."""
_VOWELS = frozenset("aeiou")
_LABEL = re.compile("[a-z]{2,4}[0-9]{1,3}")

_STRONG = rf"[\s{NOTHING}]{{0,6}}[-._][-._\s{NOTHING}]{{0,12}}"
_STRONG_GAP = re.compile(_STRONG)
_BLANK_GAP = re.compile(rf"[\s{NOTHING}]+")
# Lists have a comma or semicolon and a blank between their items, which may be the public ends of keys.
_WEAK = "(?:(?!, |; )[^A-Za-z0-9])"
_HELD = "[BCDFGHJKMNPQRTVWXYbcdfghjkmnpqrtvwxy2346789]"


def _patterns(between: str) -> tuple[re.Pattern[str], ...]:
    """Return what finds a key between other characters, with its groups and gaps, and what finds it otherwise.

    `between` is what may be between the characters of a group.
    """
    group, held = (rf"{one}(?:{between}{one}){{4}}" for one in ("[A-Za-z0-9]", _HELD))
    gap = rf"({_WEAK}{{0,16}})"
    bounded = rf"(?<![A-Za-z0-9])({group}){gap}({group}){gap}({group}){gap}({group}){gap}({group})(?![A-Za-z0-9])"
    return (
        re.compile(bounded),
        re.compile(rf"{held}(?:{_WEAK}{{1,16}}{held}){{4,}}"),
        re.compile(rf"(?<![A-Za-z0-9]){_HELD}(?:{between}{_HELD}){{24,}}(?![A-Za-z0-9])"),
    )


_ASCII, _READ = _patterns(""), _patterns(f"{NOTHING}*")
_SPACED = re.compile(r"(?<![A-Za-z0-9])[A-Za-z0-9](?:(?!, |; )[^A-Za-z0-9]{1,4}[A-Za-z0-9]){24,}(?![A-Za-z0-9])")


def holds_key(text: str) -> bool:
    """Return whether any part of a text has the shape of a product key."""
    return bool(key_places(text))


def is_key(text: str) -> bool:
    """Return whether a whole text has the shape of a product key."""
    return (0, len(text)) in key_places(text)


def key_places(text: str) -> list[tuple[int, int]]:
    """Return start and end of each part of a text that has the shape of a product key; they may overlap."""
    if len(text) < _SHORTEST:
        return []
    found = [place for plain in readings(text) for place in _places(plain)]
    resolved = unescaped(text)
    if resolved is not None:
        shorter, places = resolved
        found += [(places[start], places[end]) for plain in readings(shorter) for start, end in _places(plain)]
    return found


def _places(plain: str) -> list[tuple[int, int]]:
    bounded, within, runs = _READ if NOTHING in plain else _ASCII
    strong, weak = [], []
    for match in _overlapping(bounded, plain):
        if all(_STRONG_GAP.fullmatch(gap) for gap in match.groups()[1::2]) and not _are_names(match.groups()[::2]):
            strong.append(match.span())
        elif _could_be_key(match):
            weak.append(match.span())
    for pattern in (within, runs):
        strong += [match.span() for match in pattern.finditer(plain) if not _is_number(match.group())]
    strong.sort()
    weak += [match.span() for match in _SPACED.finditer(plain) if _has_close_part(match.group())]
    return [*strong, *(place for place in weak if not _reaches_into(place, strong, plain))]


def _overlapping(pattern: re.Pattern[str], text: str) -> t.Iterator[re.Match[str]]:
    """Yield matches also where they overlap: five words before a key must not hide the key."""
    match = pattern.search(text)
    while match:
        yield match
        match = pattern.search(text, match.start() + 1)


def _are_names(groups: t.Sequence[str]) -> bool:
    """Return whether groups are words or labels such as kms01: a key has no vowel, and a mistyped one hardly any."""
    return (
        not "".join(groups).isupper()
        and len(_strangers("".join(groups))) > _MISTYPED
        and all(_is_word(group) or _LABEL.fullmatch(group) for group in groups)
    )


def _is_word(group: str) -> bool:
    letters = {character for character in group.lower() if character.isalpha()}
    return not _VOWELS.isdisjoint(letters) and not _VOWELS.issuperset(letters)


def _could_be_key(match: re.Match[str]) -> bool:
    groups, gaps = "".join(match.groups()[::2]), match.groups()[1::2]
    if _is_number(groups):
        return False
    if not all(gaps):
        return not _strangers(groups)
    if _is_close(groups):
        return True
    is_prose = all(map(_is_word, match.groups()[::2]))
    return groups.isalpha() and groups.isupper() and not is_prose and all(map(_BLANK_GAP.fullmatch, gaps))


def _is_close(groups: str) -> bool:
    """Return whether characters are those of a key but for typing errors."""
    return len(_strangers(groups)) <= _MISTYPED and not _is_number(groups)


def _has_close_part(spaced: str) -> bool:
    """Return whether a run of single characters has as many as a key in succession that are close to one."""
    is_strange = [character not in KEY_ALPHABET for character in spaced.upper() if character.isalnum()]
    strangers = sum(is_strange[: _SHORTEST - 1])
    for first, last in enumerate(range(_SHORTEST - 1, len(is_strange))):
        strangers += is_strange[last]
        if strangers <= _MISTYPED and not _is_number(spaced):
            return True
        strangers -= is_strange[first]
    return False


def _is_number(groups: str) -> bool:
    """Return whether groups are a number, such as an installation ID or the parts of a security identifier."""
    return not any(character.isalpha() for character in groups)


def _reaches_into(place: tuple[int, int], strong: list[tuple[int, int]], plain: str) -> bool:
    """Return whether a place is words beside a key together with a part of that key: the key itself is found."""
    start, end = place
    following = bisect.bisect_left(strong, place)
    neighbours = strong[max(following - 1, 0) : following + 1]
    return any(first < end and start < last for first, last in neighbours) and bool(_strangers(plain[start:end]))


def _strangers(groups: str) -> list[str]:
    """Return the letters and digits that product keys never hold."""
    return [character for character in groups.upper() if character.isalnum() and character not in KEY_ALPHABET]
