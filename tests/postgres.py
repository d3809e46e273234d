# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real PostgreSQL for the tests that ask for `postgres_url`: one server a run, started by the first of them.

It listens on a Unix socket in a folder of its own and on no port. A keeper, this file run as a program, starts it and
stops it: when the run is over, and also when the process that led the run is gone without a word. PostgreSQL refuses to
run as root, so root runs it as another user.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

FOLDER_VARIABLE = "VOLUME_ACTIVATION_TEST_POSTGRES"
# A role whose login is checked; everybody else who reaches the socket is let in.
GUARDED_USER, GUARDED_PASSWORD = "guarded", "not-a-real-password"

_OTHER_USERS = ("postgres", "nobody")
_START_SECONDS = 90.0
_STOP_SECONDS = 30.0
_ACCESS = f"local all {GUARDED_USER} scram-sha-256\nlocal all all trust\n"
_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "32MB",
    # The tests kill processes, never the machine.
    "fsync": "off",
    "full_page_writes": "off",
}


# -- in the run


def pytest_configure(config: pytest.Config) -> None:
    """Choose the folder, in the process that leads the run; its workers, and what they start, inherit the name."""
    if FOLDER_VARIABLE not in os.environ:
        # The path of a socket has to be short, and another user must reach it where we are root.
        parent = "/tmp" if os.getuid() == 0 or len(tempfile.gettempdir()) > 40 else None
        folder = Path(tempfile.mkdtemp(prefix="va-pg-", dir=parent))
        (folder / "leader").write_text(str(os.getpid()), encoding="ascii")
        os.environ[FOLDER_VARIABLE] = str(folder)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server where the folder was chosen, whatever became of the tests."""
    folder = Path(os.environ.get(FOLDER_VARIABLE, "/nowhere"))
    leader = folder / "leader"
    if leader.exists() and leader.read_text(encoding="ascii") == str(os.getpid()):
        del os.environ[FOLDER_VARIABLE]
        _dismiss(folder)
        shutil.rmtree(folder, ignore_errors=True)


def _dismiss(folder: Path) -> None:
    """Tell the keeper to stop its server, and wait until both are gone."""
    with contextlib.suppress(FileNotFoundError):
        keeper = int((folder / "keeper").read_text(encoding="ascii"))
        deadline = time.monotonic() + _STOP_SECONDS
        while _is_held(folder / "keeper") and time.monotonic() < deadline:
            os.kill(keeper, signal.SIGTERM)
            time.sleep(0.05)


def _is_held(path: Path) -> bool:
    """Tell whether the keeper lives: it holds a lock on the file with its number."""
    with path.open("rb") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


@pytest.fixture(scope="session")
def postgres_server() -> str:
    """The URL of the server's own database, without the driver; skips where there is none, and says what to install."""
    if not _binaries():
        pytest.skip("no PostgreSQL server is installed; on Debian and Ubuntu: apt-get install postgresql")
    pytest.importorskip("psycopg", reason='psycopg is not installed: pip install "psycopg[binary]"')
    folder = Path(os.environ[FOLDER_VARIABLE])
    with (folder / "start").open("wb") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        if not (folder / "keeper").exists():
            _start_keeper(folder)
        _wait_until_ready(folder)
    return _url(folder, "postgres")


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The URL of a fresh, empty database, as the option `ledger` takes it; it is dropped when the test ends."""
    import psycopg
    from psycopg import sql

    name = f"test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield _url(Path(os.environ[FOLDER_VARIABLE]), name).replace("postgresql:", "postgresql+psycopg:")
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def guarded_postgres_url(postgres_url: str) -> str:
    """The same for a role that has to give GUARDED_PASSWORD, and owns the database's schema."""
    import psycopg

    with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as connection:
        # Roles belong to the whole server, and another worker may be creating this one.
        with contextlib.suppress(psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
            connection.execute(f"CREATE ROLE {GUARDED_USER} LOGIN PASSWORD '{GUARDED_PASSWORD}'")
        connection.execute(f"ALTER SCHEMA public OWNER TO {GUARDED_USER}")
    return postgres_url.replace("//postgres@", f"//{GUARDED_USER}@")


def _url(folder: Path, database: str) -> str:
    return f"postgresql://postgres@/{database}?host={folder}"


def _start_keeper(folder: Path) -> None:
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
    while not (folder / "keeper").exists() and time.monotonic() < deadline:
        time.sleep(0.02)


def _wait_until_ready(folder: Path) -> None:
    import psycopg

    deadline = time.monotonic() + _START_SECONDS
    while _is_held(folder / "keeper") and time.monotonic() < deadline:
        with contextlib.suppress(psycopg.OperationalError), psycopg.connect(_url(folder, "postgres")):
            return
        time.sleep(0.05)
    log = (folder / "log").read_text(encoding="utf-8", errors="replace")
    pytest.fail(f"PostgreSQL did not start:\n{log[-3000:]}", pytrace=False)


def _binaries() -> Path | None:
    """Return the folder with the newest server: Debian keeps it off PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("postgres")
    candidates = [*(str(path) for path in reversed(found)), *([on_path] if on_path else [])]
    return Path(candidates[0]).resolve().parent if candidates else None


# -- the keeper


def keep(folder: Path) -> None:
    """Run a server in `folder` until told to stop, or until the process that leads the run is gone."""
    told = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: told.set())
    with (folder / "keeper.new").open("w", encoding="ascii") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        stream.write(str(os.getpid()))
        stream.flush()
        (folder / "keeper.new").rename(folder / "keeper")
        _serve(folder, int((folder / "leader").read_text(encoding="ascii")), told)


def _serve(folder: Path, leader: int, told: threading.Event) -> None:
    who = _somebody()
    data = folder / "data"
    if who:
        shutil.chown(folder, who["user"], who["group"])
    _initialise(data, who)
    server = subprocess.Popen([_program("postgres"), "-D", data], cwd="/", **who)
    try:
        while server.poll() is None and not told.wait(0.2) and _lives(leader):
            pass
    finally:
        _end(server)
        if not _lives(leader):
            shutil.rmtree(folder, ignore_errors=True)


def _initialise(data: Path, who: dict[str, Any]) -> None:
    command = [_program("initdb"), "--no-sync", "--username=postgres", "--encoding=UTF8", "--locale=C", "-D", data]
    subprocess.run(command, cwd="/", check=True, **who)
    (data / "pg_hba.conf").write_text(_ACCESS, encoding="ascii")
    settings = {**_SETTINGS, "unix_socket_directories": str(data.parent)}
    with (data / "postgresql.conf").open("a", encoding="utf-8") as stream:
        stream.writelines(f"{name} = '{value}'\n" for name, value in settings.items())


def _end(server: subprocess.Popen[bytes]) -> None:
    """Stop without waiting for clients, and then without waiting at all; the server takes its own children along."""
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        if server.poll() is not None:
            return
        server.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(10)


def _somebody() -> dict[str, Any]:
    """Return as whom to run the server: as ourselves, or for root as another user."""
    if os.getuid() != 0:
        return {}
    for name in _OTHER_USERS:
        with contextlib.suppress(KeyError):
            user = pwd.getpwnam(name)
            return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    raise RuntimeError("PostgreSQL refuses to run as root, and there is no user postgres")


def _program(name: str) -> str:
    folder = _binaries()
    return str(folder / name) if folder else name


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
