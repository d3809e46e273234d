# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Licences as license_info returns them, as far as a decision looks at them."""

from __future__ import annotations

import typing as t

MARKS = ("image_build", "vdi", "reimaged_lab")
UNREAD: t.Any = object()


def licence(
    edition: str | None = "Enterprise",
    build: int | None = 22631,
    *,
    channel: str = "kms_client",
    family: str | None = None,
    domain: t.Any = UNREAD,
    is_kms_host: bool = False,
    by: str | None = None,
    reason: str | None = None,
    failed: str | None = None,
) -> dict[str, t.Any]:
    """Return the licence of one machine; `by` is what licenses it now, and `domain` None is a workgroup.

    `failed` is the code of the last attempt to activate it.
    """
    product = {
        "is_primary": True,
        "channel": channel,
        "family": family or edition,
        "status": "licensed" if by else "notification",
        "activated_by": by,
        "reason": {"code": reason, "name": None} if reason else None,
        **({"last_attempt": {"code": failed}} if failed else {}),
    }
    return {
        "machine": {"name": "M", "edition": edition, "build": build, "sku": None},
        "service": {"is_kms_host": is_kms_host},
        "products": [{"is_primary": False, "channel": "mak", "status": "licensed"}, product],
        **({} if domain is UNREAD else {"domain": domain}),
    }


def client(**told: t.Any) -> dict[str, t.Any]:
    """Return the licence of a Windows 11 Enterprise."""
    return licence(**told)


def server(edition: str = "ServerStandard", build: int = 20348, **told: t.Any) -> dict[str, t.Any]:
    """Return the licence of a Windows Server 2022."""
    return licence(edition, build, **told)
