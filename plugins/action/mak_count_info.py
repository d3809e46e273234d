# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action of mak_count_info: what Microsoft has left on a key, or that nobody knows."""

from __future__ import annotations

import typing as t

from ansible_collections.volume.activation.plugins.plugin_utils._action import ControllerAction
from ansible_collections.volume.activation.plugins.plugin_utils._action.features.ledger_options import (
    LEDGER_SPEC,
    SERVICE_SPEC,
    ledger_from,
    service_from,
)
from ansible_collections.volume.activation.plugins.plugin_utils._activation_service import (
    ServiceRefusal,
    ServiceUnavailable,
)
from ansible_collections.volume.activation.plugins.plugin_utils._errors import ActivationError, Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import parse_extended_pid

ARGUMENT_SPEC: dict[str, t.Any] = {
    "extended_pid": {"type": "str"},
    "pool": {"type": "str"},
    "warn_below": {"type": "int"},
    **LEDGER_SPEC,
    **SERVICE_SPEC,
}


class ActionModule(ControllerAction):
    """Ask for a count; what is not known is said to be unknown."""

    SPEC = ARGUMENT_SPEC
    RULES = {
        "required_one_of": [["extended_pid", "pool"]],
        "mutually_exclusive": [["extended_pid", "pool"]],
    }

    def performed(self, options: dict[str, t.Any]) -> dict[str, t.Any]:
        """Ask, and tell an answer from an outage."""
        extended_pid = parse_extended_pid(options["extended_pid"] or _pid_of(options))
        result: dict[str, t.Any] = {"changed": False, "extended_pid": extended_pid}
        try:
            remaining = service_from(options).remaining(extended_pid)
        except (ServiceRefusal, ServiceUnavailable) as error:
            if isinstance(error, ServiceRefusal) and not error.retryable:
                raise
            return {**result, **_unknown(error, options["warn_below"])}
        return {**result, "known": True, "remaining": remaining, **_warned(remaining, options["warn_below"])}


def _pid_of(options: t.Mapping[str, t.Any]) -> str:
    with ledger_from(options, create=False) as ledger:
        pool = ledger.pool(options["pool"])
    if pool.extended_pid:
        return pool.extended_pid
    raise Refusal(
        f"Pool {pool.name} has not seen an extended product ID yet.",
        code="no_extended_pid",
        cause="It is learned from the first activation with an installation ID that is taken from the pool.",
        remedy="Give extended_pid, as mak with activate: never shows it on a machine that holds the key.",
    )


def _unknown(error: ActivationError, warn_below: int | None) -> dict[str, t.Any]:
    """Return what is told instead of a count: never a number that nobody gave."""
    told = {
        "known": False,
        "remaining": None,
        "msg": error.message,
        "code": error.code,
        "cause": error.cause or error.message,
        "remedy": error.remedy,
    }
    warning = f"How many activations Microsoft has left is unknown: {error.message}"
    return told if warn_below is None else {**told, "warnings": [warning]}


def _warned(remaining: int, warn_below: int | None) -> dict[str, t.Any]:
    if warn_below is None or remaining >= warn_below:
        return {}
    return {"warnings": [f"Microsoft has {remaining} activations left on this key, fewer than {warn_below}."]}
