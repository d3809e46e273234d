# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the methods of the two licensing classes do; a failure leaves as an HRESULT, success returns 0."""

from __future__ import annotations

import typing as t

from ..catalog.hresults import Failure, Hresult
from ..catalog.products import CatalogProduct
from ..host.activation import activate, confirm_by_telephone
from ..host.registry import Settings
from ..host.software_protection import Protection
from .directory_methods import FOREST_METHODS

__all__ = ["call_product", "call_service"]

Arguments = t.Mapping[str, t.Any]

_INTERVAL_LIMITS = range(15, 43201)


def call_service(machine: Protection, method: str, arguments: Arguments) -> t.Mapping[str, t.Any]:
    """Call a method of SoftwareLicensingService and return what it gives out; raises Failure."""
    if method in FOREST_METHODS:
        return FOREST_METHODS[method](machine, arguments)
    _SERVICE.get(method, _not_supported)(machine, arguments)
    return {}


def call_product(machine: Protection, row: CatalogProduct, method: str, arguments: Arguments) -> None:
    """Call a method of one SoftwareLicensingProduct; raises Failure."""
    if method in _SETTINGS:
        _SETTINGS[method](machine.product_settings(row), arguments)
        return
    _PRODUCT.get(method, _product_not_supported)(machine, row, arguments)


def _given(arguments: Arguments, name: str) -> t.Any:
    value = arguments.get(name)
    if value is None or value == "":
        raise Failure(Hresult.INVALID_PARAMETER)
    return value


def _not_supported(_machine: Protection, _arguments: Arguments) -> None:
    raise Failure(Hresult.NOT_SUPPORTED)


def _product_not_supported(_machine: Protection, _row: CatalogProduct, _arguments: Arguments) -> None:
    raise Failure(Hresult.NOT_SUPPORTED)


# Settings that a product has as the machine has them


def _set_host(settings: Settings, arguments: Arguments) -> None:
    """Name a KMS host; the port that was set before stays."""
    settings.put("KeyManagementServiceName", str(_given(arguments, "MachineName")))


def _port(arguments: Arguments) -> int:
    port = int(_given(arguments, "PortNumber"))
    if not 0 < port < 65536:
        raise Failure(Hresult.INVALID_PARAMETER)
    return port


def _set_port(settings: Settings, arguments: Arguments) -> None:
    settings.put("KeyManagementServicePort", str(_port(arguments)))


def _set_lookup_domain(settings: Settings, arguments: Arguments) -> None:
    settings.put("KeyManagementServiceLookupDomain", str(_given(arguments, "LookupDomain")))


def _set_activation_type(settings: Settings, arguments: Arguments) -> None:
    if _given(arguments, "ActivationType") not in (1, 2, 3):
        raise Failure(Hresult.INVALID_PARAMETER)
    settings.put("VLActivationType", arguments["ActivationType"])


def _clear(name: str) -> t.Callable[[Settings, Arguments], None]:
    def clear(settings: Settings, _arguments: Arguments) -> None:
        settings.put(name, None)

    return clear


_SETTINGS: t.Mapping[str, t.Callable[[Settings, Arguments], None]] = {
    "SetKeyManagementServiceMachine": _set_host,
    "ClearKeyManagementServiceMachine": _clear("KeyManagementServiceName"),
    "SetKeyManagementServicePort": _set_port,
    "ClearKeyManagementServicePort": _clear("KeyManagementServicePort"),
    "SetKeyManagementServiceLookupDomain": _set_lookup_domain,
    "ClearKeyManagementServiceLookupDomain": _clear("KeyManagementServiceLookupDomain"),
    "SetVLActivationTypeEnabled": _set_activation_type,
    "ClearVLActivationTypeEnabled": _clear("VLActivationType"),
}


def _setting(
    change: t.Callable[[Settings, Arguments], None],
) -> t.Callable[[Protection, Arguments], None]:
    def call(machine: Protection, arguments: Arguments) -> None:
        change(machine.settings, arguments)

    return call


def _flag(value_name: str, parameter: str) -> t.Callable[[Protection, Arguments], None]:
    """Return a method that sets a flag; that of the `Disable...` methods is true to switch the thing off."""

    def call(machine: Protection, arguments: Arguments) -> None:
        machine.settings.put(value_name, 1 if _given(arguments, parameter) else None)

    return call


# The service


def _install_key(machine: Protection, arguments: Arguments) -> None:
    machine.install_key(str(_given(arguments, "ProductKey")))


def _interval(value_name: str, parameter: str) -> t.Callable[[Protection, Arguments], None]:
    def call(machine: Protection, arguments: Arguments) -> None:
        if not machine.is_kms_host:
            raise Failure(Hresult.NOT_ALLOWED)
        if _given(arguments, parameter) not in _INTERVAL_LIMITS:
            raise Failure(Hresult.INVALID_PARAMETER)
        machine.settings.put(value_name, arguments[parameter])

    return call


def _listening_port(machine: Protection, arguments: Arguments) -> None:
    machine.settings.put("KeyManagementServiceListeningPort", str(_port(arguments)))


def _rearm_windows(machine: Protection, _arguments: Arguments) -> None:
    machine.rearm(row for row in machine.rows if row.is_windows)


def _rearm_application(machine: Protection, arguments: Arguments) -> None:
    application = str(_given(arguments, "ApplicationId")).lower()
    machine.rearm(row for row in machine.rows if row.application_id == application)


def _nothing_to_do(_machine: Protection, _arguments: Arguments) -> None:
    """Succeed: the model is always fresh, and keeps no key in its registry."""


_SERVICE: t.Mapping[str, t.Callable[[Protection, Arguments], None]] = {
    **{name: _setting(change) for name, change in _SETTINGS.items()},
    "InstallProductKey": _install_key,
    "RefreshLicenseStatus": _nothing_to_do,
    "ClearProductKeyFromRegistry": _nothing_to_do,
    "ReArmWindows": _rearm_windows,
    "ReArmApp": _rearm_application,
    "SetVLActivationInterval": _interval("VLActivationInterval", "ActivationInterval"),
    "SetVLRenewalInterval": _interval("VLRenewalInterval", "RenewalInterval"),
    "SetKeyManagementServiceListeningPort": _listening_port,
    "ClearKeyManagementServiceListeningPort": _setting(_clear("KeyManagementServiceListeningPort")),
    "DisableKeyManagementServiceDnsPublishing": _flag("DisableDnsPublishing", "DisablePublishing"),
    "DisableKeyManagementServiceHostCaching": _flag("DisableKeyManagementServiceHostCaching", "DisableCaching"),
    "EnableKeyManagementServiceLowPriority": _flag("EnableKmsLowPriority", "EnableLowPriority"),
}


# One product


def _activate(machine: Protection, row: CatalogProduct, _arguments: Arguments) -> None:
    activate(machine, row)


def _uninstall(machine: Protection, row: CatalogProduct, _arguments: Arguments) -> None:
    machine.uninstall_key(row)


def _deposit(machine: Protection, row: CatalogProduct, arguments: Arguments) -> None:
    installation, confirmation = _given(arguments, "InstallationId"), _given(arguments, "ConfirmationId")
    confirm_by_telephone(machine, row, str(installation), str(confirmation))


def _rearm_product(machine: Protection, row: CatalogProduct, _arguments: Arguments) -> None:
    machine.rearm([row])


_PRODUCT: t.Mapping[str, t.Callable[[Protection, CatalogProduct, Arguments], None]] = {
    "Activate": _activate,
    "UninstallProductKey": _uninstall,
    "DepositOfflineConfirmationId": _deposit,
    "ReArmSku": _rearm_product,
}
