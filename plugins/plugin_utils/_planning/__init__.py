# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a wish and a state to steps."""

from __future__ import annotations

from ._change import Change
from ._forest import (
    NAME_LIMIT,
    AbsentObject,
    Caller,
    CreateObject,
    ForestStep,
    ForestWish,
    PresentObject,
    RemoveObject,
    plan_forest,
    refuse_unable,
)
from ._mak import FIRST_ACTIVATION, HARDWARE_CHANGE, holder_of, reason_of, refuse_other_channels
from ._planner import Need, Plan, need, plan
from ._steps import (
    Activate,
    ActivateMak,
    DepositConfirmation,
    InstallKey,
    InstallMak,
    SetActivationType,
    SetHostCaching,
    SetKmsHost,
    SetKmsPort,
    SetLookupDomain,
    Step,
    UninstallKey,
)
from ._wish import AbsentKey, Activation, Counted, EditionKey, KeyWish, KmsSettings, Mak, PresentKey, Way, When, Wish

__all__ = [
    "AbsentKey",
    "AbsentObject",
    "Activate",
    "ActivateMak",
    "Activation",
    "Caller",
    "Change",
    "Counted",
    "CreateObject",
    "DepositConfirmation",
    "EditionKey",
    "FIRST_ACTIVATION",
    "ForestStep",
    "ForestWish",
    "HARDWARE_CHANGE",
    "InstallKey",
    "InstallMak",
    "KeyWish",
    "KmsSettings",
    "Mak",
    "NAME_LIMIT",
    "Need",
    "Plan",
    "PresentKey",
    "PresentObject",
    "RemoveObject",
    "SetActivationType",
    "SetHostCaching",
    "SetKmsHost",
    "SetKmsPort",
    "SetLookupDomain",
    "Step",
    "UninstallKey",
    "Way",
    "When",
    "Wish",
    "holder_of",
    "need",
    "plan",
    "plan_forest",
    "reason_of",
    "refuse_other_channels",
    "refuse_unable",
]
