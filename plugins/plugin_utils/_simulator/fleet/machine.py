# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One simulated Windows host: assembled from its description, answering one message at a time."""

from __future__ import annotations

import contextlib
import threading
import types
import typing as t
from collections import Counter, deque
from dataclasses import replace
from datetime import datetime, timedelta

from ..._wsman import Answer, Enumerate, Fault, Get, Invoke, Output, Pull, Put, Release, Request
from ..catalog.hresults import Failure
from ..catalog.products import CatalogProduct
from ..description.assembly import assemble, caller_of
from ..description.machine import MachineDescription
from ..host.activation import note_failure
from ..host.renewal import next_try, try_again
from ..winrm.fault_injection import MODEL_ACTIONS
from ..wmi.faults import Refused
from ..wmi.journal import JournalEntry, entry
from ..wmi.service import Provider, WmiRequest
from ..world.world import Serving, World

__all__ = ["Machine"]

_OCCASIONS: t.Mapping[type, str] = {
    Enumerate: "enumerate",
    Pull: "pull",
    Release: "release",
    Get: "get",
    Put: "put",
    Invoke: "invoke",
}
_JOURNAL_LENGTH = 1000
_ACTIVATING = ("Activate", "DepositOfflineConfirmationId")


class Machine:
    """A simulated host. All of it is behind one lock: a host's licensing service works on one request at a time."""

    def __init__(self, name: str, description: MachineDescription, world: World) -> None:
        self.name = name
        self.language = description.language
        self._lock = threading.Lock()
        self._description = description
        self._host, self._protection = assemble(name, description, world)
        self._provider = Provider(self._host, self._protection)
        self._served: Serving | None = None
        self._journal: deque[JournalEntry] = deque(maxlen=_JOURNAL_LENGTH)
        self._counts: Counter[str] = Counter()
        self._struck: Counter[int] = Counter()
        self._late: list[tuple[datetime, Invoke | Put]] = []
        world.join(self.full_name)
        self._tell_world()

    @property
    def full_name(self) -> str:
        """The name in DNS, by which the world knows the machine."""
        return self._host.full_name

    def _tell_world(self) -> None:
        """Let the world know what this machine serves as a KMS host, where that has changed."""
        serving = self._protection.serving()
        if serving != self._served:
            self._protection.world.serve(self.full_name, serving)
            self._served = serving

    @property
    def description(self) -> t.Mapping[str, t.Any]:
        """What the machine was described as, every default filled in."""
        return types.MappingProxyType(vars(self._description))

    @property
    def faults(self) -> tuple[t.Mapping[str, t.Any], ...]:
        """All fault rules; those with an HRESULT are carried out here, the others on the wire."""
        return self._description.faults

    def is_described_by(self, description: MachineDescription) -> bool:
        """Return whether a description differs at most in what does not touch the machine's state."""
        return self._description.state() == description.state()

    def adopt(self, description: MachineDescription) -> None:
        """Take over new surroundings: rules, login, internet, clock, hardware; keys and settings stay."""
        with self._lock:
            if description.faults != self._description.faults:
                self._struck.clear()
            if description.is_open != self._description.is_open:
                self._protection.firewall.enabled = description.is_open
            self._description = description
            if description.bios_uuid != self._host.bios_uuid:
                self._host = replace(self._host, bios_uuid=description.bios_uuid)
                self._provider.move(self._host)
                self._protection.change_hardware(description.bios_uuid)
            self._protection.clock_skew = description.clock_skew
            self._protection.internet = description.internet
            self._protection.caller = caller_of(description)
            self._tell_world()

    def next_try(self) -> datetime | None:
        """Return when the machine tries to activate by itself."""
        with self._lock:
            return next_try(self._protection)

    def try_again(self) -> None:
        """Let the products try whose time has come."""
        with self._lock:
            try_again(self._protection)

    def answer(self, request: Request, *, max_envelope_size: int | None = None) -> Answer | Fault:
        """Answer one request as a host would; called by many threads at once.

        `max_envelope_size` is what the request's header allows for the answer, in bytes.
        """
        self._protection.world.pass_time()
        with self._lock:
            if not isinstance(request, (Enumerate, Pull, Release, Get, Put, Invoke)):
                return self._provider.refusals.not_found(request.resource.uri).fault
            self._finish_late()
            self._counts[_OCCASIONS[type(request)]] += 1
            answer = self._answer(request, max_envelope_size)
            self._tell_world()
            return answer

    def answer_later(self, request: Request, seconds: float) -> None:
        """Carry a request out in `seconds` by the fleet's clock, for a client that does not wait for it any longer.

        A service that is told to stop is on its way there until then.
        """
        clock = self._protection.world.clock
        due = clock.now() + timedelta(seconds=seconds)
        with self._lock:
            if isinstance(request, Invoke) and request.method == "StopService":
                self._provider.hold_services(lambda: clock.now() < due)
                self._answer(request, None)
            elif isinstance(request, (Invoke, Put)):
                self._late.append((due, request))

    def _finish_late(self) -> None:
        """Do what was to be done by now, in its order."""
        clock = self._protection.world.clock
        now = clock.now()
        late = sorted((item for item in self._late if item[0] <= now), key=lambda item: item[0])
        self._late = [item for item in self._late if item[0] > now]
        for due, request in late:
            with clock.at(due):
                self._finish(request)

    def _finish(self, request: Invoke | Put) -> None:
        """Carry out a request whose answer does not reach its client: how an activation failed, its product shows."""
        answer = self._answer(request, None)
        row = self._activated(request)
        if isinstance(answer, Fault) and row is not None:
            self._protection.show_failure(row, answer.number or 0)

    def _activated(self, request: WmiRequest) -> CatalogProduct | None:
        """Return the product that a request is to activate, None for another request."""
        if not isinstance(request, Invoke) or request.method not in _ACTIVATING:
            return None
        return self._protection.row(request.resource.selectors.get("ID", ""))

    def _answer(self, request: WmiRequest, envelope: int | None) -> Answer | Fault:
        try:
            rule = self._due(request)
            if rule is not None:
                self._work_for_nothing(rule, request, envelope)
                row = self._activated(request)
                if rule["do"] == "hresult" and row is not None:
                    note_failure(self._protection, row, rule["code"])
                shape = rule.get("shape", "wmi_error")
                if shape == "returned" and isinstance(request, Invoke):
                    # As StdRegProv and Win32_Service fail: a good answer whose ReturnValue is the number.
                    self._note(request, None)
                    return Output(request.resource, request.method, {"ReturnValue": (str(rule["code"]),)})
                raise self._provider.refusals.provider_failed(
                    rule["code"], "wmi_error" if shape == "returned" else shape
                )
            answer = self._provider.answer(request, envelope)
        except Refused as refused:
            self._note(request, refused.fault)
            return refused.fault
        except Failure as failure:
            fault = self._provider.refusals.provider_failed(failure.hresult).fault
            self._note(request, fault)
            return fault
        self._note(request, None)
        return answer

    def _work_for_nothing(self, rule: t.Mapping[str, t.Any], request: WmiRequest, envelope: int | None) -> None:
        """Do what is answered with a failure all the same; without `reaches_host` the machine does not learn of it."""
        if rule["do"] != "hresult_after":
            return
        with contextlib.nullcontext() if rule.get("reaches_host", True) else self._protection.lost():
            self._provider.answer(request, envelope)

    def _note(self, request: WmiRequest, fault: Fault | None) -> None:
        if isinstance(request, (Invoke, Put)):
            self._journal.append(entry(request, fault, self._protection.now()))

    def _due(self, request: WmiRequest) -> t.Mapping[str, t.Any] | None:
        """Return the first rule of the licensing service for this request that is not used up, and use it once."""
        wanted = {"any", _OCCASIONS[type(request)], request.method if isinstance(request, Invoke) else "any"}
        for index, rule in enumerate(self.faults):
            used_up = 0 < rule["times"] <= self._struck[index]
            if rule["do"] in MODEL_ACTIONS and rule["on"] in wanted and not used_up:
                self._struck[index] += 1
                return rule
        return None

    def describe(self) -> dict[str, t.Any]:
        """Return the truth about the machine, for JSON; no key is in it, only last fives."""
        self._protection.world.pass_time()
        with self._lock:
            self._finish_late()
            machine, system = self._protection, self._host.system
            primary = machine.primary
            return {
                "name": self.name,
                "system": system.name,
                "edition_id": system.edition_id,
                "build": system.build,
                "language": self.language,
                "now": machine.now().isoformat(),
                "kms": self._describe_settings(),
                "client_machine_id": machine.identity.client_id,
                "bios_uuid": machine.identity.hardware,
                "remaining_rearms": machine.rearms,
                "primary": self._describe_product(primary.id) if primary else None,
                "products": [self._describe_product(row.id) for row in machine.rows if row.id in machine.keyed],
                "counters": dict(self._counts),
                "open_enumerations": len(self._provider.enumerations),
                "invoked": [item.describe() for item in self._journal],
            }

    def _describe_settings(self) -> dict[str, t.Any]:
        settings = self._protection.settings
        return {
            "host": settings.kms_host,
            "port": settings.kms_port,
            "lookup_domain": settings.lookup_domain,
            "host_caching": settings.host_caching,
            "activation_type": settings.activation_type,
        }

    def _describe_product(self, row_id: str) -> dict[str, t.Any]:
        machine = self._protection
        row, keyed = t.cast(t.Any, machine.row(row_id)), machine.keyed[row_id]
        seen = machine.seen(row)
        return {
            "id": row.id,
            "name": row.name,
            "family": row.family,
            "channel": row.channel,
            "partial_product_key": keyed.key.last_five,
            "extended_pid": machine.extended_pid(row),
            "installation_id": machine.installation_id(row),
            "status": seen.status.name.lower(),
            "reason": f"0x{seen.reason:08X}",
            "minutes": seen.minutes,
            "activated_by": keyed.activated_by,
            "activation_object": keyed.directory_object.dn if keyed.directory_object else None,
            "discovered_kms_host": keyed.discovered[0] if keyed.discovered else None,
            "is_addon": row.is_addon,
        }
