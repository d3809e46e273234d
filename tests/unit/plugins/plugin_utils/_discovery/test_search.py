# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole search, against a real DNS server and real ports; and that the dead wait together."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._discovery import (
    Discovery,
    DnsSettings,
    Probe,
    ProbeOutcome,
    discover,
)
from ansible_collections.volume.activation.plugins.plugin_utils._discovery import search as search_module
from ansible_collections.volume.activation.plugins.plugin_utils._errors import MissingLibrary
from ansible_collections.volume.activation.tests.dnsmasq import Serve, Zones, host, srv
from ansible_collections.volume.activation.tests.kms_ports import opened

# Long enough for a DNS server on a busy machine; whoever is dead costs as much.
BRIEF = 2.0
DEAD = [f"dead{number}.corp.test" for number in range(10)]


def asking(zones: Zones, timeout: float = 10.0) -> DnsSettings:
    return DnsSettings((zones.address,), zones.port, timeout)


def told(found: Discovery) -> dict[str, list[str]]:
    """Return the codes of each record, and of each domain, by name."""
    rows = {domain.seen.domain: domain.codes() for domain in found.domains}
    return rows | {row.record.target: domain.codes(row) for domain in found.domains for row in domain.seen.records}


def test_each_trouble_is_found_where_it_is(dnsmasq: Serve) -> None:
    with opened({"good": "open", "closed": "closed", "silent": "silent"}) as addresses:
        zones = dnsmasq(
            *(srv("corp.test", f"{name}.corp.test") for name in ("good", "closed", "silent", "gone")),
            srv("corp.test", "elsewhere.other.test"),
            *(host(f"{name}.corp.test", address) for name, address in addresses.items()),
            domains=("corp.test", "empty.test"),
        )
        allowed = [f"{name}.corp.test" for name in ("good", "closed", "silent", "gone")]
        found = discover(["corp.test", "empty.test", "other.test"], asking(zones, BRIEF), allowed=allowed)
    assert told(found) == {
        "corp.test": [],
        "good.corp.test": [],
        "closed.corp.test": ["connection_refused"],
        "silent.corp.test": ["stale_record"],
        "gone.corp.test": ["stale_record"],
        "elsewhere.other.test": ["foreign_host", "dns_failed"],
        "empty.test": ["no_records"],
        "other.test": ["dns_failed"],
    }
    assert not found.healthy


def test_a_healthy_domain_is_healthy(dnsmasq: Serve) -> None:
    with opened({"kms": "open"}) as addresses:
        zones = dnsmasq(srv("corp.test", "kms.corp.test"), host("kms.corp.test", addresses["kms"], "2001:db8::1"))
        found = discover(["corp.test"], asking(zones))
    assert (found.findings, found.healthy) == ((), True)
    [row] = found.domains[0].seen.records
    assert (row.addresses, row.reachable) == ((addresses["kms"], "2001:db8::1"), True)


def test_without_a_prober_no_port_is_tried(dnsmasq: Serve) -> None:
    zones = dnsmasq(srv("corp.test", "kms.corp.test"), host("kms.corp.test", "127.0.0.1"))
    found = discover(["corp.test"], asking(zones), prober=None)
    assert found.healthy
    assert found.domains[0].seen.records[0].reachable is None


def test_a_host_is_tried_for_as_long_as_was_set_and_one_without_an_address_is_not(dnsmasq: Serve) -> None:
    tried: list[tuple[Sequence[str], float]] = []

    def prober(addresses: Sequence[str], _port: int, timeout: float) -> Probe:
        tried.append((addresses, timeout))
        return Probe(ProbeOutcome.ACCEPTED, 1.0)

    zones = dnsmasq(
        srv("corp.test", "gone.corp.test"), srv("corp.test", "kms.corp.test"), host("kms.corp.test", "192.0.2.1")
    )
    found = discover(["corp.test"], asking(zones), prober=prober)
    assert (tried, told(found)["gone.corp.test"]) == ([(("192.0.2.1",), 10.0)], ["stale_record"])


def test_ports_of_one_host_are_in_order_and_each_has_its_own_findings(dnsmasq: Serve) -> None:
    rows = [srv("corp.test", "kms.corp.test", port) for port in (1690, 1688, 1689)]
    zones = dnsmasq(*rows, host("kms.corp.test", "192.0.2.1"))
    for _time in range(3):
        [domain] = discover(["corp.test"], asking(zones), prober=None).domains
        seen = [(row.record.port, domain.codes(row)) for row in domain.seen.records]
        assert seen == [(1688, []), (1689, ["wrong_port"]), (1690, ["wrong_port"])]


