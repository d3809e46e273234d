# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The add-on products for Extended Security Updates (ESU), by the activation IDs that Microsoft publishes."""

from __future__ import annotations

import typing as t

from .tables import row

__all__ = ["EsuYear", "esu_year"]


class EsuYear(t.NamedTuple):
    """One year of an ESU program, the OS builds that it is for, and what has to be installed before its key."""

    program: str
    year: int
    builds: tuple[int, ...]
    prerequisite: str

    def __str__(self) -> str:
        return f"{self.program} year {self.year}"


def esu_year(activation_id: str | None) -> EsuYear | None:
    """Return the ESU year that an activation ID is for, None if it is not one of the published IDs."""
    found = row("esu", (activation_id or "").strip("{}").lower())
    return EsuYear(**{**found, "builds": tuple(found["builds"])}) if found else None
