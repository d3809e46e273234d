# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys, activation, settings and time on one machine, asked over the wire's own messages."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.volume.activation.plugins.plugin_utils._simulator.catalog.product_keys import made_up_key
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.world.world import confirmation_id
from ansible_collections.volume.activation.plugins.plugin_utils._wsman import Fault, Unknown, wmi_resource

from ..wmi_client import Asker, Faulted, asker, fleet_of

GVLK_2022_STANDARD = "VDYBN-27WPP-V4HQT-9VMD4-VMK7H"
GVLK_PRO = "W269N-WFGWX-YVC9B-4J6C9-T83GX"
GVLK_OFFICE_2021 = "FXYTK-NJJ8C-GB6DW-3DYQT-6F7TH"
MAK = made_up_key("mak", "lab")
RETAIL = made_up_key("retail", "shop")
HOST_KEY = made_up_key("kms_host", "hosts")
STRANGER = "BBBBB-CCCCC-DDDDD-FFFFF-GGGGG"


def hresult(call: Any, *args: Any, **kwargs: Any) -> int:
    with pytest.raises(Faulted) as raised:
        call(*args, **kwargs)
    assert raised.value.fault.hresult is not None
    return raised.value.fault.hresult


def keys_world(**maks: Any) -> dict[str, Any]:
    keys = {RETAIL: {"channel": "retail"}, HOST_KEY: {"channel": "kms_host"}}
    return {"microsoft": {"maks": {"lab": {"remaining": 2, **maks}}, "keys": keys}}


class TestKeys:
    def test_a_published_key_takes_the_place_of_the_one_before(self) -> None:
        box = asker({"system": "server_2022_standard", "channel": "mak"})

        box.service("InstallProductKey", ProductKey=GVLK_2022_STANDARD)

        (row,) = box.rows(
            "SELECT PartialProductKey, ProductKeyChannel, LicenseStatus FROM SoftwareLicensingProduct "
            "WHERE PartialProductKey IS NOT NULL"
        )
        assert row == {"LicenseStatus": "5", "PartialProductKey": "VMK7H", "ProductKeyChannel": "Volume:GVLK"}

    @pytest.mark.parametrize(
        ("system", "key", "expected"),
        [
            ("server_2022_standard", GVLK_PRO, 0xC004F069),
            ("server_2022_standard", "WX4NM-KYWYW-QJJR4-XV3QB-6VM33", 0xC004F069),  # Datacenter
            ("server_2022_standard", "N69G4-B89J2-4G8F4-WWYCC-J464C", 0xC004F069),  # of 2019
            ("server_2019_standard", "N2KJX-J94YW-TQVFB-DG9YT-724CC", 0xC004F069),  # of version 1809, the same build
            ("server_2022_standard_eval", GVLK_2022_STANDARD, 0xC004F069),
            ("server_2022_standard", GVLK_OFFICE_2021, 0xC004F069),
            ("server_2022_standard", STRANGER, 0xC004F050),
            ("server_2022_standard", "nonsense", 0xC004F050),
            ("server_2022_standard", "AAAAA-EEEEE-IIIII-OOOOO-UUUUU", 0xC004F050),
        ],
    )
    def test_keys_that_do_not_fit_are_refused_and_change_nothing(self, system: str, key: str, expected: int) -> None:
        box = asker(system)
        before = box.machine.describe()["products"]

        assert hresult(box.service, "InstallProductKey", ProductKey=key) == expected
        assert box.machine.describe()["products"] == before

    def test_a_blocked_retail_key_is_refused_at_once(self) -> None:
        world = {"microsoft": {"keys": {RETAIL: {"channel": "retail", "blocked": True}}}}

        assert (
            hresult(asker("windows_11_pro", world=world).service, "InstallProductKey", ProductKey=RETAIL) == 0xC004F051
        )

    @pytest.mark.parametrize(
        ("system", "status", "reason"),
        [("server_2012_r2_standard", "oob_grace", "0x4004F00C"), ("windows_11_pro", "notification", "0xC004F034")],
    )
    def test_a_fresh_key_means_a_first_grace_on_old_windows_only(self, system: str, status: str, reason: str) -> None:
        primary = asker(system).primary

        assert (primary["status"], primary["reason"]) == (status, reason)

    def test_uninstalling_leaves_no_key_and_a_second_time_fails(self) -> None:
        box = asker({"system": "windows_11_pro", "status": "licensed"})
        row_id = box.primary["id"]

        box.product(row_id, "UninstallProductKey")

        assert box.primary is None
        assert hresult(box.product, row_id, "UninstallProductKey") == 0xC004F014
        row = box.one(f"SELECT LicenseStatus, LicenseStatusReason FROM SoftwareLicensingProduct WHERE ID = '{row_id}'")
        assert row == {"LicenseStatus": "0", "LicenseStatusReason": str(0xC004F014)}

    def test_the_key_a_machine_was_described_with_can_be_installed_again(self) -> None:
        box = asker({"system": "windows_11_pro", "channel": "retail", "product_key": STRANGER})
        box.product(box.primary["id"], "UninstallProductKey")

        box.service("InstallProductKey", ProductKey=STRANGER)

        assert box.primary["partial_product_key"] == "GGGGG"


