# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The firewall's rule for KMS: on or off, for ports, and for kinds of network."""

from __future__ import annotations

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._simulator.host.firewall import (
    ANY_PROFILE,
    DOMAIN,
    PRIVATE,
    PUBLIC,
    Firewall,
)


def test_it_comes_switched_off_for_the_port_of_kms_and_every_network() -> None:
    assert Firewall() == Firewall(enabled=False, ports=("1688",), profiles=ANY_PROFILE)
    assert not Firewall().admits(1688, DOMAIN)


@pytest.mark.parametrize(
    ("ports", "port", "expected"),
    [
        (("1688",), 1688, True),
        (("1688",), 1689, False),
        (("1688", "1700"), 1700, True),
        (("1688-1700",), 1700, True),
        (("1688-1700",), 1701, False),
        (("Any",), 4711, True),
        (("any ",), 65535, True),
        (("1688",), 1687, False),
        ((" 1690 - 1700 ",), 1690, True),
        ((), 1688, False),
        (("RPC",), 1688, False),
        (("-1688",), 1688, False),
    ],
)
def test_it_lets_in_what_its_ports_say(ports: tuple[str, ...], port: int, expected: bool) -> None:
    assert Firewall(enabled=True, ports=ports).admits(port, DOMAIN) is expected
    assert not Firewall(enabled=False, ports=ports).admits(port, DOMAIN)


@pytest.mark.parametrize(
    ("profiles", "networks"),
    [(ANY_PROFILE, {DOMAIN, PRIVATE, PUBLIC}), (DOMAIN, {DOMAIN}), (DOMAIN | PRIVATE, {DOMAIN, PRIVATE})],
)
def test_it_lets_in_from_its_networks(profiles: int, networks: set[int]) -> None:
    rule = Firewall(enabled=True, profiles=profiles)

    assert {network for network in (DOMAIN, PRIVATE, PUBLIC) if rule.admits(1688, network)} == networks
