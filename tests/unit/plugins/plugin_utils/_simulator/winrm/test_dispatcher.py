# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A message is counted by its kind, and a rule strikes on the occasion it names."""

from __future__ import annotations

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._simulator.winrm.counters import Counters
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.winrm.dispatcher import Dispatcher
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.winrm.fault_injection import FaultInjector
from ansible_collections.volume.activation.plugins.plugin_utils._wsman import (
    Fault,
    Get,
    Instance,
    Put,
    PutDone,
    decode_answer,
    encode_request,
    wmi_resource,
)

from ..wmi_client import fleet_of

KEYS = {
    "CreationClassName": "MSFT|FW|FirewallRule|SPPSVC-In-TCP",
    "Name": "",
    "SystemCreationClassName": "",
    "SystemName": "",
}
PORTS = wmi_resource("MSFT_NetProtocolPortFilter", "root/standardcimv2", KEYS)


@pytest.mark.parametrize(("on", "struck"), [("put", True), ("get", False)])
def test_a_put_is_a_kind_and_an_occasion_of_its_own(on: str, struck: bool) -> None:
    machine = fleet_of({"box": {"system": "server_2022_standard"}}).machines["box"]
    found = machine.answer(Get(PORTS))
    request = Put(PORTS, Instance(PORTS.uri, {**found.instance.properties, "LocalPort": ("1700",)}))  # type: ignore[union-attr]
    faulty = fleet_of({"box": {"system": "server_2022_standard", "faults": [{"on": on, "do": "quota"}]}}).machines[
        "box"
    ]
    counters = Counters()

    reply = Dispatcher(counters, FaultInjector(), lambda _seconds: None).answer(
        faulty, encode_request(request, to="http://machine", message_id="uuid:1")
    )

    assert counters.of("box").kinds == {"put": 1}
    assert isinstance(decode_answer(reply.body, request), Fault if struck else PutDone)
