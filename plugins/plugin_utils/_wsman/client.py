# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The client half: a request becomes bytes, an answer's bytes become a message."""

from __future__ import annotations

import typing as t
from xml.etree.ElementTree import Element

from .._errors import ProtocolViolation, Refusal
from .._secrets import Secret, reveal
from . import namespaces as ns
from .faults import Fault, read_fault
from .messages import (
    OBJECTS,
    Batch,
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
    Released,
    Request,
)
from .values import Instance, Resource, Value, read_instance, read_properties, write_properties, write_selectors
from .xml import child, escape, escape_attribute, has_control_characters, local, parse, stripped

Answer = Batch | Got | PutDone | Output | Released | Identity

_IDENTIFY = (
    f'<s:Envelope xmlns:s="{ns.SOAP}" xmlns:i="{ns.IDENTITY}"><s:Header/><s:Body><i:Identify/></s:Body></s:Envelope>'
)


def encode_request(
    request: Request, *, to: str, message_id: str, operation_timeout: float = 60.0, max_envelope_size: int = 512000
) -> bytes:
    """Return the envelope of `request`.

    `operation_timeout` is in seconds; a host caps it at its MaxTimeoutms, 60 by default. The smaller of
    `max_envelope_size` (bytes) and the host's own limit applies. Source: [MS-WSMV] 2.2.4, 3.1.4.1.
    """
    if isinstance(request, Identify):
        return _IDENTIFY.encode()
    # No Locale: codes decide, texts never do, so the machine may write them in its own language.
    header = (
        f"<a:To>{escape(to)}</a:To>"
        f'<w:ResourceURI s:mustUnderstand="true">{escape(request.resource.uri)}</w:ResourceURI>'
        f'<a:ReplyTo><a:Address s:mustUnderstand="true">{ns.ANONYMOUS}</a:Address></a:ReplyTo>'
        f'<a:Action s:mustUnderstand="true">{escape(request.action)}</a:Action>'
        f'<w:MaxEnvelopeSize s:mustUnderstand="true">{max_envelope_size}</w:MaxEnvelopeSize>'
        f"<a:MessageID>{escape(message_id)}</a:MessageID>"
        f"<w:OperationTimeout>PT{operation_timeout:.3f}S</w:OperationTimeout>{write_selectors(request.resource.selectors)}"
    )
    return (
        f'<s:Envelope xmlns:s="{ns.SOAP}" xmlns:a="{ns.ADDRESSING}" xmlns:w="{ns.WSMAN}" '
        f'xmlns:n="{ns.ENUMERATION}"><s:Header>{header}</s:Header><s:Body>{_body(request)}</s:Body></s:Envelope>'
    ).encode()


def _body(request: Request) -> str:
    if isinstance(request, Enumerate):
        return _enumerate_body(request)
    if isinstance(request, Pull):
        limit = "" if request.max_elements is None else f"<n:MaxElements>{request.max_elements}</n:MaxElements>"
        return f"<n:Pull><n:EnumerationContext>{escape(request.context)}</n:EnumerationContext>{limit}</n:Pull>"
    if isinstance(request, Release):
        return f"<n:Release><n:EnumerationContext>{escape(request.context)}</n:EnumerationContext></n:Release>"
    if isinstance(request, Put):
        return _put_body(request)
    return _invoke_body(request) if isinstance(request, Invoke) else ""


def _enumerate_body(request: Enumerate) -> str:
    # OptimizeEnumeration and this MaxElements belong to WS-Management, Pull's MaxElements to WS-Enumeration.
    optimize = "<w:OptimizeEnumeration/>" if request.optimize else ""
    mode = "" if request.mode == OBJECTS else f"<w:EnumerationMode>{escape(request.mode)}</w:EnumerationMode>"
    return (
        f"<n:Enumerate>{optimize}{mode}<w:MaxElements>{request.max_elements}</w:MaxElements>"
        f'<w:Filter Dialect="{ns.WQL_DIALECT}">{escape(request.wql)}</w:Filter></n:Enumerate>'
    )


def _put_body(request: Put) -> str:
    _refuse_unsendable(request.resource, request.instance.properties)
    uri, name = escape_attribute(request.resource.uri), request.resource.class_name
    inside = write_properties(request.instance.properties, "m:")
    return f'<m:{name} xmlns:m="{uri}" xmlns:xsi="{ns.XSI}" xmlns:cim="{ns.CIM_COMMON}">{inside}</m:{name}>'


