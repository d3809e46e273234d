# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A fleet through half a year, with the collection alone: started, activated, aged, cut off, repaired, stopped."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from .playbook_runs import Run, run_ansible

MACHINES = {
    "srv": {"system": "server_2022_standard"},
    "desk": {"system": "windows_11_pro", "connection": "psrp", "scheme": "http", "transport": "ntlm"},
}


class Story:
    """One fleet, and the plays that are run on it."""

    def __init__(self, folder: Path, tree: Path) -> None:
        self.folder = folder
        self.tree = tree

    def fleet(self, **options: Any) -> dict[str, Any]:
        """Run simulated_fleet and return its result; core does not print it, since it has passwords."""
        module = {"directory": str(self.folder / "fleet"), **options}
        play = [
            {
                "hosts": "localhost",
                "gather_facts": False,
                "tasks": [
                    {"volume.activation.simulated_fleet": module, "register": "fleet"},
                    {
                        "name": "told",
                        "ansible.builtin.debug": {
                            "msg": "{{ {'changed': fleet.changed, 'pid': fleet.pid | default(0)} }}"
                        },
                    },
                ],
            }
        ]
        path = self.folder / "fleet.yml"
        path.write_text(yaml.safe_dump(play))
        run = run_ansible(self.folder, self.tree, "-i", "localhost,", str(path))
        assert run.code == 0, run.output
        return dict(run.result("localhost", "told")["msg"])

    def site(self) -> Run:
        """Bring the fleet to its profile."""
        return self._play("volume.activation.site", "-e", "kms_default_kms_host=kms.corp.example")

    def statuses(self) -> dict[str, str]:
        """Return how the licences of the machines stand."""
        path = self.folder / "info.yml"
        task = {"name": "info", "volume.activation.license_info": {"products": "primary"}}
        path.write_text(yaml.safe_dump([{"hosts": "all", "gather_facts": False, "tasks": [task]}]))
        run = self._play(str(path))
        assert run.code == 0, run.output
        return {host: run.result(host)["license"]["products"][0]["status"] for host in MACHINES}

    def _play(self, *arguments: str) -> Run:
        return run_ansible(self.folder, self.tree, "-i", str(self.folder / "fleet" / "inventory.yml"), *arguments)


@pytest.fixture
def story(tmp_path: Path, collections_path: Path) -> Iterator[Story]:
    tale = Story(tmp_path, collections_path)
    yield tale
    tale.fleet(state="stopped")


def test_a_fleet_ages_is_cut_off_and_comes_back(story: Story) -> None:
    pid = story.fleet(machines=MACHINES)["pid"]
    assert story.fleet(machines=MACHINES) == {"changed": False, "pid": pid}
    assert story.site().code == 0
    assert set(story.statuses().values()) == {"licensed"}

    aged = {"machines": MACHINES, "clock": {"advance": "200d"}}
    assert story.fleet(**aged) == {"changed": True, "pid": pid}
    assert story.fleet(**aged) == {"changed": False, "pid": pid}, "the same description moves no clock again"
    assert "licensed" not in story.statuses().values(), "180 days are over"

    cut_off = {**aged, "world": {"kms_hosts": {"kms.corp.example": {"reachable": False}}}}
    assert story.fleet(**cut_off)["changed"]
    failed = story.site()
    assert failed.code != 0
    assert {failed.result(host, "KMS client")["code"] for host in MACHINES} == {"0xC004F074"}

    assert story.fleet(**aged)["changed"]
    repaired = story.site()
    assert repaired.code == 0, repaired.output
    assert set(story.statuses().values()) == {"licensed"}
    assert not any(story.site().result(host, "KMS client")["changed"] for host in MACHINES)

    assert story.fleet(state="stopped")["changed"]
    assert not Path(f"/proc/{pid}").exists() or "_simulator" not in Path(f"/proc/{pid}/cmdline").read_text()
    assert story.fleet(state="stopped")["changed"] is False
    left = {path.name for path in (story.folder / "fleet").iterdir()}
    assert left <= {"fleet.log", "fleet.lock"}, "what opens machines does not stay behind"
