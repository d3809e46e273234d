# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run costs a host: our role, the usual slmgr playbook and an empty task, measured in one run on one fleet.

Requests and bytes are counted by the simulated machines, CPU by the operating system for `ansible-playbook` and all of
its workers. Ratios carry over to other machines, seconds do not. The time that a Windows host itself would take (four
PowerShell starts in the slmgr playbook) is in none of the figures, because there is no Windows host.

Usage: `python -m benchmarks.run [--hosts 200] [--rounds 3]`; the result is build/bench/kms_default.json.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import typing as t
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path

from . import common

ANSIBLE_WITH_WINDOWS = "ansible==12.3.0"
"""The package whose wheel holds `ansible.windows`, which the slmgr playbook needs; nothing of it is installed."""

CASES = ("noop", "ours_first", "ours_second", "module_second", "slmgr")
"""An empty task; the role on machines not yet, then already activated; the module alone; the slmgr playbook."""


@dataclass
class Cost:
    """What one case costs a host; bytes are HTTP above TLS, both ways apart, without those of the login."""

    requests: float
    login_requests: float
    bytes_out: float
    bytes_in: float
    cpu_seconds: float


class Bench:
    """One fleet and the playbooks that run against it."""

    def __init__(self, hosts: int, directory: Path) -> None:
        sys.path.insert(0, str(common.TREE))
        from ansible_collections.volume.activation.plugins.plugin_utils._simulator.fleet.control import FleetControl

        self.hosts = hosts
        self.directory = directory
        fleet = {"fleet_directory": str(directory), "fleet_machines": _machines(hosts)}
        common.started("start.yml", fleet, inventory=None).finish()
        self.control = FleetControl(directory)

    def measure(self, playbook: str) -> Cost:
        """Run a playbook on every host and return its cost a host."""
        self.control.reset_counters()
        before = common.children_cpu()
        common.started(playbook, {}, inventory=self.directory / "inventory.yml").finish()
        cpu = common.children_cpu() - before
        totals = common.totals(self.control.counters())
        return Cost(
            requests=(totals["requests"] - totals["logins"]) / self.hosts,
            login_requests=totals["logins"] / self.hosts,
            bytes_out=(totals["bytes_in"] - totals["login_bytes_in"]) / self.hosts,
            bytes_in=(totals["bytes_out"] - totals["login_bytes_out"]) / self.hosts,
            cpu_seconds=cpu / self.hosts,
        )

    def stop(self) -> None:
        """End the fleet."""
        self.control.stop()


def _machines(hosts: int) -> dict[str, t.Any]:
    return {
        f"host{number:04}": {
            "system": common.SYSTEMS[number % len(common.SYSTEMS)],
            "channel": "kms_client",
            "status": "notification",
        }
        for number in range(hosts)
    }


def fetch_windows_collection() -> None:
    """Put `ansible.windows` into build/bench/collections, out of the wheel that holds it."""
    target = common.RESULTS / "collections"
    if (target / "ansible_collections" / "ansible" / "windows").is_dir():
        return
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--dest",
            folder,
            ANSIBLE_WITH_WINDOWS,
        ]
        subprocess.run(command, check=True)
        with zipfile.ZipFile(next(Path(folder).glob("*.whl"))) as wheel:
            wanted = [name for name in wheel.namelist() if name.startswith("ansible_collections/ansible/windows/")]
            wheel.extractall(target, wanted)


def run(hosts: int, rounds: int) -> dict[str, t.Any]:
    """Measure every case, the cheap ones several times in turn, and return the median costs and their ratios."""
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(hosts, Path(folder) / "fleet")
        try:
            costs: dict[str, list[Cost]] = {"ours_first": [bench.measure("kms_default.yml")]}
            for _round in range(rounds):
                costs.setdefault("noop", []).append(bench.measure("noop.yml"))
                costs.setdefault("ours_second", []).append(bench.measure("kms_default.yml"))
                costs.setdefault("module_second", []).append(bench.measure("module.yml"))
            costs["slmgr"] = [bench.measure("slmgr.yml")]
        finally:
            bench.stop()
    cases = {name: _median(costs[name]) for name in CASES}
    return {
        "hosts": hosts,
        "forks": common.FORKS,
        "rounds": rounds,
        "python": sys.version.split()[0],
        "cases": {name: {key: round(value, 4) for key, value in asdict(cost).items()} for name, cost in cases.items()},
        "goals": _goals(cases),
    }


def _median(costs: list[Cost]) -> Cost:
    return Cost(*(statistics.median(values) for values in zip(*(asdict(cost).values() for cost in costs), strict=True)))


def _goals(cases: dict[str, Cost]) -> dict[str, dict[str, t.Any]]:
    ours, slmgr = cases["ours_second"], cases["slmgr"]
    transferred = {name: cost.bytes_out + cost.bytes_in for name, cost in cases.items()}
    figures = {
        "ours_second_requests": (ours.requests, "<=", 3),
        "ours_second_bytes_both_ways": (transferred["ours_second"], "<=", 8192),
        "ours_second_cpu_over_noop": (ours.cpu_seconds / cases["noop"].cpu_seconds, "<=", 2.5),
        "slmgr_requests_over_ours": (slmgr.requests / ours.requests, ">=", 8),
        "slmgr_bytes_over_ours": (transferred["slmgr"] / transferred["ours_second"], ">=", 80),
    }
    return common.judged(figures)


def table(result: dict[str, t.Any]) -> str:
    """Return the result as the Markdown table of the README."""
    lines = ["| a host | requests | bytes out | bytes in | controller CPU, s |", "| --- | ---: | ---: | ---: | ---: |"]
    for name, cost in result["cases"].items():
        lines.append(
            f"| `{name}` | {cost['requests']:.0f} | {cost['bytes_out']:,.0f} | {cost['bytes_in']:,.0f} "
            f"| {cost['cpu_seconds']:.3f} |"
        )
    return "\n".join([*lines, "", *common.goal_lines(result["goals"])])


def main() -> int:
    """Measure, write the result and print it; a goal that was missed is said, for this measures and does not test."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hosts", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    fetch_windows_collection()
    result = run(options.hosts, options.rounds)
    common.keep("kms_default.json", result)
    print(table(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
