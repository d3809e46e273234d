# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A small HTTP server and a proxy on loopback, which do what a test tells them, and words of the batch protocol."""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import http.client
import http.server
import re
import select
import socket
import ssl
import threading
import typing as t
from xml.sax.saxutils import escape

PID = "00000-00000-000-000000-03-1033-20348.0000-0012026"
OTHER_PID = "00000-00000-111-111111-03-1033-20348.0000-0022026"
IIDS = tuple(f"{number:07d}" * 9 for number in range(1, 10))
CIDS = tuple(f"{number:06d}" * 8 for number in range(1, 10))
USER, PASSWORD = "proxy user", "p@ss:w%rd/ł"

RESPONSE = "http://www.microsoft.com/DRM/SL/BatchActivationResponse/1.0"
_SERVICE = "http://www.microsoft.com/BatchActivationService"
_SOAP = "http://schemas.xmlsoap.org/soap/envelope/"


@dataclasses.dataclass
class Seen:
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def inner(self) -> str:
        """The document inside a batch request."""
        found = re.search(rb"<RequestXml>([^<]*)</RequestXml>", self.body)
        return base64.b64decode(found[1] if found else b"").decode("utf-16-le")

    @property
    def asked(self) -> list[tuple[str, str]]:
        """The (PID, IID) pairs of a batch request, in its order."""
        return re.findall(r"<PID>([^<]*)</PID>(?:<IID>([^<]*)</IID>)?", self.inner)


