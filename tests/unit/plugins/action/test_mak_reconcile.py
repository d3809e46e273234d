# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""mak_reconcile: the machine is asked, the ledger is settled, and nothing happens on the machine."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._errors import ConnectionFailed
from ansible_collections.volume.activation.plugins.plugin_utils._ledger import EntryState, MachineIdentity, Method

from .fake_budgets import MAK, Budgets
from .fake_task import on_mak, windows

HERE = MachineIdentity(name="app01.example.com", client_machine_id="image-1", bios_uuid="HARDWARE-1")
QUIET: dict[str, t.Any] = {"quiet_seconds": 0}
UNLICENSED = windows(ProductKeyChannel="Volume:MAK", PartialProductKey=MAK.partial)
LICENSED = on_mak(PartialProductKey=MAK.partial)


@pytest.fixture
def budgets(budgets: Budgets) -> Budgets:
    """A pool, and a machine on its key."""
    budgets.declare()
    budgets.stage.machine.service["ClientMachineID"] = "image-1"
    budgets.stage.machine.products = [dict(LICENSED)]
    return budgets


def reconciled(budgets: Budgets, args: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
    """Return the result of a task that check mode predicted, without writing; and that changes nothing again."""
    before, given = budgets.entries(), {**QUIET, **(args or {})}
    predicted = budgets.run("mak_reconcile", given, check=True, diff=True)
    assert budgets.entries() == before
    done = budgets.run("mak_reconcile", given, diff=True)
    assert predicted == done
    again = budgets.run("mak_reconcile", given, diff=True)
    assert (again["changed"], again["settled"], again["diff"]) == (False, [], {"before": "", "after": ""})
    assert again["left"] == done["left"]
    assert budgets.stage.machine.methods == []
    return done


def test_a_licensed_machine_confirms_what_is_open(budgets: Budgets) -> None:
    entry = budgets.spend(state=EntryState.UNCERTAIN, machine=HERE, code="outcome_unknown")
    done = reconciled(budgets)
    assert done["changed"]
    assert done["settled"] == [
        {"entry": entry.id, "pool": "lab", "state": "confirmed", "why": "the product is licensed with this key"}
    ]
    assert (done["open"], done["left"], done["steps"]) == (0, [], [])
    assert done["diff"] == {"before": "entry 1 of pool lab: uncertain\n", "after": "entry 1 of pool lab: confirmed\n"}
    (settled,) = budgets.entries()
    assert (settled.state, settled.code) == (EntryState.CONFIRMED, "reconciled")


def test_a_licensed_machine_confirms_what_was_released_and_nothing_else_has_paid_for(budgets: Budgets) -> None:
    entry = budgets.spend(state=EntryState.RELEASED, machine=HERE, code="0x80070005")
    done = reconciled(budgets)
    assert [(row["entry"], row["state"]) for row in done["settled"]] == [(entry.id, "confirmed")]
    assert budgets.states() == ["confirmed"]


def test_what_was_released_stays_so_where_another_entry_has_paid_or_nothing_is_licensed(budgets: Budgets) -> None:
    budgets.spend(state=EntryState.RELEASED, machine=HERE)
    budgets.stage.machine.products = [dict(UNLICENSED)]
    assert not reconciled(budgets)["changed"]
    budgets.stage.machine.products = [dict(LICENSED)]
    budgets.spend(state=EntryState.CONFIRMED, machine=HERE)
    assert not reconciled(budgets)["changed"]
    assert budgets.states() == ["released", "confirmed"]


def test_an_unlicensed_machine_releases_what_it_asked_for_itself(budgets: Budgets) -> None:
    budgets.stage.machine.products = [dict(UNLICENSED)]
    budgets.spend(state=EntryState.UNCERTAIN, machine=HERE, code="outcome_unknown")
    done = reconciled(budgets)
    assert [row["state"] for row in done["settled"]] == ["released"]
    assert budgets.states() == ["released"]


def test_what_no_machine_can_tell_stays_open(budgets: Budgets) -> None:
    budgets.stage.machine.products = [dict(UNLICENSED)]
    budgets.spend(state=EntryState.UNCERTAIN, machine=HERE, method=Method.PROXY)
    old = MachineIdentity(name="before", client_machine_id="image-0", bios_uuid="hardware-1")
    budgets.spend(state=EntryState.UNCERTAIN, machine=old)
    done = reconciled(budgets)
    assert (done["changed"], done["settled"], done["open"]) == (False, [], 2)
    assert [row["state"] for row in done["left"]] == ["uncertain", "uncertain"]
    assert all(row["why"] for row in done["left"])


@pytest.mark.parametrize(("assume", "state"), [("spent", "confirmed"), ("unspent", "released")])
def test_a_person_s_word_settles_the_rest(budgets: Budgets, assume: str, state: str) -> None:
    budgets.stage.machine.products = [dict(UNLICENSED)]
    budgets.spend(state=EntryState.UNCERTAIN, machine=HERE, method=Method.PROXY)
    done = reconciled(budgets, {"assume": assume})
    assert [row["state"] for row in done["settled"]] == [state]
    (entry,) = budgets.entries()
    assert (entry.state.value, entry.code) == (state, "assumed")


def test_a_reservation_that_lives_is_left(budgets: Budgets) -> None:
    budgets.stage.machine.products = [dict(UNLICENSED)]
    budgets.spend(state=None, machine=HERE)
    done = reconciled(budgets, {"assume": "unspent"})
    assert done["open"] == 1
    assert "right now" in done["left"][0]["why"]
    assert budgets.states() == ["reserved"]


def test_a_machine_that_may_still_be_at_work_proves_nothing(budgets: Budgets) -> None:
    budgets.stage.machine.products = [dict(UNLICENSED)]
    budgets.spend(state=EntryState.UNCERTAIN, machine=HERE)
    done = budgets.run("mak_reconcile")
    assert (done["changed"], done["open"]) == (False, 1)
    assert "a moment ago" in done["left"][0]["why"]


def test_other_machines_are_none_of_its_business(budgets: Budgets) -> None:
    budgets.spend(2, EntryState.UNCERTAIN)
    done = reconciled(budgets, {"assume": "spent"})
    assert (done["changed"], done["open"]) == (False, 0)
    assert budgets.states() == ["uncertain"]


def test_a_machine_that_does_not_answer_settles_nothing(budgets: Budgets) -> None:
    budgets.spend(state=EntryState.UNCERTAIN, machine=HERE)
    budgets.stage.machine.faults["SoftwareLicensingService"] = ConnectionFailed("The machine could not be reached.")
    found = budgets.run("mak_reconcile", {"assume": "spent"})
    assert (found["failed"], found["code"], found["changed"]) == (True, "connection_failed", False)
    assert budgets.states() == ["uncertain"]


def test_without_a_ledger_the_machine_is_not_asked(budgets: Budgets) -> None:
    found = budgets.run("mak_reconcile", {"ledger": str(budgets.path.parent / "mistyped.sqlite")})
    assert (found["code"], found["refused"], found["requests"]) == ("no_ledger", True, 0)
    assert budgets.stage.machine.queries == []
