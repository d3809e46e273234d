# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The gate before every activation that is counted: who keeps the budget implements it, and the applier asks.

The order is what makes a budget hold: reserved, then done, then settled by what the machine says. Whatever ends this
process in between leaves a reservation, and a reservation counts. Where the key is yet to be installed, the reservation
is made ahead of that: no machine loses its key to a budget that has nothing for it.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from enum import Enum

from .._errors import Refusal
from .._licensing import Product, grouped

_GROUPS = 9
"""Installation IDs have nine groups, of seven digits or on old systems of six."""


class Settlement(Enum):
    """What became of a reserved activation: spent, not spent, or nobody can tell yet."""

    CONFIRMED = "confirmed"
    RELEASED = "released"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, kw_only=True)
class ActivationRequest:
    """One activation about to be spent: the product with its offline IDs, the machine, and why.

    `method` is `online`, `proxy` or `telephone`.
    """

    product: Product
    client_machine_id: str | None
    bios_uuid: str | None
    reason: str
    method: str


@dataclass(frozen=True, kw_only=True)
class Reservation:
    """A reservation; one that was `taken_over` may have been carried out by whoever held it before.

    Whoever that was began `idle` seconds ago, and the machine may still be at work.
    """

    number: int
    taken_over: bool = False
    idle: float = 0.0


class Budget(t.Protocol):
    """Keeps a budget; every method raises Refusal where it declines, and nothing has been sent by then."""

    def check(self, spend: ActivationRequest) -> None:
        """Raise what `reserve`, or before the key is installed `reserve_ahead`, would raise, and reserve nothing."""

    def reserve_ahead(self, spend: ActivationRequest) -> Reservation | None:
        """Count one activation before the key is installed; None where only `reserve` can decide."""

    def withdraw(self, ticket: Reservation) -> None:
        """Drop a reservation that was made ahead, unless an activation was asked for with it."""

    def probe(self, spend: ActivationRequest) -> None:
        """Raise what is known to stand against this activation beyond the budget, before a licence is given up."""

    def reserve(self, spend: ActivationRequest, ahead: Reservation | None = None) -> Reservation:
        """Count one activation before it is asked for, or complete the reservation that was made `ahead`."""

    def settle(self, ticket: Reservation, settlement: Settlement, code: str | None = None) -> None:
        """Say what became of it."""

    def stored(self, installation_id: str) -> str | None:
        """Return the confirmation ID that was paid for earlier for this installation ID."""

    def obtain(self, spend: ActivationRequest, ahead: Reservation | None = None) -> str:
        """Return a confirmation ID, stored or newly paid for, from the reservation made `ahead` if there is one."""

    def keep(self, spend: ActivationRequest, confirmation_id: str, ticket: Reservation) -> None:
        """Store a confirmation ID that the machine accepted, and confirm its reservation."""

    def used(self, installation_id: str) -> None:
        """Note that a stored confirmation ID served once more."""

    def found_licensed(self, spend: ActivationRequest) -> None:
        """Confirm what a machine that turned out to be licensed has cost, unless that is booked already."""

    def owes(self, spend: ActivationRequest) -> bool:
        """Return whether `found_licensed` may have something to confirm; IDs that `spend` lacks fit any."""

    def heed(self, hresult: int) -> None:
        """Close for everyone when a code says that the key cannot be used any more."""


class Unlimited:
    """The gate where no budget is kept: everything may pass, and nothing is remembered.

    The order of the spender holds all the same: once, only when it is needed, and judged by the machine's own state.
    """

    def check(self, spend: ActivationRequest) -> None:
        """Let everything pass."""

    def reserve_ahead(self, spend: ActivationRequest) -> Reservation | None:  # noqa: ARG002
        """Let everything pass."""
        return None

    def withdraw(self, ticket: Reservation) -> None:
        """Keep nothing."""

    def probe(self, spend: ActivationRequest) -> None:
        """Know nothing."""

    def reserve(self, spend: ActivationRequest, ahead: Reservation | None = None) -> Reservation:  # noqa: ARG002
        """Let everything pass."""
        return Reservation(number=0)

    def settle(self, ticket: Reservation, settlement: Settlement, code: str | None = None) -> None:
        """Keep nothing."""

    def stored(self, installation_id: str) -> str | None:  # noqa: ARG002
        """Return nothing, since nothing is kept."""
        return None

    def obtain(self, spend: ActivationRequest, ahead: Reservation | None = None) -> str:  # noqa: ARG002
        """Refuse: there is nobody who could be asked."""
        raise confirmation_id_needed(spend.product.installation_id)

    def keep(self, spend: ActivationRequest, confirmation_id: str, ticket: Reservation) -> None:
        """Keep nothing."""

    def used(self, installation_id: str) -> None:
        """Keep nothing."""

    def found_licensed(self, spend: ActivationRequest) -> None:
        """Keep nothing."""

    def owes(self, spend: ActivationRequest) -> bool:  # noqa: ARG002
        """Return False, since nothing is kept."""
        return False

    def heed(self, hresult: int) -> None:
        """Keep nothing."""


def confirmation_id_needed(installation_id: str | None) -> Refusal:
    """Return the refusal to go on without a confirmation ID, with the installation ID that it has to be got for."""
    digits = installation_id or ""
    return Refusal(
        f"A confirmation ID for the installation ID {grouped(digits, len(digits) // _GROUPS or 1)} is needed.",
        code="confirmation_id_needed",
        cause="None was given, and none is stored in the ledger for this installation ID.",
        remedy="Give Microsoft's product activation portal the installation ID, then run the task again with the answer"
        " in confirmation_id.",
    )
