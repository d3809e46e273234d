# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values as inventories hold them: numbers that are numbers, in a text or not."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._profiles.values import number, truth


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        *((0, 0), ("0", 0), (7.5, 7.5), (" 25 ", 25), ("100000", 100000), ("999999999", 999999999)),
        *((-1, None), (-0.5, None), (True, None), ("1234567890", None), ("-3", None), ("2.5", None), ("²", None)),
        *((float("inf"), None), (float("nan"), None), ("", None), (None, None), ([3], None)),
    ],
)
def test_a_number_is_not_negative_and_has_an_end(value: t.Any, expected: float | None) -> None:
    assert number(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0, False), (1, True), (2, None), ("Yes", True), (" off ", False), ("maybe", None), (None, None), ([], None)],
)
def test_a_truth_is_said_as_ansible_takes_it(value: t.Any, expected: bool | None) -> None:
    assert truth(value) is expected
