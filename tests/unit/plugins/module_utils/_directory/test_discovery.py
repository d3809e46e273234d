# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Domain controllers by DNS: the real one's records, and answers that only a server of our own gives."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.module_utils._directory import DirectoryUnreachable
from ansible_collections.volume.activation.plugins.module_utils._directory.discovery import (
    DirectoryEndpoint,
    domain_controllers,
)
from ansible_collections.volume.activation.tests.samba_controller import DomainController

dns = pytest.importorskip("dns", reason="the Python library dnspython is not installed: pip install dnspython")


class NameServer:
    """A DNS server that answers each question with the same SRV records, or with an error."""

    def __init__(self) -> None:
        self.records: list[str] = []
        self.error: Any = None
        self.asked: list[str] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        # An empty datagram wakes it.
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bell:
            bell.sendto(b"", ("127.0.0.1", self.port))
        self._thread.join(10)
        self._socket.close()

    def _serve(self) -> None:
        while True:
            data, peer = self._socket.recvfrom(4096)
            if not data:
                return
            self._socket.sendto(self._answer(data), peer)

    def _answer(self, data: bytes) -> bytes:
        import dns.message
        import dns.rrset

        answer = dns.message.make_response(dns.message.from_wire(data))
        name = answer.question[0].name
        self.asked.append(name.to_text())
        if self.error is not None:
            answer.set_rcode(self.error)
        elif self.records:
            answer.answer.append(dns.rrset.from_text(name, 60, "IN", "SRV", *self.records))
        return bytes(answer.to_wire())


@pytest.fixture
def names() -> Iterator[NameServer]:
    server = NameServer()
    yield server
    server.close()


def ask(server: NameServer, domain: str = "corp.test", timeout: float = 10) -> tuple[DirectoryEndpoint, ...]:
    return domain_controllers(domain, dns_servers=("127.0.0.1",), dns_port=server.port, timeout=timeout)


def failure(server: NameServer, timeout: float = 10) -> DirectoryUnreachable:
    with pytest.raises(DirectoryUnreachable) as caught:
        ask(server, timeout=timeout)
    assert "corp.test" in caught.value.message
    assert "dns_servers" in (caught.value.remedy or "")
    return caught.value


def test_the_records_of_a_real_domain_are_found(samba: DomainController) -> None:
    assert domain_controllers(samba.domain, dns_servers=(samba.address,)) == (DirectoryEndpoint(samba.host, 389),)


def test_an_unknown_domain_is_said_to_be_unknown(samba: DomainController) -> None:
    with pytest.raises(DirectoryUnreachable) as caught:
        domain_controllers(f"nowhere.{samba.domain}", dns_servers=(samba.address,))
    assert caught.value.code == "no_such_domain"


def test_the_full_name_is_asked_for_whatever_the_search_list_says(names: NameServer) -> None:
    names.records = ["0 100 389 dc1.corp.test."]
    ask(names, "corp.test.")
    assert names.asked == ["_ldap._tcp.dc._msdcs.corp.test."]


def test_priority_comes_before_weight(names: NameServer) -> None:
    names.records = ["10 1000 389 far.corp.test.", "0 0 3389 near.corp.test.", "20 0 389 last.corp.test."]
    # The server shuffles them each time.
    assert {tuple(str(found) for found in ask(names)) for _draw in range(8)} == {
        ("near.corp.test:3389", "far.corp.test:389", "last.corp.test:389")
    }


def test_of_one_priority_the_heavier_comes_first_more_often(names: NameServer) -> None:
    names.records = ["0 1 389 light.corp.test.", "0 65535 389 heavy.corp.test."]
    first = [ask(names)[0].host for _draw in range(20)]
    assert first.count("heavy.corp.test") > 18


def test_the_root_as_a_target_means_that_there_is_none(names: NameServer) -> None:
    names.records = ["0 0 0 ."]
    assert failure(names).code == "no_domain_controller"


def test_a_domain_without_records_has_no_domain_controller(names: NameServer) -> None:
    error = failure(names)
    assert (error.code, "_msdcs.corp.test" in (error.cause or "")) == ("no_domain_controller", True)


def test_a_server_that_fails_is_no_unknown_domain(names: NameServer) -> None:
    import dns.rcode

    names.error = dns.rcode.SERVFAIL
    error = failure(names, timeout=3)
    assert (error.code, bool(error.cause)) == ("directory_unreachable", True)


def test_a_silent_server_is_not_waited_for_longer_than_allowed() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        begin = time.monotonic()
        with pytest.raises(DirectoryUnreachable) as caught:
            domain_controllers("corp.test", dns_servers=("127.0.0.1",), dns_port=silent.getsockname()[1], timeout=0.5)
    assert caught.value.cause == "none came within 0.5 seconds"
    assert time.monotonic() - begin < 10


def test_an_address_of_version_6_stands_in_brackets() -> None:
    assert str(DirectoryEndpoint("2001:db8::1", 636)) == "[2001:db8::1]:636"
