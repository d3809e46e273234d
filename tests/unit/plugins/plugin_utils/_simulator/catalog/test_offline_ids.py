# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The made-up numbers have the real ones' shapes and follow what the real ones follow."""

from __future__ import annotations

import re
from datetime import datetime, timezone

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._simulator.catalog.offline_ids import (
    confirmation_id,
    extended_pid,
    has_installation_form,
    installation_id,
    key_part,
    pid_of_key,
)
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.catalog.product_keys import (
    KeyFacts,
    made_up_key,
    masked,
)

FORM = re.compile(r"^\d{5}-\d{5}-\d{3}-\d{6}-\d{2}-\d{4}-\d+\.\d{4}-\d{7}$")
DAY = datetime(2026, 3, 1, tzinfo=timezone.utc)


def key(seed: str = "lab", channel: str = "mak") -> KeyFacts:
    return KeyFacts(masked(made_up_key(channel, seed)), channel, frozenset({"any"}))


class TestExtendedPid:
    def test_it_tells_key_language_build_and_day(self) -> None:
        number = extended_pid(key(), "de-DE", 20348, DAY)

        assert FORM.match(number)
        assert number == f"{pid_of_key(key())}-1031-20348.0000-0602026"

    def test_another_key_has_another_one_and_another_day_has_the_same_first_five_groups(self) -> None:
        first = extended_pid(key(), "en-US", 20348, DAY)
        later = extended_pid(key(), "ja-JP", 26100, DAY.replace(year=2027))

        assert key_part(first) == key_part(later) == pid_of_key(key()) and first != later
        assert pid_of_key(key("other")) != pid_of_key(key())

    @pytest.mark.parametrize(
        ("channel", "group"), [("mak", "03"), ("kms_host", "03"), ("oem", "02"), ("retail", "00"), ("evaluation", "00")]
    )
    def test_the_fifth_group_is_the_channel(self, channel: str, group: str) -> None:
        assert pid_of_key(key(channel=channel)).endswith(f"-{group}")

    @pytest.mark.parametrize("text", ["", "00000-00000-000-000000-03", "x" * 44, made_up_key("mak", "lab")])
    def test_anything_else_has_no_key_part(self, text: str) -> None:
        assert key_part(text) is None


class TestInstallationId:
    def test_it_has_63_digits_and_follows_hardware_product_and_key(self) -> None:
        numbers = {
            installation_id(hardware, product, key(seed))
            for hardware in ("board", "other board")
            for product in ("windows", "office")
            for seed in ("lab", "other")
        }

        assert len(numbers) == 8 and all(has_installation_form(number) for number in numbers)
        assert {len(number) for number in numbers} == {63}


def test_confirmation_ids_have_48_digits_and_follow_their_installation_id() -> None:
    first, second = confirmation_id("1" * 63), confirmation_id("2" * 63)

    assert len(first) == 48 and first.isdigit() and first != second and first == confirmation_id("1" * 63)
