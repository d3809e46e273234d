# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What happens to a machine and its MAK over several runs: prepared, rebuilt, imaged anew, stopped and shared."""

from __future__ import annotations

from typing import Any

import pytest

from .ledger_helpers import TwoCounts
from .mak_cases import ACTIVATE, HOST_KEY, INSTALL, OTHER_MAK, REFRESH, SERVER, Case, Entry, Serve, account, served


def test_a_host_key_that_no_product_shows_is_found_out_once_it_is_in_and_never_activated(serve: Serve) -> None:
    books = served(serve, {"srv": Case(machine=SERVER)})
    books.declare("srv")
    wish = {"srv": {"product_key": HOST_KEY}}
    first, second = books.play(wish), books.play(wish)
    assert (first.result("srv")["code"], second.result("srv")["code"]) == ("not_a_mak", "not_a_mak")
    assert [step["action"] for step in first.result("srv")["steps"]] == ["install_key"]
    assert books.invoked("srv") == [INSTALL, REFRESH]
    assert books.entries("srv") == []


def test_a_prepared_machine_is_activated_later_with_what_the_first_run_told(serve: Serve) -> None:
    books = served(serve, {"srv": Case(machine=SERVER)})
    books.declare("srv")
    prepared = books.play({"srv": {"activate": "never"}}).result("srv")["installation"]
    truth = books.ground.fleet.machines["srv"].describe()
    assert (prepared["machine"], prepared["reason"]) == ("srv", "first_activation")
    assert prepared["partial_product_key"] == books.keys["srv"][-5:]
    for name in ("installation_id", "extended_pid"):
        assert prepared[name] == truth["primary"][name]
    assert prepared["activation_id"] == truth["primary"]["id"]
    assert prepared["client_machine_id"].lower() == truth["client_machine_id"]
    assert prepared["bios_uuid"].lower() == truth["bios_uuid"]
    assert (books.spent("srv"), books.entries("srv")) == (0, [])

    later = books.play({"srv": {"activate": "online"}}).result("srv")
    assert [step["action"] for step in later["steps"]] == ["activate"]
    assert later["installation"] is None
    assert books.invoked("srv") == [INSTALL, REFRESH, ACTIVATE, REFRESH]
    assert account(books, "srv")["entries"] == (Entry(),)
    licensed = books.play({"srv": {"activate": "never"}}).result("srv")
    assert (licensed["changed"], licensed["installation"]) == (False, None)


def _change(books: TwoCounts, host: str, **changes: Any) -> None:
    """Change a machine's description while the fleet is running."""
    description = {"machines": {host: {**SERVER, **changes}}, "world": {"microsoft": {"maks": _maks(books)}}}
    books.ground.fleet.update(description)


def _maks(books: TwoCounts) -> dict[str, Any]:
    return {name: {"key": key, "remaining": 5} for name, key in books.keys.items()} | {"other": {"key": OTHER_MAK}}


def test_changed_hardware_is_activated_anew_and_a_new_image_on_the_old_one_for_nothing(serve: Serve) -> None:
    books = served(serve, {"srv": Case(machine=SERVER)})
    books.declare("srv", limit=2)
    wish = {"srv": {"activate": "proxy"}}
    assert books.play(wish).code == 0
    _change(books, "srv", hardware="second")
    changed = books.play(wish).result("srv")
    assert changed["activation"] == {"pool": "srv", "method": "proxy", "reason": "hardware_change", "spent": 1}
    assert (books.spent("srv"), books.counted("srv")) == (2, 2)

    _change(books, "srv", hardware="second", image="second")
    predicted = books.play(wish, arguments=("--check",))
    reimaged = books.play(wish)
    assert reimaged.code == 0, reimaged.output
    assert [step["action"] for step in reimaged.result("srv")["steps"]] == ["install_key", "deposit_confirmation_id"]
    assert reimaged.result("srv")["activation"]["spent"] == 0
    assert (books.spent("srv"), books.counted("srv")) == (2, 2)
    assert predicted.code == 0, "the pool is empty, and still nothing stands in the way of what costs nothing"
    with books.open() as ledger:
        assert sorted(kept.uses for kept in ledger.confirmations()) == [1, 2]
    assert [row.reason for row in books.entries("srv")] == ["first_activation", "hardware_change"]


def test_a_new_image_that_was_activated_online_spends_again_and_says_why(serve: Serve) -> None:
    books = served(serve, {"srv": Case(machine=SERVER)})
    books.declare("srv")
    assert books.play({"srv": {}}).code == 0
    _change(books, "srv", image="second")
    assert books.play({"srv": {}}).code == 0
    assert [(row.state.value, row.reason) for row in books.entries("srv")] == [
        ("confirmed", "first_activation"),
        ("confirmed", "activated_before"),
    ]
    assert books.spent("srv") <= books.counted("srv")


def test_a_stopped_pool_lets_in_who_it_has_licensed_and_nobody_else(serve: Serve) -> None:
    books = served(serve, {"old": Case(machine=SERVER), "new": Case(machine=SERVER)})
    books.declare("old")
    wishes = {name: {"pool": "old", "product_key": books.keys["old"]} for name in ("old", "new")}
    assert books.play({"old": wishes["old"]}).code == 0
    books.stop("old")
    run = books.play(wishes)
    assert (run.result("old")["changed"], run.result("new")["code"]) == (False, "pool_stopped")
    assert "0xC004C020" in run.result("new")["msg"]
    assert run.result("new")["refused"] is True
    assert books.messages("new") == 0


@pytest.mark.parametrize("name", ["awx_user_name", "tower_user_name"])
def test_the_entry_names_who_started_the_job_on_the_automation_platform(serve: Serve, name: str) -> None:
    books = served(serve, {"srv": Case(machine=SERVER)})
    books.declare("srv")
    assert books.play({"srv": {}}, variables={name: "somebody-at-awx"}).code == 0
    assert [row.user for row in books.entries("srv")] == ["somebody-at-awx"]


def test_a_pool_that_two_departments_share_a_key_for_is_counted_apart(serve: Serve) -> None:
    books = served(serve, {"one": Case(machine=SERVER), "two": Case(machine=SERVER), "three": Case(machine=SERVER)})
    for pool in ("sales", "labs"):
        books.declare(pool, limit=1)
    key = books.keys["one"]
    wishes = {
        "one": {"product_key": key, "pool": "sales"},
        "two": {"product_key": key, "pool": "labs"},
    }
    assert books.play(wishes).code == 0
    run = books.play({"three": {"product_key": key, "pool": "labs"}})
    assert run.result("three")["code"] == "pool_exhausted"
    assert (books.counted("sales"), books.counted("labs"), books.spent("one")) == (1, 1, 2)
    assert books.ground.fleet.machines["three"].describe()["primary"]["channel"] == "kms_client", "its key stays"
