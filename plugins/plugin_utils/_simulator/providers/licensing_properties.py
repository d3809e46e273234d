# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads the properties of the two licensing classes off the model; a property that is not named here is NULL."""

from __future__ import annotations

import typing as t

from ..catalog.products import CatalogProduct
from ..host.identity import Host
from ..host.software_protection import Keyed, Protection
from ..world.clock import NEVER
from .kms_properties import PRODUCT_COUNTERS, SERVICE_COUNTERS, UNKNOWN

__all__ = ["read_product", "read_service"]

_TEST_ADDRESS = "192.0.2.10"  # RFC 5737: documentation only
_ACTIVATION_INTERVAL, _RENEWAL_INTERVAL = 120, 10080

ServiceReader = t.Callable[[Protection, Host], t.Any]
ProductReader = t.Callable[[Protection, CatalogProduct, "Keyed | None"], t.Any]


def read_service(machine: Protection, host: Host, name: str) -> t.Any:
    """Return a property of SoftwareLicensingService."""
    reader = _SERVICE.get(name)
    return None if reader is None else reader(machine, host)


def read_product(machine: Protection, row: CatalogProduct, name: str) -> t.Any:
    """Return a property of one SoftwareLicensingProduct."""
    reader = _PRODUCT.get(name)
    return None if reader is None else reader(machine, row, machine.keyed.get(row.id))


# SoftwareLicensingService


def _discovered(machine: Protection) -> tuple[str, int] | None:
    """Return the KMS host that DNS led the Windows product to."""
    row = machine.primary
    keyed = machine.keyed.get(row.id) if row else None
    return keyed.discovered if keyed else None


def _firmware_description(_machine: Protection, host: Host) -> str:
    return f"[4.0] {host.system.edition_id} OEM:DM" if host.firmware_key else ""


def _subscription(attribute: str) -> ServiceReader:
    return lambda _machine, host: getattr(host.subscription, attribute) if host.subscription else None


def _constant(value: t.Any) -> t.Callable[..., t.Any]:
    return lambda *_: value


_SERVICE: t.Mapping[str, ServiceReader] = {
    **SERVICE_COUNTERS,
    "AzureMetadataResponse": _constant(0),
    "ClientMachineID": lambda machine, _: machine.identity.client_id,
    "DiscoveredKeyManagementServiceMachineIpAddress": lambda machine, _: (
        _TEST_ADDRESS if _discovered(machine) else None
    ),
    "DiscoveredKeyManagementServiceMachineName": lambda machine, _: (_discovered(machine) or (None, 0))[0],
    "DiscoveredKeyManagementServiceMachinePort": lambda machine, _: (_discovered(machine) or (None, 0))[1],
    "EmitWindowsMeter": _constant(0),
    "IsKeyManagementServiceMachine": lambda machine, _: int(machine.is_kms_host),
    "KeyManagementServiceActivationDisabled": _constant(False),
    "KeyManagementServiceDnsPublishing": lambda machine, _: not machine.settings.number("DisableDnsPublishing"),
    "KeyManagementServiceHostCaching": lambda machine, _: machine.settings.host_caching,
    "KeyManagementServiceListeningPort": lambda machine, _: (
        machine.settings.number("KeyManagementServiceListeningPort") or 0
    ),
    "KeyManagementServiceLookupDomain": lambda machine, _: machine.settings.lookup_domain,
    "KeyManagementServiceLowPriority": lambda machine, _: bool(machine.settings.number("EnableKmsLowPriority")),
    "KeyManagementServiceMachine": lambda machine, _: machine.settings.kms_host,
    "KeyManagementServicePort": lambda machine, _: machine.settings.kms_port,
    "OA2xBiosMarkerMinorVersion": _constant(0),
    "OA2xBiosMarkerStatus": _constant(0),
    # The whole firmware key, in clear: this is what makes `SELECT *` on this class a mistake.
    "OA3xOriginalProductKey": lambda _machine, host: host.firmware_key or "",
    "OA3xOriginalProductKeyDescription": _firmware_description,
    "OA3xOriginalProductKeyPkPn": lambda _machine, host: "[4.0]X00-00000" if host.firmware_key else "",
    "PolicyCacheRefreshRequired": _constant(0),
    "RemainingWindowsReArmCount": lambda machine, _: machine.rearms,
    "SubscriptionEdition": _subscription("edition"),
    "SubscriptionExpiry": lambda _machine, host: (
        f"{host.subscription.expires:%Y-%m-%dT%H:%M:%SZ}" if host.subscription else None
    ),
    "SubscriptionStatus": lambda _machine, host: host.subscription.status if host.subscription else 0,
    "SubscriptionType": lambda _machine, host: int(host.subscription is not None),
    "TokenActivationGrantNumber": _constant(UNKNOWN),
    "TokenActivationILVID": _constant(UNKNOWN),
    "Version": lambda machine, _: machine.identity.version,
    "VLActivationInterval": lambda machine, _: machine.settings.number("VLActivationInterval") or _ACTIVATION_INTERVAL,
    "VLRenewalInterval": lambda machine, _: machine.settings.number("VLRenewalInterval") or _RENEWAL_INTERVAL,
}


