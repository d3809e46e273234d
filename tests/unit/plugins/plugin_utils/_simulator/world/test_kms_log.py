# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a KMS host remembers: the requests of its clients, one by one and counted, for Windows and for Office."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.volume.activation.plugins.plugin_utils._simulator.catalog.license_states import Status
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.world.kms_log import KmsEvent, Tally

from ..kms_host_admin import CLIENT, SERVER, activate, clients, hosted, outcome
from ..wmi_client import Asker

NOW = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
COUNTERS = (
    "KeyManagementServiceCurrentCount",
    "KeyManagementServiceFailedRequests",
    "KeyManagementServiceLicensedRequests",
    "KeyManagementServiceNonGenuineGraceRequests",
    "KeyManagementServiceNotificationRequests",
    "KeyManagementServiceOOBGraceRequests",
    "KeyManagementServiceOOTGraceRequests",
    "KeyManagementServiceTotalRequests",
    "KeyManagementServiceUnlicensedRequests",
    "RequiredClientCount",
)
NOT_HERE = "4294967295"
HOST = "kms01.corp.example"
CLOCKS_APART, UNREACHABLE = 0xC004F06C, 0xC004F074


def event(number: int = 1, **changes: Any) -> KmsEvent:
    given = {"time": NOW, "result": 0, "minimum": 25, "client_id": str(number), "status": 5, **changes}
    return KmsEvent(
        client=f"desk{number}", client_time=NOW, is_virtual=True, minutes=0, activation_id=str(number), **given
    )


def counters(fleet: Any, source: str = "SoftwareLicensingService", where: str = "") -> dict[str, str]:
    """Return the counters that are neither zero nor missing, by the middle of their names."""
    row = Asker(fleet.machines["kms01"]).one(f"SELECT {', '.join(COUNTERS)} FROM {source}{where}")
    assert set(row) == set(COUNTERS)
    shown = {name.removeprefix("KeyManagementService").removesuffix("Requests"): row[name] for name in COUNTERS}
    return {name: value for name, value in shown.items() if value != "0"}


class TestTally:
    @given(st.lists(st.integers(1, 40), max_size=60), st.integers(0, 60), st.sampled_from([5, 25]))
    @settings(max_examples=100, deadline=None)
    def test_it_counts_each_machine_once_up_to_twice_what_was_needed(
        self, numbers: list[int], others: int, minimum: int
    ) -> None:
        tally = Tally()
        for number in numbers:
            tally.note(event(number, minimum=minimum))

        wanted = len(set(numbers)) + others
        assert tally.count(True, NOW, others) == (min(wanted, 2 * minimum) if numbers else wanted)
        assert tally.count(False, NOW, others) == others

    def test_a_machine_is_forgotten_after_thirty_days_and_known_when_it_comes_back(self) -> None:
        tally = Tally()
        tally.note(event(1))
        assert tally.count(True, NOW + timedelta(days=30), 0) == 1
        assert tally.count(True, NOW + timedelta(days=30, seconds=1), 0) == 0
        tally.note(event(1, time=NOW + timedelta(days=40)))
        assert tally.count(True, NOW + timedelta(days=40), 0) == 1

    def test_it_remembers_twice_the_highest_count_that_was_ever_needed(self) -> None:
        tally = Tally()
        seen = []
        for number, minimum in enumerate((5, 25, 5)):
            tally.note(event(number, minimum=minimum))
            seen.append((tally.count(True, NOW, 100), tally.counters(True, NOW, 0).required))
        assert seen == [(10, 5), (50, 25), (50, 25)]

    def test_a_request_that_failed_makes_no_machine_count(self) -> None:
        tally = Tally()
        tally.note(event(1, result=CLOCKS_APART))

        found = tally.counters(True, NOW, 0)
        assert (found.count, found.total, found.failed, dict(found.by_status)) == (0, 1, 1, {})

    def test_the_log_has_the_newest_first_and_an_end(self) -> None:
        tally = Tally()
        for number in range(10_001):
            tally.note(event(number))

        log = tally.events()
        assert (len(log), log[0].client, log[-1].client) == (10_000, "desk10000", "desk1")

    def test_a_client_in_extended_grace_is_in_the_total_alone(self) -> None:
        tally = Tally()
        tally.note(event(1, status=Status.EXTENDED_GRACE))

        told = tally.counters(True, NOW, 0).describe()
        assert (told["total"], sum(told.values())) == (1, 1)


