# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What was found, as plain data for a task's result."""

from __future__ import annotations

import typing as t
from dataclasses import asdict

from .objects import ActivationObject, Forest

__all__ = ["forest_facts", "found_facts", "object_facts"]


def object_facts(found: ActivationObject) -> dict[str, t.Any]:
    """Return one activation object."""
    facts = asdict(found)
    del facts["cn"]  # the DN has it
    return {**facts, "kms_ids": list(found.kms_ids)}


def forest_facts(forest: Forest) -> dict[str, t.Any]:
    """Return the forest without its objects."""
    facts = asdict(forest)
    del facts["objects"]
    return {**facts, "domains": list(forest.domains)}


def found_facts(forest: Forest) -> dict[str, t.Any]:
    """Return the forest, and its objects by name."""
    listed = sorted(forest.objects, key=lambda found: (found.name.lower(), found.dn.lower()))
    return {"forest": forest_facts(forest), "objects": [object_facts(found) for found in listed]}
