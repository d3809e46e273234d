# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A hundred isolated machines are activated through the batch service, through outages, and each is paid for once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ansible_collections.volume.activation.plugins.plugin_utils._ledger import EntryState, Ledger, PoolWish
from ansible_collections.volume.activation.plugins.plugin_utils._simulator import Fleet

from .playbook_runs import Playground, task

HOSTS = 100
OUTAGE_AFTER = 35
"""Confirmation IDs that Microsoft gives before it cannot be reached any more."""
MAX_RUNS = 4
KEY = "MMMMM-KKKKK-BBBBB-CCCCC-WWWWW"
LOST_ANSWERS = [
    {"on": "confirmation", "do": "drop_after", "times": 7},
    {"on": "confirmation", "do": "status", "times": 3, "status": 503},
]


def _description(*, reachable: bool, faults: list[dict[str, Any]]) -> dict[str, Any]:
    machines = {
        f"isolated-{number:03d}": {"system": "windows_11_enterprise", "internet": False} for number in range(HOSTS)
    }
    service = {"reachable": reachable, "maks": {KEY: {"remaining": HOSTS}}, "service": {"faults": faults}}
    return {"machines": machines, "world": {"microsoft": service}}


def _spent(fleet: Fleet) -> int:
    (mak,) = fleet.world.describe()["microsoft"]["maks"].values()
    return int(mak["spent"])


def _licensed(fleet: Fleet) -> int:
    found = (machine.describe()["primary"] for machine in fleet.machines.values())
    return sum(row["channel"] == "mak" and row["status"] == "licensed" for row in found)


def _service(ground: Playground) -> dict[str, Any]:
    """Return how to reach the simulated Microsoft: over TLS, with its CA, ten machines a request."""
    return {
        "url": ground.server.microsoft_urls["microsoft"],
        "ca_path": str(ground.server.ca_file),
        "batch_size": 10,
        "retries": 1,
        "retry_delay": 1,
    }


def _run(ground: Playground, options: Mapping[str, Any]) -> None:
    """Gather, acquire and deposit, as the playbook mak_proxy does, without what it tells on the way."""
    gathered = "{{ ansible_play_hosts | map('extract', hostvars, ['prepared', 'installation']) | select | list }}"
    run = ground.play(
        {**task("mak", activate="never", product_key=options["product_key"]), "register": "prepared"},
        {
            **task("confirmation_id", requests=gathered, failures="report", **options),
            "register": "asked",
            "run_once": True,
            "delegate_to": "localhost",
        },
        {
            **task("mak", activate="proxy", **options),
            "when": "inventory_hostname in (asked.confirmations | map(attribute='machine'))",
        },
        arguments=("--forks", "10"),
    )
    assert run.code == 0, run.output


@contextmanager
def _outage(fleet: Fleet, after: int) -> Iterator[None]:
    """Cut Microsoft off while the block lasts, once it has given so many confirmation IDs."""
    over = threading.Event()

    def cut() -> None:
        while _spent(fleet) < after and not over.wait(0.02):
            pass
        fleet.update(_description(reachable=False, faults=[]))

    thread = threading.Thread(target=cut)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_isolated_machines_are_paid_for_once_each_through_outages(
    serve: Callable[..., Playground], tmp_path: Path
) -> None:
    described = _description(reachable=True, faults=[])
    ground = serve(described["machines"], world=described["world"])
    ledger = str(tmp_path / "ledger.sqlite")
    with Ledger.open(ledger, simulated_by="tests") as opened:
        opened.declare(PoolWish(name="isolated", limit=HOSTS))
    options = {"pool": "isolated", "ledger": ledger, "product_key": KEY, "service": _service(ground)}

    with _outage(ground.fleet, OUTAGE_AFTER):
        _run(ground, options)
    assert OUTAGE_AFTER <= _spent(ground.fleet) < HOSTS
    ground.fleet.update(_description(reachable=True, faults=LOST_ANSWERS))
    for _again in range(MAX_RUNS):
        if _licensed(ground.fleet) == HOSTS:
            break
        _run(ground, options)
    with Ledger.open(ledger, simulated_by="tests") as opened:
        balance = opened.balance("isolated")
        assert (balance.spent, balance.reserved, balance.uncertain) == (HOSTS, 0, 0)
        assert len(opened.entries(pool="isolated", states=[EntryState.CONFIRMED])) == HOSTS
    assert _spent(ground.fleet) == HOSTS
    assert _licensed(ground.fleet) == HOSTS
    assert ground.fleet.world.describe()["microsoft"]["product_keys_seen"] == 0
