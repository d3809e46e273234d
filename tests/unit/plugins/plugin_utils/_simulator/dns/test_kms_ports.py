# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ports of simulated KMS hosts: what becomes of an address that somebody else has."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._errors import ActivationError
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.dns import kms_ports
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.dns.kms_ports import Ports


@dataclass(frozen=True)
class Host:
    name: str
    port: int
    state: Literal["open", "closed", "silent"] = "open"
    resolves: bool = True


@pytest.fixture
def ports() -> Iterator[Ports]:
    found = Ports()
    yield found
    found.stop()


@pytest.fixture
def taken() -> Iterator[tuple[str, int]]:
    """A place on loopback where somebody else listens."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield listening.getsockname()


def test_an_address_that_is_taken_is_given_up_for_another(
    ports: Ports, taken: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, port = taken
    real, draws = kms_ports._drawn, iter([address, address])
    monkeypatch.setattr(kms_ports, "_drawn", lambda: next(draws, None) or real())
    found = ports.follow([Host("kms", port)])["kms"]
    assert found != address
    assert ports.follow([Host("kms", port)])["kms"] == found
    socket.create_connection((found, port), timeout=30).close()


def test_addresses_are_not_tried_for_ever(
    ports: Ports, taken: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    draws: list[str] = []

    def draw() -> str:
        draws.append(taken[0])
        return taken[0]

    monkeypatch.setattr(kms_ports, "_drawn", draw)
    with pytest.raises(ActivationError) as caught:
        ports.follow([Host("kms", taken[1])])
    assert (caught.value.code, len(draws)) == ("port_taken", 21)


def test_no_address_is_that_of_the_fleet_itself() -> None:
    assert all(kms_ports._drawn().startswith("127.") for _time in range(50))
    assert {address.split(".")[1] for address in (kms_ports._drawn() for _time in range(50))} <= {
        str(number) for number in range(64, 128)
    }
