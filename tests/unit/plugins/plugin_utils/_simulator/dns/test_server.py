# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fleet's DNS server, asked by a client that is not ours."""

from __future__ import annotations

import socket
import struct
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._errors import ActivationError
from ansible_collections.volume.activation.plugins.plugin_utils._simulator import Fleet, FleetServer, Settings
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.dns import server as dns_server
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.dns.server import NameServer, require_dns

pytest.importorskip("dns", reason="the Python library dnspython is not installed: pip install dnspython")

KMS = "kms.corp.example"
MACHINES = {"web1": {"system": "server_2022_standard", "domain": "corp.example"}}


@pytest.fixture
def serve() -> Iterator[Callable[..., FleetServer]]:
    """A function that serves a fleet with its names until the test ends."""
    servers: list[FleetServer] = []

    def start(world: dict[str, Any] | None = None, *, dns: bool = True) -> FleetServer:
        description = {"machines": MACHINES, **({"world": world} if world is not None else {})}
        servers.append(FleetServer(Fleet.from_description(description), settings=Settings(dns=dns)))
        servers[-1].start()
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


def ask(server: FleetServer, name: str, kind: str, how: str = "udp") -> tuple[str, list[str]]:
    """Return how the server answers: the code, and the records as text."""
    import dns.message
    import dns.query
    import dns.rcode

    assert server.dns
    question = dns.message.make_query(name, kind)
    answer = getattr(dns.query, how)(question, server.dns["server"], port=server.dns["port"], timeout=30)
    rows = sorted(row.to_text().lower() for rrset in answer.answer for row in rrset)
    return dns.rcode.to_text(answer.rcode()), rows


def address_of(server: FleetServer, name: str = KMS) -> str:
    code, [address] = ask(server, name, "A")
    assert code == "NOERROR"
    return address


def knock(address: str, port: int = 1688) -> str:
    """Tell what becomes of a connection: `open`, `closed` or `silent`."""
    with socket.socket() as connection:
        connection.settimeout(0.2)
        try:
            connection.connect((address, port))
        except ConnectionRefusedError:
            return "closed"
        except TimeoutError:
            return "silent"
        connection.settimeout(30)
        # It speaks no KMS: whoever comes is sent away.
        assert connection.recv(1) == b""
        return "open"


@pytest.mark.parametrize("how", ["udp", "tcp"])
def test_a_domain_has_the_records_of_its_kms_hosts(serve: Callable[..., FleetServer], how: str) -> None:
    records = [{"host": "a.corp.example", "priority": 10}, {"host": "b.corp.example", "port": 1690, "weight": 7}]
    server = serve({"kms_hosts": {}, "dns": {"corp.example": records}})
    wanted = ["0 7 1690 b.corp.example.", "10 0 1688 a.corp.example."]
    for spelled in ("_vlmcs._tcp.corp.example", "_VLMCS._TCP.Corp.Example."):
        assert ask(server, spelled, "SRV", how) == ("NOERROR", wanted)


@pytest.mark.parametrize(
    ("name", "kind", "code"),
    [
        ("_vlmcs._tcp.corp.example", "A", "NOERROR"),
        ("_tcp.corp.example", "SRV", "NOERROR"),
        ("corp.example", "A", "NOERROR"),
        ("example", "SOA", "NOERROR"),
        (KMS, "AAAA", "NOERROR"),
        (KMS, "SRV", "NOERROR"),
        ("_vlmcs._tcp.other.example", "SRV", "NXDOMAIN"),
        ("other.example", "A", "NXDOMAIN"),
        ("nobody.corp.example", "A", "NXDOMAIN"),
        ("rp.example", "A", "NXDOMAIN"),
        ("www.example.net", "A", "NXDOMAIN"),
    ],
)
def test_no_such_record_is_told_from_no_such_name(
    serve: Callable[..., FleetServer], name: str, kind: str, code: str
) -> None:
    assert ask(serve(), name, kind) == (code, [])


def test_machines_are_where_the_fleet_listens_and_kms_hosts_have_addresses_of_their_own(
    serve: Callable[..., FleetServer],
) -> None:
    server = serve({"kms_hosts": {KMS: {}, "kms2.corp.example": {}, "lost.corp.example": {"resolves": False}}})
    assert address_of(server, "web1.corp.example") == "127.0.0.1"
    addresses = {address_of(server), address_of(server, "KMS2.corp.example")}
    assert len(addresses | {"127.0.0.1"}) == 3
    assert all(address.startswith("127.") for address in addresses)
    assert ask(server, "lost.corp.example", "A") == ("NXDOMAIN", [])


