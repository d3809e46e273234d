# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The man in the middle passes on, sees, rewrites and forges what the tests need of it."""

from __future__ import annotations

import base64
import http.client
import http.server
import threading
import typing as t

import pytest

from ansible_collections.volume.activation.tests.mitm import Exchange, ManInTheMiddle


class _Echo(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: t.Any) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(200 if body else 401)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Port", str(self.client_address[1]))
        if not body:
            self.send_header("WWW-Authenticate", "Negotiate " + base64.b64encode(b"challenge").decode())
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def middle() -> t.Iterator[ManInTheMiddle]:
    """A man in the middle in front of a server that echoes."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Echo)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    with ManInTheMiddle("127.0.0.1", server.server_address[1]) as mitm:
        yield mitm
    server.shutdown()
    thread.join(5)
    server.server_close()


def asked(connection: http.client.HTTPConnection, body: bytes, token: bytes = b"") -> tuple[int, dict[str, str], bytes]:
    """Send one request; returns status, headers and body."""
    headers = {"Authorization": "NTLM " + base64.b64encode(token).decode()} if token else {}
    connection.request("POST", "/", body, headers)
    answer = connection.getresponse()
    return answer.status, dict(answer.getheaders()), answer.read()


def test_a_connection_of_the_client_is_one_connection_to_the_server(middle: ManInTheMiddle) -> None:
    ports = []
    for _connection in range(2):
        connection = http.client.HTTPConnection(middle.address, middle.port, timeout=10)
        for _request in range(2):
            status, headers, body = asked(connection, b"hello", b"secret")
            assert (status, body) == (200, b"hello")
            ports.append(headers["X-Port"])
        connection.close()
    assert ports[0] == ports[1] != ports[2] == ports[3]
    assert middle.tokens == [b"secret"] * 4
    assert middle.bodies == b"hello" * 4


def test_a_challenge_is_rewritten(middle: ManInTheMiddle) -> None:
    middle.rewrite_challenge = bytes.upper
    connection = http.client.HTTPConnection(middle.address, middle.port, timeout=10)
    status, headers, _body = asked(connection, b"")
    assert status == 401
    assert base64.b64decode(headers["WWW-Authenticate"].partition(" ")[2]) == b"CHALLENGE"
    connection.close()


def test_a_forgery_takes_the_place_of_one_answer(middle: ManInTheMiddle) -> None:
    known: list[tuple[bytes, bytes]] = []

    def forge(exchange: Exchange) -> bytes:
        known.append((exchange.earlier[-1].body, exchange.pass_on().body))
        return b"HTTP/1.1 299 \r\nContent-Length: 6\r\n\r\nforged"

    connection = http.client.HTTPConnection(middle.address, middle.port, timeout=10)
    asked(connection, b"first")
    middle.forge = forge
    assert asked(connection, b"second")[::2] == (299, b"forged")
    assert known == [(b"first", b"second")]
    connection.close()
    assert asked(connection, b"third")[::2] == (200, b"third")
    connection.close()
