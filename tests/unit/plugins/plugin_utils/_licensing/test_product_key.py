# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Product keys: what is accepted, what is refused, and that nothing ever shows one."""

from __future__ import annotations

import copy
import dataclasses
import json
import logging
import pickle
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.volume.activation.plugins.plugin_utils._errors import Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import ProductKey
from ansible_collections.volume.activation.plugins.plugin_utils._secrets import Secret, reveal

TEXT = "BBBBB-CCCCC-DDDDD-FFFFF-GGGGG"
SHOWN = "*****-*****-*****-*****-GGGGG"
ALPHABET = "BCDFGHJKMPQRTVWXY2346789"


@dataclasses.dataclass
class Holder:
    key: ProductKey


def spellings() -> list[str]:
    """Return the made-up key as people paste it."""
    dashes = ["\u2010", "\u2011", "\u2012", "\u2013", "\u2014", "\u2015", "\u2212", "\uff0d"]
    plain = [TEXT, TEXT.lower(), f"  {TEXT}\r\n", f"\u00a0{TEXT}\u200b", f"\ufeff{TEXT}"]
    return plain + [TEXT.replace("-", dash) for dash in dashes]


@pytest.mark.parametrize("text", spellings(), ids=ascii)
def test_a_key_is_accepted_as_people_paste_it(text: str) -> None:
    key = ProductKey.parse(text)
    assert reveal(key) == TEXT
    assert key.partial == "GGGGG"


def test_a_vaulted_key_and_a_parsed_key_are_accepted() -> None:
    key = ProductKey.parse(Secret(TEXT))
    assert reveal(key) == TEXT
    assert ProductKey.parse(key) is key


def test_one_n_is_allowed_anywhere() -> None:
    for place in (0, 4, 12, 28):
        text = TEXT[:place] + "N" + TEXT[place + 1 :]
        assert reveal(ProductKey.parse(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "BBBBB",
        "BBBBB-CCCCC-DDDDD-FFFFF-GGGG",
        "BBBBB-CCCCC-DDDDD-FFFFF-GGGGGG",
        "BBBBB-CCCCC-DDDDD-FFFFF-GGGGG-HHHHH",
        "BBBBBCCCCCDDDDDFFFFFGGGGG",
        "BBBBB CCCCC DDDDD FFFFF GGGGG",
        "ABBBB-CCCCC-DDDDD-FFFFF-GGGGG",
        "BBBBB-CCCCC-DDDDD-FFFFF-GGGG0",
        "NBBBB-CCCCC-DDDDD-FFFFF-GGGGN",
        "BBBBB-CCCCC-DDDDD-FFFFF-GGG\ufb00",
        f"{TEXT}\n{TEXT}",
    ],
    ids=ascii,
)
def test_a_malformed_key_is_refused_without_showing_it(text: str) -> None:
    with pytest.raises(Refusal) as caught:
        ProductKey.parse(text)
    error = caught.value
    assert error.code == "malformed_key"
    told = " ".join([str(error), repr(error), error.cause or "", error.remedy or ""])
    assert not text or text not in told
    assert "BBBBB" not in told and "GGG" not in told
    assert error.__cause__ is None and error.__context__ is None


@pytest.mark.parametrize("value", [None, 5, b"BBBBB", ["x"]])
def test_what_is_no_text_is_refused(value: object) -> None:
    with pytest.raises(Refusal):
        ProductKey.parse(value)


@given(st.text(max_size=40))
def test_any_text_is_a_key_or_a_refusal(text: str) -> None:
    try:
        key = ProductKey.parse(text)
    except Refusal as refusal:
        assert refusal.code == "malformed_key"
    else:
        assert len(reveal(key)) == 29


@given(st.lists(st.sampled_from(ALPHABET), min_size=25, max_size=25))
def test_every_well_formed_key_parses_and_hides(letters: list[str]) -> None:
    text = "-".join("".join(letters[at : at + 5]) for at in range(0, 25, 5))
    key = ProductKey.parse(text)
    assert reveal(key) == text
    assert str(key) == f"*****-*****-*****-*****-{text[-5:]}"


def renderings(key: ProductKey) -> list[str]:
    """Return the key as everything that renders values would put it."""
    record = logging.LogRecord("x", logging.INFO, "x", 1, "%s %r", (key, key), None)
    holder = Holder(key)
    return [
        str(key),
        repr(key),
        format(key),
        f"{key}",
        f"{key!r}",
        f"{key:>40}",
        "{}".format(key),  # noqa: UP032
        "%s" % key,  # noqa: UP031
        string.Template("$k").substitute(k=key),
        json.dumps({"key": key}, default=str),
        record.getMessage(),
        repr(holder),
        repr(dataclasses.asdict(holder)),
        repr(vars(holder)),
        repr([key]),
        repr(getattr(key, "__dict__", {})),
        repr([getattr(key, slot) for slot in ("_reader", "_visible")]),
        repr(pickle.dumps(key)),
        str(pickle.loads(pickle.dumps(key))),
        reveal(pickle.loads(pickle.dumps(holder)).key),
        str(copy.copy(key)),
        str(copy.deepcopy(holder).key),
        str(ValueError(key)),
    ]


def test_nothing_renders_the_text() -> None:
    for shown in renderings(ProductKey.parse(TEXT)):
        assert "BBBBB" not in shown and "CCCCC" not in shown and "FFFFF" not in shown


def test_the_mask_has_the_form_of_a_key() -> None:
    key = ProductKey.parse(TEXT)
    assert str(key) == f"{key}" == SHOWN
    assert repr(key) == f"ProductKey({SHOWN!r})"


def test_json_refuses_a_key_unless_told_how() -> None:
    with pytest.raises(TypeError):
        json.dumps(ProductKey.parse(TEXT))


def test_keys_compare_by_text_and_can_be_hashed() -> None:
    key, other = ProductKey.parse(TEXT), ProductKey.parse("HHHHH-CCCCC-DDDDD-FFFFF-GGGGG")
    assert key == ProductKey.parse(TEXT.lower())
    assert key != other and key.partial == other.partial
    assert len({key, other, ProductKey.parse(TEXT)}) == 2
