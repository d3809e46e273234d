# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A ledger with rows that no release has written: typed refusals only, and nothing is spent from it."""

from __future__ import annotations

import contextlib
import os
import random
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._errors import Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._ledger import (
    Confirmation,
    EntryState,
    Ledger,
    MachineIdentity,
    PoolWish,
    Stop,
    utcnow,
)
from ansible_collections.volume.activation.plugins.plugin_utils._ledger.reservation_owner import Owner

from .demands import KEY, OTHER_KEY, demand, engine, refusal

STATES = (None, EntryState.UNCERTAIN, EntryState.CONFIRMED, EntryState.RELEASED)
STOP = Stop(code="0xC004C020", message="Used up.", at=utcnow())
INVALID_UTF8 = "CAST(x'636f6e66ff' AS TEXT)"
VALUES: list[Any] = [
    None,
    "",
    " ",
    "half-way",
    "confirmed ",
    "Confirmed",
    "released",
    "5",
    "-5",
    "x" * 100_000,
    "\x00",
    "b/n/1/2",
    "b/n/\u00b2/2",
    f"b/n/{'9' * 30}/2",
    "now",
    "2026-13-01 00:00:00.000000",
    "2026-02-31 00:00:00.000000",
    "2026-01-01T00:00:00+99:00",
    "0001-01-01 00:00:00.000000",
    "0001-01-01 00:00:00+14:00",
    "9999-12-31 23:59:59.999999",
    "9999-12-31 23:59:59-14:00",
    0,
    -1,
    -(2**63),
    2**31,
    2**63 - 1,
    1.5,
    1e300,
    float("inf"),
    b"",
    b"\xff\xfe\x00",
    INVALID_UTF8,
]
CASES = int(os.environ.get("VOLUME_ACTIVATION_DAMAGES", "60"))
READERS: list[Callable[[Ledger], object]] = [
    lambda ledger: ledger.pools(),
    lambda ledger: ledger.balance("labs"),
    lambda ledger: ledger.entries(),
    lambda ledger: ledger.by_machine(),
    lambda ledger: ledger.by_reason("labs"),
    lambda ledger: ledger.confirmations(),
    lambda ledger: ledger.confirmation("1" * 63),
    lambda ledger: ledger.open_entries(MachineIdentity(name="pc1", client_machine_id="c0ffee-1", bios_uuid="B105-1")),
    lambda ledger: ledger.has_confirmed("labs", "pc3"),
    lambda ledger: ledger.is_live(1),
    lambda ledger: ledger.check(demand(9)),
]
WRITERS: list[Callable[[Ledger], object]] = [
    lambda ledger: ledger.reserve(demand(9)),
    lambda ledger: ledger.reserve(demand(2)),
    lambda ledger: ledger.settle(1, EntryState.UNCERTAIN),
    lambda ledger: ledger.declare(PoolWish(name="labs", limit=90, reserve=2)),
    lambda ledger: ledger.stop(OTHER_KEY, STOP),
    lambda ledger: ledger.keep(Confirmation(installation_id="1" * 63, confirmation_id="2" * 48, source="proxy"), 3),
    lambda ledger: ledger.mark_used("1" * 63),
    lambda ledger: ledger.resume("annexe"),
    lambda ledger: ledger.remove("annexe"),
]


def fill(location: str) -> None:
    """Make a ledger with an entry in each state, a stopped key and a confirmation ID."""
    with Ledger.open(location) as ledger:
        ledger.declare(PoolWish(name="labs", limit=80, reserve=1, fingerprint=KEY, partial="AAAAA"))
        ledger.declare(PoolWish(name="annexe", limit=1))
        for number, state in enumerate(STATES, 1):
            entry = ledger.reserve(demand(number)).entry
            if state is not None:
                ledger.settle(entry.id, state)
        ledger.keep(Confirmation(installation_id="1" * 63, confirmation_id="2" * 48, source="proxy"), 3)
        ledger.stop("c" * 64, STOP)


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A sound ledger as a file, whose tables hold whatever is written into them."""
    path = tmp_path_factory.mktemp("sound") / "ledger.sqlite"
    fill(str(path))
    connection = sqlite3.connect(path)
    with contextlib.closing(connection), connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("UPDATE sqlite_master SET sql = replace(sql, ' NOT NULL', '') WHERE type = 'table'")
    return path.read_bytes()


@pytest.fixture
def sound(tmp_path: Path, content: bytes) -> Path:
    """That ledger, in a file of its own."""
    path = tmp_path / "ledger.sqlite"
    path.write_bytes(content)
    return path


def columns(path: Path) -> list[tuple[str, str]]:
    """Return every column of every table."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return [
            (table, row[1])
            for table in tables
            if not table.startswith("sqlite_")
            for row in connection.execute(f"PRAGMA table_info({table})")
        ]


