# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is asked of a machine: Windows' names and types, each list as narrow as the decisions need.

A property that the machine's Windows does not know fails the whole query, so those that came later stand apart and are
left out when the machine says so. Never the whole class: `SoftwareLicensingService` would return the firmware's key.
Types and first versions: the class tables in `_licensing/data/spp_schema.json`.
"""

from __future__ import annotations

from .._cim import CimType

Properties = dict[str, CimType]

SERVICE = "SoftwareLicensingService"
PRODUCT = "SoftwareLicensingProduct"
OPERATING_SYSTEM = "Win32_OperatingSystem"
HARDWARE = "Win32_ComputerSystemProduct"
COMPUTER_SYSTEM = "Win32_ComputerSystem"
WINDOWS_SERVICE = "Win32_Service"
EVENT = "Win32_NTLogEvent"
FIREWALL_RULE = "MSFT_NetFirewallRule"
FIREWALL_PORTS = "MSFT_NetProtocolPortFilter"
FIREWALL_NAMESPACE = "root/standardcimv2"

SERVICE_PROPERTIES: Properties = {
    "Version": "string",
    "ClientMachineID": "string",
    "DiscoveredKeyManagementServiceMachineName": "string",
    "DiscoveredKeyManagementServiceMachinePort": "uint32",
    "IsKeyManagementServiceMachine": "uint32",
    "KeyManagementServiceHostCaching": "boolean",
    "KeyManagementServiceMachine": "string",
    "KeyManagementServicePort": "uint32",
    "RemainingWindowsReArmCount": "uint32",
}
REQUEST_COUNTS: Properties = {
    "KeyManagementServiceTotalRequests": "uint32",
    "KeyManagementServiceFailedRequests": "uint32",
    "KeyManagementServiceUnlicensedRequests": "uint32",
    "KeyManagementServiceLicensedRequests": "uint32",
    "KeyManagementServiceOOBGraceRequests": "uint32",
    "KeyManagementServiceOOTGraceRequests": "uint32",
    "KeyManagementServiceNonGenuineGraceRequests": "uint32",
    "KeyManagementServiceNotificationRequests": "uint32",
}
HOSTING_PROPERTIES: Properties = {
    "KeyManagementServiceDnsPublishing": "boolean",
    "KeyManagementServiceListeningPort": "uint32",
    "KeyManagementServiceLowPriority": "boolean",
    "VLActivationInterval": "uint32",
    "VLRenewalInterval": "uint32",
    **REQUEST_COUNTS,
}
"""What a KMS host is set to and has served; they come with the service's row, so asking costs no request."""
LATER_SERVICE_PROPERTIES: Properties = {"KeyManagementServiceLookupDomain": "string"}

PRODUCT_PROPERTIES: Properties = {
    "ID": "string",
    "Description": "string",
    "ApplicationID": "string",
    "GracePeriodRemaining": "uint32",
    "KeyManagementServiceMachine": "string",
    "KeyManagementServicePort": "uint32",
    "LicenseFamily": "string",
    "LicenseIsAddon": "boolean",
    "LicenseStatus": "uint32",
    "LicenseStatusReason": "uint32",
    "PartialProductKey": "string",
    "VLActivationType": "uint32",
    "VLActivationTypeEnabled": "uint32",
}
LATER_PRODUCT_PROPERTIES: Properties = {"KeyManagementServiceLookupDomain": "string", "ProductKeyChannel": "string"}
PRODUCT_DETAILS: Properties = {
    "Name": "string",
    "DiscoveredKeyManagementServiceMachineName": "string",
    "DiscoveredKeyManagementServiceMachinePort": "uint32",
    "EvaluationEndDate": "datetime",
}
"""What is worth telling but decides nothing; with these a row is half as large again."""
DIRECTORY_PROPERTIES: Properties = {
    "ADActivationCsvlkPid": "string",
    "ADActivationCsvlkSkuId": "string",
    "ADActivationObjectDN": "string",
    "ADActivationObjectName": "string",
}
"""Which activation object licensed a product; no Windows that lacks them is worth failing for."""
OFFLINE_IDS: Properties = {"OfflineInstallationId": "string", "ProductKeyID": "string"}
"""Computed by the machine when asked for, and slow, so only on request."""

PRODUCT_ID: Properties = {"ID": "string"}
MACHINE_PROPERTIES: Properties = {
    "BuildNumber": "string",
    "CSName": "string",
    "LocalDateTime": "datetime",
    "OperatingSystemSKU": "uint32",
    "ProductType": "uint32",
}
HARDWARE_PROPERTIES: Properties = {"UUID": "string"}
DOMAIN_PROPERTIES: Properties = {"Domain": "string", "PartOfDomain": "boolean"}
MEMBERSHIP_PROPERTIES: Properties = {**DOMAIN_PROPERTIES, "DomainRole": "uint16", "Name": "string"}

SERVED_PROPERTIES: Properties = {
    "ID": "string",
    "KeyManagementServiceCurrentCount": "uint32",
    "RequiredClientCount": "uint32",
    **REQUEST_COUNTS,
}
RULE_KEYS: Properties = {
    "CreationClassName": "string",
    "PolicyRuleName": "string",
    "SystemCreationClassName": "string",
    "SystemName": "string",
}
RULE_PROPERTIES: Properties = {**RULE_KEYS, "InstanceID": "string", "Enabled": "uint16", "Profiles": "uint16"}
PORTS_KEYS: Properties = {
    "CreationClassName": "string",
    "Name": "string",
    "SystemCreationClassName": "string",
    "SystemName": "string",
}
PORTS_PROPERTIES: Properties = {**PORTS_KEYS, "LocalPort": "string[]"}
EVENT_PROPERTIES: Properties = {"InsertionStrings": "string[]", "TimeGenerated": "datetime"}
ATTEMPT_PROPERTIES: Properties = {**EVENT_PROPERTIES, "EventCode": "uint16", "SourceName": "string"}
CLOCK_PROPERTIES: Properties = {"LocalDateTime": "datetime"}
