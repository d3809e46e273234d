# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Machines to examine: simulated ones behind a session in this process, and surroundings that are as a test says."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field
from datetime import datetime, timezone

from ansible_collections.volume.activation.plugins.plugin_utils._diagnosis import (
    Answering,
    Check,
    Clocks,
    Conversation,
    Diagnosis,
    Examined,
    Expected,
    MachinePlace,
    Observations,
    Published,
    PublishedHost,
    Reach,
    diagnose,
    diagnose_and_record,
    judge,
)
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import (
    ActivationType,
    Application,
    Channel,
    GvlkTable,
    LicenseStatus,
    Machine,
    Product,
    Service,
    State,
)
from ansible_collections.volume.activation.plugins.plugin_utils._secrets import Secret
from ansible_collections.volume.activation.plugins.plugin_utils._session import Tls, WinRMSettings
from ansible_collections.volume.activation.plugins.plugin_utils._simulator import Fleet
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.winrm.counters import Counters
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.winrm.dispatcher import Dispatcher
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.winrm.fault_injection import FaultInjector
from ansible_collections.volume.activation.plugins.plugin_utils._transcripts import Transcript

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=timezone.utc)
HOST, USER, PASSWORD = "app01.corp.example", "CORP\\operator-7", "the-password-of-this-test"
KMS = "kms.corp.example"
BUILD = 20348


def settings(**changes: t.Any) -> WinRMSettings:
    """Return how the machine is reached."""
    given = {"host": HOST, "port": 5986, "user": USER, "password": Secret(PASSWORD), "tls": Tls(ca="/ca.pem")}
    return WinRMSettings(**{**given, **changes})


@dataclass
class Session:
    """A session that ends at a simulated machine, or in an error."""

    machine: t.Any = None
    error: Exception | None = None
    sent: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._dispatcher = Dispatcher(Counters(), FaultInjector(), lambda _seconds: None)

    def send(self, message: bytes) -> bytes:
        """Answer one message, or raise."""
        self.sent.append(message)
        if self.error is not None:
            raise self.error
        return bytes(self._dispatcher.answer(self.machine, message).body)

    def close(self) -> None:
        """Do nothing."""


@dataclass
class Around:
    """Surroundings in which all is well, unless a test says otherwise."""

    own: Answering = Answering.OPEN
    kms: Answering = Answering.OPEN
    zone: Published | None = None
    asked: list[t.Any] = field(default_factory=list)

    def machine(self, host: str, port: int) -> Reach:
        """Return what becomes of the machine's port."""
        return Reach(host, port, self.own, ("10.20.30.40",))

    def kms_host(self, host: str, port: int) -> Reach:
        """Return what becomes of a KMS host's port."""
        self.asked.append((host, port))
        return Reach(host, port, self.kms, ("10.20.30.50",))

    def published(self, domain: str) -> Published:
        """Return what the domain publishes."""
        self.asked.append(domain)
        return self.zone or Published(domain, (PublishedHost(f"kms.{domain}", 1688, True),), asked=True)


def served(description: t.Any, **world: t.Any) -> t.Any:
    """Return a simulated machine as described."""
    whole = {"machines": {"app01": description}, "clock": {"now": NOW.isoformat(), "frozen": True}}
    fleet = Fleet.from_description({**whole, **({"world": world} if world else {})})
    return fleet.machines["app01"]


def diagnosed(
    description: t.Any = None,
    *,
    around: Around | None = None,
    error: Exception | None = None,
    connection: WinRMSettings | None = None,
    expected: Expected | None = None,
    now: datetime = NOW,
) -> Diagnosis:
    """Return the diagnosis of a machine as described."""
    session = Session(served(description) if description else None, error)
    clocks = Clocks(now=lambda: now, pause=lambda _seconds: None)
    wanted = expected or Expected()
    return diagnose("app01", session, connection or settings(), around or Around(), wanted, clocks).diagnosis


def recorded(session: Session, *, around: Around | None = None, **given: t.Any) -> tuple[Examined, Transcript]:
    """Return the diagnosis and the transcript of the machine at the end of a session."""
    clocks = Clocks(now=lambda: NOW, pause=lambda _seconds: None)
    expected = Expected(lookup_domain=given.pop("lookup_domain", None))
    connection = given.pop("connection", None) or settings()
    return diagnose_and_record("app01", session, connection, around or Around(), expected, clocks, **given)


def found(diagnosis: Diagnosis) -> dict[str, str]:
    """Return what is not well: the code of what is wrong, or the status, by check."""
    return {
        check.check: check.code or check.status for check in diagnosis.checks if check.status not in ("ok", "skipped")
    }


def generic(edition: str) -> str:
    """Return the last five characters of an edition's generic key."""
    key = GvlkTable.published().key_for(edition, BUILD)
    assert key is not None
    return key.partial


def product(**changes: t.Any) -> Product:
    """Return Windows Server on its generic key, licensed by KMS in the middle of its lease."""
    given: dict[str, t.Any] = {
        "id": "id-windows",
        "application": Application.WINDOWS,
        "family": "ServerStandard",
        "channel": Channel.KMS_CLIENT,
        "partial_product_key": generic("ServerStandard"),
        "status": LicenseStatus.LICENSED,
        "grace_minutes": 170 * 1440,
        "activated_by": ActivationType.KMS,
    }
    return Product(**{**given, **changes})


def office(**changes: t.Any) -> Product:
    """Return Office beside it."""
    return product(**{"id": "id-office", "name": "Office 21", "application": Application.OFFICE, **changes})


def state(*products: Product, service: t.Any = None, machine: t.Any = None, **changes: t.Any) -> State:
    """Return what a server in a domain says; the service's and the machine's fields as changed."""
    system = {"name": "APP01", "edition_id": "ServerStandard", "build": BUILD, "clock": NOW, "is_server": True}
    given: dict[str, t.Any] = {
        "service": Service(**{"version": f"10.0.{BUILD}.1", **(service or {})}),
        "products": products or (product(),),
        "machine": Machine(**{**system, **(machine or {})}),
        "domain": "corp.example",
        "observed_at": NOW,
    }
    return State(**{**given, **changes})


def judged(
    told: State | None = None,
    *,
    path: str = "any",
    published: Published | None = None,
    kms_hosts: tuple[Reach, ...] = (),
    counts: t.Mapping[str, int] | None = None,
    lookup_domain: str | None = None,
    **seen: t.Any,
) -> dict[str, Check]:
    """Return the checks of a machine by name; it has told a state unless `seen` has a talk."""
    found = {
        "place": MachinePlace(host=HOST, port=5986, user=USER),
        "reach": Reach(HOST, 5986, Answering.OPEN, ("10.20.30.40",)),
        "talk": Conversation(granted=True, state=told or state()),
        "published": published or Published("corp.example", (PublishedHost(KMS, 1688, True),)),
        "kms_hosts": kms_hosts,
        **seen,
    }
    expected = Expected(path=path, lookup_domain=lookup_domain, counts=counts or {})
    return {check.check: check for check in judge("app01", Observations(**found), expected).checks}
