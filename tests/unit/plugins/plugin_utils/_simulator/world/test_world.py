# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The world counts honestly: KMS hosts answer from their threshold on."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.volume.activation.plugins.plugin_utils._simulator.catalog.hresults import Failure
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.description.world import (
    clock_setting,
    world_description,
)
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.world.clock import (
    ClockSetting,
    SimulatedClock,
)
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.world.world import KmsRequest, World

from ..wmi_client import NOON

CLIENT, SERVER = frozenset({"all", "windows", "windows_11"}), frozenset({"all", "windows", "server_2022"})


def world_of(description: dict[str, Any] | None = None, **clock: Any) -> World:
    return World(
        world_description(description or {}), SimulatedClock(clock_setting({"now": NOON, "frozen": True, **clock}))
    )


def ask(
    world: World,
    name: str = "a",
    *,
    lines: frozenset[str] = CLIENT,
    threshold: int = 25,
    windows: bool = True,
    time: datetime | None = None,
    host: str = "kms.corp.example",
    port: int = 1688,
) -> None:
    answer = world.ask_kms(host, port, KmsRequest(name, windows, lines, threshold, time or world.clock.now()))
    if answer.count < threshold:
        raise Failure(0xC004F038)


def failure(call: Any, *args: Any, **kwargs: Any) -> int:
    with pytest.raises(Failure) as raised:
        call(*args, **kwargs)
    return raised.value.hresult


def kms(**host: Any) -> World:
    return world_of({"kms_hosts": {"kms.corp.example": host}})


class TestClock:
    def test_it_is_real_time_when_nothing_is_said(self) -> None:
        seconds = [1_000_000.0]
        clock = SimulatedClock(source=lambda: seconds[0])
        first = clock.now()
        seconds[0] += 90

        assert clock.now() - first == timedelta(seconds=90)

    def test_it_goes_on_from_the_time_that_is_set(self) -> None:
        seconds = [0.0]
        clock = SimulatedClock(clock_setting({"now": NOON}), source=lambda: seconds[0])
        seconds[0] += 60

        assert clock.now().isoformat() == "2026-03-01T12:01:00+00:00"

    def test_a_stopped_clock_stands_still(self) -> None:
        seconds = [0.0]
        clock = SimulatedClock(clock_setting({"now": NOON, "frozen": True}), source=lambda: seconds[0])
        seconds[0] += 60

        assert clock.now().isoformat() == "2026-03-01T12:00:00+00:00"

    def test_setting_the_same_again_changes_nothing_and_advance_moves_by_the_difference(self) -> None:
        seconds = [0.0]
        clock = SimulatedClock(clock_setting({"now": NOON}), source=lambda: seconds[0])
        seconds[0] += 60
        before = clock.now()

        clock.set(clock_setting({"now": NOON}))
        assert clock.now() == before
        clock.set(clock_setting({"now": NOON, "advance": "200d"}))
        assert clock.now() - before == timedelta(days=200)
        clock.set(ClockSetting())
        assert clock.now().year == 1970


def clients(world: World) -> int:
    """Return how many machines the KMS host counts."""
    counters = world.kms_counters("kms.corp.example")
    assert counters is not None
    return counters.count


