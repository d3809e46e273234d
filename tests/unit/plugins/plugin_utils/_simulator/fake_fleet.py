# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fleet that is no model at all: its machines answer queries with their name, and remember what was invoked."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.volume.activation.plugins.plugin_utils._simulator.fleet.server import FleetServer
from ansible_collections.volume.activation.plugins.plugin_utils._wsman import (
    Answer,
    Batch,
    Enumerate,
    Fault,
    Instance,
    Invoke,
    Output,
    encode_request,
    wmi_resource,
)

QUERY = Enumerate(wmi_resource("*"), "SELECT Name FROM Win32_ComputerSystem")
ACTIVATE = Invoke(wmi_resource("SoftwareLicensingProduct", selectors={"ID": "1"}), "Activate")


@dataclass
class Machine:
    """A machine that the server half can serve."""

    name: str
    description: Mapping[str, Any] = field(default_factory=dict)
    faults: tuple[Mapping[str, Any], ...] = ()
    language: str = "en-US"
    invoked: list[str] = field(default_factory=list)

    def answer(self, request: Any, *, max_envelope_size: int | None = None) -> Answer | Fault:
        """Answer a query with the machine's name, and a method with success."""
        if isinstance(request, Enumerate):
            return Batch((Instance(None, {"Name": (self.name,)}),), None, True)
        if isinstance(request, Invoke):
            self.invoked.append(request.method)
            return Output(request.resource, request.method, {"ReturnValue": ("0",)})
        raise KeyError(type(request).__name__)

    def answer_later(self, request: Any, seconds: float) -> None:
        """Do nothing later: this machine has no clock."""


@dataclass
class Fleet:
    """Machines by name, with the three methods of a model."""

    machines: dict[str, Machine]

    def update(self, description: Mapping[str, Any]) -> None:
        """Become as described, keeping machines that stay."""
        kept = self.machines
        self.machines = {
            name: kept[name] if name in kept and kept[name].description == value else machine(name, value)
            for name, value in description["machines"].items()
        }

    def describe(self) -> dict[str, Any]:
        """Return which methods each machine has seen."""
        return {"machines": {name: {"invoked": machine.invoked} for name, machine in self.machines.items()}}


def machine(name: str, description: Mapping[str, Any] | None = None) -> Machine:
    """Return a machine with its description and the faults in it."""
    description = description or {}
    return Machine(name, description, tuple(description.get("faults", ())))


def fleet(*names: str, **described: Mapping[str, Any]) -> Fleet:
    """Return a fleet of machines by name, with or without a description."""
    return Fleet({**{name: machine(name) for name in names}, **{n: machine(n, d) for n, d in described.items()}})


def build(description: Mapping[str, Any]) -> Fleet:
    """Return the fleet of a description, as the model does."""
    return fleet(**description["machines"])


def text(request: Any, message_id: str = "uuid:00000000-0000-0000-0000-000000000001") -> str:
    """Return a request as pywinrm takes it."""
    return encode_request(request, to="http://windows-host:5985/wsman", message_id=message_id).decode()


def connect(server: FleetServer, *, tls: bool = True) -> http.client.HTTPConnection:
    """Return a bare connection, certificate validated, for what client libraries would never send."""
    if tls:
        context = ssl.create_default_context(cafile=str(server.ca_file))
        return http.client.HTTPSConnection("127.0.0.1", server.https_port, timeout=20, context=context)
    return http.client.HTTPConnection("127.0.0.1", server.http_port, timeout=20)


def post(
    connection: http.client.HTTPConnection, path: str, body: bytes | str = b"", **headers: str
) -> http.client.HTTPResponse:
    """Send one request and return the response, its body still to be read."""
    data = body.encode() if isinstance(body, str) else body
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request("POST", path, data, {"Content-Type": "application/soap+xml;charset=UTF-8", **named})
    return connection.getresponse()
