# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each step's method call, and every name that is sent, held against the schema of the two classes."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._applying import queries as q
from ansible_collections.volume.activation.plugins.plugin_utils._applying.commands import (
    REFRESH,
    MethodCall,
    call_for,
    calls_for,
    work_for,
)
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import table
from ansible_collections.volume.activation.plugins.plugin_utils._planning import (
    Activate,
    ClearProductDomain,
    ClearProductHost,
    ClearProductPort,
    HostStep,
    InstallKey,
    MachineSetting,
    ProductSetting,
    SetActivationInterval,
    SetActivationType,
    SetDnsPublishing,
    SetHostCaching,
    SetKmsHost,
    SetKmsPort,
    SetListeningPort,
    SetLookupDomain,
    SetLowPriority,
    SetRenewalInterval,
    Step,
    UninstallKey,
)

from .._planning.state_samples import KEY, ActivationType

CASES: list[tuple[Step, MethodCall]] = [
    (SetKmsHost(why="", host="kms"), MethodCall("SetKeyManagementServiceMachine", {"MachineName": "kms"})),
    (SetKmsHost(why="", host=None), MethodCall("ClearKeyManagementServiceMachine")),
    (SetKmsPort(why="", port=1700), MethodCall("SetKeyManagementServicePort", {"PortNumber": 1700})),
    (SetKmsPort(why="", port=None), MethodCall("ClearKeyManagementServicePort")),
    (SetLookupDomain(why="", domain="d"), MethodCall("SetKeyManagementServiceLookupDomain", {"LookupDomain": "d"})),
    (SetLookupDomain(why="", domain=None), MethodCall("ClearKeyManagementServiceLookupDomain")),
    (
        SetHostCaching(why="", enabled=True),
        MethodCall("DisableKeyManagementServiceHostCaching", {"DisableCaching": False}),
    ),
    (
        SetHostCaching(why="", enabled=False),
        MethodCall("DisableKeyManagementServiceHostCaching", {"DisableCaching": True}),
    ),
    (SetActivationType(why="", kind=ActivationType.ANY), MethodCall("ClearVLActivationTypeEnabled")),
    *[
        (SetActivationType(why="", kind=kind), MethodCall("SetVLActivationTypeEnabled", {"ActivationType": number}))
        for kind, number in [(ActivationType.AD, 1), (ActivationType.KMS, 2), (ActivationType.TOKEN, 3)]
    ],
    (
        SetActivationType(why="", kind=ActivationType.ANY, product_id="x"),
        MethodCall("ClearVLActivationTypeEnabled", product_id="x"),
    ),
    (
        SetActivationType(why="", kind=ActivationType.AD, product_id="x"),
        MethodCall("SetVLActivationTypeEnabled", {"ActivationType": 1}, product_id="x"),
    ),
    (SetListeningPort(why="", port=1700), MethodCall("SetKeyManagementServiceListeningPort", {"PortNumber": 1700})),
    (SetListeningPort(why="", port=None), MethodCall("ClearKeyManagementServiceListeningPort")),
    (
        SetDnsPublishing(why="", enabled=True),
        MethodCall("DisableKeyManagementServiceDnsPublishing", {"DisablePublishing": False}),
    ),
    (
        SetDnsPublishing(why="", enabled=False),
        MethodCall("DisableKeyManagementServiceDnsPublishing", {"DisablePublishing": True}),
    ),
    (
        SetLowPriority(why="", enabled=True),
        MethodCall("EnableKeyManagementServiceLowPriority", {"EnableLowPriority": True}),
    ),
    (SetActivationInterval(why="", minutes=60), MethodCall("SetVLActivationInterval", {"ActivationInterval": 60})),
    (SetRenewalInterval(why="", minutes=720), MethodCall("SetVLRenewalInterval", {"RenewalInterval": 720})),
    (InstallKey(why="", key=KEY), MethodCall("InstallProductKey", {"ProductKey": KEY})),
    (UninstallKey(why="", product_id="x"), MethodCall("UninstallProductKey", product_id="x")),
    (Activate(why="", product_id="x"), MethodCall("Activate", product_id="x")),
    (ClearProductHost(why="", product_id="x"), MethodCall("ClearKeyManagementServiceMachine", product_id="x")),
    (ClearProductPort(why="", product_id="x"), MethodCall("ClearKeyManagementServicePort", product_id="x")),
    (ClearProductDomain(why="", product_id="x"), MethodCall("ClearKeyManagementServiceLookupDomain", product_id="x")),
]
SCHEMA = table("spp_schema")["classes"]
PYTHON = {"string": str, "uint32": int, "boolean": bool}


