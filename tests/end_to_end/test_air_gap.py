# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Through an air gap and back in real plays: three machines, a file, and a Microsoft that only the file reaches."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
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
    "volume.activation.mak": {
        "product_key": "{{ key }}",
        "pool": "lab",
        "activate": "proxy",
        "ledger": "{{ ledger_file }}",
    },
}
COLLECTED = (
    "{{ ansible_play_hosts | map('extract', hostvars) | map(attribute='prepared.installation') | select | list }}"
)


@pytest.fixture
def books(serve: Serve) -> TwoCounts:
    """Three isolated machines, a key of ten activations, and a pool of five."""
    keys = keys_of(["lab"])
    world = {"microsoft": {"maks": {"lab": {"key": keys["lab"], "remaining": 10}}}}
    books = TwoCounts(serve({name: dict(MACHINE) for name in HOSTS}, world=world), keys)
    books.declare("lab", key=None)
    return books


def step(name: str, kind: str, **options: Any) -> dict[str, Any]:
    """Return a task for the controller, which may fail."""
    given = {"step": kind, "path": "{{ parcel }}", **options}
    return {"name": name, "volume.activation.mak_exchange": given, "run_once": True, "ignore_errors": True}


def play(books: TwoCounts, *tasks: dict[str, Any]) -> Run:
    """Run tasks; only those that name the ledger or the service know where it is."""
    server = books.ground.server
    service = {"url": server.microsoft_urls["microsoft"], "ca_path": str(server.ca_file), "retry_delay": 0}
    variables = {
        "key": books.keys["lab"],
        "ledger_file": str(books.file),
        "parcel": str(_parcel(books)),
        "service": {**service, "retries": 0},
        "nowhere": {"url": f"https://127.0.0.1:{server.addresses.closed_port}/simulated-fleet/", "retries": 0},
    }
    return books.ground.play(*tasks, variables=variables)


def _parcel(books: TwoCounts) -> Path:
    return books.ground.folder / "parcel.json"


def test_isolated_machines_are_activated_through_a_file_and_paid_for_once(books: TwoCounts) -> None:
    export = step(
        "export",
        "export",
        pool="lab",
        product_key="{{ key }}",
        privacy="service_only",
        requests=COLLECTED,
        ledger="{{ ledger_file }}",
    )
    answer = step("answer", "answer", service="{{ service }}")
    run = play(
        books,
        PREPARE,
        {**export, "name": "foreseen", "check_mode": True},
        export,
        {**export, "name": "again"},
        step("outage", "answer", service="{{ nowhere }}"),
        answer,
        {**answer, "name": "answered"},
        step("import", "import", ledger="{{ ledger_file }}"),
        step("imported", "import", ledger="{{ ledger_file }}"),
        DEPOSIT,
    )
    assert run.code == 0, run.output
    results = {name: run.result("pc1", name) for name in ("foreseen", "export", "again", "outage", "answer")}
    changed = {name: result["changed"] for name, result in results.items()}
    assert changed == {"foreseen": True, "export": True, "again": False, "outage": False, "answer": True}
    assert results["foreseen"]["counts"] == results["export"]["counts"]
    assert results["outage"]["code"] == "connection_refused"
    assert results["answer"]["counts"]["answered"] == 3
    assert [run.result("pc1", name)["changed"] for name in ("answered", "import", "imported")] == [False, True, False]
    assert sorted(row["machine"] for row in run.result("pc1", "import")["machines"]) == HOSTS
    assert [run.result(name, "deposit")["activation"]["spent"] for name in HOSTS] == [0, 0, 0]
    assert (books.spent("lab"), books.counted("lab")) == (3, 3)
    text = _parcel(books).read_text()
    assert not [word for word in (*HOSTS, books.keys["lab"], "windows") if word in text]
    assert books.keys["lab"] not in run.output + str(run.results)
