# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook mak_proxy on licensed machines: none loses its licence unless a confirmation ID can be obtained."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._ledger import Ledger, PoolWish

from .ledger_helpers import keys_of
from .playbook_runs import Playground, Run

PLAYBOOK = "volume.activation.mak_proxy"
KEYS = keys_of(["kms", "ad", "silent", "interrupted"])
BY_KMS = {"system": "server_2022_standard", "status": "licensed", "activated_by": "kms", "internet": False}
BY_AD = {**BY_KMS, "activated_by": "ad", "domain": "ad.example", "domain_role": "member", "lease_days": 20}
WORLD = {
    "ad": {"ad.example": ["For all"]},
    "kms_hosts": {"kms.corp.example": {"count": 50}, "silent.corp.example": {"reachable": False}},
}
BY_ACTIVE_DIRECTORY = 1
"""VLActivationType of a licence that Active Directory gave."""
INTERRUPTED = {"status": "notification", "internet": False}
COMMANDS = {name: f"ansible {name} -m volume.activation.kms_client" for name in ("m3", "m5")}
FOUR = {f"m{number}": {**BY_KMS, "kms_host": "kms.corp.example"} for number in range(1, 5)}
UNANSWERED = {"do": "status", "status": 503, "times": 0}
WITHOUT_PERMISSIONS_OF_ROOT = ("setpriv", "--bounding-set=-dac_override", "--inh-caps=-dac_override")


class Licensed:
    """Machines that have licences to lose, the ledger that pays for MAKs, and Microsoft's service."""

    def __init__(
        self, serve: Callable[..., Playground], machines: Mapping[str, Any], pools: Mapping[str, str] | None = None
    ) -> None:
        self._machines = machines
        self._pools = dict(pools or {})
        self._remaining: dict[str, int] = {}
        self.method = "proxy"
        self.ground = serve(machines, world=self._world([]))
        self.ledger = self.ground.folder / "ledger" / "ledger.sqlite"

    def _world(self, faults: list[dict[str, Any]]) -> dict[str, Any]:
        maks = {pool: {"key": key, "remaining": self._remaining.get(pool, 2)} for pool, key in KEYS.items()}
        return {**WORLD, "microsoft": {"maks": maks, "service": {"faults": faults}}}

    def become(self, *faults: dict[str, Any], **remaining: int) -> None:
        """Set what goes wrong with the service, and what Microsoft has left of each key."""
        self._remaining.update(remaining)
        self.ground.fleet.update({"machines": self._machines, "world": self._world(list(faults))})

    def declare(self, *pools: str, limit: int) -> None:
        """Declare pools or change their limit."""
        with Ledger.open(str(self.ledger), simulated_by="tests") as ledger:
            for pool in pools:
                ledger.declare(PoolWish(name=pool, limit=limit))

    def run(self, *arguments: str, starter: tuple[str, ...] = ()) -> tuple[Run, dict[str, Any]]:
        """Run the playbook, and return its summary too."""
        server = self.ground.server
        service = {"url": server.microsoft_urls["microsoft"], "ca_path": str(server.ca_file), "retries": 0}
        variables = {
            "keys": KEYS,
            "pools": self._pools,
            "mak_exception_activate": self.method,
            "mak_exception_pool": "{{ pools[inventory_hostname] | default('kms') }}",
            "mak_exception_product_key": "{{ keys[mak_exception_pool] }}",
            "mak_exception_justification": "REQ-1: no internet access",
            "mak_exception_ledger": str(self.ledger),
            "mak_exception_service": service,
        }
        run = self.ground.run(PLAYBOOK, variables=variables, arguments=arguments, starter=starter)
        rows = [row["result"] for row in run.results if row["task"].endswith("Sum it up")]
        assert rows, run.output
        return run, dict(rows[-1]["ansible_facts"]["mak_proxy_summary"])

    def shown(self) -> dict[str, tuple[str, str]]:
        """Return channel and status of each machine's primary product."""
        found = {name: machine.describe()["primary"] for name, machine in self.ground.fleet.machines.items()}
        return {name: (row["channel"], row["status"]) for name, row in found.items()}

    def changed(self) -> list[str]:
        """Return the machines on which a key was installed."""
        machines = self.ground.fleet.machines.items()
        return [
            name
            for name, machine in machines
            if any(row["method"] == "InstallProductKey" for row in machine.describe()["invoked"])
        ]


KMS, MAK, LOST = ("kms_client", "licensed"), ("mak", "licensed"), ("mak", "notification")


def codes(summary: Mapping[str, Any]) -> dict[str, str]:
    """Return the code of each machine that is left over."""
    return {name: row["code"] for name, row in summary["left"].items()}


