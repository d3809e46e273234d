# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reports about many machines, made of results of tasks: forecast, migration to AD, diagnosis, admission to MAKs."""

from __future__ import annotations

from .adba_migration import migration_report
from .diagnosis_report import diagnosis_report
from .forecast import kms_forecast
from .inputs import DIAGNOSED, FOREST, KMS_HOSTS, LICENSE, MACHINES, MAK_MACHINES, MAK_RESULTS, NAMED
from .mak_admission import mak_admission

__all__ = [
    "DIAGNOSED",
    "FOREST",
    "KMS_HOSTS",
    "LICENSE",
    "MACHINES",
    "MAK_MACHINES",
    "MAK_RESULTS",
    "NAMED",
    "diagnosis_report",
    "kms_forecast",
    "mak_admission",
    "migration_report",
]
