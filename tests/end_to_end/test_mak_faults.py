# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes wrong around a counted activation: never a false success, never a second spend, and a re-run converges.

One host a fault, each with a key, a pool and a count of its own. After every run the ledger counts at least what
Microsoft counts; once the faults are over it counts the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._simulator._offline_numbers import confirmation_id

from .books import Books, keys_of
from .playground import Playground, Run

Serve = Callable[..., Playground]

TIMEOUT = "0x80072EE2"
EXHAUSTED, BLOCKED = "0xC004C020", "0xC004C003"
WISH = {"wait_seconds": 0, "retries": 1, "retry_delay": 1}


@dataclass(frozen=True)
class Outcome:
    """What the first run has to come to: its code (None: well), the entry, and what Microsoft has counted."""

    code: str | None = None
    entry: str | None = "confirmed"
    spent: int = 1


@dataclass(frozen=True)
class Fault:
    """Rules of a machine, and the outcome of the first run on it."""

    rules: tuple[Mapping[str, Any], ...]
    first: Outcome
    lasts: bool = False
    """It strikes every time, until somebody mends the machine."""
    mak: Mapping[str, Any] | None = None


def _once(do: str, outcome: Outcome, **more: Any) -> Fault:
    return Fault(({"do": do, **more},), outcome)


def _always(do: str, outcome: Outcome, **more: Any) -> Fault:
    return Fault(({"do": do, "times": 0, **more},), outcome, lasts=True)


UNKNOWN = Outcome("outcome_unknown", "uncertain", 0)
WELL = Outcome()
ACTIVATE: dict[str, Fault] = {
    "drop-before": _once("drop_before", UNKNOWN),
    "drop-after": _once("drop_after", WELL),
    "timeout-before": _once("timeout_before", UNKNOWN),
    "timeout-after": _once("timeout_after", WELL),
    "truncated": _once("truncate", WELL),
    "401": _once("status", Outcome("login_refused", "released", 0), status=401),
    "500": _once("status", UNKNOWN, status=500),
    "503": _once("status", Outcome("http_503", "released", 0), status=503),
    "access-denied": _once("access_denied", Outcome("0x00000005", "released", 0)),
    "network-once": _once("hresult", WELL, code=TIMEOUT),
    "network-once-counted-and-licensed": _once("hresult_after", WELL, code=TIMEOUT),
    "network-once-counted": _once("hresult_after", WELL, code=TIMEOUT, reaches_host=False),
    "no-name-once": _once("hresult", WELL, code="0x80072EE7"),
    "network-always": _always("hresult", Outcome(TIMEOUT, "uncertain", 0), code=TIMEOUT),
    "network-always-counted": _always(
        "hresult_after", Outcome(TIMEOUT, "uncertain", 1), code=TIMEOUT, reaches_host=False
    ),
    "no-name-always": _always("hresult", Outcome("0x80072EE7", "released", 0), code="0x80072EE7"),
    "drop-before-always": _always("drop_before", UNKNOWN),
    "exhausted": Fault((), Outcome(EXHAUSTED, "released", 0), lasts=True, mak={"remaining": 0}),
    "blocked": Fault((), Outcome(BLOCKED, "released", 0), lasts=True, mak={"blocked": True}),
}

UNSURE = Outcome("outcome_unknown")
"""A confirmation ID that was obtained is paid for, whatever becomes of it on the machine."""
DEPOSIT: dict[str, Fault] = {
    "drop-before": _once("drop_before", UNSURE),
    "drop-after": _once("drop_after", WELL),
    "timeout-before": _once("timeout_before", UNSURE),
    "timeout-after": _once("timeout_after", WELL),
    "truncated": _once("truncate", WELL),
    "401": _once("status", Outcome("login_refused"), status=401),
    "500": _once("status", UNSURE, status=500),
    "503": _once("status", Outcome("http_503"), status=503),
    "refused": _once("hresult", Outcome("0xC004F04D"), code="0xC004F04D"),
    "500-always": _always("status", UNSURE, status=500),
    "exhausted": Fault((), Outcome("0x7F", "released", 0), lasts=True, mak={"remaining": 0}),
    "blocked": Fault((), Outcome("0x67", "released", 0), lasts=True, mak={"blocked": True}),
}