def test_what_cannot_be_paid_for_is_not_touched(serve: Callable[..., Playground]) -> None:
    fleet = Licensed(serve, FOUR)
    _run, summary = fleet.run()
    assert codes(summary) == dict.fromkeys(FOUR, "no_ledger")

    fleet.declare("kms", limit=4)
    fleet.become({"on": "any", **UNANSWERED})
    run, summary = fleet.run()
    assert run.code != 0
    assert codes(summary) == dict.fromkeys(FOUR, "http_503")
    assert (summary["unlicensed"], summary["gives_up"]) == ({}, {})
    assert (fleet.changed(), fleet.shown()) == ([], dict.fromkeys(FOUR, KMS))

    # Nothing shows the count of a key that was not installed anywhere yet, so one machine finds it out.
    fleet.become(kms=0)
    _run, summary = fleet.run()
    assert codes(summary) == {"m1": "0x7F", **dict.fromkeys(["m2", "m3", "m4"], "pool_stopped")}
    assert (summary["restored"], summary["unlicensed"]) == (["m1"], {})
    assert (fleet.changed(), fleet.shown()) == (["m1"], dict.fromkeys(FOUR, KMS))


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="setpriv takes root's right to write everywhere away")
def test_with_a_ledger_that_cannot_be_written_no_machine_is_touched(serve: Callable[..., Playground]) -> None:
    fleet = Licensed(serve, FOUR)
    fleet.declare("kms", limit=4)
    fleet.ledger.chmod(0o444)
    fleet.ledger.parent.chmod(0o555)
    try:
        _run, summary = fleet.run(starter=WITHOUT_PERMISSIONS_OF_ROOT)
    finally:
        fleet.ledger.parent.chmod(0o755)
    assert codes(summary) == dict.fromkeys(FOUR, "ledger_unwritable")
    assert (fleet.changed(), fleet.shown()) == ([], dict.fromkeys(FOUR, KMS))


def test_a_pool_for_two_serves_two_and_the_others_keep_their_licences(serve: Callable[..., Playground]) -> None:
    fleet = Licensed(serve, FOUR)
    fleet.declare("kms", limit=2)
    # The first host is the last to be grouped, and the order in which machines are served stays that of the inventory.
    fleet.method = "{{ lookup('pipe', 'sleep 1; echo proxy') if inventory_hostname == 'm1' else 'proxy' }}"
    _run, summary = fleet.run("--check")
    assert (summary["to_prepare"], summary["gives_up"]) == (2, {"m1": "kms_client", "m2": "kms_client"})
    assert codes(summary) == {"m3": "pool_exhausted", "m4": "pool_exhausted"}
    assert (fleet.changed(), fleet.shown()) == ([], dict.fromkeys(FOUR, KMS))

    _run, summary = fleet.run()
    assert (summary["licensed"], summary["spent"], summary["unlicensed"]) == (2, 2, {})
    assert codes(summary) == {"m3": "pool_exhausted", "m4": "pool_exhausted"}
    served = {"m1": MAK, "m2": MAK, "m3": KMS, "m4": KMS}
    assert (fleet.changed(), fleet.shown()) == (["m1", "m2"], served)

    # The pool would have room, and Microsoft has nothing left.
    fleet.declare("kms", limit=4)
    _run, summary = fleet.run()
    assert (summary["licensed_before"], codes(summary)) == (2, {"m3": "0x7F", "m4": "0x7F"})
    assert (fleet.changed(), fleet.shown()) == (["m1", "m2"], served)


def test_without_a_confirmation_id_the_licence_is_restored_or_the_command_is_listed(
    serve: Callable[..., Playground],
) -> None:
    machines = {
        "m1": {**BY_KMS, "kms_host": "kms.corp.example"},
        "m2": BY_AD,
        "m3": {**BY_KMS, "kms_host": "silent.corp.example"},
        "m4": {**BY_KMS, "kms_host": "kms.corp.example"},
        "m5": {"system": "server_2022_standard", "channel": "mak", "product_key": KEYS["interrupted"], **INTERRUPTED},
    }
    fleet = Licensed(serve, machines, {"m2": "ad", "m3": "silent", "m5": "interrupted"})
    fleet.declare(*KEYS, limit=2)
    fleet.become({"on": "confirmation", **UNANSWERED})
    _run, summary = fleet.run()
    assert codes(summary) == dict.fromkeys(machines, "http_503")
    assert summary["restored"] == ["m1", "m2"]
    assert summary["unlicensed"] == COMMANDS
    assert fleet.changed() == ["m1", "m2", "m3"]
    assert fleet.shown() == {"m1": KMS, "m2": KMS, "m3": ("kms_client", "notification"), "m4": KMS, "m5": LOST}
    assert fleet.ground.fleet.machines["m2"].describe()["primary"]["activated_by"] == BY_ACTIVE_DIRECTORY

    # What an earlier run left is listed with the command too, and a later run goes on from there.
    fleet.become({"on": "any", **UNANSWERED})
    _run, summary = fleet.run()
    assert summary["unlicensed"] == COMMANDS

    fleet.become()
    run, summary = fleet.run()
    assert (run.code, summary["licensed"], summary["unlicensed"]) == (0, 5, {}), run.output
    assert fleet.shown() == dict.fromkeys(machines, MAK)
