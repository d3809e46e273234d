# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The firewall's rule of a KMS host: about its port and in the wished profiles before it is switched on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._errors import Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import FirewallRule
from ansible_collections.volume.activation.plugins.plugin_utils._planning import (
    FirewallWish,
    SetFirewallPort,
    SetFirewallProfiles,
    SwitchFirewallRule,
    profile_words,
)

from .kms_host_samples import RULE, actions, hosting, planned


@pytest.mark.parametrize(
    ("rule", "port", "wish", "expected"),
    [
        ({}, 0, FirewallWish(enabled=True), ["switch_firewall_rule"]),
        ({}, 1700, FirewallWish(enabled=True), ["set_firewall_port", "switch_firewall_rule"]),
        ({"ports": ("1600-1800",)}, 1700, FirewallWish(enabled=True), ["switch_firewall_rule"]),
        ({"enabled": True}, 1700, FirewallWish(enabled=True), ["set_firewall_port"]),
        ({"enabled": True}, 1700, FirewallWish(enabled=False), ["switch_firewall_rule"]),
        ({"enabled": True}, 0, FirewallWish(enabled=True, profiles=3), ["set_firewall_profiles"]),
        ({"enabled": True, "profiles": 3}, 0, FirewallWish(enabled=True, profiles=3), []),
        ({"enabled": True, "profiles": 3}, 0, FirewallWish(enabled=True, profiles=0), ["set_firewall_profiles"]),
        ({"enabled": True, "profiles": 3}, 0, FirewallWish(enabled=True), []),
        ({"enabled": True, "profiles": 7}, 0, FirewallWish(enabled=True, profiles=0), []),
        ({"name": ""}, 0, FirewallWish(enabled=False), []),
    ],
)
def test_the_rule_is_about_the_port_and_the_profiles_before_it_is_switched_on(
    rule: dict[str, Any], port: int, wish: FirewallWish, expected: list[str]
) -> None:
    found = hosting(port=port, firewall=replace(RULE, **rule))
    assert actions(found, firewall=wish) == expected
    after = planned(found, firewall=wish).predicted(found)
    assert actions(after, firewall=wish) == []


def test_the_rule_follows_a_port_that_is_set_in_the_same_plan() -> None:
    steps = planned(hosting(), port=1700, firewall=FirewallWish(enabled=True, profiles=3)).steps
    port = next(step for step in steps if isinstance(step, SetFirewallPort))
    profiles = next(step for step in steps if isinstance(step, SetFirewallProfiles))
    switch = next(step for step in steps if isinstance(step, SwitchFirewallRule))
    assert (port.port, port.was, port.becomes) == (1700, "1688", "1700")
    assert (profiles.profiles, profiles.was, profiles.becomes) == (3, "any", "domain, private")
    assert (switch.enabled, switch.was, switch.becomes) == (True, "off", "on")


def test_a_machine_without_the_rule_is_told_so_before_anything_is_changed() -> None:
    found = hosting(firewall=FirewallRule(name="", enabled=False))
    with pytest.raises(Refusal) as refusal:
        planned(found, port=1700, firewall=FirewallWish(enabled=True))
    assert refusal.value.code == "no_firewall_rule"
    assert refusal.value.remedy


@pytest.mark.parametrize(
    ("profiles", "words"),
    [(0, "any"), (1, "domain"), (2, "private"), (4, "public"), (5, "domain, public"), (7, "any"), (0x7FFFFFFF, "any")],
)
def test_profiles_are_told_in_words(profiles: int, words: str) -> None:
    assert profile_words(profiles) == words


def test_a_rule_whose_ports_are_not_to_be_found_is_not_changed_in_half() -> None:
    found = hosting(firewall=replace(RULE, ports=(), port_keys=()))
    with pytest.raises(Refusal) as refusal:
        planned(found, firewall=FirewallWish(enabled=True))
    assert refusal.value.code == "no_firewall_rule"
    assert refusal.value.remedy
    assert planned(found, firewall=FirewallWish(enabled=False)).steps == ()


def test_a_rule_with_an_empty_list_of_ports_gets_the_host_s() -> None:
    found = hosting(firewall=replace(RULE, ports=()))
    step = planned(found, firewall=FirewallWish(enabled=True)).steps[0]
    assert isinstance(step, SetFirewallPort)
    assert (step.was, step.becomes) == ("(none)", "1688")
