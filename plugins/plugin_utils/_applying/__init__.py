# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading a machine's actual state, and carrying out steps on it."""

from __future__ import annotations

from .activation_objects import ForestHost, create_object, remove_object
from .applier import Applier
from .budget import ActivationRequest, Budget, BudgetReservation, Settlement, Unlimited, confirmation_id_needed
from .counted_activation import Retry, Spender, Spending
from .decoding import Membership
from .kms_event_log import Requests, client_requests
from .poll_policy import PollPolicy
from .reader import Products, Reader, Scope

__all__ = [
    "ActivationRequest",
    "Applier",
    "Budget",
    "BudgetReservation",
    "ForestHost",
    "Membership",
    "PollPolicy",
    "Products",
    "Reader",
    "Requests",
    "Retry",
    "Scope",
    "Settlement",
    "Spender",
    "Spending",
    "Unlimited",
    "client_requests",
    "confirmation_id_needed",
    "create_object",
    "remove_object",
]