class TestKms:
    def test_a_client_that_is_told_too_low_a_count_is_counted_all_the_same(self) -> None:
        world = kms(count=23)

        assert failure(ask, world, "a") == 0xC004F038
        assert clients(world) == 24
        ask(world, "b")
        assert clients(world) == 25

    def test_the_same_machine_counts_once(self) -> None:
        world = kms(count=23)

        assert {failure(ask, world, "a") for _time in range(5)} == {0xC004F038}

    def test_servers_need_five_and_office_counts_apart(self) -> None:
        world = kms(count=4, office_count=0)

        ask(world, lines=SERVER, threshold=5)
        assert failure(ask, world, lines=frozenset({"all", "office"}), threshold=5, windows=False) == 0xC004F038

    def test_the_count_is_kept_up_to_twice_the_highest_threshold(self) -> None:
        world = kms(count=400)

        ask(world, lines=SERVER, threshold=5)
        assert clients(world) == 10
        ask(world, "b")
        assert clients(world) == 50

    def test_machines_that_stay_away_for_thirty_days_are_forgotten(self) -> None:
        world = kms(count=23)
        failure(ask, world, "a")
        world.clock.set(clock_setting({"now": NOON, "frozen": True, "advance": "31d"}))

        assert clients(world) == 23

    @pytest.mark.parametrize(
        ("host", "asked", "hresult"),
        [
            ({"reachable": False}, {}, 0xC004F074),
            ({}, {"host": "other.corp.example"}, 0xC004F074),
            ({}, {"port": 1689}, 0xC004F074),
            ({"activated": False}, {}, 0xC004F041),
            ({"products": ["office"]}, {}, 0xC004F042),
            ({"products": ["server_2022"]}, {"lines": CLIENT}, 0xC004F042),
            ({"clock_skew": "-5h"}, {}, 0xC004F06C),
        ],
    )
    def test_what_can_be_wrong_with_a_host(self, host: dict[str, Any], asked: dict[str, Any], hresult: int) -> None:
        assert failure(ask, kms(**host), **asked) == hresult

    def test_names_are_found_whatever_their_case(self) -> None:
        world = kms()
        before = world.describe()["kms_hosts"]["kms.corp.example"]["count"]
        ask(world, host="KMS.corp.Example.")
        assert world.describe()["kms_hosts"]["kms.corp.example"]["count"] == before + 1

    @given(st.integers(0, 60), st.integers(1, 60), st.sampled_from([5, 25]))
    @settings(max_examples=50, deadline=None)
    def test_nobody_is_served_below_the_threshold_and_everybody_from_it_on(
        self, others: int, machines: int, threshold: int
    ) -> None:
        world = kms(count=others)
        served = []
        for index in range(machines):
            try:
                ask(world, str(index), threshold=threshold)
                served.append(index)
            except Failure as error:
                assert error.hresult == 0xC004F038

        assert served == [index for index in range(machines) if others + index + 1 >= threshold]


class TestDns:
    def test_kms_hosts_publish_themselves_in_their_own_domain(self) -> None:
        world = world_of({"kms_hosts": {"kms1.a.example": {"port": 1700}, "kms2.b.example": {}}})

        assert [(row.host, row.port) for row in world.service_records("A.example")] == [("kms1.a.example", 1700)]

    def test_a_domain_without_records_is_an_unknown_name(self) -> None:
        assert failure(world_of({"dns": {"a.example": []}}).service_records, "a.example") == 0x8007232B
        assert failure(world_of().service_records, "elsewhere.example") == 0x8007232B

    def test_records_are_tried_by_priority_then_weight(self) -> None:
        records = [
            {"host": "last", "priority": 9},
            {"host": "second", "weight": 1},
            {"host": "first", "weight": 5},
        ]

        found = world_of({"dns": {"a.example": records}}).service_records("a.example")
        assert [row.host for row in found] == ["first", "second", "last"]


class TestForests:
    def test_activation_objects_serve_their_forest_and_what_they_cover(self) -> None:
        world = world_of({"ad": {"corp.example": [{"name": "Servers", "products": ["server_2022"]}]}})

        found = world.activation_object("sub.corp.example", SERVER)
        assert found is not None
        assert found.name == "Servers"
        assert found.dn == (
            "CN=Servers,CN=Activation Objects,CN=Microsoft SPP,CN=Services,CN=Configuration,DC=corp,DC=example"
        )
        assert world.activation_object("corp.example", CLIENT) is None
        assert world.activation_object("notcorp.example", SERVER) is None
        assert world.activation_object(None, SERVER) is None

    def test_a_domain_belongs_to_the_nearest_forest(self) -> None:
        world = world_of({"ad": {"example": [], "corp.example": [], "other.example": []}})

        forests = [world.forest(name) for name in ("Sub.Corp.Example.", "corp.example", "x.example", "example.net", "")]
        assert [forest.domain if forest else None for forest in forests] == [
            "corp.example",
            "corp.example",
            "example",
            None,
            None,
        ]

    def test_the_truth_about_a_forest_is_told(self) -> None:
        told = world_of({"ad": {"corp.example": ["One", "Two"], "empty.example": []}}).describe()["forests"]

        assert told["empty.example"] == {"objects": [], "failure": None}
        assert [row["name"] for row in told["corp.example"]["objects"]] == ["One", "Two"]
        assert set(told["corp.example"]["objects"][0]) == {
            "name",
            "dn",
            "partial_product_key",
            "extended_pid",
            "activation_id",
        }
