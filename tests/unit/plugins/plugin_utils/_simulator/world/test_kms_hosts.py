# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Machines of a fleet that are KMS hosts: their clients feel what is changed on them."""

from __future__ import annotations

from typing import Any

import pytest

from ..kms_host_admin import (
    CLIENT,
    HOST,
    HOST_KEY,
    NO_OTHERS,
    SERVER,
    activate,
    clients,
    hosted,
    outcome,
    publish_in,
    published,
    restart,
    service_control,
    status,
)
from ..wmi_client import STILL, Asker, fleet_of

UNREACHABLE, NO_RECORDS, TOO_FEW, MISMATCH = 0xC004F074, 0x8007232B, 0xC004F038, 0xC004F042


def servers(count: int, **fields: Any) -> dict[str, Any]:
    return {f"server{number}": {**SERVER, **fields} for number in range(1, count + 1)}


class TestCount:
    def test_twenty_four_clients_stay_without_a_licence_and_the_twenty_fifth_licenses(self) -> None:
        machines = clients(25)
        fleet = hosted(machines)

        assert [activate(fleet, name) for name in machines] == [TOO_FEW] * 24 + [0]
        assert [activate(fleet, name) for name in machines] == [0] * 25
        assert {status(fleet, name) for name in machines} == {"licensed"}

    def test_servers_need_five_and_share_the_count_with_clients(self) -> None:
        fleet = hosted({**clients(3), **servers(2)})

        assert [activate(fleet, f"client{number}") for number in (1, 2, 3)] == [TOO_FEW] * 3
        assert [activate(fleet, f"server{number}") for number in (1, 2)] == [TOO_FEW, 0]

    def test_clones_with_one_client_machine_id_count_once(self) -> None:
        clone = "11111111-2222-3333-4444-555555555555"
        machines = clients(30, cmid=clone)
        fleet = hosted(machines)

        assert {activate(fleet, name) for name in machines} == {TOO_FEW}
        counters = fleet.world.kms_counters("kms01.corp.example")
        assert counters is not None
        assert (counters.count, counters.total) == (1, 30)

    def test_a_described_host_of_the_same_name_says_who_else_asks(self) -> None:
        world = {"kms_hosts": {"kms01.corp.example": {"count": 24, "office_count": 3, "port": 1700}}}
        fleet = fleet_of({"kms01": HOST, **clients(1)}, world=world)

        assert activate(fleet, "client1") == 0
        assert published(fleet, "corp.example") == [("kms01.corp.example", 1688, 0, 0)]


class TestKeys:
    def test_a_server_serves_from_the_moment_its_host_key_is_activated(self) -> None:
        world = {**NO_OTHERS, "microsoft": {"keys": {HOST_KEY: {"channel": "kms_host"}}}}
        fleet = fleet_of({"kms01": {**SERVER, "firewall": "open"}, **servers(5)}, world=world)
        box = Asker(fleet.machines["kms01"])
        assert activate(fleet, "server1") == NO_RECORDS

        box.service("InstallProductKey", ProductKey=HOST_KEY)
        assert activate(fleet, "server1") == NO_RECORDS
        box.activate()

        assert [activate(fleet, f"server{number}") for number in range(1, 6)] == [TOO_FEW] * 4 + [0]

    def test_a_host_whose_key_is_gone_serves_nobody_and_leaves_its_record_behind(self) -> None:
        fleet = hosted(servers(1))
        box = Asker(fleet.machines["kms01"])

        box.product(box.primary["id"], "UninstallProductKey")

        assert activate(fleet, "server1") == UNREACHABLE
        assert published(fleet, "corp.example") == [("kms01.corp.example", 1688, 0, 0)]

    @pytest.mark.parametrize(
        ("system", "covers", "asking", "expected"),
        [
            ("server_2022_standard", None, "windows_11_enterprise", TOO_FEW),
            ("windows_11_enterprise", None, "windows_11_enterprise", TOO_FEW),
            ("windows_11_enterprise", None, "server_2022_standard", MISMATCH),
            ("server_2022_standard", ["windows_client"], "server_2022_standard", MISMATCH),
            ("server_2022_standard", ["server_2019"], "server_2022_standard", MISMATCH),
            ("server_2022_standard", ["server_2022"], "server_2022_standard", TOO_FEW),
        ],
    )
    def test_a_host_serves_what_its_key_is_for(
        self, system: str, covers: list[str] | None, asking: str, expected: int
    ) -> None:
        key = {"channel": "kms_host", **({} if covers is None else {"covers": covers})}
        host = {"system": system, "channel": "kms_host", "product_key": HOST_KEY}
        world = {**NO_OTHERS, "microsoft": {"keys": {HOST_KEY: key}}}
        fleet = fleet_of({"kms01": host, "asking": asking}, world=world)

        assert activate(fleet, "asking") == expected

    def test_a_host_of_windows_does_not_serve_office(self) -> None:
        office = {"channel": "none", "office": ["office_2021"], **CLIENT}
        fleet = hosted({"desk": office})
        desk = Asker(fleet.machines["desk"])
        (row,) = (row for row in desk.machine.describe()["products"] if "Office" in row["family"])

        assert outcome(desk.product, row["id"], "Activate") == MISMATCH


