# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The registry's copy of the service version on KMS hosts, kept as `slmgr.vbs` keeps it.

The licensing API does not do it: after a key was installed or removed, `slmgr.vbs` writes `KeyManagementServiceVersion`
in both registry views when a KMS host key is there, and deletes it when there is none.
"""

from __future__ import annotations

from .._cim import Repository
from .._errors import MachineRefused
from .._licensing import Channel, State

_REGISTRY = "StdRegProv"
_NAMESPACE = "root/default"
_LOCAL_MACHINE = 0x80000002
_NOT_FOUND = 2
_VALUE = "KeyManagementServiceVersion"
_KEYS = (
    r"SOFTWARE\Microsoft\Windows NT\CurrentVersion\SoftwareProtectionPlatform",
    r"SOFTWARE\Wow6432Node\Microsoft\Windows NT\CurrentVersion\SoftwareProtectionPlatform",
)


def keep_service_version(repository: Repository, before: State, after: State) -> None:
    """Bring the value in line, on machines that have or had a KMS host key; others never have it."""
    if _has_host_key(after):
        _write(repository, after.service.version)
    elif _has_host_key(before):
        _delete(repository)


def _has_host_key(state: State) -> bool:
    return any(product.channel is Channel.KMS_HOST and product.partial_product_key for product in state.products)


def _write(repository: Repository, version: str) -> None:
    for key in _KEYS:
        parameters = {"hDefKey": _LOCAL_MACHINE, "sSubKeyName": key, "sValueName": _VALUE, "sValue": version}
        repository.invoke(_REGISTRY, {}, "SetStringValue", parameters, namespace=_NAMESPACE)


def _delete(repository: Repository) -> None:
    for key in _KEYS:
        parameters = {"hDefKey": _LOCAL_MACHINE, "sSubKeyName": key, "sValueName": _VALUE}
        try:
            repository.invoke(_REGISTRY, {}, "DeleteValue", parameters, namespace=_NAMESPACE)
        except MachineRefused as refusal:
            if refusal.hresult != _NOT_FOUND:
                raise
