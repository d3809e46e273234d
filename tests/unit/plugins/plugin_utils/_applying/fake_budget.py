# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A budget in place of the ledger: it records what it is asked, and refuses where a test says so."""

from __future__ import annotations

from dataclasses import dataclass, field

from ansible_collections.volume.activation.plugins.plugin_utils._applying import (
    ActivationRequest,
    BudgetReservation,
    Settlement,
)
from ansible_collections.volume.activation.plugins.plugin_utils._errors import ActivationError

CONFIRMATION = "123456" * 8
PAID_FOR = "654321" * 8


@dataclass
class FakeBudget:
    """Implements the applier's gate; `log` has a line for every call, `spends` what was asked for."""

    ticket: BudgetReservation = BudgetReservation(number=1)
    store: dict[str, str] = field(default_factory=dict)
    refuses: dict[str, ActivationError] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    spends: list[ActivationRequest] = field(default_factory=list)
    owing: bool = True

    def _note(self, name: str, *details: str) -> None:
        self.log.append(" ".join((name, *details)))
        if name in self.refuses:
            raise self.refuses[name]

    def check(self, spend: ActivationRequest) -> None:
        """Refuse, or not."""
        self.spends.append(spend)
        self._note("check")

    def reserve_ahead(self, spend: ActivationRequest) -> BudgetReservation | None:
        """Return the ticket that the test has laid out."""
        self.spends.append(spend)
        self._note("reserve_ahead")
        return self.ticket

    def withdraw(self, ticket: BudgetReservation) -> None:
        """Write down that it was withdrawn."""
        assert ticket == self.ticket
        self._note("withdraw")

    def probe(self, spend: ActivationRequest) -> None:
        """Refuse, or not."""
        self._note("probe")

    def reserve(self, spend: ActivationRequest, ahead: BudgetReservation | None = None) -> BudgetReservation:
        """Return the ticket that the test has laid out."""
        self.spends.append(spend)
        self._note("reserve")
        return self.ticket

    def settle(self, ticket: BudgetReservation, settlement: Settlement, code: str | None = None) -> None:
        """Write down how it ended."""
        assert ticket == self.ticket
        self._note("settle", settlement.value, *([code] if code else []))

    def stored(self, installation_id: str) -> str | None:
        """Return what is stored."""
        return self.store.get(installation_id)

    def obtain(self, spend: ActivationRequest, ahead: BudgetReservation | None = None) -> str:
        """Return a confirmation ID that was paid for."""
        self.spends.append(spend)
        self._note("obtain")
        return PAID_FOR

    def keep(self, spend: ActivationRequest, confirmation_id: str, ticket: BudgetReservation) -> None:
        """Write down what is to be stored."""
        assert ticket == self.ticket
        self._note("keep", confirmation_id)
        self.store[spend.product.installation_id or ""] = confirmation_id

    def used(self, installation_id: str) -> None:
        """Write down that it was used."""
        self._note("used")

    def found_licensed(self, spend: ActivationRequest) -> None:
        """Write down that nothing was needed."""
        self.spends.append(spend)
        self._note("found_licensed")

    def owes(self, spend: ActivationRequest) -> bool:
        """Return what the test has laid out."""
        return self.owing

    def heed(self, hresult: int) -> None:
        """Write down the code."""
        self._note("heed", f"0x{hresult:08X}")
