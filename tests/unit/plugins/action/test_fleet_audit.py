# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options of fleet_audit that are refused before any machine is read."""

from __future__ import annotations

import typing as t

import pytest

from .fake_task import FakeTask


@pytest.mark.parametrize(
    ("args", "shown"),
    [
        ({"expiring_days": -3}, "expiring_days is -3, which is not between 0 and 179."),
        ({"mak_share_limit": 101}, "mak_share_limit is 101"),
        ({"kms_hosts": ["kms.example", "_vlmcs._tcp.corp.example"]}, "_vlmcs._tcp.corp.example"),
        ({"kms_hosts": ["kms.example:99999"]}, "kms.example:99999"),
        ({"dest": "//server/share/audit.json"}, "//server/share/audit.json"),
    ],
)
def test_what_cannot_be_is_refused_and_shown(stage: FakeTask, args: dict[str, t.Any], shown: str) -> None:
    found = stage.run("fleet_audit", args)
    assert found["code"] == "bad_option" and found["refused"]
    assert shown in found["msg"] and found["remedy"]
    assert stage.machine.settings == []
