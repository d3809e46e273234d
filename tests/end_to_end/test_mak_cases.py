# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every way a machine may need a MAK, or not: in check mode, for real and again, with both accounts compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._licensing import ProductKey
from ansible_collections.volume.activation.plugins.plugin_utils._simulator._offline_numbers import confirmation_id

from .books import Books, keys_of, mak_of, mak_task
from .playground import Playground, Run

Serve = Callable[..., Playground]

KMS_CLIENT = {"system": "windows_11_enterprise", "channel": "kms_client", "status": "notification"}
SERVER = {**KMS_CLIENT, "system": "server_2022_standard"}
GVLK = "NPPR9-FWDCX-D2C8J-H872K-2YT43"
"""The published KMS client key of Windows Enterprise."""
ESU = "f520e45e-7413-4a34-a497-d2765967d094"
"""The published activation ID of the first year of Windows 10 Extended Security Updates."""
HOST_KEY = "HHHHH-JJJJJ-KKKKK-MMMMM-PPPPP"
OTHER_MAK = "MMMMM-KKKKK-BBBBB-CCCCC-WWWWW"

INSTALL, ACTIVATE, DEPOSIT = "InstallProductKey", "Activate", "DepositOfflineConfirmationId"
REFRESH = "RefreshLicenseStatus"
INSTALLED = ("install_key",)
ACTIVATED = ("activate",)
BOTH = ("install_key", "activate")


@dataclass(frozen=True)
class Entry:
    """What an entry of the ledger has to say."""

    state: str = "confirmed"
    method: str = "online"
    reason: str = "first_activation"
    code: str | None = None
    from_reserve: bool = False
    attempts: int = 1


@dataclass(frozen=True)
class Case:
    """A machine, what is wished of it, and what must come of it; `key` marks a description that has the case's MAK."""

    machine: Mapping[str, Any] = field(default_factory=lambda: KMS_CLIENT)
    wish: Mapping[str, Any] = field(default_factory=dict)
    steps: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    spent: int = 0
    entries: tuple[Entry, ...] = ()
    code: str | None = None
    check_code: str | None = None
    """Where check mode cannot know what the machine will say."""
    talks: bool = True


def _on_mak(status: str, **more: Any) -> dict[str, Any]:
    return {"system": "windows_11_enterprise", "channel": "mak", "product_key": "own", "status": status, **more}


def _done(steps: tuple[str, ...] = BOTH, entry: Entry | None = None, **more: Any) -> Case:
    """Return a case in which one activation is spent."""
    calls = {"install_key": INSTALL, "activate": ACTIVATE, "deposit_confirmation_id": DEPOSIT}
    methods = (*(calls[step] for step in steps), REFRESH)
    return Case(**{"steps": steps, "methods": methods, "spent": 1, "entries": (entry or Entry(),), **more})


def _refused(code: str, **more: Any) -> Case:
    """Return a case that is refused before anything is changed, in check mode as well."""
    return Case(**{"code": code, "check_code": code, **more})


