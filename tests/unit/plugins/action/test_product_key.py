# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of product_key, and the wish that each states."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._applying import Products, Scope
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import ProductKey
from ansible_collections.volume.activation.plugins.plugin_utils._planning import AbsentKey, DesiredState, PresentKey

from .fake_task import KEY, FakeTask, Keywords, windows

ID = "0a1b2c3d-0001-4002-8003-0123456789ab"


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ({"product_key": KEY}, PresentKey(partial="GGGGG", key=ProductKey(KEY))),
        ({"product_key": KEY.lower()}, PresentKey(partial="GGGGG", key=ProductKey(KEY))),
        ({"partial_product_key": "ggggg"}, PresentKey(partial="GGGGG")),
        (
            {"product_key": KEY, "partial_product_key": "GGGGG", "activation_id": f"{{{ID.upper()}}}"},
            PresentKey(partial="GGGGG", key=ProductKey(KEY), activation_id=ID),
        ),
        ({"state": "absent", "product_key": KEY}, AbsentKey(partial="GGGGG")),
        ({"state": "absent", "partial_product_key": "GGGGG"}, AbsentKey(partial="GGGGG")),
        (
            {"state": "absent", "partial_product_key": "GGGGG", "activation_id": f"{{{ID.upper()}}}"},
            AbsentKey(partial="GGGGG", activation_id=ID),
        ),
    ],
)
def test_wishes(stage: FakeTask, args: dict[str, t.Any], expected: t.Any) -> None:
    action = stage.action("product_key", args, Keywords())
    assert action.wish(action._validated()) == DesiredState(key=expected)


@pytest.mark.parametrize("partial", ["", "GGGG", "GGGGGG", "GG-GG", "GGGGG\n", "*****", "ÄÄÄÄÄ"])
def test_what_is_not_five_characters_is_refused(stage: FakeTask, partial: str) -> None:
    found = stage.run("product_key", {"partial_product_key": partial})
    assert (found["code"], found["refused"]) == ("bad_option", True)
    assert "partial_product_key" in found["msg"]
    assert stage.machine.settings == []


@pytest.mark.parametrize("key", ["", " "])
def test_an_empty_key_is_said_to_be_empty(stage: FakeTask, key: str) -> None:
    found = stage.run("product_key", {"product_key": key})
    assert (found["code"], found["refused"]) == ("bad_option", True)
    assert "empty" in found["msg"]


@pytest.mark.parametrize("given", ["x", "esu", f"{ID}0"])
def test_what_is_not_an_activation_id_is_refused_before_anything_is_read(stage: FakeTask, given: str) -> None:
    found = stage.run("product_key", {"partial_product_key": "GGGGG", "activation_id": given})
    assert (found["code"], found["refused"], given in found["msg"]) == ("bad_option", True, True)
    assert stage.machine.settings == []


def test_one_of_the_two_is_required(stage: FakeTask) -> None:
    found = stage.run("product_key", {"state": "absent"})
    assert (found["code"], found["refused"]) == ("bad_option", True)
    assert "product_key, partial_product_key" in found["msg"]


def test_every_product_with_a_key_is_read(stage: FakeTask) -> None:
    assert stage.action("product_key", {}, Keywords()).scope({}) == Scope(products=Products.INSTALLED)
    stage.machine.products = [
        windows(),
        windows(ID="a", ApplicationID="x", PartialProductKey="AAAAA"),
        windows(ID="b", PartialProductKey=None),
    ]
    found = stage.run("product_key", {"partial_product_key": "AAAAA"})
    assert found["changed"] is False
    assert len(found["license"]["products"]) == 2


def test_there_again_gone_again(stage: FakeTask) -> None:
    given: dict[str, t.Any] = {"product_key": KEY, "replace_licensed": True}
    changes = [
        stage.run("product_key", {**given, "state": state})["changed"]
        for state in ("present", "present", "absent", "absent")
    ]
    assert changes == [True, False, True, False]
    assert [method for method in stage.machine.methods if method != "RefreshLicenseStatus"] == [
        "InstallProductKey",
        "UninstallProductKey",
    ]


def test_nothing_is_activated(stage: FakeTask) -> None:
    stage.run("product_key", {"product_key": KEY, "replace_licensed": True})
    assert "Activate" not in stage.machine.methods


def test_a_licensed_windows_keeps_its_key_unless_that_is_given_up(stage: FakeTask) -> None:
    found = stage.run("product_key", {"product_key": KEY})
    assert (found["failed"], found["code"]) == (True, "licensed_by_other_key")
    (row,) = found["license_changes"]
    assert (row["product"], row["given_up"], row["restored"]) == ("windows", False, True)
    assert found["recovery"] is None


def test_a_key_that_is_only_checked_and_is_not_there_fails(stage: FakeTask) -> None:
    found = stage.run("product_key", {"partial_product_key": "GGGGG"})
    assert (found["code"], found["refused"]) == ("key_unknown", True)


@pytest.mark.parametrize("key", ["", "  "])
def test_an_empty_key_is_named_as_what_it_is(stage: FakeTask, key: str) -> None:
    found = stage.run("product_key", {"product_key": key})
    assert (found["code"], found["refused"]) == ("bad_option", True)
    assert found["msg"].startswith("product_key is empty. ")
    rows = stage.run("kms_host", {"product_keys": [{"product_key": key}]})
    assert rows["code"] == "bad_option" and rows["msg"].startswith("product_key is empty. ")


def test_an_unknown_option_is_refused_with_the_nearest_one(stage: FakeTask) -> None:
    found = stage.run("kms_client", {"kms_hosst": "kms.corp.example"})
    assert (found["code"], found["refused"]) == ("bad_option", True)
    assert "kms_hosst" in found["msg"] and "did you mean kms_host?" in found["msg"]
