# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Queries, instances and methods are answered in the odd ways of a real host."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._secrets import reveal
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.wmi.enumerations import Enumerations
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.wmi.faults import Refusals, Refused
from ansible_collections.volume.activation.plugins.plugin_utils._wsman import (
    OBJECTS,
    OBJECTS_AND_REFERENCES,
    REFERENCES,
    Batch,
    Enumerate,
    Fault,
    Get,
    Instance,
    Invoke,
    Pull,
    Release,
    Released,
    encode_answer,
    wmi_resource,
)

from ..wmi_client import EVERYTHING, Asker, Faulted, asker

PRODUCTS = "SELECT ID, Name FROM SoftwareLicensingProduct"
SERVICE = "SoftwareLicensingService"


def fault(call: Any, *args: Any, **kwargs: Any) -> Fault:
    with pytest.raises(Faulted) as raised:
        call(*args, **kwargs)
    return raised.value.fault


def start(box: Asker, wql: str = PRODUCTS, **options: Any) -> Batch:
    return box.send(Enumerate(EVERYTHING, wql, **options))


class TestBatches:
    def test_the_first_of_many_comes_alone_and_the_rest_is_pulled(self) -> None:
        box = asker("windows_10_pro")

        first = start(box)
        rest = box.send(Pull(EVERYTHING, str(first.context)))

        assert len(first.items) == 1 and first.context
        assert len(rest.items) > 10 and rest.context is None
        assert len({item.properties["ID"] for item in (*first.items, *rest.items)}) == len(rest.items) + 1

    def test_a_single_result_is_complete_at_once(self) -> None:
        batch = start(asker("windows_10_pro"), f"SELECT Version FROM {SERVICE}")

        assert len(batch.items) == 1 and not batch.context

    def test_no_result_is_an_empty_end(self) -> None:
        batch = start(asker("windows_10_pro"), f"{PRODUCTS} WHERE Name = 'nothing'")

        assert batch.items == () and not batch.context

    def test_without_optimisation_the_first_answer_is_a_bare_context(self) -> None:
        box = asker("windows_10_pro")

        batch = start(box, f"SELECT Version FROM {SERVICE}", optimize=False)

        assert batch.items == () and batch.context
        assert len(box.send(Pull(EVERYTHING, batch.context)).items) == 1

    def test_a_pull_without_a_limit_has_one_item(self) -> None:
        box = asker("windows_10_pro")

        assert len(box.send(Pull(EVERYTHING, str(start(box).context), max_elements=None)).items) == 1

    def test_a_context_is_good_once_and_each_answer_has_a_new_one(self) -> None:
        box = asker("windows_10_pro")
        first = str(start(box).context)
        second = box.send(Pull(EVERYTHING, first, max_elements=1)).context

        assert second and second != first
        assert fault(box.send, Pull(EVERYTHING, first)).code == 2150858779

    def test_a_released_enumeration_is_gone(self) -> None:
        box = asker("windows_10_pro")
        context = str(start(box).context)
        assert box.machine.describe()["open_enumerations"] == 1

        assert isinstance(box.send(Release(EVERYTHING, context)), Released)

        assert box.machine.describe()["open_enumerations"] == 0
        assert fault(box.send, Release(EVERYTHING, context)).code == 2150858779
        assert fault(box.send, Pull(EVERYTHING, context)).code == 2150858779

    def test_a_small_envelope_makes_more_batches_with_the_same_items(self) -> None:
        large, small = asker("windows_10_pro"), asker("windows_10_pro")

        everything = large.instances("SELECT * FROM SoftwareLicensingProduct")
        in_parts = small.instances("SELECT * FROM SoftwareLicensingProduct", envelope=20000)

        assert [item.properties["ID"] for item in in_parts] == [item.properties["ID"] for item in everything]
        assert len(large.sizes) == 2 and len(small.sizes) > 3
        # The server counts in UTF-16, so only half as many bytes of UTF-8 are sent; the envelope itself is not counted.
        assert 5000 < max(small.sizes) < 20000 / 2 + 1000

    def test_an_instance_that_no_envelope_holds_is_refused(self) -> None:
        box = asker("windows_10_pro")

        assert fault(box.instances, f"SELECT * FROM {SERVICE}", envelope=2000).code == 2150858824

    def test_an_enumeration_that_nobody_pulls_is_forgotten(self) -> None:
        seconds = [0.0]
        enumerations = Enumerations(Refusals("BOX", "en-US"), clock=lambda: seconds[0])
        items = tuple(Instance(None, {"Name": (str(index),)}) for index in range(3))
        context = str(enumerations.start(items, optimize=True, envelope=None).context)

        seconds[0] = 241.0

        with pytest.raises(Refused) as raised:
            enumerations.pull(context, 10, None)
        assert raised.value.fault.code == 2150858779

    def test_too_many_open_enumerations_are_a_quota_fault(self) -> None:
        enumerations = Enumerations(Refusals("BOX", "en-US"))
        items = tuple(Instance(None, {"Name": (str(index),)}) for index in range(2))
        for _time in range(1500):
            enumerations.start(items, optimize=True, envelope=None)

        with pytest.raises(Refused) as raised:
            enumerations.start(items, optimize=True, envelope=None)
        assert raised.value.fault.code == 2150859174


