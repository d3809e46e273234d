# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ports that accept, refuse and never answer, and hosts that have several addresses."""

from __future__ import annotations

import errno
import socket

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._discovery import (
    Probe,
    ProbeOutcome,
    only_neighbours_reach,
    probe,
)
from ansible_collections.volume.activation.plugins.plugin_utils._errors import ActivationError
from ansible_collections.volume.activation.tests.kms_ports import opened

# Whoever waited for a silent address first would not end within a test.
ENDLESS = 3600.0
SHORT = 0.2


def test_who_accepts_is_reached_in_some_time() -> None:
    with opened({"kms": "open"}) as addresses:
        found = probe([addresses["kms"]], 1688, ENDLESS)
    assert found.outcome is ProbeOutcome.ACCEPTED
    assert found.latency_ms is not None and found.latency_ms >= 0


def test_who_refuses_is_told_at_once() -> None:
    with opened({"kms": "open"}) as addresses:
        assert probe([addresses["kms"]], 1689, ENDLESS) == Probe(ProbeOutcome.REFUSED)


def test_who_never_answers_costs_the_time_limit() -> None:
    with opened({"kms": "silent"}) as addresses:
        assert probe([addresses["kms"]], 1688, SHORT) == Probe(ProbeOutcome.SILENT)


def test_one_of_several_addresses_is_enough_whichever_it_is() -> None:
    with opened({"silent": "silent", "closed": "closed", "open": "open"}) as found:
        for order in (("silent", "closed", "open"), ("open", "silent", "closed"), ("closed", "open", "silent")):
            assert probe([found[name] for name in order], 1688, ENDLESS).outcome is ProbeOutcome.ACCEPTED


def test_who_refuses_is_there_though_another_address_is_silent() -> None:
    with opened({"silent": "silent", "closed": "closed"}) as found:
        assert probe([found["silent"], found["closed"]], 1688, SHORT).outcome is ProbeOutcome.REFUSED


def test_several_silent_addresses_share_one_time_limit() -> None:
    times = iter([0.0, 0.0, 1.0])
    with opened({f"kms{number}": "silent" for number in range(10)}) as found:
        # One look at the clock to begin with, one before each wait: all ten wait together, once.
        assert probe(list(found.values()), 1688, SHORT, clock=lambda: next(times)).outcome is ProbeOutcome.SILENT


def test_the_latency_is_by_the_clock() -> None:
    times = iter([10.0, 10.0, 10.25016])
    with opened({"kms": "open"}) as found:
        assert probe([found["kms"]], 1688, ENDLESS, clock=lambda: next(times)).latency_ms == 250.2


def test_nobody_is_reached_without_an_address() -> None:
    assert probe([], 1688, ENDLESS) == Probe(ProbeOutcome.NO_ROUTE)


def test_an_address_of_a_network_card_that_we_do_not_have_leads_nowhere() -> None:
    assert probe(["fe80::1%no-such-card"], 1688, ENDLESS) == Probe(ProbeOutcome.NO_ROUTE)


@pytest.mark.parametrize("number", [errno.ENETUNREACH, errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL])
def test_a_network_that_we_are_not_in_is_told_from_a_dead_host(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    monkeypatch.setattr(socket.socket, "connect_ex", lambda *_args: number)
    assert probe(["2001:db8::1"], 1688, ENDLESS) == Probe(ProbeOutcome.NO_ROUTE)


@pytest.mark.parametrize("number", [errno.EHOSTUNREACH, errno.ETIMEDOUT])
def test_a_router_that_knows_nobody_there_says_what_silence_says(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    monkeypatch.setattr(socket.socket, "connect_ex", lambda *_args: number)
    assert probe(["192.0.2.1"], 1688, ENDLESS) == Probe(ProbeOutcome.SILENT)


@pytest.mark.parametrize("number", [errno.ECONNREFUSED, errno.ECONNRESET])
def test_who_sends_us_away_is_there_whatever_the_other_addresses_say(
    monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    for order in ((number, errno.ENETUNREACH, errno.EHOSTUNREACH), (errno.EHOSTUNREACH, errno.ENETUNREACH, number)):
        outcomes = iter(order)
        monkeypatch.setattr(socket.socket, "connect_ex", lambda *_args, outcomes=outcomes: next(outcomes))
        assert probe(["192.0.2.1", "2001:db8::1", "192.0.2.2"], 1688, ENDLESS) == Probe(ProbeOutcome.REFUSED)


def test_a_host_with_a_thousand_addresses_does_not_use_up_our_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[str] = []

    def refuse(_connection: socket.socket, place: tuple[str, int]) -> int:
        called.append(place[0])
        return errno.ECONNREFUSED

    monkeypatch.setattr(socket.socket, "connect_ex", refuse)
    addresses = [f"192.0.2.{number % 256}" for number in range(1000)]
    assert probe(addresses, 1688, ENDLESS) == Probe(ProbeOutcome.REFUSED)
    assert called == addresses[:8]


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE])
def test_that_we_have_no_socket_left_says_nothing_about_a_host(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def fail(*_args: object) -> None:
        raise OSError(number, "Too many open files")

    monkeypatch.setattr(socket, "socket", fail)
    with pytest.raises(ActivationError) as caught:
        probe(["192.0.2.1"], 1688, ENDLESS)
    assert (caught.value.code, "limit" in (caught.value.remedy or "")) == ("too_many_open_files", True)


def test_a_socket_that_cannot_be_made_for_a_network_leads_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object) -> None:
        raise OSError("no number")

    monkeypatch.setattr(socket, "socket", fail)
    assert probe(["2001:db8::1"], 1688, ENDLESS) == Probe(ProbeOutcome.NO_ROUTE)


@pytest.mark.parametrize(
    ("addresses", "expected"),
    [
        (["169.254.169.250"], True),
        (["fe80::1%eth0", "169.254.1.1"], True),
        (["169.254.169.250", "10.0.0.1"], False),
        (["10.0.0.1"], False),
        ([], False),
    ],
)
def test_link_local_addresses_are_those_of_neighbours(addresses: list[str], expected: bool) -> None:
    assert only_neighbours_reach(addresses) is expected
