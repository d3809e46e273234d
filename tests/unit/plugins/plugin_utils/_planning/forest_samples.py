# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Forests and activation objects for tests; no library is needed to make them."""

from __future__ import annotations

import importlib.util
from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.module_utils._directory import ActivationObject, Forest

NEEDS_LDAP = pytest.mark.skipif(
    importlib.util.find_spec("ldap") is None,
    reason="python-ldap is not installed: pip install -r requirements-directory.txt",
)
"""For a test in which names in a DN are escaped or compared, which python-ldap does."""

CONTAINER = "CN=Activation Objects,CN=Microsoft SPP,CN=Services,CN=Configuration,DC=corp,DC=example"


def held(name: str, partial: str | None = "PPPPP", **more: Any) -> ActivationObject:
    """Return an object that holds the key with these last five characters."""
    values = {"dn": f"CN={name},{CONTAINER}", "name": name, "cn": name, "guid": f"guid of {name}", **more}
    return ActivationObject(activation_id=None, partial_product_key=partial, extended_pid=None, **values)


def forest(*objects: ActivationObject, **more: Any) -> Forest:
    """Return a forest that can hold objects, and holds these."""
    values: dict[str, Any] = {
        "server": "dc1.corp.example",
        "configuration": "CN=Configuration,DC=corp,DC=example",
        "container": CONTAINER,
        "schema_version": 69,
        "has_schema": True,
        "has_container": True,
        "may_create": True,
        "domains": ("corp.example", "sub.corp.example"),
    }
    return Forest(**{**values, "objects": objects, **more})
