# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requests and answers as frozen messages; both halves of a conversation speak in these."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from . import namespaces as ns
from .values import Instance, Resource, Value

ALL_ITEMS = 32000
"""The most items a batch may be asked for (MaxBatchItems of a default host); the size limit bites first."""

OBJECTS, REFERENCES, OBJECTS_AND_REFERENCES = "EnumerateObject", "EnumerateEPR", "EnumerateObjectAndEPR"
"""What an enumeration returns (DSP0226 1.0.0, 8.7; [MS-WSMV] 3.1.4.1.14); the objects where a request has no mode."""

_NOWHERE = Resource("")


@dataclass(frozen=True)
class Identify:
    """Who is there? Needs no login ([MS-WSMV] 3.1.4.1.21); the answer is an `Identity`."""

    resource: Resource = _NOWHERE
    action: t.ClassVar[str] = ""


@dataclass(frozen=True)
class Enumerate:
    """Run a WQL query; optimised, the first item comes with the answer ([MS-WSMV] 3.1.4.1.14)."""

    resource: Resource
    wql: str
    max_elements: int = ALL_ITEMS
    optimize: bool = True
    mode: str = OBJECTS
    action: t.ClassVar[str] = ns.ENUMERATE


@dataclass(frozen=True)
class Pull:
    """Fetch the next batch; without `max_elements` a host returns one item at a time."""

    resource: Resource
    context: str
    max_elements: int | None = ALL_ITEMS
    action: t.ClassVar[str] = ns.PULL


@dataclass(frozen=True)
class Release:
    """Give an enumeration back before its end, so that it does not count against the user's quota."""

    resource: Resource
    context: str
    action: t.ClassVar[str] = ns.RELEASE


@dataclass(frozen=True)
class Get:
    """Fetch one instance by all of its keys."""

    resource: Resource
    action: t.ClassVar[str] = ns.GET


@dataclass(frozen=True)
class Put:
    """Change one instance by all of its keys; a property that is left out stays as it is.

    Source: networkoptix/nx_system_tests at 7469580c, `os_access/_windows_networking.py`, tested on Windows 11.
    """

    resource: Resource
    instance: Instance
    action: t.ClassVar[str] = ns.PUT


@dataclass(frozen=True)
class Invoke:
    """Call a method of a class or an instance; a parameter that is left out is NULL."""

    resource: Resource
    method: str
    parameters: t.Mapping[str, tuple[Value, ...]] = field(default_factory=dict, repr=False)

    @property
    def action(self) -> str:
        """The class URI with the method's name, case as the schema has it."""
        return f"{self.resource.uri}/{self.method}"


@dataclass(frozen=True)
class Unknown:
    """Any other request; only a server meets it (remote shells come this way)."""

    action: str
    resource: Resource
    options: t.Mapping[str, str] = field(default_factory=dict)
    body: Element | None = field(default=None, repr=False)


Request = Identify | Enumerate | Pull | Release | Get | Put | Invoke | Unknown


@dataclass(frozen=True)
class Batch:
    """Items of an enumeration, and the context of what is left; no context means the end of the sequence."""

    items: tuple[Instance, ...]
    context: str | None
    opening: bool = False
    mode: str = OBJECTS


@dataclass(frozen=True)
class Got:
    """The instance that a `Get` asked for."""

    instance: Instance


@dataclass(frozen=True)
class PutDone:
    """An instance was replaced; a host tells how it is now, None where it tells nothing."""

    instance: Instance | None = None


@dataclass(frozen=True)
class Output:
    """What a method returned: its out parameters and `ReturnValue`, which is 0 or says why not, with HTTP 200."""

    resource: Resource
    method: str
    values: t.Mapping[str, tuple[Value, ...]]


@dataclass(frozen=True)
class Released:
    """An enumeration was given back."""


@dataclass(frozen=True)
class Identity:
    """The answer to `Identify`; without a login a Windows host tells neither its build nor its service pack."""

    vendor: str
    product_version: str
    protocol_version: str


@dataclass(frozen=True)
class Call:
    """A request as a server receives it, with what its header says about the answer."""

    request: Request
    message_id: str = ""
    to: str = ""
    action: str = ""
    operation_timeout: float | None = None
    max_envelope_size: int | None = None
