# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ports, numbers, GUIDs and paths: what is valid, and that a refusal shows the value and the remedy."""

from __future__ import annotations

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._errors import Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._validation import (
    valid_activation_id,
    valid_number,
    valid_path,
    valid_port,
)

ID = "0a1b2c3d-0001-4002-8003-0123456789ab"


@pytest.mark.parametrize(("given", "port"), [(1, 1), (65535, 65535), ("1688", 1688), (" 0001688", 1688)])
def test_a_port_is_a_number_or_a_text_of_digits(given: int | str, port: int) -> None:
    assert valid_port(given, "kms_port") == port


@pytest.mark.parametrize("given", [-1, 0, 65536, 99999, "", "0", "http", "16 88", "1e3", "\u0661", "9" * 5000])
def test_a_number_that_is_not_a_port_is_shown(given: int | str) -> None:
    with pytest.raises(Refusal) as caught:
        valid_port(given, "kms_port")
    assert caught.value.code == "bad_option"
    assert str(given)[:200] in caught.value.message
    assert str(caught.value.remedy) == "Set kms_port to a number from 1 to 65535."


@pytest.mark.parametrize("given", [0, 179, 30])
def test_a_number_within_its_bounds(given: int) -> None:
    assert valid_number(given, "expiring_days", 0, 179) == given


@pytest.mark.parametrize("given", [-3, 180, float("nan"), float("inf")])
def test_a_number_out_of_its_bounds_is_shown_with_them(given: float) -> None:
    with pytest.raises(Refusal) as caught:
        valid_number(given, "expiring_days", 0, 179)
    assert caught.value.message == f"expiring_days is {given:g}, which is not between 0 and 179."
    assert str(caught.value.remedy) == "Set expiring_days to a number from 0 to 179."


@pytest.mark.parametrize("given", [ID, ID.upper(), f"{{{ID}}}", f" {{{ID.upper()}}} "])
def test_one_activation_id_in_all_spellings(given: str) -> None:
    assert valid_activation_id(given, "activation_id") == ID


@pytest.mark.parametrize("given", ["", "esu", f"{{{ID}", f"{ID}}}", ID[:-1], f"{ID}0", ID.replace("-", ""), "x" * 36])
def test_what_is_not_an_activation_id_is_shown(given: str) -> None:
    with pytest.raises(Refusal) as caught:
        valid_activation_id(given, "products", instead="windows, office")
    assert caught.value.code == "bad_option"
    assert repr(given) in caught.value.message and "windows, office" in str(caught.value.remedy)


@pytest.mark.parametrize("given", ["/srv/a.json", "a.json", "~/a.json", "audit/a b.json", "", "/srv//a", "12:30.json"])
def test_a_path_of_the_controller(given: str) -> None:
    assert valid_path(given, "dest") == given


@pytest.mark.parametrize(
    "given",
    [
        "//server/share/a.json",
        "\\\\server\\share\\a.json",
        "reports\\a.json",
        "C:\\a.json",
        "C:/a.json",
        "smb://server/share/a.json",
        "%TEMP%/a.json",
    ],
)
def test_a_path_of_windows_or_of_the_network_would_become_a_local_one(given: str) -> None:
    with pytest.raises(Refusal) as caught:
        valid_path(given, "dest")
    assert caught.value.code == "bad_option"
    assert repr(given) in caught.value.message and "dest" in str(caught.value.remedy)