CASES: dict[str, Case] = {
    "fresh": _done(),
    "server": _done(machine=SERVER),
    "no-key-at-all": _done(machine={**SERVER, "channel": "none", "status": "unlicensed"}),
    "key-is-in": _done(ACTIVATED, machine=_on_mak("notification")),
    "in-first-grace": _done(ACTIVATED, machine=_on_mak("oob_grace", system="server_2012_r2_standard")),
    "licensed": Case(machine=_on_mak("licensed")),
    "licensed-by-proxy": Case(machine=_on_mak("licensed"), wish={"activate": "proxy"}),
    "licensed-by-kms": _done(machine={**SERVER, "status": "licensed"}),
    "hardware-changed": _done(ACTIVATED, Entry(reason="hardware_change"), machine=_on_mak("oot_grace")),
    "other-mak": _refused("licensed_by_other_key", machine=_on_mak("licensed", product_key=OTHER_MAK)),
    "other-mak-replaced": _done(machine=_on_mak("licensed", product_key=OTHER_MAK), wish={"replace_licensed": True}),
    "other-mak-unlicensed": _done(machine=_on_mak("notification", product_key=OTHER_MAK)),
    "retail": _refused("licensed_by_other_key", machine={"system": "windows_11_pro", "channel": "retail"}),
    "evaluation": _refused("evaluation_edition", machine={"system": "server_2022_standard_eval"}),
    "kms-client-key": _refused("kms_client_key", wish={"product_key": GVLK}, talks=False),
    "malformed-key": _refused("malformed_key", wish={"product_key": "THIS-IS-NO-KEY"}, talks=False),
    "kms-host": _refused("kms_host_key", machine={**SERVER, "channel": "kms_host", "status": "licensed"}),
    "never": Case(wish={"activate": "never"}, steps=INSTALLED, methods=(INSTALL, REFRESH)),
    "office": _done(machine={**SERVER, "office": ["office_2021"]}, wish={"products": "office"}),
    "add-on": _done(machine={**KMS_CLIENT, "system": "windows_10_pro", "build": 19045}, wish={"products": ESU}),
    "isolated": _done(
        ("install_key", "deposit_confirmation_id"),
        Entry(method="proxy"),
        machine={**SERVER, "internet": False},
        wish={"activate": "proxy"},
    ),
    "telephone": _done(
        ("deposit_confirmation_id",),
        Entry(method="telephone"),
        machine=_on_mak("notification", internet=False),
    ),
    "bad-telephone": _refused("bad_confirmation_id", wish={"confirmation_id": "123456-" * 7}, talks=False),
    "pool-unknown": _refused("unknown_pool", wish={"pool": "nowhere"}, talks=False),
    "pool-of-another-key": _refused("pool_of_another_key", talks=False),
    "pool-exhausted": _refused("pool_exhausted", machine=_on_mak("notification")),
    "pool-in-reserve": _refused("pool_exhausted", machine=_on_mak("notification")),
    "pool-from-reserve": _done(entry=Entry(from_reserve=True), wish={"use_reserve": True}),
    "pool-stopped": _refused("pool_stopped", talks=False),
}
WHY = {"justification": "TICKET-4711: at sea", "wait_seconds": 0}


def _machine(case: Case, key: str) -> dict[str, Any]:
    given = dict(case.machine)
    return {**given, "product_key": key} if given.get("product_key") == "own" else given


def _served(serve: Serve, cases: Mapping[str, Case]) -> Books:
    keys = keys_of(cases)
    maks: dict[str, Any] = {name: {"key": key, "remaining": 5} for name, key in keys.items()}
    world = {"microsoft": {"maks": {**maks, "other": {"key": OTHER_MAK}}, "keys": {HOST_KEY: {"channel": "kms_host"}}}}
    machines = {name: _machine(case, keys[name]) for name, case in cases.items()}
    if "office" in maks:
        maks["office"]["edition"] = "office_2021"
    if "add-on" in maks:
        maks["add-on"]["edition"] = "esu_windows_10_year_1"
    return Books(serve(machines, world=world), keys)


def _declare(books: Books) -> None:
    for name in books.keys:
        books.declare(name)
    books.declare("pool-of-another-key", key=OTHER_MAK)
    books.declare("pool-exhausted", limit=2)
    books.fill("pool-exhausted", 2)
    books.declare("pool-in-reserve", limit=2, reserve=2)
    books.declare("pool-from-reserve", limit=2, reserve=2)
    books.declare("pool-stopped", key=books.keys["pool-stopped"])
    books.stop("pool-stopped")


def _wishes(books: Books) -> dict[str, dict[str, Any]]:
    wishes = {name: {**WHY, **case.wish} for name, case in CASES.items()}
    (product,) = books.ground.fleet.machines["telephone"].describe()["products"]
    digits = confirmation_id(product["installation_id"])
    wishes["telephone"]["confirmation_id"] = "-".join(digits[at : at + 6] for at in range(0, 48, 6))
    # Somebody has asked Microsoft for it over the telephone, which has counted.
    books.ground.fleet.microsoft.confirm(product["extended_pid"], product["installation_id"])
    return wishes


def _account(books: Books, name: str) -> dict[str, Any]:
    """Return what has happened to a machine and to its key."""
    return {
        "methods": tuple(books.invoked(name)),
        "spent": books.spent(name),
        "entries": tuple(
            Entry(row.state.value, row.method.value, row.reason, row.code, row.from_reserve, row.attempts)
            for row in books.entries(name)
        ),
    }


