# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The listeners, from outside: real sockets, a real TLS handshake, and no client library where none would do it."""

from __future__ import annotations

import base64
import socket
import ssl
import threading
import time
from types import SimpleNamespace

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._errors import ActivationError
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.fleet.inventory import Settings
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.fleet.server import FleetServer
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.winrm.authentication import LoginAccounts
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.winrm.listener import Listener, Site
from ansible_collections.volume.activation.plugins.plugin_utils._wsman import (
    Batch,
    Fault,
    Get,
    Identify,
    Identity,
    decode_answer,
    wmi_resource,
)

from ..fake_fleet import ACTIVATE, QUERY, connect, fleet, post, text

IDENTIFY = b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header/><s:Body><w:Identify xmlns:w=\
"http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd"/></s:Body></s:Envelope>'


def basic(server: FleetServer) -> str:
    """Return the Authorization header of the fleet's account."""
    pair = f"{server.login['username']}:{server.login['password']}"
    return f"Basic {base64.b64encode(pair.encode()).decode()}"


def test_the_path_chooses_the_machine() -> None:
    with FleetServer(fleet("web1", "a b/c")) as server:
        connection = connect(server)
        for name, path in (("web1", "/wsman/web1"), ("a b/c", "/wsman/a%20b%2Fc"), ("web1", "/wsman/web1?x=y")):
            response = post(connection, path, text(QUERY), Authorization=basic(server))
            answer = decode_answer(response.read(), QUERY)
            assert isinstance(answer, Batch)
            assert answer.items[0].properties["Name"] == (name,)


def test_the_bare_path_serves_a_fleet_of_one_machine_only() -> None:
    for machines, expected in ((fleet("web1"), 200), (fleet("web1", "web2"), 404)):
        with FleetServer(machines) as server:
            assert post(connect(server), "/wsman", text(QUERY), Authorization=basic(server)).status == expected


@pytest.mark.parametrize("path", ["/", "/wsman/unknown", "/other/web1", "/wsman/web1/more"])
def test_another_path_is_not_found(path: str) -> None:
    with FleetServer(fleet("web1", "web2")) as server:
        assert post(connect(server), path, text(QUERY), Authorization=basic(server)).status == 404


def test_a_client_that_does_not_know_the_authority_does_not_connect() -> None:
    with FleetServer(fleet("web1")) as server:
        raw = socket.create_connection(("127.0.0.1", server.https_port), timeout=20)
        with pytest.raises(ssl.SSLCertVerificationError), raw:
            ssl.create_default_context().wrap_socket(raw, server_hostname="localhost")
        # And the server lives on.
        assert post(connect(server), "/wsman", text(QUERY), Authorization=basic(server)).status == 200


def test_the_certificate_is_for_loopback_by_name_and_address_and_strictly_valid() -> None:
    with FleetServer(fleet("web1")) as server:
        context = ssl.create_default_context(cafile=str(server.ca_file))
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        for host in ("localhost", "127.0.0.1", "::1"):
            with socket.create_connection(("127.0.0.1", server.https_port), timeout=20) as raw:
                context.wrap_socket(raw, server_hostname=host).close()


def test_a_client_that_never_speaks_tls_holds_up_nobody() -> None:
    with (
        FleetServer(fleet("web1")) as server,
        socket.create_connection(("127.0.0.1", server.https_port)),
        socket.create_connection(("127.0.0.1", server.https_port)),
    ):
        assert post(connect(server), "/wsman", text(QUERY), Authorization=basic(server)).status == 200


def test_identify_needs_no_login_and_tells_no_version() -> None:
    with FleetServer(fleet("web1")) as server:
        response = post(connect(server, tls=False), "/wsman/web1", IDENTIFY, WSMANIDENTIFY="unauthenticated")
        identity = decode_answer(response.read(), Identify())
        assert isinstance(identity, Identity)
        assert (identity.vendor, identity.product_version) == ("Microsoft Corporation", "OS: 0.0.0 SP: 0.0 Stack: 3.0")


def test_identify_with_a_login_tells_the_version() -> None:
    old = {"system": SimpleNamespace(build=9600)}
    with FleetServer(fleet(web1=old, web2={"system": SimpleNamespace(build=20348)})) as server:
        for name, version in (("web1", "6.3.9600"), ("web2", "10.0.20348")):
            response = post(connect(server), f"/wsman/{name}", IDENTIFY, Authorization=basic(server))
            identity = decode_answer(response.read(), Identify())
            assert isinstance(identity, Identity)
            assert identity.product_version == f"OS: {version} SP: 0.0 Stack: 3.0"


def test_the_connection_is_kept_open() -> None:
    with FleetServer(fleet("web1")) as server:
        connection = connect(server)
        connection.connect()
        first = connection.sock
        for _time in range(3):
            post(connection, "/wsman", text(QUERY), Authorization=basic(server)).read()
            assert connection.sock is first


def test_an_answer_does_not_wait_for_the_clients_acknowledgement() -> None:
    with FleetServer(fleet("web1")) as server:
        connection = connect(server)
        waits = []
        for _time in range(15):
            start = time.perf_counter()
            post(connection, "/wsman", text(QUERY), Authorization=basic(server)).read()
            waits.append(time.perf_counter() - start)
        # Delayed acknowledgements cost 40 ms each; the fastest of many is far below, however loaded the machine is.
        assert min(waits) < 0.03


