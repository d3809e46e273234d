# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From rows in Windows' names to the frozen state in ours."""

from __future__ import annotations

import typing as t
from datetime import datetime

from .._licensing import (
    ActivationType,
    Application,
    Channel,
    FirewallRule,
    Hosting,
    LicenseStatus,
    Machine,
    Product,
    RequestCounts,
    ServedProduct,
    Service,
    edition_of_sku,
)
from . import queries as q

_NEVER = 1601
"""The year of FILETIME 0, which Windows writes for "no date"."""

_UNKNOWN = 0xFFFFFFFF
"""What counters and intervals say where they do not apply: -1 as an unsigned number."""
_RULE_ON = 1
_WORKSTATION = 1
_DOMAIN_CONTROLLERS = (4, 5)
"""DomainRole of a backup and of a primary domain controller."""


class Membership(t.NamedTuple):
    """What a machine is to its domain; `domain` is its DNS name, None outside of one."""

    machine: str
    domain: str | None
    is_domain_controller: bool


def service_from(row: t.Mapping[str, t.Any]) -> Service:
    """Return the licensing service of a row of `SoftwareLicensingService`."""
    return Service(
        version=row["Version"] or "",
        client_machine_id=row["ClientMachineID"],
        kms_host=row["KeyManagementServiceMachine"] or None,
        kms_port=row["KeyManagementServicePort"] or 0,
        lookup_domain=row.get("KeyManagementServiceLookupDomain") or None,
        host_caching=row["KeyManagementServiceHostCaching"] is not False,
        discovered_kms_host=row["DiscoveredKeyManagementServiceMachineName"] or None,
        discovered_kms_port=row["DiscoveredKeyManagementServiceMachinePort"] or 0,
        remaining_rearms=row["RemainingWindowsReArmCount"] or 0,
        is_kms_host=bool(row["IsKeyManagementServiceMachine"]),
    )


def hosting_from(row: t.Mapping[str, t.Any]) -> Hosting:
    """Return what a row of `SoftwareLicensingService` tells of a KMS host; the registry and the firewall tell more."""
    return Hosting(
        port=row["KeyManagementServiceListeningPort"] or 0,
        dns_publishing=row["KeyManagementServiceDnsPublishing"] is not False,
        low_priority=row["KeyManagementServiceLowPriority"] is True,
        activation_interval=_known(row["VLActivationInterval"]),
        renewal_interval=_known(row["VLRenewalInterval"]),
        requests=_requests(row),
    )


def served_from(row: t.Mapping[str, t.Any]) -> ServedProduct:
    """Return what a row of `SoftwareLicensingProduct` has served."""
    return ServedProduct(
        id=row["ID"] or "",
        current_count=_known(row["KeyManagementServiceCurrentCount"]),
        required_count=_known(row["RequiredClientCount"]),
        requests=_requests(row),
    )


def firewall_from(rule: t.Mapping[str, t.Any], ports: t.Mapping[str, t.Any] | None) -> FirewallRule:
    """Return a rule of its row, and of the row of its port filter where there is one."""
    return FirewallRule(
        name=rule["InstanceID"] or "",
        enabled=rule["Enabled"] == _RULE_ON,
        ports=tuple(ports["LocalPort"]) if ports else (),
        profiles=rule["Profiles"] or 0,
        rule_keys=_keys(rule, q.RULE_KEYS),
        port_keys=_keys(ports, q.PORTS_KEYS) if ports else (),
    )


def _keys(row: t.Mapping[str, t.Any], names: t.Iterable[str]) -> tuple[tuple[str, str], ...]:
    return tuple((name, row[name] or "") for name in names)


def _known(number: int | None) -> int | None:
    return None if number == _UNKNOWN else number


def _requests(row: t.Mapping[str, t.Any]) -> RequestCounts:
    return RequestCounts(**{name: _known(row[f"KeyManagementService{spelled}Requests"]) for name, spelled in _COUNTS})


_COUNTS = (
    ("total", "Total"),
    ("failed", "Failed"),
    ("unlicensed", "Unlicensed"),
    ("licensed", "Licensed"),
    ("oob_grace", "OOBGrace"),
    ("oot_grace", "OOTGrace"),
    ("non_genuine_grace", "NonGenuineGrace"),
    ("notification", "Notification"),
)


def product_from(row: t.Mapping[str, t.Any]) -> Product:
    """Return the product of a row of `SoftwareLicensingProduct`."""
    application_id = row["ApplicationID"] or ""
    return Product(
        id=row["ID"] or "",
        name=row.get("Name") or "",
        description=row["Description"] or "",
        application=Application.classify(application_id),
        application_id=application_id.lower(),
        family=row["LicenseFamily"] or None,
        channel=Channel.classify(row.get("ProductKeyChannel"), row["Description"]),
        partial_product_key=row["PartialProductKey"] or None,
        status=LicenseStatus(row["LicenseStatus"] or 0),
        reason=row["LicenseStatusReason"] or 0,
        grace_minutes=row["GracePeriodRemaining"] or 0,
        evaluation_end=_date(row.get("EvaluationEndDate")),
        is_addon=bool(row["LicenseIsAddon"]),
        activation_type=ActivationType(row["VLActivationTypeEnabled"] or 0),
        activated_by=ActivationType(row["VLActivationType"]) if row["VLActivationType"] else None,
        kms_host=row["KeyManagementServiceMachine"] or None,
        kms_port=row["KeyManagementServicePort"] or 0,
        lookup_domain=row.get("KeyManagementServiceLookupDomain") or None,
        discovered_kms_host=row.get("DiscoveredKeyManagementServiceMachineName") or None,
        discovered_kms_port=row.get("DiscoveredKeyManagementServiceMachinePort") or 0,
        installation_id=row.get("OfflineInstallationId") or None,
        extended_pid=row.get("ProductKeyID") or None,
        ad_object=row.get("ADActivationObjectName") or None,
        ad_object_dn=(row["ADActivationObjectDN"] or "") if "ADActivationObjectDN" in row else None,
        ad_extended_pid=row.get("ADActivationCsvlkPid") or None,
        ad_activation_id=_id(row.get("ADActivationCsvlkSkuId")),
    )


def machine_from(row: t.Mapping[str, t.Any]) -> Machine:
    """Return the machine of a row of `Win32_OperatingSystem`; the edition comes from its number, never its caption."""
    build = row["BuildNumber"] or ""
    return Machine(
        name=row["CSName"] or "",
        edition_id=edition_of_sku(row["OperatingSystemSKU"]),
        build=int(build) if build.isascii() and build.isdigit() else 0,
        sku=row["OperatingSystemSKU"],
        clock=row["LocalDateTime"],
        is_server=None if row["ProductType"] is None else row["ProductType"] != _WORKSTATION,
    )


def membership_from(row: t.Mapping[str, t.Any]) -> Membership:
    """Return the membership of a row of `Win32_ComputerSystem`."""
    domain = row["Domain"] if row["PartOfDomain"] else None
    return Membership(row["Name"] or "", domain or None, row["DomainRole"] in _DOMAIN_CONTROLLERS)


def _id(value: str | None) -> str | None:
    return (value or "").strip("{}").lower() or None


def _date(value: datetime | None) -> datetime | None:
    return None if value is None or value.year <= _NEVER else value