def test_domains_are_in_their_order_and_each_is_there_once(dnsmasq: Serve) -> None:
    found = discover(["b.corp.test", "a.corp.test", "b.corp.test"], asking(dnsmasq()))
    assert [domain.seen.domain for domain in found.domains] == ["b.corp.test", "a.corp.test"]


def test_a_port_is_tried_once_however_many_records_name_it(dnsmasq: Serve) -> None:
    tried: Counter[int] = Counter()

    def prober(addresses: Sequence[str], port: int, _timeout: float) -> Probe:
        tried[port] += 1
        return Probe(ProbeOutcome.ACCEPTED, 1.0)

    zones = dnsmasq(
        srv("a.corp.test", "kms.corp.test"),
        srv("b.corp.test", "kms.corp.test", 1688, 5),
        srv("b.corp.test", "kms.corp.test", 1690),
        host("kms.corp.test", "192.0.2.1"),
    )
    found = discover(["a.corp.test", "b.corp.test"], asking(zones), prober=prober)
    assert tried == {1688: 1, 1690: 1}
    assert [finding.code for finding in found.findings] == ["wrong_port"]


def test_ten_dead_hosts_wait_together_and_so_cost_what_one_costs(dnsmasq: Serve) -> None:
    # Nobody gets past the barrier before all ten are there: one after the other they would never be.
    barrier = threading.Barrier(len(DEAD), timeout=60)

    def prober(_addresses: Sequence[str], _port: int, _timeout: float) -> Probe:
        barrier.wait()
        return Probe(ProbeOutcome.SILENT)

    zones = dnsmasq(*(row for name in DEAD for row in (srv("corp.test", name), host(name, "192.0.2.1"))))
    found = discover(["corp.test"], asking(zones), prober=prober)
    assert [finding.code for finding in found.findings] == ["stale_record"] * len(DEAD)


@pytest.mark.parametrize("step", ["service_records", "resolve"])
def test_ten_unanswered_questions_wait_together_too(monkeypatch: pytest.MonkeyPatch, dnsmasq: Serve, step: str) -> None:
    barrier, real = threading.Barrier(len(DEAD), timeout=60), getattr(search_module, step)

    def asked(name: str, settings: DnsSettings) -> object:
        barrier.wait()
        return real(name, settings)

    domains = [f"domain{number}.corp.test" for number in range(len(DEAD))]
    zones = dnsmasq(*(srv(domain, name) for domain, name in zip(domains, DEAD, strict=True)))
    monkeypatch.setattr(search_module, step, asked)
    found = discover(domains, asking(zones))
    assert [finding.code for finding in found.findings] == ["stale_record"] * len(DEAD)


def test_no_more_are_tried_at_once_than_the_limit(dnsmasq: Serve) -> None:
    lock, busy, most = threading.Lock(), 0, 0
    # Three at a time get on in threes only.
    barrier = threading.Barrier(3, timeout=60)

    def prober(_addresses: Sequence[str], _port: int, _timeout: float) -> Probe:
        nonlocal busy, most
        with lock:
            busy += 1
            most = max(most, busy)
        barrier.wait()
        with lock:
            busy -= 1
        return Probe(ProbeOutcome.ACCEPTED, 1.0)

    zones = dnsmasq(*(row for name in DEAD[:9] for row in (srv("corp.test", name), host(name, "192.0.2.1"))))
    assert discover(["corp.test"], asking(zones), prober=prober, limit=3).healthy
    assert most == 3


def test_ten_dead_ports_are_all_found_dead(dnsmasq: Serve) -> None:
    with opened(dict.fromkeys(DEAD, "silent")) as addresses:
        records = (row for name in DEAD for row in (srv("corp.test", name), host(name, addresses[name])))
        found = discover(["corp.test"], asking(dnsmasq(*records), BRIEF))
    assert {finding.target for finding in found.findings} == set(DEAD)
    assert {finding.code for finding in found.findings} == {"stale_record"}


def test_a_missing_library_is_no_finding_but_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object) -> None:
        raise MissingLibrary("missing", code="dnspython_missing")

    monkeypatch.setattr(search_module, "service_records", fail)
    with pytest.raises(MissingLibrary):
        discover(["corp.test"], DnsSettings())


def test_a_link_local_host_is_left_to_the_machines(dnsmasq: Serve) -> None:
    zones = dnsmasq(srv("corp.test", "kms.corp.test"), host("kms.corp.test", "169.254.169.250"))
    found = discover(["corp.test"], asking(zones, BRIEF))
    assert found.healthy
    assert found.domains[0].seen.records[0].reachable is None
