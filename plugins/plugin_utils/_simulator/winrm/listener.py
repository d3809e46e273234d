# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The listeners: HTTP and HTTPS on loopback, as WinRM's would answer, with a machine chosen by the path.

One handler object lives as long as its connection, which is where the login's state belongs. An answer leaves in one
write with Nagle's algorithm off; in two, every answer would wait 40 ms for the client's delayed acknowledgement.
"""

from __future__ import annotations

import logging
import ssl
import threading
import typing as t
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from urllib.parse import unquote, urlsplit

from ..._wsman import Fault
from . import encryption
from .authentication import Login, LoginAccounts, LoginVerdict, WrongContext
from .counters import Counters
from .dispatcher import MAX_ENVELOPE_BYTES, Dispatcher, Machine, anonymous_identity
from .fault_injection import FaultInjector, WireReply, strike_before
from .loopback import SecuredServer
from .request_head import BadHead, read_head

__all__ = ["IDLE_SECONDS", "Listener", "Site"]

log = logging.getLogger(__name__)

_PATH = "/wsman"
# A sealed message is a little longer than what it seals; and a body that is not read at all resets the connection.
_FRAME_BYTES = 4096
_MOST_DRAINED_BYTES = 16 * 1024 * 1024
IDLE_SECONDS = 120.0
"""A connection without a request for so long is closed (HTTP.sys, its default for the connection time-out)."""


@dataclass
class Site:
    """What all listeners of a fleet share."""

    machines: t.Callable[[], t.Mapping[str, Machine]]
    accounts: LoginAccounts
    counters: Counters = field(default_factory=Counters)
    desk: FaultInjector = field(default_factory=FaultInjector)
    stopping: threading.Event = field(default_factory=threading.Event)
    idle_seconds: float = IDLE_SECONDS

    def __post_init__(self) -> None:
        self.dispatcher = Dispatcher(self.counters, self.desk, self.stopping.wait)

    def machine_at(self, path: str) -> Machine | None:
        """Return the machine at `/wsman/<name>`; a fleet of one machine has it at `/wsman` as well."""
        machines = self.machines()
        start, _slash, name = urlsplit(path).path.rstrip("/").rpartition("/")
        if start == _PATH:
            return machines.get(unquote(name))
        alone = start + "/" + name == _PATH and len(machines) == 1
        return next(iter(machines.values())) if alone else None


class Listener(SecuredServer):
    """One listening socket of a site; TLS when given a context."""

    def __init__(self, host: str, site: Site, context: ssl.SSLContext | None = None) -> None:
        self.site = site
        super().__init__(host, _Handler, context)


class _Handler(BaseHTTPRequestHandler):
    """The requests of one connection, one after the other."""

    protocol_version = "HTTP/1.1"
    server_version = "Microsoft-HTTPAPI/2.0"
    sys_version = ""
    disable_nagle_algorithm = True
    server: Listener
    raw_requestline: bytes

    def setup(self) -> None:
        super().setup()
        self.site = self.server.site
        self.connection.settimeout(self.site.idle_seconds)
        self.tls = self.server.context is not None
        self.login = Login(self.site.accounts, tls=self.tls)
        self.received = 0
        self.only_login = False
        self.machine: str | None = None

    def log_message(self, format: str, *args: t.Any) -> None:
        log.debug(format, *args)

    def parse_request(self) -> bool:
        """Read the head of a request; what is none is answered, and ends the connection."""
        self.requestline = self.raw_requestline.decode("latin-1").rstrip("\r\n")
        try:
            head = read_head(self.raw_requestline, self.rfile.readline)
        except BadHead as error:
            self.command, self.request_version, self.close_connection = "", self.protocol_version, True
            self.send_error(400, str(error))
            return False
        self.command, self.path, self.request_version = head.method, head.target, head.version
        self.fields, self.received, self.close_connection = head.fields, head.size, head.ends_connection
        return self.fields.get("expect", "").lower() != "100-continue" or self.handle_expect_100()

    def do_GET(self) -> None:
        """Answer as WinRM does: it takes POST only."""
        self._send(WireReply(405))

    def do_POST(self) -> None:
        """Answer one request."""
        self.machine, self.only_login = None, False
        body = self._read_body()
        if isinstance(body, WireReply):
            self.close_connection = True
            return self._send(body)
        machine = self.site.machine_at(self.path)
        if machine is None:
            return self._send(WireReply(404))
        self.machine = machine.name
        return self._serve(machine, body)

    def _read_body(self) -> bytes | WireReply:
        length = self.fields.get("content-length", "")
        if not length.isdigit():
            return WireReply(400 if length else 411)
        size = int(length)
        body = self.rfile.read(min(size, _MOST_DRAINED_BYTES))
        self.received += len(body)
        return body if size <= MAX_ENVELOPE_BYTES + _FRAME_BYTES else WireReply(413)

    def _serve(self, machine: Machine, body: bytes) -> None:
        if self.fields.get("wsmanidentify", "").lower() == "unauthenticated":
            self.site.counters.add_message(machine.name, "identify")
            return self._send(WireReply(200, anonymous_identity()))
        content_type = self.fields.get("content-type", "")
        sealed = encryption.is_sealed(content_type)
        in_clear = bool(body) and not sealed and not self.tls
        account = self.site.accounts.of(machine.description)
        verdict = self.login.check(self.fields.get("authorization"), account)
        if in_clear or verdict.rejected:
            self.site.counters.add(machine.name, unsealed=in_clear, rejected=verdict.rejected)
        if not verdict.accepted or in_clear:
            return self._demand_login(verdict)
        struck = self._login_fault(machine) if verdict.fresh else None
        if struck is not None or not body:
            self.only_login = True
            return self._send(struck or WireReply(200), verdict.offers)
        return self._answer(machine, body, sealed, verdict)

    def _demand_login(self, verdict: LoginVerdict) -> None:
        self.only_login = True
        self._send(WireReply(401), verdict.offers or self.login.offers)

    def _login_fault(self, machine: Machine) -> WireReply | None:
        """Let the rules for logins strike, once for each login; a SOAP fault has no place there and becomes 401."""
        rule = self.site.desk.due(machine, "login")
        if rule is None:
            return None
        self.site.counters.add(machine.name, faults=1)
        outcome = strike_before(rule, self.site.stopping.wait)
        return WireReply(401) if isinstance(outcome, Fault) else outcome

    def _answer(self, machine: Machine, body: bytes, sealed: bool, verdict: LoginVerdict) -> None:
        try:
            message = self.login.unseal(body) if sealed else body
        except WrongContext as error:
            log.info("%s: 400, %s", machine.name, error)
            return self._send(WireReply(400))
        if len(message) > MAX_ENVELOPE_BYTES:
            return self._send(WireReply(413))
        try:
            reply = self.site.dispatcher.answer(machine, message)
        except Exception:
            # A mistake in the model must not look like a dropped connection, which is a case of its own.
            log.exception("%s: the model failed", machine.name)
            reply = WireReply(500)
        if sealed and reply.body:
            body = self.login.seal(reply.body)
            return self._send(WireReply(reply.status, body, reply.delivery), verdict.offers, encryption.SEALED_TYPE)
        return self._send(reply, verdict.offers)

    def _send(
        self, reply: WireReply, offers: tuple[str, ...] = (), content_type: str = encryption.CONTENT_TYPE
    ) -> None:
        """Write status line, headers and body at once, and count both directions."""
        data = b"" if reply.delivery == "none" else self._render(reply, offers, content_type)
        if reply.delivery != "whole":
            self.close_connection = True
        if self.machine is not None:
            amounts = {"requests": 1, "bytes_in": self.received, "bytes_out": len(data)}
            if self.only_login:
                amounts |= {"logins": 1, "login_bytes_in": self.received, "login_bytes_out": len(data)}
            self.site.counters.add(self.machine, **amounts)
        if data:
            self.wfile.write(data)

    def _render(self, reply: WireReply, offers: tuple[str, ...], content_type: str) -> bytes:
        fields = [f"HTTP/1.1 {reply.status} {self.responses.get(reply.status, ('',))[0]}"]
        fields += [f"WWW-Authenticate: {offer}" for offer in offers]
        if reply.body:
            fields.append(f"Content-Type: {content_type}")
        fields += [f"Server: {self.server_version}", f"Date: {self.date_time_string()}"]
        fields.append(f"Content-Length: {len(reply.body)}")
        if self.close_connection:
            fields.append("Connection: close")
        body = reply.body[: len(reply.body) // 2] if reply.delivery == "cut" else reply.body
        return "\r\n".join([*fields, "", ""]).encode("latin-1") + body
