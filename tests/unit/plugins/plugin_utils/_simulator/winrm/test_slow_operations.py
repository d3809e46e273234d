# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Operations that outlast what the client or the host allows: they are answered then, and finish all the same."""

from __future__ import annotations

import http.client
import time
from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._simulator.catalog.product_keys import made_up_key
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.fleet.fleet import Fleet
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.fleet.server import FleetServer
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.winrm.counters import Counters
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.winrm.dispatcher import Dispatcher
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.winrm.fault_injection import FaultInjector
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.winrm.listener import IDLE_SECONDS
from ansible_collections.volume.activation.plugins.plugin_utils._wsman import (
    Fault,
    Invoke,
    Output,
    decode_answer,
    encode_request,
    wmi_resource,
)

from ..fake_fleet import connect, fleet, post
from ..wmi_client import STILL, Asker, fleet_of

TIMED_OUT = 2150858793
MAK = made_up_key("mak", "slow")
CLIENT = {"system": "server_2022_standard", "status": "notification", "kms_host": "kms.corp.example"}
ON_MAK = {"system": "server_2022_standard", "channel": "mak", "product_key": MAK, "status": None}


def world(**kms: Any) -> dict[str, Any]:
    return {
        "kms_hosts": {"kms.corp.example": {"count": 50, "products": ["server_2022"], **kms}},
        "microsoft": {"maks": {"slow": {"remaining": 3}}},
    }


def logged(box: Slow) -> list[str]:
    """Return what the machine has written about its attempts."""
    wql = "SELECT InsertionStrings FROM Win32_NTLogEvent WHERE Logfile = 'Application'"
    return [row["InsertionStrings"] for row in Asker(box.fleet.machines["box"]).rows(wql)]


class Slow:
    """One machine behind a dispatcher whose pauses are written down, with a clock that the test moves."""

    def __init__(self, machine: dict[str, Any], *, kms: dict[str, Any] | None = None, **rule: Any) -> None:
        self.description = {**machine, "faults": [{"on": "Activate", "do": "slow", **rule}]}
        self.world = world(**(kms or {}))
        self.fleet: Fleet = fleet_of({"box": self.description}, world=self.world)
        self.pauses: list[float] = []
        self.dispatcher = Dispatcher(Counters(), FaultInjector(), self.pauses.append)

    def call(self, request: Invoke, operation_timeout: float = 60.0) -> Any:
        data = encode_request(request, to="http://machine", message_id="uuid:1", operation_timeout=operation_timeout)
        return decode_answer(self.dispatcher.answer(self.fleet.machines["box"], data).body, request)

    def activate(self, operation_timeout: float = 60.0) -> Any:
        found = wmi_resource("SoftwareLicensingProduct", selectors={"ID": self.primary["id"]})
        return self.call(Invoke(found, "Activate", {}), operation_timeout)

    def wait(self, seconds: int) -> None:
        clock = {**STILL, "advance": f"{seconds}s"}
        self.fleet.update({"machines": {"box": self.description}, "world": self.world, "clock": clock})

    @property
    def primary(self) -> Any:
        return self.fleet.machines["box"].describe()["primary"]

    @property
    def calls(self) -> list[str]:
        return [row["method"] for row in self.fleet.machines["box"].describe()["invoked"]]


def test_what_ends_within_the_limit_is_only_slow() -> None:
    box = Slow(CLIENT, seconds=25)

    assert isinstance(box.activate(), Output)

    assert box.pauses == [25]
    assert box.primary["status"] == "licensed"


@pytest.mark.parametrize(("asked", "rule", "limit"), [(20.0, {}, 20.0), (300.0, {}, 60.0), (60.0, {"limit": 2}, 2.0)])
def test_what_outlasts_the_limit_is_answered_then_and_finishes_later(
    asked: float, rule: dict[str, Any], limit: float
) -> None:
    box = Slow(CLIENT, seconds=90, **rule)

    answer = box.activate(asked)

    assert isinstance(answer, Fault)
    assert (answer.number, answer.subcode) == (TIMED_OUT, "TimedOut")
    assert box.pauses == [limit]
    box.wait(89)
    assert (box.primary["status"], box.calls) == ("notification", [])
    box.wait(90)
    assert (box.primary["status"], box.calls) == ("licensed", ["Activate"])


def test_a_late_activation_that_failed_is_in_the_log_and_not_in_the_reason() -> None:
    box = Slow(CLIENT, kms={"silent": True}, seconds=90)
    before = box.primary["reason"]

    box.activate()

    box.wait(89)
    assert logged(box) == []
    box.wait(91)
    assert (box.primary["status"], box.primary["reason"]) == ("notification", before)
    assert [text.partition(",")[0] for text in logged(box)] == ["0x800706BA"]


def test_a_late_activation_is_counted_when_it_ends() -> None:
    box = Slow(ON_MAK, seconds=90)

    box.activate()

    assert box.fleet.microsoft.describe()["maks"]["slow"]["spent"] == 0
    box.wait(90)
    assert box.primary["status"] == "licensed"
    assert box.fleet.microsoft.describe()["maks"]["slow"]["spent"] == 1


def test_a_service_that_takes_its_time_returns_seven_and_is_stopping_until_then() -> None:
    rule = {"on": "StopService", "seconds": 40, "limit": 30, "code": 7}
    box = Slow({"system": "server_2022_standard"}, **rule)
    asker = Asker(box.fleet.machines["box"])
    asker.one("SELECT Version FROM SoftwareLicensingService")  # which starts it

    answer = box.call(Invoke(wmi_resource("Win32_Service", selectors={"Name": "sppsvc"}), "StopService", {}))

    assert answer.values["ReturnValue"] == ("7",)
    assert box.pauses == [30]
    query = "SELECT State FROM Win32_Service WHERE Name = 'sppsvc'"
    assert [asker.one(query)["State"] for _look in range(3)] == ["Stop Pending"] * 3
    box.wait(40)
    assert [asker.one(query)["State"] for _look in range(2)] == ["Stop Pending", "Stopped"]


def test_an_idle_connection_is_closed() -> None:
    assert IDLE_SECONDS == 120
    with FleetServer(fleet("web1"), idle_seconds=0.2) as server:
        connection = connect(server, tls=False)
        assert post(connection, "/wsman/web1").read() == b""
        time.sleep(0.5)
        with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
            post(connection, "/wsman/web1")
