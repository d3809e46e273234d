# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads the description of a fleet: machines or a preset, the world, and the clock."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ..world.clock import ClockSetting
from ..world.world import WorldDescription
from .fields import InvalidDescription, mapping, number, one_of
from .machine import MachineDescription, machine_description
from .presets import PRESETS
from .world import clock_setting, world_description

__all__ = ["FleetDescription", "InvalidDescription", "read_description"]

_FIELDS = ("machines", "preset", "count", "world", "clock")
_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,250}[A-Za-z0-9])?\Z")
_MAX_MACHINES = 10_000


@dataclass(frozen=True)
class FleetDescription:
    """A whole description, checked, with every default filled in."""

    machines: t.Mapping[str, MachineDescription]
    world: WorldDescription
    clock: ClockSetting


def read_description(description: t.Mapping[str, t.Any]) -> FleetDescription:
    """Return the fleet that is described; raises InvalidDescription.

    `preset` names a ready fleet of `count` machines; `machines` are added to it, or take the place of those of the same
    name. Each part of `world` that is given replaces the preset's.
    """
    given = mapping(description, "")
    for name in given:
        if name not in _FIELDS:
            raise InvalidDescription(name, "there is no such field", f"Use {', '.join(_FIELDS)}.")
    ready = _preset(given)
    machines = {**ready.get("machines", {}), **mapping(given.get("machines"), "machines")}
    if not machines:
        raise InvalidDescription("machines", "there are none", "Describe at least one machine, or name a preset.")
    world = {**ready.get("world", {}), **mapping(given.get("world"), "world")}
    return FleetDescription(
        machines={name: _machine(name, row) for name, row in machines.items()},
        world=world_description(world),
        clock=clock_setting(given.get("clock")),
    )


def _preset(given: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    if given.get("preset") is None:
        if given.get("count") is not None:
            raise InvalidDescription("count", "it is only for a preset", "Name a preset too, e.g. kms_mixed.")
        return {}
    preset = PRESETS[one_of(PRESETS)(given["preset"], "preset")]
    count = None if given.get("count") is None else number(1, _MAX_MACHINES)(given["count"], "count")
    if count is not None and not preset.takes_count:
        raise InvalidDescription("count", "this preset has its own machines", "Leave out count, or use kms_mixed.")
    return preset.make(count)


def _machine(name: str, row: t.Any) -> MachineDescription:
    path = f"machines.{name}"
    if not _NAME.match(name):
        raise InvalidDescription(path, "this is no name", "Use letters, digits, dots and hyphens.")
    return machine_description(name, row, path)