# SoftwareLicensingProduct


def _when_keyed(read: ProductReader, otherwise: t.Any = None) -> ProductReader:
    return lambda machine, row, keyed: otherwise if keyed is None else read(machine, row, keyed)


def _interval(index: int, usual: int) -> ProductReader:
    """Return a reader of an interval, which only a keyed KMS client has: as its KMS host told it, or the usual one."""

    def read(_machine: Protection, row: CatalogProduct, keyed: Keyed | None) -> int:
        if keyed is None or row.channel != "kms_client":
            return UNKNOWN
        return keyed.intervals[index] if keyed.intervals else usual

    return read


def _found_host(_machine: Protection, _row: CatalogProduct, keyed: Keyed | None) -> tuple[str, int]:
    return (keyed.discovered if keyed else None) or ("", 0)


def _of_object(attribute: str) -> ProductReader:
    """Return a reader of the activation object that licensed a product."""

    def read(_machine: Protection, _row: CatalogProduct, keyed: Keyed | None) -> str | None:
        found = keyed.directory_object if keyed else None
        return getattr(found, attribute) if found else None

    return read


_PRODUCT: t.Mapping[str, ProductReader] = {
    **PRODUCT_COUNTERS,
    "ADActivationCsvlkPid": _of_object("extended_pid"),
    "ADActivationCsvlkSkuId": _of_object("sku_id"),
    "ADActivationObjectDN": _of_object("dn"),
    "ADActivationObjectName": _of_object("name"),
    "ApplicationID": lambda _machine, row, _keyed: row.application_id,
    "AutomaticVMActivationLastActivationTime": _constant(NEVER),
    "Description": lambda _machine, row, _keyed: row.description,
    "DiscoveredKeyManagementServiceMachineIpAddress": lambda _machine, _row, keyed: (
        _TEST_ADDRESS if keyed and keyed.discovered else ""
    ),
    "DiscoveredKeyManagementServiceMachineName": lambda *args: _found_host(*args)[0],
    "DiscoveredKeyManagementServiceMachinePort": lambda *args: _found_host(*args)[1],
    "EvaluationEndDate": lambda _machine, _row, keyed: (keyed.evaluation_end if keyed else None) or NEVER,
    "ExtendedGrace": _constant(UNKNOWN),
    "GenuineStatus": _constant(0),
    "GracePeriodRemaining": lambda machine, row, _keyed: machine.seen(row).minutes,
    "ID": lambda _machine, row, _keyed: row.id,
    "IsKeyManagementServiceMachine": lambda machine, row, _keyed: int(machine.serves(row)),
    "KeyManagementServiceLookupDomain": lambda machine, row, _keyed: machine.settings_in_force(row).lookup_domain,
    "KeyManagementServiceMachine": lambda machine, row, _keyed: machine.settings_in_force(row).kms_host,
    "KeyManagementServicePort": lambda machine, row, _keyed: machine.settings_in_force(row).kms_port,
    "LicenseDependsOn": lambda _machine, row, _keyed: row.depends_on,
    "LicenseFamily": lambda _machine, row, _keyed: row.family,
    "LicenseIsAddon": lambda _machine, row, _keyed: row.is_addon,
    "LicenseStatus": lambda machine, row, _keyed: int(machine.seen(row).status),
    "LicenseStatusReason": lambda machine, row, _keyed: machine.seen(row).reason,
    "Name": lambda _machine, row, _keyed: row.name,
    "OfflineInstallationId": lambda machine, row, _keyed: machine.installation_id(row),
    "PartialProductKey": lambda _machine, _row, keyed: keyed.key.last_five if keyed else None,
    "ProductKeyChannel": lambda _machine, row, keyed: row.key_channel if keyed else None,
    "ProductKeyID": lambda machine, row, _keyed: machine.extended_pid(row),
    "ProductKeyID2": lambda machine, row, _keyed: machine.extended_pid(row),
    "RemainingAppReArmCount": lambda machine, _row, _keyed: machine.rearms,
    "RemainingSkuReArmCount": lambda machine, _row, _keyed: machine.rearms,
    "TokenActivationGrantNumber": _constant(UNKNOWN),
    "TokenActivationILVID": _constant(UNKNOWN),
    "TrustedTime": _when_keyed(lambda machine, _row, _keyed: machine.now().replace(microsecond=0), NEVER),
    "VLActivationInterval": _interval(0, _ACTIVATION_INTERVAL),
    "VLActivationType": lambda _machine, _row, keyed: keyed.activated_by if keyed else 0,
    "VLActivationTypeEnabled": lambda machine, row, _keyed: machine.settings_in_force(row).activation_type,
    "VLRenewalInterval": _interval(1, _RENEWAL_INTERVAL),
}