class TestKms:
    @pytest.mark.parametrize("system", ["server_2012_r2_standard", "windows_10_pro_n", "server_2022_datacenter_azure"])
    def test_a_client_finds_its_host_by_dns(self, system: str) -> None:
        box = asker(system)

        box.activate()

        row = box.one(
            "SELECT DiscoveredKeyManagementServiceMachineName, DiscoveredKeyManagementServiceMachinePort, "
            "GracePeriodRemaining, LicenseStatus, VLActivationType FROM SoftwareLicensingProduct "
            "WHERE PartialProductKey IS NOT NULL"
        )
        assert row == {
            "DiscoveredKeyManagementServiceMachineName": "kms.corp.example",
            "DiscoveredKeyManagementServiceMachinePort": "1688",
            "GracePeriodRemaining": "259200",
            "LicenseStatus": "1",
            "VLActivationType": "2",
        }

    def test_a_host_that_is_named_is_asked_and_nobody_else(self) -> None:
        box = asker("windows_11_pro")
        box.service("SetKeyManagementServiceMachine", MachineName="gone.corp.example")

        assert hresult(box.activate) == 0xC004F074
        box.service("SetKeyManagementServiceMachine", MachineName="KMS.corp.example")
        box.activate()

        assert box.primary["status"] == "licensed" and box.primary["discovered_kms_host"] is None

    def test_naming_a_host_keeps_the_port_of_the_last_one(self) -> None:
        box = asker({"system": "windows_11_pro", "kms_host": "a.corp.example", "kms_port": 1700})

        box.service("SetKeyManagementServiceMachine", MachineName="kms.corp.example")

        assert hresult(box.activate) == 0xC004F074
        box.service("ClearKeyManagementServicePort")
        box.activate()

    @pytest.mark.parametrize(
        ("description", "world", "expected"),
        [
            ({"domain": None}, {}, 0x8007007B),
            ({"domain": "elsewhere.example"}, {}, 0x8007232B),
            ({}, {"dns": {}}, 0x8007232B),
            ({}, {"kms_hosts": {"kms.corp.example": {"reachable": False}}}, 0xC004F074),
            ({}, {"kms_hosts": {"kms.corp.example": {"count": 3}}}, 0xC004F038),
            ({}, {"kms_hosts": {"kms.corp.example": {"products": ["windows_server"]}}}, 0xC004F042),
            ({"clock_skew": "5h"}, {}, 0xC004F074),
            ({"clock_skew": "-4h"}, {}, None),
            ({"activation_type": "ad"}, {}, 0xC004F081),
            ({"activation_type": "token"}, {}, 0xC004F305),
            ({"domain": None, "lookup_domain": "corp.example"}, {}, None),
        ],
    )
    def test_what_stands_between_a_client_and_its_lease(
        self, description: dict[str, Any], world: dict[str, Any], expected: int | None
    ) -> None:
        box = asker({"system": "windows_11_pro", **description}, world=world)
        before = box.primary

        if expected is None:
            box.activate()
            assert box.primary["status"] == "licensed"
        else:
            assert hresult(box.activate) == expected
            assert box.primary == {**before, "reason": "0xC004F056"}

    def test_the_next_host_of_dns_is_tried_when_the_first_is_away(self) -> None:
        world = {
            "kms_hosts": {"a.corp.example": {"reachable": False}, "b.corp.example": {}},
            "dns": {"corp.example": [{"host": "a.corp.example"}, {"host": "b.corp.example", "priority": 5}]},
        }
        box = asker("windows_11_pro", world=world)

        box.activate()

        assert box.primary["discovered_kms_host"] == "b.corp.example"

    def test_a_cached_host_goes_before_dns_unless_caching_is_off(self) -> None:
        machines = {"box": {"system": "windows_11_pro"}}
        first = {"kms_hosts": {"a.corp.example": {}, "b.corp.example": {}}, "dns": {"corp.example": ["a.corp.example"]}}
        fleet = fleet_of(machines, world=first)
        box = Asker(fleet.machines["box"])
        box.activate()
        fleet.update({"machines": machines, "world": {**first, "dns": {"corp.example": ["b.corp.example"]}}})

        box.activate()
        assert box.primary["discovered_kms_host"] == "a.corp.example"
        box.service("DisableKeyManagementServiceHostCaching", DisableCaching="true")
        box.activate()
        assert box.primary["discovered_kms_host"] == "b.corp.example"

    def test_the_directory_is_asked_first_and_only_by_members_of_its_forest(self) -> None:
        world = {"ad": {"corp.example": ["Windows"]}}
        member, stranger = asker("windows_11_pro", world=world), asker({"system": "windows_11_pro", "domain": None})

        member.activate()

        query = "SELECT VLActivationType, ADActivationObjectName FROM SoftwareLicensingProduct WHERE LicenseStatus = 1"
        assert member.one(query) == {"ADActivationObjectName": "Windows", "VLActivationType": "1"}
        assert hresult(stranger.activate) == 0x8007007B

    def test_kms_only_leaves_the_directory_alone(self) -> None:
        box = asker({"system": "windows_11_pro", "activation_type": "kms"}, world={"ad": {"corp.example": ["Windows"]}})

        box.activate()

        assert box.primary["activated_by"] == 2

    def test_a_products_own_settings_go_before_the_machines(self) -> None:
        box = asker({"system": "windows_11_pro", "kms_host": "gone.corp.example"})
        row_id = box.primary["id"]

        box.product(row_id, "SetKeyManagementServiceMachine", MachineName="kms.corp.example")

        box.activate()

        assert box.primary["status"] == "licensed"

    def test_office_is_activated_by_its_own_id(self) -> None:
        box = asker({"system": "windows_11_pro", "office": ["office_2021"]})
        (office,) = [row for row in box.machine.describe()["products"] if row["family"].startswith("Office")]
        assert (office["status"], office["partial_product_key"]) == ("oob_grace", "6F7TH")

        box.product(office["id"], "Activate")

        statuses = {row["family"]: row["status"] for row in box.machine.describe()["products"]}
        assert statuses == {"Professional": "notification", "Office21ProPlus2021VL_KMS_Client_AE": "licensed"}


