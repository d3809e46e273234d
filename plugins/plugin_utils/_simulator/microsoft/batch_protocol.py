# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The batch activation protocol, the service's half: a signed document inside SOAP 1.1 in, escaped XML text out.

    request   Envelope/Body/BatchActivate/request/{Digest, RequestXml}
              RequestXml = base64 of UTF-16LE; Digest = base64 of HMAC-SHA256 over those bytes
    answer    Envelope/Body/BatchActivateResponse/BatchActivateResult/ResponseXml
              ResponseXml = text that claims to be UTF-16 and has CRLF, escaped; without a digest

Written apart from the client of the same protocol in this collection, so that the two cannot share a mistake.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import typing as t
import uuid
from dataclasses import dataclass
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from ..._errors import ProtocolViolation
from ..._wsman import parse

__all__ = ["BATCH_ACTION", "Asked", "BadCall", "BatchCall", "Told", "read_call", "soap", "soap_fault", "write_answer"]

BATCH_ACTION = "http://www.microsoft.com/BatchActivationService/BatchActivate"

_SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
_SERVICE = "http://www.microsoft.com/BatchActivationService"
_REQUEST = "http://www.microsoft.com/DRM/SL/BatchActivationRequest/1.0"
_RESPONSE = "http://www.microsoft.com/DRM/SL/BatchActivationResponse/1.0"
# The same in every client, and published with ActivationWs (MIT): it shows that a request arrived whole, no more.
_INTEGRITY_KEY = bytes(
    (
        *(254, 49, 152, 117, 251, 72, 132, 134, 156, 243, 241, 206, 153, 168, 144, 100),
        *(171, 87, 31, 202, 71, 4, 80, 88, 48, 36, 226, 20, 98, 135, 121, 160),
    )
)
_KINDS = {"1": "confirmation", "2": "count"}
_DECLARATION = re.compile(r"\A\ufeff?\s*<\?xml[^>]*\?>")
_NOT_TOLD = -1


class BadCall(Exception):
    """A message is not one of this protocol; the text says what is wrong with it."""


@dataclass(frozen=True)
class Asked:
    """One machine of a request."""

    pid: str
    installation: str | None = None


@dataclass(frozen=True)
class Told:
    """What is answered for one machine: a confirmation ID, a count, or an error code."""

    asked: Asked
    confirmation: str | None = None
    remaining: int = _NOT_TOLD
    code: str | None = None


@dataclass(frozen=True)
class BatchCall:
    """A whole request; `text` is the inner document as it was signed."""

    kind: str
    asked: tuple[Asked, ...]
    text: str


# Reading


def read_call(body: bytes) -> BatchCall:
    """Return what a SOAP message asks; raises BadCall."""
    text = _signed_text(_root(body))
    document = _root(_DECLARATION.sub("", text).encode())
    if document.tag != f"{{{_REQUEST}}}ActivationRequest":
        raise BadCall("The inner document is no ActivationRequest.")
    if _text(document, _REQUEST, "VersionNumber") != "2.0":
        raise BadCall("The VersionNumber is not 2.0.")
    kind = _KINDS.get(_text(document, _REQUEST, "RequestType"))
    if kind is None:
        raise BadCall("The RequestType is neither 1 nor 2.")
    requests = document.findall(f"{{{_REQUEST}}}Requests/{{{_REQUEST}}}Request")
    if not requests:
        raise BadCall("There is no Request.")
    return BatchCall(kind, tuple(_asked(request, kind) for request in requests), text)


def _asked(request: Element, kind: str) -> Asked:
    expected = ["PID", "IID"] if kind == "confirmation" else ["PID"]
    if [child.tag for child in request] != [f"{{{_REQUEST}}}{name}" for name in expected]:
        raise BadCall(f"A Request has not exactly {' and '.join(expected)}.")
    values = [(child.text or "").strip() for child in request]
    return Asked(*values)


def _signed_text(envelope: Element) -> str:
    path = "/".join(
        f"{{{_SOAP if name == 'Body' else _SERVICE}}}{name}" for name in ("Body", "BatchActivate", "request")
    )
    request = envelope.find(path) if envelope.tag == f"{{{_SOAP}}}Envelope" else None
    if request is None:
        raise BadCall("The message is no SOAP 1.1 call of BatchActivate.")
    data, digest = (_decoded(_text(request, _SERVICE, name)) for name in ("RequestXml", "Digest"))
    if not hmac.compare_digest(hmac.new(_INTEGRITY_KEY, data, hashlib.sha256).digest(), digest):
        raise BadCall("The digest is not that of the request.")
    try:
        return data.decode("utf-16-le")
    except UnicodeDecodeError:
        raise BadCall("The request is not UTF-16.") from None


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise BadCall("Digest and RequestXml are not base64.") from None


def _root(data: bytes) -> Element:
    try:
        return parse(data)
    except ProtocolViolation as error:
        raise BadCall(error.message) from None


def _text(element: Element, namespace: str, name: str) -> str:
    return (element.findtext(f"{{{namespace}}}{name}") or "").strip()


# Writing


def write_answer(kind: str, rows: t.Iterable[Told], *, spoil: str | None = None) -> bytes:
    """Return the answer; `spoil` can be `empty` or `malformed`, which says what becomes of the inner text."""
    lines = [
        '<?xml version="1.0" encoding="utf-16"?>',
        f'<ActivationResponse xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns="{_RESPONSE}">',
        "  <VersionNumber>1.0</VersionNumber>",
        f"  <ResponseType>{next(number for number, name in _KINDS.items() if name == kind)}</ResponseType>",
        f"  <BatchId>{{{uuid.uuid4()}}}</BatchId>",
        "  <Responses>",
        *(line for row in rows for line in _row_lines(kind, row)),
        "  </Responses>",
        "</ActivationResponse>",
    ]
    inner = {"empty": "", "malformed": "\r\n".join(lines[:-2])}.get(spoil or "", "\r\n".join(lines))
    return soap(
        f'<BatchActivateResponse xmlns="{_SERVICE}"><BatchActivateResult>'
        f"<ResponseXml>{escape(inner, {chr(13): '&#xD;'})}</ResponseXml>"
        "</BatchActivateResult></BatchActivateResponse>"
    )


def _row_lines(kind: str, row: Told) -> t.Iterator[str]:
    yield "    <Response>"
    yield f"      <PID>{escape(row.asked.pid)}</PID>"
    if row.code is None:
        yield f"      <ActivationRemaining>{row.remaining}</ActivationRemaining>"
    if kind == "confirmation":
        yield f"      <IID>{escape(row.asked.installation or '')}</IID>"
    if row.confirmation is not None:
        yield f"      <CID>{row.confirmation}</CID>"
    if row.code is not None:
        yield f"      <ErrorInfo><ErrorCode>{row.code}</ErrorCode></ErrorInfo>"
    yield "    </Response>"


def soap(body: str) -> bytes:
    """Return a SOAP 1.1 message."""
    return (
        f'<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="{_SOAP}" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema">'
        f"<soap:Body>{body}</soap:Body></soap:Envelope>"
    ).encode()


def soap_fault(reason: str, *, client: bool = False) -> bytes:
    """Return a SOAP 1.1 fault; the client's own ones are about the message, not about the work."""
    code = "soap:Client" if client else "soap:Server"
    return soap(
        f"<soap:Fault><faultcode>{code}</faultcode><faultstring>{escape(reason)}</faultstring><detail /></soap:Fault>"
    )
