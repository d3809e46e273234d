# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service's journal proves what travels, and gives away neither a key nor a whole number."""

from __future__ import annotations

import json

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._simulator.world.clock import SimulatedClock
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.world.microsoft_journal import ServiceJournal

PID = "00000-12345-678-901234-03-1033-20348.0000-0602026"
IID = "1234567" * 9
KEY = "BBBBB-CCCCC-DDDDD-FFFFF-GGGGG"


def test_requests_are_kept_with_masked_numbers() -> None:
    journal = ServiceJournal(SimulatedClock())
    journal.note("microsoft", "confirmation", PID, IID, "confirmed")
    journal.note("microsoft", "count", PID, None, "0x67")
    told = journal.describe()

    assert [row["extended_pid"] for row in told["requests"]] == [
        "00000-12345-***-******-03-1033-20348.0000-0602026"
    ] * 2
    assert [row["installation_id"] for row in told["requests"]] == ["1234567... (63)", None]
    assert (told["totals"], journal.total) == ({"confirmation": 1, "count": 1}, 2)
    assert IID not in json.dumps(told) and PID not in json.dumps(told)


def test_what_has_no_form_is_not_shown() -> None:
    journal = ServiceJournal(SimulatedClock())
    journal.note("microsoft", "confirmation", KEY, f"x{KEY}", "0x68")

    (row,) = journal.describe()["requests"]
    assert (row["extended_pid"], row["installation_id"]) == ("malformed", "malformed")


@pytest.mark.parametrize(
    ("text", "seen"), [(PID, 0), (IID, 0), (f"<PID>{KEY}</PID>", 1), (f"key={KEY.lower()}&", 1), (f"{KEY} {KEY}", 2)]
)
def test_a_product_key_that_arrives_is_counted(text: str, seen: int) -> None:
    journal = ServiceJournal(SimulatedClock())
    journal.inspect(text, "harmless")

    assert journal.describe()["product_keys_seen"] == seen


def test_only_the_newest_thousand_are_kept_and_all_are_counted() -> None:
    journal = ServiceJournal(SimulatedClock())
    for _time in range(1005):
        journal.note("microsoft", "count", PID, None, "1")

    assert (len(journal.describe()["requests"]), journal.total) == (1000, 1005)