def _machine(fault: Fault | None, key: str, method: str) -> dict[str, Any]:
    rules = [{"on": method, **rule} for rule in fault.rules] if fault else []
    given = {"system": "server_2022_standard", "channel": "mak", "product_key": key, "status": "notification"}
    return {**given, "internet": method == "Activate", "faults": rules}


def _description(faults: Mapping[str, Fault], method: str, *, mended: bool) -> dict[str, Any]:
    """Return the fleet with its faults, or as it is once somebody has mended the machines and bought activations."""
    keys = keys_of(faults)
    maks = {
        name: {"key": keys[name], "remaining": 5, **({} if mended else fault.mak or {})}
        for name, fault in faults.items()
    }
    machines = {name: _machine(None if mended else fault, keys[name], method) for name, fault in faults.items()}
    return {"machines": machines, "world": {"microsoft": {"maks": maks}}}


def _told(run: Run, faults: Mapping[str, Fault]) -> dict[str, str | None]:
    return {name: run.result(name).get("code") for name in faults}


def _entries(books: Books, faults: Mapping[str, Fault]) -> dict[str, list[str]]:
    return {name: [row.state.value for row in books.entries(name)] for name in faults}


def _spent(books: Books, faults: Mapping[str, Fault]) -> dict[str, int]:
    return {name: books.spent(name) for name in faults}


def _assert_never_below(books: Books, faults: Mapping[str, Fault]) -> None:
    counted = {name: books.counted(name) for name in faults}
    assert {name: (books.spent(name), counted[name]) for name in faults if books.spent(name) > counted[name]} == {}


def _licensed(books: Books, name: str) -> bool:
    return bool(books.ground.fleet.machines[name].describe()["primary"]["status"] == "licensed")


def _is_well(result: Mapping[str, Any]) -> bool:
    return "code" not in result


def _assert_no_false_success(run: Run, books: Books, faults: Mapping[str, Fault]) -> None:
    succeeded = {name for name in faults if _is_well(run.result(name))}
    assert {name for name in succeeded if not _licensed(books, name)} == set()
    for name in set(faults) - succeeded:
        assert run.result(name)["msg"], name
        assert run.result(name)["remedy"], name


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
    description = _description(faults, method, mended=False)
    books = Books(serve(description["machines"], world=description["world"]), keys_of(faults))
    for name in faults:
        books.declare(name)
    wishes = {name: {**WISH, "activate": way} for name in faults}

    first = books.play(wishes)
    _assert_no_false_success(first, books, faults)
    _assert_never_below(books, faults)
    assert _told(first, faults) == {name: fault.first.code for name, fault in faults.items()}
    assert _entries(books, faults) == {name: [fault.first.entry] for name, fault in faults.items()}
    assert _spent(books, faults) == {name: fault.first.spent for name, fault in faults.items()}

    second = books.play(wishes)
    _assert_no_false_success(second, books, faults)
    _assert_never_below(books, faults)
    passing = {name for name, fault in faults.items() if not fault.lasts}
    assert {name for name in faults if _is_well(second.result(name))} == passing
    for name in passing:
        assert (name, books.spent(name), books.counted(name)) == (name, 1, 1)
    for name, fault in faults.items():
        if fault.mak is not None:
            assert second.result(name)["code"] == "pool_stopped", name

    books.ground.fleet.update(_description(faults, method, mended=True))
    for name, fault in faults.items():
        if fault.mak is not None:
            _resume(books, name)
    mended = books.play(wishes)
    assert mended.code == 0, mended.output
    assert all(_licensed(books, name) for name in faults)
    assert _spent(books, faults) == dict.fromkeys(faults, 1), "each was paid for once"
    assert {name: books.counted(name) for name in faults} == _spent(books, faults)
    assert {state for states in _entries(books, faults).values() for state in states} <= {"confirmed", "released"}

    calls = {name: len(books.invoked(name)) for name in faults}
    after = books.play(wishes)
    assert not any(after.result(name)["changed"] for name in faults)
    assert {name: len(books.invoked(name)) for name in faults} == calls


def _resume(books: Books, name: str) -> None:
    with books.open() as ledger:
        ledger.resume(name)


