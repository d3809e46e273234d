# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a result tells of a KMS host; what was not read is left open and never made up."""

from __future__ import annotations

import dataclasses
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._applying import Requests
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import (
    Application,
    Channel,
    ClientRequest,
    FirewallRule,
    Hosting,
    LicenseStatus,
    PublishDomain,
    RequestCounts,
    ServedProduct,
    Service,
)
from ansible_collections.volume.activation.plugins.plugin_utils._results.kms_host import (
    client_facts,
    count_facts,
    hosting_facts,
    installation_facts,
    request_facts,
    served_facts,
)

from .._planning.kms_host_samples import RULE, host, hosting
from .._planning.state_samples import licensed, office, state, windows

SINCE = datetime(2026, 11, 1, tzinfo=timezone.utc)
OFFICE = office(channel=Channel.KMS_HOST, status=LicenseStatus.LICENSED)
COUNTS = RequestCounts(total=3, failed=1)


def test_everything_that_was_read_is_told() -> None:
    found = hosting(
        port=1700,
        dns_publishing=False,
        low_priority=True,
        publish_domains=(PublishDomain("corp.example", 1, 2),),
        firewall=replace(RULE, enabled=True, profiles=3, ports=("1688", "1700")),
    )
    assert hosting_facts(found) == {
        "is_kms_host": True,
        "port": 1700,
        "dns_publishing": False,
        "publish_domains": [{"domain": "corp.example", "priority": 1, "weight": 2}],
        "low_priority": True,
        "activation_interval": 120,
        "renewal_interval": 10080,
        "firewall": {
            "rule": "SPPSVC-In-TCP",
            "enabled": True,
            "ports": ["1688", "1700"],
            "profiles": ["domain", "private"],
        },
        "service_version": "10.0.20348.1",
    }


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"publish_domains": None}, {"publish_domains": None}),
        ({"publish_domains": ()}, {"publish_domains": []}),
        ({"firewall": None}, {"firewall": None}),
        ({"firewall": FirewallRule(name="", enabled=False)}, {"firewall": None}),
        ({"version_mark": None}, {"service_version": None}),
        ({"version_mark": ""}, {"service_version": None}),
        ({"port": 0}, {"port": 1688}),
        ({"activation_interval": None}, {"activation_interval": None}),
    ],
)
def test_what_is_not_known_is_left_open(changes: dict[str, Any], told: dict[str, Any]) -> None:
    assert told.items() <= hosting_facts(hosting(**changes)).items()


def test_a_machine_of_which_nothing_was_read_is_told_too() -> None:
    found = hosting_facts(state(windows()))
    assert (found["is_kms_host"], found["port"], found["firewall"]) == (False, 1688, None)
    assert hosting_facts(replace(hosting(licensed()), hosting=Hosting()))["is_kms_host"] is False


def test_counters_keep_their_names() -> None:
    assert request_facts(COUNTS) == dataclasses.asdict(COUNTS)
    assert request_facts(COUNTS)["total"] == 3


def served(**counts: int | None) -> dict[str, ServedProduct]:
    """Return what products have served, by ID."""
    return {name: ServedProduct(id=name, current_count=count) for name, count in counts.items()}


@pytest.mark.parametrize(
    ("products", "counts", "expected"),
    [
        ((host(id="w"),), {"w": 30}, (30, None)),
        ((host(id="w"), replace(OFFICE, id="o")), {"w": 30, "o": 7}, (30, 7)),
        ((host(id="w"), replace(OFFICE, id="o"), replace(OFFICE, id="p")), {"w": 0, "o": 7, "p": 9}, (0, 9)),
        ((replace(OFFICE, id="o"), replace(OFFICE, id="p")), {"o": 9, "p": 7}, (None, 9)),
        ((host(id="w"),), {"w": None}, (None, None)),
        ((host(id="w"),), {}, (None, None)),
        ((licensed(id="w"),), {"w": 30}, (None, None)),
        ((replace(OFFICE, id="o", application=Application.OFFICE_2010),), {"o": 4}, (None, 4)),
        ((), {"w": 30}, (None, None)),
    ],
)
def test_the_two_counts(products: tuple[Any, ...], counts: dict[str, Any], expected: tuple[Any, ...]) -> None:
    assert count_facts(products, served(**counts)) == dict(zip(("windows", "office"), expected, strict=True))


