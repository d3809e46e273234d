# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The network around a machine, told in the doctor's words; what cannot be looked up is unknown and never raised."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._diagnosis import (
    Answering,
    Network,
    Published,
    PublishedHost,
    Reach,
)
from ansible_collections.volume.activation.plugins.plugin_utils._diagnosis import network as network_module
from ansible_collections.volume.activation.plugins.plugin_utils._diagnosis.network import place_of
from ansible_collections.volume.activation.plugins.plugin_utils._diagnosis.recorded_network import (
    Recorded,
    RecordingNetwork,
)
from ansible_collections.volume.activation.plugins.plugin_utils._discovery import (
    Discovery,
    DnsFailed,
    DnsSettings,
    JudgedDomain,
    NoRecords,
    Probe,
    ProbeOutcome,
    SeenDomain,
    SeenRecord,
    ServiceRecord,
    judge,
)
from ansible_collections.volume.activation.plugins.plugin_utils._errors import MissingLibrary, Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._transcripts import Anonymiser

from .simulated_machines import HOST, KMS, Around, settings

SERVERS = DnsSettings(("192.0.2.53",), 5353, 1.0)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What DNS was asked: each name with its settings; every name has an address, and every port is open."""
    names: list[Any] = []

    def resolved(name: str, settings: DnsSettings) -> tuple[str, ...]:
        names.append((name, settings.servers))
        return ("10.20.30.40",)

    monkeypatch.setattr(network_module, "resolve", resolved)
    monkeypatch.setattr(network_module, "probe", lambda *_given: Probe(ProbeOutcome.ACCEPTED))
    return names


def test_the_machine_is_looked_up_by_the_system_and_a_kms_host_by_the_servers(asked: list[Any]) -> None:
    network = Network(SERVERS)
    assert network.machine(HOST, 5986) == Reach(HOST, 5986, Answering.OPEN, ("10.20.30.40",))
    assert network.kms_host(KMS, 1688).is_open
    assert asked == [(HOST, ()), (KMS, ("192.0.2.53",))]


@pytest.mark.parametrize(
    ("outcome", "answering"),
    [
        (ProbeOutcome.ACCEPTED, Answering.OPEN),
        (ProbeOutcome.REFUSED, Answering.REFUSED),
        (ProbeOutcome.SILENT, Answering.SILENT),
        (ProbeOutcome.NO_ROUTE, Answering.NO_ROUTE),
    ],
)
@pytest.mark.usefixtures("asked")
def test_what_became_of_a_port(monkeypatch: pytest.MonkeyPatch, outcome: ProbeOutcome, answering: Answering) -> None:
    monkeypatch.setattr(network_module, "probe", lambda *_given: Probe(outcome))
    assert Network(SERVERS).kms_host(KMS, 1688).answering is answering


def test_a_name_without_an_address_has_no_port_to_try(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network_module, "resolve", lambda *_given: ())
    assert Network(SERVERS).kms_host(KMS, 1688).answering is Answering.NAMELESS


@pytest.mark.parametrize("error", [DnsFailed("DNS gave no answer."), MissingLibrary("dnspython is missing.")])
def test_what_cannot_be_looked_up_is_unknown(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def failed(*_given: Any) -> tuple[str, ...]:
        raise error

    monkeypatch.setattr(network_module, "resolve", failed)
    found = Network(SERVERS).kms_host(KMS, 1688)
    assert (found.answering, found.why) == (Answering.UNKNOWN, str(error))


def _discovering(monkeypatch: pytest.MonkeyPatch, seen: SeenDomain) -> None:
    def discovered(domains: list[str], _settings: DnsSettings, *, allowed: Any) -> Discovery:
        assert domains == ["corp.example"]
        return Discovery((JudgedDomain(seen, judge(seen, allowed)),))

    monkeypatch.setattr(network_module, "discover", discovered)


def test_a_controller_without_a_socket_left_knows_nothing_of_a_port(
    monkeypatch: pytest.MonkeyPatch, asked: list[Any]
) -> None:
    def probed(*_given: Any) -> Probe:
        raise Refusal("No socket is left.", code="too_many_open_files")

    monkeypatch.setattr(network_module, "probe", probed)
    found = Network(SERVERS).machine(HOST, 5986)
    assert (found.answering, found.why) == (Answering.UNKNOWN, "No socket is left.")
    assert len(asked) == 1


def test_what_a_domain_publishes(monkeypatch: pytest.MonkeyPatch) -> None:
    live = SeenRecord(ServiceRecord(KMS, 1688), ("10.20.30.50",), probe=Probe(ProbeOutcome.ACCEPTED))
    stale = SeenRecord(ServiceRecord("gone.corp.example", 1688))
    _discovering(monkeypatch, SeenDomain("corp.example", (live, stale)))
    found = Network(SERVERS, allowed=[KMS]).published("corp.example")
    assert found.hosts == (PublishedHost(KMS, 1688, True), PublishedHost("gone.corp.example", 1688, False))
    assert [flaw.code for flaw in found.flaws] == ["foreign_host", "stale_record"]
    assert found.asked


def test_a_domain_without_records_has_one_flaw(monkeypatch: pytest.MonkeyPatch) -> None:
    _discovering(monkeypatch, SeenDomain("corp.example", failure=NoRecords("None.", code="no_records")))
    found = Network(DnsSettings()).published("corp.example")
    assert (found.hosts, sorted(found.codes), found.asked) == ((), ["no_records"], False)


def test_a_library_that_is_missing_is_a_flaw_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    def failed(*_given: Any, **_named: Any) -> Discovery:
        raise MissingLibrary("dnspython is missing.", code="dnspython_missing", remedy="Install it.")

    monkeypatch.setattr(network_module, "discover", failed)
    assert Network(SERVERS).published("corp.example").codes == {"dnspython_missing"}


def test_what_was_noted_is_shown_again_without_a_name() -> None:
    zone = Published("corp.example", (PublishedHost(KMS, 1688, None),), asked=True)
    noted = RecordingNetwork(Around(kms=Answering.SILENT, zone=zone))
    noted.machine(HOST, 5986)
    noted.kms_host(KMS, 1700)
    noted.published("corp.example")
    assert set(noted.names()) == {HOST, KMS, "10.20.30.40", "10.20.30.50", "corp.example"}
    rows = noted.rows(Anonymiser(noted.names()))
    assert "corp" not in str(rows)
    name = rows["kms_hosts"][0]["host"]
    shown = Recorded(rows)
    assert shown.kms_host(name, 1700).answering is Answering.SILENT
    assert shown.kms_host(name, 1688).answering is Answering.UNKNOWN
    assert shown.published("any").hosts == (PublishedHost(name, 1688, None),)


def test_what_was_not_looked_at_is_unknown_when_played_again() -> None:
    shown = Recorded({"machine": None, "kms_hosts": [], "published": None})
    assert shown.machine("machine", 5986).answering is Answering.UNKNOWN
    assert shown.published("any").codes == {"dns_failed"}


@pytest.mark.parametrize("host", ["169.254.169.250", "169.254.169.251", "fe80::1", "[fe80::1]", "fe80::1%eth0"])
def test_a_link_local_kms_host_is_left_to_the_machine(host: str) -> None:
    found = Network(DnsSettings(timeout=0.2)).kms_host(host, 1688)
    assert found.answering is Answering.UNKNOWN
    assert found.why


def test_a_link_local_machine_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network_module, "probe", lambda *_given: Probe(ProbeOutcome.ACCEPTED))
    assert Network(SERVERS).machine("fe80::1%lo", 5986).is_open


@pytest.mark.parametrize("host", ["[::1]", "::1"])
def test_a_machine_is_found_with_and_without_brackets(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setattr(network_module, "probe", lambda *_given: Probe(ProbeOutcome.ACCEPTED))
    place = place_of(settings(host=host))
    assert place.host == "::1"
    assert Network(DnsSettings()).machine(place.host, place.port).addresses == ("::1",)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.8.8.8", "::1", "[::1]", "0.0.0.0", "::ffff:127.0.0.1", "localhost", "LOCALHOST."]
)
def test_a_kms_host_that_is_the_machine_itself_is_not_looked_for_on_the_controller(asked: list[Any], host: str) -> None:
    found = Network(SERVERS).kms_host(host, 1688)
    assert (found.answering, asked) == (Answering.UNKNOWN, [])
    assert host in (found.why or "")


@pytest.mark.parametrize(("host", "spelled"), [("2001:db8::5", "[2001:db8::5]:1688"), ("[::1]", "[::1]:1688")])
def test_an_address_of_ipv6_has_brackets_before_its_port(host: str, spelled: str) -> None:
    assert Reach(host, 1688, Answering.OPEN).spelled == spelled
