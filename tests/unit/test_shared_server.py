# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The keeper of the tests' servers ends when it is told to, at whatever moment that is."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.volume.activation.tests import shared_server

SERVER = ["sleep", "600"]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder for one server of this process."""
    path = shared_server.choose_folder("va-keeper", os.getpid()) / "server"
    path.mkdir(parents=True)
    yield path
    shared_server.dismiss(path)
    shutil.rmtree(path.parent, ignore_errors=True)


def gone(pid: int) -> bool:
    """Tell, after a while if need be, whether a process has ended."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.01)
    return False


def test_its_server_runs_until_it_is_dismissed(folder: Path) -> None:
    shared_server.start(folder, [["touch", str(folder / "prepared")]], SERVER)
    server, deadline = folder / "server", time.monotonic() + 30
    while not (folder / "prepared").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert shared_server.is_kept(folder)
    shared_server.dismiss(folder)
    assert not shared_server.is_kept(folder)
    assert gone(int(server.read_text(encoding="ascii")))


def test_being_told_again_and_again_keeps_it_from_nothing(folder: Path) -> None:
    for _time in range(10):
        shared_server.start(folder, [], SERVER)
        pid, deadline = int((folder / "keeper").read_text(encoding="ascii")), time.monotonic() + 30
        # One of so many comes at the worst moment.
        while shared_server.is_kept(folder) and time.monotonic() < deadline:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        assert gone(pid)
        (folder / "keeper").unlink()
