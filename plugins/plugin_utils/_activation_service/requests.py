# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is asked of the confirmation desk, and what it hands out."""

from __future__ import annotations

import dataclasses

from .._errors import ActivationError
from .._ledger import Demand, MachineIdentity, Method
from .._licensing import parse_extended_pid, parse_installation_id
from .batch_messages import Installation

__all__ = ["Obtained", "ProxyRequest"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class ProxyRequest:
    """One machine that needs a confirmation ID for one product, and the pool that is to pay for it."""

    installation: Installation
    pool: str
    fingerprint: str
    partial: str
    machine: MachineIdentity
    product_id: str
    reason: str = "first_activation"
    justification: str = ""
    user: str = ""
    use_reserve: bool = False
    ahead: int | None = None

    @classmethod
    def of(cls, demand: Demand) -> ProxyRequest:
        """Return the request behind a demand that names its IDs."""
        return cls(
            installation=Installation(demand.extended_pid or "", demand.installation_id or "", demand.machine.name),
            pool=demand.pool,
            fingerprint=demand.key_fingerprint,
            partial=demand.partial,
            machine=demand.machine,
            product_id=demand.product_id,
            reason=demand.reason,
            justification=demand.justification,
            user=demand.user,
            use_reserve=demand.use_reserve,
            ahead=demand.ahead,
        )

    def demand(self) -> Demand:
        """Return what is asked of the ledger."""
        return Demand(
            pool=self.pool,
            key_fingerprint=self.fingerprint,
            partial=self.partial,
            machine=self.machine,
            product_id=self.product_id,
            method=Method.PROXY,
            reason=self.reason,
            justification=self.justification,
            user=self.user,
            installation_id=self.installation.installation_id,
            extended_pid=self.installation.extended_pid,
            use_reserve=self.use_reserve,
            ahead=self.ahead,
        )

    def checked(self) -> ProxyRequest:
        """Return the request with plain IDs; raises Refusal (`bad_installation_id`, `bad_extended_pid`)."""
        installation = Installation(
            parse_extended_pid(self.installation.extended_pid),
            parse_installation_id(self.installation.installation_id),
            self.installation.host or self.machine.name,
        )
        return dataclasses.replace(self, installation=installation)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Obtained:
    """What became of one request.

    `from_store`: it had been paid for earlier. `spent`: this run paid for it, or in a forecast would. An `error` may
    stand beside a confirmation ID: then it was obtained and could not be stored.
    """

    request: ProxyRequest
    confirmation_id: str | None = None
    from_store: bool = False
    spent: bool = False
    error: ActivationError | None = None