@contextlib.contextmanager
def damaged(path: Path, table: str, column: str, value: Any) -> Iterator[bool]:
    """Put a value into the first row while the block lasts; False if SQLite itself does not take it."""
    content = path.read_bytes()
    raw = value is INVALID_UTF8
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        try:
            connection.execute(
                f"UPDATE {table} SET {column} = {value if raw else '?'} WHERE rowid = (SELECT min(rowid) FROM {table})",
                () if raw else (value,),
            )
            connection.commit()
        except sqlite3.IntegrityError:
            taken = False
        else:
            taken = True
    try:
        yield taken
    finally:
        path.write_bytes(content)


def test_readers_and_writers_meet_refusals_and_nothing_else(sound: Path) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    cases = [(table, column, value) for table, column in columns(sound) for value in VALUES]
    codes: list[str | None] = []
    for table, column, value in chance.sample(cases, CASES):
        with damaged(sound, table, column, value) as taken:
            if taken:
                codes.extend(codes_of(str(sound), [*READERS, chance.choice(WRITERS)], f"{table}.{column} = {value!r}"))
    assert "damaged_ledger" in codes


def codes_of(location: str, calls: list[Callable[[Ledger], object]], case: str) -> Iterator[str | None]:
    """Yield the code of each refusal that these calls meet; anything else that is raised fails."""
    try:
        with Ledger.open(location, create=False) as ledger:
            for call in calls:
                try:
                    call(ledger)
                except Refusal as error:
                    assert error.code and error.remedy, case
                    yield error.code
    except Refusal as error:
        assert (error.code, location in error.message) == ("damaged_ledger", True), case
        yield error.code
    except Exception as error:
        raise AssertionError(f"{case}: {type(error).__name__}: {error}") from error


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("activations", "state", "half-way"),
        ("activations", "state", "Released"),
        ("activations", "state", None),
        ("activations", "state", b"released"),
        ("activations", "method", "by pigeon"),
        ("activations", "pool", "another"),
        ("activations", "attempts", "many"),
        ("activations", "attempts", 2**31),
        ("activations", "from_reserve", 7),
        ("activations", "held_at", "yesterday"),
        ("activations", "held_at", "2026-02-31 00:00:00.000000"),
        ("activations", "reserved_at", 5),
        ("activations", "machine_name", b"\xff"),
        ("pools", "count_limit", "many"),
        ("pools", "count_limit", -1),
        ("pools", "count_limit", 1e300),
        ("pools", "count_reserve", None),
        ("pools", "created_at", "never"),
        ("pools", "description", None),
        ("stopped_keys", "stopped_at", ""),
        ("confirmations", "confirmation_id", b"5"),
        ("confirmations", "uses", -1),
        ("confirmations", "obtained_at", None),
        ("volume_activation", "schema_version", "two"),
        ("volume_activation", "schema_version", -1),
        ("volume_activation", "schema_version", 0),
        ("volume_activation", "schema_version", 1.5),
        ("volume_activation", "schema_version", None),
        ("volume_activation", "schema_version", b"\x02"),
    ],
)
def test_a_damaged_row_is_named_and_nothing_is_spent(sound: Path, table: str, column: str, value: Any) -> None:
    with damaged(sound, table, column, value) as taken:
        assert taken
        before = sound.read_bytes()
        codes = set()
        for create in (True, False):
            error = refusal(lambda: Ledger.open(str(sound), create=create).reserve(demand(9)))  # noqa: B023
            codes.add(error.code)
            assert str(sound) in error.message
            assert column.split("_")[0] in str(error.cause) or table == "volume_activation"
        assert codes == {"damaged_ledger"}
        assert sound.read_bytes() == before


def test_a_state_that_appears_while_the_ledger_is_open_counts_as_spent(sound: Path) -> None:
    with Ledger.open(str(sound)) as ledger:
        counted = ledger.balance("labs").counted
        for state in ("half-way", "Released", "released ", "", None, 5, b"released"):
            with damaged(sound, "activations", "state", state) as taken:
                assert taken
                assert ledger.balance("labs").counted == counted
                assert refusal(ledger.entries).code == "damaged_ledger"
                assert refusal(ledger.settle, 1, EntryState.RELEASED).code == "damaged_ledger"