@pytest.mark.parametrize(("step", "call"), CASES, ids=lambda case: getattr(case, "method", type(case).__name__))
def test_the_call_of_each_step(step: Step, call: MethodCall) -> None:
    assert call_for(step) == call
    assert call_for(step).class_name == (q.SERVICE if call.product_id is None else q.PRODUCT)


def test_each_kind_of_step_has_a_call() -> None:
    hosting = {kind for kind in HostStep.__subclasses__() if work_for.dispatch(kind) is work_for.dispatch(Step)}
    groups = {HostStep, MachineSetting, ProductSetting}
    settings = {*MachineSetting.__subclasses__(), *ProductSetting.__subclasses__()}
    assert {type(step) for step, _call in CASES} == set(Step.__subclasses__()) - groups | hosting | settings
    with pytest.raises(NotImplementedError):
        call_for(Step(why=""))


@pytest.mark.parametrize(
    ("step", "clear"),
    [
        (SetKmsHost(why="", host="kms", product_ids=("x", "y")), "ClearKeyManagementServiceMachine"),
        (SetKmsPort(why="", port=1700, product_ids=("x", "y")), "ClearKeyManagementServicePort"),
        (SetLookupDomain(why="", domain="d", product_ids=("x", "y")), "ClearKeyManagementServiceLookupDomain"),
        (SetActivationType(why="", kind=ActivationType.AD, product_ids=("x", "y")), "ClearVLActivationTypeEnabled"),
    ],
)
def test_a_setting_of_the_machine_is_cleared_on_the_products_that_may_override_it(step: Step, clear: str) -> None:
    assert calls_for(step) == (call_for(step), MethodCall(clear, product_id="x"), MethodCall(clear, product_id="y"))


@pytest.mark.parametrize(("step", "call"), CASES)
def test_any_other_step_is_one_call(step: Step, call: MethodCall) -> None:
    assert calls_for(step) == (call,)


def test_only_what_changes_a_licence_makes_windows_take_notice() -> None:
    noticed = {call.method for _step, call in CASES if call.changes_license}
    assert noticed == {"UninstallProductKey", "Activate"}


@pytest.mark.parametrize("call", [*[call for _step, call in CASES], REFRESH], ids=lambda call: call.method)
def test_windows_has_each_method_with_just_these_parameters(call: MethodCall) -> None:
    (method,) = [method for method in SCHEMA[call.class_name]["methods"] if method["name"] == call.method]
    declared = {row["name"]: row["cim_type"] for row in method["parameters"] if row["direction"] == "in"}
    assert set(call.parameters) == set(declared)
    for name, value in call.parameters.items():
        kind = str if value is KEY else type(value)
        assert kind is PYTHON[declared[name]]


@pytest.mark.parametrize(
    ("class_name", "properties"),
    [
        (q.SERVICE, q.SERVICE_PROPERTIES),
        (q.SERVICE, q.LATER_SERVICE_PROPERTIES),
        (q.PRODUCT, q.PRODUCT_PROPERTIES),
        (q.PRODUCT, q.LATER_PRODUCT_PROPERTIES),
        (q.PRODUCT, q.PRODUCT_DETAILS),
        (q.PRODUCT, q.DIRECTORY_PROPERTIES),
        (q.PRODUCT, q.OFFLINE_IDS),
    ],
)
def test_windows_has_each_property_with_this_type(class_name: str, properties: q.Properties) -> None:
    declared = {row["name"]: row["cim_type"] for row in SCHEMA[class_name]["properties"]}
    assert {name: declared.get(name) for name in properties} == properties


def _later(class_name: str) -> set[str]:
    """Return the properties of which the first Windows that has them is not documented."""
    rows: list[dict[str, t.Any]] = SCHEMA[class_name]["properties"]
    return {row["name"] for row in rows if row["min_version"].startswith("after ")}


@pytest.mark.parametrize(
    ("class_name", "core"),
    [
        (q.SERVICE, q.SERVICE_PROPERTIES),
        (q.PRODUCT, {**q.PRODUCT_PROPERTIES, **q.PRODUCT_DETAILS, **q.OFFLINE_IDS}),
    ],
)
def test_what_some_supported_windows_may_lack_is_not_in_the_core(class_name: str, core: q.Properties) -> None:
    assert not _later(class_name) & set(core)


def test_the_firmware_key_is_never_asked_for() -> None:
    asked = {**q.SERVICE_PROPERTIES, **q.LATER_SERVICE_PROPERTIES}
    assert not {name for name in asked if name.startswith("OA3")}


def test_the_key_stays_a_secret_in_its_call() -> None:
    assert "BBBBB" not in repr(call_for(InstallKey(why="", key=KEY)))
