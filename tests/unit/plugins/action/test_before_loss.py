# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is checked of the way to a new licence before one is given up that cannot be restored."""

from __future__ import annotations

import socket
import typing as t
from collections.abc import Iterator

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._action.features import kms_host_checks
from ansible_collections.volume.activation.plugins.plugin_utils._action.sandbox import FLEET_VARIABLE
from ansible_collections.volume.activation.plugins.plugin_utils._discovery import probing
from ansible_collections.volume.activation.plugins.plugin_utils._errors import Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import ActivationType, State

from ..plugin_utils._discovery.fake_dns_server import answering
from ..plugin_utils._planning.state_samples import licensed, on_mak, state
from .fake_task import FakeTask, Keywords, Row

HERE = "127.0.0.1"
ON_MAK = state(on_mak(), domain="corp.example")


@pytest.fixture
def open_port() -> Iterator[int]:
    """Return a port that accepts connections."""
    with socket.create_server((HERE, 0)) as listening:
        yield listening.getsockname()[1]


@pytest.fixture
def closed_port() -> Iterator[int]:
    """Return a port that is taken, so that it stays what it is, and refuses connections."""
    with socket.socket() as bound:
        bound.bind((HERE, 0))
        yield bound.getsockname()[1]


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no connection be answered, without waiting for that."""
    monkeypatch.setattr(probing, "_begun", lambda *_args: probing.ProbeOutcome.SILENT)


def checked(stage: FakeTask, args: Row, actual: State = ON_MAK, variables: Row | None = None) -> list[tuple[str, ...]]:
    """Return the checks of a task: which, of what, and the result."""
    action = stage.action("kms_client", {"replace_licensed": True, **args}, Keywords())
    action.task_vars = variables or {}
    options = action._validated()
    found = action.before_loss(action.stages(options, t.cast(t.Any, None))[0].wish, actual, options)
    assert all(set(row) == {"check", "target", "result", "detail"} and row["detail"] for row in found)
    return [(row["check"], row["target"], row["result"]) for row in found]


def refused(stage: FakeTask, args: Row, actual: State = ON_MAK) -> Refusal:
    with pytest.raises(Refusal) as caught:
        checked(stage, args, actual)
    assert caught.value.code == "kms_host_unreachable"
    assert "check_kms_host" in (caught.value.remedy or "")
    return caught.value


def test_a_host_that_accepts_connections_is_ok(stage: FakeTask, open_port: int) -> None:
    expected = [("kms_host", f"{HERE}:{open_port}", "ok")]
    assert checked(stage, {"kms_host": HERE, "kms_port": open_port}) == expected
    assert checked(stage, {"kms_host": "localhost", "kms_port": open_port}) == [
        ("kms_host", f"localhost:{open_port}", "ok")
    ]
    assert checked(stage, {}, state(on_mak(), kms_host=HERE, kms_port=open_port)) == expected


def test_a_host_that_refuses_connections_keeps_the_licence(stage: FakeTask, closed_port: int) -> None:
    assert f"{HERE}:{closed_port}" in refused(stage, {"kms_host": HERE, "kms_port": closed_port}).message
    refused(stage, {"activate": "never"}, state(on_mak(), kms_host=HERE, kms_port=closed_port))


@pytest.mark.usefixtures("silent")
def test_a_host_that_is_silent_keeps_the_licence(stage: FakeTask) -> None:
    refused(stage, {"kms_host": HERE})


@pytest.mark.usefixtures("silent")
@pytest.mark.parametrize("args", [{"check_kms_host": False}, {"activation_type": "ad"}])
def test_the_check_can_be_skipped_and_is_for_kms(stage: FakeTask, args: Row) -> None:
    assert checked(stage, {"kms_host": HERE, **args}) == []


@pytest.mark.usefixtures("silent")
@pytest.mark.parametrize(
    ("host", "target"),
    [
        ("kms.corp.invalid", "kms.corp.invalid:1688"),
        ("169.254.169.250", "169.254.169.250:1688"),
        ("[fe80::1]", "[fe80::1]:1688"),
    ],
)
def test_what_only_the_machine_may_see_is_unknown(stage: FakeTask, host: str, target: str) -> None:
    assert checked(stage, {"kms_host": host}) == [("kms_host", target, "unknown")]


def test_a_host_without_a_route_is_unknown(stage: FakeTask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probing, "_begun", lambda *_args: probing.ProbeOutcome.NO_ROUTE)
    assert checked(stage, {"kms_host": "192.0.2.7"}) == [("kms_host", "192.0.2.7:1688", "unknown")]


def test_one_of_several_hosts_is_enough(stage: FakeTask, open_port: int, closed_port: int) -> None:
    hosts = [f"{HERE}:{closed_port}", f"{HERE}:{open_port}"]
    assert [result for _check, _target, result in checked(stage, {"kms_hosts": hosts})] == ["failed", "ok"]
    refused(stage, {"kms_hosts": hosts[:1] * 2})
    unknown = [hosts[0], "kms.corp.invalid"]
    assert [result for _check, _target, result in checked(stage, {"kms_hosts": unknown})] == ["failed", "unknown"]


@pytest.mark.usefixtures("silent")
@pytest.mark.parametrize("args", [{"kms_host": HERE}, {"kms_hosts": [HERE, "kms2"]}, {"dns_discovery": True}, {}])
def test_nothing_is_asked_about_a_simulated_machine(stage: FakeTask, args: Row) -> None:
    found = checked(stage, args, variables={FLEET_VARIABLE: {"directory": "/nowhere", "ledger": "/nowhere"}})
    assert {result for _check, _target, result in found} == {"unknown"}


Zone = dict[str, list[str]]


def _answer(zone: Zone) -> t.Callable[[t.Any, bool], bytes]:
    """Return an answer from a zone: the records of a name as they are written there."""
    import dns.message
    import dns.rcode
    import dns.rrset

    def answer(question: t.Any, _over_tcp: bool) -> bytes:
        asked = question.question[0]
        response = dns.message.make_response(question)
        kind = {1: "A", 28: "AAAA", 33: "SRV"}[asked.rdtype]
        told = zone.get(f"{kind} {asked.name.to_text(omit_final_dot=True)}", [])
        if told:
            response.answer.append(dns.rrset.from_text_list(asked.name, 60, "IN", kind, told))
        elif not any(name.endswith(f" {asked.name.to_text(omit_final_dot=True)}") for name in zone):
            response.set_rcode(dns.rcode.NXDOMAIN)
        return bytes(response.to_wire())

    return answer


def _zone(*ports: int, domain: str = "corp.example", addresses: bool = True) -> Zone:
    names = [f"kms{number}.{domain}" for number, _port in enumerate(ports)]
    records = [f"0 0 {port} {name}." for name, port in zip(names, ports, strict=True)]
    return {f"SRV _vlmcs._tcp.{domain}": records, **({f"A {name}": [HERE] for name in names} if addresses else {})}


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> Iterator[Zone]:
    """Return a zone, empty so far, that the checks look into."""
    zone: Zone = {}
    with answering(_answer(zone)) as settings:
        monkeypatch.setattr(kms_host_checks, "_SETTINGS", settings)
        yield zone


@pytest.mark.parametrize(
    ("args", "service", "domain"),
    [
        ({"dns_discovery": True}, {"kms_host": "old.example"}, "corp.example"),
        ({}, {}, "corp.example"),
        ({}, {"lookup_domain": "Other.example."}, "other.example"),
        ({"lookup_domain": "third.example"}, {"lookup_domain": "other.example"}, "third.example"),
        ({"lookup_domain": ""}, {"lookup_domain": "other.example"}, "corp.example"),
    ],
)
def test_the_hosts_of_the_domain_that_the_machine_looks_in_are_checked(
    stage: FakeTask, published: Zone, open_port: int, args: Row, service: Row, domain: str
) -> None:
    published.update(_zone(open_port, domain=domain))
    assert checked(stage, args, state(on_mak(), domain="corp.example", **service)) == [
        ("kms_srv", f"_vlmcs._tcp.{domain}", "ok"),
        ("kms_host", f"kms0.{domain}:{open_port}", "ok"),
    ]


def test_records_that_all_lead_nowhere_keep_the_licence(
    stage: FakeTask, published: Zone, open_port: int, closed_port: int
) -> None:
    published.update(_zone(closed_port, closed_port))
    refused(stage, {"dns_discovery": True})
    published.update(_zone(closed_port, open_port))
    assert [row[2] for row in checked(stage, {"dns_discovery": True})] == ["ok", "failed", "ok"]


def test_records_without_an_address_and_none_at_all_are_unknown(
    stage: FakeTask, published: Zone, closed_port: int
) -> None:
    unknown = [("kms_srv", "_vlmcs._tcp.corp.example", "unknown")]
    assert checked(stage, {"dns_discovery": True}) == unknown
    published.update(_zone(closed_port, addresses=False))
    assert [row[2] for row in checked(stage, {"dns_discovery": True})] == ["ok", "unknown"]
    assert checked(stage, {"dns_discovery": True}, state(on_mak(), domain=None))[0][2] == "unknown"


def test_dns_that_is_silent_is_unknown(stage: FakeTask, monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(lambda _question, _over_tcp: None, timeout=0.05) as settings:
        monkeypatch.setattr(kms_host_checks, "_SETTINGS", settings)
        assert [row[2] for row in checked(stage, {"dns_discovery": True})] == ["unknown"]


def test_of_active_directory_nothing_is_known(stage: FakeTask) -> None:
    action = stage.action("adba_client", {"replace_licensed": True}, Keywords())
    options = action._validated()
    (found,) = action.before_loss(action.wish(options), ON_MAK, options)
    assert (found["check"], found["target"], found["result"]) == ("ad_object", "corp.example", "unknown")


@pytest.mark.usefixtures("silent")
@pytest.mark.parametrize(
    ("days", "port", "is_proved"), [(0, 1688, True), (6, 1688, True), (9, 1688, False), (0, 1700, False)]
)
def test_a_recent_lease_proves_a_silent_host(stage: FakeTask, days: int, port: int, is_proved: bool) -> None:
    leased = licensed(id="id-office", grace_minutes=(180 - days) * 1440, activated_by=ActivationType.KMS)
    on_both = state(on_mak(), leased, kms_host=HERE, kms_port=port)
    if is_proved:
        assert checked(stage, {"kms_host": HERE}, on_both) == [("kms_host", f"{HERE}:1688", "unknown")]
    else:
        refused(stage, {"kms_host": HERE}, on_both)
