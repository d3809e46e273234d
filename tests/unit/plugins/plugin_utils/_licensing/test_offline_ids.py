# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._errors import Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import (
    ProductKey,
    grouped,
    parse_confirmation_id,
    parse_extended_pid,
    parse_installation_id,
)

CONFIRMATION = "123456" * 8
PID = "00000-00123-456-789012-03-1033-20348.0000-1232026"


@pytest.mark.parametrize("size", [63, 54])
def test_an_installation_id_has_63_digits_or_54_on_old_systems(size: int) -> None:
    assert parse_installation_id("7" * size) == "7" * size


@pytest.mark.parametrize("separator", ["-", " ", "\u2013", "\n", " - "])
def test_groups_are_accepted_as_people_pass_them_on(separator: str) -> None:
    assert parse_confirmation_id(separator.join(["123456"] * 8)) == CONFIRMATION


@pytest.mark.parametrize("text", ["", "1" * 47, "1" * 49, "1" * 54, "1" * 47 + "x", "\u0661" * 48])
def test_a_confirmation_id_of_another_length_is_refused_with_its_length(text: str) -> None:
    with pytest.raises(Refusal) as caught:
        parse_confirmation_id(text)
    assert caught.value.code == "bad_confirmation_id"
    assert "48 digits are expected" in str(caught.value)
    assert caught.value.remedy


def test_an_installation_id_is_refused_with_both_lengths() -> None:
    with pytest.raises(Refusal, match="62 digits, where 63 or 54 digits"):
        parse_installation_id("1" * 62)


def test_an_extended_pid_is_taken_as_windows_shows_it() -> None:
    assert parse_extended_pid(f" {PID}\n") == PID


@pytest.mark.parametrize("text", ["", "00000", PID[:-1], PID + "1", PID.replace("-", "")])
def test_what_is_no_extended_pid_is_refused(text: str) -> None:
    with pytest.raises(Refusal) as caught:
        parse_extended_pid(text)
    assert caught.value.code == "bad_extended_pid"


def test_digits_are_grouped_for_reading_out() -> None:
    assert grouped("1234567890", 4) == "1234-5678-90"


def test_a_fingerprint_knows_a_key_again_and_does_not_hold_it() -> None:
    first, same = ProductKey("bbbbb-ccccc-ddddd-fffff-ggggg"), ProductKey(" BBBBB-CCCCC-DDDDD-FFFFF-GGGGG ")
    other = ProductKey("BBBBB-CCCCC-DDDDD-FFFFF-GGGGH")
    assert first.fingerprint == same.fingerprint != other.fingerprint
    assert len(first.fingerprint) == 64
    assert "GGGGG" not in first.fingerprint.upper()
