# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The result of one task: what it read or changed, as plain values, and how a failure is reported."""

from __future__ import annotations

from .activation_type import name_activation_type
from .kms_host import count_facts
from .license import PARTS, license_facts
from .license_changes import license_changes, recovery
from .license_from_facts import mapping, moment, state_from, text_of
from .outcome import Outcome, changes, difference, failure, success

__all__ = [
    "PARTS",
    "Outcome",
    "changes",
    "count_facts",
    "difference",
    "failure",
    "license_changes",
    "license_facts",
    "mapping",
    "moment",
    "recovery",
    "name_activation_type",
    "state_from",
    "text_of",
    "success",
]
