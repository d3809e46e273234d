# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading the actual state: few, narrow queries, and one frozen state."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from .._cim import Repository, UnknownInSchema, equals, is_set
from .._errors import ProtocolViolation, Refusal
from .._licensing import APPLICATION_IDS, Application, Hosting, Machine, Product, ServedProduct, Service, State
from .._planning import MissingFacts
from . import queries as q
from .attempt_log import AttemptLog, with_attempts
from .decoding import Membership, hosting_from, machine_from, membership_from, product_from, served_from, service_from
from .firewall import firewall_rule
from .registry import HostRegistry, publish_domains, service_version_mark


class Products(Enum):
    """Which products to read: none, Windows itself, those with a key, or every licence on the machine (slow)."""

    NONE = "none"
    PRIMARY = "primary"
    INSTALLED = "installed"
    ALL = "all"


@dataclass(frozen=True, kw_only=True)
class Scope:
    """How much to read; each part is one query. `details` are a product's properties that decide nothing.

    `directory` adds the activation object that licensed a product, as `details` do. `holding` narrows the products to
    those whose key ends in these five characters, `offline` adds the IDs of an activation without internet. `hosting`
    adds how the machine serves as a KMS host, for no further request; what of it is in the registry, and the firewall's
    rule, are two requests each, and for hosts only. `attempts` adds how the last attempt to activate each product ended
    that is not licensed; it is one query of the event log, and none where everything is licensed.
    """

    service: bool = True
    products: Products = Products.PRIMARY
    details: bool = False
    directory: bool = False
    machine: bool = False
    domain: bool = False
    offline: bool = False
    holding: str | None = None
    hosting: bool = False
    registry: bool = False
    firewall: bool = False
    attempts: bool = False