class TestMicrosoft:
    def test_a_mak_costs_one_and_another_one_when_it_is_activated_again(self) -> None:
        fleet = fleet_of({"box": {"system": "windows_11_pro"}}, world=keys_world())
        box = Asker(fleet.machines["box"])
        box.service("InstallProductKey", ProductKey=MAK)

        def remaining() -> int:
            return fleet.describe()["world"]["microsoft"]["maks"]["lab"]["remaining"]

        assert remaining() == 2
        box.activate()
        assert (box.primary["status"], box.primary["minutes"], remaining()) == ("licensed", 0, 1)
        box.activate()
        assert remaining() == 0
        assert hresult(box.activate) == 0xC004C020
        assert box.primary["status"] == "licensed"

    def test_a_machine_described_as_activated_has_paid_already(self) -> None:
        box = asker({"system": "windows_11_pro", "channel": "mak", "rearms": 1}, world=keys_world(remaining=0))
        assert box.primary["status"] == "licensed"
        box.service("ReArmWindows")
        assert box.primary["status"] == "oob_grace"

        box.activate()

        assert box.primary["status"] == "licensed"

    def test_a_blocked_mak_is_found_out_by_microsoft_only(self) -> None:
        box = asker("windows_11_pro", world=keys_world(blocked=True))
        box.service("InstallProductKey", ProductKey=MAK)

        assert hresult(box.activate) == 0xC004C003

    def test_without_internet_there_is_the_telephone(self) -> None:
        box = asker({"system": "windows_11_pro", "internet": False}, world=keys_world())
        box.service("InstallProductKey", ProductKey=MAK)
        assert hresult(box.activate) == 0x80072EE7
        row_id = box.primary["id"]
        query = f"SELECT OfflineInstallationId FROM SoftwareLicensingProduct WHERE ID = '{row_id}'"
        number = box.one(query)["OfflineInstallationId"]
        assert len(number) == 63 and number.isdigit()

        def deposit(installation: str, confirmation: str) -> Any:
            method = "DepositOfflineConfirmationId"
            return box.product(row_id, method, InstallationId=installation, ConfirmationId=confirmation)

        assert hresult(deposit, number, "1" * 47) == 0xC004F02F
        assert hresult(deposit, "1" * 63, confirmation_id("1" * 63)) == 0xC004F031
        assert hresult(deposit, number, "1" * 48) == 0xC004F04D
        deposit(number, confirmation_id(number))
        assert box.primary["status"] == "licensed"

    def test_a_retail_key_is_a_store_licence(self) -> None:
        box = asker("windows_11_pro", world=keys_world())
        box.service("InstallProductKey", ProductKey=RETAIL)

        box.activate()

        assert (box.primary["channel"], box.primary["reason"]) == ("retail", "0x4004F401")

    def test_a_trial_may_be_confirmed_but_not_prolonged(self) -> None:
        box = asker({"system": "server_2022_standard_eval", "lease_days": 10})
        before = box.primary

        box.activate()

        assert box.primary == before
        assert hresult(asker({"system": "server_2022_standard_eval", "status": "notification"}).activate) == 0xC004FC07

    def test_only_a_licensed_kms_host_may_set_intervals(self) -> None:
        box = asker({"system": "server_2022_standard", "computer_name": "KMS"}, world=keys_world())
        assert hresult(box.service, "SetVLActivationInterval", ActivationInterval="60") == 0xC004F06A
        box.service("InstallProductKey", ProductKey=HOST_KEY)
        box.activate()

        box.service("SetVLActivationInterval", ActivationInterval="60")

        assert hresult(box.service, "SetVLActivationInterval", ActivationInterval="14") == 0x80070057
        row = box.one(
            "SELECT IsKeyManagementServiceMachine, KeyManagementServiceCurrentCount, VLActivationInterval "
            "FROM SoftwareLicensingService"
        )
        assert row == {
            "IsKeyManagementServiceMachine": "1",
            "KeyManagementServiceCurrentCount": "40",
            "VLActivationInterval": "60",
        }

    @given(st.integers(0, 3), st.lists(st.sampled_from(["a", "b", "c"]), max_size=12))
    @settings(max_examples=25, deadline=None)
    def test_whatever_machines_do_no_mak_is_overspent(self, budget: int, turns: list[str]) -> None:
        machines = {name: {"system": "windows_11_pro", "channel": "mak", "status": None} for name in "abc"}
        fleet = fleet_of(machines, world=keys_world(remaining=budget))
        for name in turns:
            try:
                Asker(fleet.machines[name]).activate()
            except Faulted as error:
                assert error.fault.hresult == 0xC004C020
        row = fleet.describe()["world"]["microsoft"]["maks"]["lab"]
        licensed = [name for name in "abc" if fleet.machines[name].describe()["primary"]["status"] == "licensed"]

        assert row["spent"] + row["remaining"] == budget and row["remaining"] >= 0
        assert len(licensed) <= row["spent"]


