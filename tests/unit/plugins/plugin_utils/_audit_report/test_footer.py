# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What stands at the end of the page about hosts that were not judged."""

from __future__ import annotations

import typing as t

from ansible_collections.volume.activation.plugins.plugin_utils._audit_report.footer import facts

AUDIT: dict[str, t.Any] = {
    "format": "volume.activation audit 1",
    "audited_at": "2026-11-22T13:00:00+00:00",
    "duration_seconds": 1.0,
    "settings": {"expiring_days": 30, "clock_skew_minutes": 240, "mak_share_limit": 10.0, "kms_hosts": []},
    "summary": {"machines": 2, "reached": 2, "left_alone": 1},
}


def _told(**changes: t.Any) -> list[tuple[str, str]]:
    return [row for row in facts({**AUDIT, **changes}) if row[0] in ("Skipped", "Left alone")]


def test_hosts_that_are_skipped_are_named_with_the_reason() -> None:
    many = [f"lnx{number:02}" for number in range(12)]
    rows = [{"reason": "The connection is ssh.", "machines": many}, {"reason": "Local.", "machines": ["ctl"]}]
    ssh, local = _told(skipped=[*many, "ctl"], skipped_by_reason=rows)[1:]
    assert ssh[1].startswith("12 hosts: lnx00, ") and ssh[1].endswith("lnx09 and 2 others. The connection is ssh.")
    assert local == ("Skipped", "1 host: ctl. Local.")


def test_an_audit_without_reasons_has_the_number_and_machines_that_are_left_alone_are_counted() -> None:
    assert _told(skipped=["a", "b"]) == [
        ("Left alone", "1 machine with activation_profile none"),
        ("Skipped", "2 hosts without a connection of Windows"),
    ]
