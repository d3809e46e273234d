# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An ActivationWs server that a site runs already: its SOAP front end, and the REST one of its later form.

It asks Microsoft for one machine at a time. What Microsoft refuses it tells in words, so that the code has to be
found again from them.
"""

from __future__ import annotations

import json
import re
import typing as t
from xml.etree.ElementTree import Element

from .._errors import ProtocolViolation, Refusal
from .._licensing import parse_confirmation_id
from .._wsman import parse
from .batch_messages import ANSWER_LIMIT, Installation, first_text
from .error_mapping import http_failure, unusable
from .outcomes import ServiceRefusal
from .settings import ServiceSettings
from .transport import HttpReply, Transport

__all__ = ["RestBackend", "SoapBackend", "code_in"]

_NAMESPACE = "http://tempuri.org/"
_ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_CODE = re.compile(r"(?<![0-9A-Za-z])0x(?:[0-9A-Fa-f]{8}|[0-9A-Fa-f]{2})(?![0-9A-Za-z])")
# The words that both forms of the server have for the five codes, as little of them as tells them apart.
_WORDS = (
    (re.compile(r"exceeded its limit|limit exceeded", re.IGNORECASE), "0x7F"),
    (re.compile(r"key (?:has been |is )?blocked", re.IGNORECASE), "0x67"),
    (re.compile(r"invalid product key", re.IGNORECASE), "0x68"),
    (re.compile(r"invalid key type", re.IGNORECASE), "0x86"),
    (re.compile(r"(?:check the|invalid) installation id", re.IGNORECASE), "0x90"),
)


def code_in(text: str) -> str | None:
    """Return the service's code that a text holds or tells of in words, None where it does neither."""
    for pattern, code in _WORDS:
        if pattern.search(text):
            return code
    found = _CODE.search(text)
    return found[0] if found else None


class SoapBackend:
    """ActivationWs.asmx; a refusal is an HTTP 500 with a SOAP fault, as is every other failure."""

    source = "activationws"
    at_once: int | None = 1

    def __init__(self, settings: ServiceSettings) -> None:
        self._settings = settings
        self._transport = Transport(settings)

    def reach(self) -> None:
        """Raise `ServiceUnavailable` unless the service answers at all; asks for nothing."""
        self._transport.reach()

    def ask(self, batch: t.Sequence[Installation]) -> dict[Installation, str | ServiceRefusal]:
        """Ask for one confirmation ID; raises `ServiceUnavailable`."""
        one = batch[0]
        parameters = {"installationId": one.installation_id, "extendedProductId": one.extended_pid}
        try:
            text = self._call("AcquireConfirmationId", parameters)
        except ServiceRefusal as refusal:
            return {one: refusal}
        return {one: _confirmation_id(text, self._settings)}

    def count(self, extended_pid: str) -> int:
        """Ask how many activations are left; raises `ServiceRefusal` and `ServiceUnavailable`."""
        text = self._call("RetrieveActivationCount", {"extendedProductId": extended_pid})
        return _count(text, self._settings)

    def _call(self, operation: str, parameters: t.Mapping[str, str]) -> str | None:
        headers = {"SOAPAction": f'"{_NAMESPACE}{operation}"', "Content-Type": "text/xml; charset=utf-8"}
        reply = self._transport.post(_soap(operation, parameters), headers)
        root = _xml(reply.body)
        if reply.status != 200 or root is None:
            raise self._failure(reply, root)
        return first_text(root, f"{operation}Result")

    def _failure(self, reply: HttpReply, root: Element | None) -> Exception:
        fault = None if root is None else first_text(root, "faultstring")
        code = code_in(fault) if fault else None
        if code:
            return ServiceRefusal(code, told=fault)
        if reply.status == 200:
            return unusable("It is no XML document.", self._settings)
        return http_failure(reply.status, self._settings)


class RestBackend:
    """The REST front end; a refusal is a problem document (RFC 9457) with the status 409, wrong IDs are 400."""

    source = "activationws"
    at_once: int | None = 1

    def __init__(self, settings: ServiceSettings) -> None:
        self._settings = settings
        self._transport = Transport(settings)

    def reach(self) -> None:
        """Raise `ServiceUnavailable` unless the service answers at all; asks for nothing."""
        self._transport.reach()

    def ask(self, batch: t.Sequence[Installation]) -> dict[Installation, str | ServiceRefusal]:
        """Ask for one confirmation ID; raises `ServiceUnavailable`."""
        one = batch[0]
        parameters = {
            # It wants a name that is not empty, keeps it in its records, and does nothing else with it.
            "hostName": one.host or "unnamed",
            "installationId": one.installation_id,
            "extendedProductId": one.extended_pid,
        }
        try:
            answer = self._call("ConfirmationId", parameters)
        except ServiceRefusal as refusal:
            return {one: refusal}
        return {one: _confirmation_id(answer.get("confirmationid"), self._settings)}

    def count(self, extended_pid: str) -> int:
        """Ask how many activations are left; raises `ServiceRefusal` and `ServiceUnavailable`."""
        answer = self._call("ActivationCount", {"extendedProductId": extended_pid})
        return _count(answer.get("remainingactivationcount"), self._settings)

    def _call(self, what: str, parameters: t.Mapping[str, str]) -> dict[str, t.Any]:
        reply = self._transport.get(f"api/ActivationService/{what}", parameters)
        answer = _json(reply.body)
        if reply.status != 200:
            raise self._failure(reply.status, answer)
        if answer is None:
            raise unusable("It is no JSON object.", self._settings)
        return answer

    def _failure(self, status: int, problem: dict[str, t.Any] | None) -> Exception:
        named = ("errorcode", "title", "detail")
        told = " ".join(str(problem[name]) for name in named if name in problem) if problem else ""
        code = code_in(told)
        # In a server's own trouble a number in the text may be anything's; what it refuses, it says with these.
        if problem is not None and (status in (400, 409) or (code and 400 <= status < 500 and status != 407)):
            return ServiceRefusal(code or f"http_{status}", told=told)
        return http_failure(status, self._settings)


def _soap(operation: str, parameters: t.Mapping[str, str]) -> bytes:
    values = "".join(f"<{name}>{text.translate(_ENTITIES)}</{name}>" for name, text in parameters.items())
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        f'<soap:Envelope xmlns:soap="{_ENVELOPE}"><soap:Body>'
        f'<{operation} xmlns="{_NAMESPACE}">{values}</{operation}>'
        "</soap:Body></soap:Envelope>"
    ).encode()


def _xml(body: bytes) -> Element | None:
    try:
        return parse(body, limit=ANSWER_LIMIT)
    except ProtocolViolation:
        return None


def _json(body: bytes) -> dict[str, t.Any] | None:
    """Return a JSON object with its names in lower case, for the forms of the server differ in them."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return {str(name).lower(): value for name, value in found.items()} if isinstance(found, dict) else None


def _confirmation_id(text: object, settings: ServiceSettings) -> str:
    try:
        return parse_confirmation_id(text if isinstance(text, str) else "")
    except Refusal:
        raise unusable("It holds no confirmation ID of 48 digits.", settings) from None


def _count(value: object, settings: ServiceSettings) -> int:
    text = str(value).strip()
    if isinstance(value, bool) or not (text.isascii() and text.isdigit() and len(text) < 10):
        raise unusable("It tells no count.", settings)
    return int(text)