def test_a_kms_host_may_be_described_with_the_dot_at_its_end(serve: Callable[..., FleetServer]) -> None:
    server = serve({"kms_hosts": {"KMS.corp.example.": {}}})
    assert ask(server, "_vlmcs._tcp.corp.example", "SRV") == ("NOERROR", [f"0 0 1688 {KMS}."])
    assert knock(address_of(server)) == "open"


@pytest.mark.parametrize("described", ["a..corp.example", "a" * 64, "two words", '"', "\\9"])
def test_what_cannot_be_a_name_is_a_failure_of_the_server(serve: Callable[..., FleetServer], described: str) -> None:
    server = serve({"kms_hosts": {}, "dns": {"corp.example": [described]}})
    for how in ("udp", "tcp"):
        assert ask(server, "_vlmcs._tcp.corp.example", "SRV", how) == ("SERVFAIL", [])


def test_a_record_may_say_that_there_is_no_host(serve: Callable[..., FleetServer]) -> None:
    server = serve({"kms_hosts": {}, "dns": {"corp.example": ["."]}})
    assert ask(server, "_vlmcs._tcp.corp.example", "SRV") == ("NOERROR", ["0 0 1688 ."])


def test_a_world_without_records_has_none_though_it_has_a_host(serve: Callable[..., FleetServer]) -> None:
    server = serve({"kms_hosts": {KMS: {}}, "dns": {}})
    assert ask(server, "_vlmcs._tcp.corp.example", "SRV") == ("NXDOMAIN", [])
    assert knock(address_of(server)) == "open"


def test_a_domain_described_without_records_has_none_whatever_machines_write(serve: Callable[..., FleetServer]) -> None:
    server = serve({"kms_hosts": {}, "dns": {"corp.example": []}})
    host = {"system": "server_2022_standard", "domain": "corp.example", "channel": "kms_host", "status": "licensed"}
    world: dict[str, Any] = {"kms_hosts": {}, "dns": {"corp.example": []}}
    server.fleet.update({"machines": {"kms1": host}, "world": world})  # type: ignore[attr-defined]
    assert ask(server, "_vlmcs._tcp.corp.example", "SRV") == ("NXDOMAIN", [])


def test_a_long_answer_wants_a_stream(serve: Callable[..., FleetServer]) -> None:
    import dns.flags
    import dns.message
    import dns.query

    hosts = [f"a-rather-long-name-{number:03}.corp.example" for number in range(60)]
    server = serve({"kms_hosts": {}, "dns": {"corp.example": hosts}})
    assert server.dns
    question = dns.message.make_query("_vlmcs._tcp.corp.example", "SRV")
    short = dns.query.udp(question, server.dns["server"], port=server.dns["port"], timeout=30)
    assert (bool(short.flags & dns.flags.TC), short.answer) == (True, [])
    assert len(ask(server, "_vlmcs._tcp.corp.example", "SRV", "tcp")[1]) == 60


def test_what_is_no_question_gets_no_answer_and_harms_nobody(serve: Callable[..., FleetServer]) -> None:
    server = serve()
    assert server.dns
    place = server.dns["server"], server.dns["port"]
    with socket.socket(type=socket.SOCK_DGRAM) as datagrams:
        for junk in (b"", b"\x00", b"\xff" * 40, struct.pack("!6H", 1, 0, 0, 0, 0, 0)):
            datagrams.sendto(junk, place)
    with socket.create_connection(place) as stream:
        stream.sendall(b"\x00\x05junk!")
        stream.settimeout(30)
        assert stream.recv(1) == b""
    assert ask(server, KMS, "A")[0] == "NOERROR"


