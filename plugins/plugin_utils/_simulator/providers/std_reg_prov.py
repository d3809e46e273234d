# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""StdRegProv, the registry over WMI: what goes wrong here is a Win32 number in `ReturnValue`, never a fault."""

from __future__ import annotations

import typing as t

from ..host.registry import HKLM, SimulatedRegistry

__all__ = ["call_registry"]

_OK, _NO_VALUE, _NOT_FOUND, _ACCESS_DENIED, _INVALID_PARAMETER = 0, 1, 2, 5, 87
# Source: networkoptix/nx_system_tests at 7469580c, `os_access/_windows_registry.py`, with self-tests on Windows 11: a
# Get of a value that its key lacks returns 1, a DeleteValue 2, and whatever names a missing key 2.
_TYPE_MISMATCH = 2147749893  # WBEM_E_TYPE_MISMATCH
_QUERY_AND_SET = 3
_READING = 0x20019
"""KEY_READ: to query values, to list keys and to be told of changes."""
_KINDS = {"sz": 1, "expand_sz": 2, "dword": 4, "multi_sz": 7}
_ACCESSORS = {
    "StringValue": ("sz", "sValue"),
    "ExpandedStringValue": ("expand_sz", "sValue"),
    "MultiStringValue": ("multi_sz", "sValue"),
    "DWORDValue": ("dword", "uValue"),
}

_READERS = ("Get", "Enum")

Arguments = t.Mapping[str, t.Any]
Outcome = tuple[int, dict[str, t.Any]]


def call_registry(registry: SimulatedRegistry, method: str, arguments: Arguments, *, may_write: bool = True) -> Outcome:
    """Call a method of StdRegProv; returns its `ReturnValue` and its out parameters.

    `may_write` is what the key's access list has for the login.
    """
    hive = arguments.get("hDefKey")
    path = arguments.get("sSubKeyName") or ""
    if method == "CheckAccess":
        return _check_access(registry, path if hive in (None, HKLM) else None, arguments, may_write)
    if hive not in (None, HKLM):
        return _NOT_FOUND, {}
    if not may_write and not method.startswith(_READERS):
        return _ACCESS_DENIED, {}
    if method in _WITHOUT_VALUE:
        return _WITHOUT_VALUE[method](registry, path)
    name = arguments.get("sValueName") or ""
    if method == "DeleteValue":
        return (_OK if registry.delete(path, name) else _NOT_FOUND), {}
    kind, parameter = _ACCESSORS[method[3:]]
    if method.startswith("Get"):
        return _read(registry, path, name, kind, parameter)
    return _write(registry, path, name, kind, arguments.get(parameter)), {}


def _check_access(registry: SimulatedRegistry, path: str | None, arguments: Arguments, may_write: bool) -> Outcome:
    """Tell whether a key could be opened so; as with opening it, a key that is not there is no right refused."""
    if path is None or not registry.has_key(path):
        return _NOT_FOUND, {"bGranted": False}
    required = arguments.get("uRequired")
    wanted = _QUERY_AND_SET if required is None else required
    granted = may_write or not wanted & ~_READING
    return (_OK if granted else _ACCESS_DENIED), {"bGranted": granted}


def _read(registry: SimulatedRegistry, path: str, name: str, kind: str, parameter: str) -> Outcome:
    found = registry.read(path, name)
    if found is None:
        return (_NO_VALUE if registry.has_key(path) else _NOT_FOUND), {parameter: None}
    if found[0] != kind:
        return _TYPE_MISMATCH, {parameter: None}
    return _OK, {parameter: found[1]}


def _write(registry: SimulatedRegistry, path: str, name: str, kind: str, data: t.Any) -> int:
    if data is None and kind == "multi_sz":
        data = ()  # no lines: an array without elements leaves no element in the message
    if data is None:
        return _INVALID_PARAMETER
    if not registry.has_key(path):
        return _NOT_FOUND
    registry.write(path, name, t.cast(t.Any, kind), data)
    return _OK


def _create_key(registry: SimulatedRegistry, path: str) -> Outcome:
    registry.create_key(path)
    return _OK, {}


def _delete_key(registry: SimulatedRegistry, path: str) -> Outcome:
    if not registry.has_key(path):
        return _NOT_FOUND, {}
    if registry.sub_keys(path):
        return _ACCESS_DENIED, {}
    registry.delete_key(path)
    return _OK, {}


def _list_keys(registry: SimulatedRegistry, path: str) -> Outcome:
    if not registry.has_key(path):
        return _NOT_FOUND, {}
    return _OK, {"sNames": registry.sub_keys(path)}


def _list_values(registry: SimulatedRegistry, path: str) -> Outcome:
    if not registry.has_key(path):
        return _NOT_FOUND, {}
    values = registry.values(path)
    return _OK, {
        "sNames": tuple(name for name, _kind in values),
        "Types": tuple(_KINDS[kind] for _name, kind in values),
    }


_WITHOUT_VALUE: t.Mapping[str, t.Callable[[SimulatedRegistry, str], Outcome]] = {
    "CreateKey": _create_key,
    "DeleteKey": _delete_key,
    "EnumKey": _list_keys,
    "EnumValues": _list_values,
}
