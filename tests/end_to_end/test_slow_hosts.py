# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hosts that need longer than they allow a call to take: the real result, over every connection, and nothing twice.

The limit of these hosts is one second instead of sixty, and what they do takes three.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .ledger_helpers import TwoCounts, keys_of
from .playbook_runs import Playground, task

Serve = Callable[..., Playground]

WAYS: dict[str, dict[str, str]] = {
    f"{connection}-{transport}": {"connection": connection, "transport": transport, "scheme": scheme}
    for connection in ("winrm", "psrp")
    for transport, scheme in (("ntlm", "http"), ("basic", "https"))
}
SLOW = {"do": "slow", "seconds": 3, "limit": 1}
FORKS = ("--forks", "12")
SYSTEM = {"system": "server_2022_datacenter", "status": "notification"}


def everywhere(cases: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return each machine once for every connection and login."""
    return {f"{case}-{way}": {**machine, **reached} for case, machine in cases.items() for way, reached in WAYS.items()}


def by_case(names: list[str], tell: Callable[[str], Any]) -> dict[str, list[Any]]:
    """Return for each case what is told of its machines."""
    found: dict[str, list[Any]] = {}
    for name in sorted(names):
        found.setdefault(name.partition("-")[0], []).append(tell(name))
    return found


def on(method: str) -> list[dict[str, Any]]:
    return [{"on": method, **SLOW}]


def invoked(ground: Playground, name: str, method: str) -> int:
    rows = ground.fleet.machines[name].describe()["invoked"]
    return [row["method"] for row in rows].count(method)


def test_a_slow_kms_client_is_licensed_or_says_why_not(serve: Serve) -> None:
    cases = {
        "late": {**SYSTEM, "kms_host": "kms.corp.example", "faults": on("Activate")},
        "silent": {**SYSTEM, "kms_host": "silent.corp.example", "faults": on("Activate")},
        "key": {**SYSTEM, "channel": "retail", "kms_host": "kms.corp.example", "faults": on("InstallProductKey")},
    }
    machines = everywhere(cases)
    hosts = {"kms.corp.example": {"count": 50}, "silent.corp.example": {"count": 50, "silent": True}}
    ground = serve(machines, world={"kms_hosts": hosts})

    run = ground.play(task("kms_client", replace_licensed=True, wait_seconds=30), arguments=FORKS)

    results = by_case(list(machines), lambda name: run.result(name).get("code"))
    assert results == {"late": [None] * 4, "silent": ["0xC004F074"] * 4, "key": [None] * 4}, run.output
    calls = by_case(list(machines), lambda name: invoked(ground, name, "Activate"))
    assert calls == dict.fromkeys(cases, [1] * 4)
    keys = by_case(list(machines), lambda name: invoked(ground, name, "InstallProductKey"))
    assert keys == {"late": [0] * 4, "silent": [0] * 4, "key": [1] * 4}
    licensed = by_case(list(machines), lambda name: ground.fleet.machines[name].describe()["primary"]["status"])
    assert licensed == {"late": ["licensed"] * 4, "silent": ["notification"] * 4, "key": ["licensed"] * 4}


def test_a_licensing_service_that_is_slow_to_stop_is_waited_for(serve: Serve) -> None:
    stop = [{"on": "StopService", **SLOW, "code": 7}]
    machines = everywhere({"host": {**SYSTEM, "channel": "kms_host", "status": "licensed", "faults": stop}})
    ground = serve(machines)

    run = ground.play(task("kms_host", port=1700), arguments=FORKS)

    for name in machines:
        assert "code" not in run.result(name), run.output
        actions = [step["action"] for step in run.result(name)["steps"]]
        assert (actions[0], actions[-1]) == ("set_listening_port", "restart_service")
        assert [invoked(ground, name, method) for method in ("StopService", "StartService")] == [1, 1]


def test_a_slow_activation_of_a_mak_is_not_asked_for_twice(serve: Serve) -> None:
    names = [f"{case}-{way}" for case in ("late", "exhausted") for way in WAYS]
    keys = keys_of(names)
    machines = {
        name: {**SYSTEM, "channel": "mak", "product_key": keys[name], "faults": on("Activate"), **WAYS[way]}
        for name in names
        for way in [name.partition("-")[2]]
    }
    maks = {name: {"key": keys[name], "remaining": 0 if name.startswith("exhausted") else 5} for name in names}
    books = TwoCounts(serve(machines, world={"microsoft": {"maks": maks}}), keys)
    for name in names:
        books.declare(name)
    wishes = {name: {"wait_seconds": 30, "retries": 3, "retry_delay": 1} for name in names}

    run = books.play(wishes, arguments=FORKS)

    results = by_case(names, lambda name: run.result(name).get("code"))
    assert results == {"late": [None] * 4, "exhausted": ["0xC004C020"] * 4}, run.output
    assert by_case(names, lambda name: books.invoked(name).count("Activate")) == {"late": [1] * 4, "exhausted": [1] * 4}
    assert by_case(names, books.spent) == {"late": [1] * 4, "exhausted": [0] * 4}
    states = by_case(names, lambda name: [entry.state.value for entry in books.entries(name)])
    assert states == {"late": [["confirmed"]] * 4, "exhausted": [["uncertain"]] * 4}
    assert by_case(names, books.counted) == {"late": [1] * 4, "exhausted": [1] * 4}

    again = books.play({name: wishes[name] for name in names if name.startswith("late")})
    assert {again.result(name)["changed"] for name in names if name.startswith("late")} == {False}
    assert by_case(names, books.spent)["late"] == [1] * 4
