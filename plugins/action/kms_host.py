# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action of kms_host: its options as a stage for each key and one for the settings."""

from __future__ import annotations

import contextlib
import typing as t

from ansible_collections.volume.activation.plugins.plugin_utils._action import LicensingAction, Stage, Stages
from ansible_collections.volume.activation.plugins.plugin_utils._action.features.kms_host_options import (
    HOST_SPEC,
    check_settings,
    confirmation_of,
    host_key,
    retired_settings,
    wished_settings,
)
from ansible_collections.volume.activation.plugins.plugin_utils._action.features.ledger_options import (
    LEDGER_SPEC,
    BudgetContext,
    ledger_from,
    user_from,
)
from ansible_collections.volume.activation.plugins.plugin_utils._applying import Budget, Products, Scope, Unlimited
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import GvlkTable, State
from ansible_collections.volume.activation.plugins.plugin_utils._planning import (
    ActivatePolicy,
    Activation,
    ActivationMethod,
    CountedActivation,
    DesiredState,
    HostKey,
    RetiredHost,
    deferred,
    holder_of,
)
from ansible_collections.volume.activation.plugins.plugin_utils._results import (
    hosting_facts,
    installation_facts,
)

ARGUMENT_SPEC: dict[str, t.Any] = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    **HOST_SPEC,
    "activate": {"type": "str", "choices": ["online", "offline", "never"], "default": "online"},
    "justification": {"type": "str", "default": ""},
    "use_reserve": {"type": "bool", "default": False},
    "replace_licensed": {"type": "bool", "default": False},
    "retries": {"type": "int", "default": 3},
    "retry_delay": {"type": "int", "default": 10},
    "wait_seconds": {"type": "int", "default": 120},
    **LEDGER_SPEC,
}
_WAYS = {"online": ActivationMethod.ONLINE, "offline": ActivationMethod.PROXY}


class ActionModule(LicensingAction):
    """Keep a machine a KMS host, with its keys, licences and settings; or make it an ordinary client again."""

    SPEC = ARGUMENT_SPEC
    _purse: BudgetContext | None = None

    def wish(self, options: dict[str, t.Any]) -> DesiredState:
        """Return the wish for the settings alone."""
        return DesiredState(hosting=wished_settings(options))

    def stages(self, options: dict[str, t.Any], resources: contextlib.ExitStack) -> list[Stage]:
        """Return a stage for each key, and the settings after them: Windows takes some from an activated host only."""
        check_settings(options)
        self._purse = None  # with `until` one action runs more than once, and each time closes its ledger
        if options["state"] == "absent":
            return _retirement()
        keys = [(host_key(row, options), row) for row in options["product_keys"]]
        return [*(self._stage(key, row, options, resources) for key, row in keys), Stage(self.wish(options))]

    def _stage(
        self, key: HostKey, row: t.Mapping[str, t.Any], options: dict[str, t.Any], resources: contextlib.ExitStack
    ) -> Stage:
        if options["activate"] == "never":
            return Stage(DesiredState(key=key))
        counted = CountedActivation(mak=key, way=_WAYS[options["activate"]], confirmation_id=confirmation_of(row))
        wish = DesiredState(key=key, activation=Activation(when=ActivatePolicy.IF_NEEDED, counted=counted))
        return Stage(wish, self._gate_of(key, row["pool"], options, resources))

    def _gate_of(
        self, key: HostKey, pool: str | None, options: dict[str, t.Any], resources: contextlib.ExitStack
    ) -> Budget:
        if not pool:
            return Unlimited()
        if self._purse is None:
            ledger = resources.enter_context(ledger_from(options))
            self._purse = BudgetContext(
                ledger, options, self.host_name, user_from(self.task_vars), self.tell, self.warn
            )
        return self._purse.gate(pool, key.key)

    def scope(self, options: dict[str, t.Any]) -> Scope:
        """Return the products with a key and the host's settings; registry and firewall where they are asked for."""
        retiring = options["state"] == "absent"
        return Scope(
            products=Products.INSTALLED,
            hosting=True,
            registry=True,
            firewall=retiring or options["firewall"] is not None,
            offline=options["activate"] == "never" and not retiring,
        )

    def details(self, work: Stages, state: State, options: dict[str, t.Any]) -> dict[str, t.Any]:
        """Return how the host is set, what is left for later, and what activations elsewhere need."""
        present = options["state"] == "present"
        left = deferred(wished_settings(options), state) if present else ()
        if left:
            self.warn(
                f"{self.host_name} is no activated KMS host yet, so {' and '.join(left)} wait for its activation."
            )
        return {
            "hosting": hosting_facts(state),
            "deferred": list(left),
            "installations": self._installations(work, state, options) if present else [],
        }

    def _installations(self, work: Stages, state: State, options: dict[str, t.Any]) -> list[dict[str, t.Any]]:
        holders = [holder_of(host_key(row, options), state) for row in options["product_keys"]]
        open_ones = [product for product in holders if product and product.installation_id and not product.is_licensed]
        if not open_ones:
            return []
        hardware = work.machine.bios_uuid()
        return [installation_facts(self.host_name, hardware, product, state.service) for product in open_ones]


def _retirement() -> list[Stage]:
    """Return the way back to a client: what Windows takes from a host only comes first, what ends it after the keys."""
    first, last = retired_settings()
    return [
        Stage(DesiredState(hosting=first)),
        Stage(DesiredState(key=RetiredHost(table=GvlkTable.published()))),
        Stage(DesiredState(hosting=last)),
    ]