def test_an_index_that_has_lost_rows_is_a_damage(sound: Path) -> None:
    connection = sqlite3.connect(sound)
    with contextlib.closing(connection), connection:
        connection.execute("PRAGMA writable_schema = ON")
        # The index keeps its name and holds no row any more.
        connection.execute("DROP INDEX activations_by_pool")
        connection.execute("CREATE INDEX activations_by_pool ON activations (pool, state) WHERE id < 0")
        connection.execute(
            "UPDATE sqlite_master SET sql = 'CREATE INDEX activations_by_pool ON activations (pool, state)'"
            " WHERE name = 'activations_by_pool'"
        )
    assert refusal(Ledger.open, str(sound)).code == "damaged_ledger"


def test_a_file_with_other_bytes_is_sound_or_refused(tmp_path: Path, content: bytes) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    path = tmp_path / "ledger.sqlite"
    # Each byte of the header of the file, which has a meaning of its own (SQLite file format, 1.3), and any others.
    starts = [*range(100), *(chance.randrange(len(content)) for _case in range(CASES))]
    for start in starts:
        changed = bytearray(content)
        changed[start : start + 16] = chance.randbytes(16)
        path.write_bytes(changed[: chance.choice([len(content), start])])
        try:
            with Ledger.open(str(path)) as ledger:
                assert ledger.balance("labs").counted == 3
        except Refusal as error:
            assert error.code in ("damaged_ledger", "newer_ledger", "foreign_database", "unknown_pool"), seed
            assert error.code == "unknown_pool" or str(path) in error.message


@pytest.mark.parametrize(
    ("table", "change", "named"),
    [
        ("activations", "state = 'half-way'", "row id 1: state"),
        ("activations", "method = 'by pigeon'", "row id 1: method"),
        ("activations", "pool = 'another'", "another"),
        ("activations", "attempts = -1", "row id 1: attempts"),
        ("activations", "held_at = 'infinity'", "row id 1: held_at"),
        ("activations", "settled_at = '-infinity'", "row id 1: settled_at"),
        ("pools", "count_limit = -1", "count_limit"),
        ("pools", "updated_at = 'infinity'", "updated_at"),
        ("confirmations", "uses = -1", "uses"),
        ("stopped_keys", "stopped_at = 'infinity'", "stopped_at"),
    ],
)
def test_a_damaged_row_of_a_server_is_named_too(postgres_url: str, table: str, change: str, named: str) -> None:
    fill(postgres_url)
    with engine(postgres_url).begin() as connection:
        where = " WHERE id = 1" if table == "activations" else ""
        connection.exec_driver_sql(f"UPDATE {table} SET {change}{where}")
    error = refusal(Ledger.open, postgres_url)
    assert error.code == "damaged_ledger"
    assert named in str(error.cause)
    assert "file" not in str(error.remedy)


@pytest.mark.parametrize("change", ["held_at = 'infinity'", "held_at = '0044-03-15 BC'"])
def test_a_date_that_python_does_not_know_is_a_damage(postgres_url: str, change: str) -> None:
    fill(postgres_url)
    with Ledger.open(postgres_url) as ledger:
        with engine(postgres_url).begin() as connection:
            connection.exec_driver_sql(f"UPDATE activations SET {change}")
        assert refusal(ledger.entries).code == "damaged_ledger"


@pytest.mark.parametrize("text", ["pc\x00", "pc\ud800"])
def test_text_that_cannot_be_stored_is_refused_and_not_called_a_damage(location: str, text: str) -> None:
    fill(location)
    with Ledger.open(location) as ledger:
        machine = MachineIdentity(name=text, bios_uuid="B105-9")
        try:
            ledger.reserve(replace(demand(9), machine=machine))
        except Refusal as error:
            assert error.code == "bad_text"
        else:
            assert ledger.entries(machine_name=text)


@pytest.mark.parametrize("text", ["", "b/n/\u00b2/2", f"b/n/{'9' * 40}/2", "b/n/-1/2", "b/n/0/2", "a/b", "b/n/1/2/3"])
def test_an_owner_that_cannot_be_read_is_not_known_to_live(text: str) -> None:
    assert Owner.parse(text).life in ("dead", "unknown")


@pytest.mark.parametrize("number", [-1, 2**31, 2**63, 10**30])
@pytest.mark.parametrize("what", ["limit", "reserve"])
def test_a_number_that_no_database_stores_is_refused(location: str, what: str, number: int) -> None:
    with Ledger.open(location) as ledger:
        wish = PoolWish(name="labs", **{"limit": 5, **{what: number}})
        assert refusal(ledger.declare, wish).code == "bad_limit"
