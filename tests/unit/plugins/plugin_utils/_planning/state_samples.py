# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Short ways to write down states and products, for the tests of planning and of all that rests on it."""

from __future__ import annotations

import typing as t
from datetime import datetime, timezone

from ansible_collections.volume.activation.plugins.plugin_utils._licensing import (
    APPLICATION_IDS,
    ActivationType,
    Application,
    Channel,
    GvlkTable,
    LicenseStatus,
    Machine,
    Product,
    ProductKey,
    Service,
    State,
)

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=timezone.utc)
DAY = 24 * 60
BUILD = 20348
VERSION = f"10.0.{BUILD}.1"
TABLE = GvlkTable.published()
KEY = ProductKey("BBBBB-CCCCC-DDDDD-FFFFF-GGGGG")
OTHER_KEY = ProductKey("BBBBB-CCCCC-DDDDD-FFFFF-HHHHH")


def gvlk(edition: str = "ServerStandard", build: int = BUILD) -> ProductKey:
    """Return the published key of an edition, which the test takes for granted."""
    key = TABLE.key_for(edition, build)
    assert key is not None
    return key


def windows(**changes: t.Any) -> Product:
    """Return Windows Server as an unlicensed KMS client, with changes."""
    given = {
        "id": "id-windows",
        "name": "Windows(R), ServerStandard edition",
        "application": Application.WINDOWS,
        "application_id": APPLICATION_IDS[Application.WINDOWS],
        "family": "ServerStandard",
        "channel": Channel.KMS_CLIENT,
        "partial_product_key": gvlk().partial,
    }
    return Product(**{**given, **changes})


def licensed(**changes: t.Any) -> Product:
    """Return Windows Server as a KMS client in the middle of its lease, with changes."""
    return windows(**{"status": LicenseStatus.LICENSED, "grace_minutes": 100 * DAY, **changes})


def on_mak(**changes: t.Any) -> Product:
    """Return Windows Server licensed by a MAK for good, with changes."""
    return licensed(**{"channel": Channel.MAK, "partial_product_key": "MMMMM", "grace_minutes": 0, **changes})


def office(**changes: t.Any) -> Product:
    """Return an unlicensed Office as a KMS client, with changes."""
    given = {
        "id": "id-office",
        "name": "Office",
        "application": Application.OFFICE,
        "application_id": APPLICATION_IDS[Application.OFFICE],
        "family": "ProPlusVL",
        "channel": Channel.KMS_CLIENT,
        "partial_product_key": "WWWWW",
    }
    return Product(**{**given, **changes})


def esu(**changes: t.Any) -> Product:
    """Return an unlicensed add-on of Windows on a MAK, with changes."""
    given = {"id": "id-esu", "name": "ESU", "is_addon": True, "channel": Channel.MAK, "partial_product_key": "XXXXX"}
    return windows(**{**given, **changes})


def machine(edition: str | None = "ServerStandard", build: int = BUILD, **changes: t.Any) -> Machine:
    """Return an operating system of an edition."""
    return Machine(name="APP01", edition_id=edition, build=build, **changes)


def service(**changes: t.Any) -> Service:
    """Return a licensing service on which nothing is set, with changes."""
    return Service(**{"version": VERSION, **changes})


def state(*products: Product, **changes: t.Any) -> State:
    """Return a state; settings of the service may be given by their own names."""
    own = {name: changes.pop(name) for name in ("machine", "domain") if name in changes}
    return State(service=service(**changes), products=products, observed_at=NOW, **own)


__all__ = [
    "BUILD",
    "DAY",
    "KEY",
    "NOW",
    "OTHER_KEY",
    "TABLE",
    "VERSION",
    "ActivationType",
    "Channel",
    "LicenseStatus",
    "esu",
    "gvlk",
    "licensed",
    "machine",
    "office",
    "on_mak",
    "service",
    "state",
    "windows",
]
