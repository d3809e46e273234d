# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes wrong around a counted activation: never a false success, never a second spend, and a re-run converges.

One host a fault, each with a key, a pool and a count of its own. After every run the ledger counts at least what
Microsoft counts; once the faults are over it counts the same.
"""

from __future__ import annotations

import pytest

from .ledger_helpers import TwoCounts, keys_of
from .mak_faults import (
    BLOCKED,
    EXHAUSTED,
    TIMEOUT,
    WELL,
    WISH,
    Fault,
    Outcome,
    Serve,
    always,
    assert_never_below,
    assert_no_false_success,
    entries,
    faulty_fleet,
    is_well,
    licensed,
    once,
    spent,
    told,
)

UNKNOWN = Outcome("outcome_unknown", "uncertain", 0)
ACTIVATE: dict[str, Fault] = {
    "drop-before": once("drop_before", UNKNOWN),
    "drop-after": once("drop_after", WELL),
    "timeout-before": once("timeout_before", UNKNOWN),
    "timeout-after": once("timeout_after", WELL),
    "truncated": once("truncate", WELL),
    "401": once("status", Outcome("login_refused", "uncertain", 0), status=401),
    "500": once("status", UNKNOWN, status=500),
    "503": once("status", Outcome("http_503", "uncertain", 0), status=503),
    "302-after": once("status_after", WELL, status=302),
    "401-after": once("status_after", WELL, status=401),
    "403-after": once("status_after", WELL, status=403),
    "503-after": once("status_after", WELL, status=503),
    "quota-after": once("quota_after", WELL),
    "rpc-failed-after": once("hresult_after", WELL, code="0x800706BE"),
    "rpc-failed-after-returned": once("hresult_after", WELL, code="0x800706BE", shape="returned"),
    "rpc-failed-counted": once(
        "hresult_after", Outcome("0x800706BE", "uncertain", 1), code="0x800706BE", reaches_host=False
    ),
    "exhausted-after": once("hresult_after", WELL, code=EXHAUSTED),
    "access-denied": once("access_denied", Outcome("0x00000005", "released", 0)),
    "network-once": once("hresult", WELL, code=TIMEOUT),
    "network-once-counted-and-licensed": once("hresult_after", WELL, code=TIMEOUT),
    "network-once-counted": once("hresult_after", WELL, code=TIMEOUT, reaches_host=False),
    "no-name-once": once("hresult", WELL, code="0x80072EE7"),
    "network-always": always("hresult", Outcome(TIMEOUT, "uncertain", 0), code=TIMEOUT),
    "network-always-counted": always(
        "hresult_after", Outcome(TIMEOUT, "uncertain", 1), code=TIMEOUT, reaches_host=False
    ),
    "no-name-always": always("hresult", Outcome("0x80072EE7", "released", 0), code="0x80072EE7"),
    "drop-before-always": always("drop_before", UNKNOWN),
    "exhausted": Fault((), Outcome(EXHAUSTED, "released", 0), lasts=True, mak={"remaining": 0}),
    "blocked": Fault((), Outcome(BLOCKED, "released", 0), lasts=True, mak={"blocked": True}),
}

UNSURE = Outcome("outcome_unknown")
"""A confirmation ID that was obtained is paid for, whatever becomes of it on the machine."""
DEPOSIT: dict[str, Fault] = {
    "drop-before": once("drop_before", UNSURE),
    "drop-after": once("drop_after", WELL),
    "timeout-before": once("timeout_before", UNSURE),
    "timeout-after": once("timeout_after", WELL),
    "truncated": once("truncate", WELL),
    "401": once("status", Outcome("login_refused"), status=401),
    "500": once("status", UNSURE, status=500),
    "503": once("status", Outcome("http_503"), status=503),
    "404-after": once("status_after", WELL, status=404),
    "failed-after": once("hresult_after", WELL, code="0x8000FFFF"),
    "refused": once("hresult", Outcome("0xC004F04D"), code="0xC004F04D"),
    "500-always": always("status", UNSURE, status=500),
    "exhausted": Fault((), Outcome("0x7F", "released", 0), lasts=True, mak={"remaining": 0}),
    "blocked": Fault((), Outcome("0x67", "released", 0), lasts=True, mak={"blocked": True}),
}


@pytest.mark.parametrize(
    ("method", "faults", "way"),
    [
        pytest.param("Activate", ACTIVATE, "online", id="activate"),
        pytest.param("DepositOfflineConfirmationId", DEPOSIT, "proxy", id="deposit"),
    ],
)
def test_every_fault_in_the_first_run_and_in_the_next(
    serve: Serve, method: str, faults: dict[str, Fault], way: str
) -> None:
    description = faulty_fleet(faults, method, mended=False)
    books = TwoCounts(serve(description["machines"], world=description["world"]), keys_of(faults))
    for name in faults:
        books.declare(name)
    wishes = {name: {**WISH, "activate": way} for name in faults}

    first = books.play(wishes)
    assert_no_false_success(first, books, faults)
    assert_never_below(books, faults)
    assert told(first, faults) == {name: fault.first.code for name, fault in faults.items()}
    assert entries(books, faults) == {name: [fault.first.entry] for name, fault in faults.items()}
    assert spent(books, faults) == {name: fault.first.spent for name, fault in faults.items()}

    second = books.play(wishes)
    assert_no_false_success(second, books, faults)
    assert_never_below(books, faults)
    passing = {name for name, fault in faults.items() if not fault.lasts}
    assert {name for name in faults if is_well(second.result(name))} == passing
    for name in passing:
        assert (name, books.spent(name), books.counted(name)) == (name, 1, 1)
    for name, fault in faults.items():
        if fault.mak is not None:
            # The key of this machine alone is called blocked, which may be about its IDs.
            assert second.result(name)["code"] == ("0x67" if fault.first.code == "0x67" else "pool_stopped"), name

    books.ground.fleet.update(faulty_fleet(faults, method, mended=True))
    for name, fault in faults.items():
        if fault.mak is not None:
            _resume(books, name)
    mended = books.play(wishes)
    assert mended.code == 0, mended.output
    assert all(licensed(books, name) for name in faults)
    assert spent(books, faults) == dict.fromkeys(faults, 1), "each was paid for once"
    assert {name: books.counted(name) for name in faults} == spent(books, faults)
    assert {state for states in entries(books, faults).values() for state in states} <= {"confirmed", "released"}

    calls = {name: len(books.invoked(name)) for name in faults}
    after = books.play(wishes)
    assert not any(after.result(name)["changed"] for name in faults)
    assert {name: len(books.invoked(name)) for name in faults} == calls


def _resume(books: TwoCounts, name: str) -> None:
    with books.open() as ledger:
        ledger.resume(name)


def test_a_key_that_is_blocked_after_it_may_have_counted_stays_uncertain(serve: Serve) -> None:
    """Microsoft's refusal tells of the key, and nothing of the attempt before, whose answer was lost."""
    rule = {"do": "hresult_after", "code": TIMEOUT, "reaches_host": False, "times": 0}
    faults = {"srv": Fault((rule,), Outcome(TIMEOUT, "uncertain", 1))}
    description = faulty_fleet(faults, "Activate", mended=False)
    books = TwoCounts(serve(description["machines"], world=description["world"]), keys_of(faults))
    books.declare("srv")
    books.play({"srv": WISH})
    assert (entries(books, faults), books.spent("srv")) == ({"srv": ["uncertain"]}, 1)

    blocked = faulty_fleet(faults, "Activate", mended=True)
    blocked["world"]["microsoft"]["maks"]["srv"]["blocked"] = True
    books.ground.fleet.update(blocked)
    run = books.play({"srv": WISH})
    assert run.result("srv")["code"] == BLOCKED
    assert entries(books, faults) == {"srv": ["uncertain"]}
    assert_never_below(books, faults)
