# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One recogniser for keys: it knows every spelling, what ProductKey accepts is among them, and little else."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.volume.activation.plugins.plugin_utils._errors import Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._key_shapes import KEY_ALPHABET
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import ProductKey
from ansible_collections.volume.activation.plugins.plugin_utils._secrets import holds_key, is_key, reveal, scrub

from .key_spellings import DASHES, GROUPS, KEY, UNSEEN, similar, spellings

ROOT = Path(__file__).resolve().parents[4]
same = settings(derandomize=True, deadline=None, max_examples=500)
keys = st.lists(st.text(sorted(KEY_ALPHABET - {"N"}), min_size=5, max_size=5), min_size=5, max_size=5)


@pytest.mark.parametrize("spelled", spellings(), ids=ascii)
def test_every_spelling_is_recognised_and_masked(spelled: str) -> None:
    assert holds_key(spelled)
    for text in (spelled, f"got {spelled} instead", f"three small words first {spelled}"):
        masked = scrub({text: [text]}, [])
        assert not [group for group in GROUPS[:-1] if group.lower() in json.dumps(masked).lower()], masked
        assert "********" in json.dumps(masked)


@pytest.mark.parametrize(
    "text", ["AAAAA-BBBBB-CCCCC-DDDDD-EEEEE", "AAAAA.BBBBB.CCCCC.DDDDD.EEEEE", "AAAAA BBBBB CCCCC DDDDD EEEEE"]
)
def test_a_key_with_letters_that_keys_never_hold_is_recognised_by_its_groups(text: str) -> None:
    assert is_key(text)
    assert is_key(text.replace("-", "\u2013"))


@same
@given(keys, st.sampled_from(["-", *DASHES]), st.sampled_from(["", " ", "\t", "\n", *UNSEEN]), st.booleans())
def test_what_is_accepted_as_a_key_is_recognised(groups: list[str], dash: str, around: str, lower: bool) -> None:
    text = dash.join(groups)
    text = f"{around}{text.lower() if lower else text}{around}"
    try:
        key = ProductKey.parse(text)
    except Refusal:
        return  # recognised more widely than accepted
    assert holds_key(text)
    assert reveal(key) == "-".join(groups)


@same
@given(keys, st.lists(st.sampled_from(["", "-", ".", "_", " ", "/", "\u2013", "\u00ad"]), min_size=4, max_size=4))
def test_mixed_separators_are_recognised(groups: list[str], gaps: list[str]) -> None:
    if not all("".join(groups).isdigit() for _each in gaps):
        assert holds_key("".join(part for pair in zip(groups, [*gaps, ""], strict=True) for part in pair))


def test_other_texts_are_left_alone() -> None:
    seed = 20
    print(f"seed {seed}")
    assert [text for text in similar(seed) if holds_key(text)] == []


@pytest.mark.parametrize(
    "text",
    [
        "alpha-bravo-delta-gamma-omega",
        "Alpha.Bravo.Delta.Gamma.Omega.example",
        "winsv-kms01-fra01-corp1-prod1.example",
        "ALPHA BRAVO DELTA GAMMA OMEGA",
        "those three words found here",
        "could never reach those seven other hosts",
        "prd23, prd24, prd26, prd27, prd28",
        "srv01 srv02 srv03 srv04 srv05",
        "kms-emea-01.department.subsidiary.corp.example.com",
        "SoftwareProtectionPlatformService",
        "CN=Activation Objects,CN=Microsoft SPP,CN=Services,CN=Configuration,DC=corp,DC=example",
        "20261130221256.123456-480",
        "Windows(R), ServerDatacenterEvalCor edition",
        "/var/lib/awx/projects/activation/ledger.sqlite",
        "postgresql+psycopg://activation@ledger.corp.example:5432/activation",
        "BBBBB-CCCCC-DDDDD-FFFFF",
        "********GGGGG",
        "*****-*****-*****-*****-GGGGG",
    ],
)
def test_names_and_prose_are_left_alone(text: str) -> None:
    assert not holds_key(text)
    assert scrub(text, []) == text


def _texts() -> t.Iterator[tuple[str, str]]:
    for path in [
        *ROOT.glob("plugins/plugin_utils/*/data/*.json"),
        *ROOT.glob("docs/**/*.rst"),
        *ROOT.glob("plugins/modules/*.py"),
    ]:
        for line in path.read_text(encoding="utf-8").splitlines():
            yield path.name, line


def test_nothing_in_the_tables_and_the_documentation_is_taken_for_a_key_but_keys() -> None:
    found = [(name, line) for name, line in _texts() if holds_key(line)]
    # Keys in the dashed form are published ones, or the examples of the documentation.
    assert [row for row in found if not any(is_key(word.strip("\"',.:`[](){}|")) for word in row[1].split())] == []
    assert len(found) > 20


def test_a_long_text_takes_time_in_proportion_to_its_length() -> None:
    # None of these may make the search start over and over: they would take minutes.
    for text in ("a" * 400_000, "aaaaa " * 60_000, "aaaa\u200b-" * 40_000, "a" + "\u200b" * 400_000, "%20" * 100_000):
        assert not holds_key(text)


def test_many_keys_take_time_in_proportion_to_their_number() -> None:
    text = f"{KEY} and then {'/'.join(GROUPS)} but not {KEY} " * 6_000
    masked = scrub(text, [])
    assert not [group for group in GROUPS[:-1] if group in masked]
    assert masked.count("********") > 6_000
