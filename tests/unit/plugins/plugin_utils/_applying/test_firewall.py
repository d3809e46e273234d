# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The firewall's rule: found with its ports, switched by its own keys, and put back whole when it changes."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._applying.firewall import (
    firewall_rule,
    set_ports,
    set_profiles,
    switch_rule,
)
from ansible_collections.volume.activation.plugins.plugin_utils._errors import AnswerLost, MachineRefused
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import FirewallRule
from ansible_collections.volume.activation.plugins.plugin_utils._wsman import (
    Batch,
    Enumerate,
    Got,
    Instance,
    Invoke,
    Output,
    Put,
    PutDone,
    Resource,
    wmi_resource,
)

from .._cim.scripted_session import ScriptedSession, fault

SPACE = "root/standardcimv2"
PATH = "MSFT|FW|FirewallRule|SPPSVC-In-TCP"
RULE_KEYS = {"CreationClassName": PATH, "PolicyRuleName": "", "SystemCreationClassName": "", "SystemName": ""}
PORT_KEYS = {"CreationClassName": PATH, "Name": "", "SystemCreationClassName": "", "SystemName": ""}
RULE = FirewallRule(
    name="SPPSVC-In-TCP",
    enabled=False,
    ports=("1688",),
    rule_keys=tuple(RULE_KEYS.items()),
    port_keys=tuple(PORT_KEYS.items()),
)
RULE_RESOURCE = wmi_resource("MSFT_NetFirewallRule", SPACE, RULE_KEYS)
PORTS_RESOURCE = wmi_resource("MSFT_NetProtocolPortFilter", SPACE, PORT_KEYS)


def row(keys: dict[str, str], **values: Any) -> Batch:
    """Return one projected row."""
    shown = {"InstanceID": ("SPPSVC-In-TCP",), **{name: (value,) for name, value in keys.items()}, **values}
    return Batch((Instance(None, shown),), None, opening=True)


def rule_row(enabled: int = 2, profiles: str | None = "0") -> Batch:
    """Return the row of the rule."""
    return row(RULE_KEYS, Enabled=(str(enabled),), Profiles=(profiles,))


EMPTY = Batch((), None, opening=True)


def test_a_rule_is_read_with_its_ports_and_both_keys() -> None:
    script = ScriptedSession(rule_row(), row(PORT_KEYS, LocalPort=("1688", "1700-1701")))
    found = firewall_rule(script.repository())
    assert found == FirewallRule(
        name="SPPSVC-In-TCP",
        enabled=False,
        ports=("1688", "1700-1701"),
        profiles=0,
        rule_keys=tuple(RULE_KEYS.items()),
        port_keys=tuple(PORT_KEYS.items()),
    )
    for request, name in zip(script.requests, ("MSFT_NetFirewallRule", "MSFT_NetProtocolPortFilter"), strict=True):
        assert isinstance(request, Enumerate)
        assert request.wql.endswith(f"FROM {name} WHERE InstanceID = 'SPPSVC-In-TCP'")
        assert request.resource == wmi_resource("*", SPACE)


@pytest.mark.parametrize(("enabled", "is_on"), [(1, True), (2, False), (0, False)])
def test_a_rule_is_on_by_windows_number_for_it(enabled: int, is_on: bool) -> None:
    found = firewall_rule(ScriptedSession(rule_row(enabled, "3"), EMPTY).repository())
    assert (found.enabled, found.profiles) == (is_on, 3)


def test_no_profiles_at_all_are_any() -> None:
    assert firewall_rule(ScriptedSession(rule_row(1, None), EMPTY).repository()).profiles == 0


def test_a_rule_without_a_port_filter_has_no_ports_and_no_key_to_set_them() -> None:
    found = firewall_rule(ScriptedSession(rule_row(), EMPTY).repository())
    assert (found.ports, found.port_keys) == ((), ())
    assert found.rule_keys


def test_a_machine_without_the_rule_is_asked_once() -> None:
    script = ScriptedSession(EMPTY)
    found = firewall_rule(script.repository())
    assert (found.name, found.enabled, len(script.calls)) == ("", False, 1)


@pytest.mark.parametrize(("enabled", "method"), [(True, "Enable"), (False, "Disable")])
def test_a_rule_is_switched_by_its_own_method(enabled: bool, method: str) -> None:
    script = ScriptedSession(Output(RULE_RESOURCE, method, {"ReturnValue": ("0",)}))
    switch_rule(script.repository(), RULE, enabled=enabled)
    (request,) = script.requests
    assert isinstance(request, Invoke)
    assert (request.method, request.resource) == (method, RULE_RESOURCE)


def whole(resource: Resource, **values: tuple[str | None, ...]) -> Got:
    """Return an instance as a Get shows it."""
    return Got(Instance(resource.uri, values))


def done(script_call: Any) -> PutDone:
    """Confirm a Put."""
    return PutDone(script_call.request.instance)


def test_ports_are_put_back_with_all_that_belongs_to_them() -> None:
    script = ScriptedSession(whole(PORTS_RESOURCE, Protocol=("TCP",), LocalPort=("1688", "1689"), Icmp=(None,)), done)
    set_ports(script.repository(), RULE, 1700)
    get, put = script.requests
    assert isinstance(put, Put)
    assert get.resource == put.resource == PORTS_RESOURCE
    assert put.instance.properties == {"Protocol": ("TCP",), "LocalPort": ("1700",), "Icmp": (None,)}


def test_profiles_are_put_back_with_all_that_belongs_to_them() -> None:
    script = ScriptedSession(whole(RULE_RESOURCE, Enabled=("2",), profiles=("0",)), done)
    set_profiles(script.repository(), RULE, 3)
    put = script.requests[1]
    assert isinstance(put, Put)
    assert put.resource == RULE_RESOURCE
    assert put.instance.properties == {"Enabled": ("2",), "profiles": ("3",)}


@pytest.mark.parametrize("change", [lambda box: set_ports(box, RULE, 1700), lambda box: set_profiles(box, RULE, 3)])
def test_a_put_whose_answer_is_lost_is_sent_once(change: Any) -> None:
    script = ScriptedSession(whole(RULE_RESOURCE, LocalPort=("1688",)), AnswerLost("gone"))
    with pytest.raises(AnswerLost):
        change(script.repository())
    assert script.kinds == ["Get", "Put"]


def test_a_put_that_is_refused_says_so() -> None:
    script = ScriptedSession(whole(PORTS_RESOURCE, LocalPort=("1688",)), fault(0x80070005))
    with pytest.raises(MachineRefused) as refusal:
        set_ports(script.repository(), RULE, 1700)
    assert refusal.value.hresult == 0x80070005
