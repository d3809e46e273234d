# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A machine's registry, as far as licensing uses it, and the licensing settings that live in it.

As on a real host the KMS client settings *are* registry values: what a method of the licensing service sets can be read
through StdRegProv, and the other way round.
"""

from __future__ import annotations

import typing as t

__all__ = ["HKLM", "PROTECTION", "TCPIP", "WINDOWS", "Settings", "SettingsInForce", "SimulatedRegistry"]

HKLM = 0x80000002
WINDOWS = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion"
PROTECTION = rf"{WINDOWS}\SoftwareProtectionPlatform"
TCPIP = r"SYSTEM\CurrentControlSet\Services\Tcpip\Parameters"
PROTECTION_32 = r"SOFTWARE\WOW6432Node\Microsoft\Windows NT\CurrentVersion\SoftwareProtectionPlatform"

Data = t.Union[str, int, "tuple[str, ...]"]
Kind = t.Literal["sz", "dword", "multi_sz", "expand_sz"]


class SimulatedRegistry:
    """Keys and values below HKEY_LOCAL_MACHINE; names are found whatever their case and keep their spelling."""

    def __init__(self) -> None:
        self._keys: dict[str, tuple[str, dict[str, tuple[str, Kind, Data]]]] = {}
        for path in (WINDOWS, PROTECTION, PROTECTION_32):
            self.create_key(path)

    @staticmethod
    def _normal(path: str) -> str:
        return path.strip("\\").lower()

    def create_key(self, path: str) -> None:
        """Create a key and the keys above it."""
        parts = path.strip("\\").split("\\")
        for depth in range(1, len(parts) + 1):
            name = "\\".join(parts[:depth])
            self._keys.setdefault(name.lower(), (parts[depth - 1], {}))

    def has_key(self, path: str) -> bool:
        """Return whether a key is there; the hive itself always is."""
        return not path.strip("\\") or self._normal(path) in self._keys

    def delete_key(self, path: str) -> bool:
        """Delete a key without sub-keys; returns whether it was there."""
        return self._keys.pop(self._normal(path), None) is not None

    def sub_keys(self, path: str) -> tuple[str, ...]:
        """Return the names of the keys right below a key."""
        prefix = f"{self._normal(path)}\\".lstrip("\\")
        below = ((key, row[0]) for key, row in self._keys.items() if key.startswith(prefix))
        return tuple(name for key, name in below if "\\" not in key[len(prefix) :])

    def values(self, path: str) -> tuple[tuple[str, Kind], ...]:
        """Return names and kinds of a key's values."""
        _name, values = self._keys.get(self._normal(path), ("", {}))
        return tuple((name, kind) for name, kind, _data in values.values())

    def read(self, path: str, name: str) -> tuple[Kind, Data] | None:
        """Return kind and data of a value, None when it is not there."""
        _name, values = self._keys.get(self._normal(path), ("", {}))
        found = values.get(name.lower())
        return None if found is None else (found[1], found[2])

    def write(self, path: str, name: str, kind: Kind, data: Data) -> None:
        """Write a value, creating its key."""
        self.create_key(path)
        self._keys[self._normal(path)][1][name.lower()] = (name, kind, data)

    def delete(self, path: str, name: str) -> bool:
        """Delete a value; returns whether it was there."""
        _name, values = self._keys.get(self._normal(path), ("", {}))
        return values.pop(name.lower(), None) is not None


class Settings:
    """The volume activation settings at one place: of the machine, or of one product below `AppID\\SkuID`."""

    def __init__(self, registry: SimulatedRegistry, scope: str = "") -> None:
        self._registry = registry
        self._path = f"{PROTECTION}\\{scope}".rstrip("\\")

    def text(self, name: str) -> str | None:
        """Return a string, None when it is not set."""
        found = self._registry.read(self._path, name)
        return found[1] if found and isinstance(found[1], str) else None

    def number(self, name: str) -> int | None:
        """Return a number, also one that is kept as a string, as the KMS port is."""
        found = self._registry.read(self._path, name)
        if found is None or isinstance(found[1], tuple):
            return None
        return int(found[1]) if str(found[1]).isdigit() else None

    def put(self, name: str, value: str | int | None) -> None:
        """Set a value, or delete it with None."""
        if value is None:
            self._registry.delete(self._path, name)
        else:
            self._registry.write(self._path, name, "dword" if isinstance(value, int) else "sz", value)

    @property
    def kms_host(self) -> str | None:
        """The KMS host that was named."""
        return self.text("KeyManagementServiceName")

    @property
    def kms_port(self) -> int:
        """The KMS port that was set, 0 for none."""
        return self.number("KeyManagementServicePort") or 0

    @property
    def lookup_domain(self) -> str | None:
        """The domain whose DNS is asked for KMS hosts in place of the machine's own."""
        return self.text("KeyManagementServiceLookupDomain")

    @property
    def host_caching(self) -> bool:
        """Whether the KMS host that answered last is kept; the value in the registry is inverted."""
        return not self.number("DisableKeyManagementServiceHostCaching")

    @property
    def activation_type(self) -> int:
        """The only volume activation type that may be used: 1 AD, 2 KMS, 3 token; 0 for any."""
        return self.number("VLActivationType") or 0


class SettingsInForce:
    """The KMS settings that hold for one product: each of its own, and where it has none that of the machine.

    `slmgr.vbs /dlv` prints the KMS machine of the product's row also after `/skms`, which sets the service's. That each
    value falls back by itself is inferred from `ospp.vbs`, which sets host and port of a product separately.
    """

    def __init__(self, own: Settings, machine: Settings) -> None:
        self._own = own
        self._machine = machine

    @property
    def kms_host(self) -> str | None:
        """The KMS host that is named, None where DNS is asked."""
        return self._own.kms_host or self._machine.kms_host

    @property
    def kms_port(self) -> int:
        """The KMS port that is set, 0 for none."""
        return self._own.kms_port or self._machine.kms_port

    @property
    def lookup_domain(self) -> str | None:
        """The domain whose DNS is asked for KMS hosts, None for the machine's own."""
        return self._own.lookup_domain or self._machine.lookup_domain

    @property
    def activation_type(self) -> int:
        """The only volume activation type that may be used, 0 for any."""
        return self._own.activation_type or self._machine.activation_type