def test_a_stream_on_which_nothing_comes_is_given_up(
    serve: Callable[..., FleetServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dns_server, "_IDLE_SECONDS", 0.05)
    server = serve()
    assert server.dns
    with socket.create_connection((server.dns["server"], server.dns["port"])) as stream:
        stream.settimeout(30)
        assert stream.recv(1) == b""


@pytest.mark.parametrize(
    ("described", "state"), [({}, "open"), ({"reachable": False}, "closed"), ({"silent": True}, "silent")]
)
def test_a_port_behaves_as_the_host_is_described(
    serve: Callable[..., FleetServer], described: dict[str, Any], state: str
) -> None:
    address = address_of(serve({"kms_hosts": {KMS: {**described, "port": 1699}}}))
    # More than once: a queue that was not full at first would be by then.
    assert [knock(address, 1699) for _time in range(3)] == [state] * 3


def test_ports_follow_the_world_and_the_address_stays(serve: Callable[..., FleetServer]) -> None:
    server, seen = serve(), []
    first = address_of(server)
    for described in ({}, {"reachable": False}, {"silent": True}, {}, {"port": 1690}):
        server.fleet.update({"machines": MACHINES, "world": {"kms_hosts": {KMS: described}}})  # type: ignore[attr-defined]
        address = address_of(server)
        seen.append((address, knock(address), knock(address, 1690)))
    assert seen == [
        (first, "open", "closed"),
        (first, "closed", "closed"),
        (first, "silent", "closed"),
        (first, "open", "closed"),
        (first, "closed", "open"),
    ]
    server.fleet.update({"machines": MACHINES, "world": {"kms_hosts": {}}})  # type: ignore[attr-defined]
    assert ask(server, KMS, "A")[0] == "NXDOMAIN"
    assert knock(first, 1690) == "closed"


def test_a_machine_that_serves_is_published_and_its_firewall_counts(serve: Callable[..., FleetServer]) -> None:
    name, server, seen = "kms1.corp.example", serve({"kms_hosts": {}}), []
    host = {"system": "server_2022_standard", "domain": "corp.example", "channel": "kms_host", "status": "licensed"}
    for described in (host, {**host, "firewall": "closed"}, MACHINES["web1"]):
        server.fleet.update({"machines": {"kms1": described}, "world": {"kms_hosts": {}}})  # type: ignore[attr-defined]
        _code, records = ask(server, "_vlmcs._tcp.corp.example", "SRV")
        seen.append((records, knock(address_of(server, name))))
    # Whoever served once has left its record behind, and a place where nobody is any more.
    assert seen == [([f"0 0 1688 {name}."], state) for state in ("open", "silent", "closed")]


@pytest.mark.parametrize("described", [{}, {"silent": True}])
def test_nothing_listens_after_the_end(serve: Callable[..., FleetServer], described: dict[str, Any]) -> None:
    server = serve({"kms_hosts": {KMS: described}})
    address = address_of(server)
    assert server.dns
    place = server.dns["server"], server.dns["port"]
    server.stop()
    assert server.dns is None
    assert (knock(address), knock(*place)) == ("closed", "closed")


def test_names_come_and_go_with_the_setting(serve: Callable[..., FleetServer]) -> None:
    server = serve(dns=False)
    assert server.dns is None
    server.adopt(Settings(dns=True))
    place = server.dns
    address = address_of(server)
    server.adopt(Settings(dns=True, idle_minutes=5))
    assert server.dns == place
    server.adopt(Settings())
    assert (server.dns, knock(address)) == (None, "closed")


def test_questions_are_signs_of_life(serve: Callable[..., FleetServer]) -> None:
    server = serve()
    before = server.requests
    ask(server, KMS, "A")
    assert server.requests > before


def test_a_port_that_cannot_be_had_is_a_failure_of_the_server_in_words(serve: Callable[..., FleetServer]) -> None:
    server = serve()
    with socket.socket() as taken:
        # On every address there is.
        taken.bind(("0.0.0.0", 0))
        taken.listen()
        port = taken.getsockname()[1]
        world = {"kms_hosts": {KMS: {"port": port}}}
        with pytest.raises(ActivationError) as caught:
            serve(world)
        assert (caught.value.code, str(port) in caught.value.message) == ("port_taken", True)
        server.fleet.update({"machines": MACHINES, "world": world})  # type: ignore[attr-defined]
        assert ask(server, KMS, "A") == ("SERVFAIL", [])
    assert ask(server, KMS, "A")[0] == "NOERROR"


def test_without_more_loopback_addresses_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def cannot(_socket: socket.socket, place: tuple[str, int]) -> None:
        raise OSError(99, "Cannot assign requested address")

    monkeypatch.setattr(socket.socket, "bind", cannot)
    with pytest.raises(ActivationError) as caught:
        NameServer(Fleet.from_description({"machines": MACHINES}).world)
    assert (caught.value.code, "dns" in (caught.value.remedy or "")) == ("no_loopback_network", True)


def test_without_the_library_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "dns.message", None)
    with pytest.raises(ActivationError) as caught:
        require_dns()
    assert (caught.value.code, "dnspython" in (caught.value.remedy or "")) == ("missing_library", True)
