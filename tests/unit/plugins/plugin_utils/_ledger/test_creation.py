# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Creating a ledger: whole or not at all, once for all processes, and never as a tree of folders."""

from __future__ import annotations

import errno
import fcntl
import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._ledger import (
    Ledger,
    PoolWish,
    creation,
    database_errors,
    locate,
    migrations,
    require_creatable,
)

from .demands import refusal, run_processes


def test_only_the_one_that_creates_it_says_so(location: str) -> None:
    assert Ledger.open(location).created
    assert not Ledger.open(location).created
    assert not Ledger.open(location, create=False).created


def test_of_many_processes_one_creates_it_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    assert set(run_processes("only_open", str(path), 16)) == {"done"}
    assert list(tmp_path.iterdir()) == [path]


def test_only_the_last_folder_of_a_path_is_made(tmp_path: Path) -> None:
    with Ledger.open(str(tmp_path / "one" / "ledger.sqlite")) as ledger:
        assert ledger.created
    error = refusal(Ledger.open, str(tmp_path / "srv" / "mak" / "ledger.sqlite"))
    assert error.code == "no_ledger_folder"
    assert str(tmp_path / "srv") in error.message
    assert not (tmp_path / "srv").exists()


def test_the_default_place_needs_a_home_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(creation, "require_durable", lambda _path: None)
    with Ledger.open(default=str(tmp_path / ".ansible" / "volume_activation" / "ledger.sqlite")) as ledger:
        assert ledger.created
    lost = str(tmp_path / "home" / ".ansible" / "volume_activation" / "ledger.sqlite")
    assert refusal(Ledger.open, default=lost).code == "no_ledger_folder"


def test_what_can_be_created_is_found_without_creating(tmp_path: Path) -> None:
    assert require_creatable(locate(str(tmp_path / "one" / "l.sqlite"))) == [tmp_path / "one"]
    assert refusal(require_creatable, locate(str(tmp_path / "a" / "b" / "l.sqlite"))).code == "no_ledger_folder"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("create", [True, False])
def test_an_empty_file_is_not_a_new_ledger(tmp_path: Path, create: bool) -> None:
    path = tmp_path / "ledger.sqlite"
    path.touch()
    error = refusal(Ledger.open, str(path), create=create)
    assert (error.code, path.stat().st_size) == ("damaged_ledger", 0)
    assert str(path) in error.message


@pytest.mark.parametrize("create", [True, False])
def test_a_database_without_tables_is_not_a_new_ledger(tmp_path: Path, create: bool) -> None:
    path = tmp_path / "ledger.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE gone (id INTEGER)")
        connection.execute("DROP TABLE gone")
    before = path.read_bytes()
    assert refusal(Ledger.open, str(path), create=create).code == "damaged_ledger"
    assert path.read_bytes() == before


def test_a_creation_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrations, "_VERSIONS", (("CREATE TABLE volume_activation (",), ()))
    assert str(tmp_path / "ledger.sqlite") in refusal(Ledger.open, str(tmp_path / "ledger.sqlite")).message
    assert list(tmp_path.iterdir()) == []


def test_a_file_system_without_hard_links_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_arguments: Any) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", no_links)
    path = tmp_path / "ledger.sqlite"
    with Ledger.open(str(path)) as ledger:
        ledger.declare(PoolWish(name="labs", limit=1))
        assert ledger.created
    assert not Ledger.open(str(path)).created
    assert list(tmp_path.iterdir()) == [path]
    assert path.stat().st_mode & 0o077 == 0


def no_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every lock fail as on a network file system without a lock service."""

    def fails(*_arguments: Any) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "lockf", fails)


def test_a_ledger_is_not_created_where_locks_do_not_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    no_locks(monkeypatch)
    assert refusal(Ledger.open, str(tmp_path / "ledger.sqlite")).code == "ledger_unlockable"
    assert list(tmp_path.iterdir()) == []


def test_a_lock_that_cannot_be_had_is_told_from_one_that_others_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ledger.sqlite"
    monkeypatch.setattr(f"{Ledger.__module__.rpartition('.')[0]}.database._PATIENCE_SECONDS", 0.1)
    ledger = Ledger.open(str(path))
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    assert refusal(ledger.declare, PoolWish(name="labs", limit=1)).code == "ledger_busy"
    no_locks(monkeypatch)
    assert refusal(ledger.declare, PoolWish(name="labs", limit=1)).code == "ledger_unlockable"
    holder.close()


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.EIO, "ledger_unreadable"),
        (errno.ESTALE, "ledger_unreadable"),
        (errno.EACCES, "ledger_unwritable"),
        (errno.EROFS, "ledger_unwritable"),
        (errno.ENOSPC, "ledger_unwritable"),
        (errno.ENAMETOOLONG, "bad_ledger_url"),
    ],
)
def test_what_the_file_system_says_is_said_of_the_file(number: int, code: str) -> None:
    error = database_errors.file_failure("/srv/l.sqlite", OSError(number, os.strerror(number)))
    assert error.code == code
    assert "/srv/l.sqlite" in error.message
    assert os.strerror(number) in str(error.cause)
    assert "port" not in str(error.remedy)


@pytest.mark.parametrize("words", ["disk I/O error", "something that no release has said so far"])
def test_what_sqlite_says_of_a_file_is_not_said_of_a_server(words: str, tmp_path: Path) -> None:
    path = tmp_path / "l.sqlite"

    def fail() -> None:
        with database_errors.explained(str(path), path):
            raise sqlite3.OperationalError(words)

    error = refusal(fail)
    assert error.code == "ledger_unreadable"
    assert "port" not in str(error.remedy)


@pytest.mark.parametrize("error", [sqlite3.DatabaseError(), sqlite3.OperationalError("unsupported file format")])
def test_a_file_that_sqlite_finds_corrupt_is_damaged_even_without_a_text(error: sqlite3.Error, tmp_path: Path) -> None:
    path = tmp_path / "l.sqlite"

    def fail() -> None:
        with database_errors.explained(str(path), path):
            raise error

    assert refusal(fail).code == "damaged_ledger"
