# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which machines may get a MAK: those that can be paid for, and one that is licensed before all others that are."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._fleet_reports import mak_admission

ACCOUNT = "isolated"
POOL = {"name": "exceptions", "left": 5, "available": 5, "extended_pid": "00000-99999-678-901234-03", "by_machine": []}


def ready(**more: t.Any) -> dict[str, t.Any]:
    """Return a machine that is licensed by KMS and is to get the key."""
    return {"state": "ready", "account": ACCOUNT, "licensed": True, "keyed": True, **more}


def fleet(**machines: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return four licensed machines, some of them otherwise."""
    return {name: ready(**machines.get(name, {})) for name in ("one", "two", "three", "four")}


def decide(
    machines: t.Mapping[str, t.Any],
    pool: t.Mapping[str, t.Any] | None = None,
    count: t.Mapping[str, t.Any] | None = None,
    **options: t.Any,
) -> tuple[list[str], dict[str, str]]:
    """Return the admitted machines, and the code of each other one."""
    ledgers = [{"item": ACCOUNT, "pools": [{**POOL, **(pool or {})}]}]
    counts = [{"item": ACCOUNT, **(count or {"known": True, "remaining": 9})}]
    found = mak_admission(machines, ledgers, counts, **options)
    return found["admitted"], {name: row["code"] for name, row in found["left"].items()}


def others(code: str, *names: str) -> dict[str, str]:
    return dict.fromkeys(names, code)


def test_one_licensed_machine_goes_first_and_check_mode_looks_beyond_it() -> None:
    assert decide(fleet()) == (["one"], others("not_tried", "two", "three", "four"))
    assert decide(fleet(), foresee=True) == (["one", "two", "three", "four"], {})


def test_machines_without_a_licence_do_not_wait_and_licensed_ones_wait_for_them() -> None:
    machines = fleet(two={"licensed": False}, four={"licensed": False})
    assert decide(machines) == (["two", "four"], others("not_tried", "one", "three"))


def test_the_others_follow_when_the_first_has_its_confirmation_id() -> None:
    machines = fleet(one={"state": "obtained", "spent": 1})
    assert decide(machines)[0] == ["two", "three", "four"]


@pytest.mark.parametrize(("known", "admitted"), [(True, ["two", "three", "four"]), (False, ["two"])])
def test_one_from_the_store_says_nothing_about_the_service(known: bool, admitted: list[str]) -> None:
    machines = fleet(one={"state": "obtained", "spent": 0, "backend": "activationws_rest"})
    count = {"known": True, "remaining": 9} if known else {"known": False, "code": "unusable_answer"}
    assert decide(machines, count=count)[0] == admitted


@pytest.mark.parametrize(
    ("stage", "code", "stops"),
    [
        ("ask", "http_503", True),
        ("ask", "0x7F", True),
        ("ask", "0x90", False),
        ("ask", "activation_in_progress", False),
        ("install", "not_a_mak", True),
        ("install", "connection_refused", False),
    ],
)
def test_a_failure_that_all_would_meet_leaves_the_licensed_ones_alone(stage: str, code: str, stops: bool) -> None:
    machines = fleet(one={"state": "failed", "stage": stage, "code": code}, four={"licensed": False})
    admitted, left = decide(machines)
    assert admitted == (["four"] if stops else ["two", "three", "four"])
    assert left == (others(code, "two", "three") if stops else {})


@pytest.mark.parametrize(
    ("pool", "remaining", "code"),
    [({"available": 2}, 9, "pool_exhausted"), ({}, 2, "0x7F"), ({"available": 2}, 2, "pool_exhausted")],
)
def test_no_more_are_admitted_than_pool_and_microsoft_have(pool: dict, remaining: int, code: str) -> None:
    found = decide(fleet(), pool, {"known": True, "remaining": remaining}, foresee=True)
    assert found == (["one", "two"], others(code, "three", "four"))


def test_the_reserve_is_for_those_who_may_use_it() -> None:
    assert decide(fleet(), {"available": 1, "left": 2}, foresee=True)[0] == ["one"]
    machines = {name: {**row, "use_reserve": True} for name, row in fleet().items()}
    assert decide(machines, {"available": 1, "left": 2}, foresee=True)[0] == ["one", "two"]


def test_an_open_entry_counts_once_and_a_machine_paid_for_before_may_look_into_the_store() -> None:
    tallies = [
        {"machine": "TWO", "confirmed": 0, "open": 1},
        {"machine": "three", "confirmed": 1, "open": 0},
        {"machine": "four", "confirmed": 1, "open": 0},
    ]
    machines = fleet(four={"licensed": False})
    found = decide(machines, {"available": 0, "by_machine": tallies}, foresee=True)
    assert found == (["two", "four"], others("pool_exhausted", "one", "three"))


@pytest.mark.parametrize(
    ("pool", "count", "code"),
    [
        ({}, {"known": False, "code": "http_503"}, "http_503"),
        ({}, {"known": True, "remaining": 0}, "0x7F"),
        ({}, {"code": "0x67"}, "0x67"),
        ({}, {"known": False, "code": "unusable_answer"}, "unusable_answer"),
        ({"stopped": {"code": "0x67", "message": "Blocked."}}, None, "pool_stopped"),
        ({"extended_pid": None}, {"known": False, "code": "http_503"}, "http_503"),
    ],
)
def test_when_the_account_cannot_pay_only_a_stored_confirmation_id_is_used(
    pool: dict, count: dict | None, code: str
) -> None:
    machines = fleet(two={"licensed": False, "installed": True, "stored": True}, three={"licensed": False})
    if "extended_pid" in pool:
        del machines["two"]
        assert decide(machines, pool, count) == ([], others(code, "one", "three", "four"))
    else:
        assert decide(machines, pool, count) == (["two"], others(code, "one", "three", "four"))


@pytest.mark.parametrize(
    "options",
    [
        {"ledgers": [{"item": ACCOUNT, "code": "no_ledger"}]},
        {"ledgers": [{"item": ACCOUNT, "pools": [POOL]}], "writes": [{"item": ACCOUNT, "code": "ledger_unwritable"}]},
        {"ledgers": []},
    ],
)
def test_without_a_ledger_that_can_be_written_no_machine_is_touched(options: dict[str, t.Any]) -> None:
    machines = fleet(two={"licensed": False, "stored": True}, three={"licensed": False})
    counts = [{"item": ACCOUNT, "known": True, "remaining": 9}]
    found = mak_admission(machines, counts=counts, **options)
    assert found["admitted"] == [] and list(found["left"]) == list(machines)


@pytest.mark.parametrize(("backend", "admitted"), [("activationws_soap", ["one"]), ("microsoft", [])])
def test_a_server_that_serves_no_count_is_tried_with_one_machine(backend: str, admitted: list[str]) -> None:
    machines = {name: {**row, "backend": backend} for name, row in fleet().items()}
    assert decide(machines, count={"known": False, "code": "unusable_answer"})[0] == admitted


def test_a_pool_that_knows_no_extended_product_id_sends_a_scout_for_one() -> None:
    ledgers = [{"item": ACCOUNT, "pools": [{**POOL, "extended_pid": None}]}]
    machines = fleet(one={"keyed": False})
    assert mak_admission(machines, ledgers)["scouts"] == {ACCOUNT: "two"}
    machines["four"].update(state="licensed_before", installed=True)
    assert mak_admission(machines, ledgers)["scouts"] == {ACCOUNT: "four"}
    assert mak_admission(machines, [{"item": ACCOUNT, "pools": [POOL]}])["scouts"] == {}


def test_a_service_that_refuses_another_kind_of_key_answers() -> None:
    found = decide(fleet(), {"extended_pid": None}, {"code": "0x86"})
    assert found == (["one"], others("not_tried", "two", "three", "four"))
    blocked = decide(fleet(one={"installed": True}), {"extended_pid": None}, {"code": "0x67"})
    assert blocked == ([], others("0x67", "one", "two", "three", "four"))


def test_each_account_is_decided_by_itself() -> None:
    machines = {"one": ready(), "two": ready(account="other")}
    ledgers = [{"item": ACCOUNT, "pools": [POOL]}, {"item": "other", "code": "unknown_pool"}]
    found = mak_admission(machines, ledgers)
    assert (found["admitted"], found["left"]["two"]["code"]) == (["one"], "unknown_pool")
