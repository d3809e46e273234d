# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""confirmation_id: paid for once, resumed by running again, and foreseen without asking anybody."""

from __future__ import annotations

import json
import typing as t
from dataclasses import replace

import pytest

from ansible_collections.volume.activation.plugins.action.confirmation_id import _display
from ansible_collections.volume.activation.plugins.plugin_utils._activation_service import (
    ServiceRefusal,
    ServiceUnavailable,
)
from ansible_collections.volume.activation.plugins.plugin_utils._ledger import Confirmation, EntryState, PoolWish
from ansible_collections.volume.activation.plugins.plugin_utils._secrets import reveal

from ..plugin_utils._planning.state_samples import gvlk
from .fake_budgets import EXTENDED_PID, MAK, OTHER_KEY, STOP, Budgets, confirmation_id, installation_id, request
from .fake_task import KEY, PRODUCT_ID

LOST = ServiceUnavailable("No answer came.", may_have_arrived=True, code="read_timeout")


@pytest.fixture
def budgets(budgets: Budgets) -> Budgets:
    """A pool of five."""
    budgets.declare()
    return budgets


def asked_for(*numbers: int, **more: t.Any) -> dict[str, t.Any]:
    """Return the options of a task for some machines."""
    return {"requests": [request(number) for number in numbers], "pool": "lab", **more}


def test_each_is_obtained_and_paid_for(budgets: Budgets) -> None:
    found = budgets.run("confirmation_id", asked_for(1, 2, 3, justification="because"))
    assert (found["changed"], found["spent"], found["stored"], found["failed_requests"]) == (True, 3, 0, [])
    assert found["confirmations"][0] == {
        "machine": "lab-1",
        "activation_id": PRODUCT_ID,
        "installation_id": installation_id(1),
        "confirmation_id": confirmation_id(installation_id(1)),
        "from_store": False,
        "spent": True,
    }
    assert budgets.states() == ["confirmed"] * 3
    entry = budgets.entries()[0]
    assert (entry.justification, entry.reason, entry.method.value) == ("because", "first_activation", "proxy")
    assert entry.user
    assert entry.machine.bios_uuid == "HARDWARE-1"


def test_a_machine_may_have_a_justification_of_its_own(budgets: Budgets) -> None:
    requests = [{**request(1), "justification": "at sea"}, request(2)]
    budgets.run("confirmation_id", {"requests": requests, "pool": "lab", "justification": "because"})
    assert [entry.justification for entry in budgets.entries()] == ["at sea", "because"]


def test_the_same_again_asks_nobody_and_spends_nothing(budgets: Budgets) -> None:
    first = budgets.run("confirmation_id", asked_for(1, 2))
    again = budgets.run("confirmation_id", asked_for(2, 1))
    assert (again["changed"], again["spent"], again["stored"]) == (False, 0, 2)
    assert {row["confirmation_id"] for row in again["confirmations"]} == {
        row["confirmation_id"] for row in first["confirmations"]
    }
    assert all(row["from_store"] for row in again["confirmations"])
    assert len(budgets.service.asked) == 2


def test_check_mode_foresees_it_and_asks_nobody(budgets: Budgets) -> None:
    budgets.run("confirmation_id", asked_for(1))
    before = budgets.entries()
    found = budgets.run("confirmation_id", asked_for(1, 2, 3, 3), check=True)
    assert not found.get("failed")
    assert (found["changed"], found["spent"], found["stored"]) == (True, 2, 2)
    assert [row["confirmation_id"] for row in found["confirmations"]] == [
        confirmation_id(installation_id(1)),
        None,
        None,
        None,
    ]
    assert budgets.entries() == before
    assert budgets.service.asked == [installation_id(1)]


def test_check_mode_counts_all_together(budgets: Budgets) -> None:
    found = budgets.run("confirmation_id", asked_for(*range(1, 8)), check=True)
    assert found["failed"]
    assert found["code"] == "pool_exhausted"
    assert found["spent"] == 5
    assert [row["machine"] for row in found["failed_requests"]] == ["lab-6", "lab-7"]
    assert budgets.states() == []
    done = budgets.run("confirmation_id", asked_for(*range(1, 8)))
    assert (done["code"], done["spent"]) == ("pool_exhausted", 5)
    assert [row["machine"] for row in done["failed_requests"]] == ["lab-6", "lab-7"]
    assert len(budgets.service.asked) == 5


def test_the_reserve_is_used_by_those_who_may(budgets: Budgets) -> None:
    budgets.declare(reserve=5)
    assert budgets.run("confirmation_id", asked_for(1))["code"] == "pool_exhausted"
    assert budgets.run("confirmation_id", asked_for(1, use_reserve=True))["spent"] == 1
    assert budgets.entries()[-1].from_reserve


