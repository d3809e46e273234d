# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of kms_host, and the stages that they are."""

from __future__ import annotations

import contextlib
import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._action import Stage, base
from ansible_collections.volume.activation.plugins.plugin_utils._action.features.kms_host_options import (
    retired_settings,
)
from ansible_collections.volume.activation.plugins.plugin_utils._applying import Products, Scope, Unlimited
from ansible_collections.volume.activation.plugins.plugin_utils._ledger import LedgerBudget
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import Application, ProductKey
from ansible_collections.volume.activation.plugins.plugin_utils._planning import (
    Activation,
    ActivationMethod,
    CountedActivation,
    DesiredState,
    HostKey,
    HostSettings,
    RetiredHost,
)

from .fake_budgets import Budgets
from .fake_task import FakeTask, Keywords, Row
from .simulated_task import HOST, HOST_KEY, NEWER_KEY, OFFICE_KEY, SERVER, SimulatedTask, steps

WINDOWS = HostKey(key=ProductKey(HOST_KEY))
OFFICE = HostKey(key=ProductKey(OFFICE_KEY), application=Application.OFFICE)
KEY: Row = {"product_keys": [{"product_key": HOST_KEY}]}
PAID: Row = {"product_keys": [{"product_key": HOST_KEY, "pool": "hosts"}]}
BOTH: Row = {"product_keys": [{"product_key": HOST_KEY}, {"product_key": OFFICE_KEY, "products": "office"}]}
CONFIRMATION = "123456" * 8


def staged(stage: FakeTask, **args: t.Any) -> list[Stage]:
    """Return the stages behind a task's options."""
    action = stage.action("kms_host", args, Keywords())
    with contextlib.ExitStack() as resources:
        return t.cast("list[Stage]", action.stages(action._validated(), resources))


def spending(
    key: HostKey, way: ActivationMethod = ActivationMethod.ONLINE, confirmation: str | None = None
) -> DesiredState:
    """Return the wish that spends an activation of this key."""
    return DesiredState(
        key=key, activation=Activation(counted=CountedActivation(mak=key, way=way, confirmation_id=confirmation))
    )


def test_without_options_only_the_settings_are_looked_at(stage: FakeTask) -> None:
    assert staged(stage) == [Stage(DesiredState(hosting=HostSettings()))]


def test_each_key_is_a_stage_and_the_settings_come_last(stage: FakeTask) -> None:
    found = staged(stage, **BOTH, port=1700)
    assert [row.wish for row in found] == [
        spending(WINDOWS),
        spending(OFFICE),
        DesiredState(hosting=HostSettings(port=1700)),
    ]
    assert [type(row.gate) for row in found] == [Unlimited, Unlimited, type(None)]
    assert all(row.otherwise is None for row in found)


def test_keys_may_be_installed_only(stage: FakeTask) -> None:
    first, *_others = staged(stage, **KEY, activate="never")
    assert (first.wish, first.gate) == (DesiredState(key=WINDOWS), None)


def test_a_confirmation_id_goes_with_its_key(stage: FakeTask) -> None:
    row = {"product_key": HOST_KEY, "confirmation_id": "123456-" * 7 + "123456"}
    assert staged(stage, product_keys=[row], activate="offline")[0].wish == spending(
        WINDOWS, ActivationMethod.PROXY, CONFIRMATION
    )


def test_retirement_begins_with_what_only_a_host_takes_and_ends_with_the_rest(stage: FakeTask) -> None:
    intervals, keys, others = staged(stage, state="absent")
    assert (intervals.wish.hosting, others.wish.hosting) == retired_settings()
    assert isinstance(keys.wish.key, RetiredHost)


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ({}, Scope(products=Products.INSTALLED, hosting=True, registry=True)),
        ({"firewall": False}, Scope(products=Products.INSTALLED, hosting=True, registry=True, firewall=True)),
        ({"state": "absent"}, Scope(products=Products.INSTALLED, hosting=True, registry=True, firewall=True)),
        ({"activate": "never"}, Scope(products=Products.INSTALLED, hosting=True, registry=True, offline=True)),
        (
            {"activate": "never", "state": "absent"},
            Scope(products=Products.INSTALLED, hosting=True, registry=True, firewall=True),
        ),
    ],
)
def test_what_is_read(stage: FakeTask, args: Row, expected: Scope) -> None:
    action = stage.action("kms_host", args, Keywords())
    assert action.scope(action._validated()) == expected