class TestSettings:
    def test_another_port_counts_when_the_service_was_restarted(self) -> None:
        fleet = hosted(servers(1), {"firewall": "open"})
        Asker(fleet.machines["kms01"]).service("SetKeyManagementServiceListeningPort", PortNumber="1700")
        assert activate(fleet, "server1") == TOO_FEW

        restart(fleet, "kms01")
        assert published(fleet, "corp.example") == [("kms01.corp.example", 1700, 0, 0)]
        assert activate(fleet, "server1") == UNREACHABLE  # the firewall's rule is for 1688
        assert [(row.port, row.state) for row in fleet.world.kms_endpoints() if row.port] == [(1700, "silent")]

    @pytest.mark.parametrize("port", ["0", "65536"])
    def test_a_port_that_is_none_is_refused(self, port: str) -> None:
        box = Asker(hosted({}).machines["kms01"])

        assert outcome(box.service, "SetKeyManagementServiceListeningPort", PortNumber=port) == 0x80070057

    def test_a_stopped_service_serves_nobody_until_it_starts(self) -> None:
        fleet = hosted(servers(1))
        service_control(fleet, "kms01", "StopService")
        assert activate(fleet, "server1") == UNREACHABLE

        Asker(fleet.machines["kms01"]).rows("SELECT Version FROM SoftwareLicensingService")
        assert activate(fleet, "server1") == TOO_FEW

    def test_clients_take_their_intervals_from_the_host(self) -> None:
        fleet = hosted(servers(1))
        box, client = Asker(fleet.machines["kms01"]), Asker(fleet.machines["server1"])
        box.service("SetVLActivationInterval", ActivationInterval="240")
        box.service("SetVLRenewalInterval", RenewalInterval="20160")
        names = "VLActivationInterval, VLRenewalInterval"
        wql = f"SELECT {names} FROM SoftwareLicensingProduct WHERE PartialProductKey <> NULL"
        usual = {"VLActivationInterval": "120", "VLRenewalInterval": "10080"}

        activate(fleet, "server1")
        assert client.one(wql) == usual
        restart(fleet, "kms01")
        activate(fleet, "server1")
        assert client.one(wql) == {"VLActivationInterval": "240", "VLRenewalInterval": "20160"}

    def test_a_host_whose_clock_is_off_by_more_than_four_hours_serves_nobody(self) -> None:
        fleet = hosted({**servers(1), "kms01": {**HOST, "clock_skew": "5h"}})

        assert activate(fleet, "server1") == UNREACHABLE


class TestFirewall:
    def test_clients_get_through_only_while_the_rule_is_on(self) -> None:
        machines = {"kms01": {**HOST, "firewall": "closed"}, **servers(1)}
        fleet = fleet_of(machines, world=NO_OTHERS)
        assert activate(fleet, "server1") == UNREACHABLE

        fleet.update({"machines": {**machines, "kms01": HOST}, "world": NO_OTHERS})
        assert activate(fleet, "server1") == TOO_FEW

    @pytest.mark.parametrize(
        ("domain", "profiles", "state"),
        [("corp.example", 0, "open"), ("corp.example", 1, "open"), ("corp.example", 6, "silent"), (None, 1, "silent")],
    )
    def test_the_rule_is_for_a_kind_of_network(self, domain: str | None, profiles: int, state: str) -> None:
        fleet = fleet_of({"kms01": {**HOST, "domain": domain}}, world=NO_OTHERS)
        machine = fleet.machines["kms01"]
        machine._protection.firewall.profiles = profiles
        machine._tell_world()

        assert [row.state for row in fleet.world.kms_endpoints()] == [state]


