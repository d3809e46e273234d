# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A machine activates its forest: by Microsoft online, by a confirmation ID offline, and members by what is there."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._simulator.catalog.offline_ids import confirmation_id

from ..memory_forest_fleet import (
    AD,
    BLOCKED_KEY,
    DN,
    GVLK,
    KEY,
    MACHINES,
    RETAIL_KEY,
    SERVERS_KEY,
    WORLD,
    ask,
    deposit,
    fleet,
    hresult,
    objects,
    offline_id,
    online,
)


class TestOnline:
    def test_a_member_activates_by_what_a_domain_controller_created(self) -> None:
        model = fleet()
        assert hresult(ask(model, "desk1").activate) == 0xC004F081

        online(model)
        ask(model, "desk1").activate()

        (made,) = objects(model)
        assert made["name"] == "Laboratory" and made["partial_product_key"] == "PPPPP"
        assert ask(model, "desk1").one(AD) == {
            "ADActivationObjectName": "Laboratory",
            "ADActivationObjectDN": DN.format("Laboratory"),
            "ADActivationCsvlkPid": made["extended_pid"],
            "ADActivationCsvlkSkuId": made["activation_id"],
            "VLActivationType": "1",
        }

    def test_a_member_activates_by_what_its_key_covers_only(self) -> None:
        model = fleet()
        online(model, key=SERVERS_KEY)

        ask(model, "app1").activate()
        assert ask(model, "app1").primary["activated_by"] == 1
        assert hresult(ask(model, "desk1").activate) == 0xC004F081

    def test_an_activation_by_kms_clears_what_the_directory_left(self) -> None:
        model = fleet()
        online(model)
        app = ask(model, "app1")
        app.activate()
        assert app.primary["activation_object"] == DN.format("Laboratory")

        app.service("SetVLActivationTypeEnabled", ActivationType="2")
        app.activate()

        row = app.one(AD)
        assert row.pop("VLActivationType") == "2"
        assert set(row.values()) == {None}

    def test_an_object_without_a_name_gets_one(self) -> None:
        model = fleet()
        online(model, name=None)
        online(model, key=SERVERS_KEY, name="")

        assert [row["name"] for row in objects(model)] == ["Activation Object PPPPP", "Activation Object QQQQQ"]

    def test_a_name_is_escaped(self) -> None:
        model = fleet()
        online(model, name='Key, "new"')

        assert objects(model)[0]["dn"] == DN.format('Key\\, \\"new\\"')

    @pytest.mark.parametrize(
        ("call", "code"),
        [
            ({"name": "x" * 41}, 0xC004F082),
            ({"key": "XXXXX-YYYYY-WWWWW-VVVVV-TTTTT"}, 0xC004F050),
            ({"key": "no key"}, 0xC004F050),
            ({"key": GVLK}, 0xC004F07D),
            ({"key": RETAIL_KEY}, 0xC004F07D),
            ({"key": ""}, 0x80070057),
            ({"key": BLOCKED_KEY}, 0xC004C003),
            ({"name": "taken"}, 0x80071392),
            ({"machine": "app1"}, 0x80072020),
            ({"machine": "alone1"}, 0x8007054B),
        ],
    )
    def test_what_is_refused(self, call: dict[str, Any], code: int) -> None:
        model = fleet(ad={"corp.example": ["Taken"]})

        assert hresult(online, model, **call) == code
        assert [row["name"] for row in objects(model)] == ["Taken"]

    def test_forty_characters_are_not_too_many(self) -> None:
        model = fleet()
        online(model, name="\u00e4" * 40)

        assert objects(model)[0]["name"] == "\u00e4" * 40

    def test_a_forest_that_nobody_described_is_none(self) -> None:
        assert hresult(online, fleet(ad={})) == 0x8007054B

    def test_without_a_way_to_microsoft_nothing_is_created(self) -> None:
        offline = {"dc1": {**MACHINES["dc1"], "internet": False}}
        model = fleet(offline)
        assert hresult(online, model) == 0x80072EE7
        unreachable = fleet(microsoft={**WORLD["microsoft"], "reachable": False})
        assert hresult(online, unreachable) == 0x80072EE2

        assert objects(model) == objects(unreachable) == []

    def test_microsoft_is_not_asked_for_a_name_that_is_taken(self) -> None:
        model = fleet({"dc1": {**MACHINES["dc1"], "internet": False}}, ad={"corp.example": ["Taken"]})
        assert hresult(online, model, name="taken") == 0x80071392

    def test_a_login_that_can_be_passed_on_needs_no_domain_controller(self) -> None:
        model = fleet()
        online(model, "jump1")

        assert len(objects(model)) == 1

    def test_delegation_may_come_while_the_machine_runs(self) -> None:
        model = fleet()
        ask(model, "app1").activate()
        machines = {**MACHINES, "app1": {"system": "server_2022_standard", "delegation": True}}
        model.update({"machines": machines, "world": WORLD, "clock": {"now": "2026-03-01T12:00:00Z", "frozen": True}})

        online(model, "app1")
        assert ask(model, "app1").primary["status"] == "licensed"


