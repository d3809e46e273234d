# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Damage to plain values and to the bytes of a file, drawn with a seed; a test that uses it prints the seed."""

from __future__ import annotations

import copy
import datetime
import random
import typing as t

__all__ = ["damaged_bytes", "damaged_value"]

_MISTAKES: tuple[t.Callable[[random.Random], t.Any], ...] = (
    lambda _draw: None,
    lambda _draw: True,
    lambda _draw: "",
    lambda _draw: "text",
    lambda _draw: "\udc80 \x00 \u202e",
    lambda _draw: 0,
    lambda _draw: -1,
    lambda _draw: 10**30,
    lambda _draw: 10**5000,
    lambda _draw: 1.5,
    lambda _draw: float("nan"),
    lambda _draw: float("inf"),
    lambda _draw: [],
    lambda _draw: {},
    lambda _draw: [[]],
    lambda _draw: [{}],
    lambda _draw: [None, 1, "a", {"a": 1}],
    lambda _draw: {"a": {"b": [1]}},
    lambda _draw: {1: 2},
    lambda _draw: {"name": ["a"], "code": {}, "machine": []},
    lambda _draw: b"bytes",
    lambda _draw: datetime.date(2026, 11, 22),
    lambda _draw: {"a"},
    lambda _draw: object(),
    lambda _draw: "9999-12-31T23:59:59-14:00",
    lambda _draw: "0001-01-01T00:00:00+14:00",
    lambda _draw: "9999-12-31",
    lambda draw: _nested(draw.choice((10, 100, 300))),
)


def _nested(depth: int) -> t.Any:
    found: t.Any = 1
    for _level in range(depth):
        found = [found]
    return found


def damaged_value(value: t.Any, draw: random.Random) -> t.Any:
    """Return a copy of a value with one to three mistakes: replaced, removed, moved, renamed or added."""
    whole = [copy.deepcopy(value)]
    for _mistake in range(draw.choice((1, 1, 1, 2, 3))):
        parent, step = draw.choice(list(_places(whole)))
        change = draw.random()
        if change < 0.6 or (isinstance(parent, list) and parent is whole):
            parent[step] = draw.choice(_MISTAKES)(draw)
        elif change < 0.75:
            del parent[step]
        elif change < 0.9:
            other, place = draw.choice(list(_places(whole)))
            parent[step] = copy.deepcopy(other[place])
        elif isinstance(parent, dict):
            parent["added"] = draw.choice(_MISTAKES)(draw)
        else:
            parent.append(draw.choice(_MISTAKES)(draw))
    return whole[0]


def _places(value: t.Any) -> t.Iterator[tuple[t.Any, t.Any]]:
    """Yield each place in a value as the mapping or list that it is in, and the name or number there."""
    waiting = [value]
    while waiting:
        parent = waiting.pop()
        steps: t.Iterable[t.Any] = parent if isinstance(parent, dict) else range(len(parent))
        for step in steps:
            yield parent, step
            if isinstance(parent[step], (dict, list)):
                waiting.append(parent[step])


def damaged_bytes(data: bytes, draw: random.Random) -> bytes:
    """Return the bytes of a file with one to three mistakes: cut, removed, doubled, overwritten or inserted."""
    found = bytearray(data)
    for _mistake in range(draw.choice((1, 1, 2, 3))):
        at = draw.randrange(len(found) + 1)
        length = draw.choice((1, 1, 2, 8, 200))
        change = draw.random()
        if change < 0.15:
            del found[at:]
        elif change < 0.3:
            del found[at : at + length]
        elif change < 0.45:
            found[at:at] = found[at : at + length]
        elif change < 0.75:
            found[at : at + 1] = bytes([draw.randrange(256)])
        else:
            found[at:at] = draw.choice(_PIECES)
    return bytes(found)


_PIECES = (
    *(b"\x00", b"\xff\xfe", b"\xed\xb2\x80", b"\xef\xbb\xbf", b'"', b",", b";", b"\r\n", b"\n", b"\t"),
    *(b"NaN", b"Infinity", b"1e999", b"9" * 5000, b"null", b"{}", b"[]", b'"a": 1, ', b"[" * 5000, b"-", b"0", b"'"),
)
