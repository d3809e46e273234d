# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients that try by themselves: leases are renewed or run out, and the count of a host lives with its clients."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta, timezone
from itertools import pairwise
from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._simulator.description.world import clock_setting
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.fleet.fleet import Fleet
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.host.registry import Settings
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.host.renewal import next_try
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.world.clock import SimulatedClock

from ..kms_host_admin import CLIENT, HOST, SERVER, clients, restart, status
from ..wmi_client import NOON, STILL, Asker

RENEWING = {"kms_hosts": {}, "clients_renew": True}
HEALTHY: dict[str, Any] = {"kms.corp.example": {}}
START = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
LEASE_MINUTES = 180 * 24 * 60


def described(machines: dict[str, Any], advance: str = "0s", **world: Any) -> dict[str, Any]:
    return {"machines": machines, "world": {**RENEWING, **world}, "clock": {**STILL, "advance": advance}}


def fleet_after(machines: dict[str, Any], *moves: str, **world: Any) -> Fleet:
    """Return a fleet that somebody looked at after each of these times."""
    fleet = Fleet.from_description(described(machines, **world))
    fleet.describe()
    for advance in moves:
        fleet.update(described(machines, advance, **world))
        fleet.describe()
    return fleet


def minutes(fleet: Fleet, name: str) -> int:
    return int(fleet.machines[name].describe()["primary"]["minutes"])


def asked(fleet: Fleet, host: str = "kms01.corp.example") -> list[tuple[str, timedelta]]:
    """Return who asked a host, and how long after the start, the first one first."""
    events = reversed(fleet.world.kms_events(host))
    return [(event.client.partition(".")[0], event.time - START) for event in events]


class TestWithout:
    @pytest.mark.parametrize(
        ("advance", "expected"), [("179d", "licensed"), ("181d", "oot_grace"), ("211d", "notification")]
    )
    def test_nothing_happens_by_itself(self, advance: str, expected: str) -> None:
        machines = {"desk": {**CLIENT, "status": "licensed", "lease_days": 180}}
        world = {"clients_renew": False, "kms_hosts": {"kms.corp.example": {}}}

        assert status(fleet_after(machines, advance, **world), "desk") == expected


class TestRenewal:
    def test_a_client_with_a_host_is_licensed_after_half_a_year_and_renewed_this_week(self) -> None:
        machines = {"desk": {**CLIENT, "status": "licensed"}}
        fleet = fleet_after(machines, "200d", kms_hosts=HEALTHY)

        assert status(fleet, "desk") == "licensed"
        assert LEASE_MINUTES - 7 * 24 * 60 <= minutes(fleet, "desk") <= LEASE_MINUTES
        times = [time for _name, time in asked(fleet, "kms.corp.example")]
        assert {second - first for first, second in pairwise(times)} == {timedelta(days=7)}

    @pytest.mark.parametrize(
        ("advance", "expected"), [("179d", "licensed"), ("181d", "oot_grace"), ("211d", "notification")]
    )
    def test_a_client_without_a_host_runs_out_of_its_lease_and_of_its_grace(self, advance: str, expected: str) -> None:
        machines = {"desk": {**CLIENT, "status": "licensed", "lease_days": 180}}

        assert status(fleet_after(machines, advance), "desk") == expected

    def test_a_lease_of_the_past_is_renewed_when_its_week_is_over(self) -> None:
        machines = {"desk": {**CLIENT, "status": "licensed", "lease_days": 177}}
        fleet = fleet_after(machines, "3d", "4d", kms_hosts=HEALTHY)

        assert asked(fleet, "kms.corp.example") == [("desk", timedelta(days=4))]

    def test_the_interval_is_that_of_the_host(self) -> None:
        machines = {"desk": {**CLIENT, "status": "licensed"}}
        hosts = {"kms.corp.example": {"renewal_interval": 1440}}
        fleet = fleet_after(machines, "12d", kms_hosts=hosts)

        times = [time for _name, time in asked(fleet, "kms.corp.example")]
        assert {second - first for first, second in pairwise(times)} == {timedelta(days=1)}

    def test_what_was_activated_by_a_play_is_renewed_a_week_later(self) -> None:
        machines = {"desk": CLIENT}
        fleet = Fleet.from_description(described(machines, kms_hosts=HEALTHY))
        Asker(fleet.machines["desk"]).activate()

        fleet.update(described(machines, "15d", kms_hosts=HEALTHY))
        fleet.describe()
        assert [time.days for _name, time in asked(fleet, "kms.corp.example")] == [0, 7, 14]


