# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The licensing service is stopped, seen stopped and started; and started again whatever became of the stop."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._applying.service_restart import restart_service
from ansible_collections.volume.activation.plugins.plugin_utils._cim import Repository
from ansible_collections.volume.activation.plugins.plugin_utils._errors import (
    ActivationError,
    AnswerLost,
    ConnectionFailed,
    MachineRefused,
    NotConverged,
)

LOOKS = 5


@dataclass
class Service:
    """A service that arrives `after` so many looks where it was told to go, or never; calls may fail."""

    stops_after: int | None = 1
    starts_after: int | None = 1
    failures: dict[str, ActivationError] = field(default_factory=dict)
    works: bool = True
    """Whether a call that fails has done its work all the same."""
    state: str = "Running"
    process: int | None = 71
    there: bool = True
    log: list[str] = field(default_factory=list)
    looks: int = 0
    left: int | None = None

    def select(self, class_name: str, properties: t.Any, conditions: t.Any) -> list[dict[str, t.Any]]:
        """Show the state, and come nearer to the next."""
        assert (class_name, list(conditions)) == ("Win32_Service", ["Name = 'sppsvc'"])
        assert list(properties) == ["State", "ProcessId"]
        self.looks += 1
        if "Pending" in self.state and self.left is not None:
            self.left -= 1
            if self.left < 0:
                self.state = "Stopped" if self.state.startswith("Stop") else "Running"
        self.log.append(self.state)
        return [{"State": self.state, "ProcessId": self.process}] if self.there else []

    def invoke(self, class_name: str, keys: t.Any, method: str) -> dict[str, t.Any]:
        """Stop or start it."""
        assert (class_name, keys) == ("Win32_Service", {"Name": "sppsvc"})
        self.log.append(method)
        failure = self.failures.get(method)
        if failure is None or self.works:
            self._go(method)
        if failure:
            raise failure
        return {}

    def _go(self, method: str) -> None:
        if method == "StopService" and self.state == "Running":
            self.state, self.left = "Stop Pending", self.stops_after
        elif method == "StartService" and self.state == "Stopped":
            self.state, self.left = "Start Pending", self.starts_after

    def restart(self) -> None:
        """Restart it, looking a few times at most."""
        restart_service(t.cast(Repository, self), lambda: iter([None] * LOOKS))


def returned(code: int) -> MachineRefused:
    """Return what a ReturnValue raises."""
    return MachineRefused("no", hresult=code)


def failing(**failures: ActivationError) -> dict[str, ActivationError]:
    """Return failures by method."""
    return {f"{name}Service": failure for name, failure in failures.items()}


def test_it_is_stopped_seen_stopped_started_and_seen_running() -> None:
    service = Service()
    service.restart()
    assert service.log == [
        "Running",
        "StopService",
        "Stop Pending",
        "Stopped",
        "StartService",
        "Start Pending",
        "Running",
    ]


@pytest.mark.parametrize("method", ["Stop", "Start"])
def test_one_that_took_longer_than_its_manager_waits_is_looked_at(method: str) -> None:
    service = Service(stops_after=3, starts_after=3, failures=failing(**{method: returned(7)}))
    service.restart()
    assert service.state == "Running"
    assert service.log.count("Stop Pending") == service.log.count("Start Pending") == 3


def test_one_that_stays_pending_is_told() -> None:
    service = Service(stops_after=None, failures=failing(Stop=returned(7)))
    with pytest.raises(NotConverged) as error:
        service.restart()
    assert (error.value.code, service.looks) == ("service_not_restarted", 1 + LOOKS)


@pytest.mark.parametrize("code", [6, 5])
def test_one_that_does_not_run_is_only_started(code: int) -> None:
    service = Service(state="Stopped", failures=failing(Stop=returned(code)), works=False)
    service.restart()
    assert service.log == ["Stopped", "StopService", "Stopped", "StartService", "Start Pending", "Running"]


def test_one_that_somebody_else_started_meanwhile_is_as_good() -> None:
    service = Service(starts_after=0, failures=failing(Start=returned(10)))
    service.restart()
    assert service.state == "Running"


