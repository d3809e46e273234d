# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The registry over WMI says what went wrong in ReturnValue, and holds the licensing settings."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._wsman import Invoke, wmi_resource

from ..wmi_client import Asker, Faulted, asker

HKLM = "2147483650"
WINDOWS = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion"
SPP = WINDOWS + r"\SoftwareProtectionPlatform"


@pytest.fixture
def box() -> Asker:
    return asker({"system": "server_2022_standard", "kms_host": "kms.corp.example", "kms_port": 1700})


def at(name: str, path: str = SPP, **more: Any) -> dict[str, Any]:
    return {"hDefKey": HKLM, "sSubKeyName": path, "sValueName": name, **more}


def test_it_says_what_is_running(box: Asker) -> None:
    assert box.registry("GetStringValue", **at("editionid", WINDOWS.lower())) == {
        "sValue": "ServerStandard",
        "ReturnValue": "0",
    }
    assert box.registry("GetStringValue", **at("CurrentBuildNumber", WINDOWS))["sValue"] == "20348"


def test_kms_settings_are_values_and_values_are_settings(box: Asker) -> None:
    assert box.registry("GetStringValue", **at("KeyManagementServiceName"))["sValue"] == "kms.corp.example"
    assert box.registry("GetStringValue", **at("KeyManagementServicePort"))["sValue"] == "1700"

    box.registry("SetStringValue", **at("KeyManagementServiceName", sValue="other.corp.example"))
    box.registry("DeleteValue", **at("KeyManagementServicePort"))

    assert box.machine.describe()["kms"]["host"] == "other.corp.example"
    assert box.machine.describe()["kms"]["port"] == 0


def test_the_value_that_slmgr_keeps_can_be_kept_in_both_views(box: Asker) -> None:
    paths = (SPP, SPP.replace("SOFTWARE\\", "SOFTWARE\\WOW6432Node\\"))
    for path in paths:
        assert box.registry("SetStringValue", **at("KeyManagementServiceVersion", path, sValue="10.0")) == {
            "ReturnValue": "0"
        }
        assert box.registry("GetStringValue", **at("KeyManagementServiceVersion", path))["sValue"] == "10.0"
        assert box.registry("DeleteValue", **at("KeyManagementServiceVersion", path)) == {"ReturnValue": "0"}
        assert box.registry("DeleteValue", **at("KeyManagementServiceVersion", path)) == {"ReturnValue": "2"}


@pytest.mark.parametrize(
    ("method", "parameter"),
    [("GetStringValue", "sValue"), ("GetExpandedStringValue", "sValue"), ("GetDWORDValue", "uValue")],
)
def test_a_value_that_its_key_lacks_is_one_and_nil(box: Asker, method: str, parameter: str) -> None:
    assert box.registry(method, **at("Nothing")) == {parameter: None, "ReturnValue": "1"}
    assert box.registry("DeleteValue", **at("Nothing")) == {"ReturnValue": "2"}


def test_a_list_of_lines_that_is_not_there_is_one_too(box: Asker) -> None:
    assert box.registry("GetMultiStringValue", **at("Nothing"))["ReturnValue"] == "1"


def test_a_list_without_lines_is_written_and_read(box: Asker) -> None:
    assert box.registry("SetMultiStringValue", **at("Lines")) == {"ReturnValue": "0"}
    assert box.registry("GetMultiStringValue", **at("Lines")) == {"ReturnValue": "0"}
    assert box.registry("SetStringValue", **at("Line")) == {"ReturnValue": "87"}


def test_a_key_that_is_not_there_is_two(box: Asker) -> None:
    assert box.registry("DeleteValue", **at("EditionID", r"SOFTWARE\Nothing")) == {"ReturnValue": "2"}
    assert box.registry("GetStringValue", **at("EditionID", r"SOFTWARE\Nothing"))["ReturnValue"] == "2"
    assert box.registry("SetStringValue", **at("Name", r"SOFTWARE\Nothing", sValue="x")) == {"ReturnValue": "2"}
    assert box.registry("GetStringValue", **{**at("EditionID", WINDOWS), "hDefKey": "2147483649"}) == {
        "ReturnValue": "2"
    }


def test_a_value_of_another_type_is_a_mismatch(box: Asker) -> None:
    box.registry("SetDWORDValue", **at("VLActivationType", uValue="2"))

    assert box.registry("GetDWORDValue", **at("VLActivationType"))["uValue"] == "2"
    assert box.registry("GetStringValue", **at("VLActivationType"))["ReturnValue"] == "2147749893"