@pytest.mark.parametrize(
    ("mak", "way", "code"),
    [
        ({"remaining": 1}, "online", EXHAUSTED),
        ({"blocked": True}, "online", BLOCKED),
        ({"remaining": 1}, "proxy", "0x7F"),
        ({"blocked": True}, "proxy", "0x67"),
    ],
    ids=["exhausted-online", "blocked-online", "exhausted-proxy", "blocked-proxy"],
)
def test_a_pool_that_microsoft_closes_is_closed_for_all_that_come_later(
    serve: Serve, mak: dict, way: str, code: str
) -> None:
    """Of six machines, one at a time: at most two reach Microsoft, and the others are not even talked to."""
    names = [f"host-{number}" for number in range(6)]
    key = keys_of(["shared"])["shared"]
    machines = {name: _machine(None, key, "Activate" if way == "online" else "Deposit") for name in names}
    ground = serve(machines, world={"microsoft": {"maks": {"shared": {"key": key, **mak}}}})
    books = Books(ground, {"shared": key})
    books.declare("shared", limit=50)
    books.declare("sister", limit=50, key=key)
    wishes = {
        name: {**WISH, "activate": way, "product_key": key, "pool": "sister" if name == names[-1] else "shared"}
        for name in names
    }
    run = ground.play(
        *_one_at_a_time(),
        play={"serial": 1, "max_fail_percentage": 100},
        variables=books.variables(wishes),
        environment={"LOGNAME": "operator"},
    )
    granted = 1 if mak.get("remaining") else 0
    codes = [run.result(name).get("code") for name in names]
    assert codes == [*([None] * granted), code, *(["pool_stopped"] * (5 - granted))]
    assert [name for name in names if not books.messages(name)] == names[granted + 1 :]
    assert (books.spent("shared"), books.counted("shared"), books.counted("sister")) == (granted, granted, 0)
    assert all(code in run.result(name)["msg"] for name in names[granted + 1 :])


def _one_at_a_time() -> list[dict[str, Any]]:
    from .books import mak_task

    return [{**mak_task("mak"), "ignore_errors": True}]


SERVICE: list[tuple[dict[str, Any], Outcome]] = [
    ({"do": "drop_before"}, Outcome("no_answer", "uncertain", 0)),
    ({"do": "drop_after"}, Outcome("no_answer", "uncertain", 1)),
    ({"do": "truncate"}, Outcome("no_answer", "uncertain", 1)),
    ({"do": "empty"}, Outcome("bad_answer", "uncertain", 1)),
    ({"do": "malformed"}, Outcome("bad_answer", "uncertain", 1)),
    ({"do": "status", "status": 500}, Outcome("http_500", "uncertain", 0)),
    ({"do": "status", "status": 503}, Outcome("http_503", "uncertain", 0)),
    ({"do": "code", "code": "0x71"}, Outcome("0x71", "released", 0)),
    ({"do": "code", "code": "0x90"}, Outcome("0x90", "released", 0)),
]


def test_every_fault_of_the_service_is_paid_for_at_most_once(serve: Serve) -> None:
    """The hosts come one after the other, and each meets the next of the service's faults."""
    names = [f"host-{number}" for number in range(len(SERVICE))]
    keys = keys_of(names)
    faults = [{"on": "confirmation", "times": 1, **rule} for rule, _outcome in SERVICE]
    maks = {name: {"key": key} for name, key in keys.items()}
    machines = {name: _machine(None, keys[name], "Deposit") for name in names}
    books = Books(serve(machines, world={"microsoft": {"maks": maks, "service": {"faults": faults}}}), keys)
    for name in names:
        books.declare(name)
    variables = books.variables({name: {**WISH, "activate": "proxy"} for name in names})
    variables["service"] = {**variables["service"], "retries": 0}

    def play() -> Run:
        return books.ground.play(*_one_at_a_time(), variables=variables, arguments=("--forks", "1"))

    first = play()
    found = [
        (_is_well(first.result(name)), [row.state.value for row in books.entries(name)], books.spent(name))
        for name in names
    ]
    assert found == [(False, [outcome.entry], outcome.spent) for _rule, outcome in SERVICE]
    assert all(books.spent(name) <= books.counted(name) for name in names)
    assert not any(_licensed(books, name) for name in names)

    second = play()
    assert [second.result(name).get("code") for name in names] == [None] * len(names), second.output
    assert [(books.spent(name), books.counted(name)) for name in names] == [(1, 1)] * len(names)
    assert all(_licensed(books, name) for name in names)


