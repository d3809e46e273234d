# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a client of the batch service sends and reads, written by hand so that nothing is shared with any client."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree

import requests

from ansible_collections.volume.activation.plugins.plugin_utils._simulator.fleet.fleet import Fleet
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.fleet.server import FleetServer

from .wmi_client import fleet_of

ACTION = "http://www.microsoft.com/BatchActivationService/BatchActivate"
KEY = bytes.fromhex("fe319875fb4884869cf3f1ce99a89064ab571fca470450583024e214628779a0")
NS = {
    "s": "http://schemas.xmlsoap.org/soap/envelope/",
    "b": "http://www.microsoft.com/BatchActivationService",
    "r": "http://www.microsoft.com/DRM/SL/BatchActivationResponse/1.0",
    "t": "http://tempuri.org/",
}
IID, OTHER_IID = "1234567" * 9, "7654321" * 9
STRANGER = "00000-00000-000-000000-03-1033-20348.0000-0012026"


def fleet(*, remaining: int = 3, service: dict[str, Any] | None = None, **microsoft: Any) -> Fleet:
    """Return a fleet of one machine, with a MAK called lab."""
    world = {"microsoft": {"maks": {"lab": {"remaining": remaining}}, "service": service or {}, **microsoft}}
    return fleet_of({"box": "server_2022_standard"}, world=world)


def pid_of(fleet: Fleet, mak: str = "lab") -> str:
    """Return an extended product ID of a MAK, as a machine that holds it shows it."""
    return f"{fleet.microsoft.describe()['maks'][mak]['extended_pid']}-1033-20348.0000-0602026"


def remaining(fleet: Fleet) -> int:
    """Return what is left of the MAK called lab."""
    return int(fleet.microsoft.describe()["maks"]["lab"]["remaining"])


def inner(pairs: Sequence[tuple[str, str | None]], *, kind: int = 1, version: str = "2.0") -> str:
    """Return the inner document for product IDs and installation IDs."""
    rows = "".join(
        f"<Request><PID>{pid}</PID>{'' if iid is None else f'<IID>{iid}</IID>'}</Request>" for pid, iid in pairs
    )
    return (
        '<ActivationRequest xmlns="http://www.microsoft.com/DRM/SL/BatchActivationRequest/1.0">'
        f"<VersionNumber>{version}</VersionNumber><RequestType>{kind}</RequestType>"
        f"<Requests>{rows}</Requests></ActivationRequest>"
    )


def digest(text: str) -> str:
    """Return the digest of an inner document."""
    return base64.b64encode(hmac.new(KEY, text.encode("utf-16-le"), hashlib.sha256).digest()).decode()


def envelope(text: str, *, signed: str | None = None) -> bytes:
    """Return the SOAP message for an inner document, or for one with the digest of another."""
    data = base64.b64encode(text.encode("utf-16-le")).decode()
    return (
        f'<soap:Envelope xmlns:soap="{NS["s"]}"><soap:Body><BatchActivate xmlns="{NS["b"]}"><request>'
        f"<Digest>{digest(text) if signed is None else signed}</Digest><RequestXml>{data}</RequestXml>"
        "</request></BatchActivate></soap:Body></soap:Envelope>"
    ).encode()


def rows_of(answer: bytes) -> list[dict[str, str]]:
    """Return what an answer says for each machine."""
    document = ElementTree.fromstring(inner_answer(answer))
    found = []
    for row in document.iterfind(".//r:Response", NS):
        found.append({item.tag.rpartition("}")[2]: item.text or "" for item in row.iter() if not len(item)})
    return found


def inner_answer(answer: bytes) -> str:
    """Return the inner text of an answer, CRLF and declaration as they came."""
    path = "s:Body/b:BatchActivateResponse/b:BatchActivateResult/b:ResponseXml"
    return ElementTree.fromstring(answer).findtext(path, namespaces=NS) or ""


def fault_of(answer: bytes) -> tuple[str, str]:
    """Return code and text of a SOAP fault."""
    fault = ElementTree.fromstring(answer).find("s:Body/s:Fault", NS)
    assert fault is not None
    return fault.findtext("faultcode") or "", fault.findtext("faultstring") or ""


def guid_in(text: str) -> str:
    """Return the BatchId of an inner answer."""
    match = re.search(r"<BatchId>\{([0-9a-f-]{36})\}</BatchId>", text)
    assert match is not None
    return match.group(1)


def session(server: FleetServer) -> requests.Session:
    """Return a client that trusts the fleet's authority, whatever the environment says of proxies and certificates."""
    client = requests.Session()
    client.trust_env = False
    client.verify = str(server.ca_file)
    return client


def send(
    server: FleetServer, body: bytes, *, backend: str = "microsoft", action: str = ACTION, scheme: str = "https"
) -> requests.Response:
    """Send a SOAP message over a real connection, with the certificate validated."""
    headers = {"SOAPAction": action, "Content-Type": 'text/xml; charset="utf-8"'}
    with session(server) as client:
        return client.post(server.microsoft_urls_by(scheme)[backend], data=body, headers=headers, timeout=20)


def ask(server: FleetServer, *pairs: tuple[str, str | None], kind: int = 1) -> list[dict[str, str]]:
    """Ask the batch service, and return the rows of its answer."""
    response = send(server, envelope(inner(pairs, kind=kind)))
    assert response.status_code == 200
    return rows_of(response.content)