def test_a_failure_keeps_what_was_obtained_and_running_again_resumes(budgets: Budgets) -> None:
    budgets.service.answers = {installation_id(2): LOST}
    failed = budgets.run("confirmation_id", asked_for(1, 2, 3))
    assert (failed["failed"], failed["changed"], failed["spent"], failed["refused"]) == (True, True, 2, False)
    assert failed["code"] == "read_timeout"
    assert failed["msg"].startswith("1 of 3 requests did not succeed. 2 have a confirmation ID")
    assert "run the task again" in failed["remedy"]
    assert "steps" not in failed and "requests" not in failed
    (row,) = failed["failed_requests"]
    assert (row["machine"], row["installation_id"], row["code"]) == ("lab-2", installation_id(2), "read_timeout")
    assert budgets.states() == ["confirmed", "uncertain", "confirmed"]

    budgets.service.answers = {}
    budgets.service.asked.clear()
    done = budgets.run("confirmation_id", asked_for(1, 2, 3))
    assert (done["changed"], done["spent"], done["stored"]) == (True, 1, 2)
    assert budgets.service.asked == [installation_id(2)]
    assert budgets.states() == ["confirmed"] * 3


def test_failures_are_reported_where_that_is_wanted(budgets: Budgets) -> None:
    budgets.service.answers = {installation_id(1): ServiceRefusal("0x90")}
    found = budgets.run("confirmation_id", asked_for(1, 2, failures="report"))
    assert not found.get("failed")
    assert found["spent"] == 1
    (row,) = found["failed_requests"]
    assert row["code"] == "0x90"
    assert row["msg"] and row["cause"] and row["remedy"]
    assert budgets.states() == ["released", "confirmed"]


def test_an_exhausted_key_stops_its_pools_and_everything_after(budgets: Budgets) -> None:
    budgets.declare("other")
    budgets.service.answers = {installation_id(1): ServiceRefusal("0x7F")}
    found = budgets.run("confirmation_id", asked_for(1, 2, 3))
    assert (found["code"], found["spent"]) == ("0x7F", 0)
    assert [row["code"] for row in found["failed_requests"]] == ["0x7F", "pool_stopped", "pool_stopped"]
    assert budgets.service.asked == [installation_id(1)]
    again = budgets.run("confirmation_id", asked_for(4, pool="other"))
    assert (again["code"], again["refused"]) == ("pool_stopped", True)
    assert len(budgets.service.asked) == 1


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ({"installation_id": "123"}, "bad_installation_id"),
        ({"extended_pid": "no"}, "bad_extended_pid"),
        ({"partial_product_key": "HHHHH"}, "pool_of_another_key"),
        ({"client_machine_id": None, "bios_uuid": None}, "bad_machine"),
        ({"client_machine_id": "", "bios_uuid": ""}, "bad_machine"),
        ({"installation_id": ""}, "bad_request"),
        ({"extended_pid": None}, "bad_request"),
        ({"activation_id": "windows"}, "bad_request"),
        ({"product_key": "x"}, "bad_request"),
        ({"confirmation_id": "x"}, "bad_request"),
    ],
)
def test_a_bad_request_is_named_before_anything_is_sent(budgets: Budgets, bad: dict[str, t.Any], code: str) -> None:
    rows = [request(1), request(2), request(3, **bad), request(4)]
    for check in (True, False):
        found = budgets.run("confirmation_id", {"requests": rows, "pool": "lab"}, check=check)
        assert (found["failed"], found["refused"], found["changed"], found["code"]) == (True, True, False, code)
        assert "Request 3 (lab-3)" in found["msg"]
        assert found["remedy"]
    assert budgets.service.asked == []
    assert budgets.states() == []


@pytest.mark.parametrize(("row", "word"), [({}, "machine"), ("text", "not a dictionary"), (None, "not a dictionary")])
def test_what_is_no_request_at_all(budgets: Budgets, row: t.Any, word: str) -> None:
    found = budgets.run("confirmation_id", {"requests": [request(1), row], "pool": "lab"})
    assert found["code"] == "bad_request"
    assert "Request 2 " in found["msg"]
    assert word in found["msg"]


def test_no_request_is_no_work(budgets: Budgets) -> None:
    found = budgets.run("confirmation_id", {"requests": [], "pool": "lab"})
    assert (found["changed"], found["spent"], found["confirmations"]) == (False, 0, [])


