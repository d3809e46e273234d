# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A KMS host's log has each request, newest first, in the nine parts of event 12290."""

from __future__ import annotations

import re
from datetime import datetime, timezone

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._simulator.fleet.fleet import Fleet
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.world.kms_log import KmsEvent, Tally
from ansible_collections.volume.activation.plugins.plugin_utils._wsman import Datetime, Get, wmi_resource

from ..wmi_client import Asker, Faulted, fleet_of

NOW = datetime(2026, 11, 2, 8, 5, tzinfo=timezone.utc)
EVENTS = "SELECT {} FROM Win32_NTLogEvent WHERE Logfile = 'Key Management Service'"
HOST = {"system": "server_2022_standard", "channel": "kms_host"}
CLOCK = {"now": "2026-11-02T08:05:00Z", "frozen": True}


def fleet(clock: dict[str, object] | None = None, language: str = "en-US") -> Fleet:
    return fleet_of(
        {
            "kms": {**HOST, "language": language},
            "web1": {"system": "server_2022_standard", "status": None},
            "pc1": {"system": "windows_11_enterprise", "clock_skew": "5h"},
        },
        world={
            "kms_hosts": {"kms.corp.example": {"count": 50}},
            "dns": {"corp.example": [{"host": "kms.corp.example"}]},
        },
        clock=clock or CLOCK,
    )


def asked(clock: dict[str, object] | None = None, language: str = "en-US") -> Asker:
    """Return the host after a server was licensed and a client with a wrong clock refused."""
    machines = fleet(clock, language).machines
    Asker(machines["web1"]).activate()
    with pytest.raises(Faulted):
        Asker(machines["pc1"]).activate()
    return Asker(machines["kms"])


def test_the_newest_request_comes_first_in_the_nine_parts_of_the_event() -> None:
    host = asked()

    refused, granted = (row["InsertionStrings"].split(",") for row in host.rows(EVENTS.format("InsertionStrings")))

    assert granted[:3] == ["0x0", "5", "web1.corp.example"]
    assert re.fullmatch(r"[0-9a-f-]{36}", granted[3])
    assert granted[4:6] == ["2026/11/2 8:05", "1"]
    assert re.fullmatch(r"[0-9a-f-]{36}", granted[8])
    assert [refused[index] for index in (0, 1, 2, 4)] == ["0xC004F06C", "25", "pc1.corp.example", "2026/11/2 13:05"]
    assert len(granted) == len(refused) == 9


def test_an_event_has_what_windows_tells_of_one() -> None:
    event = asked().instances(EVENTS.format("*"))[0]

    assert event.class_name == "Win32_NTLogEvent"
    assert event.properties["EventCode"] == ("12290",)
    assert event.properties["EventIdentifier"] == ("1073754114",)
    assert event.properties["SourceName"] == ("Microsoft-Windows-Security-SPP",)
    assert event.properties["ComputerName"] == ("kms.corp.example",)
    assert event.properties["TimeGenerated"] == (Datetime("2026-11-02T08:05:00Z"),)
    assert event.properties["User"] == (None,)
    assert "Data" not in event.properties


def test_a_projection_has_the_time_and_leaves_out_what_is_null() -> None:
    (event, _older) = asked().instances(EVENTS.format("TimeGenerated, Data, User"))

    assert event.class_uri is None
    assert event.properties == {"TimeGenerated": (Datetime("2026-11-02T08:05:00Z"),), "User": (None,)}


def test_the_words_around_it_are_in_the_hosts_language() -> None:
    event = asked(language="de-DE").rows(EVENTS.format("InsertionStrings, Message, Type"))[0]

    assert event["Type"] == "Informationen"
    assert event["Message"].endswith(event["InsertionStrings"])


def test_events_are_chosen_by_time() -> None:
    host = asked()
    later = "AND EventCode = 12290 AND TimeGenerated >= '{}'"

    assert len(host.rows(f"{EVENTS.format('RecordNumber')} {later.format('20261102080500.000000+000')}")) == 2
    assert host.rows(f"{EVENTS.format('RecordNumber')} {later.format('20261102080500.000001+000')}") == []
    assert len(host.rows(f"{EVENTS.format('RecordNumber')} {later.format('20261102090500.000000+060')}")) == 2


def test_a_record_is_found_by_its_number() -> None:
    host = asked()
    numbers = [row["RecordNumber"] for row in host.rows(EVENTS.format("RecordNumber"))]
    keys = {"Logfile": "Key Management Service", "RecordNumber": "1"}

    found = host.send(Get(wmi_resource("Win32_NTLogEvent", selectors=keys))).instance

    assert numbers == ["2", "1"]
    assert "web1.corp.example" in found.properties["InsertionStrings"][0]


def test_a_record_keeps_its_number_when_older_ones_are_dropped() -> None:
    tally, event = Tally(), KmsEvent(NOW, 0, 5, "web1", "1", NOW, True, 1, 0, "2")

    for _time in range(10_002):
        tally.note(event)

    assert [tally.events()[index].number for index in (0, -1)] == [10_002, 3]


def test_a_machine_that_serves_nobody_has_no_such_events() -> None:
    assert Asker(fleet().machines["web1"]).rows(EVENTS.format("RecordNumber")) == []
