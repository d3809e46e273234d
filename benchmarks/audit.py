# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the audit of a large fleet costs, beside the same reading as one task a host.

The fleet is simulated, in a process of its own on the same machine, and both share its cores: what a host costs is told
apart for the controller and for the simulation. Ratios carry over to other machines, seconds do not. Real machines
answer later and compute elsewhere, so there the controller's part is what counts.

Usage: `python -m benchmarks.audit [--hosts 10000]`; the result is build/bench/audit.json.
"""

from __future__ import annotations

import argparse
import collections
import json
import os
import sys
import tempfile
import time
import typing as t
from dataclasses import asdict, dataclass
from pathlib import Path

from . import common
from .fleets import Served
from .processes import Memory, cpu_of, rss_of

TRANSPORTS = {"basic over https": ("https", "basic"), "ntlm sealed over http": ("http", "ntlm")}
GOAL_HOSTS, GOAL_SECONDS, GOAL_BYTES = 10_000, 60, 20_000
FEW, AS_TASKS, PROFILED = 100, 500, 2000

Result = dict[str, t.Any]


@dataclass
class Cost:
    """What one playbook has cost; bytes are HTTP above TLS, memory is that of all its processes together."""

    hosts: int
    seconds: float
    controller_cpu: float
    simulator_cpu: float
    peak_memory: int
    requests: float = 0
    bytes: float = 0
    task_seconds: float = 0
    lost: int = 0
    """Machines that were not read though they are on: timed out, for one, where the cores had too much to do."""

    def a_host(self) -> Result:
        """Return what a host has cost, in milliseconds of CPU, requests and bytes."""
        return {
            "controller_cpu_ms": round(1000 * self.controller_cpu / self.hosts, 2),
            "simulator_cpu_ms": round(1000 * self.simulator_cpu / self.hosts, 2),
            "requests": round(self.requests / self.hosts, 2),
            "bytes": round(self.bytes / self.hosts),
        }


class Bench:
    """One fleet, reached in one way, and the playbooks that run against it."""

    def __init__(self, folder: Path, hosts: int, scheme: str, transport: str) -> None:
        self.folder = folder
        self.fleet = Served(folder / "fleet", hosts, scheme=scheme, transport=transport)

    def measure(self, playbook: str, hosts: int, extra: t.Mapping[str, str] | None = None, **variables: t.Any) -> Cost:
        """Run a playbook on the first machines, and return what it has cost."""
        inventory = self.fleet.inventory(self.folder / "inventory.yml", hosts)
        document = self.folder / "audit.json"
        document.unlink(missing_ok=True)
        self.fleet.control.reset_counters()
        cpu, simulator, start = common.children_cpu(), cpu_of(self.fleet.pid), time.monotonic()
        run = common.started(playbook, {"bench_document": str(document), **variables}, inventory, extra)
        with Memory(run.process.pid) as memory:
            run.finish()
        seconds, simulator = time.monotonic() - start, cpu_of(self.fleet.pid) - simulator
        passed = common.totals(self.fleet.control.counters())
        cost = Cost(hosts, seconds, common.children_cpu() - cpu, simulator, memory.peak)
        cost.requests, cost.bytes = passed["requests"], passed["bytes_in"] + passed["bytes_out"]
        if document.exists():
            told = json.loads(document.read_bytes())
            cost.task_seconds = told["duration_seconds"]
            cost.lost = hosts - told["summary"]["reached"] - self.fleet.switched_off(hosts)
        return cost

    def layers(self, hosts: int) -> dict[str, float]:
        """Return where the CPU time of the controller goes, in milliseconds a host."""
        folder = self.folder / "layers"
        folder.mkdir()
        extra = {
            "ANSIBLE_CALLBACK_PLUGINS": str(common.HERE / "callback_plugins"),
            "ANSIBLE_CALLBACKS_ENABLED": "layers",
            "BENCH_LAYERS": str(folder),
        }
        cost = self.measure("audit.yml", hosts, extra)
        seconds: dict[str, float] = collections.defaultdict(float)
        for path in folder.iterdir():
            for name, spent in json.loads(path.read_bytes()).items():
                seconds[name] += spent
        seconds["Ansible and all else"] = cost.controller_cpu - sum(seconds.values())
        return {
            name: round(1000 * spent / hosts, 2) for name, spent in sorted(seconds.items(), key=lambda row: -row[1])
        }


def run(hosts: int) -> Result:
    """Measure all cases and return them with their ratios and goals."""
    transports: Result = {}
    for name, (scheme, transport) in TRANSPORTS.items():
        with tempfile.TemporaryDirectory() as folder:
            bench = Bench(Path(folder), hosts, scheme, transport)
            try:
                transports[name] = _cases(bench, hosts)
            finally:
                bench.fleet.stop()
    return {
        "hosts": hosts,
        "forks": common.FORKS,
        "cores": len(os.sched_getaffinity(0)),
        "python": sys.version.split()[0],
        "transports": transports,
        "goals": common.judged(_goals(transports["basic over https"], hosts)),
    }


def _cases(bench: Bench, hosts: int) -> Result:
    """Measure the audit, Ansible alone on the same inventory, both on few machines, and one task a host."""
    costs = {
        "audit": bench.measure("audit.yml", hosts),
        "ansible_alone": bench.measure("empty.yml", hosts),
        "audit_of_few": bench.measure("audit.yml", min(FEW, hosts)),
        "ansible_alone_of_few": bench.measure("empty.yml", min(FEW, hosts)),
        "task_a_host": bench.measure("license_info.yml", min(AS_TASKS, hosts)),
    }
    return {
        "cases": {name: {**asdict(cost), "a_host": cost.a_host()} for name, cost in costs.items()},
        "growth_a_host": _growth(costs["audit"], costs["audit_of_few"]),
        "growth_a_host_of_ansible_alone": _growth(costs["ansible_alone"], costs["ansible_alone_of_few"]),
        "simulator_peak_memory": rss_of(bench.fleet.pid),
        "ratios": _ratios(costs["audit"], costs["task_a_host"]),
        "layers": bench.layers(min(PROFILED, hosts)),
    }


def _growth(many: Cost, few: Cost) -> float:
    return (many.peak_memory - few.peak_memory) / max(many.hosts - few.hosts, 1)


def _ratios(audit: Cost, tasks: Cost) -> dict[str, float]:
    """Return how much more one task a host takes than the audit."""
    return {
        "seconds": round((tasks.seconds / tasks.hosts) / (audit.seconds / audit.hosts), 1),
        "controller_cpu": round((tasks.controller_cpu / tasks.hosts) / (audit.controller_cpu / audit.hosts), 1),
        "requests": round((tasks.requests / tasks.hosts) / (audit.requests / audit.hosts), 2),
    }


def _goals(measured: Result, hosts: int) -> common.Figures:
    audit = measured["cases"]["audit"]
    return {
        "audit_seconds_for_10000_hosts": (audit["task_seconds"] * GOAL_HOSTS / hosts, "<=", GOAL_SECONDS),
        # What the inventory takes, it takes without an audit too.
        "memory_growth_of_the_audit_a_host_bytes": (
            measured["growth_a_host"] - measured["growth_a_host_of_ansible_alone"],
            "<=",
            GOAL_BYTES,
        ),
        "machines_lost": (audit["lost"], "<=", 0),
    }


def table(result: Result) -> str:
    """Return the result as the Markdown tables of the README."""
    lines = [
        "| | hosts | task, s | playbook, s | hosts a second | controller CPU a host, ms | simulator CPU a host, ms "
        "| requests a host | bytes a host | peak memory, MB |",
        f"| --- |{' ---: |' * 9}",
    ]
    for transport, measured in result["transports"].items():
        lines += [_line(f"`{name}`, {transport}", case) for name, case in measured["cases"].items()]
    for transport, measured in result["transports"].items():
        growth, alone = measured["growth_a_host"], measured["growth_a_host_of_ansible_alone"]
        lines += [
            "",
            f"{transport}: memory grows by {growth / 1000:.1f} kB a host, {alone / 1000:.1f} kB of it Ansible's own.",
            "One task a host takes, in multiples of the audit: "
            + ", ".join(f"{name} {ratio}" for name, ratio in measured["ratios"].items())
            + ".",
            "CPU of the controller a host, in ms: "
            + ", ".join(f"{name} {spent}" for name, spent in measured["layers"].items())
            + ".",
        ]
    return "\n".join([*lines, "", *common.goal_lines(result["goals"])])


def _line(title: str, case: Result) -> str:
    a_host, hosts = case["a_host"], case["hosts"]
    task = f"{case['task_seconds']:.1f}" if case["task_seconds"] else ""
    return (
        f"| {title} | {hosts:,} | {task} | {case['seconds']:.1f} "
        f"| {hosts / (case['task_seconds'] or case['seconds']):.0f} "
        f"| {a_host['controller_cpu_ms']:.1f} | {a_host['simulator_cpu_ms']:.1f} | {a_host['requests']:.1f} "
        f"| {a_host['bytes']:,} | {case['peak_memory'] / 1e6:.0f} |"
    )


def main() -> int:
    """Measure, write the result and print it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hosts", type=int, default=GOAL_HOSTS)
    result = run(parser.parse_args().hosts)
    common.keep("audit.json", result)
    print(table(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
