# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ActivationWs in front of the activation service, as sites run it: a SOAP service, and the newer one with REST.

Both tell a refusal in words and not by its code. The newer one keeps confirmation IDs and answers the same question
from its own table.
"""

from __future__ import annotations

import json
import re
import threading
import typing as t
from dataclasses import dataclass
from urllib.parse import parse_qsl
from xml.etree.ElementTree import Element

from ..._errors import ProtocolViolation
from ..._wsman import parse
from ..catalog.offline_ids import has_installation_form, key_part
from ..winrm.fault_injection import WireReply
from .batch_protocol import Asked, Told, soap, soap_fault
from .batch_service import BatchService, Unavailable

__all__ = ["ActivationWs"]

_SOAP_FRONT, _REST_FRONT = "activationws_soap", "activationws_rest"
_TEMPURI = "http://tempuri.org/"
_BODY = "{http://schemas.xmlsoap.org/soap/envelope/}Body"
_WORDS: t.Mapping[str, str] = {
    "0x7F": "The MAK has exceeded its limit",
    "0x67": "The product key has been blocked",
    "0x68": "Invalid product key",
    "0x86": "Invalid key type",
    "0x90": "Check the Installation ID and try again",
}


@dataclass(frozen=True)
class _Operation:
    kind: str
    parameters: tuple[str, ...]


_OPERATIONS: t.Mapping[str, _Operation] = {
    "AcquireConfirmationId": _Operation("confirmation", ("installationId", "extendedProductId")),
    "RetrieveActivationCount": _Operation("count", ("extendedProductId",)),
}


class ActivationWs:
    """Both services of one site; they share nothing but what they stand in front of."""

    def __init__(self, service: BatchService) -> None:
        self._service = service
        self._lock = threading.Lock()
        self._kept: dict[tuple[str, str], str] = {}

    # SOAP

    def post(self, action: str | None, body: bytes) -> WireReply:
        """Answer one SOAP call; whatever fails comes back as a fault with HTTP 500."""
        name = (action or "").strip().strip('"').removeprefix(_TEMPURI)
        operation = _OPERATIONS.get(name)
        if operation is None:
            return WireReply(500, soap_fault("The SOAPAction header names no operation of this service.", client=True))
        try:
            told = self._service.relay(_SOAP_FRONT, operation.kind, _soap_question(body, name, operation))
        except ProtocolViolation as error:
            return WireReply(500, soap_fault(error.message, client=True))
        except Unavailable as error:
            return WireReply(500, _failed(str(error)))
        if told.code:
            return WireReply(500, _failed(_WORDS.get(told.code, f"The remote server reported an error ({told.code})")))
        result = f"<{name}Result>{_result(told)}</{name}Result>"
        return WireReply(200, soap(f'<{name}Response xmlns="{_TEMPURI}">{result}</{name}Response>'))

    # REST

    def get(self, name: str, query: str) -> WireReply:
        """Answer one GET of the REST service; what fails comes back as problem+json (RFC 9457)."""
        given = {key.lower(): value.strip() for key, value in parse_qsl(query)}
        if name.lower() == "confirmationid":
            return self._confirmation(given)
        if name.lower() == "activationcount":
            return self._count(given)
        return _problem(404, "Not Found", "There is no such operation.")

    def _confirmation(self, given: t.Mapping[str, str]) -> WireReply:
        pid, installation = given.get("extendedproductid", ""), given.get("installationid", "")
        wrong = _wrong_argument(
            hostName=bool(given.get("hostname")),
            installationId=has_installation_form(installation),
            extendedProductId=key_part(pid) is not None,
        )
        if wrong is not None:
            return wrong
        with self._lock:
            kept = self._kept.get((pid, installation))
        if kept is not None:
            return _json(200, {"confirmationId": kept, "cached": True})
        told = self._ask("confirmation", Asked(pid, installation))
        if isinstance(told, WireReply):
            return told
        with self._lock:
            self._kept[pid, installation] = _result(told)
        return _json(200, {"confirmationId": _result(told), "cached": False})

    def _count(self, given: t.Mapping[str, str]) -> WireReply:
        pid = given.get("extendedproductid", "")
        wrong = _wrong_argument(extendedProductId=key_part(pid) is not None)
        if wrong is not None:
            return wrong
        told = self._ask("count", Asked(pid))
        return told if isinstance(told, WireReply) else _json(200, {"remainingActivationCount": told.remaining})

    def _ask(self, kind: str, asked: Asked) -> Told | WireReply:
        try:
            told = self._service.relay(_REST_FRONT, kind, asked)
        except Unavailable as error:
            title = "HttpRequestException" if error.transport else "An unexpected error occurred"
            return _problem(503 if error.transport else 500, title, str(error))
        return told if told.code is None else _problem(409, "BasException", _WORDS.get(told.code, told.code))


def _result(told: Told) -> str:
    return told.confirmation or str(told.remaining)


def _failed(words: str) -> bytes:
    """Return the fault of a service that failed while it worked, as ASP.NET tells it."""
    return soap_fault(
        f"System.Web.Services.Protocols.SoapException: the request failed. ---> System.Exception: {words}"
    )


def _soap_question(body: bytes, name: str, operation: _Operation) -> Asked:
    call = parse(body).find(f"{_BODY}/{{{_TEMPURI}}}{name}")
    if call is None:
        raise ProtocolViolation(f"The message is no SOAP 1.1 call of {name}.")
    values = {parameter: _parameter(call, parameter) for parameter in operation.parameters}
    return Asked(values["extendedProductId"], values.get("installationId"))


def _parameter(call: Element, name: str) -> str:
    return re.sub(r"\s", "", call.findtext(f"{{{_TEMPURI}}}{name}") or "")


def _wrong_argument(**arguments: bool) -> WireReply | None:
    wrong = next((name for name, is_right in arguments.items() if not is_right), None)
    return None if wrong is None else _problem(400, "ArgumentException", f"{wrong} is missing or malformed.")


def _problem(status: int, title: str, detail: str) -> WireReply:
    return _json(status, {"type": "about:blank", "title": title, "status": status, "detail": detail})


def _json(status: int, data: t.Mapping[str, t.Any]) -> WireReply:
    return WireReply(status, json.dumps(data).encode())