class TestOffline:
    def test_installation_id_out_and_confirmation_id_in(self) -> None:
        cut_off = {"dc1": {**MACHINES["dc1"], "internet": False}}
        model = fleet(cut_off)

        deposit(model, confirmation_id(offline_id(model)))
        ask(model, "desk1").activate()

        assert [row["name"] for row in objects(model)] == ["Laboratory"]
        assert ask(model, "desk1").primary["activated_by"] == 1

    def test_the_installation_id_is_the_forests_own(self) -> None:
        model = fleet()

        assert offline_id(model, "dc1") == offline_id(model, "jump1")
        assert offline_id(model, key=SERVERS_KEY) != offline_id(model)

    @pytest.mark.parametrize(
        ("confirmation", "code"),
        [
            ("1" * 48, 0xC004F04D),
            ("1" * 47, 0xC004F02F),
            ("x" * 48, 0xC004F02F),
            ("", 0x80070057),
        ],
    )
    def test_a_confirmation_id_has_to_belong_to_the_forest(self, confirmation: str, code: int) -> None:
        model = fleet()

        assert hresult(deposit, model, confirmation) == code
        assert objects(model) == []

    @pytest.mark.parametrize(
        ("call", "code"),
        [
            ({"name": "x" * 41}, 0xC004F082),
            ({"name": "taken"}, 0x80071392),
            ({"machine": "app1"}, 0x80072020),
            ({"machine": "alone1"}, 0x8007054B),
            ({"key": BLOCKED_KEY}, 0xC004F051),
            ({"key": GVLK}, 0xC004F07D),
        ],
    )
    def test_what_is_refused(self, call: dict[str, Any], code: int) -> None:
        model = fleet(ad={"corp.example": ["Taken"]})
        confirmation = confirmation_id(offline_id(model))

        assert hresult(deposit, model, confirmation, **call) == code
        assert [row["name"] for row in objects(model)] == ["Taken"]

    @pytest.mark.parametrize(
        ("call", "code"),
        [
            ({"machine": "app1"}, 0x80072020),
            ({"machine": "alone1"}, 0x8007054B),
            ({"key": BLOCKED_KEY}, 0xC004F051),
        ],
    )
    def test_no_installation_id_is_given_where_it_would_be_of_no_use(self, call: dict[str, Any], code: int) -> None:
        assert hresult(offline_id, fleet(), **call) == code


class TestFaults:
    def test_a_rule_may_strike_before_or_after_the_object_is_created(self) -> None:
        method = "DoActiveDirectoryOnlineActivation"
        rules = [
            {"on": method, "do": "hresult", "code": "0x80070005"},
            {"on": method, "do": "hresult_after", "code": "0x8007203A"},
        ]
        model = fleet({"dc1": {**MACHINES["dc1"], "faults": rules}})

        assert hresult(online, model) == 0x80070005
        assert objects(model) == []
        assert hresult(online, model) == 0x8007203A
        assert len(objects(model)) == 1


def test_no_key_and_no_confirmation_id_is_in_what_the_fleet_tells() -> None:
    model = fleet()
    confirmation = confirmation_id(offline_id(model))
    deposit(model, confirmation)
    online(model, key=SERVERS_KEY, name="Second")

    told = json.dumps(model.describe())
    assert "PPPPP" in told and "QQQQQ" in told
    for secret in (KEY, SERVERS_KEY, KEY[:-6], confirmation):
        assert secret not in told
    methods = [entry["method"] for entry in model.machines["dc1"].describe()["invoked"]]
    assert methods == [
        "GenerateActiveDirectoryOfflineActivationId",
        "DepositActiveDirectoryOfflineActivationConfirmation",
        "DoActiveDirectoryOnlineActivation",
    ]
