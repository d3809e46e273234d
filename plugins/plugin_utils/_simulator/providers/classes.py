# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The WMI classes a machine has, as its build declares them: selecting what came later fails the whole query."""

from __future__ import annotations

import functools
import json
import typing as t
from pathlib import Path

from .declarations import ClassDefinition, Parameter, Property, WmiMethod, declare, ordered
from .net_firewall import FIREWALL_RULE, PORT_FILTER
from .win32_event_log import LOG_EVENT
from .win32_service import WINDOWS_SERVICE

__all__ = ["classes_of"]

_SCHEMA = Path(__file__).parents[2] / "_licensing" / "data" / "spp_schema.json"
_GONE_FROM_WINDOWS_10 = ("KeyManagementServiceActivationDisabled", "DisableKeyManagementServiceActivation")


_OPERATING_SYSTEM = declare(
    "Win32_OperatingSystem",
    """
    BootDevice string
    BuildNumber string
    BuildType string
    Caption string
    CountryCode string
    CreationClassName string
    CSCreationClassName string
    CSDVersion string
    CSName string
    CurrentTimeZone sint16
    Debug boolean
    Description string
    Distributed boolean
    FreePhysicalMemory uint64
    InstallDate datetime
    LastBootUpTime datetime
    LocalDateTime datetime
    Locale string
    Manufacturer string
    MUILanguages string[]
    Name string!
    NumberOfProcesses uint32
    OperatingSystemSKU uint32
    Organization string
    OSArchitecture string
    OSLanguage uint32
    OSProductSuite uint32
    OSType uint16
    Primary boolean
    ProductType uint32
    RegisteredUser string
    SerialNumber string
    ServicePackMajorVersion uint16
    ServicePackMinorVersion uint16
    Status string
    SuiteMask uint32
    SystemDirectory string
    SystemDrive string
    TotalVisibleMemorySize uint64
    Version string
    WindowsDirectory string
    """,
    is_singleton=True,
)
_COMPUTER_SYSTEM = declare(
    "Win32_ComputerSystem",
    """
    Caption string
    CreationClassName string
    Description string
    DNSHostName string
    Domain string
    DomainRole uint16
    HypervisorPresent boolean
    Manufacturer string
    Model string
    Name string!
    NumberOfLogicalProcessors uint32
    NumberOfProcessors uint32
    OEMStringArray string[]
    PartOfDomain boolean
    PCSystemType uint16
    PowerManagementCapabilities uint16[]
    PrimaryOwnerName string
    Roles string[]
    SupportContactDescription string[]
    Status string
    SystemType string
    TotalPhysicalMemory uint64
    UserName string
    Workgroup string
    """,
)
_COMPUTER_SYSTEM_PRODUCT = declare(
    "Win32_ComputerSystemProduct",
    """
    Caption string
    Description string
    IdentifyingNumber string!
    Name string!
    SKUNumber string
    UUID string
    Vendor string
    Version string!
    """,
)


def _registry_method(name: str, *parameters: tuple[str, str, str]) -> WmiMethod:
    common = (Parameter("hDefKey", "uint32"), Parameter("sSubKeyName", "string"))
    return WmiMethod(name, (*common, *(Parameter(*parameter) for parameter in parameters)))


_REGISTRY_METHODS = (
    _registry_method("CheckAccess", ("uRequired", "uint32", "in"), ("bGranted", "boolean", "out")),
    _registry_method("CreateKey"),
    _registry_method("DeleteKey"),
    _registry_method("EnumKey", ("sNames", "string[]", "out")),
    _registry_method("EnumValues", ("sNames", "string[]", "out"), ("Types", "sint32[]", "out")),
    _registry_method("DeleteValue", ("sValueName", "string", "in")),
    *(
        method
        for kind, name, cim_type in (
            ("String", "sValue", "string"),
            ("ExpandedString", "sValue", "string"),
            ("MultiString", "sValue", "string[]"),
            ("DWORD", "uValue", "uint32"),
        )
        for method in (
            _registry_method(f"Get{kind}Value", ("sValueName", "string", "in"), (name, cim_type, "out")),
            _registry_method(f"Set{kind}Value", ("sValueName", "string", "in"), (name, cim_type, "in")),
        )
    ),
)
_REGISTRY = ClassDefinition(
    "StdRegProv",
    {},
    {method.name: method for method in _REGISTRY_METHODS},
    is_static=True,
    namespaces=("root/default", "root/cimv2"),
)


@functools.lru_cache(maxsize=1)
def _schema() -> t.Mapping[str, t.Any]:
    return json.loads(_SCHEMA.read_text(encoding="utf-8"))["classes"]  # type: ignore[no-any-return]


def _is_there(member: t.Mapping[str, t.Any], build: int, is_server: bool) -> bool:
    """Return whether a build has a property or a method."""
    if member["name"] in _GONE_FROM_WINDOWS_10:
        return build < 10240
    if member["min_version"].startswith("after Windows Server 2019"):
        return build >= (25398 if is_server else 22621)
    return True  # everything else is older than the oldest machine there is here


def _licensing_class(name: str, build: int, is_server: bool) -> ClassDefinition:
    declared = _schema()[name]
    properties = [
        Property(row["name"], row["cim_type"], row["key"])
        for row in declared["properties"]
        if _is_there(row, build, is_server)
    ]
    methods = [
        WmiMethod(row["name"], tuple(Parameter(p["name"], p["cim_type"], p["direction"]) for p in row["parameters"]))
        for row in declared["methods"]
        if _is_there(row, build, is_server)
    ]
    return ClassDefinition(name, ordered(properties), {method.name: method for method in methods})


@functools.lru_cache(maxsize=64)
def classes_of(build: int, is_server: bool) -> t.Mapping[str, ClassDefinition]:
    """Return the classes of a build by lower-case name."""
    licensing = (
        _licensing_class(name, build, is_server) for name in ("SoftwareLicensingService", "SoftwareLicensingProduct")
    )
    computer = (_OPERATING_SYSTEM, _COMPUTER_SYSTEM, _COMPUTER_SYSTEM_PRODUCT)
    others = (*computer, _REGISTRY, WINDOWS_SERVICE, LOG_EVENT, FIREWALL_RULE, PORT_FILTER)
    return {item.name.lower(): item for item in (*licensing, *others)}