@pytest.mark.parametrize(
    ("args", "code"),
    [
        ({**KEY, "activate": "proxy"}, "bad_option"),
        ({"product_keys": [{"product_key": HOST_KEY}, {"product_key": NEWER_KEY}]}, "bad_option"),
        ({"port": 0}, "bad_option"),
        (
            {"publish_domains": [{"domain": "corp.example", "weight": 1}, {"domain": "CORP.example."}]},
            "bad_option",
        ),
        ({"firewall": True, "firewall_profiles": []}, "bad_option"),
        ({"product_keys": [{"product_key": "HHHHH"}]}, "malformed_key"),
        ({"product_keys": [{"product_key": HOST_KEY, "products": "visio"}]}, "bad_option"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_read(host: SimulatedTask, args: Row, code: str) -> None:
    found = host.run("kms_host", args)
    assert (found["code"], found["refused"], host.opened) == (code, True, 0)


def test_from_a_fresh_server_to_a_host_and_again_without_a_change(host: SimulatedTask) -> None:
    wish = {**KEY, "activation_interval": 60, "firewall": True}
    foreseen = host.run("kms_host", wish, check=True)
    assert host.changes == []
    first = host.run("kms_host", wish)
    assert steps(foreseen) == steps(first)
    assert steps(first) == [
        "install_key",
        "activate",
        "set_activation_interval",
        "mark_host",
        "switch_firewall_rule",
        "restart_service",
    ]
    assert (first["hosting"]["is_kms_host"], first["deferred"], first["installations"]) == (True, [], [])
    for told in (first, foreseen):
        assert (told["hosting"]["activation_interval"], told["hosting"]["firewall"]["enabled"]) == (60, True)
    second = host.run("kms_host", wish)
    assert (second["changed"], second["steps"], second["hosting"]) == (False, [], first["hosting"])


def test_without_a_firewall_wish_the_rule_is_not_read(host: SimulatedTask) -> None:
    host.become(HOST)
    assert host.run("kms_host", {"port": 1700}, check=True)["hosting"]["firewall"] is None


def test_what_waits_for_an_activation_is_told_with_what_that_needs(
    host: SimulatedTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    warned: list[str] = []
    monkeypatch.setattr(base._display, "warning", warned.append)
    wish = {**BOTH, "activate": "never", "activation_interval": 60, "renewal_interval": 60}
    host.become({**SERVER, "office_host": ["office_2021"]})
    found = host.run("kms_host", wish)
    assert found["deferred"] == ["activation_interval", "renewal_interval"]
    assert len(warned) == 1
    assert "activation_interval and renewal_interval" in warned[0]
    windows, office = found["installations"]
    assert (windows["partial_product_key"], office["partial_product_key"]) == ("PPPPP", "FFFFF")
    assert len(windows["installation_id"]) == 63
    assert windows["bios_uuid"]
    assert windows["reason"] == "first_activation"
    foreseen = host.run("kms_host", wish, check=True)
    assert foreseen["installations"] == found["installations"]


def test_a_licensed_host_needs_no_installation(host: SimulatedTask) -> None:
    host.become(HOST)
    found = host.run("kms_host", {**KEY, "activate": "never"})
    assert (found["installations"], found["deferred"]) == ([], [])


def test_a_host_goes_back_to_a_client(host: SimulatedTask) -> None:
    host.become({**HOST, "office_host": [{"product": "office_2021", "status": "licensed", "product_key": OFFICE_KEY}]})
    host.run("kms_host", {"port": 1700, "activation_interval": 60, "publish_domains": [{"domain": "corp.example"}]})
    foreseen, found = host.run("kms_host", {"state": "absent"}, check=True), host.run("kms_host", {"state": "absent"})
    assert steps(foreseen) == steps(found)
    assert steps(found) == [
        "set_activation_interval",
        "install_key",
        "uninstall_key",
        "set_listening_port",
        "set_publish_domains",
        "mark_host",
        "switch_firewall_rule",
        "restart_service",
    ]
    hosting = found["hosting"]
    assert (hosting["is_kms_host"], hosting["port"], hosting["service_version"]) == (False, 1688, None)
    assert (found["deferred"], found["installations"]) == ([], [])
    again = host.run("kms_host", {"state": "absent", "activation_interval": 60})
    assert (again["changed"], again["deferred"]) == (False, [])


def test_no_key_gets_into_a_result(host: SimulatedTask) -> None:
    shown = repr(host.run("kms_host", {**KEY, "port": 1700}, diff=True)) + repr(host.stage.shown)
    assert HOST_KEY not in shown
    assert "PPPPP" in shown


def test_with_a_pool_each_activation_is_counted_once(host: SimulatedTask, budgets: Budgets) -> None:
    budgets.simulated_by = "tests"
    budgets.declare("hosts", fingerprint=ProductKey(HOST_KEY).fingerprint, partial="PPPPP")
    for expected in (True, False):
        found = budgets.run("kms_host", PAID)
        assert found["changed"] is expected, found
        assert budgets.states() == ["confirmed"]


def test_an_unknown_pool_is_refused_and_nothing_is_changed(host: SimulatedTask, budgets: Budgets) -> None:
    found = budgets.run("kms_host", {"product_keys": [{"product_key": HOST_KEY, "pool": "unheard"}]})
    assert found["failed"]
    assert found["refused"]
    assert host.changes == []


def test_a_task_that_is_repeated_until_it_ends_well_opens_its_ledger_each_time(
    host: SimulatedTask, budgets: Budgets
) -> None:
    budgets.simulated_by = "tests"
    budgets.declare("hosts", fingerprint=ProductKey(HOST_KEY).fingerprint, partial="PPPPP")
    args = {**PAID, "ledger": str(budgets.path)}
    action = host.stage.action("kms_host", args, Keywords())
    results, purses = [], []
    for _attempt in range(2):
        results.append(action.run(task_vars={}))
        purses.append(action._purse)
    assert purses[0].ledger is not purses[1].ledger
    assert [(found.get("failed"), found["changed"]) for found in results] == [(None, True), (None, False)]
    assert budgets.states() == ["confirmed"]


def test_a_pool_for_two_keys_is_refused_before_the_first_is_spent(host: SimulatedTask, budgets: Budgets) -> None:
    budgets.declare("hosts", fingerprint=None, partial=None)
    both = [{**row, "pool": "hosts"} for row in BOTH["product_keys"]]
    found = budgets.run("kms_host", {"product_keys": both})
    assert (found["code"], found["refused"], host.opened, budgets.states()) == ("bad_option", True, 0, [])


def test_what_a_pool_pays_goes_through_its_ledger(stage: FakeTask, budgets: Budgets) -> None:
    budgets.declare("hosts", fingerprint=None, partial=None)
    action = stage.action("kms_host", {**PAID, "ledger": str(budgets.path)}, Keywords())
    action.task_vars = {}
    with contextlib.ExitStack() as resources:
        first, settings = action.stages(action._validated(), resources)
    assert isinstance(first.gate, LedgerBudget)
    assert settings.gate is None


def test_of_several_keys_an_error_names_the_one_that_it_is_about(host: SimulatedTask) -> None:
    wrong = {"product_key": "VVVVV-WWWWW-XXXXX-YYYYY-TTTTT", "products": "office"}
    both = host.run("kms_host", {"product_keys": [*KEY["product_keys"], wrong]})
    alone = host.run("kms_host", {"product_keys": [wrong]})
    assert (both["code"], alone["code"]) == ("0xC004F050", "0xC004F050")
    assert both["msg"].startswith("Key TTTTT: ")
    assert not alone["msg"].startswith("Key ")