class TestSettings:
    SERVICE = (
        "SELECT KeyManagementServiceHostCaching, KeyManagementServiceLookupDomain, KeyManagementServiceMachine, "
        "KeyManagementServicePort FROM SoftwareLicensingService"
    )

    def test_they_are_unset_until_they_are_set_and_after_they_are_cleared(self) -> None:
        box = asker("windows_11_pro")
        unset = box.one(self.SERVICE)
        assert unset == {
            "KeyManagementServiceHostCaching": "true",
            "KeyManagementServiceLookupDomain": None,
            "KeyManagementServiceMachine": None,
            "KeyManagementServicePort": "0",
        }

        box.service("SetKeyManagementServiceMachine", MachineName="kms.corp.example")
        box.service("SetKeyManagementServicePort", PortNumber="1700")
        box.service("SetKeyManagementServiceLookupDomain", LookupDomain="corp.example")
        box.service("DisableKeyManagementServiceHostCaching", DisableCaching="true")
        assert box.one(self.SERVICE) == {
            "KeyManagementServiceHostCaching": "false",
            "KeyManagementServiceLookupDomain": "corp.example",
            "KeyManagementServiceMachine": "kms.corp.example",
            "KeyManagementServicePort": "1700",
        }

        for method in ("ClearKeyManagementServiceMachine", "ClearKeyManagementServicePort"):
            box.service(method)
        box.service("ClearKeyManagementServiceLookupDomain")
        box.service("DisableKeyManagementServiceHostCaching", DisableCaching="false")
        assert box.one(self.SERVICE) == unset

    def test_an_activation_type_is_1_to_3_and_cleared_for_any(self) -> None:
        box = asker("windows_11_pro")
        for wrong in ("0", "4"):
            assert hresult(box.service, "SetVLActivationTypeEnabled", ActivationType=wrong) == 0x80070057
        box.service("SetVLActivationTypeEnabled", ActivationType="2")
        query = "SELECT VLActivationTypeEnabled FROM SoftwareLicensingProduct WHERE PartialProductKey <> NULL"

        assert box.one(query) == {"VLActivationTypeEnabled": "2"}
        box.service("ClearVLActivationTypeEnabled")
        assert box.one(query) == {"VLActivationTypeEnabled": "0"}

    @pytest.mark.parametrize(
        ("method", "parameters"),
        [
            ("SetKeyManagementServiceMachine", {"MachineName": ""}),
            ("SetKeyManagementServiceMachine", {"MachineName": None}),
            ("SetKeyManagementServicePort", {"PortNumber": "0"}),
            ("SetKeyManagementServicePort", {"PortNumber": "65536"}),
            ("InstallProductKey", {}),
        ],
    )
    def test_values_that_make_no_sense_are_invalid_parameters(self, method: str, parameters: dict[str, Any]) -> None:
        assert hresult(asker("windows_11_pro").service, method, **parameters) == 0x80070057

    def test_rearming_costs_one_and_ends_at_none(self) -> None:
        box = asker({"system": "windows_11_pro", "status": "notification", "rearms": 1})

        box.service("ReArmWindows")

        assert (box.primary["status"], box.primary["minutes"]) == ("oob_grace", 43200)
        assert hresult(box.service, "ReArmWindows") == 0xC004D307

    def test_what_the_model_does_not_know_is_not_supported(self) -> None:
        assert hresult(asker("windows_11_pro").service, "InstallLicense", License="<xml/>") == 0xC004F016


