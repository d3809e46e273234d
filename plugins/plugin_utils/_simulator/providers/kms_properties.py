# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads what a KMS host says of its clients: the service of all requests, and each host product of its application."""

from __future__ import annotations

import typing as t

from ..catalog.license_states import Status
from ..catalog.products import CatalogProduct
from ..host.software_protection import Keyed, Protection
from ..world.kms_log import KmsCounters

__all__ = ["PRODUCT_COUNTERS", "SERVICE_COUNTERS", "UNKNOWN"]

UNKNOWN = 0xFFFFFFFF
"""What counters and intervals say where they do not apply: -1 as an unsigned number."""

Count = t.Callable[[KmsCounters], int]


def _by_status(status: Status) -> Count:
    return lambda counters: counters.by_status.get(status, 0)


_REQUESTS: t.Mapping[str, Count] = {
    "KeyManagementServiceFailedRequests": lambda counters: counters.failed,
    "KeyManagementServiceLicensedRequests": _by_status(Status.LICENSED),
    "KeyManagementServiceNonGenuineGraceRequests": _by_status(Status.NON_GENUINE_GRACE),
    "KeyManagementServiceNotificationRequests": _by_status(Status.NOTIFICATION),
    "KeyManagementServiceOOBGraceRequests": _by_status(Status.OOB_GRACE),
    "KeyManagementServiceOOTGraceRequests": _by_status(Status.OOT_GRACE),
    "KeyManagementServiceTotalRequests": lambda counters: counters.total,
    "KeyManagementServiceUnlicensedRequests": _by_status(Status.UNLICENSED),
}


def _counters(machine: Protection, *, is_windows: bool) -> KmsCounters:
    """Return the counters of a machine that serves; one that serves nobody yet, or not now, has zeros."""
    found = machine.world.kms_counters(machine.identity.full_name, is_windows=is_windows)
    return found or KmsCounters()


def _of_service(count: Count) -> t.Callable[..., int]:
    """Return a reader of a sum over Windows and Office."""

    def read(machine: Protection, *_rest: t.Any) -> int:
        if not machine.is_kms_host:
            return UNKNOWN
        return sum(count(_counters(machine, is_windows=is_windows)) for is_windows in (True, False))

    return read


def _of_windows(count: Count) -> t.Callable[..., int]:
    def read(machine: Protection, *_rest: t.Any) -> int:
        return count(_counters(machine, is_windows=True)) if machine.is_kms_host else UNKNOWN

    return read


def _of_product(count: Count) -> t.Callable[[Protection, CatalogProduct, Keyed | None], int]:
    """Return a reader of a count of the application that a host product belongs to."""

    def read(machine: Protection, row: CatalogProduct, _keyed: Keyed | None) -> int:
        return count(_counters(machine, is_windows=row.is_windows)) if machine.serves(row) else UNKNOWN

    return read


def _required(machine: Protection, row: CatalogProduct, keyed: Keyed | None) -> int:
    """Return what a client needs; of a host product, the most that one of its clients needed."""
    if machine.serves(row):
        return _counters(machine, is_windows=row.is_windows).required or row.threshold
    return row.threshold if keyed is not None and row.channel == "kms_client" else UNKNOWN


SERVICE_COUNTERS: t.Mapping[str, t.Callable[..., int]] = {
    **{name: _of_service(count) for name, count in _REQUESTS.items()},
    "KeyManagementServiceCurrentCount": _of_windows(lambda counters: counters.count),
    "RequiredClientCount": _of_windows(lambda counters: counters.required),
}
PRODUCT_COUNTERS: t.Mapping[str, t.Callable[[Protection, CatalogProduct, Keyed | None], int]] = {
    **{name: _of_product(count) for name, count in _REQUESTS.items()},
    "KeyManagementServiceCurrentCount": _of_product(lambda counters: counters.count),
    "RequiredClientCount": _required,
}