class TestFirstActivation:
    def test_nobody_tries_before_the_first_two_hours_are_over(self) -> None:
        machines = {"desk": CLIENT}
        hosts = HEALTHY

        assert status(fleet_after(machines, "119m", kms_hosts=hosts), "desk") == "notification"
        assert status(fleet_after(machines, "120m", kms_hosts=hosts), "desk") == "licensed"

    @pytest.mark.parametrize(("count", "expected"), [(24, {"notification"}), (25, {"licensed"})])
    def test_a_fleet_of_twenty_five_licenses_itself_and_one_of_twenty_four_never_does(
        self, count: int, expected: set[str]
    ) -> None:
        machines = clients(count)
        fleet = fleet_after({"kms01": HOST, **machines}, "1d", "50d")

        assert {status(fleet, name) for name in machines} == expected

    @pytest.mark.parametrize("skew", ["1h", "-1h", "3h"])
    def test_the_first_two_hours_are_the_same_for_a_client_whose_clock_is_off(self, skew: str) -> None:
        fleet = fleet_after({"desk": {**CLIENT, "clock_skew": skew}}, "30h", kms_hosts=HEALTHY)

        assert asked(fleet, "kms.corp.example")[0] == ("desk", timedelta(hours=2))

    def test_nobody_tries_more_often_than_every_quarter_of_an_hour(self) -> None:
        fleet = Fleet.from_description(described({"desk": CLIENT}))
        Settings(fleet.machines["desk"]._protection.registry).put("VLActivationInterval", "1")
        for advance in ("1m", "15m", "16m", "31m"):
            fleet.update(described({"desk": CLIENT}, advance))
            fleet.describe()

        tried = next(iter(fleet.machines["desk"]._protection.keyed.values())).tried
        assert tried == START + timedelta(minutes=31)
        assert next_try(fleet.machines["desk"]._protection) == START + timedelta(minutes=46)

    def test_a_week_of_tries_is_as_dense_as_it_was_when_somebody_looks_every_hour(self) -> None:
        machines = {"kms01": HOST, "desk": CLIENT}
        fleet = fleet_after(machines, *(f"{hour}h" for hour in range(1, 13)))

        assert [time.total_seconds() / 3600 for _name, time in asked(fleet)] == [2, 4, 6, 8, 10, 12]

    def test_tries_of_long_ago_are_fewer_and_those_of_today_are_there(self) -> None:
        fleet = fleet_after({"kms01": HOST, "desk": CLIENT}, "400d")

        times = [time for _name, time in asked(fleet)]
        assert len(times) < 250
        assert max(second - first for first, second in pairwise(times)) <= timedelta(days=7)
        assert times[-1] > timedelta(days=400) - timedelta(hours=2)


