# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action of product_key: a key that is there, or is not."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.volume.activation.plugins.plugin_utils._action import LicensingAction
from ansible_collections.volume.activation.plugins.plugin_utils._applying import Products, Scope
from ansible_collections.volume.activation.plugins.plugin_utils._errors import Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import ProductKey
from ansible_collections.volume.activation.plugins.plugin_utils._planning import AbsentKey, DesiredState, PresentKey
from ansible_collections.volume.activation.plugins.plugin_utils._validation import valid_activation_id

ARGUMENT_SPEC: dict[str, t.Any] = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "product_key": {"type": "str", "no_log": True},
    "partial_product_key": {"type": "str", "no_log": False},
    "activation_id": {"type": "str"},
    "replace_licensed": {"type": "bool", "default": False},
    "wait_seconds": {"type": "int"},
}

_FIVE = re.compile(r"[A-Za-z0-9]{5}\Z")


class ActionModule(LicensingAction):
    """Install or remove a product key."""

    SPEC = ARGUMENT_SPEC
    RULES = {"required_one_of": [["product_key", "partial_product_key"]]}

    def wish(self, options: dict[str, t.Any]) -> DesiredState:
        """Return the wish for the key, known by its text or by its last five characters."""
        # An empty key beside the last five characters is a variable that was left empty.
        given = options["product_key"] or (None if options["partial_product_key"] else options["product_key"])
        key = None if given is None else ProductKey.parse(given)
        partial = _partial(options["partial_product_key"], key)
        activation_id = options["activation_id"] and valid_activation_id(options["activation_id"], "activation_id")
        if options["state"] == "absent":
            return DesiredState(key=AbsentKey(partial=partial, activation_id=activation_id))
        replaces = options["replace_licensed"]
        return DesiredState(
            key=PresentKey(partial=partial, key=key, activation_id=activation_id, replace_licensed=replaces)
        )

    def scope(self, options: dict[str, t.Any]) -> Scope:
        """Return all products with a key: the key may be any product's."""
        return Scope(products=Products.INSTALLED)


def _partial(given: str | None, key: ProductKey | None) -> str:
    partial = (given or (key.partial if key else "")).upper()
    if not _FIVE.match(partial):
        raise Refusal(
            "partial_product_key is not five letters and digits.",
            code="bad_option",
            remedy="Give the last group of the key only, as license_info shows it.",
        )
    if key is not None and key.partial != partial:
        raise Refusal(
            "product_key does not end in partial_product_key.",
            code="bad_option",
            remedy="Give one of the two; the key alone is enough.",
        )
    return partial
