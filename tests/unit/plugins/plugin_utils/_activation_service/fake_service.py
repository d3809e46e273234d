# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who stands before the desk and who behind it: requests of numbered machines, and a service that answers as told."""

from __future__ import annotations

import typing as t

from ansible_collections.volume.activation.plugins.plugin_utils._activation_service import (
    ConfirmationIdClient,
    Installation,
    Obtained,
    Outcome,
    ProxyRequest,
    ServiceUnavailable,
)
from ansible_collections.volume.activation.plugins.plugin_utils._ledger import Entry, Ledger, MachineIdentity

from .fake_http_service import CIDS, IIDS, PID

POOL, KEY, OTHER_KEY = "campus", "f" * 64, "e" * 64
Answering = t.Callable[[Installation], Outcome]


def request(number: int, **changes: t.Any) -> ProxyRequest:
    """Return the request of the machine with that number, counted from one."""
    values: dict[str, t.Any] = {
        "installation": Installation(PID, IIDS[number - 1]),
        "pool": POOL,
        "fingerprint": KEY,
        "partial": "GGGGG",
        "machine": MachineIdentity(name=f"pc-{number}", client_machine_id=f"cmid-{number}", bios_uuid=f"uuid-{number}"),
        "product_id": "product",
    }
    return ProxyRequest(**{**values, **changes})


def granting(one: Installation) -> str:
    """Grant the confirmation ID with the installation's number."""
    return CIDS[IIDS.index(one.installation_id)]


def unavailable(arrived: bool) -> ServiceUnavailable:
    """Return a failure of the service."""
    return ServiceUnavailable("nothing came back", may_have_arrived=arrived, code="connection_dropped", remedy="wait")


class Service:
    """A service that answers as told; `asked` holds the batches."""

    source = "microsoft"

    def __init__(self, answering: Answering = granting) -> None:
        self.answering = answering
        self.asked: list[list[str]] = []

    def require(self, *, simulated: bool) -> None:
        """Serve hosts of any kind."""

    def confirmation_ids(self, batch: t.Sequence[Installation]) -> t.Mapping[Installation, Outcome]:
        """Answer in another order than asked."""
        self.asked.append([one.installation_id for one in batch])
        return {one: self.answering(one) for one in reversed(batch)}

    def remaining(self, extended_pid: str) -> int:
        """Nobody asks here."""
        raise NotImplementedError(extended_pid)


def run(ledger: Ledger, service: Service, *requests: ProxyRequest, **options: t.Any) -> list[Obtained]:
    """Obtain all, in the order they were asked for."""
    results = list(ConfirmationIdClient(ledger, service, **options).obtain(requests))
    assert len(results) == len(requests), results
    return sorted(results, key=lambda result: [one.machine for one in requests].index(result.request.machine))


def entries(ledger: Ledger) -> list[Entry]:
    """Return everything that the pool holds."""
    return ledger.entries(pool=POOL)


def states(ledger: Ledger) -> list[str]:
    """Return the states of the pool's entries, in the order they were made."""
    return [entry.state.value for entry in entries(ledger)]


def codes(results: list[Obtained]) -> list[str | None]:
    """Return what went wrong with each."""
    return [result.error.code if result.error else None for result in results]