TELEPHONE: dict[str, Fault] = {
    "drop-before": _once("drop_before", Outcome("outcome_unknown", "uncertain")),
    "drop-after": _once("drop_after", WELL),
    "401": _once("status", Outcome("login_refused", "uncertain"), status=401),
    "503": _once("status", Outcome("http_503", "uncertain"), status=503),
    "500": _once("status", Outcome("outcome_unknown", "uncertain"), status=500),
    "no-quota": _once("quota", WELL),
    "access-denied": _once("access_denied", Outcome("0x00000005", "uncertain")),
}


def test_what_was_paid_for_over_the_telephone_counts_until_the_machine_has_judged_it(serve: Serve) -> None:
    description = _description(TELEPHONE, "DepositOfflineConfirmationId", mended=False)
    books = Books(serve(description["machines"], world=description["world"]), keys_of(TELEPHONE))
    wishes = {name: {**WISH, "confirmation_id": _by_telephone(books, name)} for name in TELEPHONE}
    for name in TELEPHONE:
        books.declare(name)

    first = books.play(wishes)
    _assert_no_false_success(first, books, TELEPHONE)
    _assert_never_below(books, TELEPHONE)
    assert _told(first, TELEPHONE) == {name: fault.first.code for name, fault in TELEPHONE.items()}
    assert _entries(books, TELEPHONE) == {name: [fault.first.entry] for name, fault in TELEPHONE.items()}

    second = books.play(wishes)
    assert second.code == 0, second.output
    assert _entries(books, TELEPHONE) == {name: ["confirmed"] for name in TELEPHONE}
    assert {name: books.counted(name) for name in TELEPHONE} == _spent(books, TELEPHONE)
    with books.open() as ledger:
        # One that the machine took before its answer was lost is stored as well.
        assert {kept.confirmation_id for kept in ledger.confirmations()} == {
            wish["confirmation_id"] for wish in wishes.values()
        }


def _by_telephone(books: Books, name: str) -> str:
    (product,) = books.ground.fleet.machines[name].describe()["products"]
    return books.ground.fleet.microsoft.confirm(product["extended_pid"], product["installation_id"])


def test_a_wrong_confirmation_id_is_the_machines_to_refuse_and_costs_nothing(serve: Serve) -> None:
    faults = {"wrong": Fault((), Outcome("0xC004F04D", "released", 0))}
    description = _description(faults, "DepositOfflineConfirmationId", mended=False)
    books = Books(serve(description["machines"], world=description["world"]), keys_of(faults))
    books.declare("wrong")
    run = books.play({"wrong": {**WISH, "confirmation_id": confirmation_id("another machine's")}})
    assert _told(run, faults) == {"wrong": "0xC004F04D"}
    assert (_entries(books, faults), books.spent("wrong")) == ({"wrong": ["released"]}, 0)
    with books.open() as ledger:
        assert ledger.confirmations() == []


def test_a_key_that_is_blocked_after_it_may_have_counted_stays_uncertain(serve: Serve) -> None:
    """Microsoft's refusal tells of the key, and nothing of the attempt before, whose answer was lost."""
    rule = {"do": "hresult_after", "code": TIMEOUT, "reaches_host": False, "times": 0}
    faults = {"srv": Fault((rule,), Outcome(TIMEOUT, "uncertain", 1))}
    description = _description(faults, "Activate", mended=False)
    books = Books(serve(description["machines"], world=description["world"]), keys_of(faults))
    books.declare("srv")
    books.play({"srv": WISH})
    assert (_entries(books, faults), books.spent("srv")) == ({"srv": ["uncertain"]}, 1)

    blocked = _description(faults, "Activate", mended=True)
    blocked["world"]["microsoft"]["maks"]["srv"]["blocked"] = True
    books.ground.fleet.update(blocked)
    run = books.play({"srv": WISH})
    assert run.result("srv")["code"] == BLOCKED
    assert _entries(books, faults) == {"srv": ["uncertain"]}
    _assert_never_below(books, faults)
