# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fleets of planted machines, drawn at random: with a KMS host that has enough clients, one that starves, or none."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace
from random import Random

from .planted_machines import ALLOWED_KMS_HOST, FAULTY, HEALTHY, ROGUE_KMS_HOST, Kind, Planted

__all__ = ["PlantedFleet", "plant"]

HOSTS = ("plenty", "starved", "absent")
"""What KMS host a fleet may have."""


def _kms_host(random: Random, which: str) -> tuple[Planted | None, dict[str, t.Any]]:
    """Return the KMS host of a fleet, None where it is none of its machines, and what the world says of it."""
    if which == "absent":
        return None, {}
    count, office = (50, 10) if which == "plenty" else (random.randint(1, 4), random.randint(1, 2))
    packs = [{"product": "office_2021", "status": "licensed"}]
    description = {"system": "server_2022_standard", "channel": "kms_host", "office_host": packs}
    planted = Planted(description, random.choice(("none", "auto", "kms_default", None)), counts=(count, office))
    return planted, {"count": count, "office_count": office}


@dataclass
class PlantedFleet:
    """The machines of a fleet by name, and the world around them."""

    machines: dict[str, Planted]
    world: dict[str, t.Any]
    allowed: tuple[str, ...]
    shared_ids: dict[str, list[str]] = field(default_factory=dict)

    def description(self) -> dict[str, t.Any]:
        """Return what the simulator takes."""
        return {
            "machines": {name: planted.description for name, planted in self.machines.items()},
            "world": self.world,
        }

    def inventory(self, name: str) -> dict[str, t.Any]:
        """Return what the inventory says of a machine."""
        planted = self.machines[name]
        told = {"activation_profile": planted.profile, "mak_exception_machine_kind": planted.kind}
        return {variable: value for variable, value in told.items() if value is not None}


def plant(random: Random, number: int) -> PlantedFleet:
    """Return the fleet of a number: 12 to 25 machines, of which each third kind of fault comes for certain."""
    which = HOSTS[number % len(HOSTS)]
    allowed = random.choice((True, False)) or number % 2 == 0
    host, told = _kms_host(random, which)
    certain = [FAULTY[(number * 3 + step) % len(FAULTY)] for step in range(3)]
    kinds = [*certain, *random.choices(FAULTY, k=random.randint(1, 7))]
    kinds += random.choices(HEALTHY, k=random.randint(max(1, 12 - len(kinds)), 24 - len(kinds)))
    random.shuffle(kinds)
    drawn = [_fitting(random, kind, which, allowed=allowed) for kind in kinds]
    machines = {f"m{index:02d}": planted for index, planted in enumerate(drawn)}
    if host is not None:
        machines["kms"] = host
    fleet = PlantedFleet(machines, _world(told), (ALLOWED_KMS_HOST,) if allowed else ())
    _clone(random, fleet)
    return fleet


def _fitting(random: Random, kind: Kind, which: str, *, allowed: bool) -> Planted:
    """Return a machine of that kind, or another one that fits: who starves has licensed nobody of late."""
    planted = kind(random)
    while (planted.needs_allowed_hosts and not allowed) or (which == "starved" and planted.windows == "fresh"):
        planted = random.choice(HEALTHY + FAULTY)(random)
    return planted


def _world(told: dict[str, t.Any]) -> dict[str, t.Any]:
    return {
        "kms_hosts": {ALLOWED_KMS_HOST: told, ROGUE_KMS_HOST: {}},
        "dns": {"corp.example": [ALLOWED_KMS_HOST], "elsewhere.example": [ROGUE_KMS_HOST]},
        "ad": {"corp.example": ["Windows and Office"]},
    }


def _clone(random: Random, fleet: PlantedFleet) -> None:
    """Give one client machine ID to some that ask KMS, and another one to machines that do not."""
    asking = [name for name, planted in fleet.machines.items() if planted.windows or planted.office]
    others = [name for name in fleet.machines if name not in asking]
    for names, is_found in ((asking, True), (others, False)):
        shared = random.sample(names, k=min(len(names), random.choice((0, 2, 3))))
        client_id = f"{random.getrandbits(32):08x}-aaaa-bbbb-cccc-ddddeeeeffff"
        for name in shared:
            planted = fleet.machines[name]
            fleet.machines[name] = replace(planted, description={**planted.description, "cmid": client_id})
        if is_found and len(shared) > 1:
            fleet.shared_ids[client_id] = sorted(shared)
