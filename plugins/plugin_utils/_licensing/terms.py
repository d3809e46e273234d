# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long what holds in volume activation, and what is still on time."""

from __future__ import annotations

from datetime import timedelta

__all__ = ["ATTEMPT_WINDOW", "CLOCK_SKEW_LIMIT", "ENDS_SOON_DAYS", "KMS_WINDOW", "LEASE", "RENEWAL"]

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
