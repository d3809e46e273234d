# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads the Win32 classes: what the operating system and the computer say of themselves."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta, timezone

from ..catalog.languages import words
from ..host.identity import Host

__all__ = ["read_computer", "read_computer_product", "read_operating_system"]

Reader = t.Callable[[Host, datetime], t.Any]

_MADE_UP_VENDOR = "Simulated Hardware"
_INSTALLED, _UP = timedelta(days=400), timedelta(days=3)


def _local(host: Host, time: datetime) -> datetime:
    return time.astimezone(timezone(host.utc_offset))


def _constant(value: t.Any) -> Reader:
    return lambda _host, _now: value


def _minutes_east(host: Host, _now: datetime) -> int:
    return int(host.utc_offset.total_seconds() // 60)


def _product_type(host: Host, _now: datetime) -> int:
    return 3 if host.system.is_server else 1


def _domain_role(host: Host, _now: datetime) -> int:
    """Return 0 and 1 for a workstation, 2 and 3 for a server: alone, and in a domain; 5 for a domain controller."""
    if host.is_domain_controller:
        return 5
    return 2 * int(host.system.is_server) + int(host.domain is not None)


_OPERATING_SYSTEM: t.Mapping[str, Reader] = {
    "BootDevice": _constant(r"\Device\HarddiskVolume1"),
    "BuildNumber": lambda host, _now: str(host.system.build),
    "BuildType": _constant("Multiprocessor Free"),
    "Caption": lambda host, _now: words(host.language).caption(host.system.caption),
    "CountryCode": lambda host, _now: words(host.language).country,
    "CreationClassName": _constant("Win32_OperatingSystem"),
    "CSCreationClassName": _constant("Win32_ComputerSystem"),
    "CSName": lambda host, _now: host.computer_name,
    "CurrentTimeZone": _minutes_east,
    "Debug": _constant(False),
    "Description": _constant(""),
    "Distributed": _constant(False),
    "FreePhysicalMemory": _constant(4_194_304),
    "InstallDate": lambda host, now: _local(host, now - _INSTALLED).replace(microsecond=0),
    "LastBootUpTime": lambda host, now: _local(host, now - _UP).replace(microsecond=500000),
    "LocalDateTime": lambda host, now: _local(host, now).replace(microsecond=now.microsecond // 1000 * 1000),
    "Locale": lambda host, _now: words(host.language).locale,
    "Manufacturer": _constant("Microsoft Corporation"),
    "MUILanguages": lambda host, _now: (host.language,),
    "Name": lambda host, _now: (
        rf"{words(host.language).caption(host.system.caption)}|C:\Windows|\Device\Harddisk0\Partition2"
    ),
    "NumberOfProcesses": _constant(87),
    "OperatingSystemSKU": lambda host, _now: host.system.sku,
    "Organization": _constant(""),
    "OSArchitecture": lambda host, _now: words(host.language).architecture,
    "OSLanguage": lambda host, _now: int(words(host.language).locale, 16),
    "OSProductSuite": _constant(272),
    "OSType": _constant(18),
    "Primary": _constant(True),
    "ProductType": _product_type,
    "SerialNumber": _constant("00000-00000-00000-AAAAA"),
    "ServicePackMajorVersion": _constant(0),
    "ServicePackMinorVersion": _constant(0),
    "Status": _constant("OK"),
    "SuiteMask": _constant(272),
    "SystemDirectory": _constant(r"C:\Windows\system32"),
    "SystemDrive": _constant("C:"),
    "TotalVisibleMemorySize": _constant(8_388_608),
    "Version": lambda host, _now: host.system.version,
    "WindowsDirectory": _constant(r"C:\Windows"),
}
_COMPUTER: t.Mapping[str, Reader] = {
    "Caption": lambda host, _now: host.computer_name,
    "CreationClassName": _constant("Win32_ComputerSystem"),
    "Description": _constant("AT/AT COMPATIBLE"),
    "DNSHostName": lambda host, _now: host.computer_name.lower(),
    "Domain": lambda host, _now: host.domain or "WORKGROUP",
    "DomainRole": _domain_role,
    "HypervisorPresent": _constant(True),
    "Manufacturer": _constant(_MADE_UP_VENDOR),
    "Model": _constant("Virtual Machine"),
    "Name": lambda host, _now: host.computer_name,
    "NumberOfLogicalProcessors": _constant(2),
    "NumberOfProcessors": _constant(1),
    "PartOfDomain": lambda host, _now: host.domain is not None,
    "PCSystemType": _constant(1),
    "Roles": lambda host, _now: (
        ("LM_Workstation", "LM_Server", *(("Primary_Domain_Controller",) if host.is_domain_controller else ()), "NT")
    ),
    "Status": _constant("OK"),
    "SystemType": _constant("x64-based PC"),
    "TotalPhysicalMemory": _constant(8_589_398_016),
    "Workgroup": lambda host, _now: None if host.domain else "WORKGROUP",
}
_COMPUTER_PRODUCT: t.Mapping[str, Reader] = {
    "Caption": _constant("Computer System Product"),
    "Description": _constant("Computer System Product"),
    "IdentifyingNumber": lambda host, _now: f"SIM-{host.bios_uuid[:8].upper()}",
    "Name": _constant("Virtual Machine"),
    "UUID": lambda host, _now: host.bios_uuid.upper(),
    "Vendor": _constant(_MADE_UP_VENDOR),
    "Version": _constant("1.0"),
}


def _read(readers: t.Mapping[str, Reader], host: Host, now: datetime, name: str) -> t.Any:
    reader = readers.get(name)
    return None if reader is None else reader(host, now)


def read_operating_system(host: Host, now: datetime, name: str) -> t.Any:
    """Return a property of Win32_OperatingSystem."""
    return _read(_OPERATING_SYSTEM, host, now, name)


def read_computer(host: Host, now: datetime, name: str) -> t.Any:
    """Return a property of Win32_ComputerSystem."""
    return _read(_COMPUTER, host, now, name)


def read_computer_product(host: Host, now: datetime, name: str) -> t.Any:
    """Return a property of Win32_ComputerSystemProduct."""
    return _read(_COMPUTER_PRODUCT, host, now, name)