@dataclass
class Restless(Service):
    """A service that something else starts anew before anybody can look; the process tells."""

    def _go(self, method: str) -> None:
        if method == "StopService":
            self.process = None if self.process is None else self.process + 1


def test_one_that_runs_again_before_anybody_looked_is_known_by_its_process() -> None:
    service = Restless(failures=failing(Start=returned(10)))
    service.restart()
    assert service.log == ["Running", "StopService", "Running", "StartService", "Running"]


def test_without_a_process_only_the_state_tells() -> None:
    with pytest.raises(NotConverged):
        Restless(process=None, failures=failing(Start=returned(10))).restart()


def test_one_that_never_stops_is_started_all_the_same_and_told() -> None:
    service = Service(stops_after=None)
    with pytest.raises(NotConverged) as error:
        service.restart()
    assert (error.value.code, service.looks) == ("service_not_restarted", 1 + LOOKS)
    assert service.log[-1] == "StartService"
    assert "sppsvc" in str(error.value.remedy)


def test_one_that_cannot_stop_now_is_told() -> None:
    service = Service(failures=failing(Stop=returned(5), Start=returned(10)), works=False)
    with pytest.raises(NotConverged):
        service.restart()
    assert (service.state, service.looks) == ("Running", 1 + LOOKS)


def test_one_that_never_starts_is_told() -> None:
    service = Service(starts_after=None)
    with pytest.raises(NotConverged) as error:
        service.restart()
    assert (error.value.code, service.state) == ("service_not_restarted", "Start Pending")
    assert service.looks == 3 + LOOKS


def test_one_that_is_not_there_is_told() -> None:
    with pytest.raises(NotConverged):
        Service(there=False).restart()


@pytest.mark.parametrize("method", ["StopService", "StartService"])
def test_after_a_lost_answer_the_service_itself_tells(method: str) -> None:
    service = Service(failures={method: AnswerLost("gone")})
    service.restart()
    assert service.state == "Running"


@pytest.mark.parametrize(("method", "state"), [("StopService", "Running"), ("StartService", "Stopped")])
def test_a_call_that_was_lost_before_its_work_is_no_restart(method: str, state: str) -> None:
    service = Service(failures={method: AnswerLost("gone")}, works=False)
    with pytest.raises(NotConverged):
        service.restart()
    assert service.state == state


@pytest.mark.parametrize(("code", "said"), [(2, "the login may not"), (3, "depend on it"), (10, "returned 10.")])
def test_a_stop_that_is_refused_is_told_in_the_service_s_own_numbers(code: int, said: str) -> None:
    service = Service(failures=failing(Stop=returned(code), Start=returned(10)), works=False)
    with pytest.raises(NotConverged) as error:
        service.restart()
    assert error.value.code == "service_not_restarted"
    assert "StopService" in str(error.value.cause)
    assert said in str(error.value.cause)
    assert service.log == ["Running", "StopService", "StartService"]


@pytest.mark.parametrize(("code", "said"), [(5, "returned 5."), (6, "returned 6."), (14, "it is disabled")])
def test_a_start_that_is_refused_is_told_too(code: int, said: str) -> None:
    service = Service(failures=failing(Start=returned(code)), works=False)
    with pytest.raises(NotConverged, match="did not start anew") as error:
        service.restart()
    assert "StartService" in str(error.value.cause)
    assert said in str(error.value.cause)


def test_a_fault_is_passed_on_as_it_is() -> None:
    fault = MachineRefused("no", hresult=5, fault=object())
    with pytest.raises(MachineRefused) as error:
        Service(failures=failing(Stop=fault), works=False).restart()
    assert error.value is fault


def test_a_machine_that_cannot_be_looked_at_is_left_with_the_service_started() -> None:
    service = Service(failures=failing(Stop=ConnectionFailed("down")), works=False)
    with pytest.raises(ConnectionFailed):
        service.restart()
    assert service.log == ["Running", "StopService", "StartService"]


def test_looking_ends_with_the_time_and_comes_at_least_once() -> None:
    looked: list[str] = []

    def once() -> Iterator[None]:
        looked.append("asked")
        yield

    service = Service(stops_after=0, starts_after=0)
    restart_service(t.cast(Repository, service), once)
    assert looked == ["asked", "asked"]
