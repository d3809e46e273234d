# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""mak_pool: what is declared once is there, in check mode nothing is, and no key is anywhere."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._ledger import EntryState
from ansible_collections.volume.activation.plugins.plugin_utils._secrets import reveal

from ..plugin_utils._planning.state_samples import gvlk
from .fake_budgets import MAK, OTHER_KEY, STOP, Budgets
from .fake_task import KEY

LAB: dict[str, t.Any] = {"name": "lab", "limit": 5, "reserve": 1, "description": "the lab"}


def same_in_check_mode(budgets: Budgets, args: dict[str, t.Any]) -> dict[str, t.Any]:
    """Return the result of a task that check mode predicted to the letter, and did not carry out."""
    before = budgets.path.read_bytes() if budgets.path.exists() else None
    predicted = budgets.run("mak_pool", args, check=True, diff=True)
    assert (budgets.path.read_bytes() if budgets.path.exists() else None) == before
    done = budgets.run("mak_pool", args, diff=True)
    assert predicted == done
    again = [budgets.run("mak_pool", {**args, "resume": False}, check=check, diff=True) for check in (True, False)]
    assert [(run["changed"], run["diff"], run["pool"]) for run in again] == [
        (False, {"before": "", "after": ""}, done["pool"])
    ] * 2
    return done


def test_a_pool_is_created(budgets: Budgets) -> None:
    done = same_in_check_mode(budgets, LAB)
    assert done["changed"]
    assert done["pool"] == {
        "name": "lab",
        "description": "the lab",
        "limit": 5,
        "reserve": 1,
        "spent": 0,
        "reserved": 0,
        "uncertain": 0,
        "left": 5,
        "available": 4,
        "partial_product_key": None,
        "extended_pid": None,
        "stopped": None,
    }
    assert done["diff"]["before"] == ""
    assert "pool: lab\nlimit: 5\nreserve: 1\n" in done["diff"]["after"]


def test_a_pool_is_adjusted_where_it_differs(budgets: Budgets) -> None:
    budgets.run("mak_pool", LAB)
    done = same_in_check_mode(budgets, {"name": "lab", "limit": 7})
    assert done["changed"]
    assert done["diff"] == {"before": "limit: 5\n", "after": "limit: 7\n"}
    assert (done["pool"]["limit"], done["pool"]["reserve"], done["pool"]["description"]) == (7, 1, "the lab")


def test_a_pool_is_removed(budgets: Budgets) -> None:
    budgets.run("mak_pool", LAB)
    done = same_in_check_mode(budgets, {"name": "lab", "state": "absent"})
    assert done["changed"]
    assert done["pool"] is None
    assert done["diff"]["after"] == ""
    assert done["diff"]["before"].startswith("pool: lab\n")


def test_a_key_binds_the_pool_and_is_nowhere(budgets: Budgets) -> None:
    budgets.run("mak_pool", LAB)
    done = same_in_check_mode(budgets, {**LAB, "product_key": KEY.lower()})
    assert done["changed"]
    assert done["pool"]["partial_product_key"] == MAK.partial
    assert done["diff"]["before"] == "product_key: (none)\n"
    with budgets.open() as ledger:
        assert ledger.pool("lab").fingerprint == MAK.fingerprint
    everything = json.dumps(done).upper().encode() + budgets.path.read_bytes().upper()
    assert reveal(MAK).encode() not in everything


def refused(budgets: Budgets, args: dict[str, t.Any]) -> str:
    """Return the code of a refusal that check mode meets as well, and that changes nothing."""
    with budgets.open() as ledger:
        before = ledger.pools()
    found = [budgets.run("mak_pool", args, check=check) for check in (True, False)]
    with budgets.open() as ledger:
        assert ledger.pools() == before
    for one in found:
        assert one["failed"] and one["refused"] and not one["changed"]
        assert one["msg"] and one["remedy"]
        assert "steps" not in one and "requests" not in one
    assert found[0] == found[1]
    return str(found[0]["code"])


@pytest.mark.parametrize("option", ["name", "description", "ledger"])
def test_a_key_beside_the_option_for_it_is_refused_before_it_is_stored(budgets: Budgets, option: str) -> None:
    for spelled in (KEY, KEY.replace("-", "\N{EN DASH}"), KEY.replace("-", ""), f"the one with {KEY.lower()}"):
        assert refused(budgets, {**LAB, option: spelled}) == "bad_option"
    assert KEY.encode() not in budgets.path.read_bytes()


