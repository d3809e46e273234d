# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action of mak: a product licensed by a multiple activation key, on the account of a pool."""

from __future__ import annotations

import contextlib
import typing as t

from ansible_collections.volume.activation.plugins.plugin_utils._action import ConnectedMachine, LicensingAction, Stages
from ansible_collections.volume.activation.plugins.plugin_utils._action.features.ledger_options import (
    LEDGER_SPEC,
    SERVICE_SPEC,
    BudgetContext,
    ledger_from,
    user_from,
)
from ansible_collections.volume.activation.plugins.plugin_utils._action.features.product_targets import meant_products
from ansible_collections.volume.activation.plugins.plugin_utils._applying import Budget, Products, Scope
from ansible_collections.volume.activation.plugins.plugin_utils._errors import Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import (
    GvlkTable,
    ProductKey,
    State,
    parse_confirmation_id,
)
from ansible_collections.volume.activation.plugins.plugin_utils._planning import (
    ActivatePolicy,
    Activation,
    ActivationMethod,
    CountedActivation,
    DesiredState,
    Mak,
    holder_of,
)
from ansible_collections.volume.activation.plugins.plugin_utils._results import installation_facts

ARGUMENT_SPEC: dict[str, t.Any] = {
    "product_key": {"type": "str", "required": True, "no_log": True},
    "pool": {"type": "str"},
    "activate": {"type": "str", "choices": ["online", "proxy", "never"], "default": "online"},
    "confirmation_id": {"type": "str"},
    "products": {"type": "str", "default": "windows"},
    "justification": {"type": "str", "default": ""},
    "use_reserve": {"type": "bool", "default": False},
    "replace_licensed": {"type": "bool", "default": False},
    "retries": {"type": "int", "default": 3},
    "retry_delay": {"type": "int", "default": 10},
    "wait_seconds": {"type": "int", "default": 120},
    **LEDGER_SPEC,
    **SERVICE_SPEC,
}


class ActionModule(LicensingAction):
    """License a product by a MAK, and spend an activation only when nothing else will do."""

    SPEC = ARGUMENT_SPEC
    RULES = {"required_if": [["activate", "online", ["pool"]], ["activate", "proxy", ["pool"]]]}

    def wish(self, options: dict[str, t.Any]) -> DesiredState:
        """Return the wish for the key, and for the activation that consents to spend."""
        mak = _mak(options)
        confirmation = options["confirmation_id"]
        if options["activate"] == "never":
            return DesiredState(key=mak)
        counted = CountedActivation(
            mak=mak,
            way=ActivationMethod(options["activate"]),
            confirmation_id=parse_confirmation_id(confirmation) if confirmation else None,
        )
        return DesiredState(key=mak, activation=Activation(when=ActivatePolicy.IF_NEEDED, counted=counted))

    def scope(self, options: dict[str, t.Any]) -> Scope:
        """Return all products with a key, and what an activation by proxy needs when that is all that is asked for."""
        return Scope(products=Products.INSTALLED, offline=options["activate"] == "never")

    def gate(self, options: dict[str, t.Any], resources: contextlib.ExitStack) -> Budget | None:
        """Return the ledger's gate, once it lets this machine in."""
        if options["activate"] == "never":
            return None
        ledger = resources.enter_context(ledger_from(options))
        purse = BudgetContext(ledger, options, self.host_name, user_from(self.task_vars), self.tell, self.warn)
        return purse.gate(options["pool"], ProductKey.parse(options["product_key"]))

    def details(self, work: Stages, state: State, options: dict[str, t.Any]) -> dict[str, t.Any]:
        """Return what was spent, and what the activation of an unlicensed product by proxy would need."""
        spent = work.machine.applier.spent
        activation = None
        if spent is not None:
            activation = {
                "pool": options["pool"],
                "method": spent.method,
                "reason": spent.reason,
                "spent": spent.count,
            }
        return {"activation": activation, "installation": self._installation(work.machine, state, options)}

    def _installation(
        self, machine: ConnectedMachine, state: State, options: dict[str, t.Any]
    ) -> dict[str, t.Any] | None:
        product = holder_of(_mak(options), state)
        if product is None or product.is_licensed or not product.installation_id:
            return None
        return installation_facts(self.host_name, machine.bios_uuid(), product, state.service)


def _mak(options: t.Mapping[str, t.Any]) -> Mak:
    key = ProductKey.parse(options["product_key"])
    if GvlkTable.published().knows(key):
        raise Refusal(
            "The key is a published KMS client key, which activates without a count.",
            code="kms_client_key",
            remedy="Give the MAK, or bring the machine to KMS with volume.activation.kms_client.",
        )
    application, activation_id = meant_products(options["products"])
    return Mak(
        key=key,
        application=application,
        activation_id=activation_id,
        replace_licensed=options["replace_licensed"],
    )