def _told(run: Run, name: str) -> dict[str, Any]:
    result = run.result(name, "mak")
    return {
        "code": result.get("code"),
        "refused": bool(result.get("refused")),
        "changed": result["changed"],
        "steps": tuple(step["action"] for step in result["steps"]),
    }


def _expected_check(case: Case) -> dict[str, Any]:
    steps = () if case.check_code else case.steps
    return {"code": case.check_code, "refused": bool(case.check_code), "changed": bool(steps), "steps": steps}


def _expected(case: Case) -> dict[str, Any]:
    return {"code": case.code, "refused": bool(case.code), "changed": bool(case.steps), "steps": case.steps}


def _nothing(name: str, case: Case) -> dict[str, Any]:
    return {"methods": (), "spent": int(name == "telephone"), "entries": ()}


def test_each_case_before_for_real_and_after(serve: Serve) -> None:
    books = _served(serve, CASES)
    _declare(books)
    wishes = _wishes(books)

    check = books.play(wishes, arguments=("--check", "--diff"))
    assert {name: _told(check, name) for name in CASES} == {name: _expected_check(case) for name, case in CASES.items()}
    assert {name: _account(books, name) for name in CASES} == {
        name: _nothing(name, case) for name, case in CASES.items()
    }

    real = books.play(wishes, arguments=("--diff",))
    assert {name: _told(real, name) for name in CASES} == {name: _expected(case) for name, case in CASES.items()}
    accounts = {name: _account(books, name) for name in CASES}
    assert accounts == {
        name: {"methods": case.methods, "spent": case.spent, "entries": case.entries} for name, case in CASES.items()
    }
    _assert_prediction(check, real)
    _assert_words(books)
    assert {name for name in CASES if not books.messages(name)} == {
        name for name, case in CASES.items() if not case.talks
    }

    for arguments in (("--check", "--diff"), ("--diff",)):
        again = books.play(wishes, arguments=arguments)
        assert {name: _told(again, name) for name in CASES} == {
            name: {"code": case.code, "refused": bool(case.code), "changed": False, "steps": ()}
            for name, case in CASES.items()
        }
        assert {name: _account(books, name) for name in CASES} == accounts, "a second run spends nothing"


def _assert_prediction(check: Run, real: Run) -> None:
    for name, case in CASES.items():
        predicted, done = check.result(name, "mak"), real.result(name, "mak")
        if case.code is None:
            assert (name, predicted["diff"]) == (name, done["diff"])
            assert (name, predicted["activation"]) == (name, done["activation"])
            assert bool(done["diff"]["before"]) is bool(case.steps)
            # Of several Office products only Windows knows which one the key is for, and whose key it replaces.
            foreseen, found = _licences(predicted), _licences(done)
            assert foreseen >= found if name == "office" else foreseen == found, name
        else:
            assert done["msg"] and done["remedy"], name


def _licences(result: Mapping[str, Any]) -> set[tuple[str, bool]]:
    return {(row["partial_product_key"], row["status"] == "licensed") for row in result["license"]["products"]}


def _assert_words(books: Books) -> None:
    """Who, why, which machine and when: an entry can be answered for."""
    for name, case in CASES.items():
        machine = books.ground.fleet.machines[name].describe()
        for row in books.entries(name) if case.entries else ():
            assert (row.user, row.justification) == ("operator", "TICKET-4711: at sea")
            assert row.machine.name == name
            assert (row.machine.bios_uuid or "").lower() == machine["bios_uuid"]
            assert (row.machine.client_machine_id or "").lower() == machine["client_machine_id"]
            key = ProductKey.parse(books.keys[name])
            assert (row.fingerprint, row.partial) == (key.fingerprint, key.partial)
            assert row.settled_at is not None
            assert row.settled_at >= row.reserved_at
            assert row.installation_id in {product["installation_id"] for product in machine["products"]}


TWELVE: list[tuple[str, str, dict[str, Any], tuple[str, ...]]] = [
    ("create", "mak", {}, (INSTALL, ACTIVATE, REFRESH)),
    (
        "modify",
        "mak",
        {"product_key": OTHER_MAK, "pool": "other", "activate": "proxy", "replace_licensed": True},
        (INSTALL, DEPOSIT, REFRESH),
    ),
    (
        "remove",
        "product_key",
        {"partial_product_key": OTHER_MAK[-5:], "state": "absent"},
        ("UninstallProductKey", REFRESH),
    ),
]


