# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every module that uses a ledger: a wrong place and a damaged row are refused, and only mak_pool creates a ledger."""

from __future__ import annotations

import contextlib
import sqlite3
import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._action.features import ledger_options
from ansible_collections.volume.activation.plugins.plugin_utils._ledger import EntryState, MachineIdentity

from .fake_budgets import Budgets, request
from .fake_task import KEY, on_mak

HERE = MachineIdentity(name="app01.example.com", client_machine_id="image-1", bios_uuid="HARDWARE-1")
CREATES = ("mak_pool", {"name": "lab", "limit": 5})
USES: list[tuple[str, dict[str, t.Any]]] = [
    ("mak", {"product_key": KEY, "pool": "lab"}),
    ("mak", {"product_key": KEY, "pool": "lab", "activate": "proxy"}),
    ("kms_host", {"product_keys": [{"product_key": KEY, "pool": "lab"}]}),
    ("mak_ledger_info", {}),
    ("mak_ledger_info", {"pool": "lab", "entries": True, "confirmations": True}),
    ("mak_reconcile", {}),
    ("mak_count_info", {"pool": "lab"}),
    ("confirmation_id", {"requests": [request(1)], "pool": "lab"}),
    ("mak_exchange", {"step": "export", "requests": [request(1)], "pool": "lab", "path": "FOLDER/parcel.json"}),
    ("mak_exchange", {"step": "import", "path": "FOLDER/parcel.json"}),
]
PLACES = [
    "mistyped.sqlite",
    "FOLDER/nowhere/deep/l.sqlite",
    "$UNDEFINED_HERE/l.sqlite",
    ":memory:",
    "file:l.sqlite",
    "//server/share/l.sqlite",
    "{{ ledger }}",
    "/dev/null",
    "l\x00.sqlite",
]


def given(budgets: Budgets, args: dict[str, t.Any]) -> dict[str, t.Any]:
    """Return options with their paths in the test's folder."""
    folder = str(budgets.path.parent)
    return {name: value.replace("FOLDER", folder) if isinstance(value, str) else value for name, value in args.items()}


def talked(budgets: Budgets) -> bool:
    """Return whether the machine or the service was asked for anything."""
    return bool(budgets.stage.machine.queries or budgets.stage.machine.methods or budgets.service.asked)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("module", "args"), USES)
