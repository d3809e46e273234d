# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""simulated_fleet as a task: what changes, what check mode foretells, and what is told when it fails."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.play_context import PlayContext
from ansible.playbook.task import Task
from ansible.plugins.loader import action_loader, connection_loader
from ansible.template import Templar

from ansible_collections.volume.activation.plugins.plugin_utils._errors import MissingLibrary
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.fleet import lifecycle
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.fleet.control import FleetControl
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.fleet.process import is_running, stop

MACHINES: dict[str, Any] = {"web1": "server_2022_standard", "web2": {"system": "windows_11_pro"}}
PASSWORD = "nobody-is-to-see-this"
MORE: dict[str, Any] = {**MACHINES, "web3": "server_2019_standard"}


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Path]:
    """A directory whose fleet, if there is one in the end, is stopped."""
    path = tmp_path / "fleet"
    yield path
    if is_running(path):
        stop(path)


def task(directory: Path, *, check: bool = False, diff: bool = False, **options: Any) -> dict[str, Any]:
    """Run the action as a task on localhost and return its result."""
    loader = DataLoader()
    context = PlayContext()
    loaded = Task.load(
        {
            "volume.activation.simulated_fleet": {"directory": str(directory), **options},
            "check_mode": check,
            "diff": diff,
        },
    )
    action = action_loader.get(
        "volume.activation.simulated_fleet",
        task=loaded,
        connection=connection_loader.get("local", context, os.devnull),
        play_context=context,
        loader=loader,
        templar=Templar(loader),
        shared_loader_obj=None,
    )
    return dict(action.run(task_vars={}))


def test_the_life_of_a_fleet_each_step_foretold_by_check_mode_and_changing_once(directory: Path) -> None:
    life: list[tuple[dict[str, Any], bool]] = [
        ({"machines": MACHINES}, True),
        ({"machines": MACHINES}, False),
        ({"machines": MORE}, True),
        ({"machines": MORE}, False),
        ({"machines": MORE, "connection": "psrp"}, True),
        ({"state": "stopped"}, True),
        ({"state": "stopped"}, False),
    ]
    for options, changed in life:
        before = is_running(directory)
        assert task(directory, check=True, **options)["changed"] is changed
        assert is_running(directory) is before
        assert task(directory, **options)["changed"] is changed
        assert is_running(directory) is (options.get("state") != "stopped")


def test_names_are_served_while_that_is_asked_for(directory: Path) -> None:
    pytest.importorskip("dns", reason="the Python library dnspython is not installed: pip install dnspython")
    assert task(directory, machines=MACHINES)["dns"] is None
    found = task(directory, machines=MACHINES, dns=True)
    assert (found["changed"], found["dns"]["server"]) == (True, "127.0.0.1")
    again = task(directory, machines=MORE, dns=True)
    assert (again["changed"], again["dns"]) == (True, found["dns"])
    assert task(directory, machines=MORE)["dns"] is None


def test_check_mode_starts_nothing_and_leaves_no_trace(directory: Path) -> None:
    result = task(directory, check=True, machines=MACHINES)
    assert result["changed"] is True
    assert "inventory" not in result
    assert not directory.exists()


def test_the_result_is_the_inventory_and_is_kept_from_the_screen(directory: Path) -> None:
    result = task(directory, machines=MACHINES)
    assert set(result["inventory"]["all"]["hosts"]) == {"web1", "web2"}
    assert set(result["inventory"]["all"]["children"]["simulated"]["hosts"]) == {"web1", "web2"}
    assert result["inventory"]["all"]["hosts"] == FleetControl(directory).hosts()
    assert result["_ansible_no_log"] is True
    assert (result["counters"], result["total"]["requests"]) == ({}, 0)
    assert Path(result["inventory_file"]).is_file()
    assert Path(result["ca_file"]).is_file()
    assert result["microsoft"]["batch_url"].endswith("/BatchActivation/BatchActivation.asmx")
    assert result["sandbox"]["service"]["url"] == result["microsoft"]["batch_url"]
    assert result["sandbox"] == result["inventory"]["all"]["vars"]["volume_activation_fleet"]
    assert result["microsoft"]["ca_file"] == result["ca_file"]


def test_a_change_keeps_ports_and_passwords(directory: Path) -> None:
    first = task(directory, machines=MACHINES)
    second = task(directory, machines=MORE)
    for name in ("pid", "http_port", "https_port"):
        assert first[name] == second[name]
    assert first["inventory"]["all"]["hosts"]["web1"] == second["inventory"]["all"]["hosts"]["web1"]


def test_the_diff_says_it_in_words(directory: Path) -> None:
    assert task(directory, check=True, diff=True, machines=MACHINES)["diff"] == {
        "before": "the simulated fleet is stopped\n",
        "after": "the simulated fleet is running\n",
    }
    unchanged = task(directory, diff=True, state="stopped")["diff"]
    assert unchanged["before"] == unchanged["after"]
    assert "diff" not in task(directory, state="stopped")


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize(
    ("options", "place"),
    [
        ({"machines": {"web1": {"system": "no such"}}}, "web1"),
        ({"machines": {}}, "machines"),
        ({}, "machines"),
        ({"count": 3}, "count"),
        ({"preset": "no such"}, "preset"),
        ({"machines": MACHINES, "scheme": "http", "transport": "basic"}, "http"),
        ({"machines": MACHINES, "world": {"moon": {}}}, "moon"),
    ],
)
def test_a_description_that_is_none_fails_alike_in_both_modes(
    directory: Path, options: dict[str, Any], place: str, check: bool
) -> None:
    result = task(directory, check=check, **options)
    assert (result["failed"], result["code"]) == (True, "invalid_description")
    assert place in result["msg"]
    assert result["remedy"] and result["msg"].endswith(result["remedy"])
    assert not is_running(directory)


def test_a_key_or_password_in_a_wrong_description_is_not_told(directory: Path) -> None:
    wrong = {
        "system": "server_2022_standard",
        "product_key": "AAAAA-not-a-key-1",
        "credentials": {"username": "x:y", "password": "hush:hush"},
    }
    for machines in ({"web1": wrong}, {"web1": {**wrong, "product_key": None}}):
        result = task(directory, machines=machines)
        assert result["failed"] is True
        assert "AAAAA-not-a-key-1" not in json.dumps(result)
        assert "hush:hush" not in json.dumps(result)


def test_a_missing_library_is_named_with_the_command_that_installs_it(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without(*_: object) -> int:
        raise MissingLibrary("It needs pyspnego.", code="missing_library", remedy="Run: pip install pyspnego")

    monkeypatch.setattr(lifecycle, "start", without)
    result = task(directory, machines=MACHINES)
    assert (result["failed"], result["code"], result["remedy"]) == (
        True,
        "missing_library",
        "Run: pip install pyspnego",
    )
