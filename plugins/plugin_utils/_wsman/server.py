# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The server half: bytes of a request become a call, an answer becomes bytes as a Windows host would write them."""

from __future__ import annotations

import re
import typing as t
import uuid
from xml.etree.ElementTree import Element

from .._errors import ProtocolViolation
from . import namespaces as ns
from .client import Answer
from .faults import Fault, fault_action, write_fault
from .messages import (
    OBJECTS,
    REFERENCES,
    Batch,
    Call,
    Enumerate,
    Get,
    Got,
    Identify,
    Identity,
    Invoke,
    Output,
    Pull,
    Put,
    PutDone,
    Release,
    Request,
    Unknown,
)
from .values import Instance, Resource, read_options, read_properties, read_selectors, write_properties, write_reference
from .xml import child, escape, escape_attribute, local, parse, stripped

_DURATION = re.compile(
    r"P(?:(?P<days>\d+)D)?(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?$"
)
_DIGITS = re.compile(r"\d{1,18}$", re.ASCII)


def decode_call(data: bytes) -> Call:
    """Return the request in `data` with what its header says; raises ProtocolViolation when it is none."""
    envelope = parse(data)
    header, body = child(envelope, "Header"), child(envelope, "Body")
    if local(envelope) != "Envelope" or body is None:
        raise ProtocolViolation("The request is XML, but not a SOAP envelope.")
    content = body[0] if len(body) else None
    if content is not None and local(content) == "Identify":
        return Call(Identify())
    # Of two of a name the first one counts, as with `child`.
    told = {local(element): element for element in reversed(header if header is not None else ())}
    if stripped(child(told.get("ReplyTo"), "Address")) != ns.ANONYMOUS:
        raise ProtocolViolation("The request has no anonymous ReplyTo.")
    action = stripped(told.get("Action"))
    selector_set = told.get("SelectorSet")
    selectors = {} if selector_set is None else read_selectors(selector_set)
    resource = Resource(stripped(told.get("ResourceURI")), selectors)
    return Call(
        request=_request(action, resource, header, content),
        message_id=stripped(told.get("MessageID")),
        to=stripped(told.get("To")),
        action=action,
        operation_timeout=_seconds(stripped(told.get("OperationTimeout"))),
        max_envelope_size=_count(stripped(told.get("MaxEnvelopeSize"))),
    )


def _request(action: str, resource: Resource, header: Element | None, content: Element | None) -> Request:
    reader = _READERS.get(action)
    if reader is not None and resource.uri.startswith(ns.WMI_PREFIX):
        return reader(resource, content)
    if resource.uri.startswith(ns.WMI_PREFIX) and action.startswith(resource.uri + "/"):
        parameters = {} if content is None else read_properties(content)
        return Invoke(resource, action[len(resource.uri) + 1 :], parameters)
    return Unknown(action, resource, read_options(header), content)


def _read_enumerate(resource: Resource, content: Element | None) -> Request:
    limit = stripped(child(content, "MaxElements"))
    query = child(content, "Filter")
    return Enumerate(
        resource,
        wql="" if query is None else query.text or "",
        max_elements=_count(limit) or 1,
        optimize=child(content, "OptimizeEnumeration") is not None,
        mode=stripped(child(content, "EnumerationMode")) or OBJECTS,
    )


def _read_pull(resource: Resource, content: Element | None) -> Request:
    limit = stripped(child(content, "MaxElements"))
    return Pull(resource, stripped(child(content, "EnumerationContext")), _count(limit))


def _read_put(resource: Resource, content: Element | None) -> Request:
    properties = {} if content is None else read_properties(content)
    return Put(resource, Instance(resource.uri, properties))


def _read_release(resource: Resource, content: Element | None) -> Request:
    return Release(resource, stripped(child(content, "EnumerationContext")))


_READERS: dict[str, t.Callable[[Resource, Element | None], Request]] = {
    ns.ENUMERATE: _read_enumerate,
    ns.PULL: _read_pull,
    ns.RELEASE: _read_release,
    ns.GET: lambda resource, _content: Get(resource),
    ns.PUT: _read_put,
}


def _count(text: str) -> int | None:
    return int(text) if _DIGITS.match(text) else None


def _seconds(duration: str) -> float | None:
    match = _DURATION.match(duration)
    if not duration or match is None:
        return None
    parts = {name: float(value or 0) for name, value in match.groupdict().items()}
    return parts["days"] * 86400 + parts["hours"] * 3600 + parts["minutes"] * 60 + parts["seconds"]


