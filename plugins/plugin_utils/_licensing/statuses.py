# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The numbers that the licensing classes of Windows report, and the periods of its licences."""

from __future__ import annotations

import enum
from datetime import timedelta

from .._errors import Refusal

__all__ = [
    "ATTEMPT_WINDOW",
    "CLOCK_SKEW_LIMIT",
    "ENDS_SOON_DAYS",
    "KMS_WINDOW",
    "LEASE",
    "RENEWAL",
    "ActivationType",
    "LicenseStatus",
]


class LicenseStatus(enum.IntEnum):
    """`SoftwareLicensingProduct.LicenseStatus`; a number of some later Windows becomes `UNKNOWN`, never an error."""

    UNKNOWN = -1
    UNLICENSED = 0
    LICENSED = 1
    OOB_GRACE = 2
    OOT_GRACE = 3
    NON_GENUINE_GRACE = 4
    NOTIFICATION = 5
    EXTENDED_GRACE = 6

    @property
    def label(self) -> str:
        """The name for results and inventories, such as `oob_grace`."""
        return self.name.lower()

    @classmethod
    def _missing_(cls, _value: object) -> LicenseStatus:
        return cls.UNKNOWN


class ActivationType(enum.IntEnum):
    """`VLActivationTypeEnabled` (what is allowed) and `VLActivationType` (what was used last); `UNKNOWN` as above."""

    UNKNOWN = -1
    ANY = 0
    AD = 1
    KMS = 2
    TOKEN = 3

    @property
    def label(self) -> str:
        """The name for options, results and inventories, such as `kms`."""
        return self.name.lower()

    @classmethod
    def from_label(cls, label: str) -> ActivationType:
        """Return the type that an option names; raises `Refusal` (`unknown_activation_type`) for any other word."""
        found = {member.label: member for member in cls if member is not cls.UNKNOWN}.get(label.strip().lower())
        if found is None:
            raise Refusal(
                f"There is no activation type {label!r}.",
                code="unknown_activation_type",
                remedy="Use any, ad, kms or token.",
            )
        return found

    @classmethod
    def _missing_(cls, _value: object) -> ActivationType:
        return cls.UNKNOWN


LEASE = timedelta(days=180)
"""How long KMS and Active Directory license a product for; it renews every seven days. KMS activation planning."""

RENEWAL = timedelta(days=7)
"""How often a machine renews a lease while it reaches its KMS host. KMS activation planning."""

ENDS_SOON_DAYS = 30
"""With fewer days left a lease is no longer on time: it was not renewed for 150 days."""

KMS_WINDOW = timedelta(days=30)
"""For how long a request counts at a KMS host. KMS activation planning."""

ATTEMPT_WINDOW = timedelta(days=30)
"""How far back the events of attempts are read; an unlicensed client tries every two hours."""

CLOCK_SKEW_LIMIT = timedelta(hours=4)
"""Beyond this a KMS host answers with an error; Microsoft's page on 0xC004F06C."""
