# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A simulated Windows fleet: a model of the licensing service behind a real WS-Management server on loopback.

with FleetServer(Fleet.from_description({"machines": {"web": "server_2022_standard"}})) as server:
    ...

It grants no licence to anything and speaks no KMS protocol.
"""

from __future__ import annotations

from .description.fields import InvalidDescription
from .fleet.fleet import Fleet
from .fleet.inventory import Settings
from .fleet.lifecycle import Lifecycle
from .fleet.machine import Machine
from .fleet.server import FleetServer

__all__ = [
    "Fleet",
    "FleetServer",
    "InvalidDescription",
    "Lifecycle",
    "Machine",
    "Settings",
]
