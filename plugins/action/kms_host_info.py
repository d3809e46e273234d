# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action of kms_host_info: what a KMS host is set to, and whom it has served."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta, timezone

from ansible_collections.volume.activation.plugins.plugin_utils._action import ConnectedMachine, LicensingAction, Stages
from ansible_collections.volume.activation.plugins.plugin_utils._applying import Products, Scope
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import State
from ansible_collections.volume.activation.plugins.plugin_utils._planning import DesiredState
from ansible_collections.volume.activation.plugins.plugin_utils._results import (
    client_facts,
    count_facts,
    hosting_facts,
    request_facts,
    served_facts,
)
from ansible_collections.volume.activation.plugins.plugin_utils._validation import valid_number

ARGUMENT_SPEC: dict[str, t.Any] = {
    "clients": {"type": "bool", "default": False},
    "clients_days": {"type": "int", "default": 30},
    "clients_limit": {"type": "int", "default": 1000},
    "wait_seconds": {"type": "int"},
}
_MOST_DAYS, _MOST_EVENTS = 3650, 100_000


class ActionModule(LicensingAction):
    """Read what a KMS host says about itself and its clients."""

    SPEC = ARGUMENT_SPEC
    CHANGES_LICENCES = False

    def wish(self, options: dict[str, t.Any]) -> DesiredState:
        """Return the empty wish: reading changes nothing."""
        valid_number(options["clients_days"], "clients_days", 1, _MOST_DAYS)
        valid_number(options["clients_limit"], "clients_limit", 1, _MOST_EVENTS)
        return DesiredState()

    def scope(self, options: dict[str, t.Any]) -> Scope:
        """Return everything that makes a host."""
        return Scope(products=Products.INSTALLED, hosting=True, registry=True, firewall=True)

    def performed(self, options: dict[str, t.Any]) -> dict[str, t.Any]:
        """Read, and leave out what license_info tells."""
        result = super().performed(options)
        return {name: value for name, value in result.items() if name not in ("license", "steps")}

    def details(self, work: Stages, state: State, options: dict[str, t.Any]) -> dict[str, t.Any]:
        """Return settings, counts and counters, and the clients where they are asked for."""
        served = work.machine.served()
        result = {
            "hosting": hosting_facts(state),
            "counts": count_facts(state.products, served),
            "requests_served": request_facts(state.hosting.requests) if state.hosting else None,
            "products": served_facts(state.products, served),
        }
        return {**result, "clients": self._clients(work.machine, options)} if options["clients"] else result

    def _clients(self, machine: ConnectedMachine, options: dict[str, t.Any]) -> dict[str, t.Any]:
        since = datetime.now(timezone.utc).replace(microsecond=0) - timedelta(days=options["clients_days"])
        return client_facts(machine.client_requests(since, options["clients_limit"]), since)
