# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real `ansible-playbook` against simulated machines in this process, so that a test can look at both sides."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import yaml

from ansible_collections.volume.activation.plugins.plugin_utils._simulator import Fleet, FleetServer, Settings
from ansible_collections.volume.activation.plugins.plugin_utils._wsman import Invoke, wmi_resource

HERE = Path(__file__).resolve().parent
LIMIT_SECONDS = 240
FLEETS_OWN = ("volume_activation_fleet", "mak_exception_ledger", "mak_exception_service", "adba_forest_ledger")


@dataclass
class Run:
    """One run of `ansible-playbook`: its exit code, what it printed, and every task's result."""

    code: int
    output: str
    results: list[dict[str, Any]]

    def result(self, host: str, task: str | None = None) -> dict[str, Any]:
        """Return the result of the last task of a host, or of the one with that name."""
        found = [row for row in self.results if row["host"] == host and (task is None or row["task"].endswith(task))]
        assert found, f"{host} has no result\n{self.output}"
        return found[-1]["result"]


@dataclass
class Playground:
    """A folder with an inventory of served machines, where playbooks run."""

    folder: Path
    server: FleetServer
    tree: Path

    @property
    def fleet(self) -> Fleet:
        """The machines themselves."""
        return cast(Fleet, self.server.fleet)

    def inventory(self, variables: Mapping[str, Any] | None = None) -> Path:
        """Write the inventory, with further variables for all hosts, and return its path."""
        path = self.folder / "inventory.yml"
        given = dict(variables or {})
        # The ledger and the service that a test gives for all hosts count, not what the fleet sets at each of them.
        replaced = {key for key in given if key in FLEETS_OWN}
        hosts = {
            name: {key: value for key, value in row.items() if key not in replaced}
            for name, row in self.server.host_variables().items()
        }
        everyone = {"volume_activation_fleet": self.server.sandbox, **given}
        path.write_text(yaml.safe_dump({"all": {"hosts": hosts, "vars": everyone}}), encoding="utf-8")
        return path

    def play(
        self,
        *tasks: Mapping[str, Any],
        play: Mapping[str, Any] | None = None,
        variables: Mapping[str, Any] | None = None,
        arguments: tuple[str, ...] = (),
        environment: Mapping[str, str] | None = None,
    ) -> Run:
        """Run a play of these tasks on all machines."""
        whole = {"hosts": "all", "gather_facts": False, "tasks": [dict(task) for task in tasks], **(play or {})}
        path = self.folder / "playbook.yml"
        path.write_text(yaml.safe_dump([whole], sort_keys=False), encoding="utf-8")
        return self.run(str(path), variables=variables, arguments=arguments, environment=environment)

    def run(
        self,
        playbook: str,
        *,
        variables: Mapping[str, Any] | None = None,
        arguments: tuple[str, ...] = (),
        environment: Mapping[str, str] | None = None,
        starter: tuple[str, ...] = (),
    ) -> Run:
        """Run a playbook, a file or one of a collection."""
        everything = ("-i", str(self.inventory(variables)), playbook, *arguments)
        return run_ansible(self.folder, self.tree, *everything, environment=environment, starter=starter)


def run_ansible(
    folder: Path,
    tree: Path,
    *arguments: str,
    environment: Mapping[str, str] | None = None,
    starter: tuple[str, ...] = (),
) -> Run:
    """Run `ansible-playbook` with HOME and working directory in `folder`; `starter` is a command that runs it."""
    results = folder / "results.jsonl"
    results.unlink(missing_ok=True)
    done = subprocess.run(
        [*starter, str(Path(sys.executable).parent / "ansible-playbook"), *arguments],
        env={**_environment(folder, tree, results), **(environment or {})},
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )
    rows = [json.loads(line) for line in results.read_text().splitlines()] if results.exists() else []
    return Run(done.returncode, done.stdout + done.stderr, rows)


def _environment(folder: Path, tree: Path, results: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    return {
        **kept,
        "HOME": str(folder),
        "ANSIBLE_COLLECTIONS_PATH": str(tree),
        "ANSIBLE_CALLBACK_PLUGINS": str(HERE / "callback_plugins"),
        "ANSIBLE_CONNECTION_PLUGINS": str(HERE / "connection_plugins"),
        "ANSIBLE_CALLBACKS_ENABLED": "task_results",
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_NOCOLOR": "1",
        "VOLUME_ACTIVATION_RESULTS": str(results),
    }


@contextlib.contextmanager
def playground(
    folder: Path, tree: Path, machines: Mapping[str, Any], *, world: Mapping[str, Any] | None = None, **settings: Any
) -> Iterator[Playground]:
    """Serve these machines while the block lasts; `settings` say how they are reached."""
    description = {"machines": machines, **({"world": world} if world else {})}
    with FleetServer(Fleet.from_description(description), settings=Settings.from_options(settings)) as server:
        yield Playground(folder, server, tree)


def task(module: str, **options: Any) -> dict[str, Any]:
    """Return a task with that module of the collection."""
    return {"name": module, f"volume.activation.{module}": options}


def try_to_activate(ground: Playground, name: str) -> None:
    """Let Windows of one machine try to activate by itself, which fails or not, and leaves its events behind."""
    machine = ground.fleet.machines[name]
    keys = {"ID": machine.describe()["primary"]["id"]}
    machine.answer(Invoke(wmi_resource("SoftwareLicensingProduct", selectors=keys), "Activate", {}))
