# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action of mak_pool: a budget of one MAK that is there, adjusted, or gone."""

from __future__ import annotations

import typing as t

from ansible_collections.volume.activation.plugins.plugin_utils._action import ControllerAction
from ansible_collections.volume.activation.plugins.plugin_utils._action.features.ledger_options import (
    LEDGER_SPEC,
    place_of,
)
from ansible_collections.volume.activation.plugins.plugin_utils._action.features.pools import (
    declared,
    existing,
    removed,
    writable,
)
from ansible_collections.volume.activation.plugins.plugin_utils._errors import Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._ledger import PoolWish
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import GvlkTable, ProductKey
from ansible_collections.volume.activation.plugins.plugin_utils._results import pool_difference, pool_facts
from ansible_collections.volume.activation.plugins.plugin_utils._secrets import scrub

ARGUMENT_SPEC: dict[str, t.Any] = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "limit": {"type": "int"},
    "reserve": {"type": "int"},
    "product_key": {"type": "str", "no_log": True},
    "description": {"type": "str"},
    "resume": {"type": "bool", "default": False},
    **LEDGER_SPEC,
}


class ActionModule(ControllerAction):
    """Declare a pool, adjust it, let it go on after a stop, or remove it."""

    SPEC = ARGUMENT_SPEC

    def performed(self, options: dict[str, t.Any]) -> dict[str, t.Any]:
        """Bring the pool to what is asked for; in check mode only meet what would be refused."""
        dry_run, created = bool(self._task.check_mode), False
        if options["state"] == "absent":
            with existing(options) as found:
                before, after = removed(found, options["name"], dry_run=dry_run)
        else:
            wish = _wish(options)
            with writable(options, dry_run=dry_run) as ledger:
                created = ledger.created
                before, after = declared(ledger, wish, resume=options["resume"], dry_run=dry_run)
        place = place_of(options).text
        difference = pool_difference(before, after)
        if created:
            self.tell(f"the ledger {place} {'would be' if dry_run else 'was'} created")
            difference["after"] = f"ledger: {place}\n{difference['after']}"
        result = {
            "changed": any(difference.values()),
            "pool": pool_facts(after) if after else None,
            "ledger": place,
            "created": created,
        }
        return {**result, "diff": difference} if self._task.diff else result


def _wish(options: t.Mapping[str, t.Any]) -> PoolWish:
    key = _key(options["product_key"])
    description = options["description"]
    return PoolWish(
        name=options["name"],
        limit=options["limit"],
        reserve=options["reserve"],
        fingerprint=key.fingerprint if key else None,
        partial=key.partial if key else None,
        # Whoever writes the key into the description does not get it into the ledger.
        description=None if description is None else scrub(description, []),
    )


def _key(text: str | None) -> ProductKey | None:
    if not text:
        return None
    key = ProductKey.parse(text)
    if GvlkTable.published().knows(key):
        raise Refusal(
            "The key is a published KMS client key, which activates without a count and needs no pool.",
            code="kms_client_key",
            cause="A pool is the budget of a multiple activation key.",
            remedy="Give the MAK, or bring the machines to KMS with volume.activation.kms_client.",
        )
    return key
