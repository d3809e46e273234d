# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests' own PostgreSQL: each test has a database to itself, and no run leaves a server behind."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.volume.activation.tests import postgres, shared_server


@pytest.fixture
def led(postgres_server: str) -> Iterator[tuple[Path, subprocess.Popen[bytes]]]:
    """A server of its own, and the process that is said to lead the run."""
    leader = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    folder = shared_server.choose_folder("va-pg", leader.pid) / "database"
    folder.mkdir(parents=True)
    postgres.start(folder)
    postgres.wait_until_ready(folder)
    yield folder, leader
    leader.communicate()
    shared_server.dismiss(folder)
    shutil.rmtree(folder.parent, ignore_errors=True)


def gone(pid: int) -> bool:
    """Tell, after a while if need be, whether a process has ended."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        stat = Path(f"/proc/{pid}/stat")
        if not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.05)
    return False


def test_a_database_is_fresh_and_reached_by_its_socket_alone(postgres_url: str, postgres_server: str) -> None:
    import psycopg

    with psycopg.connect(postgres_url.replace("+psycopg", "")) as connection:
        assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert connection.info.dbname not in postgres_server


def test_a_server_does_not_outlive_a_run_that_was_killed(led: tuple[Path, subprocess.Popen[bytes]]) -> None:
    folder, leader = led
    server = int((folder / "data" / "postmaster.pid").read_text().split()[0])
    leader.send_signal(signal.SIGKILL)
    leader.communicate()
    assert gone(server)
    deadline = time.monotonic() + 30
    while folder.parent.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not folder.parent.exists()


def test_a_server_is_dismissed_at_the_end_of_its_run(led: tuple[Path, subprocess.Popen[bytes]]) -> None:
    folder, leader = led
    server = int((folder / "data" / "postmaster.pid").read_text().split()[0])
    shared_server.dismiss(folder)
    assert gone(server)