class TestQueries:
    def test_a_projection_is_nameless_alphabetical_and_in_the_classs_spelling(self) -> None:
        (item,) = asker("windows_10_pro").instances(f"SELECT version, CLIENTMACHINEID, __PATH FROM {SERVICE.lower()}")

        assert item.class_uri is None
        assert list(item.properties) == ["ClientMachineID", "Version"]

    def test_a_star_keeps_the_class_and_has_the_firmware_key_in_clear(self) -> None:
        (item,) = asker({"system": "windows_11_pro", "channel": "oem"}).instances(f"SELECT * FROM {SERVICE}")
        key = reveal(item.properties["OA3xOriginalProductKey"][0])

        assert item.class_name == SERVICE
        assert key.startswith("QQQQQ-MMMMM-") and len(key) == 29
        assert list(item.properties) == sorted(item.properties, key=str.lower)

    def test_null_scalars_are_nil_null_arrays_absent_and_booleans_lower_case(self) -> None:
        (item,) = asker("windows_10_pro").instances("SELECT * FROM Win32_ComputerSystem")

        assert item.properties["Workgroup"] == (None,)
        assert "OEMStringArray" not in item.properties
        assert item.properties["Roles"] == ("LM_Workstation", "LM_Server", "NT")
        assert item.properties["PartOfDomain"] == ("true",)

    def test_a_null_array_is_absent_from_a_projection_too(self) -> None:
        (item,) = asker("windows_10_pro").instances("SELECT Name, OEMStringArray FROM Win32_ComputerSystem")

        assert dict(item.properties) == {"Name": ("BOX",)}

    @pytest.mark.parametrize(
        "wql",
        [
            "SELECT Nonsense FROM SoftwareLicensingService",
            "SELECT Version FROM SoftwareLicensingService WHERE Nonsense = 1",
            "SELECT Version FROM Win32_Nonsense",
            "SELECT Version FROM",
            "SELECT Name FROM SoftwareLicensingProduct WHERE LicenseStatus = 'many'",
        ],
    )
    def test_what_cannot_be_answered_is_a_filter_fault_that_repeats_the_query(self, wql: str) -> None:
        machine = asker({"system": "windows_10_pro", "language": "de-DE"}).machine

        answer = machine.answer(Enumerate(EVERYTHING, wql))

        assert isinstance(answer, Fault)
        assert (answer.code, answer.inner_code, answer.shape) == (2150858778, 2150858778, "provider")
        assert answer.subcode == "n:CannotProcessFilter" and answer.parameter_info == wql
        assert "Klasse" in answer.inner_message

    @pytest.mark.parametrize(
        ("system", "build", "known"),
        [
            ("windows_10_pro", None, False),
            ("windows_11_pro", 22000, False),
            ("windows_11_pro", 22621, True),
            ("server_2022_standard", None, False),
            ("server_23h2_datacenter_sac", None, True),
            ("server_2025_standard", None, True),
        ],
    )
    def test_a_property_that_came_later_fails_the_whole_query(
        self, system: str, build: int | None, known: bool
    ) -> None:
        box = asker({"system": system, **({"build": build} if build else {})})
        query = f"SELECT Version, SubscriptionStatus FROM {SERVICE}"

        if known:
            assert box.one(query)["SubscriptionStatus"] == "0"
        else:
            assert fault(box.rows, query).code == 2150858778

    def test_wql_at_a_class_is_refused_and_a_class_without_wql_is_listed(self) -> None:
        box = asker("windows_10_pro")
        resource = wmi_resource(SERVICE)

        assert fault(box.send, Enumerate(resource, f"SELECT Version FROM {SERVICE}")).code == 2150859003
        answer = box.machine.answer(Enumerate(resource, ""))
        assert isinstance(answer, Batch) and answer.items[0].class_name == SERVICE

    def test_classes_are_where_they_are_and_nowhere_else(self) -> None:
        box = asker("windows_10_pro")
        default = wmi_resource("*", "root/default")

        assert fault(box.send, Enumerate(default, f"SELECT Version FROM {SERVICE}")).code == 2150858778
        assert box.send(Enumerate(default, "SELECT * FROM StdRegProv")).items == ()

    @pytest.mark.parametrize(("language", "word"), [("de-DE", "Testversion"), ("ja-JP", "\u8a55\u4fa1\u7248")])
    def test_texts_are_in_the_machines_language_and_tokens_are_not(self, language: str, word: str) -> None:
        box = asker({"system": "server_2022_standard_eval", "language": language})

        assert word in box.one("SELECT Caption FROM Win32_OperatingSystem")["Caption"]
        description = box.one("SELECT Description FROM SoftwareLicensingProduct WHERE LicenseStatus = 1")["Description"]
        assert "TIMEBASED_EVAL" in description and "Operating System" not in description

    def test_what_a_machine_is_can_be_told_without_any_text(self) -> None:
        box = asker({"system": "server_2022_datacenter_azure", "language": "ja-JP"})

        assert box.one("SELECT BuildNumber, OperatingSystemSKU, ProductType FROM Win32_OperatingSystem") == {
            "BuildNumber": "20348",
            "OperatingSystemSKU": "407",
            "ProductType": "3",
        }