def test_what_uses_a_ledger_creates_none(
    budgets: Budgets, module: str, args: dict[str, t.Any], place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = budgets.path.parent
    monkeypatch.chdir(folder)
    found = budgets.run(module, given(budgets, {**args, "ledger": place}))
    exists = place.endswith("mistyped.sqlite") or "nowhere" in place
    assert (found["code"], found["refused"]) == ("no_ledger" if exists else "bad_ledger_url", True)
    assert exists is (f"{place.replace('FOLDER', str(folder))}." in found["msg"])
    assert found["remedy"] and not talked(budgets)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("place", PLACES[1:])
def test_the_one_that_creates_ledgers_refuses_wrong_places_too(
    budgets: Budgets, place: str, check: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(budgets.path.parent)
    found = budgets.run("mak_pool", given(budgets, {**CREATES[1], "ledger": place}), check=check)
    assert found["code"] == ("no_ledger_folder" if "nowhere" in place else "bad_ledger_url")
    assert list(budgets.path.parent.iterdir()) == []


DAMAGES = [
    "activations SET state = 'half-way'",
    "activations SET method = 'by pigeon'",
    "activations SET held_at = '2026-02-31 00:00:00'",
    "activations SET attempts = 'many'",
    "pools SET count_limit = 'many'",
    "pools SET count_limit = -1",
    "pools SET created_at = 'never'",
    "volume_activation SET schema_version = 'two'",
    "volume_activation SET schema_version = -1",
]


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize(("module", "args"), [CREATES, *USES])
def test_a_damaged_ledger_is_named_and_nothing_is_spent_from_it(
    budgets: Budgets, filled: bytes, module: str, args: dict[str, t.Any], damage: str
) -> None:
    budgets.path.write_bytes(filled)
    connection = sqlite3.connect(budgets.path)
    with contextlib.closing(connection), connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(f"UPDATE {damage}")
    before = budgets.path.read_bytes()
    found = budgets.run(module, given(budgets, args))
    assert (found["code"], found["refused"], found["changed"]) == ("damaged_ledger", True, False)
    assert str(budgets.path) in found["msg"]
    assert found["cause"] and found["remedy"]
    assert not talked(budgets)
    assert budgets.path.read_bytes() == before


@pytest.fixture(scope="module")
def kept() -> list[bytes]:
    """What `filled` has built already."""
    return []


@pytest.fixture
def filled(budgets: Budgets, kept: list[bytes]) -> bytes:
    """A ledger with an open and a confirmed entry, as a file."""
    if not kept:
        budgets.declare()
        budgets.spend(1, EntryState.UNCERTAIN, machine=HERE)
        budgets.spend(2)
        kept.append(budgets.path.read_bytes())
    return kept[0]


@pytest.mark.parametrize(("module", "args"), [CREATES, *USES])
def test_an_emptied_ledger_is_not_a_new_one(budgets: Budgets, module: str, args: dict[str, t.Any]) -> None:
    budgets.path.touch()
    found = budgets.run(module, given(budgets, args))
    assert (found["code"], found["refused"]) == ("damaged_ledger", True)
    assert str(budgets.path) in found["msg"]
    assert budgets.path.stat().st_size == 0 and not talked(budgets)


@pytest.mark.parametrize("check", [True, False])
def test_creating_a_ledger_is_shown_with_its_place(budgets: Budgets, check: bool) -> None:
    module, args = CREATES
    first = budgets.run(module, args, check=check, diff=True)
    assert (first["created"], first["ledger"]) == (True, str(budgets.path))
    assert first["diff"]["after"].startswith(f"ledger: {budgets.path}\n")
    assert budgets.path.exists() is not check


def test_a_ledger_that_is_there_was_not_created(budgets: Budgets) -> None:
    module, args = CREATES
    assert budgets.run(module, args)["created"]
    for more in ({}, {"limit": 6}, {"state": "absent"}):
        again = budgets.run(module, {**args, **more}, diff=True)
        assert (again["created"], again["ledger"]) == (False, str(budgets.path))
        assert "ledger" not in again["diff"]["after"]


def test_removing_a_pool_without_a_ledger_shows_where_it_was_looked_for(budgets: Budgets) -> None:
    found = budgets.run("mak_pool", {"name": "lab", "state": "absent"})
    assert (found["created"], found["ledger"]) == (False, str(budgets.path))


@pytest.mark.parametrize("check", [True, False])
def test_the_default_ledger_is_not_created_where_it_would_be_lost(
    budgets: Budgets, check: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = budgets.path.parent
    monkeypatch.setattr(ledger_options, "_default", lambda: home / ".ansible" / "volume_activation" / "ledger.sqlite")
    monkeypatch.delenv("VOLUME_ACTIVATION_LEDGER", raising=False)
    monkeypatch.setenv("TMPDIR", str(home))
    module, args = CREATES
    found = budgets.stage.run(module, args, check=check)
    assert (found["code"], found["refused"], found["changed"]) == ("disposable_ledger", True, False)
    assert str(home) in found["msg"] and found["cause"]
    assert "VOLUME_ACTIVATION_LEDGER" in found["remedy"]
    assert list(home.iterdir()) == []
    monkeypatch.setenv("VOLUME_ACTIVATION_LEDGER", str(budgets.path))
    assert budgets.stage.run(module, args, check=check)["created"]


@pytest.mark.parametrize("seconds", [-1, 10**12, 10**20])
def test_a_span_that_no_clock_measures_is_refused(budgets: Budgets, seconds: int) -> None:
    budgets.declare()
    budgets.stage.machine.products = [on_mak()]
    found = budgets.run("mak_reconcile", {"quiet_seconds": seconds})
    assert (found["code"], found["refused"]) == ("bad_option", True)
    assert not talked(budgets)
