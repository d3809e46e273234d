# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The glue between Ansible and the engine."""

from __future__ import annotations

from .base import ControllerAction, LicensingAction, WindowsAction
from .connection_settings import runs_here
from .machine import ConnectedMachine
from .progress import Progress
from .sandbox import FLEET_VARIABLE
from .stages import HostAttempt, Stage, Stages
from .wording import worded

__all__ = [
    "FLEET_VARIABLE",
    "ConnectedMachine",
    "ControllerAction",
    "HostAttempt",
    "LicensingAction",
    "Progress",
    "Stage",
    "Stages",
    "WindowsAction",
    "runs_here",
    "worded",
]
