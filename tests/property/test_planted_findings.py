# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an audit finds in a fleet is what was planted there: no more, no less, and on those machines.

Twenty fleets are drawn from a seed, which is printed. Another one is tried with VOLUME_ACTIVATION_SEED=NUMBER.
"""

from __future__ import annotations

import os
import secrets
import typing as t
from datetime import datetime, timezone
from random import Random

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._auditing import ReaderPool, Target
from ansible_collections.volume.activation.plugins.plugin_utils._findings import CODES, AuditSettings, audited
from ansible_collections.volume.activation.plugins.plugin_utils._profiles import intended, marks_of
from ansible_collections.volume.activation.plugins.plugin_utils._secrets import Secret
from ansible_collections.volume.activation.plugins.plugin_utils._session import Tls, WinRMSettings
from ansible_collections.volume.activation.plugins.plugin_utils._simulator import Fleet, FleetServer

from .planted_fleets import PlantedFleet, plant
from .planted_machines import Planted

SEED = int(os.environ.get("VOLUME_ACTIVATION_SEED") or secrets.randbelow(10**9))
FLEETS = 20
MAK_SHARE_LIMIT = 10.0
HOST_KEY = ("host_key_on_client", None)
NOT_ABOUT_LICENCES = {"unreachable", "audit_incomplete", "clock_skew"}

# The crew forks, beside the threads that serve the fleet: what they hold, a reader never asks for.
pytestmark = pytest.mark.filterwarnings("ignore:.*use of fork.*:DeprecationWarning")

Key = tuple[str, str | None]
Found = dict[Key, list[str]]


@pytest.fixture(scope="module")
def server() -> t.Iterator[FleetServer]:
    """Serve one fleet after the other, since certificates cost more than fleets."""
    with FleetServer(Fleet.from_description({"machines": {"first": "server_2022_standard"}})) as serving:
        yield serving


@pytest.mark.parametrize("number", range(FLEETS))
def test_the_findings_are_those_that_were_planted(server: FleetServer, number: int) -> None:
    print(f"VOLUME_ACTIVATION_SEED={SEED}, fleet {number}")
    planted = plant(Random(f"{SEED}/{number}"), number)
    server.fleet = Fleet.from_description(planted.description())
    document = _audit(server, planted)
    found = {(each["code"], each["subject"]): each["machines"] for each in document["findings"]}
    assert found == expected(planted)
    assert {machine["name"] for machine in document["machines"]} == set(planted.machines)


def test_every_code_is_planted_somewhere() -> None:
    fleets = [plant(Random(f"{SEED}/{number}"), number) for number in range(FLEETS)]
    rare = {"below_threshold", "duplicate_client_machine_id", "mak_share"}  # these fall to chance
    ours = {"audit_incomplete"}  # of the controller, and of no machine
    assert {code for fleet in fleets for code, _subject in expected(fleet)} >= set(CODES) - rare - ours


class _Source:
    """Knows the machines of a fleet that is served."""

    def __init__(self, server: FleetServer) -> None:
        self.names = sorted(server.fleet.machines)
        self._variables, self._tls = server.host_variables(), Tls(ca=str(server.ca_file))

    def target(self, name: str) -> Target:
        """Return a machine by its name."""
        variables = self._variables[name]
        settings = WinRMSettings(
            host=variables["ansible_host"],
            port=variables["ansible_port"],
            path=variables["ansible_winrm_path"],
            user=variables["ansible_user"],
            password=Secret(variables["ansible_password"]),
            tls=self._tls,
            transports=("basic",),
        )
        return Target(name, settings, with_attempts=True)


def _audit(server: FleetServer, planted: PlantedFleet) -> dict[str, t.Any]:
    source = _Source(server)
    rows = (_profiled(row, planted) for row in ReaderPool(concurrency=4, processes=1).read(source.names, source))
    settings = AuditSettings(mak_share_limit=MAK_SHARE_LIMIT, kms_hosts=planted.allowed)
    now = datetime.now(timezone.utc).isoformat(timespec="seconds")
    return audited(rows, settings, audited_at=now, duration_seconds=1.0)


def _profiled(row: dict[str, t.Any], planted: PlantedFleet) -> dict[str, t.Any]:
    """Return the row with what the inventory says of the machine."""
    told = planted.inventory(row["name"])
    profile = intended(told, row["license"])
    return {
        **row,
        "profile": {"wished": profile.wished, "intended": profile.profile, "rule": profile.rule},
        "marks": list(marks_of(told)),
        "groups": [],
    }


def expected(planted: PlantedFleet) -> Found:
    """Return what there is to find: what each machine has by itself, and what they have together."""
    found: Found = {}
    for name, machine in planted.machines.items():
        for key in machine.expected:
            found.setdefault(key, []).append(name)
    for client_id, names in planted.shared_ids.items():
        found["duplicate_client_machine_id", client_id] = names
    found.update(_mak_share(planted))
    found.update(_thresholds(planted))
    # What the inventory leaves alone has no finding about licences.
    managed = {name for name, machine in planted.machines.items() if machine.profile != "none"}
    kept = {key: names if key[0] in NOT_ABOUT_LICENCES else managed & set(names) for key, names in found.items()}
    return {key: sorted(names) for key, names in kept.items() if names}


def _mak_share(planted: PlantedFleet) -> Found:
    managed = {name: machine for name, machine in planted.machines.items() if machine.profile != "none"}
    known = [machine for machine in managed.values() if machine.method_known]
    names = [name for name, machine in managed.items() if machine.is_mak]
    return {("mak_share", None): names} if 100 * len(names) > MAK_SHARE_LIMIT * len(known) else {}


def _thresholds(planted: PlantedFleet) -> Found:
    windows = {name: machine.windows for name, machine in planted.machines.items() if machine.windows}
    office = {name: machine.office for name, machine in planted.machines.items() if machine.office}
    servers = {name for name in windows if planted.machines[name].is_server}
    return {
        **_threshold(planted, "windows_client", 25, windows, set(windows) - servers),
        **_threshold(planted, "windows_server", 5, windows, servers),
        **_threshold(planted, "office", 5, office, set(office)),
    }


def _threshold(planted: PlantedFleet, kind: str, required: int, askers: dict[str, t.Any], of_kind: set[str]) -> Found:
    """Return who is below a threshold: everybody of the kind, or where somebody has just been licensed who was told."""
    hosts = [machine for machine in planted.machines.values() if HOST_KEY not in machine.expected]
    told = [machine.counts[kind == "office"] for machine in hosts if machine.counts]
    counts = [count for count in told if count is not None]
    counted = {_id(planted, name) for name, how in askers.items() if how != "waiting"} if counts else set()
    joining = {_id(planted, name) for name in askers} - counted
    if max(counts, default=0) + len(joining) >= required:
        return {}
    # Servers share their count with clients, who need more.
    alike = set(askers) if kind == "windows_server" else of_kind
    certain = counts and not any(askers[name] == "fresh" for name in alike)
    names = [name for name in of_kind if certain or askers[name] == "told"]
    return {("below_threshold", kind): names} if names else {}


def _id(planted: PlantedFleet, name: str) -> str:
    machine: Planted = planted.machines[name]
    return str(machine.description.get("cmid", name))
