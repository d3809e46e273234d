# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The modules around `mak`, in real plays: installation IDs gathered, confirmation IDs paid for, counts compared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from .ledger_helpers import TwoCounts, keys_of
from .playbook_runs import Playground, Run

Serve = Callable[..., Playground]

HOSTS = ["pc1", "pc2", "pc3"]
MACHINE = {"system": "windows_11_enterprise", "channel": "kms_client", "status": "notification", "internet": False}
PREPARE = {
    "name": "prepare",
    "volume.activation.mak": {"product_key": "{{ key }}", "activate": "never"},
    "register": "prepared",
}
DEPOSIT = {
    "name": "deposit",
    "volume.activation.mak": {"product_key": "{{ key }}", "pool": "lab", "activate": "proxy"},
}
COLLECTED = (
    "{{ ansible_play_hosts | map('extract', hostvars) | map(attribute='prepared.installation') | select | list }}"
)


def once(name: str, module: str, **options: Any) -> dict[str, Any]:
    """Return a task for the controller, which may fail."""
    return {"name": name, f"volume.activation.{module}": options, "run_once": True, "ignore_errors": True}


def asking(name: str, backend: str = "microsoft", **more: Any) -> dict[str, Any]:
    """Return the task that gets the confirmation IDs of all machines."""
    task = once(name, "confirmation_id", requests=COLLECTED, pool="lab", service=f"{{{{ services.{backend} }}}}")
    return {**task, **more}


def counting(name: str, **options: Any) -> dict[str, Any]:
    """Return the task that asks what is left."""
    return once(name, "mak_count_info", service="{{ services.microsoft }}", **options)


@pytest.fixture
def books(serve: Serve) -> TwoCounts:
    """Three isolated machines, a key of ten activations, and a pool of five."""
    keys = keys_of(["lab"])
    world = {"microsoft": {"maks": {"lab": {"key": keys["lab"], "remaining": 10}}}}
    books = TwoCounts(serve({name: dict(MACHINE) for name in HOSTS}, world=world), keys)
    books.declare("lab", key=None)
    return books


def play(books: TwoCounts, *tasks: dict[str, Any]) -> Run:
    """Run tasks that all know where the ledger is."""
    server = books.ground.server
    services = {
        backend: {"backend": backend, "url": url, "ca_path": str(server.ca_file), "retry_delay": 0, "retries": 0}
        for backend, url in server.microsoft_urls.items()
    }
    defaults = {"group/volume.activation.mak": {"ledger": str(books.file)}}
    return books.ground.play(
        *tasks,
        play={"module_defaults": defaults},
        variables={"services": services, "key": books.keys["lab"]},
    )


@pytest.mark.parametrize("backend", ["microsoft", "activationws_rest"])
def test_gathered_obtained_and_deposited(books: TwoCounts, backend: str) -> None:
    obtain = asking("obtain", backend)
    obtain["volume.activation.confirmation_id"]["product_key"] = "{{ key }}"
    run = play(
        books,
        PREPARE,
        {**obtain, "name": "foreseen", "check_mode": True},
        obtain,
        asking("again", backend),
        DEPOSIT,
        counting("count", pool="lab", warn_below=8),
        once("told", "mak_ledger_info", pool="lab", confirmations=True),
        {"name": "settle", "volume.activation.mak_reconcile": {}},
    )
    assert run.code == 0, run.output
    foreseen, obtained, again = (run.result("pc1", name) for name in ("foreseen", "obtain", "again"))
    assert (foreseen["changed"], foreseen["spent"], foreseen["stored"]) == (True, 3, 0)
    assert (obtained["changed"], obtained["spent"], obtained["stored"]) == (True, 3, 0)
    assert (again["changed"], again["spent"], again["stored"]) == (False, 0, 3)
    assert sorted(row["machine"] for row in obtained["confirmations"]) == HOSTS
    assert [run.result(name, "deposit")["activation"]["spent"] for name in HOSTS] == [0, 0, 0]
    assert (run.result("pc1", "count")["remaining"], books.spent("lab")) == (7, 3)
    assert "7 activations left" in run.output
    told = run.result("pc1", "told")
    assert (told["pools"][0]["spent"], told["pools"][0]["left"], len(told["confirmation_ids"])) == (3, 2, 3)
    assert [run.result(name, "settle")["open"] for name in HOSTS] == [0, 0, 0]
    assert books.keys["lab"] not in run.output + str(run.results)


def test_an_outage_is_survived_by_running_again(books: TwoCounts) -> None:
    nowhere = {"url": f"https://127.0.0.1:{books.ground.server.addresses.closed_port}/simulated-fleet/", "retries": 0}
    options = {"requests": COLLECTED, "pool": "lab", "product_key": "{{ key }}"}
    lost = play(
        books,
        PREPARE,
        once("obtain", "confirmation_id", service=nowhere, **options),
        once("count", "mak_count_info", service=nowhere, extended_pid="{{ prepared.installation.extended_pid }}"),
    )
    failed, count = lost.result("pc1", "obtain"), lost.result("pc1", "count")
    assert (failed["spent"], failed["changed"], len(failed["failed_requests"])) == (0, False, 3)
    assert failed["code"] == count["code"] == "connection_refused"
    assert (count["known"], count["remaining"]) == (False, None)
    assert (books.spent("lab"), books.counted("lab")) == (0, 0)

    done = play(books, PREPARE, once("obtain", "confirmation_id", service="{{ services.microsoft }}", **options))
    assert done.result("pc1", "obtain")["spent"] == 3, done.output
    assert (books.spent("lab"), books.counted("lab")) == (3, 3)
