# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests' own wire: what passes is known, and it breaks where it is told to."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.volume.activation.tests.samba_controller import DomainController
from ansible_collections.volume.activation.tests.tcp_proxy import Relay

SEALED = """
import sys
import ldap.sasl
connection = ldap.initialize(sys.argv[1])
connection.set_option(ldap.OPT_X_SASL_NOCANON, 1)
connection.sasl_interactive_bind_s("", ldap.sasl.gssapi(""))
print("found" if connection.search_s(sys.argv[2], ldap.SCOPE_BASE) else "not found")
"""


@pytest.fixture
def echo() -> Iterator[tuple[str, int]]:
    """A server that answers each line with the same line."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                client, _peer = listener.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(client,), daemon=True).start()

    def answer(client: socket.socket) -> None:
        with client, client.makefile("rb") as lines:
            for line in lines:
                client.sendall(line)

    threading.Thread(target=serve, daemon=True).start()
    yield listener.getsockname()
    # Closing alone does not wake who waits in `accept`.
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


@pytest.fixture
def relay(echo: tuple[str, int]) -> Iterator[Relay]:
    with Relay(*echo) as relay:
        yield relay


def dial(relay: Relay) -> socket.socket:
    return socket.create_connection((relay.address, relay.port), 5)


def ask(client: socket.socket, line: bytes) -> bytes:
    """Send a line and return what came back, which is nothing where the wire was cut."""
    try:
        client.sendall(line + b"\n")
        return client.recv(1000).rstrip(b"\n")
    except (ConnectionError, BrokenPipeError):
        return b""


def test_what_passes_is_known_from_both_directions(relay: Relay) -> None:
    with dial(relay) as client:
        assert ask(client, b"one") == b"one"
    assert (relay.sent, relay.received, relay.connections) == (b"one\n", b"one\n", 1)


def test_a_cut_ends_what_is_open_and_refuses_what_comes(relay: Relay) -> None:
    with dial(relay) as client:
        ask(client, b"one")
        relay.cut()
        assert ask(client, b"two") == b""
    with dial(relay) as client:
        assert ask(client, b"three") == b""
    relay.mend()
    with dial(relay) as client:
        assert ask(client, b"four") == b"four"


def test_a_cut_after_answers_swallows_the_next_one_alone(relay: Relay) -> None:
    relay.cut_after_answers(2)
    with dial(relay) as client:
        assert [ask(client, line) for line in (b"one", b"two", b"three")] == [b"one", b"two", b""]
    assert relay.sent == b"one\ntwo\nthree\n"


def test_a_cut_after_bytes_comes_in_the_middle_of_an_answer(relay: Relay) -> None:
    relay.cut_after_bytes(6)
    with dial(relay) as client:
        assert [ask(client, line) for line in (b"one", b"two")] == [b"one", b"tw"]
        assert client.recv(10) == b""


def test_a_wire_that_hangs_keeps_its_connections_open(relay: Relay) -> None:
    with dial(relay) as client:
        ask(client, b"one")
        relay.hang()
        client.settimeout(0.3)
        with pytest.raises(TimeoutError):
            ask(client, b"two")
        relay.mend()
        client.settimeout(5)
        assert client.recv(10) == b"two\n"


def test_a_server_that_is_not_there_closes_the_connection() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        address = gone.getsockname()
    with Relay(*address) as relay, dial(relay) as client:
        assert ask(client, b"one") == b""


def test_a_sealed_login_passes_through(samba: DomainController, tmp_path: Path) -> None:
    environment = {**os.environ, **samba.environment(samba.kinit(tmp_path))}
    with Relay(samba.address, 389) as relay:
        command = [sys.executable, "-c", SEALED, f"ldap://{relay.address}:{relay.port}", samba.container]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
        assert (done.stdout, done.stderr) == ("found\n", "")
        assert b"GSS-SPNEGO" in relay.sent or b"GSSAPI" in relay.sent
        assert b"Activation Objects" not in relay.sent + relay.received


def test_tls_passes_through(samba: DomainController) -> None:
    ldap = pytest.importorskip("ldap")
    with Relay(samba.address, 636) as relay:
        connection = samba.ldap(url=f"ldaps://{relay.address}:{relay.port}")
        assert connection.search_s(samba.container, ldap.SCOPE_BASE)
        assert samba.password.encode() not in relay.sent
