# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From what happened to what is reported."""

from __future__ import annotations

from ._admission import mak_admission
from ._changes import license_changes, recovery
from ._diagnosis import diagnosis_report
from ._facts import mapping, moment, state_from, text_of
from ._forecast import kms_forecast
from ._hosting import count_facts
from ._inputs import DIAGNOSED, FOREST, KMS_HOSTS, LICENSE, MACHINES, MAK_MACHINES, MAK_RESULTS, NAMED
from ._license import PARTS, license_facts
from ._migration import migration_report
from ._outcome import Outcome, changes, difference, failure, success
from ._restriction import name_activation_type

__all__ = [
    "DIAGNOSED",
    "FOREST",
    "KMS_HOSTS",
    "LICENSE",
    "MACHINES",
    "MAK_MACHINES",
    "MAK_RESULTS",
    "NAMED",
    "PARTS",
    "Outcome",
    "changes",
    "count_facts",
    "diagnosis_report",
    "difference",
    "failure",
    "kms_forecast",
    "license_changes",
    "license_facts",
    "mak_admission",
    "mapping",
    "migration_report",
    "moment",
    "recovery",
    "name_activation_type",
    "state_from",
    "text_of",
    "success",
]
