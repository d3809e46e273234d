# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a keyed product stands and until when; what a machine says of it at a given time follows, without any state.

    LICENSED with a lease --180 days--> OOT_GRACE --30 days--> NOTIFICATION
    LICENSED for a trial  ------------------------------------> NOTIFICATION
    OOB_GRACE, OOT_GRACE, NON_GENUINE_GRACE, EXTENDED_GRACE --> NOTIFICATION

Nothing renews by itself here, as a KMS client would every seven days: who tries, and when, is no matter of this file.
"""

from __future__ import annotations

import enum
import typing as t
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from .hresults import Hresult

__all__ = [
    "GRACE",
    "LEASE",
    "UNLICENSED",
    "LicenseState",
    "LicenseView",
    "Status",
    "grace",
    "hardware_changed",
    "lease",
    "notification",
    "perpetual",
    "seen",
    "trial",
    "with_reason",
]

LEASE = timedelta(days=180)
GRACE = timedelta(days=30)


class Status(enum.IntEnum):
    """LicenseStatus, by the names a description uses."""

    UNLICENSED = 0
    LICENSED = 1
    OOB_GRACE = 2
    OOT_GRACE = 3
    NON_GENUINE_GRACE = 4
    NOTIFICATION = 5
    EXTENDED_GRACE = 6


_GRACE_REASONS: t.Mapping[Status, tuple[int, int]] = {
    # while it runs, after it has run out
    Status.OOB_GRACE: (Hresult.OOB_GRACE, Hresult.GRACE_EXPIRED),
    Status.OOT_GRACE: (Hresult.OOT_GRACE, Hresult.GRACE_EXPIRED),
    Status.NON_GENUINE_GRACE: (Hresult.NON_GENUINE_GRACE, Hresult.NON_GENUINE_EXPIRED),
    Status.EXTENDED_GRACE: (Hresult.EXTENDED_GRACE, Hresult.TRIAL_OVER),
}


@dataclass(frozen=True)
class LicenseState:
    """A status, its reason, and when it ends; `then` is the standing that follows."""

    status: Status
    reason: int
    until: datetime | None = None
    then: LicenseState | None = None


@dataclass(frozen=True)
class LicenseView:
    """What a machine says at one time."""

    status: Status
    reason: int
    minutes: int
    """GracePeriodRemaining."""


UNLICENSED = LicenseState(Status.UNLICENSED, 0)


def seen(standing: LicenseState, now: datetime) -> LicenseView:
    """Return what a standing looks like at a time."""
    standing = _reached(standing, now)
    left = timedelta() if standing.until is None else max(standing.until - now, timedelta())
    return LicenseView(standing.status, standing.reason, min(int(left.total_seconds() // 60), 259200))


def _reached(standing: LicenseState, now: datetime) -> LicenseState:
    while standing.until is not None and now >= standing.until and standing.then is not None:
        standing = standing.then
    return standing


def with_reason(standing: LicenseState, now: datetime, reason: int) -> LicenseState:
    """Return the standing of that time with another reason."""
    return replace(_reached(standing, now), reason=reason)


def perpetual(reason: int = Hresult.ACTIVATED_CHECK_USE_RIGHTS) -> LicenseState:
    """Return a licence without an end."""
    return LicenseState(Status.LICENSED, reason)


def notification(reason: int) -> LicenseState:
    """Return the end of all graces."""
    return LicenseState(Status.NOTIFICATION, reason)


def grace(status: Status, until: datetime) -> LicenseState:
    """Return a grace of one of the four kinds."""
    running, over = _GRACE_REASONS[status]
    return LicenseState(status, running, until, notification(over))


def hardware_changed(until: datetime) -> LicenseState:
    """Return the grace of a machine whose hardware is no longer what was activated."""
    return replace(grace(Status.OOT_GRACE, until), reason=Hresult.HARDWARE_CHANGED)


def lease(until: datetime) -> LicenseState:
    """Return a licence that a KMS host or the directory gave for a time."""
    return LicenseState(
        Status.LICENSED, Hresult.ACTIVATED_CHECK_USE_RIGHTS, until, grace(Status.OOT_GRACE, until + GRACE)
    )


def trial(until: datetime) -> LicenseState:
    """Return the licence of an evaluation edition."""
    return LicenseState(Status.LICENSED, Hresult.TRIAL_RUNNING, until, notification(Hresult.TRIAL_OVER))
