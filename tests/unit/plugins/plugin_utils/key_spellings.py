# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A product key in many spellings, and texts that are not one."""

from __future__ import annotations

import base64
import hashlib
import random
import string
import typing as t
import unicodedata
import uuid

KEY = "BBBBB-CCCCC-DDDDD-FFFFF-GGGGG"
GROUPS = KEY.split("-")
DASHES = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) == "Pd"] + ["\u2212"]
BLANKS = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) == "Zs"]
UNSEEN = ["\u00ad", "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u202e", "\u2066", "\u0332", "\U000e0020"]
OTHERS = ["", ".", "_", "/", ":", "|", "+", ",", "~", "*", "\u00b7", "\t", "\n", "--", "  ", " - ", " \u2013 ", "- "]
ENCODED = ["%2D", "%20", "&ndash;", "&#8211;", "\\u2013", "\\xad", "\\n"]
ENCODED += [
    "%252D",
    "%E2%80%93",
    "%u2013",
    "&NonBreakingSpace;",
    "&amp;ndash;",
    "\\u{2013}",
    "\\055",
    "\\\\n",
]
ENCODED += ["<br>", "</td><td>", "\x1b[0m-\x1b[1m"]
LONG = [
    " " * 12,
    "-" * 10,
    "\t\t\t\t\t\t\t\t",
    "\U0001f511",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466",
    "\U0001f17f",
]
SEPARATORS = [*OTHERS, *DASHES, *BLANKS, *UNSEEN, *ENCODED, *LONG]


def wide(text: str) -> str:
    """Return a text in full-width letters and digits."""
    return "".join(chr(ord(sign) + 0xFEE0) if sign.isalnum() else sign for sign in text)


def spellings() -> list[str]:
    """Return the key in every spelling."""
    joined = [separator.join(GROUPS) for separator in SEPARATORS]
    mixed = [
        "BBBBB-CCCCC.DDDDD_FFFFF GGGGG",
        "BBBBB\u2013CCCCC-DDDDD\u2011FFFFF\u2014GGGGG",
        "BBBBBCCCCC-DDDDD-FFFFFGGGGG",
    ]
    within = ["\u200b".join(KEY), "B\u00adBBBB-CCCCC-DDDDD-FFFFF-GGGG\u00adG"]
    within += [sign.join(KEY) for sign in ("\x01", "\x7f", "\u2800", "\u3164", "\u0301", "\u0336")]
    letters = [
        KEY.replace("B", "\u0412").replace("C", "\u0421"),  # Cyrillic
        KEY.replace("B", "\u0392").lower(),  # Greek
        KEY.replace("D", "\u1e0a").replace("C", "\u0106"),  # with accents
        KEY.replace("G", "\U0001d406").replace("F", "\U0001f155").replace("D", "\u24b9"),  # mathematical and enclosed
        "".join(f"%{ord(sign):02X}" for sign in KEY),
        "".join(f"&#{ord(sign)};" for sign in KEY),
        "".join(f"\\u{ord(sign):04x}" for sign in KEY),
        " ".join(KEY.replace("-", "")),
        "-".join(KEY.replace("-", "")),
    ]
    around = [
        f"key: {KEY}.",
        f"MAK={KEY};",
        f"the last server of this room has {KEY}",
        f"({KEY})",
        "\\U0001f511".join(GROUPS),
        f"x{KEY}x",
        f"\u200b{KEY}\ufeff",
        f"pool{' '.join(GROUPS)}1",
        "".join(GROUPS) * 2,
        f"K{''.join(GROUPS)}",
    ]
    return [*joined, *map(str.lower, joined), *mixed, *within, *letters, *around, wide(KEY), wide("".join(GROUPS))]


def similar(seed: int) -> t.Iterator[str]:
    """Yield texts of the kinds that inventories, hosts and results are full of; none of them is a key."""
    chance = random.Random(seed)

    def digits(count: int) -> str:
        return "".join(chance.choice(string.digits) for _each in range(count))

    for _each in range(2000):
        data = chance.randbytes(32)
        yield str(uuid.UUID(bytes=data[:16]))
        yield f"{{{uuid.UUID(bytes=data[16:])}}}".upper()
        yield hashlib.sha1(data, usedforsecurity=False).hexdigest()
        yield hashlib.sha256(data).hexdigest().upper()
        yield hashlib.md5(data, usedforsecurity=False).hexdigest()
        yield hashlib.sha256(data).digest().hex(":")
        yield from (digits(count) for count in (25, 48, 54, 63))
        yield "-".join(digits(7) for _each in range(9))
        yield " ".join(digits(6) for _each in range(8))
        yield f"S-1-5-21-{digits(10)}-{digits(10)}-{digits(10)}-{digits(5)}"
        yield f"{digits(5)}-{digits(5)}-{digits(3)}-{digits(6)}-{digits(2)}-{digits(4)}-{digits(5)}.0000-{digits(7)}"
    for size in (16, 18, 24, 32, 64):
        # Of a million such texts a few have a run that is a key in every respect: see the seed.
        yield from (base64.b64encode(chance.randbytes(size)).decode() for _each in range(2000))