class TestEvents:
    def test_each_request_of_a_client_is_in_the_log_of_the_host(self) -> None:
        cmid = "11111111-2222-3333-4444-555555555555"
        fleet = hosted({"desk": {**CLIENT, "cmid": cmid, "status": "oob_grace", "grace_days": 30, "virtual": False}})
        activate(fleet, "desk")

        (found,) = fleet.world.kms_events(HOST)
        assert (found.time, found.client_time) == (NOW, NOW)
        assert (found.client, found.client_id, found.is_virtual) == ("desk.corp.example", cmid, False)
        assert (found.result, found.minimum, found.status, found.minutes) == (0, 25, Status.OOB_GRACE, 43200)
        assert found.activation_id == fleet.machines["desk"].describe()["primary"]["id"]

    def test_a_request_that_is_refused_is_there_with_its_reason_and_both_times(self) -> None:
        fleet = hosted({"desk": {**CLIENT, "clock_skew": "-5h"}})

        assert activate(fleet, "desk") == UNREACHABLE
        (found,) = fleet.world.kms_events(HOST)
        assert (found.result, found.time, found.client_time) == (CLOCKS_APART, NOW, NOW - timedelta(hours=5))

    def test_the_newest_is_first_and_a_host_that_nobody_asked_has_none(self) -> None:
        fleet = hosted(clients(3))
        assert fleet.world.kms_events(HOST) == ()
        for name in clients(3):
            activate(fleet, name)

        assert [row.client.partition(".")[0] for row in fleet.world.kms_events(HOST)] == [
            "client3",
            "client2",
            "client1",
        ]

    def test_the_event_log_of_the_host_shows_its_clients(self) -> None:
        fleet = hosted(clients(25))
        for name in clients(25):
            activate(fleet, name)

        wanted = "Logfile = 'Key Management Service' AND EventCode = 12290"
        wql = f"SELECT InsertionStrings FROM Win32_NTLogEvent WHERE {wanted}"
        rows = Asker(fleet.machines["kms01"]).rows(wql)
        fields = [row["InsertionStrings"].split(",") for row in rows]
        assert [row[2] for row in fields] == [f"client{number}.corp.example" for number in range(25, 0, -1)]
        assert {(row[0], row[1]) for row in fields} == {("0x0", "25")}
        assert len({row[3] for row in fields}) == 25

    def test_the_host_writes_its_own_time(self) -> None:
        fleet = hosted(clients(1), {"clock_skew": "1h"})
        activate(fleet, "client1")

        (found,) = fleet.world.kms_events(HOST)
        assert (found.time, found.client_time) == (NOW + timedelta(hours=1), NOW)

    def test_a_machine_that_starts_anew_has_an_empty_log(self) -> None:
        machines = clients(1)
        fleet = hosted(machines)
        activate(fleet, "client1")
        host = {"system": "server_2025_standard", "channel": "kms_host"}
        fleet.update({"machines": {"kms01": host, **machines}, "world": {"kms_hosts": {}}})

        assert fleet.world.kms_events(HOST) == ()


class TestCounters:
    def test_requests_are_counted_by_the_licence_status_of_their_client(self) -> None:
        states = ("unlicensed", "licensed", "oob_grace", "oot_grace", "non_genuine_grace", "notification")
        machines = {state.replace("_", ""): {**SERVER, "status": state} for state in states}
        fleet = hosted({**machines, "late": {**CLIENT, "clock_skew": "5h"}})
        for name in (*machines, "late"):
            activate(fleet, name)

        assert counters(fleet) == {
            "CurrentCount": "6",
            "Failed": "1",
            "Licensed": "1",
            "NonGenuineGrace": "1",
            "Notification": "1",
            "OOBGrace": "1",
            "OOTGrace": "1",
            "Total": "7",
            "Unlicensed": "1",
            "RequiredClientCount": "5",
        }

    def test_windows_and_office_count_apart_and_the_service_tells_the_sum_of_requests(self) -> None:
        host = {"office_host": [{"product": "office_2021", "status": "licensed"}]}
        fleet = hosted({"desk": {**CLIENT, "office": ["office_2021"]}}, host)
        desk = Asker(fleet.machines["desk"])
        for row in desk.machine.describe()["products"]:
            outcome(desk.product, row["id"], "Activate")

        keyed = " WHERE PartialProductKey IS NOT NULL AND LicenseFamily {} 'OfficeKMSHost2021'"
        windows = counters(fleet, "SoftwareLicensingProduct", keyed.format("<>"))
        office = counters(fleet, "SoftwareLicensingProduct", keyed.format("="))
        assert windows == {"CurrentCount": "1", "Notification": "1", "Total": "1", "RequiredClientCount": "25"}
        assert office == {"CurrentCount": "1", "OOBGrace": "1", "Total": "1", "RequiredClientCount": "5"}
        assert counters(fleet)["Total"] == "2"
        assert counters(fleet)["CurrentCount"] == "1"

    def test_a_host_that_nobody_asked_has_zeros_and_a_machine_that_is_none_has_no_counters(self) -> None:
        fleet = hosted(clients(1))

        assert counters(fleet) == {}
        row = Asker(fleet.machines["client1"]).one(f"SELECT {', '.join(COUNTERS)} FROM SoftwareLicensingService")
        assert set(row.values()) == {NOT_HERE}

    @pytest.mark.parametrize(("system", "required"), [("server_2022_standard", "5"), ("windows_11_enterprise", "25")])
    def test_a_host_product_needs_what_its_first_clients_will(self, system: str, required: str) -> None:
        fleet = hosted({}, {"system": system})

        assert counters(fleet, "SoftwareLicensingProduct", " WHERE PartialProductKey IS NOT NULL") == {
            "RequiredClientCount": required
        }

    def test_the_rows_without_a_host_key_have_none(self) -> None:
        fleet = hosted({})
        rows = Asker(fleet.machines["kms01"]).rows(
            f"SELECT {', '.join(COUNTERS)} FROM SoftwareLicensingProduct WHERE PartialProductKey IS NULL"
        )

        assert {value for row in rows for value in row.values()} == {NOT_HERE}

    def test_the_truth_about_a_host_has_them_too(self) -> None:
        fleet = hosted(clients(2))
        for name in clients(2):
            activate(fleet, name)

        told = fleet.describe()["world"]["kms_hosts"][HOST]
        assert (told["count"], told["requests"]["total"], told["requests"]["notification"]) == (2, 2, 2)
        assert (told["machine"], told["reachable"], told["office_requests"]["total"]) == (True, True, 0)