def test_twelve_cases(serve: Serve) -> None:
    books = _served(serve, {"srv": Case()})
    books.declare("srv")
    books.declare("other")
    tasks = []
    for stage, module, options, _methods in TWELVE:
        body = mak_task(stage, **options) if module == "mak" else {"volume.activation.product_key": options}
        tasks += [
            {**body, "name": f"{stage} {again} {mode}", "check_mode": mode == "check", "diff": True}
            for again in ("first", "again")
            for mode in ("check", "real")
        ]
    run = books.play({"srv": {}}, *tasks)
    assert run.code == 0, run.output
    for stage, *_rest in TWELVE:
        predicted, done = run.result("srv", f"{stage} first check"), run.result("srv", f"{stage} first real")
        assert predicted["changed"] and done["changed"]
        assert (predicted["steps"], predicted["diff"]) == (done["steps"], done["diff"])
        assert predicted["diff"]["before"] != predicted["diff"]["after"]
        for mode in ("check", "real"):
            again = run.result("srv", f"{stage} again {mode}")
            assert (again["changed"], again["steps"], again["diff"]) == (False, [], {"before": "", "after": ""})
    assert books.invoked("srv") == [method for *_rest, methods in TWELVE for method in methods]
    assert (books.spent("srv"), books.spent("other")) == (1, 1)
    assert [(row.pool, row.state.value) for row in books.entries("srv")] == [
        ("srv", "confirmed"),
        ("other", "confirmed"),
    ]


def test_a_host_key_that_no_product_shows_is_found_out_once_it_is_in_and_never_activated(serve: Serve) -> None:
    books = _served(serve, {"srv": Case(machine=SERVER)})
    books.declare("srv")
    wish = {"srv": {"product_key": HOST_KEY}}
    first, second = books.play(wish), books.play(wish)
    assert (first.result("srv")["code"], second.result("srv")["code"]) == ("not_a_mak", "not_a_mak")
    assert [step["action"] for step in first.result("srv")["steps"]] == ["install_key"]
    assert books.invoked("srv") == [INSTALL, REFRESH]
    assert books.entries("srv") == []


def test_a_prepared_machine_is_activated_later_with_what_the_first_run_told(serve: Serve) -> None:
    books = _served(serve, {"srv": Case(machine=SERVER)})
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
    assert _account(books, "srv")["entries"] == (Entry(),)
    licensed = books.play({"srv": {"activate": "never"}}).result("srv")
    assert (licensed["changed"], licensed["installation"]) == (False, None)


def _change(books: Books, host: str, **changes: Any) -> None:
    """Change a machine's description while the fleet is running."""
    description = {"machines": {host: {**SERVER, **changes}}, "world": {"microsoft": {"maks": _maks(books)}}}
    books.ground.fleet.update(description)


def _maks(books: Books) -> dict[str, Any]:
    return {name: {"key": key, "remaining": 5} for name, key in books.keys.items()} | {"other": {"key": OTHER_MAK}}


def test_changed_hardware_is_activated_anew_and_a_new_image_on_the_old_one_for_nothing(serve: Serve) -> None:
    books = _served(serve, {"srv": Case(machine=SERVER)})
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
    books = _served(serve, {"srv": Case(machine=SERVER)})
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
    books = _served(serve, {"old": Case(machine=SERVER), "new": Case(machine=SERVER)})
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
    books = _served(serve, {"srv": Case(machine=SERVER)})
    books.declare("srv")
    assert books.play({"srv": {}}, variables={name: "somebody-at-awx"}).code == 0
    assert [row.user for row in books.entries("srv")] == ["somebody-at-awx"]


def test_a_pool_that_two_departments_share_a_key_for_is_counted_apart(serve: Serve) -> None:
    books = _served(serve, {"one": Case(machine=SERVER), "two": Case(machine=SERVER), "three": Case(machine=SERVER)})
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


def test_the_number_of_a_made_up_key_says_which_it_is() -> None:
    assert len({mak_of(number) for number in range(60)}) == 60
