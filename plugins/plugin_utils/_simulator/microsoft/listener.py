# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where Microsoft's batch service and ActivationWs listen: HTTPS and HTTP on loopback, on ports of their own."""

from __future__ import annotations

import contextlib
import logging
import ssl
import threading
import typing as t
from http.server import BaseHTTPRequestHandler
from urllib.parse import urlsplit

from ..winrm.fault_injection import WireReply
from ..winrm.loopback import SecuredServer
from ..world.microsoft import Microsoft
from .activationws import ActivationWs
from .batch_service import BatchService

__all__ = ["MicrosoftListener", "MicrosoftSite", "listen"]

log = logging.getLogger(__name__)

# By this path a client knows the service for a simulated one before it sends anything.
_ROOT = "/simulated-fleet"
BATCH_PATH, SOAP_PATH = f"{_ROOT}/BatchActivation/BatchActivation.asmx", f"{_ROOT}/ActivationWs.asmx"
REST_PATH = f"{_ROOT}/activationws"
_REST_OPERATIONS = f"{REST_PATH}/api/activationservice/"
_MOST_BYTES = 4 * 1024 * 1024
_IDLE_SECONDS = 300.0
_XML, _HTML = "text/xml; charset=utf-8", "text/html; charset=utf-8"
_JSON, _PROBLEM = "application/json; charset=utf-8", "application/problem+json; charset=utf-8"


class MicrosoftSite:
    """What both listeners share."""

    def __init__(self, microsoft: Microsoft, stopping: threading.Event) -> None:
        self.journal = microsoft.journal
        self.batch = BatchService(microsoft, stopping.wait)
        self.activationws = ActivationWs(self.batch)


class MicrosoftListener(SecuredServer):
    """One listening socket of the site; TLS when given a context."""

    def __init__(self, site: MicrosoftSite, context: ssl.SSLContext | None) -> None:
        self.site = site
        super().__init__("127.0.0.1", _Handler, context)

    @property
    def urls(self) -> dict[str, str]:
        """Where a client finds each service, by the name of the client's backend."""
        base = f"{'https' if self.context else 'http'}://127.0.0.1:{self.port}"
        return {
            "microsoft": f"{base}{BATCH_PATH}",
            "activationws_soap": f"{base}{SOAP_PATH}",
            "activationws_rest": f"{base}{REST_PATH}",
        }


def listen(
    site: MicrosoftSite, context: ssl.SSLContext, resources: contextlib.ExitStack
) -> dict[str, MicrosoftListener]:
    """Open both listeners and return them by scheme; `resources` closes them."""
    listeners = {}
    for scheme, secured in (("https", context), ("http", None)):
        listeners[scheme] = MicrosoftListener(site, secured)
        resources.callback(listeners[scheme].stop)
    return listeners


class _Handler(BaseHTTPRequestHandler):
    """The requests of one connection."""

    protocol_version = "HTTP/1.1"
    server_version = "Microsoft-IIS/10.0"
    sys_version = ""
    disable_nagle_algorithm = True
    timeout = _IDLE_SECONDS
    server: MicrosoftListener

    def log_message(self, format: str, *args: t.Any) -> None:
        log.debug(format, *args)

    def do_GET(self) -> None:
        """Answer a browser with pages, and clients of the REST service with JSON."""
        url, site = urlsplit(self.path), self.server.site
        site.journal.inspect(self.path, str(self.headers))
        path = url.path.lower()
        if path == BATCH_PATH.lower():
            return self._serve(site.batch.page, _HTML)
        if path == SOAP_PATH.lower():
            return self._send(_page(200, "ActivationWs"), _HTML)
        if path.startswith(_REST_OPERATIONS):
            return self._serve(lambda: site.activationws.get(path.removeprefix(_REST_OPERATIONS), url.query), _JSON)
        return self._send(_page(404, "Not Found"), _HTML)

    def do_POST(self) -> None:
        """Answer a SOAP call."""
        body = self._read_body()
        if isinstance(body, WireReply):
            self.close_connection = True
            return self._send(body, _HTML)
        site, path = self.server.site, urlsplit(self.path).path.lower()
        site.journal.inspect(self.path, str(self.headers), body.decode(errors="replace"))
        services = {BATCH_PATH.lower(): site.batch.post, SOAP_PATH.lower(): site.activationws.post}
        service = services.get(path)
        if service is None:
            status = 405 if path.startswith(_REST_OPERATIONS) else 404
            return self._send(_page(status, self.responses[status][0]), _HTML)
        if self.headers.get_content_type() != "text/xml":
            return self._send(_page(415, "Unsupported Media Type"), _HTML)
        return self._serve(lambda: service(self.headers.get("SOAPAction"), body), _XML)

    def _read_body(self) -> bytes | WireReply:
        length = self.headers.get("Content-Length", "")
        if not length.isdigit():
            return _page(400 if length else 411, "Bad Request")
        if int(length) > _MOST_BYTES:
            return _page(413, "Request Entity Too Large")
        return self.rfile.read(int(length))

    def _serve(self, work: t.Callable[[], WireReply], content_type: str) -> None:
        try:
            reply = work()
        except Exception:
            # A mistake in the model must not look like a dropped connection, which is a case of its own.
            log.exception("the activation service failed")
            reply = _page(500, "The simulated service failed; its log says why")
            content_type = _HTML
        if content_type == _JSON and reply.status >= 400:
            content_type = _PROBLEM
        self._send(reply, content_type)

    def _send(self, reply: WireReply, content_type: str) -> None:
        """Write status line, headers and body at once; a reply that is not whole ends the connection."""
        if reply.delivery != "whole":
            self.close_connection = True
        if reply.delivery == "none":
            return
        fields = [
            f"HTTP/1.1 {reply.status} {self.responses.get(reply.status, ('',))[0]}",
            f"Content-Type: {content_type}",
            f"Server: {self.server_version}",
            f"Date: {self.date_time_string()}",
            f"Content-Length: {len(reply.body)}",
            *(["Connection: close"] if self.close_connection else []),
        ]
        body = reply.body[: len(reply.body) // 2] if reply.delivery == "cut" else reply.body
        self.wfile.write("\r\n".join([*fields, "", ""]).encode("latin-1") + body)


def _page(status: int, title: str) -> WireReply:
    text = f"<!DOCTYPE html>\r\n<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>\r\n"
    return WireReply(status, text.encode())
