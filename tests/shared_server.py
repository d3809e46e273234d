# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps a server that the tests share: prepares it, runs it, and ends it with the run.

A keeper is this file run as a program, outside the run, so that it can also clean up after a run that was killed. It
works in a folder below the run's own, whose name has the number of the process that leads the run. It locks the file
`keeper`, which has its own number, for as long as it lives. The server is a session of its own and is ended as a
whole; it has a pipe from its keeper as standard input, so that it can end itself should the keeper be killed.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

_START_SECONDS = 30.0
_STOP_SECONDS = 30.0


# -- in the run


def choose_folder(prefix: str, leader: int) -> Path:
    """Choose a folder for the run that a process leads; it is made when it is needed.

    The path of a socket has to be short, and where we are root a server may run as another user, who has to reach it.
    """
    parent = "/tmp" if os.getuid() == 0 or len(tempfile.gettempdir()) > 40 else tempfile.gettempdir()
    return Path(parent) / f"{prefix}-{leader}-{uuid.uuid4().hex[:8]}"


def leader_of(folder: Path) -> int:
    """Return the number of the process that leads the run of this folder."""
    return int(folder.name.split("-")[-2])


def start(
    folder: Path,
    prepare: list[list[str]],
    serve: list[str],
    *,
    user: tuple[int, int] | None = None,
    gently: signal.Signals = signal.SIGTERM,
) -> None:
    """Start a keeper that runs the commands of `prepare` one after the other, and then the server `serve`.

    `user` is the user and the group that they run as, if not ours; `gently` is what the server takes for its end.
    """
    plan = {"prepare": prepare, "serve": serve, "user": user, "gently": int(gently)}
    (folder / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
    with (folder / "log").open("ab") as log:
        keeper = subprocess.Popen(
            [sys.executable, __file__, str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            start_new_session=True,
        )
    # It outlives this process, and nobody here will wait for it.
    threading.Thread(target=keeper.wait, daemon=True).start()
    deadline = time.monotonic() + _START_SECONDS
    while not (folder / "keeper").exists() and keeper.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)


def is_kept(folder: Path) -> bool:
    """Tell whether the folder's keeper lives."""
    try:
        with (folder / "keeper").open("rb") as stream:
            fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    return False


def dismiss(folder: Path) -> None:
    """Tell the keeper, if there is one, to end its server, and wait until both are gone."""
    deadline = time.monotonic() + _STOP_SECONDS
    while is_kept(folder) and time.monotonic() < deadline:
        with contextlib.suppress(ProcessLookupError):
            os.kill(int((folder / "keeper").read_text(encoding="ascii")), signal.SIGTERM)
        time.sleep(0.05)


# -- the keeper


def keep(folder: Path) -> None:
    """Prepare and serve in `folder` until told to stop, or until the process that leads the run is gone."""
    # A pipe, for a signal may come at any moment: an Event whose lock is held just then would wait for itself for ever.
    told, tell = os.pipe()
    os.set_blocking(tell, False)
    signal.signal(signal.SIGTERM, lambda *_args: _write(tell))
    leader = leader_of(folder.parent)
    with (folder / "keeper.new").open("w", encoding="ascii") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        stream.write(str(os.getpid()))
        stream.flush()
        (folder / "keeper.new").rename(folder / "keeper")
        plan = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
        for command in (*plan["prepare"], plan["serve"]):
            if not _run(command, folder, plan, lambda: _is_told(told) or not _lives(leader)):
                break
        if not _lives(leader):
            # Others may be doing the same; what one of them still writes, the last one removes.
            shutil.rmtree(folder.parent, ignore_errors=True)


def _run(command: list[str], folder: Path, plan: dict[str, Any], is_over: Callable[[], bool]) -> bool:
    """Run a command for as long as it wants and may; return whether it ended well by itself."""
    user, group = plan["user"] or (None, None)
    groups: list[int] | None = [] if plan["user"] else None
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        cwd="/",
        start_new_session=True,
        user=user,
        group=group,
        extra_groups=groups,
    )
    (folder / "server").write_text(str(process.pid), encoding="ascii")
    try:
        while process.poll() is None and not is_over():
            pass
        return process.poll() == 0
    finally:
        _end(process, plan["gently"])


def _end(process: subprocess.Popen[bytes], gently: int) -> None:
    """End a process and all that belong to its group, gently at first."""
    for number, seconds in ((gently, 10.0), (signal.SIGKILL, 20.0)):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            process.poll()
            try:
                os.killpg(process.pid, number)
            except ProcessLookupError:
                return
            time.sleep(0.05)


def _write(tell: int) -> None:
    # A pipe that is full tells as much.
    with contextlib.suppress(BlockingIOError):
        os.write(tell, b"!")


def _is_told(told: int) -> bool:
    """Tell, after a while if need be, whether there was a signal; it is left in the pipe and told ever after."""
    return bool(select.select([told], [], [], 0.1)[0])


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


if __name__ == "__main__":
    keep(Path(sys.argv[1]))
