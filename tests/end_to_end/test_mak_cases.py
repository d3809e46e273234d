# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every way a machine may need a MAK, or not: in check mode, for real and again, with both accounts compared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.volume.activation.plugins.plugin_utils._licensing import ProductKey
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.catalog.offline_ids import confirmation_id

from .ledger_helpers import TwoCounts, mak_of
from .mak_cases import (
    ACTIVATE,
    DEPOSIT,
    INSTALL,
    KMS_CLIENT,
    OTHER_MAK,
    REFRESH,
    SERVER,
    Case,
    Entry,
    Serve,
    account,
    served,
)
from .playbook_runs import Run

GVLK = "NPPR9-FWDCX-D2C8J-H872K-2YT43"
"""The published KMS client key of Windows Enterprise."""
ESU = "f520e45e-7413-4a34-a497-d2765967d094"
"""The published activation ID of the first year of Windows 10 Extended Security Updates."""
INSTALLED = ("install_key",)
ACTIVATED = ("activate",)
BOTH = ("install_key", "activate")


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


def _declare(books: TwoCounts) -> None:
    for name in books.keys:
        books.declare(name)
    books.declare("pool-of-another-key", key=OTHER_MAK)
    books.declare("pool-exhausted", limit=2)
    books.fill("pool-exhausted", 2)
    books.declare("pool-in-reserve", limit=2, reserve=2)
    books.declare("pool-from-reserve", limit=2, reserve=2)
    books.declare("pool-stopped", key=books.keys["pool-stopped"])
    books.stop("pool-stopped")


def _wishes(books: TwoCounts) -> dict[str, dict[str, Any]]:
    wishes = {name: {**WHY, **case.wish} for name, case in CASES.items()}
    (product,) = books.ground.fleet.machines["telephone"].describe()["products"]
    digits = confirmation_id(product["installation_id"])
    wishes["telephone"]["confirmation_id"] = "-".join(digits[at : at + 6] for at in range(0, 48, 6))
    # Somebody has asked Microsoft for it over the telephone, which has counted.
    books.ground.fleet.microsoft.confirm(product["extended_pid"], product["installation_id"])
    return wishes


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
    books = served(serve, CASES)
    _declare(books)
    wishes = _wishes(books)

    check = books.play(wishes, arguments=("--check", "--diff"))
    assert {name: _told(check, name) for name in CASES} == {name: _expected_check(case) for name, case in CASES.items()}
    assert {name: account(books, name) for name in CASES} == {
        name: _nothing(name, case) for name, case in CASES.items()
    }

    real = books.play(wishes, arguments=("--diff",))
    assert {name: _told(real, name) for name in CASES} == {name: _expected(case) for name, case in CASES.items()}
    accounts = {name: account(books, name) for name in CASES}
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
        assert {name: account(books, name) for name in CASES} == accounts, "a second run spends nothing"


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


def _assert_words(books: TwoCounts) -> None:
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


def test_the_number_of_a_made_up_key_says_which_it_is() -> None:
    assert len({mak_of(number) for number in range(60)}) == 60
