# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A stage for actions: Ansible's own task, connection and loader in front, a machine of rows behind the session.

The machine speaks WS-Management (the server half), so that all between the options of a task and the bytes of a message
is what users run. It knows just enough to be read, keyed, set and activated; no socket and no clock is in it.
"""

from __future__ import annotations

import re
import time
import typing as t
from dataclasses import dataclass, field

import pytest
from ansible.playbook.play_context import PlayContext
from ansible.playbook.task import Task
from ansible.plugins.loader import action_loader, connection_loader

from ansible_collections.volume.activation.plugins.plugin_utils._action import base
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import APPLICATION_IDS, Application
from ansible_collections.volume.activation.plugins.plugin_utils._wsman import (
    Answer,
    Batch,
    Enumerate,
    Fault,
    Instance,
    Invoke,
    Output,
    Request,
    decode_call,
    encode_answer,
)

from ..plugin_utils._planning.state_samples import VERSION, gvlk

Row = dict[str, t.Any]
MODULES = ("license_info", "kms_client", "product_key", "activate")
PRODUCT_ID = "0a1b2c3d-0000-4002-8003-0123456789ab"
KEY = "BBBBB-CCCCC-DDDDD-FFFFF-GGGGG"
PASSWORD = "the-password-of-this-test"


def windows(**changes: t.Any) -> Row:
    """Return Windows Server as an unlicensed KMS client, in Windows' names and spelling."""
    row = {
        "ID": PRODUCT_ID,
        "Name": "Windows(R), ServerStandard edition",
        "Description": "Windows(R) Operating System, VOLUME_KMSCLIENT channel",
        "ApplicationID": APPLICATION_IDS[Application.WINDOWS],
        "EvaluationEndDate": "1601-01-01T00:00:00Z",
        "GracePeriodRemaining": "0",
        "LicenseFamily": "ServerStandard",
        "LicenseIsAddon": "false",
        "LicenseStatus": "0",
        "LicenseStatusReason": "0",
        "PartialProductKey": gvlk().partial,
        "ProductKeyChannel": "Volume:GVLK",
        "VLActivationTypeEnabled": "0",
    }
    return {**row, **changes}


def attempted(code: str, host: str = "kms.example.com:1688") -> Row:
    """Return the event of a request to a KMS host."""
    text = f"{code}, 0x00000000, {host}, cmid, 2026/11/22 08:00, 1, 5, 0, product, 5"
    return {"EventCode": "12288", "InsertionStrings": text, "TimeGenerated": "2026-11-22T08:00:00Z"}


def licensed(**changes: t.Any) -> Row:
    """Return it in the middle of its lease."""
    return windows(**{"LicenseStatus": "1", "GracePeriodRemaining": "144000", **changes})


def on_mak(**changes: t.Any) -> Row:
    """Return it licensed by a MAK."""
    mak = {"ProductKeyChannel": "Volume:MAK", "PartialProductKey": "MMMMM", "GracePeriodRemaining": "0"}
    return licensed(**{**mak, **changes})


_SYSTEM: Row = {"CSName": "APP01", "BuildNumber": "20348", "OperatingSystemSKU": "7", "ProductType": "3"}


