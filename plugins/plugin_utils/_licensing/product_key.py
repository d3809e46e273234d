# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A product key that shows its last five characters and nothing else.

Those five are public by design: Windows itself shows them as `PartialProductKey`, and so they are how a key on a
machine is told from another. Keys since Windows 8 hold exactly one N, older ones none; a second N is a typing error.
"""

from __future__ import annotations

import hashlib
import re

from .._errors import Refusal
from .._secrets import KEY_ALPHABET, Secret, is_key, reveal

__all__ = ["ProductKey"]

_FORM = re.compile(r"[A-Z0-9]{5}(?:-[A-Z0-9]{5}){4}")

# What word processors, chat programs and web pages make of a hyphen: hyphens and dashes, the minus sign, full width.
_DASHES = dict.fromkeys([*range(0x2010, 0x2016), 0x2212, 0xFE58, 0xFE63, 0xFF0D], "-")
# What comes along unseen at the ends of copied text, besides what `str.strip` knows.
_UNSEEN = " \t\r\n\u00a0\u200b\u2060\ufeff"


class ProductKey(Secret):
    """Twenty-five characters in five groups, which render as `*****-*****-*****-*****-ABCDE` everywhere.

    Lower case, surrounding blanks and typographic dashes are accepted. Raises `Refusal` (`malformed_key`) for anything
    else; its message tells what is wrong and never shows the text.
    """

    __slots__ = ()

    def __init__(self, text: str | Secret) -> None:
        normal = _normal(text)
        super().__init__(normal, normal[-5:])

    @classmethod
    def parse(cls, text: str | Secret) -> ProductKey:
        """Return the key that a text, a vaulted text or another key holds; see the class for errors."""
        return text if isinstance(text, cls) else cls(text)

    @property
    def partial(self) -> str:
        """The last five characters, as Windows shows them in `PartialProductKey`."""
        return self._visible

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the key as 64 hexadecimal digits, by which a key is known again without being stored.

        A key holds 114 bits, far too many to be found by trying, so it takes no salt.
        """
        return hashlib.sha256(reveal(self).encode()).hexdigest()

    def __str__(self) -> str:
        return f"*****-*****-*****-*****-{self._visible}"


def _normal(text: str | Secret) -> str:
    if not isinstance(text, (str, Secret)):
        raise _malformed("it is not a text")
    plain = reveal(text).strip(_UNSEEN).translate(_DASHES)
    if not plain:
        raise _malformed("it is empty")
    # Beyond ASCII one character may become two when it is made upper case.
    normal = plain.upper() if plain.isascii() else ""
    # What is accepted as a key is also refused elsewhere and masked, so it has to be recognised there.
    if not (_FORM.fullmatch(normal) and is_key(plain)):
        raise _malformed("it is not five groups of five letters or digits with hyphens between them")
    if not KEY_ALPHABET.issuperset(normal.replace("-", "")):
        raise _malformed("it holds a letter or a digit that product keys never hold")
    if normal.count("N") > 1:
        raise _malformed("it holds the letter N more than once")
    return normal


def _malformed(what: str) -> Refusal:
    return Refusal(
        f"The product key is malformed: {what}.",
        code="malformed_key",
        cause="The key was mistyped, cut off or copied with something else.",
        remedy="Give the key as five groups of five characters with hyphens between them; the letters A, E, I, L, O, S,"
        " U, Z and the digits 0, 1 and 5 never occur in it, and N at most once.",
    )
