# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients of one fleet try in the order of time, and what fails or is new does not keep the others from it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._simulator.fleet.fleet import Fleet
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.host.registry import Settings
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.world.clock import ClockSetting

from ..kms_host_admin import CLIENT, status
from ..wmi_client import STILL, Asker

START = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
KMS = "kms.corp.example"
GENERIC_KEY = "NPPR9-FWDCX-D2C8J-H872K-2YT43"


def started(machines: dict[str, Any], **host: Any) -> Fleet:
    """Return a fleet that somebody has looked at, with one KMS host."""
    world = {"kms_hosts": {KMS: host}, "clients_renew": True}
    fleet = Fleet.from_description({"machines": machines, "world": world, "clock": STILL})
    fleet.describe()
    return fleet


def after(fleet: Fleet, **time: float) -> list[tuple[str, timedelta]]:
    """Let time pass without another word to the fleet; tell who has asked the host and when, the first one first."""
    fleet.clock.set(ClockSetting(START, timedelta(**time), frozen=True))
    fleet.describe()
    events = reversed(fleet.world.kms_events(KMS))
    return [(event.client.partition(".")[0], event.time - START) for event in events]


def test_all_clients_try_in_the_order_of_time_over_the_ends_of_months() -> None:
    licensed = {
        f"desk{number}": {**CLIENT, "status": "licensed", "lease_days": 180 - number % 7} for number in range(10)
    }
    # They are too few for the host, so one that has no licence yet asks far more often than the others.
    times = [time for _name, time in after(started({**licensed, "new": CLIENT}, count=0), days=75)]
    assert len(times) > 10 * 9
    assert times == sorted(times)


@pytest.mark.parametrize(("count", "office_count"), [(0, 10), (40, 0)])
def test_a_product_that_fails_does_not_keep_the_other_one_from_trying(count: int, office_count: int) -> None:
    fleet = started({"desk": {**CLIENT, "office": ["office_2021"]}}, count=count, office_count=office_count)
    after(fleet, hours=3)
    (office,) = (row for row in fleet.machines["desk"].describe()["products"] if "Office" in row["family"])
    licensed = status(fleet, "desk") == "licensed", office["status"] == "licensed"
    assert licensed == (count > 0, office_count > 0)


def test_a_key_that_was_installed_meanwhile_is_tried_in_its_time() -> None:
    fleet = started({"desk": {**CLIENT, "channel": "mak", "status": "notification"}})
    Asker(fleet.machines["desk"]).service("InstallProductKey", ProductKey=GENERIC_KEY)
    assert after(fleet, minutes=119) == []
    assert after(fleet, minutes=121) == [("desk", timedelta(hours=2))]


def test_a_client_that_no_host_has_told_renews_by_its_own_interval() -> None:
    fleet = started({"desk": {**CLIENT, "status": "licensed", "lease_days": 180}})
    Settings(fleet.machines["desk"]._protection.registry).put("VLRenewalInterval", "1440")
    assert after(fleet, hours=25) == [("desk", timedelta(days=1))]
