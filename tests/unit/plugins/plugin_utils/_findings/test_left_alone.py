# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Machines that their inventory leaves alone: without findings about licences, and counted separately."""

from __future__ import annotations

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._findings import AuditSettings, audited

from .audit_rows import AT, Row, client, permanent, product, row, unread

SETTINGS = AuditSettings(expiring_days=30, clock_skew_minutes=240, mak_share_limit=10.0, kms_hosts=())
LEFT = {"wished": "none", "intended": "none", "rule": None}


def _audited(*rows: Row) -> Row:
    return audited(rows, SETTINGS, audited_at=AT, duration_seconds=1.0)


@pytest.mark.parametrize(
    "machine",
    [
        row("a", product(status="notification")),
        row("a", product(grace_minutes=60)),
        row("a", permanent("mak")),
        row("a", permanent("mak"), marks=["vdi"]),
        row("a", permanent("kms_host"), counts={"windows": 0, "office": 0}),
        client("a", permanent("oem", family="Professional")),
        row("a", product(), product("office", status="notification")),
    ],
)
def test_a_machine_that_is_left_alone_has_no_findings_about_licences(machine: Row) -> None:
    found = _audited({**machine, "profile": LEFT}, row("b"))
    assert [finding["machines"] for finding in found["findings"]] == []
    assert (found["summary"]["left_alone"], found["summary"]["machines"]) == (1, 2)
    judged = _audited(machine, row("b"))
    assert judged["findings"] and judged["summary"]["left_alone"] == 0


def test_one_that_does_not_answer_or_has_a_wrong_clock_is_found_all_the_same() -> None:
    gone = {**unread("gone"), "profile": LEFT}
    late = {**row("late", clock="2026-11-23T13:00:00+00:00"), "profile": LEFT}
    assert {finding["code"] for finding in _audited(gone, late)["findings"]} == {"unreachable", "clock_skew"}