def test_a_number_that_is_none_is_a_fault_of_the_schema(box: Asker) -> None:
    with pytest.raises(Faulted) as raised:
        box.registry("SetDWORDValue", **at("VLActivationType", uValue="two"))

    assert raised.value.fault.code == 2150858817


def test_keys_come_and_go(box: Asker) -> None:
    path = SPP + r"\Activation\Deep"
    assert box.registry("CreateKey", hDefKey=HKLM, sSubKeyName=path) == {"ReturnValue": "0"}
    assert box.registry("EnumKey", hDefKey=HKLM, sSubKeyName=SPP) == {"sNames": "Activation", "ReturnValue": "0"}
    assert box.registry("DeleteKey", hDefKey=HKLM, sSubKeyName=SPP + r"\Activation") == {"ReturnValue": "5"}
    assert box.registry("DeleteKey", hDefKey=HKLM, sSubKeyName=path) == {"ReturnValue": "0"}
    assert box.registry("EnumValues", hDefKey=HKLM, sSubKeyName=SPP) == {
        "sNames": ["KeyManagementServiceName", "KeyManagementServicePort"],
        "Types": ["1", "1"],
        "ReturnValue": "0",
    }


def test_access_is_checked_without_writing(box: Asker) -> None:
    key = {"hDefKey": HKLM, "sSubKeyName": SPP}

    assert box.registry("CheckAccess", **key, uRequired="2") == {"bGranted": "true", "ReturnValue": "0"}
    assert box.registry("CheckAccess", **key) == {"bGranted": "true", "ReturnValue": "0"}
    assert box.registry("CheckAccess", hDefKey=HKLM, sSubKeyName=r"SOFTWARE\Nothing") == {
        "bGranted": "false",
        "ReturnValue": "2",
    }


@pytest.mark.parametrize(
    ("required", "granted"), [("1", True), ("131097", True), ("2", False), ("3", False), (None, False)]
)
def test_without_administrator_rights_reading_is_granted_and_writing_is_not(
    required: str | None, granted: bool
) -> None:
    box = asker({"system": "server_2022_standard", "administrator": False})
    wanted = {} if required is None else {"uRequired": required}

    answer = box.registry("CheckAccess", hDefKey=HKLM, sSubKeyName=SPP, **wanted)

    assert answer == {"bGranted": str(granted).lower(), "ReturnValue": "0" if granted else "5"}


def test_without_administrator_rights_every_write_is_five_and_every_read_works() -> None:
    box = asker({"system": "server_2022_standard", "kms_host": "kms.corp.example", "administrator": False})
    here = {"hDefKey": HKLM, "sSubKeyName": SPP}

    assert box.registry("SetStringValue", **at("KeyManagementServiceName", sValue="x")) == {"ReturnValue": "5"}
    assert box.registry("DeleteValue", **at("KeyManagementServiceName")) == {"ReturnValue": "5"}
    assert box.registry("CreateKey", hDefKey=HKLM, sSubKeyName=SPP + r"\Deep") == {"ReturnValue": "5"}
    assert box.registry("DeleteKey", **here) == {"ReturnValue": "5"}
    assert box.registry("GetStringValue", **at("KeyManagementServiceName"))["sValue"] == "kms.corp.example"
    assert box.registry("EnumValues", **here)["ReturnValue"] == "0"
    assert box.registry("EnumKey", **here)["ReturnValue"] == "0"


def test_several_strings_travel_as_several_elements(box: Asker) -> None:
    method = Invoke(
        wmi_resource("StdRegProv", "root/cimv2"),
        "SetMultiStringValue",
        {
            **{name: (value,) for name, value in at("DnsDomainPublishList").items()},
            "sValue": ("a.example", "b.example"),
        },
    )

    assert box.send(method).values == {"ReturnValue": ("0",)}
    assert box.registry("GetMultiStringValue", **at("DnsDomainPublishList"))["sValue"] == ["a.example", "b.example"]


def test_it_is_in_two_namespaces_and_takes_no_keys(box: Asker) -> None:
    for namespace in ("root/default", "root/cimv2"):
        resource = wmi_resource("StdRegProv", namespace)
        call = Invoke(resource, "GetStringValue", {name: (value,) for name, value in at("EditionID", WINDOWS).items()})
        assert box.send(call).values["sValue"] == ("ServerStandard",)
