# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action of mak_reconcile: open activations, settled by what the machine says."""

from __future__ import annotations

import contextlib
import typing as t
from datetime import timedelta

from ansible_collections.volume.activation.plugins.plugin_utils._action import ConnectedMachine, LicensingAction, Stages
from ansible_collections.volume.activation.plugins.plugin_utils._action.features.ledger_options import (
    LEDGER_SPEC,
    ledger_from,
)
from ansible_collections.volume.activation.plugins.plugin_utils._applying import Budget, Products, Scope
from ansible_collections.volume.activation.plugins.plugin_utils._ledger import (
    OPEN_STATES,
    EntryState,
    Evidence,
    Ledger,
    MachineIdentity,
    ReconciliationVerdict,
    Sighting,
    concerns,
    judged,
    utcnow,
)
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import State
from ansible_collections.volume.activation.plugins.plugin_utils._planning import DesiredState
from ansible_collections.volume.activation.plugins.plugin_utils._validation import valid_number

ARGUMENT_SPEC: dict[str, t.Any] = {
    "assume": {"type": "str", "choices": ["spent", "unspent"]},
    "quiet_seconds": {"type": "int", "default": 120},
    **LEDGER_SPEC,
    "wait_seconds": {"type": "int"},
}

# Seconds in a day.
_LONGEST_QUIET = 86_400
_UNBOOKED = "the product is licensed with this key, and no other activation of it is recorded"
_ASSUMED = {"spent": EntryState.CONFIRMED, "unspent": EntryState.RELEASED}


class ActionModule(LicensingAction):
    """Settle what the ledger holds open for a machine."""

    SPEC = ARGUMENT_SPEC
    CHANGES_LICENCES = False
    _ledger: Ledger

    def wish(self, options: dict[str, t.Any]) -> DesiredState:
        """Return the empty wish: nothing changes on the machine."""
        return DesiredState()

    def scope(self, options: dict[str, t.Any]) -> Scope:
        """Return all products with a key."""
        return Scope(products=Products.INSTALLED)

    def gate(self, options: dict[str, t.Any], resources: contextlib.ExitStack) -> Budget | None:
        """Open the ledger before the machine is talked to; nothing passes a gate here."""
        valid_number(options["quiet_seconds"], "quiet_seconds", 0, _LONGEST_QUIET)
        self._ledger = resources.enter_context(ledger_from(options))
        return None

    def details(self, work: Stages, state: State, options: dict[str, t.Any]) -> dict[str, t.Any]:
        """Settle, or in check mode only judge, and return what came of it."""
        verdicts = self._verdicts(work.machine, state, options)
        if not self._task.check_mode:
            verdicts = [self._carried_out(verdict) for verdict in verdicts]
        settled = [verdict for verdict in verdicts if verdict.state is not None]
        left = [verdict for verdict in verdicts if verdict.state is None]
        result = {
            "changed": bool(settled),
            "settled": [_facts(verdict) for verdict in settled],
            "left": [_facts(verdict) for verdict in left],
            "open": len(left),
        }
        return {**result, "diff": _difference(settled)} if self._task.diff else result

    def _verdicts(
        self, machine: ConnectedMachine, state: State, options: dict[str, t.Any]
    ) -> list[ReconciliationVerdict]:
        identity = MachineIdentity(
            name=self.host_name, client_machine_id=state.service.client_machine_id, bios_uuid=machine.bios_uuid()
        )
        evidence = Evidence(
            machine=identity,
            products=state.products,
            now=utcnow(),
            quiet=timedelta(seconds=options["quiet_seconds"]),
        )
        assume = _ASSUMED.get(options["assume"] or "")
        verdicts = [
            judged(entry, evidence, live=self._ledger.is_live(entry.id), assume=assume)
            for entry in self._ledger.entries(states=OPEN_STATES)
            if concerns(entry, identity)
        ]
        return [*verdicts, *self._released_although_spent(machine, identity)]

    def _released_although_spent(
        self, machine: ConnectedMachine, identity: MachineIdentity
    ) -> t.Iterator[ReconciliationVerdict]:
        """Yield the entries that were released although the machine is licensed and no other entry has paid for it."""
        released = {
            (entry.fingerprint, entry.product_id, entry.partial)
            for entry in self._ledger.entries(states=[EntryState.RELEASED])
            if concerns(entry, identity)
        }
        if not released:
            return
        state = machine.read(Scope(service=False, products=Products.INSTALLED, offline=True))
        licensed = {product.id: product for product in state.products if product.is_licensed}
        for fingerprint, product_id, partial in sorted(released):
            product = licensed.get(product_id)
            if product is None or product.partial_product_key != partial:
                continue
            seen = Sighting(
                machine=identity,
                fingerprint=fingerprint,
                product_id=product_id,
                installation_id=product.installation_id,
            )
            owed = [entry for entry in self._ledger.owed(seen) if entry.state is EntryState.RELEASED]
            yield from (ReconciliationVerdict(entry=entry, state=EntryState.CONFIRMED, why=_UNBOOKED) for entry in owed)

    def _carried_out(self, verdict: ReconciliationVerdict) -> ReconciliationVerdict:
        if verdict.state is None:
            return verdict
        code = "assumed" if verdict.assumed else "reconciled"
        entry = self._ledger.settle(verdict.entry.id, verdict.state, code)
        if entry.state in (verdict.state, EntryState.CONFIRMED):
            self.tell(f"entry {entry.id} is {entry.state.value}: {verdict.why}")
            return verdict
        return ReconciliationVerdict(entry=entry, state=None, why="another task took it up meanwhile")


def _facts(verdict: ReconciliationVerdict) -> dict[str, t.Any]:
    entry = verdict.entry
    state = verdict.state or entry.state
    return {"entry": entry.id, "pool": entry.pool, "state": state.value, "why": verdict.why}


def _difference(settled: list[ReconciliationVerdict]) -> dict[str, str]:
    return {
        "before": "".join(f"{_name(verdict)}: {verdict.entry.state.value}\n" for verdict in settled),
        "after": "".join(f"{_name(verdict)}: {verdict.state.value}\n" for verdict in settled if verdict.state),
    }


def _name(verdict: ReconciliationVerdict) -> str:
    return f"entry {verdict.entry.id} of pool {verdict.entry.pool}"
