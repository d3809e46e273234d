# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The checks of Windows itself: clock, edition and key, each right and wrong."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._licensing import Channel, LicenseStatus

from .simulated_machines import NOW, generic, judged, product, state


@pytest.mark.parametrize(
    ("minutes", "status"), [(0, "ok"), (240, "ok"), (-240, "ok"), (241, "wrong"), (-241, "wrong"), (300, "wrong")]
)
def test_the_clock_may_differ_by_four_hours(minutes: int, status: str) -> None:
    found = judged(state(machine={"clock": NOW + timedelta(minutes=minutes)}))["clock"]
    assert (found.status, found.code) == (status, "clock_skew" if status == "wrong" else None)


def test_the_message_says_which_way_the_clock_is_off() -> None:
    ahead = judged(state(machine={"clock": NOW + timedelta(hours=5)}))["clock"].message
    behind = judged(state(machine={"clock": NOW - timedelta(hours=5)}))["clock"].message
    assert ("5.0 hours ahead of" in ahead, "5.0 hours behind" in behind) == (True, True)


def test_a_machine_without_a_clock_is_not_blamed() -> None:
    assert judged(state(machine={"clock": None}))["clock"].status == "unknown"


WINDOWS_11 = {"edition_id": "Enterprise", "build": 26100, "is_server": False}


@pytest.mark.parametrize(
    ("primary", "machine", "path", "status", "code"),
    [
        ({}, {}, "any", "ok", None),
        ({"channel": Channel.EVALUATION}, {}, "any", "wrong", "evaluation_edition"),
        ({"family": "ServerStandardEval"}, {"edition_id": "ServerStandardEval"}, "any", "wrong", "evaluation_edition"),
        ({"family": "Professional"}, WINDOWS_11, "any", "ok", None),
        ({"channel": Channel.SUBSCRIPTION}, WINDOWS_11, "kms", "ok", None),
        ({"channel": Channel.OEM, "family": "Core"}, {"edition_id": "Core", "build": 26100}, "any", "ok", None),
        (
            {"channel": Channel.OEM, "family": "Core"},
            {"edition_id": "Core", "build": 99999},
            "kms",
            "wrong",
            "no_published_key",
        ),
        ({"family": "Unheard"}, {"edition_id": "Unheard"}, "kms", "ok", None),
        ({"family": None}, {"edition_id": None}, "any", "unknown", None),
    ],
)
def test_the_edition(primary: Any, machine: Any, path: str, status: str, code: str | None) -> None:
    found = judged(state(product(**primary), machine=machine), path=path)["edition"]
    assert (found.status, found.code) == (status, code), found.message


OTHER = generic("ServerDatacenter")


@pytest.mark.parametrize(
    ("primary", "machine", "path", "status", "code"),
    [
        ({}, {}, "any", "ok", None),
        ({}, {}, "kms", "ok", None),
        ({}, {}, "ad", "ok", None),
        ({}, {}, "mak", "wrong", "not_a_mak"),
        ({"channel": Channel.MAK}, {}, "any", "ok", None),
        ({"channel": Channel.MAK}, {}, "mak", "ok", None),
        ({"channel": Channel.MAK}, {}, "kms", "wrong", "not_a_kms_client_key"),
        ({"channel": Channel.RETAIL}, {}, "any", "ok", None),
        ({"channel": Channel.RETAIL}, {}, "ad", "wrong", "not_a_kms_client_key"),
        ({"channel": Channel.OEM}, {}, "any", "ok", None),
        ({"channel": Channel.OEM}, {}, "mak", "wrong", "not_a_mak"),
        ({"channel": Channel.KMS_HOST}, {}, "kms", "wrong", "kms_host_key"),
        ({"channel": Channel.KMS_HOST}, WINDOWS_11, "any", "wrong", "host_key_on_client"),
        ({"channel": Channel.UNKNOWN}, {}, "any", "unknown", None),
        ({"channel": Channel.EVALUATION}, {}, "kms", "ok", None),
        ({"partial_product_key": OTHER}, {}, "any", "wrong", "key_of_other_edition"),
        ({"partial_product_key": "XXXXX"}, {}, "any", "ok", None),
        ({"family": "Professional", "partial_product_key": OTHER}, WINDOWS_11, "any", "ok", None),
    ],
)
def test_the_key(primary: Any, machine: Any, path: str, status: str, code: str | None) -> None:
    found = judged(state(product(**primary), machine=machine), path=path)["key"]
    assert (found.status, found.code) == (status, code), found.message


@pytest.mark.parametrize(
    ("primary", "is_kms_host", "code"),
    [
        ({}, True, None),
        ({}, False, "host_key_without_host"),
        ({"status": LicenseStatus.NOTIFICATION}, True, "host_key_without_host"),
        ({"status": LicenseStatus.NOTIFICATION}, False, "host_key_without_host"),
    ],
)
def test_a_server_with_a_host_key_acts_as_a_kms_host(primary: Any, is_kms_host: bool, code: str | None) -> None:
    windows = product(channel=Channel.KMS_HOST, **primary)
    assert judged(state(windows, service={"is_kms_host": is_kms_host}))["key"].code == code


def test_no_key_at_all() -> None:
    found = judged(state(product(partial_product_key=None)))
    assert (found["key"].code, found["licence"].status) == ("no_product_key", "skipped")
