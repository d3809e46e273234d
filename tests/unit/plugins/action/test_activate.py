# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of activate, and the wish that each states."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._applying import Products
from ansible_collections.volume.activation.plugins.plugin_utils._planning import Activation, When, Wish
from ansible_collections.volume.activation.plugins.plugin_utils._wsman import Fault

from .stage import Keywords, Stage, licensed, on_mak, windows


@pytest.mark.parametrize(
    ("args", "expected", "products"),
    [
        ({}, Activation(), Products.PRIMARY),
        ({"force": True}, Activation(when=When.ALWAYS), Products.PRIMARY),
        ({"activation_id": "x"}, Activation(product_id="x"), Products.INSTALLED),
        ({"activation_id": "x", "force": True}, Activation(when=When.ALWAYS, product_id="x"), Products.INSTALLED),
    ],
)
def test_wishes(stage: Stage, args: dict[str, t.Any], expected: Activation, products: Products) -> None:
    action = stage.action("activate", args, Keywords())
    options = action._validated()
    assert action.wish(options) == Wish(activation=expected)
    assert action.scope(options).products is products


def test_once_and_not_again(stage: Stage) -> None:
    stage.machine.products = [windows()]
    assert [stage.run("activate")["changed"] for _time in range(2)] == [True, False]
    assert stage.machine.methods == ["Activate", "RefreshLicenseStatus"]


def test_always_when_forced(stage: Stage) -> None:
    assert [stage.run("activate", {"force": True})["changed"] for _time in range(2)] == [True, True]


@pytest.mark.parametrize("force", [True, False])
def test_a_mak_is_never_activated(stage: Stage, force: bool) -> None:
    stage.machine.products = [on_mak()]
    found = stage.run("activate", {"force": force})
    assert stage.machine.calls == []
    assert found.get("code") == ("mak_activation" if force else None)
    stage.machine.products = [on_mak(LicenseStatus="5")]
    assert stage.run("activate", {"force": force})["code"] == "mak_activation"


def test_one_product_by_its_id(stage: Stage) -> None:
    stage.machine.products = [licensed(), windows(ID="id-other", LicenseIsAddon="true")]
    found = stage.run("activate", {"activation_id": "ID-OTHER"})
    assert [step["action"] for step in found["steps"]] == ["activate"]
    assert stage.run("activate", {"activation_id": "id-nothing"})["code"] == "no_such_product"


def test_a_failure_is_explained(stage: Stage) -> None:
    stage.machine.products = [windows()]
    stage.machine.faults["Activate"] = Fault(2150859180, hresult=0xC004F074)
    found = stage.run("activate")
    assert found["code"] == "0xC004F074"
    assert found["cause"]
    assert found["remedy"]
    assert (found["changed"], found["refused"]) == (False, False)
