# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The values inside messages: lexical text, exactly as it travels; what they mean is for the CIM layer to say.

One rule carries both directions: a property is a *tuple* of values. Windows writes an array as repeated siblings of one
name, so a one-element array looks like a scalar, and an array that is empty or NULL leaves no element at all; only the
class schema can tell them apart.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from .._secrets import Secret, reveal
from . import namespaces as ns
from .xml import child, descendants, escape, escape_attribute, local, namespace, stripped

_NIL = f"{{{ns.XSI}}}nil"
_COMMON = f"{{{ns.CIM_COMMON}"
_ITEM = f"{{{ns.WSMAN}}}Item"


class Datetime(str):
    """The text of a `cim:Datetime`, e.g. `2013-04-15T16:28:43.488171Z`."""


class Interval(str):
    """The text of a `cim:Interval`, e.g. `P0DT0H1M40S`."""


@dataclass(frozen=True)
class Resource:
    """What a request is about: a resource URI and the keys of one instance."""

    uri: str
    selectors: t.Mapping[str, str] = field(default_factory=dict)

    @property
    def class_name(self) -> str:
        """The last part of the URI: the WMI class, or `*` for a query."""
        return self.uri.rpartition("/")[2]

    @property
    def namespace(self) -> str:
        """The WMI namespace, e.g. `root/cimv2`; empty when this is not a WMI resource."""
        inside = self.uri[len(ns.WMI_PREFIX) :] if self.uri.startswith(ns.WMI_PREFIX) else ""
        return inside.rpartition("/")[0]


Reference = Resource
"""A CIM reference is an endpoint reference: the same URI and selectors that a request names its resource with."""


@dataclass(frozen=True)
class Instance:
    """One object: its class URI (None for a projection, whose class name is lost) and its properties."""

    class_uri: str | None
    properties: t.Mapping[str, tuple[Value, ...]]
    reference: Resource | None = field(default=None, compare=False)
    """Its own resource, which a server writes where an enumeration asks for references."""

    @property
    def class_name(self) -> str | None:
        """The class an instance really has, which may be a subclass of the one that was asked for."""
        return None if self.class_uri is None else self.class_uri.rpartition("/")[2]


Value = str | Datetime | Interval | Secret | Resource | Instance | None


def wmi_resource(
    class_name: str, namespace: str = "root/cimv2", selectors: t.Mapping[str, str] | None = None
) -> Resource:
    """Return the resource of a WMI class, or of one instance when its keys are given ([MS-WSMV] 2.2.4)."""
    return Resource(f"{ns.WMI_PREFIX}{namespace}/{class_name}", selectors or {})


def read_properties(parent: Element, wanted: t.Collection[str] | None = None) -> dict[str, tuple[Value, ...]]:
    """Collect the children of an instance or a method's output by name, repeated ones together, in their order.

    Of those that are not among the `wanted` names (in lower case) nothing is built; None wants all.
    """
    collected: dict[str, list[Value]] = {}
    for element in parent:
        space, _brace, name = element.tag.rpartition("}")
        if wanted is not None and name.lower() not in wanted:
            continue
        if space != _COMMON:  # cim:Location is about the instance, not a property of it
            collected.setdefault(name, []).append(read_value(element))
    return {name: tuple(values) for name, values in collected.items()}


def read_value(element: Element) -> Value:
    """Return the value of one property element."""
    if element.get(_NIL) in ("true", "1"):
        return None
    if len(element) == 0:
        return element.text or ""
    return _read_structure(element)


def _read_structure(element: Element) -> Value:
    first = element[0]
    name, space = local(first), namespace(first)
    # By namespace too: an embedded instance may well have a property of that name. A projection strips namespaces.
    if name == "Datetime" and space in (ns.CIM_COMMON, ""):
        return Datetime(stripped(first))
    if name == "Interval" and space in (ns.CIM_COMMON, ""):
        return Interval(stripped(first))
    if name in ("Address", "ReferenceParameters") and space in (ns.ADDRESSING, ""):
        return read_reference(element)
    return Instance(namespace(first) or None, read_properties(element))


def read_reference(element: Element) -> Resource:
    """Return the resource that an endpoint reference, or a request's header, names."""
    uri = next(iter(descendants(element, "ResourceURI")), None)
    return Resource(stripped(uri), read_selectors(element))


def read_selectors(element: Element) -> dict[str, str]:
    """Return the selectors found below `element`."""
    return {item.get("Name", ""): item.text or "" for item in descendants(element, "Selector")}


def read_instance(element: Element, wanted: t.Collection[str] | None = None) -> Instance:
    """Return one item of an enumeration, or the body of a GetResponse, with its wanted properties."""
    if element.tag == _ITEM and len(element):  # EnumerateObjectAndEPR pairs each object with its reference
        element = element[0]
    if local(element) == "XmlFragment":
        return Instance(None, read_properties(element, wanted))
    return Instance(namespace(element) or None, read_properties(element, wanted))


def read_options(header: Element | None) -> dict[str, str]:
    """Return the options of a request's header (shells have some)."""
    return {item.get("Name", ""): item.text or "" for item in descendants(child(header, "OptionSet"), "Option")}


def write_properties(properties: t.Mapping[str, t.Iterable[Value]], prefix: str) -> str:
    """Return the elements of properties or parameters; `prefix` is `p:` or the like, empty inside a projection."""
    return "".join(
        _write_value(prefix + name, value, prefix) for name, values in properties.items() for value in values
    )


def _write_value(tag: str, value: Value, prefix: str) -> str:
    if value is None:
        return f'<{tag} xsi:nil="true"/>'
    if isinstance(value, Resource):
        return f"<{tag}>{write_reference(value)}</{tag}>"
    if isinstance(value, Instance):
        return _write_embedded(tag, value, prefix)
    if isinstance(value, (Datetime, Interval)):
        inner = f"{'cim:' if prefix else ''}{type(value).__name__}"
        return f"<{tag}><{inner}>{escape(value)}</{inner}></{tag}>"
    # The one place where a secret's text is taken out: it leaves for the machine and is kept nowhere.
    return f"<{tag}>{escape(reveal(value))}</{tag}>"


def _write_embedded(tag: str, value: Instance, prefix: str) -> str:
    if value.class_uri is None:
        return f"<{tag}>{write_properties(value.properties, '')}</{tag}>"
    # Its properties stand in its own class's namespace; the prefix must not be the one that `tag` itself uses.
    inner = "d:" if prefix == "e:" else "e:"
    inside = write_properties(value.properties, inner)
    # A projection declares no cim, which datetimes inside need.
    spaces = f'xmlns:{inner[0]}="{escape_attribute(value.class_uri)}" xmlns:cim="{ns.CIM_COMMON}"'
    return f"<{tag} {spaces}>{inside}</{tag}>"


def write_reference(value: Resource) -> str:
    """Return what is inside an endpoint reference."""
    return (
        f"<a:Address>{ns.ANONYMOUS}</a:Address><a:ReferenceParameters>"
        f"<w:ResourceURI>{escape(value.uri)}</w:ResourceURI>{write_selectors(value.selectors)}</a:ReferenceParameters>"
    )


def write_selectors(selectors: t.Mapping[str, str]) -> str:
    """Return the `w:SelectorSet`, nothing when there are no selectors."""
    if not selectors:
        return ""
    inner = "".join(
        f'<w:Selector Name="{escape_attribute(name)}">{escape(value)}</w:Selector>' for name, value in selectors.items()
    )
    return f"<w:SelectorSet>{inner}</w:SelectorSet>"
