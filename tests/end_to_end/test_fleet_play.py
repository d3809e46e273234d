# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One play that starts machines, uses them and stops them again, over each connection, with its password unseen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._simulator.fleet.process import is_running, stop

from .playbook_runs import run_ansible

PASSWORD = "nobody-is-to-see-this"
PLAY = """
- hosts: localhost
  connection: local
  gather_facts: false
  tasks:
    - volume.activation.simulated_fleet:
        directory: "{{ directory }}"
        machines: {"web1": {"system": "server_2022_standard", "credentials": {"password": "{{ password }}"}}}
        connection: "{{ kind }}"
        scheme: "{{ scheme }}"
      register: fleet
    - ansible.builtin.add_host: "{{ {'name': item.key, 'groups': 'windows'} | combine(item.value) }}"
      loop: "{{ fleet.inventory.all.hosts | dict2items }}"
      no_log: true
- hosts: windows
  gather_facts: false
  tasks:
    - volume.activation.license_info:
      register: found
    - ansible.builtin.debug:
        msg: "build {{ found.license.machine.build }} {{ hostvars.localhost.fleet.total.requests }}"
- hosts: localhost
  connection: local
  gather_facts: false
  tasks:
    - volume.activation.simulated_fleet:
        directory: "{{ directory }}"
        state: stopped
"""


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Path]:
    """Where a fleet may run; whatever becomes of the test, none runs there afterwards."""
    folder = tmp_path / "fleet"
    yield folder
    stop(folder)


@pytest.mark.parametrize(("kind", "scheme"), [("winrm", "https"), ("winrm", "http"), ("psrp", "http")])
def test_a_play_starts_a_fleet_uses_it_and_stops_it_without_showing_its_password(
    directory: Path, tmp_path: Path, collections_path: Path, kind: str, scheme: str
) -> None:
    (tmp_path / "play.yml").write_text(PLAY)
    variables = {"directory": str(directory), "kind": kind, "scheme": scheme, "password": PASSWORD}
    (tmp_path / "variables.json").write_text(json.dumps(variables))
    run = run_ansible(tmp_path, collections_path, "-vvvvv", "-e", "@variables.json", "play.yml")
    assert run.code == 0, run.output
    assert "build 20348" in run.output
    assert PASSWORD not in run.output
    assert PASSWORD not in (directory / "fleet.log").read_text()
    assert not is_running(directory)
