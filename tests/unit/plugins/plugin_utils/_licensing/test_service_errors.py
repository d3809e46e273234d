# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Codes of the batch activation service, known and unknown."""

from __future__ import annotations

import re
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.volume.activation.plugins.plugin_utils._licensing import (
    ServiceVerdict,
    explain_service,
    service_code,
    service_verdict,
    table,
)

ROWS: dict[str, dict[str, t.Any]] = table("service_errors")["errors"]


def test_the_table_holds_every_code_that_was_ever_told_of() -> None:
    assert set(ROWS) == {"0x7F", "0x67", "0x68", "0x86", "0x90", "0x71", "0x80004003"}


@pytest.mark.parametrize("code", ROWS)
def test_every_row_is_well_formed_and_sourced(code: str) -> None:
    assert service_code(code) == code
    assert set(ROWS[code]) - {"repeated"} == {"name", "class", "spent", "message", "cause", "remedy", "source"}
    assert ROWS[code]["class"] in ("key", "machine", "retry") and ROWS[code]["spent"] in ("none", "never", "unknown")
    assert ROWS[code]["source"] and set(ROWS[code]["source"]) <= set(table("service_errors")["sources"])


@pytest.mark.parametrize("code", ROWS)
def test_every_row_is_explained_in_sentences(code: str) -> None:
    told = explain_service(code)
    assert told.known and told.code == code and told.name == ROWS[code]["name"]
    for text in (told.message, told.cause, told.remedy):
        assert re.search(r"[^.]\.\Z", text)


@pytest.mark.parametrize("spelled", ["0x7F", "0x7f", "0X7F", "0x0000007F", " 0x7F\n"])
def test_one_code_in_all_spellings(spelled: str) -> None:
    assert explain_service(spelled) == explain_service("0x7F")
    assert "mak_pool" in explain_service(spelled).remedy


def test_a_blocked_key_is_told_with_the_mistakes_that_look_the_same() -> None:
    told = explain_service("0x67")
    assert "installation ID" in told.cause and "ESU" in told.cause


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        ("0x7F", ServiceVerdict("key", "key", "none")),
        ("0x67", ServiceVerdict("machine", "key", "none")),
        ("0x68", ServiceVerdict("key", "key", "never")),
        ("0x90", ServiceVerdict("machine", "machine", "never")),
        ("0x71", ServiceVerdict("retry", "retry", "unknown")),
        ("0x80004003", ServiceVerdict("retry", "retry", "unknown")),
        ("0x8000FFFF", ServiceVerdict("retry", "retry", "unknown")),
        ("0x72", ServiceVerdict("machine", "machine", "unknown")),
        ("http_400", ServiceVerdict("machine", "machine", "unknown")),
    ],
)
def test_each_code_has_one_class(code: str, verdict: ServiceVerdict) -> None:
    assert service_verdict(code) == verdict


@pytest.mark.parametrize("code", ["0x8000FFFF", "0x72", "nonsense", ""])
def test_an_unknown_code_is_passed_on_and_still_has_a_remedy(code: str) -> None:
    told = explain_service(code)
    assert not told.known and told.name is None
    assert (code or "unknown") in told.message
    assert told.cause and told.remedy


@given(st.text())
def test_explaining_never_fails_and_stays_short(text: str) -> None:
    assert len(explain_service(text).code) <= 40
