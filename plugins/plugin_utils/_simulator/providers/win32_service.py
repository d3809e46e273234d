# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Win32_Service: the services that licensing and its management rest on, and how they stop and start.

The licensing service is stopped on an idle machine (captures of Windows Server 2008 R2 and 2012 published with
zenoss/txwinrm) unless it serves as a KMS host; a query or a method that needs it starts it.

A service that was told to stop or start says so for one answer, and has done it in the next, or once it is not held any
longer: who stops and starts one has to wait for it. What goes wrong is a number in `ReturnValue`, never a fault.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..catalog.languages import words
from ..host.identity import Host
from .declarations import WmiMethod, declare

__all__ = ["PROTECTION_SERVICE", "WINDOWS_SERVICE", "WindowsService", "WindowsServices", "read_windows_service"]

PROTECTION_SERVICE = "sppsvc"

_OK, _ACCESS_DENIED, _HAS_DEPENDENTS, _NOT_NOW, _RUNS_ALREADY = 0, 2, 3, 5, 10
_FIRST_PROCESS, _NEXT_PROCESS = 1204, 36

WINDOWS_SERVICE = declare(
    "Win32_Service",
    """
    AcceptPause boolean
    AcceptStop boolean
    Caption string
    CheckPoint uint32
    CreationClassName string
    Description string
    DesktopInteract boolean
    DisplayName string
    ErrorControl string
    ExitCode uint32
    InstallDate datetime
    Name string!
    PathName string
    ProcessId uint32
    ServiceSpecificExitCode uint32
    ServiceType string
    Started boolean
    StartMode string
    StartName string
    State string
    Status string
    SystemCreationClassName string
    SystemName string
    TagId uint32
    WaitHint uint32
    """,
    methods={name: WmiMethod(name) for name in ("StartService", "StopService")},
)


@dataclass
class WindowsService:
    """One service: what it is, and whether it runs."""

    name: str
    path: str
    account: str
    process_id: int
    state: str = "Running"
    can_be_stopped: bool = True

    @property
    def is_started(self) -> bool:
        """Whether it runs, or is on its way from or to there."""
        return self.state != "Stopped"

    def settle(self) -> None:
        """Arrive where it is on its way to."""
        if self.state == "Stop Pending":
            self.state, self.process_id = "Stopped", 0
        elif self.state == "Start Pending":
            self.state = "Running"


class WindowsServices:
    """The services of one machine by their names."""

    def __init__(
        self,
        start_protection: t.Callable[[], object],
        stop_protection: t.Callable[[], object],
        *,
        is_protecting: bool = True,
    ) -> None:
        """Take what happens when the licensing service starts and stops, and whether it runs."""
        self._start_protection = start_protection
        self._stop_protection = stop_protection
        self._last_process = _FIRST_PROCESS
        self._is_held: t.Callable[[], bool] = lambda: False
        network = r"NT AUTHORITY\NetworkService"
        shared = r"C:\Windows\System32\svchost.exe -k"
        self.all = (
            WindowsService(PROTECTION_SERVICE, r"C:\Windows\system32\sppsvc.exe", network, self._process()),
            WindowsService("Winmgmt", f"{shared} netsvcs -p", "LocalSystem", self._process(), can_be_stopped=False),
            WindowsService("WinRM", f"{shared} NetworkService -p", network, self._process(), can_be_stopped=False),
        )
        if not is_protecting:
            self.rest()

    def _process(self) -> int:
        self._last_process += _NEXT_PROCESS
        return self._last_process

    def hold(self, is_held: t.Callable[[], bool]) -> None:
        """Keep services on their way as long as `is_held` says so."""
        self._is_held = is_held

    def settle(self) -> None:
        """Let every service arrive where it is on its way to: the last answer has told of the way."""
        if not self._is_held():
            for service in self.all:
                service.settle()

    def wake_protection(self) -> None:
        """Start the licensing service, as every call that needs it does."""
        service = self.all[0]
        self.settle()
        if not service.is_started:
            self._start(service)
            service.settle()

    def rest(self) -> None:
        """Let the licensing service stop by itself, as it does once nobody has needed it for a while."""
        service = self.all[0]
        if service.state == "Running":
            service.state, service.process_id = "Stopped", 0
            self._stop_protection()

    def call(self, name: str, method: str, *, may_change: bool) -> int:
        """Start or stop a service; returns the `ReturnValue`."""
        if not may_change:
            return _ACCESS_DENIED
        service = next(service for service in self.all if service.name == name)
        return self._stop(service) if method == "StopService" else self._start(service)

    def _stop(self, service: WindowsService) -> int:
        if service.state != "Running":
            return _NOT_NOW
        if not service.can_be_stopped:
            return _HAS_DEPENDENTS
        service.state = "Stop Pending"
        self._stop_protection()
        return _OK

    def _start(self, service: WindowsService) -> int:
        if service.is_started:
            return _RUNS_ALREADY
        service.state, service.process_id = "Start Pending", self._process()
        self._start_protection()
        return _OK


Reader = t.Callable[[Host, WindowsService], t.Any]


def _constant(value: t.Any) -> Reader:
    return lambda _host, _service: value


def _display_name(host: Host, service: WindowsService) -> str:
    return words(host.language).services[service.name]


def read_windows_service(host: Host, service: WindowsService, name: str) -> t.Any:
    """Return a property of one Win32_Service."""
    reader = _READERS.get(name)
    return None if reader is None else reader(host, service)


_READERS: t.Mapping[str, Reader] = {
    "AcceptPause": _constant(False),
    "AcceptStop": lambda _host, service: service.state == "Running",
    "Caption": _display_name,
    "CheckPoint": _constant(0),
    "CreationClassName": _constant("Win32_Service"),
    "DesktopInteract": _constant(False),
    "DisplayName": _display_name,
    "ErrorControl": _constant("Normal"),
    "ExitCode": _constant(0),
    "Name": lambda _host, service: service.name,
    "PathName": lambda _host, service: service.path,
    "ProcessId": lambda _host, service: service.process_id,
    "ServiceSpecificExitCode": _constant(0),
    "ServiceType": lambda _host, service: "Own Process" if service.name == PROTECTION_SERVICE else "Share Process",
    "Started": lambda _host, service: service.is_started,
    "StartMode": _constant("Auto"),
    "StartName": lambda _host, service: service.account,
    "State": lambda _host, service: service.state,
    "Status": _constant("OK"),
    "SystemCreationClassName": _constant("Win32_ComputerSystem"),
    "SystemName": lambda host, _service: host.computer_name,
    "TagId": _constant(0),
    "WaitHint": _constant(0),
}