def test_a_limit_below_what_is_spent_is_refused(budgets: Budgets) -> None:
    budgets.declare(limit=5)
    for number in range(3):
        budgets.spend(number)
    assert refused(budgets, {"name": "lab", "limit": 2}) == "limit_below_spent"
    assert same_in_check_mode(budgets, {"name": "lab", "limit": 3})["pool"]["left"] == 0


@pytest.mark.parametrize("state", [EntryState.CONFIRMED, EntryState.UNCERTAIN, None])
def test_a_pool_in_use_is_kept(budgets: Budgets, state: EntryState | None) -> None:
    budgets.declare()
    budgets.spend(state=state)
    assert refused(budgets, {"name": "lab", "state": "absent"}) == "pool_in_use"


def test_a_pool_of_which_all_was_released_can_go(budgets: Budgets) -> None:
    budgets.declare()
    budgets.spend(state=EntryState.RELEASED)
    assert same_in_check_mode(budgets, {"name": "lab", "state": "absent"})["changed"]


@pytest.mark.parametrize(
    ("args", "code"),
    [
        ({"name": "new"}, "bad_limit"),
        ({"name": "new", "limit": -1}, "bad_limit"),
        ({"name": "lab", "reserve": -1}, "bad_limit"),
        ({"name": "lab", "reserve": 6}, "reserve_above_limit"),
        ({"name": " ", "limit": 1}, "bad_pool_name"),
        ({"name": "lab", "product_key": OTHER_KEY}, "pool_of_another_key"),
        ({"name": "lab", "product_key": reveal(gvlk())}, "kms_client_key"),
        ({"name": "lab", "product_key": "AAAAA-AAAAA"}, "malformed_key"),
        ({"name": "lab", "state": "gone"}, "bad_option"),
        ({"name": "lab", "limit": "many"}, "bad_option"),
    ],
)
def test_what_cannot_be_is_refused(budgets: Budgets, args: dict[str, t.Any], code: str) -> None:
    budgets.declare(limit=5)
    assert refused(budgets, args) == code


def test_a_stop_is_told_and_taken_away(budgets: Budgets) -> None:
    budgets.declare()
    budgets.declare("other")
    with budgets.open() as ledger:
        ledger.stop(MAK.fingerprint, STOP)
    told = budgets.run("mak_pool", {"name": "lab"}, diff=True)
    assert not told["changed"]
    assert told["pool"]["stopped"]["code"] == "0xC004C020"
    assert told["pool"]["stopped"]["since"].startswith("20")
    done = same_in_check_mode(budgets, {"name": "lab", "resume": True})
    assert done["changed"]
    assert done["pool"]["stopped"] is None
    assert done["diff"]["after"] == "stopped: no\n"
    assert budgets.run("mak_pool", {"name": "other"})["pool"]["stopped"] is None
    assert not budgets.run("mak_pool", {"name": "lab", "resume": True})["changed"]


def test_a_new_pool_of_a_stopped_key_is_stopped_too(budgets: Budgets) -> None:
    budgets.declare()
    with budgets.open() as ledger:
        ledger.stop(MAK.fingerprint, STOP)
    done = same_in_check_mode(budgets, {"name": "second", "limit": 1, "product_key": KEY})
    assert done["pool"]["stopped"]["code"] == "0xC004C020"


def test_nothing_is_created_to_remove_something(budgets: Budgets) -> None:
    found = budgets.run("mak_pool", {"name": "lab", "state": "absent"})
    assert (found["changed"], found["pool"]) == (False, None)
    assert not budgets.path.exists()


def test_a_damaged_ledger_is_left_as_it_is(budgets: Budgets) -> None:
    budgets.path.write_bytes(b"this is no database" * 100)
    for state in ("present", "absent"):
        found = budgets.run("mak_pool", {**LAB, "state": state})
        assert (found["code"], found["refused"]) == ("damaged_ledger", True)
    assert budgets.path.read_bytes() == b"this is no database" * 100


def test_the_password_of_the_ledger_is_in_no_result(budgets: Budgets) -> None:
    password = "the-password-of-the-ledger"
    found = budgets.run("mak_pool", {**LAB, "ledger": f"postgresql://me:{password}@db/x", "ledger_password": password})
    assert found["code"] == "password_in_url"
    assert password not in json.dumps(found)


def test_the_ledger_of_the_environment_is_used(budgets: Budgets, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOLUME_ACTIVATION_LEDGER", str(budgets.path))
    assert budgets.stage.run("mak_pool", LAB)["changed"]
    assert budgets.path.exists()
    assert budgets.path.stat().st_mode & 0o077 == 0
