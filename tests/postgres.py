# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real PostgreSQL for the tests that ask for `postgres_url`: one server a run, started by the first of them.

It listens on a Unix socket in a folder of its own and on no port. PostgreSQL refuses to run as root, so root runs it as
another user.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pwd
import shutil
import signal
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.volume.activation.tests import shared_server

FOLDER_VARIABLE = "VOLUME_ACTIVATION_TEST_POSTGRES"
# A role whose login is checked; everybody else who reaches the socket is let in.
GUARDED_USER, GUARDED_PASSWORD = "guarded", "not-a-real-password"

_OTHER_USERS = ("postgres", "nobody")
_START_SECONDS = 90.0
_ACCESS = f"local all {GUARDED_USER} scram-sha-256\nlocal all all trust\n"
_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "32MB",
    # The tests kill processes, never the machine.
    "fsync": "off",
    "full_page_writes": "off",
}


def pytest_configure(config: pytest.Config) -> None:
    """Choose the folder, in the process that leads the run; its workers, and what they start, inherit the name."""
    if FOLDER_VARIABLE not in os.environ:
        os.environ[FOLDER_VARIABLE] = str(shared_server.choose_folder("va-pg", os.getpid()))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server where the folder was chosen, whatever became of the tests."""
    folder = Path(os.environ[FOLDER_VARIABLE])
    if shared_server.leader_of(folder) == os.getpid():
        del os.environ[FOLDER_VARIABLE]
        shared_server.dismiss(folder / "database")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_server() -> str:
    """The URL of the server's own database, without the driver; skips where there is none, and says what to install."""
    if not _binaries():
        pytest.skip("no PostgreSQL server is installed; on Debian and Ubuntu: apt-get install postgresql")
    pytest.importorskip("psycopg", reason='psycopg is not installed: pip install "psycopg[binary]"')
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "start").open("wb") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        if not (folder / "keeper").exists():
            start(folder)
        wait_until_ready(folder)
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
            yield _url(_folder(), name).replace("postgresql:", "postgresql+psycopg:")
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


def _folder() -> Path:
    return Path(os.environ[FOLDER_VARIABLE]) / "database"


def start(folder: Path) -> None:
    """Write what a server needs into `folder`, and start its keeper."""
    user, data, access = _somebody(), folder / "data", folder / "pg_hba.conf"
    access.write_text(_ACCESS, encoding="ascii")
    if user:
        os.chown(folder, *user)
    initdb = ["initdb", "--no-sync", "--username=postgres", "--encoding=UTF8", "--locale=C"]
    settings = {**_SETTINGS, "unix_socket_directories": str(folder), "hba_file": str(access)}
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    shared_server.start(
        folder,
        [[_program(initdb[0]), *initdb[1:], "-D", str(data)]],
        [_program("postgres"), "-D", str(data), *options],
        user=user,
        # Clients are not waited for.
        gently=signal.SIGINT,
    )


def wait_until_ready(folder: Path) -> None:
    """Return once the server in `folder` answers; fail the test with its log where it does not."""
    import psycopg

    deadline = time.monotonic() + _START_SECONDS
    while shared_server.is_kept(folder) and time.monotonic() < deadline:
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


def _program(name: str) -> str:
    folder = _binaries()
    return str(folder / name) if folder else name


def _somebody() -> tuple[int, int] | None:
    """Return as whom to run the server: None for ourselves, and for root the user and the group of another."""
    if os.getuid() != 0:
        return None
    for name in _OTHER_USERS:
        with contextlib.suppress(KeyError):
            user = pwd.getpwnam(name)
            return user.pw_uid, user.pw_gid
    raise RuntimeError("PostgreSQL refuses to run as root, and there is no user postgres")
