# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action of activate: one product, now."""

from __future__ import annotations

import typing as t

from ansible_collections.volume.activation.plugins.plugin_utils._action import LicensingAction
from ansible_collections.volume.activation.plugins.plugin_utils._applying import Products, Scope
from ansible_collections.volume.activation.plugins.plugin_utils._planning import (
    ActivatePolicy,
    Activation,
    DesiredState,
)
from ansible_collections.volume.activation.plugins.plugin_utils._validation import valid_activation_id

ARGUMENT_SPEC: dict[str, t.Any] = {
    "activation_id": {"type": "str"},
    "force": {"type": "bool", "default": False},
    "wait_seconds": {"type": "int", "default": 120},
}


class ActionModule(LicensingAction):
    """Activate a product, and wait with a bound until it is licensed."""

    SPEC = ARGUMENT_SPEC

    def wish(self, options: dict[str, t.Any]) -> DesiredState:
        """Return the wish for an activation: a missing one, or in any case."""
        when = ActivatePolicy.ALWAYS if options["force"] else ActivatePolicy.IF_NEEDED
        given = options["activation_id"]
        product = None if given is None else valid_activation_id(given, "activation_id")
        return DesiredState(activation=Activation(when=when, product_id=product))

    def scope(self, options: dict[str, t.Any]) -> Scope:
        """Return Windows itself, or when an ID is given every product with a key."""
        return Scope(products=Products.INSTALLED if options["activation_id"] else Products.PRIMARY)
