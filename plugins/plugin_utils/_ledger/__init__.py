# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The MAK ledger: budgets of activations that are never overspent, and the confirmation IDs they were spent on."""

from __future__ import annotations

from .creation import require_creatable
from .database import preload
from .ledger import DEFAULT_LEASE, Ledger
from .ledger_budget import BudgetAccount, LedgerBudget
from .location import DEFAULT_PATH, Location, locate
from .observed_licenses import Sighting
from .reconciliation import Evidence, ReconciliationVerdict, concerns, judged
from .records import (
    OPEN_STATES,
    Balance,
    Confirmation,
    Demand,
    Entry,
    EntryState,
    MachineIdentity,
    Method,
    Pool,
    PoolTally,
    PoolWish,
    Reservation,
    Stop,
    utcnow,
)
from .refusals import confirmation_differs
from .sandbox import require_ledger_of_fleet, require_service

__all__ = [
    "DEFAULT_LEASE",
    "DEFAULT_PATH",
    "OPEN_STATES",
    "Balance",
    "BudgetAccount",
    "Confirmation",
    "Demand",
    "Entry",
    "EntryState",
    "Evidence",
    "Ledger",
    "LedgerBudget",
    "Location",
    "MachineIdentity",
    "Method",
    "Pool",
    "PoolTally",
    "PoolWish",
    "ReconciliationVerdict",
    "Reservation",
    "Sighting",
    "Stop",
    "concerns",
    "confirmation_differs",
    "judged",
    "locate",
    "preload",
    "require_creatable",
    "require_ledger_of_fleet",
    "require_service",
    "utcnow",
]
