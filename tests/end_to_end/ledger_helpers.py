# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Both sides of a budget in the tests: our ledger, and what the simulated Microsoft has counted.

Every case has a key, a pool and a count of its own, all by the case's name, so that one play may hold many of them and
each is still compared exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.volume.activation.plugins.plugin_utils._ledger import (
    Demand,
    Entry,
    Ledger,
    MachineIdentity,
    Method,
    PoolWish,
    Stop,
    utcnow,
)
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import ProductKey

from .playbook_runs import Playground, Run

LETTERS = "BCDFGHJKMPQRTVWXY"
OPTIONS = (
    "activate",
    "confirmation_id",
    "products",
    "justification",
    "use_reserve",
    "replace_licensed",
    "retries",
    "retry_delay",
    "wait_seconds",
)


def mak_of(number: int) -> str:
    """Return an obviously made-up key, another one for every number."""
    tail = "".join(LETTERS[number // len(LETTERS) ** place % len(LETTERS)] for place in range(5))
    return f"MMMMM-KKKKK-BBBBB-CCCCC-{tail}"


def keys_of(names: Iterable[str]) -> dict[str, str]:
    """Return a key for each name."""
    return {name: mak_of(number) for number, name in enumerate(names)}


def mak_task(name: str, **options: Any) -> dict[str, Any]:
    """Return a task that takes each option of a host from `wishes`, and leaves out what is not in there."""
    wished = {option: f"{{{{ wishes[inventory_hostname].{option} | default(omit) }}}}" for option in OPTIONS}
    given = {
        "product_key": "{{ wishes[inventory_hostname].product_key }}",
        "pool": "{{ wishes[inventory_hostname].pool | default(inventory_hostname) }}",
        "ledger": "{{ ledger_file }}",
        "service": "{{ service }}",
    }
    return {"name": name, "volume.activation.mak": {**given, **wished, **options}}


@dataclass
class TwoCounts:
    """The ledger of a test, and the playground whose Microsoft counts beside it."""

    ground: Playground
    keys: Mapping[str, str]

    @property
    def file(self) -> Path:
        """The ledger's database."""
        return self.ground.folder / "ledger.sqlite"

    def open(self) -> Ledger:
        """Return the ledger, to be used as a context manager."""
        return Ledger.open(str(self.file), simulated_by="tests")

    def declare(self, name: str, limit: int = 5, reserve: int = 0, key: str | None = None) -> None:
        """Declare a pool, bound to a key where one is given."""
        fingerprint = ProductKey.parse(key).fingerprint if key else None
        with self.open() as ledger:
            ledger.declare(PoolWish(name=name, limit=limit, reserve=reserve, fingerprint=fingerprint))

    def stop(self, name: str) -> None:
        """Stop the key of a case, as Microsoft's refusal would."""
        with self.open() as ledger:
            stop = Stop(code="0xC004C020", message="The MAK has no activations left.", at=utcnow())
            ledger.stop(ProductKey.parse(self.keys[name]).fingerprint, stop)

    def fill(self, name: str, number: int) -> None:
        """Take activations out of a pool for machines that are not of this fleet."""
        key = ProductKey.parse(self.keys[name])
        with self.open() as ledger:
            for index in range(number):
                ledger.reserve(
                    Demand(
                        pool=name,
                        key_fingerprint=key.fingerprint,
                        partial=key.partial,
                        machine=MachineIdentity(
                            name=f"other-{index}", bios_uuid=f"51a0f1ee-0000-8000-8000-{index:012d}"
                        ),
                        product_id="other",
                        method=Method.EXCHANGE,
                        reason="first_activation",
                    )
                )

    def entries(self, name: str) -> list[Entry]:
        """Return the entries that a machine has made, whatever pool they are in."""
        with self.open() as ledger:
            return ledger.entries(machine_name=name)

    def counted(self, name: str) -> int:
        """Return how many activations of a pool count against its limit."""
        with self.open() as ledger:
            return ledger.balance(name).counted

    def spent(self, name: str) -> int:
        """Return how many activations of a case's key Microsoft has counted."""
        return int(self.ground.fleet.microsoft.describe()["maks"][name]["spent"])

    def invoked(self, host: str) -> list[str]:
        """Return the methods that a machine has seen, in their order."""
        return [row["method"] for row in self.ground.fleet.machines[host].describe()["invoked"]]

    def messages(self, host: str) -> int:
        """Return how many requests of any kind have reached a machine."""
        return self.ground.server.counters.of(host).requests

    def variables(self, wishes: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
        """Return the inventory variables that `mak_task` wants."""
        server = self.ground.server
        service = {"url": server.microsoft_urls["microsoft"], "ca_path": str(server.ca_file), "retry_delay": 0}
        known = {name: {"product_key": self.keys.get(name, ""), **wish} for name, wish in wishes.items()}
        return {"wishes": known, "ledger_file": str(self.file), "service": service}

    def play(
        self,
        wishes: Mapping[str, Mapping[str, Any]],
        *tasks: Mapping[str, Any],
        arguments: tuple[str, ...] = (),
        variables: Mapping[str, Any] | None = None,
    ) -> Run:
        """Run tasks on the machines that have a wish, `mak` alone unless others are given."""
        return self.ground.play(
            *(tasks or (mak_task("mak"),)),
            play={"hosts": sorted(wishes)},
            variables={**self.variables(wishes), **(variables or {})},
            arguments=("--forks", "8", *arguments),
            environment={"LOGNAME": "operator"},
        )
