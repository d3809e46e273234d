# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The MAK ledger: budgets of activations that are never overspent, and the confirmation IDs they were spent on."""

from __future__ import annotations

from ._creation import require_creatable
from ._gate import Account, LedgerGate
from ._ledger import DEFAULT_LEASE, Ledger
from ._location import DEFAULT_PATH, Location, locate
from ._preloading import preload
from ._reconciliation import Evidence, Verdict, concerns, judged
from ._records import (
    OPEN_STATES,
    Balance,
    Confirmation,
    Demand,
    Entry,
    EntryState,
    MachineIdentity,
    Method,
    Pool,
    PoolWish,
    Reservation,
    Stop,
    Tally,
    utcnow,
)
from ._sandbox import require_ledger_of_fleet, require_service
from ._sightings import Sighting

__all__ = [
    "DEFAULT_LEASE",
    "DEFAULT_PATH",
    "OPEN_STATES",
    "Account",
    "Balance",
    "Confirmation",
    "Demand",
    "Entry",
    "EntryState",
    "Evidence",
    "Ledger",
    "LedgerGate",
    "Location",
    "MachineIdentity",
    "Method",
    "Pool",
    "PoolWish",
    "Reservation",
    "Sighting",
    "Stop",
    "Tally",
    "Verdict",
    "concerns",
    "judged",
    "locate",
    "preload",
    "require_creatable",
    "require_ledger_of_fleet",
    "require_service",
    "utcnow",
]
