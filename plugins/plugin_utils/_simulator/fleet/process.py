# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fleet as a process of its own: started detached, found again by a lock, stopped over its control channel.

The lock on `fleet.lock` is held by the process for as long as it lives and by nothing else, so whether a fleet runs is
never guessed from a number in a file, and no process of somebody else is ever signalled.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import logging
import os
import selectors
import signal
import stat
import subprocess
import sys
import time
import typing as t
from pathlib import Path

from ..._errors import ActivationError
from ..winrm.private_files import make_private_directory, write_private
from .control import Data, FleetControl, as_data
from .service import PID_FILE, RunningFleet, forget_files

__all__ = ["LOG_FILE", "is_running", "main", "start", "stop"]

log = logging.getLogger(__name__)

LOG_FILE = "fleet.log"

_LOCK_FILE = "fleet.lock"
_START_SECONDS = 60.0
_STOP_SECONDS = 20.0
_LOCK_SECONDS = 2.0
_POLL_SECONDS = 0.02
_LOG_TAIL_LINES = 15


def start(directory: Path, job: Data, *, timeout: float = _START_SECONDS) -> int:
    """Start the fleet that `job` describes and return its pid once it serves; raises ActivationError.

    The description goes through a pipe: process arguments can be read by everybody on the machine.
    """
    make_private_directory(directory)
    _refuse_shared(directory)
    if not is_running(directory):
        forget_files(directory)
    with _open_private(directory / LOG_FILE) as log_stream:
        process = subprocess.Popen(
            [sys.executable, "-m", _module_name(), str(directory.absolute())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log_stream,
            cwd="/",
            env=_environment(),
            start_new_session=True,
        )
    with process:
        stdin, stdout = t.cast(t.BinaryIO, process.stdin), t.cast(t.BinaryIO, process.stdout)
        with contextlib.suppress(BrokenPipeError), stdin:
            stdin.write(json.dumps(job, default=str).encode())
        told = _listen(stdout, time.monotonic() + timeout)
    return _judged(directory, told, timeout)


def _judged(directory: Path, told: list[Data], timeout: float) -> int:
    facts: Data = {name: value for data in told for name, value in data.items()}
    if facts.get("ready"):
        return int(facts["pid"])
    if "error" in facts:
        raise ActivationError(**facts["error"])
    if "pid" in facts and is_running(directory):
        # Our own child's child, and the lock shows that it lives.
        os.kill(int(facts["pid"]), signal.SIGTERM)
    raise ActivationError(
        "The simulated fleet did not start.",
        code="fleet_not_started",
        cause=_log_tail(directory) or f"it said nothing for {timeout:g} seconds",
        remedy=f"Read {directory / LOG_FILE}.",
    )


def _listen(stream: t.BinaryIO, deadline: float) -> list[Data]:
    """Collect the lines that the new process writes before it closes the stream, or until the deadline."""
    received = b""
    with selectors.DefaultSelector() as selector:
        selector.register(stream, selectors.EVENT_READ)
        while selector.select(max(0.0, deadline - time.monotonic())):
            data = os.read(stream.fileno(), 65536)
            if not data:
                break
            received += data
    return [json.loads(line) for line in received.splitlines()]


def stop(directory: Path, *, timeout: float = _STOP_SECONDS) -> bool:
    """Stop the fleet and return whether one was running; what a dead one left behind is removed."""
    if not is_running(directory):
        forget_files(directory)
        return False
    FleetControl(directory).stop()
    deadline = time.monotonic() + timeout
    while is_running(directory):
        if time.monotonic() > deadline:
            raise ActivationError(
                f"The simulated fleet in {directory} was told to stop and still runs after {timeout:g} seconds.",
                code="fleet_not_stopped",
                cause=_log_tail(directory),
                remedy=f"Look at the process whose number is in {directory / PID_FILE}.",
            )
        time.sleep(_POLL_SECONDS)
    return True


def is_running(directory: Path) -> bool:
    """Tell whether a fleet lives in `directory`: whether its lock is held."""
    try:
        with (directory / _LOCK_FILE).open("rb") as stream:
            fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    return False


def _module_name() -> str:
    # Everything below plugin_utils imports relatively, so the package runs without Ansible's collection loader,
    # wherever the collection lies and whether or not a package called ansible_collections is installed.
    package = Path(__file__).parents[1]
    return f"{package.parent.name}.{package.name}"


def _environment() -> dict[str, str]:
    plugins = str(Path(__file__).absolute().parents[3])
    inherited = os.environ.get("PYTHONPATH")
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [plugins, inherited]))}


def _refuse_shared(directory: Path) -> None:
    found = directory.stat()
    if found.st_uid != os.getuid() or found.st_mode & stat.S_IWOTH:
        raise ActivationError(
            f"{directory} can be written by others, and will hold passwords.",
            code="directory_shared",
            remedy="Name a directory of your own, or one that does not exist yet.",
        )


def _open_private(path: Path) -> t.BinaryIO:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
    return os.fdopen(handle, "ab")


def _log_tail(directory: Path) -> str:
    with contextlib.suppress(OSError):
        lines = (directory / LOG_FILE).read_text(errors="replace").splitlines()
        return "\n".join(lines[-_LOG_TAIL_LINES:])
    return ""


def main(arguments: list[str]) -> int:
    """Be the process: take the job from standard input, detach, serve until told to stop."""
    directory = Path(arguments[0])
    job = json.loads(sys.stdin.buffer.read())
    if os.fork():
        # The parent may live long and not wait for us; a child of nobody is collected by the system.
        os._exit(0)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("spnego").setLevel(logging.WARNING)
    try:
        _say({"pid": os.getpid()})
        with _locked(directory):
            _serve(directory, job)
    except ActivationError as error:
        log.error("%s", error)
        _say({"error": as_data(error)}, last=True)
        return 1
    except BrokenPipeError:
        log.error("whoever started me does not wait any more")
        return 1
    return 0


def _serve(directory: Path, job: Data) -> None:
    service = RunningFleet(directory, job)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: service.request_stop())
    write_private(directory / PID_FILE, f"{os.getpid()}\n")
    with service.running():
        _say({"ready": True}, last=True)
        service.wait()
    log.info("stopped")


@contextlib.contextmanager
def _locked(directory: Path) -> t.Iterator[None]:
    deadline = time.monotonic() + _LOCK_SECONDS
    with _open_private(directory / _LOCK_FILE) as stream:
        while True:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                # Somebody who looks whether we run holds it for a moment; a fleet that runs holds it for good.
                if time.monotonic() > deadline:
                    raise ActivationError(
                        f"A simulated fleet runs in {directory} already.", code="fleet_running"
                    ) from None
                time.sleep(_POLL_SECONDS)
        yield


def _say(data: Data, *, last: bool = False) -> None:
    """Write a line to whoever started us, and with `last` close the stream so that they stop listening."""
    os.write(1, json.dumps(data).encode() + b"\n")
    if last:
        null = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1):
            os.dup2(null, number)
        os.close(null)
