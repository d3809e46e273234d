# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A trial of one's own inventory on a simulated fleet touches neither the real ledger nor the real activation service.

The real service is a listener that counts the connections it gets, and grants nothing.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.volume.activation.plugins.plugin_utils._ledger import EntryState, Ledger, PoolWish
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import ProductKey
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.fleet.inventory import (
    inventory_of,
    write_inventory,
)

from .playbook_runs import Playground, Run, run_ansible, task

KEY = "MMMMM-KKKKK-BBBBB-CCCCC-DDDDD"
PARTIAL = KEY[-5:]
MACHINES = {
    "field": "windows_11_enterprise",
    "isolated": {"system": "server_2022_standard", "internet": False},
    "proxied": {"system": "server_2022_standard", "internet": False},
}
REAL_REQUEST = {
    "machine": "real-host",
    "activation_id": "0ad2ac98-7bb9-4201-8d92-312299201369",
    "installation_id": "1234567" * 9,
    "extended_pid": "03612-00206-271-298329-03-1033-22631.0000-0012026",
    "partial_product_key": PARTIAL,
    "client_machine_id": "c3f1b6d2-0b7e-4a57-9c1c-0f3a5d2e7b11",
    "bios_uuid": "4c4c4544-0052-3510-8054-b4c04f565231",
}
Serve = Callable[..., Playground]


