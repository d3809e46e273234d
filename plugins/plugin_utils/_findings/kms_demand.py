# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who asks KMS for what, as the machines come by: all that has to be kept to tell who is below a threshold."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._licensing import KMS_COUNT_TOO_LOW, KMS_WINDOW, Application, Product
from .record import Record

__all__ = ["KINDS", "KmsDemand", "askers_of", "count"]

KINDS: t.Mapping[str, tuple[str, str | None]] = {
    "windows_client": ("windows", "clients"),
    "windows_server": ("windows", "servers"),
    "office": ("office", None),
}
"""By kind where the forecast tells of it."""

_APPLICATIONS = {Application.WINDOWS: "windows", Application.OFFICE: "office"}


@dataclass(slots=True)
class KmsDemand:
    """The machines that ask KMS for one kind of product; those that are `complaining` were refused for too low a count.

    `is_granted` when KMS has licensed one of them within the time that requests count for: some host has enough.
    """

    names: list[str] = field(default_factory=list)
    complaining: list[str] = field(default_factory=list)
    is_granted: bool = False


def askers_of() -> dict[str, KmsDemand]:
    """Return the askers of each kind, of which there is none so far."""
    return {kind: KmsDemand() for kind in KINDS}


def count(askers: t.Mapping[str, KmsDemand], record: Record) -> None:
    """Take a machine in."""
    products = [product for product in (record.state.judged if record.state else ()) if product.asks_kms]
    for application in dict.fromkeys(_APPLICATIONS.values()):
        own = [product for product in products if _APPLICATIONS.get(product.application) == application]
        if own:
            _note(askers[_kind(record, application)], record.name, own)


def _note(askers: KmsDemand, name: str, products: list[Product]) -> None:
    askers.names.append(name)
    if any(product.attempt_error == KMS_COUNT_TOO_LOW for product in products):
        askers.complaining.append(name)
    askers.is_granted = askers.is_granted or any(product.granted_within(KMS_WINDOW) for product in products)


def _kind(record: Record, application: str) -> str:
    if application == "office":
        return "office"
    machine = record.state.machine if record.state else None
    return "windows_server" if machine is not None and machine.is_server else "windows_client"