@dataclasses.dataclass
class Sent:
    """What the server answers; `lacking` bytes are promised and not sent, `dropped` closes without a word."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = dataclasses.field(default_factory=dict)
    lacking: int = 0
    dropped: bool = False


Behaviour = t.Callable[[Seen], Sent]


def always(*args: t.Any, **kwargs: t.Any) -> Behaviour:
    """Return a behaviour that always answers the same."""
    return lambda _seen: Sent(*args, **kwargs)


DROP = always(dropped=True)


def row(pid: str | None, iid: str | None = None, **more: object) -> str:
    """Return one Response; `CID`, `code` and `ActivationRemaining` go into it, a code with its wrapper."""
    code = more.pop("code", None)
    values = {"PID": pid, "IID": iid, **more}
    text = "".join(f"\r\n      <{name}>{value}</{name}>" for name, value in values.items() if value is not None)
    wrapped = f"<ErrorInfo><ErrorCode>{code}</ErrorCode></ErrorInfo>" if code else ""
    return f"\r\n    <Response>{text}{wrapped}\r\n    </Response>"


def granted(iid: str, cid: str, pid: str = PID) -> str:
    """Return the row of a confirmation ID."""
    return row(pid, iid, ActivationRemaining=-1, CID=cid)


def answer(*rows: str, kind: int = 1) -> bytes:
    """Return a whole answer: inner text that says it is UTF-16, with CRLF, escaped into a UTF-8 envelope."""
    inner = (
        '<?xml version="1.0" encoding="utf-16"?>\r\n'
        f'<ActivationResponse xmlns="{RESPONSE}">\r\n  <VersionNumber>1.0</VersionNumber>\r\n'
        f"  <ResponseType>{kind}</ResponseType>\r\n  <BatchId>00000000-0000-0000-0000-000000000001</BatchId>\r\n"
        f"  <Responses>{''.join(rows)}\r\n  </Responses>\r\n</ActivationResponse>"
    )
    return wrapped(inner)


def wrapped(inner: str) -> bytes:
    """Return the outer envelope around a text."""
    text = escape(inner).replace("\r", "&#xD;")
    return (
        f'<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="{_SOAP}"><soap:Body>'
        f'<BatchActivateResponse xmlns="{_SERVICE}"><BatchActivateResult><ResponseXml>{text}</ResponseXml>'
        "</BatchActivateResult></BatchActivateResponse></soap:Body></soap:Envelope>"
    ).encode()


def microsoft(seen: Seen) -> Sent:
    """Grant every installation the confirmation ID with its number, and tell a count of 42."""
    if "<RequestType>2<" in seen.inner:
        return Sent(answer(row(seen.asked[0][0], ActivationRemaining=42), kind=2))
    return Sent(answer(*(granted(iid, CIDS[IIDS.index(iid)], pid) for pid, iid in seen.asked)))


class Site:
    """An HTTP or, with a context, HTTPS server; `script` is worked off first, then `default` answers."""

    def __init__(self, default: Behaviour = microsoft, context: ssl.SSLContext | None = None) -> None:
        self.default = default
        self.script: list[Behaviour] = []
        self.seen: list[Seen] = []
        self._server = _Server(("127.0.0.1", 0), _Handler, bind_and_activate=True)
        self._server.owner = self
        if context:
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self.scheme = "https" if context else "http"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """The port the system gave."""
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """The URL of the server's one page."""
        return f"{self.scheme}://127.0.0.1:{self.port}/page"

    def close(self) -> None:
        """Stop."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def respond(self, seen: Seen) -> Sent:
        """Answer one request."""
        self.seen.append(seen)
        return (self.script.pop(0) if self.script else self.default)(seen)


class Proxy(Site):
    """A proxy for CONNECT and for plain http; with `login` it wants exactly that Basic login."""

    def __init__(self, login: str | None = None, refusal: int | None = None) -> None:
        self.login = login
        self.refusal = refusal
        super().__init__(self._forward)

    def denial(self, headers: t.Mapping[str, str]) -> int | None:
        """Return the status to turn a request away with, None to let it pass."""
        if self.refusal:
            return self.refusal
        wanted = None if self.login is None else f"Basic {base64.b64encode(self.login.encode()).decode()}"
        given = next((value for name, value in headers.items() if name.lower() == "proxy-authorization"), None)
        return 407 if wanted is not None and given != wanted else None

    def _forward(self, seen: Seen) -> Sent:
        status = self.denial(seen.headers)
        if status:
            return Sent(status=status)
        host, _slash, path = seen.path.removeprefix("http://").partition("/")
        connection = http.client.HTTPConnection(host, timeout=10)
        connection.request(seen.method, f"/{path}", seen.body, {"Content-Type": seen.headers["Content-Type"]})
        response = connection.getresponse()
        with contextlib.closing(connection):
            return Sent(response.read(), response.status)


class _Server(http.server.ThreadingHTTPServer):
    owner: Site
    daemon_threads = True

    def handle_error(self, request: t.Any, client_address: t.Any) -> None:
        """Keep quiet: that a connection breaks is what many tests want."""


class _Handler(http.server.BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    timeout = 20

    def log_message(self, *args: t.Any) -> None:
        """Keep quiet."""

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_CONNECT(self) -> None:
        proxy = t.cast(Proxy, self.server.owner)
        proxy.seen.append(Seen("CONNECT", self.path, dict(self.headers), b""))
        status = proxy.denial(self.headers)
        if status:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        host, _colon, port = self.path.rpartition(":")
        with socket.create_connection((host, int(port)), 10) as upstream:
            self.send_response(200)
            self.end_headers()
            _relay(self.connection, upstream)
        self.close_connection = True

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        sent = self.server.owner.respond(Seen(self.command, self.path, dict(self.headers), body))
        self.close_connection = bool(sent.lacking or sent.dropped)
        if sent.dropped:
            return
        self.send_response(sent.status)
        for name, value in sent.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(sent.body) + sent.lacking))
        self.end_headers()
        self.wfile.write(sent.body)


def _relay(one: socket.socket, other: socket.socket) -> None:
    while True:
        for source in select.select([one, other], [], [], 20)[0]:
            data = source.recv(65536)
            if not data:
                return
            (other if source is one else one).sendall(data)
