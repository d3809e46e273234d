# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A machine writes into its Application log how its activations end, and `Activate` hides some of it."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._simulator.description.fields import InvalidDescription
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.fleet.fleet import Fleet

from ..wmi_client import NOON, STILL, Asker, Faulted, fleet_of

CLIENT = {"system": "server_2022_standard", "kms_host": "kms.corp.example", "status": "notification"}
NAMES = "EventCode, InsertionStrings, TimeGenerated, Type, SourceName"
LOG = f"SELECT {NAMES} FROM Win32_NTLogEvent WHERE Logfile = 'Application'"
FIELDS = 10


def fleet(machine: dict[str, Any] | None = None, kms: dict[str, Any] | None = None, **world: Any) -> Fleet:
    hosts = {"kms.corp.example": {"count": 50, **(kms or {})}}
    return fleet_of({"box": {**CLIENT, **(machine or {})}}, world={"kms_hosts": hosts, **world}, clock=STILL)


def events(found: Fleet) -> list[dict[str, Any]]:
    return Asker(found.machines["box"]).rows(LOG)


def activate(found: Fleet) -> str | None:
    """Return the number that `Activate` returns, None when it works."""
    try:
        Asker(found.machines["box"]).activate()
    except Faulted as faulted:
        return f"0x{faulted.fault.number:08X}"
    return None


def reason(found: Fleet) -> str:
    return str(found.machines["box"].describe()["primary"]["reason"])


@pytest.mark.parametrize(
    ("machine", "kms", "returned", "logged"),
    [
        ({}, {}, None, "0x00000000"),
        ({"clock_skew": "5h"}, {}, "0xC004F074", "0xC004F06C"),
        ({}, {"clock_skew": "-5h"}, "0xC004F074", "0xC004F06C"),
        ({}, {"reachable": False}, "0xC004F074", "0x800706BA"),
        ({}, {"silent": True}, "0xC004F074", "0x800706BA"),
        ({}, {"products": ["server_2019"]}, "0xC004F042", "0xC004F042"),
        ({}, {"activated": False}, "0xC004F041", "0xC004F041"),
        ({}, {"count": 2}, "0xC004F038", "0x00000000"),
    ],
)
def test_the_event_has_the_code_behind_the_one_that_is_returned(
    machine: dict[str, Any], kms: dict[str, Any], returned: str | None, logged: str
) -> None:
    found = fleet(machine, kms)
    assert activate(found) == returned
    request = events(found)[-1]
    parts = str(request["InsertionStrings"]).split(", ")
    assert (request["EventCode"], request["SourceName"]) == ("12288", "Microsoft-Windows-Security-SPP")
    assert (len(parts), parts[0], parts[1], parts[2]) == (FIELDS, logged, "0x00000000", "kms.corp.example:1688")
    assert parts[9] == "5"


@pytest.mark.parametrize(("count", "flags", "bound"), [(50, "0x00000000", "1"), (2, "0x04000000", "0")])
def test_an_answer_has_the_count_of_the_host_and_a_flag_where_it_is_too_low(count: int, flags: str, bound: str) -> None:
    found = fleet(kms={"count": count})
    activate(found)
    answer = events(found)[0]
    parts = str(answer["InsertionStrings"]).split(", ")
    counted = str(min(count + 1, 10))
    assert answer["EventCode"] == "12289"
    assert parts == ["0x00000000", flags, bound, "0", counted, "120", "10080", "2026/03/01 12:00"]


@pytest.mark.parametrize(
    ("machine", "before", "after"),
    [
        ({"status": None}, "0xC004F034", "0xC004F056"),
        ({"status": "notification"}, "0xC004F009", "0xC004F009"),
        ({"status": "unlicensed"}, "0x00000000", "0xC004F056"),
        ({"status": "oob_grace", "grace_days": 5}, "0x4004F00C", "0x4004F00C"),
    ],
)
def test_the_reason_of_a_kms_client_is_a_state_and_not_the_answer(
    machine: dict[str, Any], before: str, after: str
) -> None:
    found = fleet(machine, {"count": 1})
    assert reason(found) == before
    assert activate(found) == "0xC004F038"
    assert reason(found) == after


