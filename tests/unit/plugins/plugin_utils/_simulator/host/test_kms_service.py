# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a KMS host reads from its registry when its service starts."""

from __future__ import annotations

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._simulator.host.kms_service import (
    SimulatedHostSettings,
    host_settings,
)
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.host.registry import (
    PROTECTION,
    Settings,
    SimulatedRegistry,
)

NAME = "kms01.corp.example"


def numbers(settings: SimulatedHostSettings, name: str = NAME) -> dict[str, tuple[int, int, int]]:
    """Return port, priority and weight by the domain in which a host publishes."""
    return {domain: (row.port, row.priority, row.weight) for domain, row in settings.records(name)}


def test_an_empty_registry_means_the_usual() -> None:
    assert host_settings(SimulatedRegistry()) == SimulatedHostSettings(1688, True, (), 120, 10080)


def test_it_takes_what_is_written() -> None:
    registry = SimulatedRegistry()
    settings = Settings(registry)
    settings.put("KeyManagementServiceListeningPort", "1700")
    settings.put("DisableDnsPublishing", 1)
    settings.put("VLActivationInterval", 15)
    settings.put("VLRenewalInterval", 43200)
    registry.write(PROTECTION, "DnsDomainPublishList", "multi_sz", ("a.example",))

    assert host_settings(registry) == SimulatedHostSettings(1700, False, ("a.example",), 15, 43200)


@pytest.mark.parametrize("port", ["0", "65536", "none"])
def test_a_port_that_is_none_is_the_usual_one(port: str) -> None:
    registry = SimulatedRegistry()
    Settings(registry).put("KeyManagementServiceListeningPort", port)

    assert host_settings(registry).port == 1688


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("a.example", {"a.example": (1688, 0, 0)}),
        ("a.example, 10", {"a.example": (1688, 10, 0)}),
        (" A.Example. ,10,50", {"a.example": (1688, 10, 50)}),
        ("a.example,,50", {"a.example": (1688, 0, 50)}),
        ("", {}),
        (",10", {}),
        ("a.example,ten", {}),
        ("a.example,1,2,3", {}),
        ("a.example,65535,0050", {"a.example": (1688, 65535, 50)}),
        ("a.example,65536", {}),
        ("a.example,0" + "9" * 5000, {}),
        ("a.example," + "0" * 5000, {"a.example": (1688, 0, 0)}),
        ("a.example,\u0663", {}),
        (".", {}),
    ],
)
def test_a_line_of_the_list_is_a_domain_with_its_numbers(line: str, expected: dict[str, tuple[int, int, int]]) -> None:
    assert numbers(SimulatedHostSettings(publish_list=(line,))) == {"corp.example": (1688, 0, 0), **expected}


def test_a_host_without_a_domain_publishes_in_its_list_alone() -> None:
    assert numbers(SimulatedHostSettings(), "kms01") == {}
    assert numbers(SimulatedHostSettings(publish_list=("a.example",)), "kms01") == {"a.example": (1688, 0, 0)}


def test_a_host_that_does_not_publish_publishes_nothing() -> None:
    assert numbers(SimulatedHostSettings(is_publishing=False, publish_list=("a.example",))) == {}
