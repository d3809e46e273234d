# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""mak_ledger_info: what the ledger holds, in plain values, and nothing written."""

from __future__ import annotations

import json

from ansible_collections.volume.activation.plugins.plugin_utils._ledger import Confirmation, EntryState
from ansible_collections.volume.activation.plugins.plugin_utils._secrets import reveal

from .fake_budgets import EXTENDED_PID, MAK, STOP, Budgets, confirmation_id, installation_id


def filled(budgets: Budgets) -> None:
    """Fill two pools with a little of everything."""
    budgets.declare("lab", limit=9, reserve=2, description="the lab")
    budgets.declare("office", limit=1)
    first = budgets.spend(1, installation_id=installation_id(1), justification="because")
    budgets.spend(2, EntryState.UNCERTAIN, "0x80072EE2", reason="hardware_change")
    budgets.spend(3, None)
    budgets.spend(4, EntryState.RELEASED)
    other = budgets.spend(1, pool="office", product_id="id-office")
    with budgets.open() as ledger:
        for number, entry in ((1, first), (2, other)):
            ledger.keep(
                Confirmation(
                    installation_id=installation_id(number),
                    confirmation_id=confirmation_id(installation_id(number)),
                    extended_pid=EXTENDED_PID,
                    partial=MAK.partial,
                    source="microsoft",
                    entry_id=entry.id,
                )
            )


def test_every_pool_with_its_numbers(budgets: Budgets) -> None:
    filled(budgets)
    before = budgets.path.read_bytes()
    found = budgets.run("mak_ledger_info", check=True, diff=True)
    assert not found["changed"]
    assert "entries" not in found and "confirmation_ids" not in found and "diff" not in found
    assert found["confirmation_id_count"] == 2
    assert found["ledger"] == str(budgets.path)
    lab, office = found["pools"]
    assert (lab["name"], office["name"]) == ("lab", "office")
    numbers = ("limit", "reserve", "spent", "reserved", "uncertain", "left", "available")
    assert [lab[number] for number in numbers] == [9, 2, 1, 1, 1, 6, 4]
    assert [office[number] for number in numbers] == [1, 0, 1, 0, 0, 0, 0]
    assert lab["by_machine"] == [
        {"machine": "lab-1", "confirmed": 1, "open": 0},
        {"machine": "lab-2", "confirmed": 0, "open": 1},
        {"machine": "lab-3", "confirmed": 0, "open": 1},
    ]
    assert lab["by_reason"] == [
        {"reason": "first_activation", "confirmed": 1, "open": 1},
        {"reason": "hardware_change", "confirmed": 0, "open": 1},
    ]
    assert budgets.path.read_bytes() == before


def test_one_pool_with_its_entries_and_confirmation_ids(budgets: Budgets) -> None:
    filled(budgets)
    found = budgets.run("mak_ledger_info", {"pool": "lab", "entries": True, "confirmations": True})
    assert [pool["name"] for pool in found["pools"]] == ["lab"]
    assert [(entry["machine"], entry["state"], entry["code"]) for entry in found["entries"]] == [
        ("lab-1", "confirmed", None),
        ("lab-2", "uncertain", "0x80072EE2"),
        ("lab-3", "reserved", None),
        ("lab-4", "released", None),
    ]
    first = found["entries"][0]
    assert (first["method"], first["justification"], first["bios_uuid"]) == ("online", "because", "HARDWARE-1")
    assert first["reserved_at"].endswith("+00:00")
    assert found["confirmation_id_count"] == 1
    (stored,) = found["confirmation_ids"]
    assert (stored["installation_id"], stored["entry"]) == (installation_id(1), first["id"])
    assert json.loads(json.dumps(found)) == found


def test_one_machine_across_all_pools(budgets: Budgets) -> None:
    filled(budgets)
    found = budgets.run("mak_ledger_info", {"machine": "LAB-1", "entries": True, "confirmations": True})
    assert [pool["by_machine"] for pool in found["pools"]] == [[{"machine": "lab-1", "confirmed": 1, "open": 0}]] * 2
    assert [pool["spent"] for pool in found["pools"]] == [1, 1]
    assert {entry["machine"] for entry in found["entries"]} == {"lab-1"}
    assert [entry["pool"] for entry in found["entries"]] == ["lab", "office"]
    assert len(found["confirmation_ids"]) == 2


def test_a_stop_is_shown(budgets: Budgets) -> None:
    budgets.declare()
    with budgets.open() as ledger:
        ledger.stop(MAK.fingerprint, STOP)
    (pool,) = budgets.run("mak_ledger_info")["pools"]
    assert pool["stopped"] == {
        "code": STOP.code,
        "message": STOP.message,
        "since": STOP.at.isoformat(timespec="seconds"),
    }


def test_an_unknown_pool_is_refused(budgets: Budgets) -> None:
    budgets.declare()
    found = budgets.run("mak_ledger_info", {"pool": "lob"})
    assert (found["code"], found["refused"]) == ("unknown_pool", True)
    assert "lab" in found["cause"]


def test_without_a_ledger_none_is_made(budgets: Budgets) -> None:
    found = budgets.run("mak_ledger_info")
    assert (found["code"], found["refused"]) == ("no_ledger", True)
    assert found["remedy"]
    assert not budgets.path.exists()


def test_no_key_is_in_what_is_told(budgets: Budgets) -> None:
    filled(budgets)
    found = json.dumps(budgets.run("mak_ledger_info", {"entries": True, "confirmations": True}))
    assert reveal(MAK) not in found
    assert MAK.fingerprint not in found