class TestGet:
    def test_all_keys_are_needed_names_and_values_whatever_their_case(self) -> None:
        box = asker("windows_10_pro")
        row_id = box.primary["id"]

        found = box.send(Get(wmi_resource("softwarelicensingproduct", selectors={"id": row_id.upper()})))

        assert found.instance.class_name == "SoftwareLicensingProduct"
        assert found.instance.properties["ID"] == (row_id,)

    @pytest.mark.parametrize(
        ("name", "selectors", "code"),
        [
            ("SoftwareLicensingProduct", {"ID": "0"}, 2150858752),
            ("SoftwareLicensingProduct", {"Name": "Windows"}, 2150858752),
            ("SoftwareLicensingProduct", {}, 2150859002),
            (SERVICE, {"Version": "6.1"}, 2150858752),
            (SERVICE, {}, 2150859002),
            ("Win32_ComputerSystemProduct", {"Name": "Virtual Machine"}, 2150858752),
            ("Win32_Nonsense", {}, 2150858752),
        ],
    )
    def test_anything_else_is_not_found(self, name: str, selectors: dict[str, str], code: int) -> None:
        assert fault(asker("windows_10_pro").send, Get(wmi_resource(name, selectors=selectors))).code == code

    def test_a_singleton_needs_no_keys(self) -> None:
        found = asker("windows_10_pro").send(Get(wmi_resource("Win32_OperatingSystem")))

        assert found.instance.properties["BuildNumber"] == ("19045",)

    @pytest.mark.parametrize("request_of", [Get, lambda resource: Invoke(resource, "StopService", {})])
    def test_a_selector_that_the_class_does_not_have_is_refused_as_such(self, request_of: Any) -> None:
        resource = wmi_resource("Win32_Service", selectors={"Name": "sppsvc", "Colour": "red"})

        found = fault(asker("windows_10_pro").send, request_of(resource))

        assert (found.subcode, found.code) == ("InvalidSelectors", 2150858843)

    @pytest.mark.parametrize(
        ("asked", "operation"),
        [
            (Get(wmi_resource("Win32_Service", selectors={"Name": "nothing"})), "GetObject"),
            (Enumerate(EVERYTHING, "SELECT Name FROM Win32_Nothing"), "ExecQuery"),
        ],
        ids=["get", "query"],
    )
    def test_the_extended_status_names_what_wmi_was_asked_to_do(self, asked: Any, operation: str) -> None:
        answer = asker("windows_10_pro").machine.answer(asked)

        assert f"<p:Operation>{operation}</p:Operation>" in encode_answer(answer, None).decode()