def test_products_with_a_host_key_are_told_with_what_they_served() -> None:
    told = served_facts(
        (licensed(), host(id="w", name="", reason=0xC004F038), replace(OFFICE, id="o")),
        {"w": ServedProduct(id="w", current_count=30, required_count=25, requests=COUNTS)},
    )
    assert [row["id"] for row in told] == ["w", "o"]
    windows_row, office_row = told
    assert (windows_row["name"], windows_row["application"], windows_row["family"]) == (
        None,
        "windows",
        "ServerStandard",
    )
    assert (windows_row["partial_product_key"], windows_row["status"], windows_row["status_code"]) == (
        "PPPPP",
        "licensed",
        1,
    )
    assert windows_row["reason"]["code"] == "0xC004F038"
    assert (windows_row["current_count"], windows_row["required_count"]) == (30, 25)
    assert windows_row["requests"]["failed"] == 1
    assert (office_row["name"], office_row["current_count"], office_row["requests"]["total"]) == ("Office", None, None)


def request(name: str = "one", **changes: Any) -> ClientRequest:
    """Return a request of a client."""
    given = {
        "logged": SINCE + timedelta(days=1),
        "result": 0,
        "required_count": 25,
        "name": name,
        "client_machine_id": "cmid",
        "client_time": SINCE,
        "is_virtual": True,
        "status": LicenseStatus.OOB_GRACE,
        "minutes_left": 43200,
        "activation_id": "product",
    }
    return ClientRequest(**{**given, **changes})


def test_a_client_is_a_row() -> None:
    told = client_facts(Requests((request(),), 2, True), SINCE)
    assert (told["since"], told["events"], told["truncated"], told["duplicates"]) == (
        "2026-11-01T00:00:00+00:00",
        2,
        True,
        [],
    )
    assert told["rows"] == [
        {
            "name": "one",
            "client_machine_id": "cmid",
            "last_seen": "2026-11-02T00:00:00+00:00",
            "last_result": "0x00000000",
            "message": None,
            "required_count": 25,
            "kind": "windows_client",
            "is_virtual": True,
            "status": "oob_grace",
            "minutes_left": 43200,
            "activation_id": "product",
            "requests": 1,
            "failed": 0,
        }
    ]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"required_count": 5}, {"kind": "server_or_office"}),
        ({"required_count": 7}, {"kind": "unknown"}),
        ({"required_count": None}, {"kind": "unknown", "required_count": None}),
        ({"logged": None}, {"last_seen": "2026-11-01T00:00:00+00:00"}),
        ({"logged": None, "client_time": None}, {"last_seen": None}),
        ({"status": None}, {"status": None}),
        ({"status": LicenseStatus.UNLICENSED}, {"status": "unlicensed"}),
        ({"result": 0xC004F06C}, {"last_result": "0xC004F06C", "failed": 1}),
        ({"result": 0x10}, {"last_result": "0x00000010"}),
    ],
)
def test_what_a_request_leaves_open_is_left_open(changes: dict[str, Any], told: dict[str, Any]) -> None:
    (row,) = client_facts(Requests((request(**changes),), 1, False), SINCE)["rows"]
    assert told.items() <= row.items()
    assert bool(row["message"]) is bool(changes.get("result"))


def test_clones_are_told_once_for_each_id() -> None:
    found = Requests((request("two"), request("one"), request("three", client_machine_id="other")), 3, False)
    assert client_facts(found, SINCE)["duplicates"] == [{"client_machine_id": "cmid", "names": ["one", "two"]}]


def test_what_an_activation_elsewhere_needs() -> None:
    product = host(id="w", status=LicenseStatus.OOT_GRACE, installation_id="1" * 63, extended_pid="pid")
    service = Service(version="10.0", client_machine_id="cmid")
    assert installation_facts("host01", "UUID", product, service) == {
        "machine": "host01",
        "activation_id": "w",
        "installation_id": "1" * 63,
        "extended_pid": "pid",
        "partial_product_key": "PPPPP",
        "client_machine_id": "cmid",
        "bios_uuid": "UUID",
        "reason": "hardware_change",
    }
