# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A task that fails reports what it changed: `changed` and `steps` are the difference that the host itself shows.

Every method that a module calls fails in every way, before its work and after it. The state of the host before and
after the task decides what the result should have said. Of the many cases each run tries a part, other ones each time.
"""

from __future__ import annotations

import itertools
import random
import re
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._action import Stage
from ansible_collections.volume.activation.plugins.plugin_utils._applying import Products, Scope, Unlimited
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import (
    ActivationType,
    GvlkTable,
    ProductKey,
    PublishDomain,
    State,
)
from ansible_collections.volume.activation.plugins.plugin_utils._planning import (
    AbsentKey,
    Activation,
    CountedActivation,
    DesiredState,
    EditionKey,
    FirewallWish,
    HostKey,
    HostSettings,
    KmsSettings,
    Mak,
    PresentKey,
)
from ansible_collections.volume.activation.plugins.plugin_utils._simulator import Fleet, FleetServer

from .faulty_hosts import EVERYTHING, SEED, Hosts, single

MAK, HOST_KEY = "BBBBB-CCCCC-DDDDD-FFFFF-GGGGG", "HHHHH-JJJJJ-KKKKK-MMMMM-PPPPP"
TABLE = GvlkTable.published()
WORLD: dict[str, Any] = {
    "kms_hosts": {"kms.corp.example": {"count": 50, "port": 1700}},
    "ad": {"corp.example": ["For all"]},
    "microsoft": {"keys": {HOST_KEY: {"channel": "kms_host"}}, "maks": {"made up": {"key": MAK, "remaining": 900}}},
}
PLAIN = {"system": "server_2022_standard", "channel": "mak", "status": "notification", "firewall": "closed"}
KEYED = {**PLAIN, "product_key": MAK}
PRODUCTS = Scope(products=Products.INSTALLED)


def _counted(mak: Mak) -> DesiredState:
    return DesiredState(key=mak, activation=Activation(counted=CountedActivation(mak=mak)))


def _volume(kms: KmsSettings, goal: str) -> DesiredState:
    key = EditionKey(table=TABLE, replace_licensed=True, goal=goal)
    return DesiredState(kms=kms, key=key, activation=Activation(only_kms_client=True))


HOSTING = HostSettings(
    port=1700,
    dns_publishing=False,
    publish_domains=(PublishDomain("branch.example", 1, 2),),
    low_priority=True,
    activation_interval=30,
    renewal_interval=300,
    firewall=FirewallWish(enabled=True, profiles=1),
    restart=True,
)
KMS = KmsSettings(host="kms.corp.example", port=1700, host_caching=False, activation_type=ActivationType.KMS)
# The stages of each module, the host it is for, and every method that it calls to change something.
MODULES: dict[str, tuple[list[Stage], dict[str, Any], Scope, list[str]]] = {
    "kms_client": (
        single(_volume(KMS, "KMS")),
        KEYED,
        PRODUCTS,
        [
            "SetKeyManagementServiceMachine",
            "SetKeyManagementServicePort",
            "DisableKeyManagementServiceHostCaching",
            "InstallProductKey",
            "SetVLActivationTypeEnabled",
            "Activate",
        ],
    ),
    "adba_client": (
        single(_volume(KmsSettings(activation_type=ActivationType.AD), "AD")),
        {**KEYED, "domain": "corp.example"},
        PRODUCTS,
        ["InstallProductKey", "SetVLActivationTypeEnabled", "Activate"],
    ),
    "product_key": (
        single(DesiredState(key=PresentKey(partial="GGGGG", key=ProductKey.parse(MAK)))),
        {**PLAIN, "channel": "kms_client"},
        PRODUCTS,
        ["InstallProductKey"],
    ),
    "product_key absent": (
        single(DesiredState(key=AbsentKey(partial="GGGGG"))),
        KEYED,
        PRODUCTS,
        ["UninstallProductKey"],
    ),
    "activate": (
        single(DesiredState(activation=Activation())),
        {**PLAIN, "channel": "kms_client", "kms_host": "kms.corp.example", "kms_port": 1700},
        PRODUCTS,
        ["Activate"],
    ),
    "mak": (
        single(_counted(Mak(key=ProductKey.parse(MAK))), Unlimited()),
        {**PLAIN, "channel": "kms_client"},
        PRODUCTS,
        ["InstallProductKey", "Activate"],
    ),
    "kms_host": (
        [*single(_counted(HostKey(key=ProductKey.parse(HOST_KEY))), Unlimited()), Stage(DesiredState(hosting=HOSTING))],
        {**PLAIN, "channel": "kms_client"},
        EVERYTHING,
        [
            "InstallProductKey",
            "Activate",
            "SetKeyManagementServiceListeningPort",
            "DisableKeyManagementServiceDnsPublishing",
            "SetMultiStringValue",
            "EnableKeyManagementServiceLowPriority",
            "SetVLActivationInterval",
            "SetVLRenewalInterval",
            "SetStringValue",
            "Enable",
            "put",
            "StopService",
            "StartService",
        ],
    ),
}
RULES: dict[str, dict[str, Any]] = {
    "refused": {"do": "hresult", "code": 0x8000FFFF},
    "refused after": {"do": "hresult_after", "code": 0x8000FFFF},
    "returned": {"do": "hresult", "code": 0x80041033, "shape": "returned"},
    "returned after": {"do": "hresult_after", "code": 0x80041033, "shape": "returned"},
    "timed out": {"do": "timeout_before"},
    "timed out after": {"do": "timeout_after"},
    "dropped": {"do": "drop_before"},
    "dropped after": {"do": "drop_after"},
    "truncated": {"do": "truncate"},
    "denied": {"do": "access_denied"},
    "denied after": {"do": "access_denied_after"},
    "busy after, each time": {"do": "quota_after", "times": 0},
    "fault after": {"do": "fault_after", "code": 0x80338000},
}
STATUSES = (302, 401, 403, 404, 413, 500, 503, 521)


def _assert_accurate(name: str, hosts: Hosts, before: State, result: dict[str, Any], planned: list[str]) -> None:
    after = hosts.read(name)
    done = [step["action"] for step in result["steps"]]
    in_order = [action for action in planned if action in done]
    assert done[: len(in_order)] == in_order, (name, "each once and in order")
    reverted = done[len(in_order) :]
    assert set(reverted) <= {"install_key", "activate", "set_activation_type"}, (name, "only what restores a licence")
    changed = before != after or bool(result.get("steps_unknown")) or bool(reverted)
    assert result["changed"] is changed, (name, result)
    if not result.get("failed"):
        assert done == planned, name


def _name(*parts: str) -> str:
    return re.sub("[^A-Za-z0-9]+", "-", "-".join(parts))


def _cases(module: str, rules: dict[str, dict[str, Any]], most: int) -> list[tuple[str, str]]:
    """Return `most` of the pairs of a method and a rule: one at least for each method, and else by chance."""
    print(f"VOLUME_ACTIVATION_SEED={SEED}")
    chance = random.Random(SEED)
    _stages, _host, _scope, methods = MODULES[module]
    pairs = {(method, chance.choice(list(rules))) for method in methods}
    rest = [pair for pair in itertools.product(methods, rules) if pair not in pairs]
    pairs.update(chance.sample(rest, max(0, min(most - len(pairs), len(rest)))))
    return sorted(pairs)


def _fleet(module: str, rules: dict[str, dict[str, Any]], cases: list[tuple[str, str]]) -> dict[str, Any]:
    _stages, host, _scope, _methods = MODULES[module]
    machines = {
        _name(method, rule): {**host, "faults": [{"on": method, "times": 1, **rules[rule]}]} for method, rule in cases
    }
    return {"machines": {**machines, "well": host}, "world": WORLD}


def _check(hosts: Hosts, cases: list[tuple[str, str]], module: str) -> None:
    stages, _host, scope, _methods = MODULES[module]
    planned = [step["action"] for step in hosts.run("well", stages, scope)["steps"]]
    assert len(planned) > 0
    for method, rule in cases:
        name = _name(method, rule)
        before = hosts.read(name)
        result = hosts.run(name, stages, scope)
        _assert_accurate(name, hosts, before, result, planned)
        if method not in ("StopService", "StartService"):
            assert not result.get("steps_unknown"), name
        if "each time" not in rule:
            again = hosts.run(name, stages, scope)
            assert not again.get("failed"), (name, again)
            assert not hosts.run(name, stages, scope, direct=True)["changed"], name


@pytest.mark.parametrize("module", MODULES)
def test_changed_and_steps_are_what_the_host_shows(tmp_path: Path, module: str) -> None:
    cases = _cases(module, RULES, 80)
    _check(Hosts(tmp_path, _fleet(module, RULES, cases)), cases, module)


@pytest.mark.parametrize("module", MODULES)
def test_changed_and_steps_are_what_the_host_shows_after_an_http_status(tmp_path: Path, module: str) -> None:
    rules = {f"{do} {status}": {"do": do, "status": status} for do in ("status", "status_after") for status in STATUSES}
    cases = _cases(module, rules, 30)
    fleet = Fleet.from_description(_fleet(module, rules, cases))
    with FleetServer(fleet, directory=tmp_path) as server:
        _check(Hosts(tmp_path, {}, server, fleet), cases, module)


@pytest.mark.parametrize("rule", [name for name in RULES if name.endswith("after")])
def test_a_host_that_cannot_be_read_afterwards_may_have_changed(tmp_path: Path, rule: str) -> None:
    faults = [{"on": "Activate", "times": 1, **RULES[rule]}, {"on": "enumerate", "do": "drop_before", "times": 0}]
    machine = {**MODULES["activate"][1], "faults": faults[:1]}
    hosts = Hosts(tmp_path, {"machines": {"host": machine}, "world": WORLD})

    stages, _host, scope, _methods = MODULES["activate"]
    box = hosts.fleet.machines["host"]
    answer = hosts._dispatcher.answer

    def blinded(machine: Any, message: bytes) -> Any:
        reply = answer(machine, message)
        if b"Activate_INPUT" in message:
            hosts.fleet.update({"machines": {"host": {**machine_of(faults[1:])}}, "world": WORLD})
        return reply

    def machine_of(rules: list[dict[str, Any]]) -> dict[str, Any]:
        return {**MODULES["activate"][1], "faults": rules}

    hosts._dispatcher.answer = blinded  # type: ignore[method-assign]
    result = hosts.run("host", stages, scope)
    assert box is not None
    assert (result["failed"], result["changed"], result["refused"]) == (True, True, False)
    assert result["steps"] == []
    assert [step["action"] for step in result["steps_unknown"]] == ["activate"]