class RealService:
    """Something that listens where the real activation service is expected; `connections` counts what reaches it."""

    def __init__(self) -> None:
        self.connections = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/BatchActivation/BatchActivation.asmx"
        self._thread = threading.Thread(target=self._count, daemon=True)
        self._thread.start()

    def _count(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _address = self._socket.accept()
                connection.close()
                self.connections += 1

    def close(self) -> None:
        """Stop listening."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)


@pytest.fixture
def real_service() -> Iterator[RealService]:
    """The service that must not be reached."""
    service = RealService()
    yield service
    service.close()


def served(serve: Serve) -> Playground:
    """Serve the machines and a Microsoft that knows the key."""
    return serve(MACHINES, world={"microsoft": {"maks": {"exceptions": {"key": KEY, "remaining": 9}}}})


def own_inventory(folder: Path, service: RealService) -> Path:
    """Write an inventory as somebody has it for real hosts, with a ledger and a service of its own."""
    reason = {"mak_exception_justification": "REQ-1: at sea for nine months"}
    hosts = {
        "field": reason,
        "isolated": {**reason, "mak_exception_activate": "proxy"},
        "proxied": {**reason, "mak_exception_activate": "proxy"},
    }
    everyone = {
        "ansible_connection": "winrm",
        "ansible_port": 5986,
        "mak_exception_product_key": KEY,
        "mak_exception_pool": "exceptions",
        "mak_exception_ledger": str(folder / "production.sqlite"),
        "mak_exception_service": {"url": service.url, "retries": 0},
        "kms_host_ledger": str(folder / "production.sqlite"),
    }
    place = folder / "inventory"
    (place / "group_vars").mkdir(parents=True)
    (place / "hosts.yml").write_text(yaml.safe_dump({"exceptions": {"hosts": hosts}}))
    (place / "group_vars" / "all.yml").write_text(yaml.safe_dump(everyone))
    return place


def test_a_trial_of_an_inventory_stays_in_the_fleet(serve: Serve, tmp_path: Path, real_service: RealService) -> None:
    ground = served(serve)
    sandbox = ground.server.sandbox
    fleet = tmp_path / "fleet.yml"
    write_inventory(fleet, inventory_of(ground.server.host_variables(), sandbox))
    playbook = tmp_path / "guide.yml"
    declare = {**task("mak_pool", name="exceptions", limit=5, product_key=KEY), "name": "declare"}
    told = {**task("mak_ledger_info", pool="exceptions", entries=True), "name": "told"}
    local = {"hosts": "localhost", "connection": "local", "gather_facts": False}
    exceptions = {"hosts": "field:isolated", "gather_facts": False, "roles": ["volume.activation.mak_exception"]}
    playbook.write_text(yaml.safe_dump([{**local, "tasks": [declare]}, exceptions, {**local, "tasks": [told]}]))
    both = ("-i", str(own_inventory(tmp_path, real_service)), "-i", str(fleet))
    environment = {"VOLUME_ACTIVATION_LEDGER": str(tmp_path / "production-too.sqlite")}

    run = run_ansible(tmp_path, ground.tree, *both, str(playbook), environment=environment)
    assert run.code == 0, run.output
    found = run.result("localhost", "told")
    assert found["ledger"] == sandbox["ledger"]
    assert found["pools"][0]["spent"] == 2
    by_proxy = run_ansible(
        tmp_path,
        ground.tree,
        *both,
        "volume.activation.mak_proxy",
        "--limit",
        "proxied,localhost",
        environment=environment,
    )
    assert by_proxy.code == 0, by_proxy.output

    with Ledger.open(sandbox["ledger"], create=False) as ledger:
        assert ledger.simulated_by == sandbox["directory"]
        assert sorted(entry.machine.name for entry in ledger.entries()) == sorted(MACHINES)
        assert {entry.state for entry in ledger.entries()} == {EntryState.CONFIRMED}
    assert ground.fleet.microsoft.describe()["maks"]["exceptions"]["spent"] == len(MACHINES)
    assert real_service.connections == 0
    assert not list(tmp_path.glob("production*"))
    assert not list(tmp_path.rglob(".ansible/volume_activation/*"))


def ledgers(folder: Path) -> dict[str, str]:
    """Create a real ledger and a simulation ledger, each with a pool of the key."""
    places = {"real": str(folder / "real.sqlite"), "simulated": str(folder / "simulated.sqlite")}
    fingerprint = ProductKey.parse(KEY).fingerprint
    for kind, place in places.items():
        with Ledger.open(place, simulated_by="tests" if kind == "simulated" else None) as ledger:
            ledger.declare(PoolWish(name="exceptions", limit=5, fingerprint=fingerprint, partial=PARTIAL))
    return places


def mixed(
    place: dict[str, str], sandbox: dict[str, Any], real_url: str, folder: Path
) -> list[tuple[str, dict[str, Any]]]:
    """Return tasks that mix what is simulated with what is real, each with the code of its refusal."""
    real = {"url": real_url, "retries": 0}
    simulated = sandbox["service"]
    simulated_pid = "00000-99999-123-456789-03-1033-22631.0000-0012026"
    mak = {"product_key": KEY, "pool": "exceptions", "justification": "REQ-2"}
    request = {"requests": [REAL_REQUEST], "pool": "exceptions"}
    file = str(folder / "exchange.json")
    return [
        ("simulated_host_real_ledger", task("mak", **mak, ledger=place["real"])),
        (
            "simulated_host_real_service",
            task("mak", **mak, activate="proxy", ledger=place["simulated"], service=real),
        ),
        (
            "real_host_simulated_ledger",
            task("confirmation_id", **request, ledger=place["simulated"], service=simulated),
        ),
        (
            "real_host_simulated_service",
            task("confirmation_id", **request, ledger=place["real"], service=simulated),
        ),
        ("simulated_host_real_service", task("mak_count_info", extended_pid=simulated_pid, service=real)),
        (
            "real_host_simulated_service",
            task("mak_count_info", extended_pid=REAL_REQUEST["extended_pid"], service=simulated),
        ),
        ("", task("mak_exchange", step="export", path=file, **request, ledger=place["real"])),
        ("real_host_simulated_service", task("mak_exchange", step="answer", path=file, service=simulated)),
        (
            "real_host_simulated_ledger",
            task("mak_exchange", step="export", path=f"{file}.2", **request, ledger=place["simulated"]),
        ),
        (
            "simulated_host_real_ledger",
            {
                **task("mak_pool", name="trial", limit=1, ledger=place["real"]),
                "vars": {"volume_activation_fleet": sandbox},
            },
        ),
    ]


def test_a_hand_written_inventory_cannot_mix_simulated_and_real(
    serve: Serve, tmp_path: Path, real_service: RealService
) -> None:
    ground = served(serve)
    place = ledgers(tmp_path)
    cases = mixed(place, ground.server.sandbox, real_service.url, tmp_path)
    tasks = [{**row, "name": f"case {number}", "ignore_errors": True} for number, (_code, row) in enumerate(cases)]
    before = ground.fleet.machines["field"].describe()
    run = ground.play(
        *tasks, play={"hosts": "field"}, variables={"volume_activation_fleet": {}}, environment={"LOGNAME": "operator"}
    )
    assert run.code == 0, run.output
    assert _codes(run, len(cases)) == [code for code, _row in cases], run.output
    assert all(run.result("field", f"case {number}").get("remedy") for number, (code, _row) in enumerate(cases) if code)
    assert real_service.connections == 0
    assert ground.fleet.microsoft.describe()["maks"]["exceptions"]["spent"] == 0
    assert ground.fleet.machines["field"].describe()["invoked"] == before["invoked"] == []
    with Ledger.open(place["real"]) as ledger:
        assert [pool.name for pool in ledger.pools()] == ["exceptions"]
        assert [entry.machine.name for entry in ledger.entries()] == ["real-host"]  # by the export, which was allowed
    with Ledger.open(place["simulated"]) as ledger:
        assert ledger.entries() == []


def _codes(run: Run, cases: int) -> list[str]:
    return [run.result("field", f"case {number}").get("code") or "" for number in range(cases)]
