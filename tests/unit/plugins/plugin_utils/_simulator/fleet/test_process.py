# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fleet as a process: started, found, stopped, and never in the way of anybody else's process."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from winrm.protocol import Protocol

from ansible_collections.volume.activation.plugins.plugin_utils._errors import ActivationError
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.fleet import process as fleet_process
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.fleet.control import FleetControl
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.fleet.process import is_running, start, stop
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.fleet.service import RunningFleet

from ..fake_fleet import QUERY, build, text

KEY = "BBBBB-CCCCC-DDDDD-FFFFF-GGGGG"
PASSWORD = "a password of one's own"
JOB: dict[str, Any] = {
    "description": {
        "machines": {
            "web1": "server_2022_standard",
            "web2": {
                "system": "windows_11_pro",
                "channel": "retail",
                "product_key": KEY,
                "credentials": {"username": "Administrator", "password": PASSWORD},
            },
        }
    },
    "settings": {},
}
PATIENCE = 30.0


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Path]:
    """A directory whose fleet, if there is one in the end, is stopped."""
    path = tmp_path / "fleet"
    yield path
    if is_running(path):
        stop(path)


def eventually(condition: Callable[[], bool]) -> bool:
    """Wait, with a bound, for something that another process does."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def test_a_started_fleet_serves_as_its_inventory_says_and_stops(directory: Path) -> None:
    pid = start(directory, JOB)
    assert is_running(directory)
    assert int((directory / "fleet.pid").read_text()) == pid == FleetControl(directory).state()["pid"]
    host = FleetControl(directory).hosts()["web2"]
    client = Protocol(
        f"https://127.0.0.1:{host['ansible_port']}{host['ansible_winrm_path']}",
        transport="basic",
        username="Administrator",
        password=PASSWORD,
        ca_trust_path=host["ansible_winrm_ca_trust_path"],
        proxy=None,
    )
    assert b"WEB2" in client.send_message(text(QUERY))
    assert stop(directory) is True
    assert not is_running(directory)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", host["ansible_port"]), timeout=20)


def test_stopping_twice_is_as_good_as_once_and_leaves_no_secret(directory: Path) -> None:
    start(directory, JOB)
    assert [stop(directory), stop(directory)] == [True, False]
    assert sorted(path.name for path in directory.iterdir()) == ["fleet.lock", "fleet.log"]
    assert stop(directory / "never") is False


def test_what_is_on_disk_is_private_and_nothing_secret_is_elsewhere(directory: Path) -> None:
    pid = start(directory, JOB)
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    files = [path for path in directory.rglob("*") if path.is_file()]
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in files}
    assert set(modes.values()) == {0o600}
    random = FleetControl(directory).hosts()["web1"]["ansible_password"]
    arguments = Path(f"/proc/{pid}/cmdline").read_bytes() + Path(f"/proc/{pid}/environ").read_bytes()
    log = (directory / "fleet.log").read_bytes()
    state = json.dumps(FleetControl(directory).state()).encode()
    for secret in (KEY, PASSWORD, random):
        assert secret.encode() not in arguments + log + state


def test_an_invalid_description_is_told_with_its_remedy_and_nothing_runs(directory: Path) -> None:
    with pytest.raises(ActivationError) as caught:
        start(directory, {"description": {"machines": {"web1": {"system": "no such"}}}, "settings": {}})
    assert "web1" in caught.value.message
    assert caught.value.remedy
    assert not is_running(directory)
    assert not (directory / "control.json").exists()


def test_a_fleet_that_cannot_start_shows_the_end_of_its_log(directory: Path) -> None:
    with pytest.raises(ActivationError) as caught:
        start(directory, {"no": "description"})
    assert caught.value.code == "fleet_not_started"
    assert "KeyError: 'description'" in str(caught.value.cause)
    assert not is_running(directory)


def test_a_second_fleet_in_the_same_directory_is_refused_and_the_first_lives_on(directory: Path) -> None:
    pid = start(directory, JOB)
    with pytest.raises(ActivationError) as caught:
        start(directory, JOB)
    assert caught.value.code == "fleet_running"
    assert FleetControl(directory).state()["pid"] == pid


def test_a_dead_fleet_is_no_running_one_and_its_remains_are_cleared(directory: Path) -> None:
    pid = start(directory, JOB)
    os.kill(pid, signal.SIGKILL)
    assert eventually(lambda: not is_running(directory))
    assert (directory / "fleet.pid").exists()
    assert start(directory, JOB) != pid
    assert stop(directory) is True


def test_a_pid_file_that_names_a_foreign_process_harms_nobody(directory: Path) -> None:
    directory.mkdir()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as foreign:
        (directory / "fleet.pid").write_text(f"{foreign.pid}\n")
        assert stop(directory) is False
        assert foreign.poll() is None
    assert not (directory / "fleet.pid").exists()


def test_a_fleet_whose_control_file_is_lost_is_told_and_left_alone(directory: Path) -> None:
    pid = start(directory, JOB)
    control = (directory / "control.json").read_bytes()
    (directory / "control.json").unlink()
    with pytest.raises(ActivationError) as caught:
        stop(directory)
    assert caught.value.code == "fleet_unreachable"
    os.kill(pid, 0)
    (directory / "control.json").write_bytes(control)


def test_the_process_ends_when_its_directory_goes(directory: Path) -> None:
    start(directory, JOB)
    port = FleetControl(directory).state()["http_port"]
    with (directory / "fleet.lock").open("rb") as lock:
        shutil.rmtree(directory)

        def ended() -> bool:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return True

        assert eventually(ended)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=20)
    assert not directory.exists()


def test_the_process_ends_on_a_signal_and_clears_up(directory: Path) -> None:
    os.kill(start(directory, JOB), signal.SIGTERM)
    assert eventually(lambda: not is_running(directory))
    assert not (directory / "inventory.yml").exists()


def test_the_process_ends_when_nobody_calls(directory: Path) -> None:
    start(directory, {**JOB, "settings": {"idle_minutes": 0.001}})
    assert eventually(lambda: not is_running(directory))
    assert "idle" in (directory / "fleet.log").read_text()


def test_a_fleet_outlives_whoever_started_it(directory: Path) -> None:
    program = (
        "import json, pathlib, sys\n"
        f"sys.path.insert(0, {str(Path(fleet_process.__file__).parents[3])!r})\n"
        "from plugin_utils._simulator.fleet.process import start\n"
        "print(start(pathlib.Path(sys.argv[1]), json.loads(sys.stdin.read())))\n"
    )
    starter = [sys.executable, "-c", program, str(directory)]
    started = subprocess.run(starter, input=json.dumps(JOB), capture_output=True, text=True, check=True)
    assert FleetControl(directory).state()["pid"] == int(started.stdout)


def test_a_directory_that_everybody_can_write_to_is_refused(directory: Path) -> None:
    directory.mkdir()
    directory.chmod(0o777)
    with pytest.raises(ActivationError) as caught:
        start(directory, JOB)
    assert caught.value.code == "directory_shared"
    assert list(directory.iterdir()) == []


def test_a_log_that_is_a_link_is_not_followed(directory: Path, tmp_path: Path) -> None:
    directory.mkdir(mode=0o700)
    (tmp_path / "elsewhere").write_text("")
    (directory / "fleet.log").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="fleet.log"):
        start(directory, JOB)
    assert (tmp_path / "elsewhere").read_text() == ""


def test_a_process_that_nobody_waits_for_any_more_ends(directory: Path) -> None:
    with pytest.raises(ActivationError) as caught:
        start(directory, JOB, timeout=0)
    assert caught.value.code == "fleet_not_started"
    assert caught.value.remedy == f"Read {directory / 'fleet.log'}."
    assert eventually(lambda: "does not wait any more" in (directory / "fleet.log").read_text())
    assert eventually(lambda: not is_running(directory))
    assert not (directory / "control.json").exists()


def test_a_service_ends_its_watch_when_it_is_asked_to(tmp_path: Path) -> None:
    service = RunningFleet(tmp_path, {"description": {"machines": {"web1": {}}}, "settings": {}}, build=build)
    service.request_stop()
    service.wait()
