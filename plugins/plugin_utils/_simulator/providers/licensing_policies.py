# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Licensing policies: values that a product's licence carries, read by their names.

There are a few of them only. What matters is that a name that is not there fails with a number of the licensing
service: it is the one failure of it that reading alone can bring about.
"""

from __future__ import annotations

import typing as t

from ..catalog.hresults import Failure, Hresult
from ..catalog.products import CatalogProduct
from ..catalog.systems import System

__all__ = ["POLICY_METHODS", "read_policy"]

POLICY_METHODS = {"GetPolicyInformationDWord": int, "GetPolicyInformationString": str}
"""The methods that read a policy, with the type each of them reads."""

_POLICIES: t.Mapping[str, t.Callable[[System, CatalogProduct], t.Any]] = {
    "kernel-productinfo": lambda system, _row: system.sku,
    "security-spp-reserved-family": lambda _system, row: row.family,
}


def read_policy(system: System, row: CatalogProduct, method: str, name: t.Any) -> dict[str, t.Any]:
    """Return what a method that reads a policy gives out; raises Failure."""
    if not name:
        raise Failure(Hresult.INVALID_PARAMETER)
    policy = _POLICIES.get(str(name).lower()) if row.is_windows else None
    if policy is None:
        raise Failure(Hresult.POLICY_NOT_FOUND)
    value = policy(system, row)
    if not isinstance(value, POLICY_METHODS[method]):
        raise Failure(Hresult.POLICY_OF_OTHER_TYPE)
    return {"PolicyValue": value}