def test_a_pool_that_has_no_key_yet_needs_one(budgets: Budgets) -> None:
    with budgets.open() as ledger:
        ledger.declare(PoolWish(name="free", limit=1))
    found = budgets.run("confirmation_id", asked_for(1, pool="free"))
    assert (found["code"], found["refused"]) == ("pool_without_key", True)
    done = budgets.run("confirmation_id", asked_for(1, pool="free", product_key=KEY))
    assert done["spent"] == 1
    with budgets.open() as ledger:
        assert ledger.pool("free").fingerprint == MAK.fingerprint
    assert reveal(MAK) not in json.dumps(done)
    assert reveal(MAK).encode() not in budgets.path.read_bytes()


@pytest.mark.parametrize(
    ("args", "code"),
    [
        ({"product_key": OTHER_KEY}, "pool_of_another_key"),
        ({"product_key": reveal(gvlk())}, "kms_client_key"),
        ({"product_key": "BBBBB"}, "malformed_key"),
        ({"pool": "lob"}, "unknown_pool"),
        ({"pool": "lob", "product_key": KEY}, "unknown_pool"),
        ({"failures": "ignore"}, "bad_option"),
    ],
)
def test_what_cannot_be_is_refused(budgets: Budgets, args: dict[str, t.Any], code: str) -> None:
    found = budgets.run("confirmation_id", {**asked_for(1), **args})
    assert (found["code"], found["refused"]) == (code, True)
    assert budgets.service.asked == []


def test_without_a_ledger_none_is_made(budgets: Budgets) -> None:
    place = budgets.path.parent / "mistyped.sqlite"
    assert budgets.run("confirmation_id", asked_for(1, ledger=str(place)))["code"] == "no_ledger"
    assert not place.exists()


def test_a_stopped_pool_still_gives_what_is_stored(budgets: Budgets) -> None:
    budgets.run("confirmation_id", asked_for(1))
    with budgets.open() as ledger:
        ledger.stop(MAK.fingerprint, STOP)
    found = budgets.run("confirmation_id", asked_for(1))
    assert (found.get("failed"), found["stored"]) == (None, 1)


def test_what_was_obtained_and_could_not_be_stored_is_told_twice(budgets: Budgets) -> None:
    class Racing(dict[str, t.Any]):
        def get(self, one: str, default: t.Any = None) -> t.Any:
            with budgets.open() as ledger:
                ledger.keep(Confirmation(installation_id=one, confirmation_id="8" * 48, source="telephone"))
            return default

    budgets.service.answers = Racing()
    found = budgets.run("confirmation_id", asked_for(1))
    assert (found["code"], found["spent"], found["changed"]) == ("confirmation_differs", 1, True)
    assert found["confirmations"][0]["confirmation_id"] == confirmation_id(installation_id(1))
    assert budgets.states() == [EntryState.CONFIRMED.value]


def test_the_service_is_the_one_that_is_described(budgets: Budgets) -> None:
    password = "the-password-of-the-proxy"
    service = {
        "backend": "activationws_rest",
        "url": "https://ws.corp.example",
        "batch_size": 10,
        "proxy": "http://proxy.corp.example:3128",
        "proxy_username": "me",
        "proxy_password": password,
    }
    budgets.service.answers = {
        installation_id(1): ServiceUnavailable(f"{password} again.", may_have_arrived=False, code="not_reached")
    }
    found = budgets.run("confirmation_id", asked_for(1, service=service))
    (settings,) = budgets.service.settings
    assert (settings.backend, settings.url, settings.timeout) == ("activationws_rest", "https://ws.corp.example", 60)
    assert settings.proxy_password and reveal(settings.proxy_password) == password
    assert password not in json.dumps(found)


def test_a_long_list_tells_how_far_it_is(budgets: Budgets, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    monkeypatch.setattr(_display, "display", shown.append)
    budgets.declare(limit=60)
    budgets.run("confirmation_id", {**asked_for(*range(1, 61)), "service": {"batch_size": 60}})
    # A slow run may show more: there is a line every five seconds as well.
    assert {f"confirmation_id: {done} of 60 done" for done in range(6, 61, 6)} <= set(shown)


def test_digits_may_be_grouped(budgets: Budgets) -> None:
    digits = installation_id(1)
    spelled = "-".join(digits[start : start + 7] for start in range(0, 63, 7))
    rows = [request(1, installation_id=spelled, extended_pid=f" {EXTENDED_PID} ", partial_product_key="ggggg")]
    found = budgets.run("confirmation_id", {"requests": rows, "pool": "lab"})
    assert found["confirmations"][0]["installation_id"] == digits
    assert replace(budgets.entries()[0]).installation_id == digits