class TestTime:
    def test_a_lease_runs_out_with_the_worlds_clock_and_is_renewed(self) -> None:
        machines = {"box": {"system": "windows_11_pro", "status": "licensed", "lease_days": 100}}
        fleet = fleet_of(machines)
        box = Asker(fleet.machines["box"])

        def pass_time(days: int) -> tuple[str, int]:
            clock = {"now": "2026-03-01T12:00:00Z", "frozen": True, "advance": f"{days}d"}
            fleet.update({"machines": machines, "clock": clock})
            return box.primary["status"], box.primary["minutes"] // 1440

        assert [pass_time(days) for days in (0, 99, 100, 129, 130)] == [
            ("licensed", 100),
            ("licensed", 1),
            ("oot_grace", 30),
            ("oot_grace", 1),
            ("notification", 0),
        ]
        box.activate()
        assert (box.primary["status"], box.primary["minutes"]) == ("licensed", 259200)

    def test_the_machines_own_clock_is_the_one_it_shows(self) -> None:
        box = asker({"system": "windows_11_pro", "clock_skew": "-90m", "utc_offset": "+09:00"})

        assert box.one("SELECT LocalDateTime FROM Win32_OperatingSystem") == {
            "LocalDateTime": "2026-03-01T19:30:00+09:00"
        }


