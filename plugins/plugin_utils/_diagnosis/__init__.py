# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the controller to the licence: what is wrong with a machine, why, and what to do about it."""

from __future__ import annotations

from .checks import judge
from .diagnosis import Clocks, Examined, diagnose, diagnose_and_record, replayed, summary
from .examiner import Examiner
from .network import Network, Surroundings, place_of
from .observations import (
    Answering,
    Conversation,
    DnsProblem,
    Expected,
    MachinePlace,
    Observations,
    Published,
    PublishedHost,
    Reach,
)
from .result import CHECKS, Check, Diagnosis
from .texts import TEXTS

__all__ = [
    "CHECKS",
    "TEXTS",
    "Answering",
    "Check",
    "Clocks",
    "Conversation",
    "Diagnosis",
    "DnsProblem",
    "Examined",
    "Examiner",
    "Expected",
    "MachinePlace",
    "Network",
    "Observations",
    "Published",
    "PublishedHost",
    "Reach",
    "Surroundings",
    "diagnose",
    "diagnose_and_record",
    "judge",
    "place_of",
    "replayed",
    "summary",
]