class TestModes:
    """Source: DSP0226 1.0.0, 8.7, and [MS-WSMV] 3.1.4.1.14."""

    WQL = "SELECT State FROM Win32_Service WHERE Name = 'Winmgmt'"

    def answered(self, mode: str, **options: Any) -> str:
        machine = asker("windows_10_pro").machine
        return encode_answer(machine.answer(Enumerate(EVERYTHING, mode=mode, **options)), None).decode()

    @pytest.mark.parametrize(
        ("mode", "has_object", "has_reference"),
        [(OBJECTS, True, False), (REFERENCES, False, True), (OBJECTS_AND_REFERENCES, True, True)],
    )
    def test_an_enumeration_returns_what_its_mode_says(self, mode: str, has_object: bool, has_reference: bool) -> None:
        answer = self.answered(mode, wql=self.WQL)

        assert ("<State>Running</State>" in answer) is has_object
        assert ('<w:Selector Name="Name">Winmgmt</w:Selector>' in answer) is has_reference
        assert ("/wmi/root/cimv2/Win32_Service</w:ResourceURI>" in answer) is has_reference

    def test_what_is_pulled_is_of_the_mode_of_its_enumeration(self) -> None:
        box = asker("windows_10_pro")
        query = Enumerate(EVERYTHING, "SELECT * FROM Win32_Service", mode=OBJECTS_AND_REFERENCES)

        batch = box.send(Pull(EVERYTHING, str(box.send(query).context)))

        assert [item.properties["Name"] for item in batch.items] == [("Winmgmt",), ("WinRM",)]

    def test_a_mode_that_does_not_exist_is_refused(self) -> None:
        query = Enumerate(EVERYTHING, self.WQL, mode="EnumerateNothing")

        found = fault(asker("windows_10_pro").send, query)

        assert (found.subcode, found.code) == ("UnsupportedFeature", 2150858886)


class TestInvoke:
    def call(self, method: str, *, version: str | None = None, **parameters: Any) -> Fault:
        box = asker("windows_10_pro")
        known = box.one(f"SELECT Version FROM {SERVICE}")["Version"]
        resource = wmi_resource(SERVICE, selectors={"Version": version or known})
        found = fault(box.send, Invoke(resource, method, {name: (value,) for name, value in parameters.items()}))
        assert box.machine.describe()["kms"]["port"] == 0
        return found

    def test_success_is_a_return_value_of_zero(self) -> None:
        output = asker("windows_10_pro").service("RefreshLicenseStatus")

        assert output.values == {"ReturnValue": ("0",)}

    @pytest.mark.parametrize(
        ("method", "parameters", "code"),
        [
            ("Nonsense", {}, 2150858868),
            ("setkeymanagementserviceport", {"PortNumber": "1"}, 2150858868),
            ("SetKeyManagementServicePort", {"Port": "1"}, 2150858817),
            ("SetKeyManagementServicePort", {"portnumber": "1"}, 2150858817),
            ("SetKeyManagementServicePort", {"PortNumber": "many"}, 2150858817),
            ("SetKeyManagementServicePort", {"PortNumber": "-1"}, 2150858817),
            ("SetKeyManagementServicePort", {"PortNumber": "4294967296"}, 2150858817),
            ("DisableKeyManagementServiceHostCaching", {"DisableCaching": "True"}, 2150858817),
        ],
    )
    def test_what_the_class_does_not_declare_is_refused(
        self, method: str, parameters: dict[str, str], code: int
    ) -> None:
        assert self.call(method, **parameters).code == code

    def test_the_right_keys_are_needed(self) -> None:
        assert self.call("SetKeyManagementServicePort", version="10.0", PortNumber="1").code == 2150858752

    def test_a_provider_failure_is_a_wmi_error_with_lower_case_hex(self) -> None:
        answer = asker("windows_10_pro").machine
        box = Asker(answer)
        found = fault(box.service, "InstallProductKey", ProductKey="nonsense")

        assert (found.shape, found.hresult, found.code) == ("wmi_error", 0xC004F050, 0xC004F050)
        assert "HRESULT 0xc004f050" in found.reason
        assert "nonsense" not in repr(found)

    def test_a_method_that_has_gone_is_unknown_on_new_windows_only(self) -> None:
        method = "DisableKeyManagementServiceActivation"
        old = asker("server_2012_r2_standard")

        assert self.call(method, DisableActivation="true").code == 2150858868
        assert fault(old.service, method, DisableActivation="true").hresult == 0xC004F016
