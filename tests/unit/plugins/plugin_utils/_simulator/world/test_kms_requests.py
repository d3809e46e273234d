# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The KMS hosts of a world, asked directly: who is reached, who is refused, and who is counted until when."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._simulator.catalog.hresults import Failure, Hresult
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.world.clock import (
    ClockSetting,
    SimulatedClock,
)
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.world.kms_hosts import (
    KmsHosts,
    KmsRequest,
    Serving,
    SimulatedKmsHost,
)

NOW = datetime(2026, 2, 27, 12, tzinfo=timezone.utc)
NAME = "kms.corp.example"


def world(
    host: SimulatedKmsHost | None = None, serving: Serving | None = None, later: timedelta = timedelta()
) -> KmsHosts:
    """Return hosts at a standing clock: one that is described, or one of the fleet, or one that is both."""
    hosts = KmsHosts(SimulatedClock(ClockSetting(NOW, later, frozen=True)))
    hosts.take([] if host is None else [host])
    if serving is not None:
        hosts.serve(NAME, serving)
    return hosts


def request(number: int = 1, **changes: Any) -> KmsRequest:
    given = {"is_windows": True, "lines": frozenset({"windows", "all"}), "threshold": 25, "time": NOW, **changes}
    return KmsRequest(client_id=str(number), **given)


def asked(hosts: KmsHosts, sent: KmsRequest | None = None, *, name: str = NAME, port: int = 1688) -> int:
    """Return the count that a host tells, or the HRESULT that asking it fails with."""
    try:
        return hosts.ask(name, port, sent or request()).count
    except Failure as failure:
        return failure.hresult


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(("apart", "is_refused"), [({"hours": 4}, False), ({"hours": 4, "seconds": 1}, True)])
def test_clocks_may_be_four_hours_apart_and_no_more(sign: int, apart: dict[str, int], is_refused: bool) -> None:
    found = asked(world(SimulatedKmsHost(NAME, count=0)), request(time=NOW + sign * timedelta(**apart)))
    assert found == (Hresult.CLOCKS_APART if is_refused else 1)


def test_a_host_is_asked_at_its_port_and_under_its_name_however_it_is_spelled() -> None:
    hosts = world(SimulatedKmsHost(NAME, port=1700, count=0))
    assert [asked(hosts, port=port) for port in (1688, 1700, 0)] == [
        Hresult.KMS_UNREACHABLE,
        1,
        Hresult.KMS_UNREACHABLE,
    ]
    assert asked(hosts, name="KMS.Corp.Example.", port=1700) == 1
    assert asked(hosts, name="other.corp.example", port=1700) == Hresult.KMS_UNREACHABLE
    assert len(hosts.events("KMS.Corp.Example.")) == 2


@pytest.mark.parametrize("described", [{"silent": True}, {"reachable": False}, {"resolves": False}])
def test_a_machine_is_as_far_away_as_it_is_described(described: dict[str, bool]) -> None:
    assert asked(world(SimulatedKmsHost(NAME, **described), Serving())) == Hresult.KMS_UNREACHABLE


def test_a_machine_that_serves_is_activated_whatever_is_described() -> None:
    assert asked(world(SimulatedKmsHost(NAME, activated=False, count=3))) == Hresult.KMS_HOST_NOT_ACTIVATED
    assert asked(world(SimulatedKmsHost(NAME, activated=False, count=3), Serving())) == 4


def test_a_clock_is_off_by_what_is_described_and_by_what_the_machine_says() -> None:
    hosts = world(SimulatedKmsHost(NAME, clock_skew=timedelta(hours=3)), Serving(clock_skew=timedelta(hours=2)))
    assert asked(hosts) == Hresult.CLOCKS_APART
    assert hosts.events(NAME)[0].time == NOW + timedelta(hours=5)


def test_windows_and_office_have_others_of_their_own() -> None:
    hosts = world(SimulatedKmsHost(NAME, count=3, office_count=7))
    office = request(is_windows=False, lines=frozenset({"office", "all"}), threshold=5)
    assert (asked(hosts), asked(hosts, office)) == (4, 8)
    windows, other = (hosts.counters(NAME, is_windows=kind) for kind in (True, False))
    assert windows is not None and other is not None
    assert (windows.count, other.count) == (4, 8)
    assert asked(world(serving=Serving()), office) == 1


def test_a_host_counts_by_its_own_clock_over_the_end_of_a_month() -> None:
    ahead = timedelta(hours=3)
    clock = SimulatedClock(ClockSetting(NOW, frozen=True))
    hosts = KmsHosts(clock)
    hosts.take([SimulatedKmsHost(NAME, count=0, clock_skew=ahead)])
    assert asked(hosts) == 1
    seen = []
    for later in (timedelta(days=30), timedelta(days=30, seconds=1)):
        clock.set(ClockSetting(NOW, later, frozen=True))
        counters = hosts.counters(NAME, is_windows=True)
        assert counters is not None
        seen.append(counters.count)
    assert seen == [1, 0]


def test_joining_again_does_not_take_a_machine_out_of_service() -> None:
    hosts = world(serving=Serving())
    hosts.join(NAME.upper())
    assert asked(hosts) == 1


def test_a_host_that_went_and_came_back_has_forgotten_whom_it_saw() -> None:
    hosts = world(serving=Serving())
    asked(hosts)
    hosts.forget(NAME)
    hosts.serve(NAME, Serving())
    assert (hosts.events(NAME), asked(hosts, request(2))) == ((), 1)


@pytest.mark.parametrize(
    ("silent", "reachable", "state"),
    [(False, True, "open"), (False, False, "closed"), (True, True, "silent"), (True, False, "silent")],
)
def test_who_swallows_every_call_is_silent_whether_or_not_it_listens(silent: bool, reachable: bool, state: str) -> None:
    [endpoint] = world(SimulatedKmsHost(NAME, silent=silent, reachable=reachable)).endpoints()
    assert endpoint.state == state