def encode_answer(answer: Answer | Fault, call: Call | None, *, language: str = "en-US") -> bytes:
    """Return the envelope of `answer` to `call`, texts marked as being in `language`."""
    if isinstance(answer, Identity):
        return _identify_response(answer).encode()
    action = fault_action(answer) if isinstance(answer, Fault) else f"{call.action if call else ''}Response"
    relates_to = f"<a:RelatesTo>{escape(call.message_id)}</a:RelatesTo>" if call and call.message_id else ""
    return (
        f'<s:Envelope xml:lang="{escape_attribute(language)}" xmlns:s="{ns.SOAP}" xmlns:a="{ns.ADDRESSING}" '
        f'xmlns:n="{ns.ENUMERATION}" xmlns:w="{ns.WSMAN}" xmlns:p="{ns.WSMV}"><s:Header>'
        f"<a:Action>{escape(action)}</a:Action><a:MessageID>uuid:{str(uuid.uuid4()).upper()}</a:MessageID>"
        f"<a:To>{ns.ANONYMOUS}</a:To>{relates_to}</s:Header>"
        f"<s:Body>{_answer_body(answer, language)}</s:Body></s:Envelope>"
    ).encode()


def _answer_body(answer: Answer | Fault, language: str) -> str:
    if isinstance(answer, Fault):
        return write_fault(answer, language)
    if isinstance(answer, Batch):
        return _batch_body(answer)
    if isinstance(answer, (Got, PutDone)):
        return "" if answer.instance is None else _instance(answer.instance)
    return _output(answer) if isinstance(answer, Output) else ""


def _batch_body(batch: Batch) -> str:
    """Return the body of a batch; where there are no rows, Windows 11 leaves Items out.

    Source: networkoptix/nx_system_tests at 7469580c, `os_access/_winrm.py`.
    """
    name, prefix = ("Enumerate", "w") if batch.opening else ("Pull", "n")
    items = "".join(_item(item, batch.mode) for item in batch.items)
    listed = f"<{prefix}:Items>{items}</{prefix}:Items>" if items else ""
    end = "" if batch.context else f"<{prefix}:EndOfSequence/>"
    has_context = batch.opening or batch.context
    context = f"<n:EnumerationContext>{escape(batch.context or '')}</n:EnumerationContext>" if has_context else ""
    return f"<n:{name}Response>{context}{listed}{end}</n:{name}Response>"


def _item(instance: Instance, mode: str) -> str:
    """Return one item of a batch: the object, its endpoint reference, or both (DSP0226 1.0.0, 8.7)."""
    if mode == OBJECTS or instance.reference is None:
        return _instance(instance)
    reference = f"<a:EndpointReference>{write_reference(instance.reference)}</a:EndpointReference>"
    return reference if mode == REFERENCES else f"<w:Item>{_instance(instance)}{reference}</w:Item>"


def _instance(instance: Instance) -> str:
    if instance.class_uri is None:
        inside = write_properties(instance.properties, "")
        return f'<w:XmlFragment xmlns:xsi="{ns.XSI}" xmlns:w="{ns.WSMAN}">{inside}</w:XmlFragment>'
    name = instance.class_name
    return (
        f'<p:{name} xmlns:xsi="{ns.XSI}" xmlns:p="{escape_attribute(instance.class_uri)}" xmlns:cim="{ns.CIM_COMMON}" '
        f'xsi:type="p:{name}_Type">{write_properties(instance.properties, "p:")}</p:{name}>'
    )


def _output(output: Output) -> str:
    tag = f"p:{output.method}_OUTPUT"
    return (
        f'<{tag} xmlns:xsi="{ns.XSI}" xmlns:p="{escape_attribute(output.resource.uri)}" xmlns:cim="{ns.CIM_COMMON}">'
        f"{write_properties(output.values, 'p:')}</{tag}>"
    )


def _identify_response(identity: Identity) -> str:
    return (
        f'<s:Envelope xmlns:s="{ns.SOAP}"><s:Header/><s:Body><wsmid:IdentifyResponse xmlns:wsmid="{ns.IDENTITY}">'
        f"<wsmid:ProtocolVersion>{escape(identity.protocol_version)}</wsmid:ProtocolVersion>"
        f"<wsmid:ProductVendor>{escape(identity.vendor)}</wsmid:ProductVendor>"
        f"<wsmid:ProductVersion>{escape(identity.product_version)}</wsmid:ProductVersion>"
        "</wsmid:IdentifyResponse></s:Body></s:Envelope>"
    )
