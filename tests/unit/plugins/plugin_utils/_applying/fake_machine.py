# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A machine in memory: it carries out each call at once or fails as the test says, and logs both.

It understands Windows' method names by itself, so that a wrong call changes nothing and the test sees it.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace
from datetime import datetime

from ansible_collections.volume.activation.plugins.plugin_utils._applying import (
    Applier,
    Budget,
    PollPolicy,
    Reader,
    Retry,
    Scope,
)
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import (
    ActivationType,
    Channel,
    KmsAttempt,
    LicenseStatus,
    Product,
    ProductKey,
    Service,
    State,
)
from ansible_collections.volume.activation.plugins.plugin_utils._planning import DesiredState, Plan, plan

from .._planning.state_samples import NOW, gvlk, windows

LEASE = 180 * 24 * 60
INSTALLATION = "1234567" * 9


@dataclass(frozen=True)
class Fault:
    """What a call meets: an error, after the work was done or instead of it; `late` looks later it is done too.

    After a call that `blinds` the machine cannot be read any more. `reason` is what the product of the call shows
    as its reason afterwards, `late` looks later.
    """

    error: Exception | None
    works: bool = False
    late: int = 0
    blinds: Exception | None = None
    reason: int | None = None


@dataclass
class FakeMachine:
    """One machine, its log, and a clock that moves only when somebody waits."""

    state: State
    faults: t.Mapping[str, Fault | list[Fault]] = field(default_factory=dict)
    """By method; of a list each call takes one, and when it is used up all is well."""
    channel: Channel = Channel.KMS_CLIENT
    log: list[str] = field(default_factory=list)
    calls: list[tuple[str, dict[str, str], str, dict[str, t.Any]]] = field(default_factory=list)
    registry: list[tuple[str, str | None]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)
    blind: Exception | None = None
    hardware: str | None = "UUID-1"
    lands: dict[str, t.Any] = field(default_factory=dict)
    """What is different about the product that the next key goes into."""
    activates: dict[str, t.Any] = field(default_factory=dict)
    """What an activation changes about its product besides, such as the path by which it is licensed."""
    own_types: tuple[str, ...] = ()
    """The products that have an activation type of their own."""
    kind: ActivationType = ActivationType.ANY
    """The activation type of the machine, which only products without one of their own show."""
    time: float = 0.0
    begun: int = 0
    logged: KmsAttempt | None = None
    """How the event log says that an attempt ended, at every look into it."""
    looks_into_log: int = 0
    _late: list[tuple[int, t.Callable[[], None]]] = field(default_factory=list)

    # What the applier uses of a reader and of a repository.

    def read(self, scope: Scope) -> State:
        """Return the state, as far as the applier asks."""
        self.log.append("read")
        if self.blind:
            raise self.blind
        self._late = [(left - 1, work) for left, work in self._late]
        for _left, work in [entry for entry in self._late if entry[0] < 0]:
            work()
        self._late = [entry for entry in self._late if entry[0] >= 0]
        return self.state if scope.service else replace(self.state, service=Service(version=""))

    def invoke(
        self,
        class_name: str,
        keys: t.Mapping[str, str],
        method: str,
        parameters: t.Mapping[str, t.Any] | None = None,
        *,
        namespace: str | None = None,
        repeat: bool = True,
    ) -> t.Mapping[str, t.Any]:
        """Carry a method out, or meet its fault."""
        self.log.append(method)
        given = dict(parameters or {})
        self.calls.append((class_name, dict(keys), method, given))
        fault = self._fault(method)
        self.begun += getattr(fault.error, "sent", True)
        if fault.works:
            self._later(fault.late, lambda: self._work(method, dict(keys), given))
        if fault.reason is not None:
            self._later(fault.late, lambda: self._show(keys["ID"], fault.reason or 0))
        self.blind = fault.blinds or self.blind
        if fault.error:
            raise fault.error
        return {}

    def _later(self, looks: int, work: t.Callable[[], None]) -> None:
        if looks:
            self._late.append((looks, work))
        else:
            work()

    def _show(self, product_id: str, reason: int) -> None:
        shown = (replace(row, reason=reason) if row.id == product_id else row for row in self.state.products)
        self.state = replace(self.state, products=tuple(shown))

    def attempt_log(self, product_id: str, tell: t.Callable[[str], None]) -> FakeMachineLog:
        """Return the log of the attempts to activate a product from now on."""
        return FakeMachineLog(self)

    def bios_uuid(self) -> str | None:
        """Return the identity of the hardware."""
        self.log.append("bios_uuid")
        return self.hardware

    def _fault(self, method: str) -> Fault:
        given = self.faults.get(method, [])
        if isinstance(given, Fault):
            return given
        return given.pop(0) if given else Fault(None, works=True)

    def _work(self, method: str, keys: dict[str, str], given: dict[str, t.Any]) -> None:
        if "ID" in keys and method in _CLEARED:
            self.state = replace(self.state, products=_cleared(self, keys["ID"], _CLEARED[method]))
        elif "ID" in keys and method == "SetVLActivationTypeEnabled":
            self.state = replace(self.state, products=_restricted(self, keys["ID"], given))
        elif method in _SERVICE:
            assert keys == {"Version": self.state.service.version}
            self.state = replace(self.state, service=replace(self.state.service, **_SERVICE[method](given)))
        elif method in _PRODUCTS:
            self.state = replace(self.state, products=_PRODUCTS[method](self, keys, given))
        elif method in ("SetStringValue", "DeleteValue"):
            self.registry.append((given["sSubKeyName"], given.get("sValue")))
        else:
            assert method == "RefreshLicenseStatus", method

    # What the tests use.

    def clock(self) -> float:
        """Return the seconds waited so far."""
        return self.time

    def pause(self, seconds: float) -> None:
        """Let time pass without waiting."""
        assert seconds > 0
        self.pauses.append(seconds)
        self.time += seconds

    def applier(self, seconds: float = 0.0, gate: Budget | None = None, retry: Retry | None = None) -> Applier:
        """Return an applier for this machine with so much patience."""
        patience = PollPolicy(seconds, self.clock, self.pause)
        machine = t.cast(t.Any, self)
        return Applier(machine, t.cast(Reader, self), patience, self.told.append, gate=gate, retry=retry)

    def carry_out(self, wish: DesiredState, applier: Applier) -> State:
        """Plan on the state as it is, and apply."""
        before = self.state
        return applier.apply(wish, plan(wish, before), before, Scope())

    def plan(self, wish: DesiredState) -> Plan:
        """Return what is still to be done."""
        return plan(wish, self.state)


