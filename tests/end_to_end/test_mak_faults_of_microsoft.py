# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes wrong at Microsoft: a key it closes is closed for all, and a broken answer is paid for at most once."""

from __future__ import annotations

from typing import Any

import pytest

from .ledger_helpers import TwoCounts, keys_of
from .mak_faults import BLOCKED, EXHAUSTED, WISH, Outcome, Serve, is_well, licensed, one_at_a_time, target
from .playbook_runs import Run


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
    machines = {name: target(None, key, "Activate" if way == "online" else "Deposit") for name in names}
    ground = serve(machines, world={"microsoft": {"maks": {"shared": {"key": key, **mak}}}})
    books = TwoCounts(ground, {"shared": key})
    books.declare("shared", limit=50)
    books.declare("sister", limit=50, key=key)
    wishes = {
        name: {**WISH, "activate": way, "product_key": key, "pool": "sister" if name == names[-1] else "shared"}
        for name in names
    }
    run = ground.play(
        *one_at_a_time(),
        play={"serial": 1, "max_fail_percentage": 100},
        variables=books.variables(wishes),
        environment={"LOGNAME": "operator"},
    )
    granted = 1 if mak.get("remaining") else 0
    codes = [run.result(name).get("code") for name in names]
    # That a key is blocked takes the word of two machines, since the IDs of one may not belong together.
    asked = granted + (2 if code == "0x67" else 1)
    assert codes == [*([None] * granted), *([code] * (asked - granted)), *(["pool_stopped"] * (6 - asked))]
    assert [name for name in names if not books.messages(name)] == names[asked:]
    assert (books.spent("shared"), books.counted("shared"), books.counted("sister")) == (granted, granted, 0)
    assert all(code in run.result(name)["msg"] for name in names[asked:])


SERVICE: list[tuple[dict[str, Any], Outcome]] = [
    ({"do": "drop_before"}, Outcome("no_answer", "uncertain", 0)),
    ({"do": "drop_after"}, Outcome("no_answer", "uncertain", 1)),
    ({"do": "truncate"}, Outcome("no_answer", "uncertain", 1)),
    ({"do": "empty"}, Outcome("bad_answer", "uncertain", 1)),
    ({"do": "malformed"}, Outcome("bad_answer", "uncertain", 1)),
    ({"do": "status", "status": 500}, Outcome("http_500", "uncertain", 0)),
    ({"do": "status", "status": 503}, Outcome("http_503", "uncertain", 0)),
    ({"do": "code", "code": "0x71"}, Outcome("0x71", "uncertain", 0)),
    ({"do": "code_after", "code": "0x71"}, Outcome("0x71", "uncertain", 1)),
    ({"do": "status_after", "status": 403}, Outcome("http_403", "uncertain", 1)),
    ({"do": "status_after", "status": 404}, Outcome("http_404", "uncertain", 1)),
    ({"do": "code", "code": "0x90"}, Outcome("0x90", "released", 0)),
]


def test_every_fault_of_the_service_is_paid_for_at_most_once(serve: Serve) -> None:
    """The hosts come one after the other, and each meets the next of the service's faults."""
    # Two digits, for the hosts come in the order of their names.
    names = [f"host-{number:02}" for number in range(len(SERVICE))]
    keys = keys_of(names)
    faults = [{"on": "confirmation", "times": 1, **rule} for rule, _outcome in SERVICE]
    maks = {name: {"key": key} for name, key in keys.items()}
    machines = {name: target(None, keys[name], "Deposit") for name in names}
    books = TwoCounts(serve(machines, world={"microsoft": {"maks": maks, "service": {"faults": faults}}}), keys)
    for name in names:
        books.declare(name)
    variables = books.variables({name: {**WISH, "activate": "proxy"} for name in names})
    variables["service"] = {**variables["service"], "retries": 0}

    def play() -> Run:
        return books.ground.play(*one_at_a_time(), variables=variables, arguments=("--forks", "1"))

    first = play()
    found = [
        (is_well(first.result(name)), [row.state.value for row in books.entries(name)], books.spent(name))
        for name in names
    ]
    assert found == [(False, [outcome.entry], outcome.spent) for _rule, outcome in SERVICE]
    assert all(books.spent(name) <= books.counted(name) for name in names)
    assert not any(licensed(books, name) for name in names)

    second = play()
    assert [second.result(name).get("code") for name in names] == [None] * len(names), second.output
    assert [(books.spent(name), books.counted(name)) for name in names] == [(1, 1)] * len(names)
    assert all(licensed(books, name) for name in names)