class TestRules:
    def test_a_rule_fails_as_often_as_it_says_and_keeps_the_work_undone(self) -> None:
        rule = {"on": "activate", "do": "hresult", "code": "0xC004F074", "times": 2}
        box = asker({"system": "windows_11_pro", "faults": [rule]})

        assert [hresult(box.activate) for _time in range(2)] == [0xC004F074, 0xC004F074]
        assert box.primary["status"] == "notification"
        box.activate()

    @pytest.mark.parametrize("shape", ["flat", "provider", "wmi_error"])
    def test_the_number_is_found_in_each_shape(self, shape: str) -> None:
        rule = {"on": "InstallProductKey", "do": "hresult", "code": -1073418124, "shape": shape, "times": 0}
        box = asker({"system": "windows_11_pro", "language": "ja-JP", "faults": [rule]})

        for _time in range(3):
            with pytest.raises(Faulted) as raised:
                box.service("InstallProductKey", ProductKey=GVLK_PRO)
            assert (raised.value.fault.number, raised.value.fault.shape) == (0xC004F074, shape)
            assert "HRESULT 0xc004f074" in raised.value.fault.reason

    def test_a_rule_may_strike_queries(self) -> None:
        rule = {"on": "enumerate", "do": "hresult", "code": "0x80041003"}
        box = asker({"system": "windows_11_pro", "faults": [rule]})

        assert hresult(box.rows, "SELECT Version FROM SoftwareLicensingService") == 0x80041003
        assert box.rows("SELECT Version FROM SoftwareLicensingService")

    def test_rules_for_the_wire_do_not_touch_the_model(self) -> None:
        box = asker({"system": "windows_11_pro", "faults": [{"on": "Activate", "do": "drop_after"}]})

        box.activate()

        assert box.primary["status"] == "licensed" and len(box.machine.faults) == 1


class TestJournal:
    def test_queries_leave_no_trace_in_it_and_calls_do_with_their_failure(self) -> None:
        box = asker("windows_11_pro")
        box.rows("SELECT * FROM SoftwareLicensingProduct")
        assert box.machine.describe()["invoked"] == []

        box.service("SetKeyManagementServicePort", PortNumber="1688")
        hresult(box.service, "InstallProductKey", ProductKey=STRANGER)

        calls = box.machine.describe()["invoked"]
        assert [(call["method"], call["failure"]) for call in calls] == [
            ("SetKeyManagementServicePort", None),
            ("InstallProductKey", "0xC004F050"),
        ]
        assert calls[0]["parameters"] == {"PortNumber": "1688"}

    def test_no_key_is_in_what_it_tells(self) -> None:
        box = asker({"system": "windows_11_pro", "channel": "oem", "product_key": STRANGER}, world=keys_world())
        for key in (MAK, GVLK_PRO, STRANGER):
            box.service("InstallProductKey", ProductKey=key)
        hresult(box.service, "InstallProductKey", ProductKey="a key with a slip WX4NM-KYWYW")

        told = json.dumps(box.machine.describe()) + repr(box.machine.description) + repr(vars(box.machine))

        assert "WX4NM" not in told and "CCCCC" not in told and "WFGWX" not in told
        assert "GGGGG" in told


def test_what_is_no_wmi_is_not_here() -> None:
    answer = asker("windows_11_pro").machine.answer(Unknown("urn:any", wmi_resource("Any")))

    assert isinstance(answer, Fault) and answer.code == 2150858752
