# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Simulated hosts whose faults strike, and tasks about them that return a module's result and the host's real changes.

The hosts answer as they do on the wire, with the same rules; only where an HTTP status is the fault do the messages
travel over https, for what a status means is the session's to find out.
"""

from __future__ import annotations

import os
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from ansible_collections.volume.activation.plugins.plugin_utils._action import ConnectedMachine, Stage, Stages
from ansible_collections.volume.activation.plugins.plugin_utils._activation_service import (
    ConfirmationIdClient,
    ProxyRequest,
    ServiceSettings,
    service_for,
)
from ansible_collections.volume.activation.plugins.plugin_utils._applying import PollPolicy, Products, Retry, Scope
from ansible_collections.volume.activation.plugins.plugin_utils._errors import ActivationError, AnswerLost
from ansible_collections.volume.activation.plugins.plugin_utils._ledger import (
    BudgetAccount,
    Entry,
    Ledger,
    LedgerBudget,
    PoolWish,
)
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import ProductKey, State
from ansible_collections.volume.activation.plugins.plugin_utils._planning import DesiredState
from ansible_collections.volume.activation.plugins.plugin_utils._results import Outcome, failure, success
from ansible_collections.volume.activation.plugins.plugin_utils._secrets import Secret
from ansible_collections.volume.activation.plugins.plugin_utils._session import Tls, WinRMSettings, open_session
from ansible_collections.volume.activation.plugins.plugin_utils._simulator import Fleet, FleetServer
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.winrm.counters import Counters
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.winrm.dispatcher import Dispatcher
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.winrm.fault_injection import FaultInjector

EVERYTHING = Scope(products=Products.INSTALLED, hosting=True, registry=True, firewall=True)
# What a client, a proxy or a library acts upon in a way of its own is tried in each run, of the others a few.
SPECIAL_STATUSES = (301, 302, 307, 400, 401, 403, 404, 407, 408, 413, 429, 500, 503)
OTHER_STATUSES = (
    *(303, 308, 402, 405, 406, 409, 410, 411, 412, 414, 415, 416, 417, 418),
    *(421, 422, 423, 424, 425, 426, 428, 431, 451, 499),
    *(501, 502, 504, 505, 507, 508, 510, 511, 520, 521, 522, 523, 524, 525, 526, 530),
)
SEED = int(os.environ.get("VOLUME_ACTIVATION_SEED") or random.SystemRandom().randrange(2**32))


def statuses_for_this_run(others: int = 6) -> list[int]:
    """Return the special HTTP statuses and `others` of the rest, other ones in each run."""
    print(f"VOLUME_ACTIVATION_SEED={SEED}")
    return sorted([*SPECIAL_STATUSES, *random.Random(SEED).sample(OTHER_STATUSES, others)])


LETTERS = "BCDFGHJKMPQRTVWXY"


def key_of(number: int) -> str:
    """Return an obviously made-up key, another one for every number."""
    tail = "".join(LETTERS[number // len(LETTERS) ** place % len(LETTERS)] for place in range(5))
    return f"MMMMM-KKKKK-BBBBB-CCCCC-{tail}"


class Direct:
    """A session without a socket: a connection that breaks is an answer that is lost."""

    def __init__(self, dispatcher: Dispatcher, machine: Any) -> None:
        self._dispatcher = dispatcher
        self._machine = machine

    def send(self, message: bytes) -> bytes:
        """Return the answer."""
        reply = self._dispatcher.answer(self._machine, message)
        if reply.delivery != "whole":
            raise AnswerLost("The connection broke.")
        assert reply.body, "an answer without a message is for the wire"
        return reply.body

    def close(self) -> None:
        """Keep nothing."""


class Hosts:
    """Hosts, the ledger that their activations are counted in, and Microsoft's own count."""

    def __init__(
        self, folder: Path, description: Mapping[str, Any], server: FleetServer | None = None, fleet: Any = None
    ) -> None:
        self.fleet = fleet or Fleet.from_description(description)
        self.server = server
        self.ledger = Ledger.open(str(folder / "ledger.sqlite"), lease=timedelta(0), simulated_by="tests")
        self._dispatcher = Dispatcher(Counters(), FaultInjector(), lambda _seconds: None)
        self._time = 0.0

    def _pass(self, seconds: float) -> None:
        self._time += seconds

    def _session(self, name: str, *, direct: bool) -> Any:
        if self.server is None or direct:
            return Direct(self._dispatcher, self.fleet.machines[name])
        return open_session(
            WinRMSettings(
                transports=("basic",),
                host="127.0.0.1",
                port=self.server.https_port,
                scheme="https",
                path="/" + self.server.url(name).split("/", 3)[3],
                user=self.server.login["username"],
                password=Secret(self.server.login["password"]),
                tls=Tls(ca=str(self.server.ca_file)),
            )
        )

    def machine(self, name: str, retry: Retry | None = None, *, direct: bool = False) -> ConnectedMachine:
        """Return a host for one task, without time passing in it; `direct` leaves out the wire, and what struck there.

        So a call that a fault of the wire is for strikes it again there. Only what calls nothing can be `direct`.
        """
        machine = ConnectedMachine(
            self._session(name, direct=direct),
            operation_timeout=60.0,
            wait_seconds=0.0,
            tell=lambda _text: None,
            retry=retry,
        )
        machine.patience = PollPolicy(0.0, lambda: self._time, self._pass)
        machine.turn_to(None)  # with this patience
        machine._repository._pause = lambda _seconds: None
        return machine

    def run(
        self,
        name: str,
        stages: Sequence[Stage],
        scope: Scope = EVERYTHING,
        retry: Retry | None = None,
        *,
        direct: bool = False,
    ) -> dict[str, Any]:
        """Run a task, and return the result that its module would."""
        with self.machine(name, retry or Retry(times=0), direct=direct) as machine:
            work = Stages(machine, scope, check_mode=False)
            try:
                state = work.run(stages)
            except ActivationError as error:
                return failure(error, done=machine.done, unknown=machine.unknown, requests=machine.requests)
            return success(Outcome(state=state, requests=machine.requests, steps=work.steps))

    def read(self, name: str) -> State:
        """Return the host's state without what passes by itself."""
        with self.machine(name, direct=True) as machine:
            state = machine.read(EVERYTHING)
        products = tuple(replace(product, reason=0, grace_minutes=0) for product in state.products)
        return replace(state, observed_at=None, products=products)

    # Budgets

    def gate(self, name: str, key: str, limit: int = 5, **service: Any) -> LedgerBudget:
        """Return the gate of a host's own pool; `service` are the settings of Microsoft's service."""
        self.ledger.declare(PoolWish(name=name, limit=limit))

        def pay(demand: Any) -> str:
            desk = ConfirmationIdClient(
                self.ledger, service_for(ServiceSettings(**service), pause=lambda _seconds: None)
            )
            (obtained,) = desk.obtain([ProxyRequest.of(demand)])
            if obtained.confirmation_id is None:
                assert obtained.error is not None
                raise obtained.error
            return obtained.confirmation_id

        account = BudgetAccount(pool=name, key=ProductKey.parse(key), machine=name, user="somebody")
        return LedgerBudget(self.ledger, account, pay, lambda _text: None)

    def entries(self, name: str) -> list[Entry]:
        """Return the entries of a host."""
        return self.ledger.entries(machine_name=name)

    def counted(self, name: str) -> int:
        """Return how many activations count against the host's pool."""
        return self.ledger.balance(name).counted

    def spent(self, name: str) -> int:
        """Return how many activations of the host's key Microsoft has counted."""
        return int(self.fleet.microsoft.describe()["maks"][name]["spent"])

    def licensed(self, name: str) -> bool:
        """Return whether the host has its licence, whatever a task has reported."""
        return bool(self.fleet.machines[name].describe()["primary"]["status"] == "licensed")


def single(wish: DesiredState, gate: Any = None) -> list[Stage]:
    """Return the stages of a task with one wish."""
    return [Stage(wish, gate)]
