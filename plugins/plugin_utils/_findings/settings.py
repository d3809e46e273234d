# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What somebody may set about an audit."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._licensing import CLOCK_SKEW_LIMIT, ENDS_SOON_DAYS

__all__ = ["AuditSettings"]


@dataclass(frozen=True)
class AuditSettings:
    """From where on something is a finding; `kms_hosts` are those that machines may use, none given for any.

    A KMS host is a name, or a name and a port: `kms.corp.example:1688`.
    """

    expiring_days: int = ENDS_SOON_DAYS
    clock_skew_minutes: int = int(CLOCK_SKEW_LIMIT.total_seconds()) // 60
    mak_share_limit: float = 10.0
    """In percent."""
    kms_hosts: tuple[str, ...] = ()

    def facts(self) -> dict[str, t.Any]:
        """Return the settings as the document shows them."""
        return {
            "expiring_days": self.expiring_days,
            "clock_skew_minutes": self.clock_skew_minutes,
            "mak_share_limit": self.mak_share_limit,
            "kms_hosts": list(self.kms_hosts),
        }