class TestFleet:
    def test_a_fleet_lives_for_years_with_its_host(self) -> None:
        machines = clients(25)
        fleet = fleet_after({"kms01": HOST, **machines}, "1d", "2000d")

        assert {status(fleet, name) for name in machines} == {"licensed"}
        counters = fleet.world.kms_counters("kms01.corp.example")
        assert counters is not None and counters.count == 25

    def test_a_host_that_was_switched_off_meanwhile_is_missed_from_then_on(self) -> None:
        machines, hosts = {"desk": {**CLIENT, "status": "licensed"}}, HEALTHY
        fleet = fleet_after(machines, "100d", kms_hosts=hosts)
        gone = {"kms.corp.example": {"reachable": False}}
        fleet.update(described(machines, "110d", kms_hosts=gone))
        fleet.update(described(machines, "272d", kms_hosts=gone))
        assert status(fleet, "desk") == "licensed"  # renewed on day 98 or so

        fleet.update(described(machines, "282d", kms_hosts=gone))
        assert status(fleet, "desk") == "oot_grace"
        fleet.update(described(machines, "283d", kms_hosts=hosts))
        assert status(fleet, "desk") == "licensed"

    def test_clients_follow_a_host_to_its_new_port_when_it_publishes_it(self) -> None:
        machines = {"kms01": HOST, **clients(25)}
        fleet = fleet_after(machines, "1d")
        box = Asker(fleet.machines["kms01"])
        box.service("SetKeyManagementServiceListeningPort", PortNumber="1700")
        fleet.machines["kms01"]._protection.firewall.ports = ("1688-1700",)
        restart(fleet, "kms01")
        fleet.update(described(machines, "250d"))

        assert {status(fleet, name) for name in clients(25)} == {"licensed"}
        assert Asker(fleet.machines["client1"]).primary["discovered_kms_host"] == "kms01.corp.example"

    def test_office_renews_too_and_what_needs_no_kms_host_asks_none(self) -> None:
        machines = {
            "desk": {**CLIENT, "channel": "mak", "office": [{"product": "office_2021", "status": "licensed"}]},
            "server": {**SERVER, "channel": "retail"},
        }
        fleet = fleet_after(machines, "60d", kms_hosts=HEALTHY)

        assert {event.is_windows for event in fleet.world.kms_events("kms.corp.example")} == {False}

    def test_each_product_tries_in_its_own_time(self) -> None:
        machines = {"desk": {**CLIENT, "status": "licensed", "lease_days": 180, "office": ["office_2021"]}}
        fleet = fleet_after(machines, "3h", kms_hosts=HEALTHY)

        events = [(event.is_windows, event.time - START) for event in fleet.world.kms_events("kms.corp.example")]
        assert events == [(False, timedelta(hours=2))]

    def test_what_is_on_another_key_than_that_of_a_client_does_not_try(self) -> None:
        fleet = fleet_after({"box": {**SERVER, "channel": "mak", "status": "notification"}}, "9d", kms_hosts=HEALTHY)

        assert status(fleet, "box") == "notification"
        assert fleet.describe()["world"]["microsoft"]["requests"] == []

    def test_switching_it_on_later_leaves_the_past_as_it_was(self) -> None:
        machines, hosts = {"desk": {**CLIENT, "status": "licensed"}}, HEALTHY
        fleet = fleet_after(machines, "20d", kms_hosts=hosts, clients_renew=False)
        assert asked(fleet, "kms.corp.example") == []

        fleet.update(described(machines, "28d", kms_hosts=hosts))
        fleet.describe()
        assert [time.days for _name, time in asked(fleet, "kms.corp.example")] == [20, 27]

        fleet.update(described(machines, "60d", kms_hosts=hosts, clients_renew=False))
        fleet.describe()
        assert len(asked(fleet, "kms.corp.example")) == 2

    def test_many_look_at_once_while_time_passes(self) -> None:
        machines = {"kms01": HOST, **clients(25)}
        fleet = Fleet.from_description({"machines": machines, "world": RENEWING, "clock": {"now": NOON}})
        fleet.update({"machines": machines, "world": RENEWING, "clock": {"now": NOON, "advance": "30d"}})
        errors: list[Exception] = []

        def look(name: str) -> None:
            try:
                Asker(fleet.machines[name]).rows("SELECT ID FROM SoftwareLicensingProduct")
                fleet.describe()
            except Exception as error:  # whatever it is, it must not get lost in the thread
                errors.append(error)

        threads = [threading.Thread(target=look, args=(name,)) for name in machines]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert errors == []
        assert {status(fleet, name) for name in clients(25)} == {"licensed"}


class TestPlayedTime:
    def test_it_is_another_time_in_the_block_and_for_this_thread_alone(self) -> None:
        clock, elsewhere = SimulatedClock(clock_setting(STILL)), []
        with clock.at(START + timedelta(days=1)):
            thread = threading.Thread(target=lambda: elsewhere.append(clock.now()))
            thread.start()
            thread.join()
            assert clock.now() == START + timedelta(days=1)

        assert elsewhere == [START]
        assert clock.now() == START
