# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The wall between simulated fleets and everything real: hosts, ledgers and activation services of one kind only.

A ledger is a simulation ledger or a real one from its creation on; the database records which, and it never changes.
Hosts are recognised by their identifiers, services by their URL. These functions decide; nothing is sent or written.
"""

from __future__ import annotations

import typing as t

from .._errors import Refusal
from .._licensing import is_simulated

__all__ = ["require_ledger", "require_ledger_of_fleet", "require_service"]

_FLEET_VARIABLES = (
    "Run the play with the inventory of the fleet, which names a ledger and a service of its own, and name no others."
)


def require_ledger(place: str, identifiers: t.Iterable[str | None], *, simulated: bool) -> None:
    """Raise Refusal where a host with these identifiers and the ledger at `place` are not of one kind.

    `simulated` is the kind of the ledger. Codes: `simulated_host_real_ledger`, `real_host_simulated_ledger`.
    """
    if is_simulated(*identifiers) == simulated:
        return
    if simulated:
        raise Refusal(
            f"{place} is the ledger of a simulated fleet, and the host is a real one. Nothing was counted.",
            code="real_host_simulated_ledger",
            cause="What Microsoft counts for the host would be missing in the real ledger.",
            remedy="Name the real ledger in the option ledger, and leave the inventory of the simulated fleet out.",
        )
    raise _simulated_host(place)


def require_ledger_of_fleet(place: str, *, simulated: bool) -> None:
    """Raise Refusal (`simulated_host_real_ledger`) where a task of a simulated fleet opens the real ledger `place`."""
    if not simulated:
        raise _simulated_host(place)


def require_service(address: str, *, simulated: bool, wanted: bool) -> None:
    """Raise Refusal where a service of one kind is to be asked for hosts, or from a ledger, of the other.

    `simulated` is the kind of the service, `wanted` the kind of what it is asked for. Codes:
    `simulated_host_real_service`, `real_host_simulated_service`.
    """
    if simulated == wanted:
        return
    if wanted:
        raise Refusal(
            f"{address} is not the activation service of a simulated fleet, and the host is simulated. Nothing was"
            " sent.",
            code="simulated_host_real_service",
            cause="The identifiers of a simulated host are made up and mean nothing to Microsoft.",
            remedy=_FLEET_VARIABLES,
        )
    raise Refusal(
        f"{address} is the activation service of a simulated fleet, and the host or the ledger is a real one. Nothing"
        " was sent.",
        code="real_host_simulated_service",
        cause="A confirmation ID of a simulated fleet is made up, and no Windows accepts it.",
        remedy="Name the real service in the option service, and leave the inventory of the simulated fleet out.",
    )


def _simulated_host(place: str) -> Refusal:
    return Refusal(
        f"The host is simulated, and {place} is the ledger of real hosts. Nothing was counted.",
        code="simulated_host_real_ledger",
        cause="A trial would spend the budget of real hosts.",
        remedy=f"{_FLEET_VARIABLES} A ledger belongs to a fleet when a task with the variable volume_activation_fleet"
        " created it.",
    )
