# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a class is declared: its properties with their types and keys, and its methods with their parameters."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

__all__ = ["ClassDefinition", "Parameter", "Property", "WmiMethod", "declare", "ordered"]


@dataclass(frozen=True)
class Property:
    """One property of a class."""

    name: str
    cim_type: str
    is_key: bool = False


@dataclass(frozen=True)
class Parameter:
    """One parameter of a method; `direction` is `in` or `out`."""

    name: str
    cim_type: str
    direction: str = "in"


@dataclass(frozen=True)
class WmiMethod:
    """One method of a class; its name is case-sensitive."""

    name: str
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True)
class ClassDefinition:
    """One class as a machine declares it."""

    name: str
    properties: t.Mapping[str, Property]
    """By lower-case name, in alphabetical order ignoring case: the order in which a host writes them."""
    methods: t.Mapping[str, WmiMethod] = field(default_factory=dict)
    is_singleton: bool = False
    is_static: bool = False
    """Its methods belong to the class, not to an instance."""
    namespaces: tuple[str, ...] = ("root/cimv2",)

    @property
    def keys(self) -> tuple[str, ...]:
        """The names of the key properties."""
        return tuple(item.name for item in self.properties.values() if item.is_key)


def declare(name: str, properties: str, **options: t.Any) -> ClassDefinition:
    """Return a class from lines of `Name type`; a type that ends in `!` marks a key."""
    pairs = (line.split() for line in properties.strip().splitlines())
    rows = (Property(word, cim_type.rstrip("!"), cim_type.endswith("!")) for word, cim_type in pairs)
    return ClassDefinition(name, ordered(rows), **options)


def ordered(rows: t.Iterable[Property]) -> dict[str, Property]:
    """Return properties as a class keeps them: in the order in which a host writes them."""
    return {row.name.lower(): row for row in sorted(rows, key=lambda row: row.name.lower())}
