# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A damaged exchange file is refused with a code, or it means the same as before."""

from __future__ import annotations

import collections
import copy
import json
import random
import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._errors import Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._exchange import decode, encode
from ansible_collections.volume.activation.plugins.plugin_utils._exchange.file_format import _sums
from ansible_collections.volume.activation.tests.mutations import damaged_bytes, damaged_value

from .exchange_files import HALF, Content, content_of, resealed, seal

CODES = {"damaged_exchange", "foreign_exchange", "newer_exchange", "edited_exchange"}


def outcome(data: bytes) -> str:
    """Read a file; return the code of the refusal, or whether it means what the original means."""
    try:
        found = decode(data, "the-file.json")
    except Refusal as refusal:
        assert refusal.remedy
        refusal.message.encode("utf-8", "replace")
        return str(refusal.code)
    assert decode(encode(found), "again") == found
    return "the same" if found == HALF else "another"


@pytest.mark.parametrize("seed", range(5))
def test_a_file_with_damaged_bytes_is_refused_or_means_the_same(seed: int) -> None:
    """What is accepted has a change between the values, such as one more blank, or a mark before the text."""
    print(f"seed {seed}")
    draw, data = random.Random(seed), encode(HALF)
    outcomes = collections.Counter(outcome(damaged_bytes(data, draw)) for _case in range(200))
    assert set(outcomes) <= CODES | {"the same"}
    assert outcomes["the same"] < 20


@pytest.mark.parametrize("seed", range(5))
def test_a_file_with_damaged_values_is_refused(seed: int) -> None:
    print(f"seed {seed}")
    draw = random.Random(seed)
    outcomes = collections.Counter(filter(None, (_written(draw) for _case in range(200))))
    assert set(outcomes) <= CODES | {"the same"}
    assert outcomes["edited_exchange"] > 40


def _written(draw: random.Random) -> str | None:
    try:
        data = json.dumps(damaged_value(content_of(), draw)).encode()
    except (TypeError, ValueError):
        return None  # JSON has no such value
    return outcome(data)


@pytest.mark.parametrize("seed", range(5))
def test_fitting_checksums_make_no_damaged_row_acceptable(seed: int) -> None:
    """As another program might write them: each value is checked as well."""
    print(f"seed {seed}")
    draw = random.Random(seed)
    files = (_sealed(draw) for _case in range(200))
    outcomes = collections.Counter(outcome(data) for data in files if data is not None)
    assert set(outcomes) <= CODES | {"the same", "another"}
    assert outcomes["edited_exchange"] > 40


def _sealed(draw: random.Random) -> bytes | None:
    """Return a file with a damaged value and fitting checksums, None for a value that has no checksum."""
    content = copy.deepcopy(content_of())
    kind = draw.choice(("request", "answer", "head"))
    try:
        if kind == "head":
            place = draw.choice(("version", "id", "created_at", "privacy"))
            content[place] = damaged_value(content[place], draw)
            head = {part: content[part] for part in ("format", "version", "id", "created_at", "privacy")}
            for each in ("request", "answer"):
                for row in content[f"{each}s"]:
                    row["checksum"] = seal(each, content["id"], {k: v for k, v in row.items() if k != "checksum"})
            content["checksums"] = _sums(head, content["requests"], content["answers"])
            return json.dumps(content).encode()

        def damage(whole: Content) -> None:
            rows = whole[f"{kind}s"]
            rows[0] = damaged_value(rows[0], draw)

        return resealed(damage)
    except (TypeError, ValueError, KeyError, AttributeError, IndexError):
        return None


@pytest.mark.parametrize("depth", [900, 960, 980, 990, 995, 1000, 5000])
@pytest.mark.parametrize("part", ["requests", "id", "checksums"])
def test_what_is_nested_too_deeply_is_refused(depth: int, part: str) -> None:
    nested: t.Any = "[" * depth + "]" * depth
    data = json.dumps({**content_of(), part: "HERE"}).replace('"HERE"', nested).encode()
    assert outcome(data) in CODES