class Reader:
    """Reads one machine through its repository; `now` returns the controller's time, aware."""

    def __init__(self, repository: Repository, now: t.Callable[[], datetime]) -> None:
        self._repository = repository
        self._now = now

    def read(self, scope: Scope) -> State:
        """Return the state as far as `scope` asks for it."""
        row = self._service_row(scope) if scope.service else None
        state = State(
            service=service_from(row) if row else Service(version=""),
            hosting=self._hosting(row, scope) if row and scope.hosting else None,
            products=self._products(scope),
            machine=self._machine() if scope.machine else None,
            domain=self._domain() if scope.domain else None,
            observed_at=self._now(),
        )
        return self.with_attempts(state) if scope.attempts else state

    def with_attempts(self, state: State) -> State:
        """Return the state with the last attempts of products that are not licensed; never raises ActivationError."""
        return with_attempts(self._repository, state)

    def attempt_log(self, product_id: str, tell: t.Callable[[str], None]) -> AttemptLog:
        """Return the log of the attempts to activate a product from now on."""
        return AttemptLog(self._repository, product_id, self._now, tell)

    def complete(self, state: State, missing: MissingFacts) -> State:
        """Return `state` with what a decision rests on besides."""
        if missing.machine:
            state = replace(state, machine=self._machine())
        if missing.domain:
            state = replace(state, domain=self._domain())
        if missing.product_id is not None:
            state = self._looked_for(state, missing.product_id)
        return state

    def _looked_for(self, state: State, product_id: str) -> State:
        """Return the state with whether any product has an activation ID, with or without a key."""
        found = self._repository.select(q.PRODUCT, q.PRODUCT_ID, (equals("ID", product_id),))
        if found:
            return replace(state, known_ids=state.known_ids | {product_id})
        return replace(state, absent_ids=state.absent_ids | {product_id})

    def bios_uuid(self) -> str | None:
        """Return the identity of the hardware, which outlives a new image; None where there is none."""
        found = str(self._one(q.HARDWARE, q.HARDWARE_PROPERTIES)["UUID"] or "").strip().upper()
        return None if set(found) <= _MEANINGLESS else found

    def membership(self) -> Membership:
        """Return what the machine is to its domain."""
        return membership_from(self._one(q.COMPUTER_SYSTEM, q.MEMBERSHIP_PROPERTIES))

    def _machine(self) -> Machine:
        return machine_from(self._one(q.OPERATING_SYSTEM, q.MACHINE_PROPERTIES))

    def _domain(self) -> str:
        row = self._one(q.COMPUTER_SYSTEM, q.DOMAIN_PROPERTIES)
        return (row["Domain"] or "") if row["PartOfDomain"] else ""

    def _service_row(self, scope: Scope) -> dict[str, t.Any]:
        core = {**q.SERVICE_PROPERTIES, **(q.HOSTING_PROPERTIES if scope.hosting else {})}
        return _only(self._rows(q.SERVICE, core, q.LATER_SERVICE_PROPERTIES, []), q.SERVICE)

    def _hosting(self, row: dict[str, t.Any], scope: Scope) -> Hosting:
        hosting = hosting_from(row)
        if scope.registry:
            registry = HostRegistry(self._repository)
            hosting = replace(
                hosting, publish_domains=publish_domains(registry), version_mark=service_version_mark(registry)
            )
        return replace(hosting, firewall=firewall_rule(self._repository)) if scope.firewall else hosting

    def served(self) -> dict[str, ServedProduct]:
        """Return what the products with a key have served as KMS hosts, by their ID."""
        rows = self._repository.select(q.PRODUCT, q.SERVED_PROPERTIES, _CONDITIONS[Products.INSTALLED])
        return {served.id: served for served in map(served_from, rows)}

    def _products(self, scope: Scope) -> tuple[Product, ...]:
        if scope.products is Products.NONE:
            return ()
        core, later = dict(q.PRODUCT_PROPERTIES), dict(q.LATER_PRODUCT_PROPERTIES)
        if scope.details:
            core.update(q.PRODUCT_DETAILS)
        if scope.details or scope.directory:
            later.update(q.DIRECTORY_PROPERTIES)
        if scope.offline:
            core.update(q.OFFLINE_IDS)
        holding = () if scope.holding is None else (equals("PartialProductKey", scope.holding),)
        rows = self._rows(q.PRODUCT, core, later, _CONDITIONS[scope.products] + holding)
        return tuple(sorted((product_from(row) for row in rows), key=lambda product: (product.name, product.id)))

    def _rows(
        self, class_name: str, core: q.Properties, later: q.Properties, conditions: t.Iterable[str]
    ) -> list[dict[str, t.Any]]:
        try:
            return self._repository.select(class_name, {**core, **later}, conditions)
        except UnknownInSchema:
            return self._core_rows(class_name, core, conditions)

    def _core_rows(self, class_name: str, core: q.Properties, conditions: t.Iterable[str]) -> list[dict[str, t.Any]]:
        try:
            return self._repository.select(class_name, core, conditions)
        except UnknownInSchema as unknown:
            raise Refusal(
                f"{class_name} lacks properties that it has on every supported Windows.",
                code="unsupported_windows",
                remedy="This collection manages Windows 8.1 / Server 2012 R2 and later.",
            ) from unknown

    def _one(self, class_name: str, properties: q.Properties) -> dict[str, t.Any]:
        return _only(self._repository.select(class_name, properties), class_name)


def _only(rows: list[dict[str, t.Any]], class_name: str) -> dict[str, t.Any]:
    if len(rows) != 1:
        raise ProtocolViolation(f"The machine shows {len(rows)} instances of {class_name}, where there is one.")
    return rows[0]


_MEANINGLESS = frozenset("0F-")
"""What a UUID consists of where the firmware has none: zeros, or F throughout."""

_HAS_KEY = is_set("PartialProductKey")
_CONDITIONS: dict[Products, tuple[str, ...]] = {
    Products.PRIMARY: (
        equals("ApplicationID", APPLICATION_IDS[Application.WINDOWS]),
        _HAS_KEY,
        equals("LicenseIsAddon", False),
    ),
    Products.INSTALLED: (_HAS_KEY,),
    Products.ALL: (),
}
