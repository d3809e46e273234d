# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a ledger may be: what is not a local path or a database is refused, and nothing is created on the way."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._ledger import Ledger, PoolWish, locate

from .demands import refusal

UNUSABLE = [
    "//server/share/l.sqlite",
    "///server/share/l.sqlite",
    r"\\server\share\l.sqlite",
    r"share\l.sqlite",
    r"C:\ledger\l.sqlite",
    "C:/ledger/l.sqlite",
    "c:l.sqlite",
    "smb://server/share/l.sqlite",
    "nfs://server/share/l.sqlite",
    "file:l.sqlite",
    "file:l.sqlite?mode=memory",
    "file:///srv/l.sqlite",
    "http://server/l.sqlite",
    "https://server/l.sqlite",
    "server:/export/l.sqlite",
    "user@server:/export/l.sqlite",
    ":memory:",
    "$UNDEFINED_HERE/l.sqlite",
    "${UNDEFINED_HERE}/l.sqlite",
    "${}/l.sqlite",
    "$EMPTY_HERE/l.sqlite",
    "%APPDATA%/l.sqlite",
    "~no-such-user-here/l.sqlite",
    "{{ ledger }}",
    "ledgers/{{ team }}.sqlite",
    "{% raw %}l.sqlite",
    "<path>",
    "ledgers/<team>.sqlite",
    "l\x00.sqlite",
    "l\x1b[31m.sqlite",
    "l\n.sqlite",
    "l\u202e.sqlite",
    "l\ud800.sqlite",
    "ledgers/",
    " ",
    "n" * 300,
    "d/" * 2500 + "l.sqlite",
    "sqlite://",
    "sqlite:///:memory:",
    "sqlite:///l.sqlite?timeout=1",
    "sqlite:///l.sqlite?mode=memory&uri=true",
    "sqlite://server/share/l.sqlite",
    "sqlite+aiosqlite:///l.sqlite",
    "postgres://ops@db/ledger",
    "postgres:ledger",
    "postgresql:ledger",
    "postgresql+asyncpg://ops@db/ledger",
    "postgresql://ops@db",
    "postgresql://ops@db/",
    "postgresql://ops@db/ledger?colour=red",
    "postgresql://$PGUSER@db/ledger",
    "postgresql://ops@db/ledger password=hunter2",
    "postgresql://{{ user }}@db/ledger",
    "postgresql://<user>@db/ledger",
    "mysql://ops@db/ledger",
    "mssql+pyodbc://ops@db/ledger",
]


@pytest.mark.parametrize("create", [True, False])
@pytest.mark.parametrize("location", UNUSABLE)
def test_what_is_not_a_place_for_a_ledger_is_refused_and_creates_nothing(
    location: str, create: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EMPTY_HERE", "")
    monkeypatch.delenv("UNDEFINED_HERE", raising=False)
    error = refusal(Ledger.open, location, create=create)
    assert error.code == "bad_ledger_url"
    assert "hunter2" not in f"{error.message}{error.cause}{error.remedy}"
    assert "host, port" not in f"{error.remedy}"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "location",
    [
        "postgresql://ops@db/ledger?PASSWORD=hunter2",
        "postgresql://ops@db/ledger?ssl_password=hunter2",
        "postgresql://ops@db/ledger?oauth_client_secret=hunter2",
        "postgresql://ops@db/ledger?access_token=hunter2",
        "postgresql://ops@db/ledger?apikey=hunter2",
    ],
)
def test_a_parameter_that_may_hold_a_secret_is_refused_without_showing_it(location: str) -> None:
    error = refusal(Ledger.open, location)
    assert error.code == "password_in_url"
    assert "hunter2" not in f"{error.message}{error.cause}{error.remedy}"


@pytest.mark.parametrize(
    "parameters", ["sslmode=verify-full&sslrootcert=/etc/ca.pem", "passfile=/etc/pgpass", "options=-csearch_path%3Dmak"]
)
def test_parameters_that_libpq_knows_are_passed_on(parameters: str) -> None:
    pytest.importorskip("psycopg")
    assert parameters.partition("=")[0] in locate(f"postgresql://ops@db/ledger?{parameters}").url.query


def test_the_old_spelling_of_a_url_is_refused_with_the_new_one() -> None:
    assert "postgresql+psycopg://" in refusal(Ledger.open, "postgres://ops@db/ledger").message


def test_variables_and_homes_are_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEDGERS", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    for location in ("$LEDGERS/l.sqlite", "${LEDGERS}/l.sqlite", "~/l.sqlite", f" {tmp_path}/l.sqlite "):
        assert locate(location).path == tmp_path / "l.sqlite"


@pytest.mark.parametrize(
    "value", ["//server/share", "file:", "nfs:/srv", "C:", r"\\server\share", "{{ folder }}", "/srv/<team>"]
)
@pytest.mark.parametrize("name", ["LEDGERS", "HOME"])
def test_what_a_variable_stands_for_is_looked_at_too(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    location = "~/l.sqlite" if name == "HOME" else f"${name}/l.sqlite"
    assert refusal(locate, location).code == "bad_ledger_url"


def test_a_relative_path_needs_a_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert refusal(locate, "l.sqlite").code == "bad_ledger_url"


@pytest.mark.parametrize("name", ["l 1.sqlite", "Bücher.sqlite", "a.b-c_d", "~l.sqlite", "l~", "50%.sqlite"])
def test_ordinary_names_are_taken(name: str, tmp_path: Path) -> None:
    with Ledger.open(str(tmp_path / name)) as ledger:
        ledger.declare(PoolWish(name="labs", limit=1))
    assert (tmp_path / name).exists()


def test_what_is_not_a_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # the name of a socket is short
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "dangling").symlink_to(tmp_path / "nothing")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "file").write_text("in the way")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket")
        places = [tmp_path, *(tmp_path / name for name in ("pipe", "socket", "dangling", "loop", "file/l.sqlite"))]
        for place in (*places, Path("/dev/null"), Path("/dev/zero"), Path("/dev/full")):
            for create in (True, False):
                error = refusal(Ledger.open, str(place), create=create)
                assert error.code == "bad_ledger_url"
                assert str(place) in error.message
    assert not (tmp_path / "nothing").exists()


def test_a_link_to_a_ledger_is_followed(tmp_path: Path) -> None:
    Ledger.open(str(tmp_path / "ledger.sqlite")).declare(PoolWish(name="labs", limit=1))
    (tmp_path / "link").symlink_to(tmp_path / "ledger.sqlite")
    assert Ledger.open(str(tmp_path / "link"), create=False).pool("labs").limit == 1
