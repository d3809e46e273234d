# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A forest and its activation objects: what is in them, which products they cover, and a forest kept in memory.

An object is described, or made by a method of the licensing service. Its numbers are made up, stable and in the shapes
of real ones; the licences in it say that they are simulated and license nothing.
"""

from __future__ import annotations

import contextlib
import functools
import threading
import typing as t
import uuid
from dataclasses import dataclass, field

from ..._secrets import Secret
from ..catalog.hresults import Failure, Hresult
from ..catalog.offline_ids import installation_of, pid_of_key
from ..catalog.product_keys import KeyFacts, made_up_key, masked
from ..catalog.products import OFFICE
from ..catalog.systems import known_systems

__all__ = [
    "DescribedObject",
    "MemoryForest",
    "SimulatedActivationObject",
    "SimulatedCaller",
    "SimulatedForest",
    "Writer",
    "activation_object",
    "container_of",
    "escaped",
    "forest_installation_id",
    "kms_id",
    "sku_id",
]

_NAMESPACE = uuid.UUID("7b1c3d5e-52f4-4a0b-8b1e-51a0c0ffee00")
_CONTAINER = "CN=Activation Objects,CN=Microsoft SPP,CN=Services"
_ESCAPED = frozenset('\\,+"<>;=')


@dataclass(frozen=True)
class DescribedObject:
    """An activation object as a description has it."""

    name: str
    products: frozenset[str] = frozenset({"all"})


@dataclass(frozen=True)
class SimulatedCaller:
    """Whose login a method of the licensing service runs under, and whether another machine takes it for one."""

    username: str | None
    """As a domain knows it: `user@forest` or `DOMAIN\\user`; None for an account of the machine itself."""
    password: Secret
    reaches_directory: bool
    is_administrator: bool = True
    """Whether it may change the machine; without it everything can still be read."""


@dataclass(frozen=True)
class SimulatedActivationObject:
    """An activation object of a forest."""

    name: str
    dn: str
    partial_product_key: str
    extended_pid: str
    sku_id: str
    """The activation ID of the host key, as a GUID in lower case."""
    kms_ids: frozenset[str]
    """Which products it covers, as GUIDs in lower case."""
    installation_id: str | None = field(default=None, compare=False)
    confirmation_id: str | None = field(default=None, compare=False)

    def covers(self, lines: frozenset[str]) -> bool:
        """Return whether it activates a product of these lines."""
        return any(kms_id(line) in self.kms_ids for line in lines)

    def describe(self) -> dict[str, t.Any]:
        """Return what an administrator sees of it, for JSON."""
        return {
            "name": self.name,
            "dn": self.dn,
            "partial_product_key": self.partial_product_key,
            "extended_pid": self.extended_pid,
            "activation_id": self.sku_id,
        }


def activation_object(
    name: str,
    container: str,
    key: KeyFacts,
    pid: str,
    *,
    installation: str | None = None,
    confirmation: str | None = None,
) -> SimulatedActivationObject:
    """Return the object that a host key makes; the two long numbers are those of the offline way."""
    return SimulatedActivationObject(
        name=name,
        dn=f"CN={escaped(name)},{container}",
        partial_product_key=key.last_five,
        extended_pid=pid,
        sku_id=sku_id(key),
        kms_ids=kms_ids(key.covers),
        installation_id=installation,
        confirmation_id=confirmation,
    )


def escaped(value: str) -> str:
    """Return a text as a value in a distinguished name (RFC 4514)."""
    inner = "".join(f"\\{mark}" if mark in _ESCAPED else mark for mark in value).replace("\0", "\\00")
    start = "\\" if inner.startswith((" ", "#")) else ""
    if len(inner) > 1 and inner.endswith(" "):
        inner = f"{inner[:-1]}\\ "
    return start + inner


def container_of(configuration: str) -> str:
    """Return where a forest keeps its activation objects, below the name of its configuration partition."""
    return f"{_CONTAINER},{configuration}"


# Numbers


def sku_id(key: KeyFacts) -> str:
    """Return the activation ID of a host key."""
    return str(uuid.uuid5(_NAMESPACE, f"host key {pid_of_key(key)}"))


@functools.cache
def kms_id(line: str) -> str:
    """Return the number under which an activation object covers a product line."""
    return str(uuid.uuid5(_NAMESPACE, f"line {line}"))


@functools.cache
def kms_ids(covered: frozenset[str]) -> frozenset[str]:
    """Return the numbers behind names such as `all`, `windows_server` or `office_2021`, and of all their lines.

    The names have numbers too, for machines whose build belongs to no known line.
    """
    lines = frozenset(line for line, names in _lines().items() if names & covered)
    return frozenset(kms_id(name) for name in covered | lines)


@functools.cache
def _lines() -> t.Mapping[str, frozenset[str]]:
    """Return every product line there is, each with the names that stand for it."""
    office = {office.line: frozenset({"all", "office", office.line}) for office in OFFICE.values()}
    windows = {
        system.line: frozenset({"all", "windows", f"windows_{'server' if system.is_server else 'client'}", system.line})
        for system in known_systems().values()
    }
    return {**windows, **office}


def forest_installation_id(forest: str, key: KeyFacts) -> str:
    """Return the 63 digits that follow forest and host key."""
    return installation_of(f"forest {forest.lower()}/{pid_of_key(key)}")


# Forests


class Writer(t.Protocol):
    """A forest that a caller was let into, to create an object."""

    container: str

    def require_free(self, name: str) -> None:
        """Raise Failure when an object of that name is there."""

    def add(self, wanted: SimulatedActivationObject) -> None:
        """Create the object, or raise Failure."""


class SimulatedForest(t.Protocol):
    """What the world needs of a forest."""

    domain: str

    def objects(self) -> tuple[SimulatedActivationObject, ...]:
        """Return the activation objects as they are now; raises Failure when the directory cannot be read."""

    def opened_as(self, caller: SimulatedCaller) -> t.ContextManager[Writer]:
        """Let a caller in; raises Failure where a directory would not have activation objects, or not this caller."""


class MemoryForest:
    """A forest without a directory behind it: everybody who reaches it may create objects."""

    def __init__(self, domain: str, described: tuple[DescribedObject, ...]) -> None:
        self.domain = domain
        labels = ",".join(f"DC={escaped(label)}" for label in domain.split("."))
        self.container = container_of(f"CN=Configuration,{labels}")
        self._lock = threading.Lock()
        self._objects = tuple(self._made_up(row) for row in described)

    def _made_up(self, row: DescribedObject) -> SimulatedActivationObject:
        """Return a described object, with the numbers of a host key that nobody has."""
        text = made_up_key("kms_host", f"{self.domain}/{row.name}")
        key = KeyFacts(masked(text), "kms_host", frozenset(), covers=row.products)
        return activation_object(row.name, self.container, key, pid_of_key(key) + "-1033-9600.0000-0012020")

    def objects(self) -> tuple[SimulatedActivationObject, ...]:
        """Return the objects, in the order in which they came."""
        return self._objects

    @contextlib.contextmanager
    def opened_as(self, caller: SimulatedCaller) -> t.Iterator[Writer]:
        """Let in whoever's login reaches the domain controller."""
        if not caller.reaches_directory:
            raise Failure(Hresult.DS_OPERATIONS_ERROR)
        yield self

    def require_free(self, name: str) -> None:
        """Raise Failure when an object of that name is there, whatever its case."""
        if any(found.name.lower() == name.lower() for found in self._objects):
            raise Failure(Hresult.OBJECT_ALREADY_EXISTS)

    def add(self, wanted: SimulatedActivationObject) -> None:
        """Create the object."""
        with self._lock:
            self.require_free(wanted.name)
            self._objects = (*self._objects, wanted)
