# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the benchmarks share: where things are, how a playbook is run and what it has cost, and how goals are told."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import typing as t
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
TREE = BUILD / "tree"
RESULTS = BUILD / "bench"
HERE = Path(__file__).parent
PLAYBOOKS = HERE / "playbooks"
FORKS = 10
SYSTEMS = (
    "server_2016_datacenter",
    "server_2019_standard",
    "server_2022_datacenter",
    "windows_10_enterprise",
    "windows_11_enterprise",
)

Figures = t.Mapping[str, tuple[float, str, float]]
"""By name: what was measured, `<=` or `>=`, and the goal."""


def environment() -> dict[str, str]:
    """Return the environment in which playbooks are measured."""
    return {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": f"{TREE}{os.pathsep}{RESULTS / 'collections'}",
        "ANSIBLE_STDOUT_CALLBACK": "ansible.builtin.default",
        "ANSIBLE_DISPLAY_OK_HOSTS": "false",
        "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
        "ANSIBLE_FORKS": str(FORKS),
    }


@dataclass
class Playbook:
    """A playbook that runs, until `finish`."""

    process: subprocess.Popen[str]
    name: str
    variables: Path

    def finish(self) -> None:
        """Wait for the end, and end the benchmark where the playbook has failed."""
        output, errors = self.process.communicate()
        self.variables.unlink()
        if self.process.returncode:
            sys.exit(f"{self.name} failed:\n{output[-3000:]}\n{errors[-2000:]}")


def started(
    name: str, variables: t.Mapping[str, t.Any], inventory: Path | None, extra: t.Mapping[str, str] | None = None
) -> Playbook:
    """Start one of the playbooks; `extra` is for its environment."""
    with tempfile.NamedTemporaryFile("w", suffix=".json", delete=False) as file:
        json.dump(dict(variables), file)
    command = ["ansible-playbook", str(PLAYBOOKS / name), "--extra-vars", f"@{file.name}"]
    process = subprocess.Popen(
        [*command, "--inventory", str(inventory or "localhost,")],
        env={**environment(), **(extra or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    return Playbook(process, name, Path(file.name))


def children_cpu() -> float:
    """Return the CPU seconds of all children that have ended so far, with their own children."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def totals(counters: t.Mapping[str, t.Mapping[str, t.Any]]) -> dict[str, int]:
    """Return what passed over the wire, of all machines together."""
    names = ("requests", "logins", "bytes_in", "bytes_out", "login_bytes_in", "login_bytes_out")
    return {name: sum(tally[name] for tally in counters.values()) for name in names}


def judged(figures: Figures) -> dict[str, dict[str, t.Any]]:
    """Return each figure beside its goal, and whether that is met."""
    return {
        name: {
            "value": round(value, 2),
            "goal": f"{sign} {goal}",
            "met": value <= goal if sign == "<=" else value >= goal,
        }
        for name, (value, sign, goal) in figures.items()
    }


def goal_lines(goals: t.Mapping[str, t.Mapping[str, t.Any]]) -> list[str]:
    """Return a line for each goal; one that was missed is said, for this measures and does not test."""
    return [
        f"{name}: {goal['value']} ({goal['goal']}{'' if goal['met'] else ', MISSED'})" for name, goal in goals.items()
    ]


def keep(name: str, result: t.Mapping[str, t.Any]) -> None:
    """Write a result to build/bench."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / name).write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
