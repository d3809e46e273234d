# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a wish and a state to steps."""

from __future__ import annotations

from ._planner import Need, Plan, need, plan
from ._steps import (
    Activate,
    InstallKey,
    SetActivationType,
    SetHostCaching,
    SetKmsHost,
    SetKmsPort,
    SetLookupDomain,
    Step,
    UninstallKey,
)
from ._wish import AbsentKey, Activation, EditionKey, KeyWish, KmsSettings, PresentKey, When, Wish

__all__ = [
    "AbsentKey",
    "Activate",
    "Activation",
    "EditionKey",
    "InstallKey",
    "KeyWish",
    "KmsSettings",
    "Need",
    "Plan",
    "PresentKey",
    "SetActivationType",
    "SetHostCaching",
    "SetKmsHost",
    "SetKmsPort",
    "SetLookupDomain",
    "Step",
    "UninstallKey",
    "When",
    "Wish",
    "need",
    "plan",
]
