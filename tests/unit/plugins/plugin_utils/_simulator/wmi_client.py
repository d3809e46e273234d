# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small client for simulated machines: every message passes through bytes, as it would on the wire."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.volume.activation.plugins.plugin_utils._simulator.fleet.fleet import Fleet
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.fleet.machine import Machine
from ansible_collections.volume.activation.plugins.plugin_utils._wsman import (
    Batch,
    Enumerate,
    Fault,
    Instance,
    Invoke,
    Output,
    Pull,
    decode_answer,
    decode_call,
    encode_answer,
    encode_request,
    wmi_resource,
)

EVERYTHING = wmi_resource("*")
KEYED = "SELECT ID, LicenseFamily FROM SoftwareLicensingProduct WHERE PartialProductKey <> NULL"
NOON = "2026-03-01T12:00:00Z"
STILL = {"now": NOON, "frozen": True}


class Faulted(Exception):
    """The machine answered with a fault."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(f"{fault.number:#010x}")
        self.fault = fault


@dataclass
class Asker:
    """Asks one machine; a fault is raised."""

    machine: Machine
    sizes: list[int] = field(default_factory=list)
    """How many bytes each answer had."""

    def send(self, request: Any, *, envelope: int = 512000) -> Any:
        """Return the answer to one request."""
        data = encode_request(request, to="http://machine", message_id="uuid:1", max_envelope_size=envelope)
        call = decode_call(data)
        answer = self.machine.answer(call.request, max_envelope_size=call.max_envelope_size)
        encoded = encode_answer(answer, call, language=self.machine.language)
        self.sizes.append(len(encoded))
        decoded = decode_answer(encoded, request)
        if isinstance(decoded, Fault):
            raise Faulted(decoded)
        return decoded

    def instances(self, wql: str, *, envelope: int = 512000, namespace: str = "root/cimv2") -> list[Instance]:
        """Return all instances that a query has."""
        everything = wmi_resource("*", namespace)
        batch: Batch = self.send(Enumerate(everything, wql), envelope=envelope)
        found = list(batch.items)
        while batch.context:
            batch = self.send(Pull(everything, batch.context), envelope=envelope)
            found += batch.items
        return found

    def rows(self, wql: str, *, namespace: str = "root/cimv2") -> list[dict[str, Any]]:
        """Return all rows, a single value where there is one and a list where there are several."""
        return [
            {name: values[0] if len(values) == 1 else list(values) for name, values in item.properties.items()}
            for item in self.instances(wql, namespace=namespace)
        ]

    def one(self, wql: str, *, namespace: str = "root/cimv2") -> dict[str, Any]:
        """Return the only row."""
        (row,) = self.rows(wql, namespace=namespace)
        return row

    def service(self, method: str, **parameters: Any) -> Output:
        """Call a method of the licensing service."""
        version = self.one("SELECT Version FROM SoftwareLicensingService")["Version"]
        resource = wmi_resource("SoftwareLicensingService", selectors={"Version": version})
        return self.send(Invoke(resource, method, {name: (value,) for name, value in parameters.items()}))

    def product(self, row_id: str, method: str, **parameters: Any) -> Output:
        """Call a method of one product."""
        resource = wmi_resource("SoftwareLicensingProduct", selectors={"ID": row_id})
        return self.send(Invoke(resource, method, {name: (value,) for name, value in parameters.items()}))

    def registry(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Call a method of StdRegProv."""
        given = {name: (value,) for name, value in parameters.items()}
        output = self.send(Invoke(wmi_resource("StdRegProv", "root/default"), method, given))
        return {name: values[0] if len(values) == 1 else list(values) for name, values in output.values.items()}

    @property
    def primary(self) -> dict[str, Any]:
        """The keyed Windows product, as the model has it."""
        return self.machine.describe()["primary"]

    def activate(self) -> Output:
        """Activate the keyed Windows product."""
        return self.product(self.primary["id"], "Activate")


def fleet_of(
    machines: Mapping[str, Any], *, world: Mapping[str, Any] | None = None, clock: Mapping[str, Any] | None = None
) -> Fleet:
    """Return a fleet whose clock stands still unless the test says otherwise."""
    return Fleet.from_description(
        {"machines": machines, "world": world or {}, "clock": STILL if clock is None else clock}
    )


def asker(description: Any, *, world: Mapping[str, Any] | None = None, clock: Mapping[str, Any] | None = None) -> Asker:
    """Return a client of the only machine of a fleet."""
    return Asker(fleet_of({"box": description}, world=world, clock=clock).machines["box"])
