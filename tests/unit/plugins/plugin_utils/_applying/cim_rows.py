# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""CIM rows of a machine, its licensing service and a product, as they are decoded."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta, timezone

from ansible_collections.volume.activation.plugins.plugin_utils._licensing import APPLICATION_IDS, Application

UTC = timezone.utc


SERVICE: dict[str, t.Any] = {
    "Version": "10.0.20348.1",
    "ClientMachineID": "00000000-1111-2222-3333-444444444444",
    "DiscoveredKeyManagementServiceMachineName": "",
    "DiscoveredKeyManagementServiceMachinePort": 0,
    "IsKeyManagementServiceMachine": 0,
    "KeyManagementServiceHostCaching": True,
    "KeyManagementServiceMachine": "",
    "KeyManagementServicePort": 0,
    "KeyManagementServiceLookupDomain": "",
    "RemainingWindowsReArmCount": 1000,
}


PRODUCT: dict[str, t.Any] = {
    "ID": "00000000-5555-6666-7777-888888888888",
    "Name": "Windows(R), ServerStandard edition",
    "Description": "Windows(R) Operating System, VOLUME_KMSCLIENT channel",
    "ApplicationID": APPLICATION_IDS[Application.WINDOWS].upper(),
    "DiscoveredKeyManagementServiceMachineName": "kms.example.com",
    "DiscoveredKeyManagementServiceMachinePort": 1688,
    "EvaluationEndDate": datetime(1601, 1, 1, tzinfo=UTC),
    "GracePeriodRemaining": 1440,
    "KeyManagementServiceMachine": "",
    "KeyManagementServicePort": 0,
    "LicenseFamily": "ServerStandard",
    "LicenseIsAddon": False,
    "LicenseStatus": 1,
    "LicenseStatusReason": 0x4004F040,
    "PartialProductKey": "GGGGG",
    "VLActivationType": 2,
    "VLActivationTypeEnabled": 0,
    "ADActivationCsvlkPid": "",
    "ADActivationCsvlkSkuId": "",
    "ADActivationObjectDN": "",
    "ADActivationObjectName": "",
    "KeyManagementServiceLookupDomain": "",
    "ProductKeyChannel": "Volume:GVLK",
}


MACHINE: dict[str, t.Any] = {
    "BuildNumber": "20348",
    "CSName": "APP01",
    "LocalDateTime": datetime(2026, 3, 1, 12, tzinfo=timezone(timedelta(hours=9))),
    "OperatingSystemSKU": 7,
    "ProductType": 3,
}
