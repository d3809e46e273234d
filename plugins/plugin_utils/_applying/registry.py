# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a KMS host keeps in the registry and the licensing API does not know: further domains, and `slmgr.vbs`' mark.

After a key was installed or removed, `slmgr.vbs` writes `KeyManagementServiceVersion` in both registry views when a KMS
host key is there, and deletes it when there is none.
"""

from __future__ import annotations

import typing as t

from .._cim import Repository, from_lexical
from .._errors import MachineRefused
from .._licensing import Channel, PublishDomain, State

__all__ = [
    "HostRegistry",
    "keep_service_version",
    "mark_host",
    "publish_domains",
    "service_version_mark",
    "write_publish_domains",
]

_CLASS, _NAMESPACE = "StdRegProv", "root/default"
_LOCAL_MACHINE = 0x80000002
_NOT_FOUND = (2, 1)
"""ERROR_FILE_NOT_FOUND, and what Windows is reported to return for a value that its key does not have."""
_KEY_QUERY_VALUE = 1
_MARK, _DOMAINS = "KeyManagementServiceVersion", "DnsDomainPublishList"
_KEY = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion\SoftwareProtectionPlatform"
_KEY_32 = r"SOFTWARE\Wow6432Node\Microsoft\Windows NT\CurrentVersion\SoftwareProtectionPlatform"


class HostRegistry:
    """Values below HKEY_LOCAL_MACHINE, through StdRegProv."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository

    def text(self, key: str, name: str) -> str | None:
        """Return a REG_SZ, None where it is not there."""
        values = self._called("GetStringValue", key, name)
        return None if values is None else from_lexical(values.get("sValue", ()), "string")

    def lines(self, key: str, name: str) -> tuple[str, ...]:
        """Return a REG_MULTI_SZ, nothing where it is not there."""
        values = self._called("GetMultiStringValue", key, name)
        return () if values is None else tuple(from_lexical(values.get("sValue", ()), "string[]"))

    def write_text(self, key: str, name: str, value: str) -> None:
        """Write a REG_SZ."""
        self._invoke("SetStringValue", key, name, sValue=value)

    def write_lines(self, key: str, name: str, value: t.Sequence[str]) -> None:
        """Write a REG_MULTI_SZ; Windows keeps none that is empty."""
        self._invoke("SetMultiStringValue", key, name, sValue=list(value))

    def delete(self, key: str, name: str) -> None:
        """Delete a value, if it is there."""
        self._called("DeleteValue", key, name)

    def has_key(self, key: str) -> bool:
        """Tell whether a key is there, whoever may read it."""
        parameters = {"hDefKey": _LOCAL_MACHINE, "sSubKeyName": key, "uRequired": _KEY_QUERY_VALUE}
        try:
            self._repository.invoke(_CLASS, {}, "CheckAccess", parameters, namespace=_NAMESPACE)
        except MachineRefused as refusal:
            if refusal.fault is not None:
                raise
            return refusal.hresult not in _NOT_FOUND
        return True

    def _called(self, method: str, key: str, name: str) -> t.Mapping[str, tuple[t.Any, ...]] | None:
        try:
            return self._invoke(method, key, name)
        except MachineRefused as refusal:
            if refusal.fault is not None or refusal.hresult not in _NOT_FOUND:
                raise
            return None

    def _invoke(self, method: str, key: str, name: str, **values: t.Any) -> t.Mapping[str, tuple[t.Any, ...]]:
        parameters = {"hDefKey": _LOCAL_MACHINE, "sSubKeyName": key, "sValueName": name, **values}
        return self._repository.invoke(_CLASS, {}, method, parameters, namespace=_NAMESPACE)


def publish_domains(registry: HostRegistry) -> tuple[PublishDomain, ...]:
    """Return the further domains in which the host publishes itself."""
    return tuple(PublishDomain.from_line(line) for line in registry.lines(_KEY, _DOMAINS) if line.strip())


def write_publish_domains(registry: HostRegistry, domains: t.Sequence[PublishDomain]) -> None:
    """Write the further domains; with none the list is deleted."""
    if domains:
        registry.write_lines(_KEY, _DOMAINS, [domain.line for domain in domains])
    else:
        registry.delete(_KEY, _DOMAINS)


def service_version_mark(registry: HostRegistry) -> str:
    """Return the mark, empty where there is none; one that is in one of both views only counts as none."""
    mark = registry.text(_KEY, _MARK) or ""
    if mark and not registry.text(_KEY_32, _MARK) and registry.has_key(_KEY_32):
        return ""
    return mark


def mark_host(registry: HostRegistry, version: str | None) -> None:
    """Write the mark in both views, or in the one of a Windows that runs no 32-bit programs; None deletes it."""
    if version is None:
        registry.delete(_KEY, _MARK)
        registry.delete(_KEY_32, _MARK)
        return
    registry.write_text(_KEY, _MARK, version)
    try:
        registry.write_text(_KEY_32, _MARK, version)
    except MachineRefused:
        if registry.has_key(_KEY_32):
            raise


def keep_service_version(repository: Repository, before: State, after: State) -> None:
    """Bring the mark in line on machines that have or had a KMS host key; others never have it."""
    if _has_host_key(after):
        mark_host(HostRegistry(repository), after.service.version)
    elif _has_host_key(before):
        mark_host(HostRegistry(repository), None)


def _has_host_key(state: State) -> bool:
    return any(product.channel is Channel.KMS_HOST and product.partial_product_key for product in state.products)
