# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Forests and activation objects for tests."""

from __future__ import annotations

from typing import Any

from ansible_collections.volume.activation.plugins.module_utils._directory import ActivationObject, Forest

CONTAINER = "CN=Activation Objects,CN=Microsoft SPP,CN=Services,CN=Configuration,DC=corp,DC=test"


def found(cn: str, **changes: Any) -> ActivationObject:
    values: dict[str, Any] = {
        "dn": f"CN={cn},{CONTAINER}",
        "name": cn,
        "cn": cn,
        "guid": None,
        "activation_id": None,
        "partial_product_key": None,
        "extended_pid": None,
    }
    return ActivationObject(**{**values, **changes})


def forest(*objects: ActivationObject, **changes: Any) -> Forest:
    values: dict[str, Any] = {
        "server": "dc1.corp.test",
        "configuration": "CN=Configuration,DC=corp,DC=test",
        "container": CONTAINER,
        "schema_version": 88,
        "has_schema": True,
        "has_container": True,
        "may_create": None,
    }
    return Forest(**{**values, "objects": objects, **changes})
