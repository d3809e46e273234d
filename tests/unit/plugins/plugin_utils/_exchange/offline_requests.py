# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requests, ledgers and services for exchanges: nothing here is a machine, a key or an ID of anybody's."""

from __future__ import annotations

import hashlib
import typing as t
from pathlib import Path

from ansible_collections.volume.activation.plugins.plugin_utils._activation_service import (
    Installation,
    Outcome,
    ProxyRequest,
    ServiceRefusal,
    ServiceUnavailable,
)
from ansible_collections.volume.activation.plugins.plugin_utils._exchange import Exporter, Privacy, Report
from ansible_collections.volume.activation.plugins.plugin_utils._ledger import Ledger, MachineIdentity, PoolWish
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import ProductKey

KEY = "BBBBB-CCCCC-DDDDD-FFFFF-GGGGG"
FINGERPRINT = ProductKey.parse(KEY).fingerprint
POOL = "lab"


def digits(seed: str, count: int) -> str:
    """Return digits that follow a seed alone."""
    return f"{int(hashlib.sha512(seed.encode()).hexdigest(), 16) % 10**count:0{count}d}"


def pid(number: int, day: int = 100) -> str:
    """Return an extended product ID of the key; only the day differs from machine to machine."""
    return f"00000-12345-678-{901234:06d}-03-1033-20348.0000-{(day + number) % 366 + 1:03d}2026"


def identifier(number: int) -> str:
    """Return an installation ID."""
    return digits(f"installation {number}", 63)


def confirmation(installation_id: str) -> str:
    """Return the confirmation ID for an installation ID."""
    return digits(f"confirmation of {installation_id}", 48)


def wanted(number: int, **more: t.Any) -> ProxyRequest:
    """Return a request as the action makes it."""
    given: dict[str, t.Any] = {
        "installation": Installation(pid(number), identifier(number)),
        "pool": POOL,
        "fingerprint": FINGERPRINT,
        "partial": "GGGGG",
        "machine": MachineIdentity(
            name=f"secluded-{number:03d}", client_machine_id=f"cmid-{number}", bios_uuid=f"bios-{number}"
        ),
        "product_id": "id-windows",
    }
    return ProxyRequest(**{**given, **more})


def open_ledger(folder: Path, *, limit: int = 100, **more: t.Any) -> Ledger:
    """Return a ledger with a pool in it."""
    ledger = Ledger.open(str(folder / "ledger.sqlite"), **more)
    ledger.declare(PoolWish(name=POOL, limit=limit, fingerprint=FINGERPRINT, partial="GGGGG"))
    return ledger


def exported(
    ledger: Ledger, path: Path, numbers: t.Iterable[int] = range(1, 4), privacy: Privacy = Privacy.FULL
) -> Report:
    """Export machines by their numbers."""
    return Exporter(ledger, path, privacy).export([wanted(number) for number in numbers])


def refused(code: str) -> t.Callable[[], Outcome]:
    """Return what makes a refusal of the service."""
    return lambda: ServiceRefusal(code)


def unreachable(*, arrived: bool) -> t.Callable[[], Outcome]:
    """Return what makes a failure to get an answer."""
    return lambda: ServiceUnavailable(
        "No answer.", may_have_arrived=arrived, code="read_timeout", remedy="Look at the way to it."
    )


class Service:
    """Grants everything but what it is told not to; `asked` has the installation IDs in the order they were asked."""

    source = "microsoft"

    def __init__(self, troubles: dict[str, t.Callable[[], Outcome]] | None = None) -> None:
        self.troubles = troubles or {}
        self.asked: list[str] = []
        self.batches: list[int] = []

    def require(self, *, simulated: bool) -> None:
        """Serve hosts of any kind."""

    def confirmation_ids(self, batch: t.Sequence[Installation]) -> t.Mapping[Installation, Outcome]:
        """Return an outcome for each, in another order than asked."""
        self.batches.append(len(batch))
        self.asked += [one.installation_id for one in batch]
        return {one: self._outcome(one) for one in reversed(batch)}

    def remaining(self, extended_pid: str) -> int:
        """Nobody asks for this here."""
        raise NotImplementedError(extended_pid)

    def _outcome(self, one: Installation) -> Outcome:
        trouble = self.troubles.get(one.installation_id)
        return trouble() if trouble else confirmation(one.installation_id)
