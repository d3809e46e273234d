# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers that no honest DNS server gives: each ends as what it tells, or as no answer, and never in a wait."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._discovery import (
    DnsFailed,
    DnsSettings,
    NoRecords,
    Probe,
    ProbeOutcome,
    ServiceRecord,
    discover,
    resolve,
    service_records,
)

from .fake_dns_server import answering

dns = pytest.importorskip("dns", reason="the Python library dnspython is not installed: pip install dnspython")


def told(question: Any, *rows: str, flags: int = 0, code: int = 0) -> bytes:
    """Return an answer with these records in the text of zone files."""
    import dns.message
    import dns.rrset

    answer = dns.message.make_response(question)
    answer.flags |= flags
    answer.set_rcode(code)
    for row in rows:
        name, kind, text = row.split(" ", 2)
        answer.answer.append(dns.rrset.from_text(name, 60, "IN", kind, text))
    return bytes(answer.to_wire(max_size=65535))


def services(*rows: str) -> tuple[ServiceRecord, ...]:
    """Return what is found where a domain has these SRV records."""
    records = [f"_vlmcs._tcp.corp.test. SRV {row}" for row in rows]
    with answering(lambda question, _stream: told(question, *records)) as settings:
        return service_records("corp.test", settings)


def test_names_that_lead_round_in_a_circle_are_no_answer() -> None:
    circle = ("a.corp.test. CNAME b.corp.test.", "b.corp.test. CNAME a.corp.test.")
    with answering(lambda question, _stream: told(question, *circle)) as settings, pytest.raises(DnsFailed):
        resolve("a.corp.test", settings)


def test_names_that_lead_on_and_on_are_no_answer() -> None:
    chain = [f"n{number}.corp.test. CNAME n{number + 1}.corp.test." for number in range(100)]
    with answering(lambda question, _stream: told(question, *chain)) as settings, pytest.raises(DnsFailed):
        resolve("n0.corp.test", settings)


def test_an_alias_of_the_record_itself_is_followed() -> None:
    rows = ("_vlmcs._tcp.corp.test. CNAME x.test.", "x.test. SRV 0 0 1688 kms.test.")
    with answering(lambda question, _stream: told(question, *rows)) as settings:
        assert service_records("corp.test", settings) == (ServiceRecord("kms.test", 1688),)


def test_an_answer_cut_off_over_either_transport_is_what_it_holds_and_no_wait() -> None:
    import dns.flags

    cut = answering(lambda question, _stream: told(question, flags=dns.flags.TC))
    with cut as settings, pytest.raises((DnsFailed, NoRecords)):
        service_records("corp.test", settings)


def test_an_answer_cut_off_whose_rest_never_comes_is_no_answer() -> None:
    import dns.flags

    cut = answering(lambda question, stream: None if stream else told(question, flags=dns.flags.TC))
    with cut as settings, pytest.raises(DnsFailed):
        service_records("corp.test", settings)


@pytest.mark.parametrize("junk", [b"", b"\x00", b"\xff" * 600])
def test_junk_is_no_answer(junk: bytes) -> None:
    with answering(lambda _question, _stream: junk, timeout=0.3) as settings, pytest.raises(DnsFailed):
        service_records("corp.test", settings)


@pytest.mark.parametrize("code", [1, 2, 5, 6])
def test_a_server_that_fails_is_no_answer(code: int) -> None:
    failing = answering(lambda question, _stream: told(question, code=code), timeout=0.5)
    with failing as settings, pytest.raises(DnsFailed) as caught:
        service_records("corp.test", settings)
    assert caught.value.message == "DNS gave no answer for '_vlmcs._tcp.corp.test'."


@pytest.mark.parametrize("name", ["kms..corp.test", "a" * 64 + ".corp.test"])
def test_what_cannot_be_asked_is_no_answer(name: str) -> None:
    with pytest.raises(DnsFailed):
        resolve(name, DnsSettings(("127.0.0.1",)))


def test_the_root_among_hosts_is_none_and_names_are_in_lower_case() -> None:
    assert services("0 0 0 .", "5 0 1688 KMS.Corp.Test.") == (ServiceRecord("kms.corp.test", 1688, 5),)


def test_thousands_of_records_are_all_told() -> None:
    rows = [f"0 0 {port} kms.test." for port in range(1, 2001)]
    assert len(services(*rows)) == 2000


def test_port_0_is_told_and_judged() -> None:
    def answer(question: Any, _stream: bool) -> bytes:
        kind, name = question.question[0].rdtype, question.question[0].name
        if name.to_text().startswith("_vlmcs."):
            return told(question, "_vlmcs._tcp.corp.test. SRV 0 0 0 kms.test.")
        return told(question, *(["kms.test. A 127.0.0.1"] if kind == 1 else []))

    with answering(answer) as settings:
        found = discover(["corp.test"], settings, prober=lambda *_args: Probe(ProbeOutcome.REFUSED))
    assert found.domains[0].codes(found.domains[0].seen.records[0]) == ["wrong_port", "connection_refused"]


@pytest.mark.parametrize("silent", ["AAAA", "A"])
def test_a_server_that_answers_for_one_kind_of_address_only(silent: str) -> None:
    import dns.rdatatype

    def answer(question: Any, _stream: bool) -> bytes | None:
        kind = dns.rdatatype.to_text(question.question[0].rdtype)
        return (
            None if kind == silent else told(question, f"kms.test. {kind} {'::1' if kind == 'AAAA' else '192.0.2.1'}")
        )

    with answering(answer, timeout=0.5) as settings:
        if silent == "AAAA":
            assert resolve("kms.test", settings) == ("192.0.2.1",)
        else:
            # A client would find the other address, but we must not call a host dead for having the one we know.
            with pytest.raises(DnsFailed):
                resolve("kms.test", settings)


def test_the_settings_of_the_system_do_not_matter_where_servers_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import dns.resolver

    def fail(*_args: object) -> None:
        raise dns.resolver.NoResolverConfiguration

    monkeypatch.setattr(dns.resolver.Resolver, "read_resolv_conf", fail)
    assert services("0 0 1688 kms.test.") == (ServiceRecord("kms.test", 1688),)
    with pytest.raises(DnsFailed):
        service_records("corp.test", DnsSettings())