def test_each_host_that_dns_names_has_its_event_and_none_has_none() -> None:
    hosts = {"a.corp.example": {"reachable": False}, "b.corp.example": {"clock_skew": "9h"}}
    dns = {"corp.example": [{"host": "a.corp.example"}, {"host": "b.corp.example", "priority": 5}]}
    found = fleet({"kms_host": None}, kms_hosts=hosts, dns=dns)
    assert activate(found) == "0xC004F074"
    told = [str(event["InsertionStrings"]).split(", ")[::2][:2] for event in events(found)]
    assert told == [["0xC004F06C", "b.corp.example:1688"], ["0x800706BA", "a.corp.example:1688"]]
    nameless = fleet({"kms_host": None}, dns={})
    assert (activate(nameless), events(nameless)) == ("0x8007232B", [])


def test_what_windows_tries_by_itself_is_summed_up_with_what_was_returned() -> None:
    clock = {"now": NOON, "frozen": True}
    machines = {"box": CLIENT}
    world = {"kms_hosts": {"kms.corp.example": {"reachable": False}}, "clients_renew": True}
    found = fleet_of(machines, world=world, clock=clock)
    assert events(found) == []
    found.update({"machines": machines, "world": world, "clock": {"now": "2026-03-01T15:00:00Z", "frozen": True}})
    summary, request = events(found)
    assert (summary["EventCode"], request["EventCode"], summary["Type"]) == ("8198", "12288", "Error")
    code, arguments = summary["InsertionStrings"]
    product = found.machines["box"].describe()["primary"]["id"]
    assert code == "hr=0xC004F074"
    assert f"SkuId={product}" in arguments and "Trigger=TimerEvent" in arguments


def test_an_activation_by_microsoft_that_fails_has_events_of_its_own() -> None:
    found = fleet_of(
        {"box": {"system": "server_2022_standard", "channel": "mak", "status": "unlicensed", "internet": False}}
    )
    returned = activate(found)
    assert [(event["EventCode"], str(event["InsertionStrings"])[2:15]) for event in events(found)][1] == (
        "8200",
        f"={returned}"[:13],
    )
    assert events(found)[0]["EventCode"] == "1014"


def test_a_rule_that_lets_an_activation_fail_leaves_the_event_of_one() -> None:
    found = fleet({"faults": [{"on": "Activate", "do": "hresult", "code": "0xC004F074"}]})
    assert activate(found) == "0xC004F074"
    (event,) = events(found)
    assert str(event["InsertionStrings"]).startswith("0x800706BA, 0x00000000, kms.corp.example:1688, ")


def test_what_was_attempted_and_logged_before_can_be_described() -> None:
    attempt = {"code": "0xC004F038", "host": "old.corp.example", "port": 1700, "count": 3, "ago": "2h"}
    found = fleet(
        {
            "last_attempt": attempt,
            "office": [{"product": "office_2021", "status": "notification", "last_attempt": {"code": "0x8007232B"}}],
            "events": [
                {"id": 8198, "strings": ["hr=0x80070005"], "ago": "1d", "source": "VSS"},
                {"id": 1, "ago": "1m"},
            ],
        }
    )
    told = events(found)
    assert [event["EventCode"] for event in told] == ["1", "8198", "12289", "12288", "8198"]
    assert told[-1]["SourceName"] == "VSS"
    assert str(told[2]["InsertionStrings"]).split(", ")[1:5:3] == ["0x04000000", "3"]
    assert "old.corp.example:1700" in told[3]["InsertionStrings"]
    assert told[1]["InsertionStrings"][0] == "hr=0x8007232B"


@pytest.mark.parametrize(
    "wrong",
    [
        {"last_attempt": {}},
        {"last_attempt": {"code": "odd"}},
        {"last_attempt": {"code": "0xC004F038", "ago": "-1h"}},
        {"channel": "mak", "last_attempt": {"code": "0xC004F038"}},
        {"events": [{}]},
        {"events": [{"id": 70000}]},
        {"events": [{"id": 1, "strings": [1]}]},
        {"events": {"id": 1}},
    ],
)
def test_what_cannot_be_in_a_log_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidDescription):
        fleet_of({"box": {"system": "server_2022_standard", **wrong}})
