# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The search for secrets in arguments sees the processes of the test, orphans too, and no others."""

from __future__ import annotations

import os
import subprocess
import sys

from .secret_search import watched_arguments

WAIT = "import sys; sys.stdin.read()"


ORPHAN = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {WAIT!r}, sys.argv[1]])"


def _start_orphan(name: str, stdin: int) -> None:
    """Start a process whose parent has ended; it lives until its standard input is closed."""
    subprocess.run([sys.executable, "-c", ORPHAN, name], stdin=stdin, check=True)


def _live_a_while(name: str) -> None:
    """Run a process for long enough to be seen."""
    subprocess.run([sys.executable, "-c", "import time; time.sleep(0.3)", name], check=True)


def test_children_and_orphans_are_seen() -> None:
    reading, writing = os.pipe()
    with watched_arguments() as found:
        _start_orphan("the-orphan", reading)
        _live_a_while("the-child")
        os.close(writing)
    os.close(reading)
    # The program that starts the orphan has its name among its arguments as well.
    assert any("the-child" in line for line in found)
    assert any("the-orphan" in line and "Popen" not in line for line in found)


def test_processes_of_others_are_not_seen() -> None:
    # Started before the block, and by a process that has ended, as those of another test run are.
    reading, writing = os.pipe()
    _start_orphan("the-stranger", reading)
    with watched_arguments() as found:
        _live_a_while("the-child")
    os.close(writing)
    os.close(reading)
    assert any("the-child" in line for line in found)
    assert not any("the-stranger" in line for line in found)
