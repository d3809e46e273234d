# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook mak_proxy: all machines together, past those that fail, and on from where it stopped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._ledger import Ledger, PoolWish

from .playbook_runs import Playground, Run

KEY = "MMMMM-KKKKK-BBBBB-CCCCC-VVVVV"
PLAYBOOK = "volume.activation.mak_proxy"
SENTENCE = "spend a MAK activation on a VDI machine"
BROKEN = {"on": "login", "do": "refuse", "times": 0}
LOST = {"on": "confirmation", "do": "drop_after", "times": 1}


def _description(*, broken: bool = False, lost: bool = False, image: int = 1) -> dict[str, Any]:
    isolated = {"system": "windows_11_enterprise", "internet": False}
    machines = {
        "first": {**isolated, "image": image},
        "second": {**isolated, "vars": {"mak_exception_machine_kind": "vdi", "mak_exception_override": SENTENCE}},
        "away": {**isolated, "faults": [BROKEN] if broken else []},
        "lab": {**isolated, "vars": {"mak_exception_machine_kind": "reimaged_lab"}},
        "online": {"system": "windows_11_enterprise", "vars": {"mak_exception_activate": "online"}},
    }
    service = {"maks": {"exceptions": {"key": KEY, "remaining": 50}}, "service": {"faults": [LOST] if lost else []}}
    return {"machines": machines, "world": {"microsoft": service}}


class Isolated:
    """Machines without a way out, their ledger and their Microsoft."""

    def __init__(self, serve: Callable[..., Playground]) -> None:
        given = _description(broken=True, lost=True)
        self.ground = serve(given["machines"], world=given["world"])
        self.ledger = str(self.ground.folder / "ledger.sqlite")
        with Ledger.open(self.ledger, simulated_by="tests") as ledger:
            ledger.declare(PoolWish(name="exceptions", limit=4))

    def become(self, **change: Any) -> None:
        """Let machines and Microsoft be as described from now on."""
        self.ground.fleet.update(_description(**change))

    def run(self, *arguments: str) -> Run:
        """Run the playbook as a user does."""
        server = self.ground.server
        service = {"url": server.microsoft_urls["microsoft"], "ca_path": str(server.ca_file), "retries": 0}
        variables = {
            "mak_exception_activate": "proxy",
            "mak_exception_product_key": KEY,
            "mak_exception_pool": "exceptions",
            "mak_exception_justification": "REQ-1: {{ inventory_hostname }} has no way out",
            "mak_exception_ledger": self.ledger,
            "mak_exception_service": service,
        }
        return self.ground.run(PLAYBOOK, variables=variables, arguments=arguments)

    def spent(self) -> int:
        """Return what Microsoft has counted."""
        return int(self.ground.fleet.microsoft.describe()["maks"]["exceptions"]["spent"])

    def entries(self) -> dict[str, tuple[str, str]]:
        """Return state and justification of each machine's only entry."""
        with Ledger.open(self.ledger, simulated_by="tests") as ledger:
            entries = ledger.entries()
        assert len({entry.machine.name for entry in entries}) == len(entries)
        return {entry.machine.name: (entry.state.value, entry.justification) for entry in entries}


def _summary(run: Run) -> dict[str, Any]:
    rows = [row["result"] for row in run.results if row["task"].endswith("Sum it up")]
    assert rows, run.output
    return dict(rows[-1]["ansible_facts"]["mak_proxy_summary"])


@pytest.fixture
def isolated(serve: Callable[..., Playground]) -> Isolated:
    """Three machines without a way out, one of them away, a lab's, and one that activates itself."""
    return Isolated(serve)


def test_it_goes_past_what_fails_and_on_from_where_it_stopped(isolated: Isolated) -> None:
    before = isolated.run("-vvvvv")
    told = _summary(before)
    assert before.code != 0 and KEY not in before.output
    assert (told["machines"], told["licensed"], told["licensed_before"]) == (4, 1, 0)
    left = {name: row["code"] for name, row in told["left"].items()}
    assert left == {"away": "connection_refused", "lab": "marked_reimaged_lab", "first": "connection_dropped"}
    assert isolated.entries()["first"][0] == "uncertain"
    assert isolated.ground.server.counters.of("online").requests == 0

    isolated.become()
    after = isolated.run("-e", "activation_keep_going=true")
    told = _summary(after)
    assert after.code == 0, after.output
    assert (told["licensed"], told["licensed_before"], list(told["left"])) == (2, 1, ["lab"])
    assert isolated.spent() == 3
    assert isolated.entries() == {
        "first": ("confirmed", "REQ-1: first has no way out"),
        "second": ("confirmed", f"REQ-1: second has no way out (override: {SENTENCE})"),
        "away": ("confirmed", "REQ-1: away has no way out"),
    }

    isolated.become(image=2)
    again = _summary(isolated.run())
    assert (again["licensed"], again["licensed_before"], again["spent"], again["stored"]) == (1, 2, 0, 1)
    assert isolated.spent() == 3


def test_check_mode_spends_nothing_and_tells_what_is_left_over(isolated: Isolated) -> None:
    run = isolated.run("--check")
    told = _summary(run)
    assert (told["to_prepare"], told["licensed"], sorted(told["left"])) == (2, 0, ["away", "lab"])
    assert isolated.spent() == 0 and isolated.entries() == {}


def test_an_inventory_without_such_machines_is_told_so(isolated: Isolated) -> None:
    run = isolated.run("-e", "activation_hosts=online")
    assert run.code != 0
    assert "mak_exception_activate" in run.output
    assert isolated.ground.server.counters.total().requests == 0
