# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When leases end, as the page draws it: which bar a day is in, and which days are listed."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._audit_report.expiry import expiry
from ansible_collections.volume.activation.plugins.plugin_utils._audit_report.footer import facts

from .audit_documents import Document, audit


def ending(*left: int, expiring_days: int = 30) -> Document:
    """Return an audit in which one machine ends with each of these days left."""
    document = audit(3)
    document["settings"]["expiring_days"] = expiring_days
    document["expiry"]["days"] = [
        {"date": "2026-12-01", "days_left": days, "machines": [f"pc{number}"]} for number, days in enumerate(left)
    ]
    return document


def filled(document: Document) -> dict[int, int]:
    """Return how many machines stand in each bar that is not empty."""
    weeks: list[dict[str, t.Any]] = expiry(document)["weeks"]
    return {at: week["count"] for at, week in enumerate(weeks) if week["count"]}


@pytest.mark.parametrize(("left", "week"), [(-1, 0), (-400, 0), (0, 0), (6, 0), (7, 1), (179, 25), (180, 25)])
def test_a_day_stands_in_its_week_and_what_is_over_in_the_first(left: int, week: int) -> None:
    assert filled(ending(left)) == {week: 1}


def test_the_days_up_to_the_limit_are_listed() -> None:
    assert [day["days_left"] for day in expiry(ending(-1, 29, 30, 31))["next"]] == [-1, 29, 30]


def test_hosts_that_were_skipped_are_told_where_there_are_some() -> None:
    document = audit(3)
    assert "Skipped" not in dict(facts(document))
    document["skipped"] = ["printer"]
    assert dict(facts(document))["Skipped"] == "1 host without a connection of Windows"
