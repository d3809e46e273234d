# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A machine activates its forest: by Microsoft online, by a confirmation ID offline, and members by what is there."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._simulator._fleet import Fleet
from ansible_collections.volume.activation.plugins.plugin_utils._simulator._offline_numbers import confirmation_id

from .asking import Asker, Faulted, fleet_of

KEY = "HHHHH-JJJJJ-KKKKK-MMMMM-PPPPP"
SERVERS_KEY = "HHHHH-JJJJJ-KKKKK-MMMMM-QQQQQ"
BLOCKED_KEY = "HHHHH-JJJJJ-KKKKK-MMMMM-BBBBB"
RETAIL_KEY = "RRRRR-JJJJJ-KKKKK-MMMMM-PPPPP"
GVLK = "WX4NM-KYWYW-QJJR4-XV3QB-6VM33"
MACHINES: dict[str, Any] = {
    "dc1": {"system": "server_2022_standard", "domain_role": "domain_controller"},
    "app1": "server_2022_standard",
    "desk1": {"system": "windows_11_pro", "activation_type": "ad"},
    "desk2": {"system": "windows_11_pro", "activation_type": "ad"},
    "jump1": {"system": "server_2022_standard", "delegation": True},
    "alone1": {"system": "server_2022_standard", "domain_role": "workgroup"},
}
WORLD: dict[str, Any] = {
    "ad": {"corp.example": []},
    "microsoft": {
        "keys": {
            KEY: {"channel": "kms_host"},
            SERVERS_KEY: {"channel": "kms_host", "covers": ["windows_server"]},
            BLOCKED_KEY: {"channel": "kms_host", "blocked": True},
            RETAIL_KEY: {"channel": "retail"},
        }
    },
}
AD = "SELECT ADActivationObjectName, ADActivationObjectDN, ADActivationCsvlkPid, ADActivationCsvlkSkuId, \
VLActivationType FROM SoftwareLicensingProduct WHERE PartialProductKey IS NOT NULL"
DN = "CN={},CN=Activation Objects,CN=Microsoft SPP,CN=Services,CN=Configuration,DC=corp,DC=example"


def fleet(machines: dict[str, Any] | None = None, **world: Any) -> Fleet:
    return fleet_of({**MACHINES, **(machines or {})}, world={**WORLD, **world})


def ask(fleet: Fleet, name: str) -> Asker:
    return Asker(fleet.machines[name])


def online(fleet: Fleet, machine: str = "dc1", *, key: str = KEY, name: str | None = "Laboratory") -> None:
    ask(fleet, machine).service("DoActiveDirectoryOnlineActivation", ProductKey=key, ActivationObjectName=name)


def offline_id(fleet: Fleet, machine: str = "dc1", *, key: str = KEY) -> str:
    output = ask(fleet, machine).service("GenerateActiveDirectoryOfflineActivationId", ProductKey=key)
    return str(output.values["InstallationID"][0])


def deposit(
    fleet: Fleet, confirmation: str, machine: str = "dc1", *, key: str = KEY, name: str | None = "Laboratory"
) -> None:
    ask(fleet, machine).service(
        "DepositActiveDirectoryOfflineActivationConfirmation",
        ProductKey=key,
        ConfirmationID=confirmation,
        ActivationObjectName=name,
    )


def hresult(call: Any, *args: Any, **kwargs: Any) -> int | None:
    with pytest.raises(Faulted) as raised:
        call(*args, **kwargs)
    return raised.value.fault.number


def objects(fleet: Fleet) -> list[dict[str, Any]]:
    return fleet.describe()["world"]["forests"]["corp.example"]["objects"]


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


class TestLiveControl:
    def update(self, model: Fleet, **ad: Any) -> None:
        world = {**WORLD, "ad": {"corp.example": [], **ad}}
        model.update({"machines": MACHINES, "world": world, "clock": {"now": "2026-03-01T12:00:00Z", "frozen": True}})

    def test_what_was_created_stays_as_long_as_its_forest_is_not_touched(self) -> None:
        model = fleet()
        online(model)

        self.update(model, **{"other.example": ["Else"]})
        assert [row["name"] for row in objects(model)] == ["Laboratory"]

        self.update(model, **{"corp.example": ["Described"]})
        assert [row["name"] for row in objects(model)] == ["Described"]

    def test_an_object_that_goes_away_leaves_its_leases_and_gives_no_new_one(self) -> None:
        model = fleet(ad={"corp.example": ["Old"]})
        ask(model, "desk1").activate()

        self.update(model)

        assert ask(model, "desk1").primary["status"] == "licensed"
        assert hresult(ask(model, "desk2").activate) == 0xC004F081
        app = ask(model, "app1")
        app.activate()
        assert app.primary["activated_by"] == 2


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
