# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every client of volume activation may be asked for: a key of its edition, and a licence that is renewed."""

from __future__ import annotations

import typing as t

from ..._licensing import LEASE, ActivationType, GvlkTable
from ..._planning import ActivatePolicy, Activation, EditionKey
from ..._validation import valid_number

__all__ = ["LEASE_DAYS", "VOLUME_SPEC", "edition_key", "volume_activation"]

VOLUME_SPEC: dict[str, t.Any] = {
    "product_key": {"type": "str", "choices": ["gvlk", "keep"], "default": "gvlk", "no_log": False},
    "replace_licensed": {"type": "bool", "default": False},
    "extra_gvlks": {
        "type": "list",
        "elements": "dict",
        "no_log": False,
        "options": {
            "edition_id": {"type": "str", "required": True},
            "build": {"type": "int"},
            "product_key": {"type": "str", "required": True, "no_log": True},
        },
    },
    "activate": {"type": "str", "choices": ["if_needed", "always", "never"], "default": "if_needed"},
    "renew_below_days": {"type": "int"},
    "wait_seconds": {"type": "int", "default": 120},
}

LEASE_DAYS = LEASE.days
"""How long a licence lasts, by KMS and by Active Directory alike."""


def edition_key(options: t.Mapping[str, t.Any], goal: str) -> EditionKey | None:
    """Return the wish for the edition's key, None where the machine keeps the key that it has."""
    if options["product_key"] == "keep":
        return None
    published = GvlkTable.published()
    table = published.extended(options["extra_gvlks"]) if options["extra_gvlks"] else published
    return EditionKey(table=table, replace_licensed=options["replace_licensed"], goal=goal)


def volume_activation(options: t.Mapping[str, t.Any], by: ActivationType | None = None) -> Activation:
    """Return the wish for a licence; raises Refusal (`bad_option`) for a renewal that never or always would be due."""
    days = options["renew_below_days"]
    if days is not None:
        # With the whole lease or more, every run would renew.
        valid_number(days, "renew_below_days", 1, LEASE_DAYS - 1)
    return Activation(when=ActivatePolicy(options["activate"]), renew_below_days=days, only_kms_client=True, by=by)
