# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A process of its own that licenses simulated machines from forked workers, and kills some of them on the way.

It has no threads when it forks, which the test's process has. It reads one job from standard input and writes a line of
JSON for each round: how the workers ended, and what the ledger says then.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from ansible_collections.volume.activation.plugins.plugin_utils._action import ConnectedMachine
from ansible_collections.volume.activation.plugins.plugin_utils._applying import Products, Retry, Scope
from ansible_collections.volume.activation.plugins.plugin_utils._errors import AnswerLost, Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._ledger import (
    OPEN_STATES,
    BudgetAccount,
    Evidence,
    Ledger,
    LedgerBudget,
    MachineIdentity,
    PoolWish,
    judged,
    utcnow,
)
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import ProductKey
from ansible_collections.volume.activation.plugins.plugin_utils._planning import (
    Activation,
    CountedActivation,
    DesiredState,
    Mak,
    plan,
)
from ansible_collections.volume.activation.plugins.plugin_utils._secrets import Secret
from ansible_collections.volume.activation.plugins.plugin_utils._session import (
    Proxy,
    Tls,
    WinRMSettings,
    open_session,
    preload,
)

Variables = dict[str, Any]

LICENSED, REFUSED, UNKNOWN, FAILED, KILLED = "licensed", "refused", "unknown", "failed", "killed"
_CODES = {LICENSED: 0, REFUSED: 3, UNKNOWN: 4, FAILED: 5}
_WAIT_SECONDS = 2.0
"""Longer than a request takes on a busy machine: an earlier attempt may be at work for so long."""


