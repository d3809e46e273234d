# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action of license_info: how much to read."""

from __future__ import annotations

import typing as t

from ansible_collections.volume.activation.plugins.plugin_utils._action import LicensingAction
from ansible_collections.volume.activation.plugins.plugin_utils._applying import Products, Scope
from ansible_collections.volume.activation.plugins.plugin_utils._planning import DesiredState

ARGUMENT_SPEC: dict[str, t.Any] = {
    "subset": {
        "type": "list",
        "elements": "str",
        "choices": ["machine", "domain", "service", "products"],
        "default": ["machine", "service", "products"],
    },
    "products": {"type": "str", "choices": ["primary", "installed", "all"], "default": "installed"},
    "installation_ids": {"type": "bool", "default": False},
    "wait_seconds": {"type": "int"},
    "events": {"type": "bool", "default": False},
}


class ActionModule(LicensingAction):
    """Read what a machine says about its licences."""

    SPEC = ARGUMENT_SPEC
    CHANGES_LICENCES = False

    def wish(self, options: dict[str, t.Any]) -> DesiredState:
        """Return the empty wish: reading changes nothing."""
        return DesiredState()

    def scope(self, options: dict[str, t.Any]) -> Scope:
        """Return the parts asked for; the service's settings include one that only the primary product shows."""
        subset = set(options["subset"])
        asked = Products(options["products"])
        without = Products.PRIMARY if "service" in subset else Products.NONE
        return Scope(
            service="service" in subset,
            products=asked if "products" in subset else without,
            details=True,
            machine=bool({"machine", "service"} & subset),  # the clock, which stands with the service
            domain="domain" in subset,
            offline=options["installation_ids"] and "products" in subset,
            attempts=options["events"] and "products" in subset,
        )

    def parts(self, options: dict[str, t.Any]) -> tuple[str, ...]:
        """Return the parts asked for."""
        return tuple(options["subset"])