def test_what_is_no_message_gets_a_fault_over_http_500() -> None:
    with FleetServer(fleet("web1")) as server:
        for body in ("no xml", "<a/>", '<!DOCTYPE a><a xmlns="x"/>'):
            response = post(connect(server), "/wsman", body, Authorization=basic(server))
            assert response.status == 500
            assert b"2150858819" in response.read()


def test_a_request_larger_than_the_envelope_may_be_is_answered_413() -> None:
    with FleetServer(fleet("web1")) as server:
        for size in (500 * 1024 + 1, 600 * 1024):
            response = post(connect(server), "/wsman", b" " * size, Authorization=basic(server))
            assert (response.status, response.read()) == (413, b"")


def test_an_answer_larger_than_the_client_takes_becomes_a_fault() -> None:
    with FleetServer(fleet("x" * 9000)) as server:
        small = text(QUERY).replace("512000", "8192")
        response = post(connect(server), "/wsman", small, Authorization=basic(server))
        fault = decode_answer(response.read(), QUERY)
        assert isinstance(fault, Fault)
        assert (response.status, fault.code) == (500, 2150858824)


@pytest.mark.parametrize(
    ("head", "status"),
    [
        ("Content-Length: many", 400),
        ("Transfer-Encoding: chunked", 411),
    ],
)
def test_a_body_of_unknown_length_is_refused(head: str, status: int) -> None:
    with FleetServer(fleet("web1")) as server, socket.create_connection(("127.0.0.1", server.http_port)) as raw:
        raw.sendall(f"POST /wsman HTTP/1.1\r\nHost: x\r\n{head}\r\n\r\n".encode())
        assert raw.recv(100).startswith(f"HTTP/1.1 {status} ".encode())


def test_a_failing_model_is_not_taken_for_a_lost_connection() -> None:
    with FleetServer(fleet("web1")) as server:
        connection = connect(server)
        get = text(Get(wmi_resource("Win32_OperatingSystem")))
        response = post(connection, "/wsman", get, Authorization=basic(server))
        assert (response.status, response.read()) == (500, b"")
        assert post(connection, "/wsman", text(QUERY), Authorization=basic(server)).status == 200


def test_other_methods_than_post_are_not_allowed() -> None:
    with FleetServer(fleet("web1")) as server:
        connection = connect(server)
        connection.request("GET", "/wsman")
        assert connection.getresponse().status == 405


def test_everything_that_passes_is_counted() -> None:
    with FleetServer(fleet("web1", "web2")) as server:
        connection = connect(server)
        sent = text(QUERY)
        post(connection, "/wsman/web1", sent).read()
        answer = post(connection, "/wsman/web1", sent, Authorization=basic(server)).read()
        post(connection, "/wsman/web1", text(ACTIVATE), Authorization=basic(server)).read()
        tally = server.counters.of("web1")
        assert (tally.requests, tally.logins, tally.kinds) == (3, 1, {"enumerate": 1, "invoke": 1})
        assert tally.methods == {"Activate": 1}
        assert tally.bytes_in > 3 * len(sent) / 2
        assert tally.bytes_out > len(answer)
        assert tally.bytes_in > tally.login_bytes_in > len(sent)
        assert tally.bytes_out > tally.login_bytes_out > 0
        assert server.counters.of("web2").requests == 0
        assert server.counters.total().requests == server.counters.requests == 3
        server.counters.reset()
        assert (server.counters.as_dict(), server.counters.requests) == ({}, 0)


def test_many_clients_are_served_at_once() -> None:
    with FleetServer(fleet(*(f"m{number}" for number in range(40)))) as server:
        found: list[str] = []

        def ask(name: str) -> None:
            response = post(connect(server), f"/wsman/{name}", text(QUERY), Authorization=basic(server))
            answer = decode_answer(response.read(), QUERY)
            assert isinstance(answer, Batch)
            found.append(str(answer.items[0].properties["Name"][0]))

        threads = [threading.Thread(target=ask, args=(f"m{number}",)) for number in range(40)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert sorted(found) == sorted(f"m{number}" for number in range(40))


def test_only_loopback_is_listened_on(tmp_path: object) -> None:
    site = Site(dict, LoginAccounts.__new__(LoginAccounts))
    for address in ("0.0.0.0", "::", "192.0.2.1"):
        with pytest.raises(ActivationError) as caught:
            Listener(address, site)
        assert caught.value.code == "not_loopback"


def test_leaving_closes_ports_and_open_connections() -> None:
    with FleetServer(fleet("web1")) as server:
        connection = connect(server, tls=False)
        connection.connect()
        post(connection, "/wsman", b"").read()
        ports = (server.http_port, server.https_port)
        opened = connection.sock
    opened.settimeout(20)
    assert opened.recv(1) == b""
    for port in ports:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=20)
    server.stop()


def test_ipv6_is_served_where_the_system_has_it() -> None:
    with FleetServer(fleet("web1"), settings=Settings(ipv6=True)) as server:
        try:
            addresses = server.addresses
        except ActivationError as error:
            assert error.code == "no_ipv6"
            return
        assert server.url("web1").startswith(f"https://[::1]:{addresses.https_port}/")
        with socket.create_connection(("::1", addresses.https_port), timeout=20):
            pass