def _invoke_body(request: Invoke) -> str:
    _refuse_unsendable(request.resource, request.parameters)
    inside = write_properties(request.parameters, "m:")
    uri = escape_attribute(request.resource.uri)
    return (
        f'<m:{request.method}_INPUT xmlns:m="{uri}" xmlns:xsi="{ns.XSI}" xmlns:cim="{ns.CIM_COMMON}">'
        f"{inside}</m:{request.method}_INPUT>"
    )


def _refuse_unsendable(resource: Resource, properties: t.Mapping[str, tuple[Value, ...]]) -> None:
    for name, value in resource.selectors.items():
        _refuse_control_characters(name, (value,))
    for name, values in properties.items():
        _refuse_control_characters(name, values)


def _refuse_control_characters(name: str, values: t.Iterable[Value]) -> None:
    """Refuse what could not arrive as it is: a machine must not be told to do something else than was asked."""
    for value in values:
        if isinstance(value, Instance):
            for inner, inner_values in value.properties.items():
                _refuse_control_characters(f"{name}.{inner}", inner_values)
        elif isinstance(value, (str, Secret)) and has_control_characters(reveal(value)):
            raise Refusal(
                f"The value for {name} holds control characters, which cannot be sent.",
                code="control_characters",
                remedy="Remove them; they often come from copying text out of a document.",
            )


def decode_answer(
    data: bytes, request: Request, *, message_id: str | None = None, wanted: t.Collection[str] | None = None
) -> Answer | Fault:
    """Return what the machine answered to `request`; a fault is an answer too.

    Instances have the properties that are `wanted`, by their names in lower case; None wants all of them.
    Raises ProtocolViolation when the bytes are no answer to this request.
    """
    envelope = parse(data)
    body = child(envelope, "Body")
    if local(envelope) != "Envelope" or body is None:
        raise ProtocolViolation("The answer is XML, but not a SOAP envelope.")
    content = body[0] if len(body) else None
    is_fault = content is not None and local(content) == "Fault"
    # The request Identify has no MessageID that its answer could name.
    if message_id is not None and not isinstance(request, Identify):
        _check_relation(child(envelope, "Header"), message_id, is_fault=is_fault)
    return read_fault(content) if content is not None and is_fault else _decoded(content, request, wanted)


def _check_relation(header: Element | None, message_id: str, *, is_fault: bool) -> None:
    # Faults often come without one, or with the URI that stands for a message whose header could not be read.
    accepted = {message_id, "", ns.UNSPECIFIED} if is_fault else {message_id}
    if stripped(child(header, "RelatesTo")) not in accepted:
        raise ProtocolViolation("The answer belongs to another request (RelatesTo differs).")


def _decoded(content: Element | None, request: Request, wanted: t.Collection[str] | None) -> Answer:
    if isinstance(request, Release):
        return Released()
    if isinstance(request, Put):
        return PutDone(None if content is None else read_instance(content))
    if content is None:
        raise ProtocolViolation(f"The answer to {request.action or 'Identify'} is empty.")
    if isinstance(request, (Enumerate, Pull)):
        return _batch(content, wanted)
    if isinstance(request, Invoke):
        return _output(content, request)
    if isinstance(request, Get):
        return Got(read_instance(content, wanted))
    return _identity(content)


def _batch(content: Element, wanted: t.Collection[str] | None) -> Batch:
    if local(content) not in ("EnumerateResponse", "PullResponse"):
        raise ProtocolViolation(f"A query was answered with {local(content)}.")
    listed = child(content, "Items")
    items: tuple[Instance, ...] = () if listed is None else tuple(read_instance(item, wanted) for item in listed)
    context = stripped(child(content, "EnumerationContext")) or None
    if child(content, "EndOfSequence") is not None:
        context = None
    return Batch(items, context, opening=local(content) == "EnumerateResponse")


def _output(content: Element, request: Invoke) -> Output:
    # Windows names it after the method. Other servers name it after the class, and the method has been carried out.
    if not local(content).endswith("_OUTPUT"):
        raise ProtocolViolation(f"{request.method} was answered with {local(content)}.")
    return Output(request.resource, request.method, read_properties(content))


def _identity(content: Element) -> Identity:
    if local(content) != "IdentifyResponse":
        raise ProtocolViolation(f"Identify was answered with {local(content)}.")
    names = ("ProductVendor", "ProductVersion", "ProtocolVersion")
    return Identity(*(stripped(child(content, name)) for name in names))