@dataclass
class FakeMachineLog:
    """The event log of the bench, which is looked into without a request."""

    bench: FakeMachine
    found: KmsAttempt | None = None

    def read(self) -> KmsAttempt | None:
        """Return how the attempt ended."""
        self.bench.looks_into_log += 1
        self.found = self.bench.logged
        return self.found


_SERVICE: dict[str, t.Callable[[dict[str, t.Any]], dict[str, t.Any]]] = {
    "SetKeyManagementServiceMachine": lambda given: {"kms_host": given["MachineName"]},
    "ClearKeyManagementServiceMachine": lambda _given: {"kms_host": None},
    "SetKeyManagementServicePort": lambda given: {"kms_port": given["PortNumber"]},
    "ClearKeyManagementServicePort": lambda _given: {"kms_port": 0},
    "SetKeyManagementServiceLookupDomain": lambda given: {"lookup_domain": given["LookupDomain"]},
    "ClearKeyManagementServiceLookupDomain": lambda _given: {"lookup_domain": None},
    "DisableKeyManagementServiceHostCaching": lambda given: {"host_caching": not given["DisableCaching"]},
}


_CLEARED = {
    "ClearKeyManagementServiceMachine": "kms_host",
    "ClearKeyManagementServicePort": "kms_port",
    "ClearKeyManagementServiceLookupDomain": "lookup_domain",
    "ClearVLActivationTypeEnabled": "activation_type",
}
"""What a product takes over from the machine by a method of its own."""


def _cleared(bench: FakeMachine, product_id: str, field_name: str) -> tuple[Product, ...]:
    inherited = bench.kind if field_name == "activation_type" else getattr(bench.state.service, field_name)
    changes: dict[str, t.Any] = {field_name: inherited}
    return tuple(replace(row, **changes) if row.id == product_id else row for row in bench.state.products)


def _restricted(bench: FakeMachine, product_id: str, given: dict[str, t.Any]) -> tuple[Product, ...]:
    kind = ActivationType(given["ActivationType"])
    assert product_id in {row.id for row in bench.state.products}
    return tuple(replace(row, activation_type=kind) if row.id == product_id else row for row in bench.state.products)


def _typed(bench: FakeMachine, kind: ActivationType) -> tuple[Product, ...]:
    bench.kind = kind
    return tuple(
        product if product.id in bench.own_types else replace(product, activation_type=kind)
        for product in bench.state.products
    )


def _keyed(bench: FakeMachine, key: ProductKey) -> tuple[Product, ...]:
    assert isinstance(key, ProductKey)
    kept = tuple(product for product in bench.state.products if not product.is_primary)
    if key == gvlk() and bench.log.count("InstallProductKey") > 1:
        return (windows(), *kept)
    new = windows(id="id-new", channel=bench.channel, partial_product_key=key.partial, installation_id=INSTALLATION)
    return (replace(new, **bench.lands), *kept)


def _activated(bench: FakeMachine, product_id: str) -> tuple[Product, ...]:
    assert product_id in {product.id for product in bench.state.products}
    changes: dict[str, t.Any] = {"status": LicenseStatus.LICENSED, "grace_minutes": LEASE, "reason": 0}
    changes.update(bench.activates)
    return tuple(
        replace(product, **changes) if product.id == product_id else product for product in bench.state.products
    )


_PRODUCTS: dict[str, t.Callable[[FakeMachine, dict[str, str], dict[str, t.Any]], tuple[Product, ...]]] = {
    "SetVLActivationTypeEnabled": lambda bench, _keys, given: _typed(bench, ActivationType(given["ActivationType"])),
    "ClearVLActivationTypeEnabled": lambda bench, _keys, _given: _typed(bench, ActivationType.ANY),
    "InstallProductKey": lambda bench, _keys, given: _keyed(bench, given["ProductKey"]),
    "UninstallProductKey": lambda bench, keys, _given: tuple(
        product for product in bench.state.products if product.id != keys["ID"]
    ),
    "Activate": lambda bench, keys, _given: _activated(bench, keys["ID"]),
    "DepositOfflineConfirmationId": lambda bench, keys, _given: _activated(bench, keys["ID"]),
}


def now() -> datetime:
    """Return the controller's time in these tests."""
    return NOW