class Round:
    """Machines that share a pool, and workers that license one of them each."""

    def __init__(self, job: Variables, number: int) -> None:
        self.ledger = job["ledger"]
        self.name = f"round-{number}"
        self.machines: dict[str, Variables] = job["rounds"][number]["machines"]
        self.key = ProductKey(job["rounds"][number]["key"])
        self.limit: int = job["rounds"][number]["limit"]

    def declare(self) -> None:
        """Give the pool its budget."""
        with Ledger.open(self.ledger, simulated_by="tests") as ledger:
            ledger.declare(PoolWish(name=self.name, limit=self.limit, fingerprint=self.key.fingerprint))

    def license(self, name: str) -> str:
        """License one machine as the action does, and say how it ended."""
        counted = CountedActivation(mak=Mak(key=self.key))
        wish = DesiredState(key=counted.mak, activation=Activation(counted=counted))
        scope = Scope(products=Products.INSTALLED)
        with Ledger.open(self.ledger, simulated_by="tests") as ledger:
            account = BudgetAccount(pool=self.name, key=self.key, machine=name, user="worker")
            gate = LedgerBudget(ledger, account, _pays_nobody, _tells_nobody)
            with self.open(name, gate) as machine:
                before = machine.read_for(wish, scope)
                steps = plan(wish, before)
                try:
                    machine.apply(wish, steps, before, scope) if steps else machine.applier.note(wish, before)
                except Refusal as refusal:
                    if refusal.code != "pool_exhausted":
                        raise
                    return REFUSED
                except AnswerLost:
                    return UNKNOWN
        return LICENSED

    def open(self, name: str, gate: LedgerBudget | None = None) -> ConnectedMachine:
        """Return one machine, not talked to yet."""
        return ConnectedMachine(
            open_session(_settings(self.machines[name])),
            operation_timeout=20,
            wait_seconds=_WAIT_SECONDS,
            tell=_tells_nobody,
            gate=gate,
            retry=Retry(0),
        )

    def work(self, deadlines: dict[str, float]) -> dict[str, str]:
        """Fork a worker for each machine, kill those that have a deadline when it comes, and return how each ended."""
        start = time.monotonic()
        workers = {name: _fork(lambda name=name: self.license(name)) for name in self.machines}  # type: ignore[misc]
        for name, deadline in sorted(deadlines.items(), key=lambda item: item[1]):
            time.sleep(max(0.0, start + deadline - time.monotonic()))
            # Not waited for yet, so the number is still that of our own child, living or dead.
            os.kill(workers[name], signal.SIGKILL)
        return {name: _ended(pid) for name, pid in workers.items()}

    def pace(self) -> float:
        """Fork a worker for each machine, kill nobody, and return after how many seconds most of them had ended."""
        start = time.monotonic()
        for name in self.machines:
            _fork(lambda name=name: self.license(name))  # type: ignore[misc]
        ends = [os.wait() and time.monotonic() - start for _name in self.machines]
        return ends[len(ends) * 2 // 3]

    def reconcile(self) -> None:
        """Settle what is open from what the machines say, once they have had the time to finish."""
        with Ledger.open(self.ledger, simulated_by="tests") as ledger:
            while waiting := ledger.entries(pool=self.name, states=OPEN_STATES):
                for entry in waiting:
                    verdict = judged(entry, self._evidence(entry.machine.name), live=ledger.is_live(entry.id))
                    if verdict.state is not None:
                        ledger.settle(entry.id, verdict.state, "reconciled")
                time.sleep(_WAIT_SECONDS / 4)

    def _evidence(self, name: str) -> Evidence:
        with self.open(name) as machine:
            state = machine.read(Scope(products=Products.INSTALLED))
            identity = MachineIdentity(
                name=name, client_machine_id=state.service.client_machine_id, bios_uuid=machine.bios_uuid()
            )
        quiet = timedelta(seconds=_WAIT_SECONDS)
        return Evidence(machine=identity, products=state.products, now=utcnow(), quiet=quiet)

    def told(self, ended: dict[str, str]) -> Variables:
        """Return how workers ended, and the ledger's figures."""
        with Ledger.open(self.ledger, simulated_by="tests") as ledger:
            balance = ledger.balance(self.name)
            entries = ledger.entries(pool=self.name)
        return {
            "ended": dict(Counter(ended.values())),
            "licensed": sorted(name for name, how in ended.items() if how == LICENSED),
            "spent": balance.spent,
            "open": balance.reserved + balance.uncertain,
            "entries": {str(entry.id): [entry.machine.name, entry.state.value] for entry in entries},
        }


def _pays_nobody(_demand: object) -> str:
    raise AssertionError("these machines are activated online")


def _tells_nobody(_text: str) -> None:
    return None


def _settings(variables: Variables) -> WinRMSettings:
    return WinRMSettings(
        host=variables["ansible_host"],
        port=variables["ansible_port"],
        path=variables["ansible_winrm_path"],
        user=variables["ansible_user"],
        password=Secret(variables["ansible_password"]),
        tls=Tls(ca=variables["ansible_winrm_ca_trust_path"]),
        proxy=Proxy(environment=False),
    )


def _fork(work: Callable[[], str]) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = _CODES[FAILED]
    try:
        code = _CODES[work()]
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _ended(pid: int) -> str:
    status = os.waitpid(pid, 0)[1]
    if os.WIFSIGNALED(status):
        return KILLED
    return next(how for how, code in _CODES.items() if code == os.WEXITSTATUS(status))


def _say(**facts: Any) -> None:
    # One write a line, since several lanes share the stream.
    os.write(1, json.dumps(facts).encode() + b"\n")


def once(job: Variables) -> None:
    """Let every worker of one round run to its end."""
    fight = Round(job, 0)
    fight.declare()
    _say(round=0, after=fight.told(fight.work({})))


def killing(job: Variables, numbers: Iterable[int], seed: str) -> None:
    """Kill workers at random in each round; let all run again in every other one; reconcile, and tell each stage."""
    chance = random.Random(seed)
    span = 0.0
    for number in numbers:
        fight = Round(job, number)
        fight.declare()
        if not span:
            # The first round of a lane is left alone: it shows how long a worker takes here and now.
            span = fight.pace()
        deadlines = {name: chance.uniform(0, span) for name in fight.machines if chance.random() < 0.8}
        killed = fight.told(fight.work(deadlines))
        again = fight.told(fight.work({})) if number % 2 else killed
        fight.reconcile()
        _say(round=number, killed=killed, again=again, after=fight.told({}))


def _lane(job: Variables, lane: int) -> str:
    killing(job, range(lane, len(job["rounds"]), job["lanes"]), f"{job['seed']}/{lane}")
    return LICENSED


def main() -> int:
    """Do the job on standard input."""
    job = json.load(sys.stdin)
    preload()
    with Ledger.open(job["ledger"], simulated_by="tests"):
        pass  # everything that has to be imported and set up is, before the first fork
    if job["kind"] == "once":
        once(job)
        return 0
    lanes = [_fork(lambda lane=lane: _lane(job, lane)) for lane in range(job["lanes"])]  # type: ignore[misc]
    return 0 if all(_ended(pid) == LICENSED for pid in lanes) else 1


if __name__ == "__main__":
    sys.exit(main())
