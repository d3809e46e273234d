# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records and addresses as a real DNS server tells them, and as none does."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._discovery import (
    DnsFailed,
    DnsSettings,
    NoRecords,
    ServiceRecord,
    resolve,
    service_records,
)
from ansible_collections.volume.activation.plugins.plugin_utils._errors import ActivationError, MissingLibrary
from ansible_collections.volume.activation.tests.dnsmasq import Serve, Zones, host, srv

PATIENCE = 10.0
SHORT = 0.2


def asking(*zones: Zones, timeout: float = PATIENCE) -> DnsSettings:
    """Settings that ask these servers, all on the port of the first."""
    return DnsSettings(tuple(each.address for each in zones), zones[0].port, timeout)


@pytest.fixture
def deaf() -> Iterator[Zones]:
    """A server that takes questions and never answers."""
    with socket.socket(type=socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        yield Zones("127.0.0.1", taken.getsockname()[1], Path())


def test_priority_comes_first_then_the_heavier_then_the_name(dnsmasq: Serve) -> None:
    rows = [("far", 10, 99), ("beta", 0, 0), ("light", 0, 1), ("alpha", 0, 0), ("heavy", 0, 50), ("last", 65535, 0)]
    zones = dnsmasq(*(srv("corp.test", f"{name}.corp.test", 1688, *rank) for name, *rank in rows))
    found = service_records("corp.test", asking(zones))
    assert [row.target.partition(".")[0] for row in found] == ["heavy", "light", "alpha", "beta", "far", "last"]
    assert found[0] == ServiceRecord("heavy.corp.test", 1688, 0, 50)


def test_the_order_is_the_same_however_often_it_is_asked(dnsmasq: Serve) -> None:
    # The server turns its records round from answer to answer.
    settings = asking(dnsmasq(*(srv("corp.test", f"kms{number}.corp.test") for number in range(5))))
    assert len({service_records("corp.test", settings) for _time in range(6)}) == 1


@pytest.mark.parametrize("spelled", ["corp.test", "corp.test.", "CORP.test"])
def test_a_domain_is_found_however_it_is_spelled(dnsmasq: Serve, spelled: str) -> None:
    zones = dnsmasq(srv("corp.test", "KMS.Corp.Test", 1690))
    assert service_records(spelled, asking(zones)) == (ServiceRecord("kms.corp.test", 1690),)


def test_an_answer_too_long_for_a_datagram_is_whole(dnsmasq: Serve) -> None:
    names = sorted(f"a-rather-long-name-of-a-host-{number:03}.corp.test" for number in range(120))
    found = service_records("corp.test", asking(dnsmasq(*(srv("corp.test", name) for name in names))))
    assert [row.target for row in found] == names


def test_a_domain_without_the_record_and_one_that_does_not_exist_have_none(dnsmasq: Serve) -> None:
    zones = dnsmasq(host("_vlmcs._tcp.corp.test", "192.0.2.1"))
    for domain in ("corp.test", "nowhere.corp.test"):
        with pytest.raises(NoRecords) as caught:
            service_records(domain, asking(zones))
        assert caught.value.code == "no_records"
        assert f"'{domain}'" in caught.value.message
        assert f"_vlmcs._tcp.{domain} does not exist" in (caught.value.cause or "")
        assert caught.value.remedy


def test_the_root_as_a_target_means_that_there_is_none(dnsmasq: Serve) -> None:
    with pytest.raises(NoRecords) as caught:
        service_records("corp.test", asking(dnsmasq(srv("corp.test"))))
    assert "says that there is none" in (caught.value.cause or "")


def test_a_server_that_refuses_is_no_answer(dnsmasq: Serve) -> None:
    with pytest.raises(DnsFailed) as caught:
        service_records("elsewhere.test", asking(dnsmasq()))
    assert caught.value.code == "dns_failed"
    assert "REFUSED" in (caught.value.cause or "")
    assert "dns_servers" in (caught.value.remedy or "")


def test_a_server_that_is_silent_is_no_answer(deaf: Zones) -> None:
    settings = asking(deaf, timeout=SHORT)
    for failing in (lambda: service_records("corp.test", settings), lambda: resolve("kms.corp.test", settings)):
        with pytest.raises(DnsFailed) as caught:
            failing()
        assert "0.2 seconds" in (caught.value.cause or "")


def test_a_dead_server_does_not_use_up_the_time_of_the_next(dnsmasq: Serve) -> None:
    zones = dnsmasq(srv("corp.test", "kms.corp.test"))
    with socket.socket(type=socket.SOCK_DGRAM) as taken:
        # Another address, where nobody answers on the same port.
        taken.bind(("127.0.0.1", zones.port))
        settings = DnsSettings(("127.0.0.1", zones.address), zones.port, 0.9)
        assert service_records("corp.test", settings) == (ServiceRecord("kms.corp.test", 1688),)


def test_a_host_has_all_its_addresses(dnsmasq: Serve) -> None:
    zones = dnsmasq(
        host("both.corp.test", "192.0.2.1", "2001:db8::1"),
        host("six.corp.test", "2001:db8::2"),
        "cname=alias.corp.test,both.corp.test",
    )
    settings = asking(zones)
    assert resolve("both.corp.test", settings) == ("192.0.2.1", "2001:db8::1")
    assert resolve("six.corp.test.", settings) == ("2001:db8::2",)
    assert resolve("alias.corp.test", settings) == ("192.0.2.1", "2001:db8::1")
    assert resolve("nobody.corp.test", settings) == ()


@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::1"])
def test_an_address_is_its_own(address: str) -> None:
    assert resolve(address, DnsSettings()) == (address,)


def test_without_servers_the_system_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("2001:db8::1", 0, 0, 0)),
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", 0)),
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", 0)),
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: rows)
    assert resolve("kms.corp.test", DnsSettings()) == ("192.0.2.1", "2001:db8::1")


@pytest.mark.parametrize("number", [socket.EAI_NONAME, socket.EAI_NODATA])
def test_a_name_that_the_system_does_not_know_has_no_address(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", failing_with(socket.gaierror(number, "unknown")))
    assert resolve("kms.corp.test", DnsSettings()) == ()


def test_that_the_system_cannot_tell_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", failing_with(socket.gaierror(socket.EAI_AGAIN, "try again")))
    with pytest.raises(DnsFailed) as caught:
        resolve("kms.corp.test", DnsSettings())
    assert (caught.value.code, caught.value.cause) == ("dns_failed", "try again")


def test_a_name_that_cannot_be_one_has_no_address() -> None:
    assert resolve("a" * 64 + ".test", DnsSettings()) == ()


def failing_with(error: Exception) -> object:
    def fail(*_args: object, **_options: object) -> None:
        raise error

    return fail


def test_without_the_library_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name == "dns" or name.startswith("dns.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "dns", None)
    with pytest.raises(MissingLibrary) as caught:
        service_records("corp.test", DnsSettings())
    assert isinstance(caught.value, ActivationError)
    assert (caught.value.code, "dnspython" in (caught.value.remedy or "")) == ("dnspython_missing", True)
