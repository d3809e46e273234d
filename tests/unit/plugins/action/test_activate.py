# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of activate, and the wish that each states."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._applying import Products
from ansible_collections.volume.activation.plugins.plugin_utils._planning import (
    ActivatePolicy,
    Activation,
    DesiredState,
)
from ansible_collections.volume.activation.plugins.plugin_utils._wsman import Fault

from .fake_task import FakeTask, Keywords, attempted, licensed, on_mak, windows

ID = "0a1b2c3d-0001-4002-8003-0123456789ab"


@pytest.mark.parametrize(
    ("args", "expected", "products"),
    [
        ({}, Activation(), Products.PRIMARY),
        ({"force": True}, Activation(when=ActivatePolicy.ALWAYS), Products.PRIMARY),
        ({"activation_id": f"{{{ID.upper()}}}"}, Activation(product_id=ID), Products.INSTALLED),
        (
            {"activation_id": ID, "force": True},
            Activation(when=ActivatePolicy.ALWAYS, product_id=ID),
            Products.INSTALLED,
        ),
    ],
)
def test_wishes(stage: FakeTask, args: dict[str, t.Any], expected: Activation, products: Products) -> None:
    action = stage.action("activate", args, Keywords())
    options = action._validated()
    assert action.wish(options) == DesiredState(activation=expected)
    assert action.scope(options).products is products


def test_once_and_not_again(stage: FakeTask) -> None:
    stage.machine.products = [windows()]
    assert [stage.run("activate")["changed"] for _time in range(2)] == [True, False]
    assert stage.machine.methods == ["Activate", "RefreshLicenseStatus"]


def test_always_when_forced(stage: FakeTask) -> None:
    assert [stage.run("activate", {"force": True})["changed"] for _time in range(2)] == [True, True]


@pytest.mark.parametrize("force", [True, False])
def test_a_mak_is_never_activated(stage: FakeTask, force: bool) -> None:
    stage.machine.products = [on_mak()]
    found = stage.run("activate", {"force": force})
    assert stage.machine.calls == []
    assert found.get("code") == ("mak_activation" if force else None)
    stage.machine.products = [on_mak(LicenseStatus="5")]
    assert stage.run("activate", {"force": force})["code"] == "mak_activation"


def test_one_product_by_its_id(stage: FakeTask) -> None:
    stage.machine.products = [licensed(), windows(ID=ID, LicenseIsAddon="true")]
    found = stage.run("activate", {"activation_id": f"{{{ID.upper()}}}"})
    assert [step["action"] for step in found["steps"]] == ["activate"]
    assert stage.run("activate", {"activation_id": ID.replace("0a", "0b")})["code"] == "no_such_product"
    assert stage.run("activate", {"activation_id": "id-nothing"})["code"] == "bad_option"
    assert stage.run("activate", {"activation_id": ""})["code"] == "bad_option"


def test_a_failure_is_explained(stage: FakeTask) -> None:
    stage.machine.products = [windows()]
    stage.machine.faults["Activate"] = Fault(2150859180, hresult=0xC004F074)
    found = stage.run("activate")
    assert found["code"] == "0xC004F074"
    assert found["cause"]
    assert found["remedy"]
    assert (found["changed"], found["refused"]) == (False, False)
    assert "last_attempt" not in found


@pytest.mark.parametrize("unreadable", [None, "Win32_NTLogEvent", "Win32_OperatingSystem"])
def test_a_failure_has_what_the_machine_logged_of_it_if_that_can_be_read(
    stage: FakeTask, unreadable: str | None
) -> None:
    stage.machine.products = [windows()]
    stage.machine.system["LocalDateTime"] = "2026-11-22T08:00:00Z"
    stage.machine.events = [attempted("0xC004F06C")]
    stage.machine.faults["Activate"] = Fault(2150859180, hresult=0xC004F074)
    if unreadable:
        stage.machine.faults[unreadable] = Fault(2150859180, hresult=0x80070005)
    found = stage.run("activate")
    assert (found["failed"], found["code"]) == (True, "0xC004F074")
    assert (found.get("last_attempt") or {}).get("code") == (None if unreadable else "0xC004F06C")
