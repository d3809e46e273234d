# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Opening a ledger: where it may be, what is refused, and that nothing is lost or shown on the way."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from datetime import timezone
from pathlib import Path

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._errors import MissingLibrary
from ansible_collections.volume.activation.plugins.plugin_utils._ledger import EntryState, Ledger, Pool, PoolWish
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import ProductKey
from ansible_collections.volume.activation.plugins.plugin_utils._secrets import Secret
from ansible_collections.volume.activation.tests.postgres import GUARDED_PASSWORD

from .demands import demand, engine, refusal, reserved

CHECKOUT = Path(__file__).resolve().parents[5]
PACKAGE = Ledger.__module__.rpartition(".")[0]
# As whom a right can be missing: nothing is forbidden to root.
NOBODY = 65534


def mode(path: Path) -> int:
    """Return the permission bits of a file."""
    return stat.S_IMODE(path.stat().st_mode)


class TestFiles:
    """A ledger in a file."""

    def test_a_new_one_is_for_its_owner_alone(self, tmp_path: Path) -> None:
        path = tmp_path / "mak" / "ledger.sqlite"
        before = os.umask(0)
        try:
            with Ledger.open(str(path)) as ledger:
                ledger.declare(PoolWish(name="labs", limit=1))
        finally:
            os.umask(before)
        assert (mode(path), mode(path.parent)) == (0o600, 0o700)
        assert ledger.location == str(path)

    def test_one_that_is_there_keeps_its_rights(self, tmp_path: Path) -> None:
        path = tmp_path / "ledger.sqlite"
        Ledger.open(str(path))
        path.chmod(0o640)
        tmp_path.chmod(0o755)
        Ledger.open(str(path)).declare(PoolWish(name="labs", limit=1))
        assert (mode(path), mode(tmp_path)) == (0o640, 0o755)

    def test_without_a_location_it_is_in_the_home_folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setattr(f"{PACKAGE}.creation.require_durable", lambda _path: None)
        Ledger.open()
        assert (tmp_path / ".ansible" / "volume_activation" / "ledger.sqlite").exists()

    def test_a_path_may_be_relative_or_a_url(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        Ledger.open("ledger.sqlite").declare(PoolWish(name="labs", limit=1))
        for location in (f"sqlite:///{tmp_path}/ledger.sqlite", str(tmp_path / "ledger.sqlite")):
            assert [pool.name for pool in Ledger.open(location).pools()] == ["labs"]

    def test_a_folder_is_no_ledger(self, tmp_path: Path) -> None:
        assert refusal(Ledger.open, str(tmp_path)).code == "bad_ledger_url"

    @pytest.mark.parametrize("content", [b"no database at all, " * 400, b"SQLite format 3\0" + b"\xff" * 4080])
    def test_a_damaged_one_is_refused_and_left_alone(self, tmp_path: Path, content: bytes) -> None:
        path = tmp_path / "ledger.sqlite"
        path.write_bytes(content)
        for create in (True, False):
            error = refusal(Ledger.open, str(path), create=create)
            assert error.code == "damaged_ledger"
            assert str(path) in error.message
        assert path.read_bytes() == content

    def test_one_that_was_cut_off_is_refused_and_left_alone(self, tmp_path: Path) -> None:
        path = tmp_path / "ledger.sqlite"
        with Ledger.open(str(path)) as ledger:
            ledger.declare(PoolWish(name="labs", limit=500))
            reserved(ledger, *range(100))
        content = path.read_bytes()[: path.stat().st_size // 2]
        path.write_bytes(content)
        assert refusal(lambda: Ledger.open(str(path)).reserve(demand(200))).code == "damaged_ledger"
        assert path.read_bytes() == content

    def test_a_lock_that_is_never_let_go_is_told(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path = tmp_path / "ledger.sqlite"
        monkeypatch.setattr(f"{PACKAGE}.database._PATIENCE_SECONDS", 0.1)
        ledger = Ledger.open(str(path))
        holder = sqlite3.connect(path, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        assert refusal(ledger.declare, PoolWish(name="labs", limit=1)).code == "ledger_busy"
        holder.close()

    def test_a_folder_that_cannot_be_made_is_told(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("in the way")
        error = refusal(Ledger.open, str(tmp_path / "file" / "ledger.sqlite"))
        assert error.code == "bad_ledger_url"
        assert f"{tmp_path / 'file'} is not a folder" in error.message

    def test_without_the_right_to_write_it_can_be_read_and_no_more(self, tmp_path: Path) -> None:
        path = tmp_path / "open" / "ledger.sqlite"
        with Ledger.open(str(path)) as ledger:
            ledger.declare(PoolWish(name="labs", limit=1))
        path.chmod(0o444)
        path.parent.chmod(0o555)
        words = as_nobody(
            tmp_path,
            f"""
            with Ledger.open({str(path)!r}, create=False) as ledger:
                print(ledger.pools()[0].name)
                code(ledger.declare, PoolWish(name="labs", limit=2))
                code(Ledger.open, {str(path.with_name("other"))!r})
            """,
        )
        assert words == ["labs", "ledger_unwritable", "ledger_unwritable"]

    def test_in_a_folder_that_is_closed_to_us_nothing_is_said_to_be_missing(self, tmp_path: Path) -> None:
        path = tmp_path / "closed" / "ledger.sqlite"
        Ledger.open(str(path))
        path.parent.chmod(0)
        program = f"""
            code(lambda: Ledger.open({str(path)!r}, create=False))
            code(Ledger.open, {str(path)!r})
            """
        assert as_nobody(tmp_path, program) == ["ledger_unwritable"] * 2
        path.parent.chmod(0o700)

    def test_no_key_is_in_the_file(self, tmp_path: Path) -> None:
        text = "BBBBB-CCCCC-DDDDD-FFFFF-GGGGG"
        key = ProductKey.parse(text)
        path = tmp_path / "ledger.sqlite"
        with Ledger.open(str(path)) as ledger:
            ledger.declare(PoolWish(name="labs", limit=3, fingerprint=key.fingerprint, partial=key.partial))
            asked = demand(1, key_fingerprint=key.fingerprint, partial=key.partial)
            ledger.settle(ledger.reserve(asked).entry.id, EntryState.CONFIRMED)
        content = path.read_bytes()
        assert key.fingerprint.encode() in content
        for secret in (text, text[:23], text.replace("-", ""), "BBBBBCCCCC", "DDDDD"):
            assert secret.encode() not in content


def as_nobody(folder: Path, program: str) -> list[str]:
    """Run a program that uses the ledger as a user without rights, and return its words."""
    lines = [
        "import os, sys",
        f"sys.path.insert(0, {str(CHECKOUT)!r})",
        "from plugins.plugin_utils._errors import Refusal",
        "from plugins.plugin_utils._ledger import Ledger, PoolWish",
        # Everything is loaded while it can be: Python itself may lie where nobody else may look.
        f"with Ledger.open({str(folder / 'first')!r}) as ledger: ledger.declare(PoolWish(name='labs', limit=1))",
        f"if os.getuid() == 0: os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY})",
        "def code(call, *arguments):",
        "    try: call(*arguments)",
        "    except Refusal as error: print(error.code)",
        "    else: print('done')",
    ]
    # The folders above belong to the user who runs the tests.
    for parent in (folder, *folder.parents):
        if parent.stat().st_uid == os.getuid() and len(parent.parts) > 2:
            parent.chmod(mode(parent) | 0o011)
    indented = [line[12:] for line in program.splitlines()]
    done = subprocess.run(
        [sys.executable, "-B", "-c", "\n".join(lines + indented)], capture_output=True, text=True, check=False, cwd="/"
    )
    assert not done.stderr, done.stderr
    return done.stdout.split()


class TestServers:
    """A ledger in PostgreSQL."""

    def test_a_password_is_given_beside_the_url(self, guarded_postgres_url: str) -> None:
        with Ledger.open(guarded_postgres_url, password=Secret(GUARDED_PASSWORD)) as ledger:
            ledger.declare(PoolWish(name="labs", limit=1))
        assert GUARDED_PASSWORD not in ledger.location
        assert ledger.location.startswith("postgresql+psycopg://guarded@/")

    @pytest.mark.parametrize("password", [None, Secret("a-wrong-password")])
    def test_a_wrong_password_is_told_and_not_shown(self, guarded_postgres_url: str, password: Secret | None) -> None:
        error = refusal(Ledger.open, guarded_postgres_url, password=password)
        assert error.code == "ledger_unreachable"
        assert "a-wrong-password" not in f"{error.message}{error.cause}{error.remedy}"

    def test_the_usual_spelling_of_a_url_will_do(self, postgres_url: str) -> None:
        Ledger.open(postgres_url.replace("+psycopg", "")).declare(PoolWish(name="labs", limit=1))
        assert Ledger.open(postgres_url).pool("labs").limit == 1

    def test_no_server_is_told(self, tmp_path: Path) -> None:
        pytest.importorskip("psycopg")
        error = refusal(Ledger.open, f"postgresql+psycopg://somebody@/ledger?host={tmp_path}")
        assert error.code == "ledger_unreachable"

    def test_no_such_database_is_told(self, postgres_url: str) -> None:
        assert refusal(Ledger.open, postgres_url.replace("/test_", "/missing_")).code == "ledger_unreachable"

    def test_a_schema_that_others_own_is_told(self, guarded_postgres_url: str) -> None:
        with engine(guarded_postgres_url.replace("guarded@", "postgres@")).begin() as connection:
            connection.exec_driver_sql("ALTER SCHEMA public OWNER TO postgres")
        error = refusal(Ledger.open, guarded_postgres_url, password=Secret(GUARDED_PASSWORD))
        assert error.code == "ledger_unwritable"

    def test_a_schema_of_its_own_beside_other_tables_will_do(self, postgres_url: str) -> None:
        with engine(postgres_url).begin() as connection:
            connection.exec_driver_sql("CREATE TABLE public.orders (id INTEGER)")
            connection.exec_driver_sql("CREATE SCHEMA mak")
        with Ledger.open(f"{postgres_url}&options=-csearch_path%3Dmak") as ledger:
            assert ledger.pools() == []

    def test_a_row_that_is_never_let_go_is_told(self, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        ledger = Ledger.open(postgres_url)
        ledger.declare(PoolWish(name="labs", limit=1))
        monkeypatch.setattr(f"{PACKAGE}.database._PATIENCE_SECONDS", 1)
        with engine(postgres_url).begin() as holder:
            holder.exec_driver_sql("SELECT * FROM pools FOR UPDATE")
            assert refusal(ledger.reserve, demand()).code == "ledger_busy"


@pytest.mark.parametrize(
    "url, code",
    [
        ("postgresql+psycopg://ops:hunter2@db/ledger", "password_in_url"),
        ("postgresql+psycopg://ops@db/ledger?password=hunter2", "password_in_url"),
        ("postgresql+psycopg://ops@db/ledger?sslpassword=hunter2", "password_in_url"),
        ("mysql://ops:hunter2@db/ledger", "password_in_url"),
        ("mysql://ops@db/ledger", "bad_ledger_url"),
        ("postgresql+psycopg2://ops@db/ledger", "bad_ledger_url"),
        ("postgresql+psycopg://ops@db", "bad_ledger_url"),
        ("sqlite://", "bad_ledger_url"),
        ("postgresql://ops:hunter2@db:port/ledger", "bad_ledger_url"),
        ("://hunter2", "bad_ledger_url"),
    ],
)
def test_a_url_that_will_not_do_is_refused_without_showing_it(url: str, code: str) -> None:
    error = refusal(Ledger.open, url)
    assert error.code == code
    assert "hunter2" not in f"{error.message}{error.cause}{error.remedy}"


def test_reading_does_not_make_a_ledger(location: str, tmp_path: Path) -> None:
    assert refusal(Ledger.open, location, create=False).code == "no_ledger"
    assert list(tmp_path.glob("ledger*")) == []
    with Ledger.open(location) as ledger:
        ledger.declare(PoolWish(name="labs", limit=1))
    assert [pool.name for pool in Ledger.open(location, create=False).pools()] == ["labs"]


def test_a_database_of_something_else_is_refused_and_left_alone(location: str) -> None:
    with engine(location).begin() as connection:
        connection.exec_driver_sql("CREATE TABLE orders (id INTEGER)")
        connection.exec_driver_sql("INSERT INTO orders VALUES (7)")
    for create in (True, False):
        error = refusal(Ledger.open, location, create=create)
        assert error.code == "foreign_database"
        assert "orders" in str(error.cause)
    with engine(location).connect() as connection:
        assert connection.exec_driver_sql("SELECT id FROM orders").scalar_one() == 7


def test_a_newer_ledger_is_refused_and_left_alone(ledger: Ledger, location: str) -> None:
    with engine(location).begin() as connection:
        connection.exec_driver_sql("UPDATE volume_activation SET schema_version = 99")
    for create in (True, False):
        error = refusal(Ledger.open, location, create=create)
        assert error.code == "newer_ledger"
        assert "99" in str(error.cause)
    with engine(location).connect() as connection:
        assert connection.exec_driver_sql("SELECT schema_version FROM volume_activation").scalar_one() == 99


@pytest.mark.parametrize("harm", ["DROP TABLE activations", "DELETE FROM volume_activation"])
def test_a_ledger_with_something_missing_is_called_damaged(
    ledger: Ledger, pool: Pool, location: str, harm: str
) -> None:
    with engine(location).begin() as connection:
        connection.exec_driver_sql(harm)
    assert refusal(lambda: Ledger.open(location).balance("labs")).code == "damaged_ledger"


def test_times_come_back_in_utc(location: str) -> None:
    with Ledger.open(location) as ledger:
        ledger.declare(PoolWish(name="labs", limit=1))
        entry = ledger.reserve(demand()).entry
    assert (entry.reserved_at.tzinfo, ledger.pool("labs").created_at.tzinfo) == (timezone.utc, timezone.utc)


@pytest.mark.parametrize("library, location", [("sqlalchemy", "ledger"), ("psycopg", "postgresql://ops@db/ledger")])
def test_a_library_that_is_missing_is_named_with_the_way_to_get_it(
    library: str, location: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(MissingLibrary, match="ledger") as caught:
        Ledger.open(location)
    assert "pip install" in str(caught.value.remedy)
    assert list(tmp_path.iterdir()) == []


def test_importing_the_ledger_loads_no_library() -> None:
    program = (
        f"import sys; sys.path.insert(0, {str(CHECKOUT)!r}); import plugins.plugin_utils._ledger; print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-B", "-c", program], capture_output=True, text=True, check=True)
    assert not {"sqlalchemy", "psycopg", "requests", "ansible"} & {name.split(".")[0] for name in done.stdout.split()}