class TestDns:
    def test_a_host_publishes_in_its_domain_and_in_those_of_its_list(self) -> None:
        fleet = hosted({})
        publish_in(fleet, "kms01", "a.example", "b.example, 10, 50", "Corp.Example.,5", "c.example,x", " ")
        assert published(fleet, "a.example") == []

        restart(fleet, "kms01")

        assert published(fleet, "a.example") == [("kms01.corp.example", 1688, 0, 0)]
        assert published(fleet, "B.example.") == [("kms01.corp.example", 1688, 10, 50)]
        assert published(fleet, "corp.example") == [("kms01.corp.example", 1688, 5, 0)]
        assert published(fleet, "c.example") == []

    def test_a_host_that_no_longer_publishes_leaves_its_records_behind(self) -> None:
        fleet = hosted({})
        Asker(fleet.machines["kms01"]).service("DisableKeyManagementServiceDnsPublishing", DisablePublishing="true")
        Asker(fleet.machines["kms01"]).service("SetKeyManagementServiceListeningPort", PortNumber="1700")

        restart(fleet, "kms01")

        assert published(fleet, "corp.example") == [("kms01.corp.example", 1688, 0, 0)]

    def test_machines_and_described_hosts_publish_side_by_side(self) -> None:
        fleet = fleet_of({"kms01": HOST}, world={"kms_hosts": {"old.corp.example": {"port": 1700}}})

        assert sorted(published(fleet, "corp.example")) == [
            ("kms01.corp.example", 1688, 0, 0),
            ("old.corp.example", 1700, 0, 0),
        ]

    def test_a_domain_that_is_described_has_what_is_described(self) -> None:
        fleet = hosted({}, dns={"corp.example": ["gone.corp.example"]})
        publish_in(fleet, "kms01", "a.example")
        restart(fleet, "kms01")

        assert published(fleet, "corp.example") == [("gone.corp.example", 1688, 0, 0)]
        assert published(fleet, "a.example") == [("kms01.corp.example", 1688, 0, 0)]

    def test_a_machine_that_has_gone_is_found_in_dns_and_nowhere_else(self) -> None:
        fleet = hosted(servers(1))
        fleet.update({"machines": servers(1), "world": NO_OTHERS})

        assert activate(fleet, "server1") == UNREACHABLE
        assert published(fleet, "corp.example") == [("kms01.corp.example", 1688, 0, 0)]
        assert [row.name for row in fleet.world.kms_endpoints()] == ["server1.corp.example"]

    def test_a_described_host_takes_its_name_back_when_the_machine_has_gone(self) -> None:
        hosts = {"kms_hosts": {"kms01.corp.example": {"port": 1700}}}
        fleet = fleet_of({"kms01": HOST, **servers(1)}, world=hosts)
        assert published(fleet, "corp.example") == [("kms01.corp.example", 1688, 0, 0)]

        fleet.update({"machines": servers(1), "world": hosts, "clock": STILL})

        assert published(fleet, "corp.example") == [("kms01.corp.example", 1700, 0, 0)]
        assert activate(fleet, "server1") == 0


class TestEndpoints:
    @pytest.mark.parametrize(
        ("host", "state", "resolves"),
        [
            ({}, "open", True),
            ({"reachable": False}, "closed", True),
            ({"silent": True}, "silent", True),
            ({"resolves": False}, "open", False),
        ],
    )
    def test_a_described_host_is_on_the_network_as_described(
        self, host: dict[str, Any], state: str, resolves: bool
    ) -> None:
        fleet = fleet_of({"box": SERVER}, world={"kms_hosts": {"kms.corp.example": host}})

        endpoint = next(row for row in fleet.world.kms_endpoints() if row.port)
        assert (endpoint.name, endpoint.port, endpoint.state) == ("kms.corp.example", 1688, state)
        assert endpoint.resolves is resolves
        assert activate(fleet, "box") == (0 if (state, resolves) == ("open", True) else UNREACHABLE)

    def test_a_machine_that_is_no_host_has_a_name_and_no_port(self) -> None:
        (endpoint,) = fleet_of({"box": SERVER}, world=NO_OTHERS).world.kms_endpoints()

        assert (endpoint.name, endpoint.port, endpoint.state) == ("box.corp.example", 0, "closed")


def test_a_machine_that_starts_anew_as_a_plain_server_is_no_host_any_more() -> None:
    fleet = hosted(servers(1))
    fleet.update({"machines": {"kms01": SERVER, **servers(1)}, "world": NO_OTHERS})

    assert activate(fleet, "server1") == UNREACHABLE
    assert fleet.describe()["world"]["kms_hosts"] == {}


def test_licensed_clients_are_described_with_the_host_that_the_fleet_has() -> None:
    fleet = fleet_of({"desk": {**CLIENT, "status": "licensed"}, "kms01": HOST}, world=NO_OTHERS)

    assert list(fleet.machines) == ["desk", "kms01"]
    assert fleet.machines["desk"].describe()["primary"]["discovered_kms_host"] == "kms01.corp.example"


def test_of_two_machines_with_one_name_the_one_that_serves_is_seen() -> None:
    fleet = fleet_of({"one": {**SERVER, "computer_name": "kms01"}, "two": {**HOST, "computer_name": "kms01"}})

    assert "kms01.corp.example" in fleet.describe()["world"]["kms_hosts"]
