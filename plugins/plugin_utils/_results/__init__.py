# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The result of one task: what it read or changed, as plain values, and how a failure is reported."""

from __future__ import annotations

from .activation_type import name_activation_type
from .kms_host import client_facts, count_facts, hosting_facts, installation_facts, request_facts, served_facts
from .ledger import PoolStanding, confirmation_facts, entry_facts, pool_difference, pool_facts, tally_facts
from .license import PARTS, license_facts, path_facts
from .license_changes import license_changes, recovery
from .license_from_facts import mapping, moment, product_from, state_from, text_of
from .outcome import Outcome, changes, difference, failure, success

__all__ = [
    "PARTS",
    "Outcome",
    "PoolStanding",
    "changes",
    "client_facts",
    "confirmation_facts",
    "count_facts",
    "difference",
    "entry_facts",
    "failure",
    "hosting_facts",
    "installation_facts",
    "license_changes",
    "license_facts",
    "mapping",
    "moment",
    "name_activation_type",
    "path_facts",
    "pool_difference",
    "pool_facts",
    "product_from",
    "recovery",
    "request_facts",
    "served_facts",
    "state_from",
    "success",
    "tally_facts",
    "text_of",
]