@dataclass
class Machine:
    """A session and the machine at its end. `faults` are met by method name, or by class name for queries."""

    products: list[Row] = field(default_factory=lambda: [licensed()])
    service: Row = field(default_factory=lambda: {"Version": VERSION, "KeyManagementServiceHostCaching": "true"})
    system: Row = field(default_factory=lambda: dict(_SYSTEM))
    domain: Row = field(default_factory=lambda: {"Domain": "example.com", "PartOfDomain": "true"})
    hardware: Row = field(default_factory=lambda: {"UUID": "HARDWARE-1"})
    events: list[Row] = field(default_factory=list)
    """What is in the event log."""
    faults: dict[str, Fault | Exception] = field(default_factory=dict)
    outputs: dict[str, Row] = field(default_factory=dict)
    """What methods return besides their success, by method name."""
    queries: list[str] = field(default_factory=list)
    calls: list[tuple[str, Row]] = field(default_factory=list)
    settings: list[t.Any] = field(default_factory=list)
    limits: dict[str, set[float | None]] = field(default_factory=dict)
    """The operation timeouts that were asked for, by the kind of the request."""
    closed: int = 0

    def open(self, settings: t.Any) -> Machine:
        """Stand in for `open_session`."""
        self.settings.append(settings)
        return self

    def close(self) -> None:
        """Note that the session was closed."""
        self.closed += 1

    def send(self, message: bytes) -> bytes:
        """Answer one message."""
        call = decode_call(message)
        self.limits.setdefault(type(call.request).__name__, set()).add(call.operation_timeout)
        return encode_answer(self._answer(call.request), call)

    @property
    def methods(self) -> list[str]:
        """The methods that were called, in order."""
        return [method for method, _given in self.calls]

    def _answer(self, request: Request) -> Answer | Fault:
        if isinstance(request, Enumerate):
            return self._selected(request.wql)
        assert isinstance(request, Invoke)
        given = {name: values[0] for name, values in request.parameters.items()}
        self.calls.append((request.method, given))
        if request.method in self.faults:
            return self._fault(request.method)
        self._work(request.method, given)
        returned = {name: (value,) for name, value in self.outputs.get(request.method, {}).items()}
        return Output(request.resource, request.method, {"ReturnValue": ("0",), **returned})

    def _fault(self, name: str) -> Fault:
        fault = self.faults[name]
        if isinstance(fault, Exception):
            raise fault
        return fault

    def _selected(self, wql: str) -> Batch | Fault:
        match = re.fullmatch(r"SELECT (.+) FROM (\w+)(?: WHERE (.+))?", wql)
        assert match, wql
        self.queries.append(match[2])
        if match[2] in self.faults:
            return self._fault(match[2])
        rows = {
            "SoftwareLicensingService": [self.service],
            "SoftwareLicensingProduct": [row for row in self.products if _fits(row, match[3] or "")],
            "Win32_OperatingSystem": [self.system],
            "Win32_ComputerSystem": [self.domain],
            "Win32_ComputerSystemProduct": [self.hardware],
            "Win32_NTLogEvent": self.events,
        }[match[2]]
        return Batch(tuple(_projection(row, match[1].split(", ")) for row in rows), None, opening=True)

    def _work(self, method: str, given: Row) -> None:
        if method == "SetKeyManagementServiceMachine":
            self.service["KeyManagementServiceMachine"] = given["MachineName"]
        elif method == "InstallProductKey":
            others = [row for row in self.products if row["ApplicationID"] != APPLICATION_IDS[Application.WINDOWS]]
            self.products = [windows(ID="id-new", PartialProductKey=given["ProductKey"][-5:]), *others]
        elif method == "UninstallProductKey":
            self.products = self.products[1:]
        elif method == "Activate":
            for row in self.products:
                row.update(LicenseStatus="1", GracePeriodRemaining="259200", LicenseStatusReason="0")


def _fits(row: Row, where: str) -> bool:
    if "PartialProductKey IS NOT NULL" in where and not row["PartialProductKey"]:
        return False
    if "LicenseIsAddon = FALSE" in where and row["LicenseIsAddon"] != "false":
        return False
    return "ApplicationID" not in where or f"'{row['ApplicationID']}'" in where


def _projection(row: Row, names: list[str]) -> Instance:
    return Instance(None, {name: (row.get(name),) for name in sorted(names)})


@dataclass
class Keywords:
    """What a task may say besides its options."""

    check: bool = False
    diff: bool = False
    become: bool = False
    background: int = 0
    connection: str = "ansible.builtin.winrm"
    connection_options: Row = field(default_factory=dict)


class FakeTask:
    """Runs actions against one machine."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.machine = Machine()
        self.user = "operator"
        self.pauses: list[float] = []
        self.shown: list[str] = []
        monkeypatch.setattr(base, "open_session", self.machine.open)
        monkeypatch.setattr(time, "sleep", self.pauses.append)
        monkeypatch.setattr(base._display, "vv", lambda text, host=None: self.shown.append(f"{host}: {text}"))

    def run(self, module: str, args: Row | None = None, **keywords: t.Any) -> Row:
        """Return the result of a task."""
        return t.cast(Row, self.action(module, args or {}, Keywords(**keywords)).run(task_vars={}))

    def action(self, module: str, args: Row, keywords: Keywords) -> t.Any:
        """Return the action plugin as Ansible's loader makes it."""
        task, context = Task(), PlayContext()
        task.action, task.args = f"volume.activation.{module}", args
        task.async_val, task.check_mode, task.diff = keywords.background, keywords.check, keywords.diff
        context.become, context.remote_addr = keywords.become, "app01.example.com"
        connection = connection_loader.get(keywords.connection, context, "/dev/null")
        if keywords.connection.endswith(("winrm", "psrp")):
            values = {"remote_addr": "app01.example.com", "remote_user": self.user, "remote_password": PASSWORD}
            values.update(keywords.connection_options)
            connection.set_options(direct=values)
        return action_loader.get(
            task.action,
            task=task,
            connection=connection,
            play_context=context,
            loader=None,
            templar=None,
            shared_loader_obj=None,
        )
