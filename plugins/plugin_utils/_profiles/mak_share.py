# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The share of machines on a MAK, and the limit it is held to."""

from __future__ import annotations

import dataclasses
import typing as t

__all__ = ["MakShare"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class MakShare:
    """How many of how many machines are on a MAK, or are to be; `percent` is rounded to a tenth for reading.

    Whether the limit is exceeded is decided before anything is rounded.
    """

    machines: int
    of: int
    limit: float

    @property
    def percent(self) -> float:
        """The share in percent; 0 where there is no machine."""
        return round(100 * self.machines / self.of, 1) if self.of else 0.0

    @property
    def exceeded(self) -> bool:
        """Whether more machines are on a MAK than the limit admits."""
        return 100 * self.machines > self.limit * self.of

    def facts(self) -> dict[str, t.Any]:
        """Return the share as plain values."""
        return {
            "machines": self.machines,
            "of": self.of,
            "percent": self.percent,
            "limit": self.limit,
            "exceeded": self.exceeded,
        }
