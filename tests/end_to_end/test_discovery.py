# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""KMS discovery in real plays: real DNS servers, ports that accept, refuse and stay silent, and a simulated fleet."""

from __future__ import annotations

import struct
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.volume.activation.tests.dnsmasq import Serve, host, srv
from ansible_collections.volume.activation.tests.kms_ports import State, opened
from ansible_collections.volume.activation.tests.samba_controller import DomainController

from .playbook_runs import Run, run_ansible, task

Play = Callable[..., Run]
# Long enough for a DNS server on a busy machine; whoever is dead costs as much.
BRIEF = {"timeout": 3.0}


@pytest.fixture
def play(tmp_path: Path, collections_path: Path) -> Play:
    """A function that runs tasks on the controller alone."""

    def run(*tasks: dict[str, Any], arguments: tuple[str, ...] = ()) -> Run:
        whole = {"hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": list(tasks)}
        path = tmp_path / "playbook.yml"
        path.write_text(yaml.safe_dump([whole], sort_keys=False), encoding="utf-8")
        return run_ansible(tmp_path, collections_path, "-i", "localhost,", str(path), *arguments)

    return run


@pytest.fixture
def kms() -> Iterator[dict[str, str]]:
    """The addresses of hosts by name, each with port 1688 as its name says."""
    states: dict[str, State] = {"good": "open", "spare": "open", "refusing": "closed", "silent": "silent"}
    with opened(states) as addresses:
        yield {f"{name}.corp.test": address for name, address in addresses.items()}


def search(**options: Any) -> dict[str, Any]:
    """Return a task that searches corp.test, unless another domain is named."""
    return task("kms_discovery_info", **{"domains": ["corp.test"], **BRIEF, **options})


def findings(result: dict[str, Any]) -> dict[str, list[str]]:
    """Return the codes of each record by its target, and of each domain."""
    rows = {row["domain"]: row["findings"] for row in result["domains"] if row["findings"]}
    records = [record for row in result["domains"] for record in row["records"]]
    return rows | {record["target"]: record["findings"] for record in records}


@pytest.mark.parametrize("check", [False, True], ids=["run", "check mode"])
def test_every_trouble_is_found_and_health_is_none(
    play: Play, dnsmasq: Serve, kms: dict[str, str], check: bool
) -> None:
    zones = dnsmasq(
        srv("corp.test", "good.corp.test", 1688, 0, 10),
        srv("corp.test", "refusing.corp.test"),
        srv("corp.test", "silent.corp.test"),
        srv("corp.test", "gone.corp.test"),
        srv("corp.test", "spare.corp.test", 1699),
        srv("corp.test", "test-pc.corp.test"),
        *(host(name, address) for name, address in kms.items()),
        host("test-pc.corp.test", kms["good.corp.test"]),
    )
    allowed = [f"{name}.corp.test" for name in ("good", "refusing", "silent", "gone", "spare")]
    arguments = ("--check",) if check else ()
    options = {"domains": ["corp.test", "typo.corp.test"], "allowed_hosts": allowed, **zones.options}
    run = play(search(**options), arguments=arguments)
    assert run.code == 0, run.output
    result = run.result("localhost")
    assert (result["changed"], result["healthy"]) == (False, False)
    assert findings(result) == {
        "typo.corp.test": ["no_records"],
        "good.corp.test": [],
        "refusing.corp.test": ["connection_refused"],
        "silent.corp.test": ["stale_record"],
        "gone.corp.test": ["stale_record"],
        "spare.corp.test": ["wrong_port", "connection_refused"],
        "test-pc.corp.test": ["foreign_host"],
    }
    assert all(row["message"] and row["cause"] and row["remedy"] for row in result["findings"])


def test_records_are_in_the_order_of_clients(play: Play, dnsmasq: Serve) -> None:
    ranks = [("last", 20, 100), ("light", 10, 1), ("heavy", 10, 60), ("first", 0, 0)]
    zones = dnsmasq(
        *(srv("corp.test", f"{name}.corp.test", 1688, *rank) for name, *rank in ranks),
        *(host(f"{name}.corp.test", "192.0.2.1", "2001:db8::1") for name, *_rank in ranks),
    )
    run = play(search(probe=False, **zones.options))
    result = run.result("localhost")
    records = result["domains"][0]["records"]
    assert [row["target"].partition(".")[0] for row in records] == ["first", "heavy", "light", "last"]
    assert [(row["priority"], row["weight"]) for row in records] == [(0, 0), (10, 60), (10, 1), (20, 100)]
    assert all(row["addresses"] == ["192.0.2.1", "2001:db8::1"] for row in records)
    assert result["healthy"] and not any(row["reachable"] for row in records)


def test_a_play_can_be_made_to_fail_by_a_stale_record(play: Play, dnsmasq: Serve, kms: dict[str, str]) -> None:
    strict = {"register": "found", "failed_when": "found.failed or not found.healthy"}
    rows = [srv("corp.test", "good.corp.test"), host("good.corp.test", kms["good.corp.test"])]
    healthy, stale = dnsmasq(*rows), dnsmasq(*rows, srv("corp.test", "gone.corp.test"))
    assert play({**search(**healthy.options), **strict}).code == 0
    assert play({**search(**stale.options), **strict}).code == 2


def test_the_dead_are_many_and_the_living_are_found_among_them(play: Play, dnsmasq: Serve, kms: dict[str, str]) -> None:
    dead = [f"dead{number}.corp.test" for number in range(10)]
    with opened(dict.fromkeys(dead, "silent")) as addresses:
        places = {**addresses, "good.corp.test": kms["good.corp.test"]}
        records = (row for name, address in places.items() for row in (srv("corp.test", name), host(name, address)))
        # All of them at once, or a few at a time: the same is found.
        zones = dnsmasq(*records)
        run = play(search(**zones.options), {**search(limit=6, **zones.options), "name": "few"})
    for name in ("kms_discovery_info", "few"):
        assert findings(run.result("localhost", name)) == {
            **dict.fromkeys(dead, ["stale_record"]),
            "good.corp.test": [],
        }


def test_dns_that_refuses_or_is_away_is_told_and_fails_nothing(play: Play, dnsmasq: Serve) -> None:
    zones = dnsmasq(srv("corp.test", "elsewhere.other.test"))
    nowhere = {**zones.options, "dns_servers": ["127.0.0.1"]}
    run = play(
        search(**{**zones.options, "domains": ["corp.test", "other.test"]}), {**search(**nowhere), "name": "nowhere"}
    )
    assert run.code == 0, run.output
    assert findings(run.result("localhost", "kms_discovery_info")) == {
        "elsewhere.other.test": ["dns_failed"],
        "other.test": ["dns_failed"],
    }
    assert findings(run.result("localhost", "nowhere")) == {"corp.test": ["dns_failed"]}


def test_what_cannot_be_asked_is_refused_in_words(play: Play) -> None:
    run = play(search(dns_servers=["dns.corp.test"]))
    result = run.result("localhost")
    assert (run.code, result["code"], result["refused"]) == (2, "bad_option", True)
    assert "dns.corp.test" in result["msg"] and "dns_servers" in result["remedy"]


def srv_in_active_directory(target: str, port: int) -> bytes:
    """Return an SRV record as the attribute `dnsRecord` holds it (MS-DNSP 2.3.2.2): 0 priority, 100 weight."""
    labels = [label.encode() for label in target.split(".")]
    name = b"".join(bytes([len(label)]) + label for label in labels) + b"\0"
    data = struct.pack("!3H", 0, 100, port) + bytes([len(name), len(labels)]) + name
    head = struct.pack("<HHBBHI", len(data), 33, 5, 240, 0, 1) + struct.pack("!I", 900) + struct.pack("<II", 0, 0)
    return head + data


def test_the_dns_of_a_real_domain_controller_is_understood(play: Play, samba: DomainController) -> None:
    domain = f"branch-{uuid.uuid4().hex[:8]}.{samba.domain}"
    base = samba.configuration.partition(",")[2]
    dn = f"DC=_vlmcs._tcp.{domain.partition('.')[0]},DC={samba.domain},CN=MicrosoftDNS,DC=DomainDnsZones,{base}"
    records = [srv_in_active_directory(samba.host, 389), srv_in_active_directory(f"gone.{samba.domain}", 389)]
    connection = samba.ldap()
    connection.add_s(dn, [("objectClass", [b"top", b"dnsNode"]), ("dnsRecord", records)])
    try:
        options = {"domains": [domain, samba.domain], "dns_servers": [samba.address], "timeout": 10}
        run = play(task("kms_discovery_info", expected_port=389, **options))
    finally:
        connection.delete_s(dn)
        connection.unbind_s()
    result = run.result("localhost")
    assert findings(result) == {
        samba.host: [],
        f"gone.{samba.domain}": ["stale_record"],
        samba.domain: ["no_records"],
    }
    [reached] = [row for row in result["domains"][0]["records"] if row["target"] == samba.host]
    assert (reached["addresses"], reached["reachable"], reached["weight"]) == ([samba.address], True, 100)


def test_a_simulated_fleet_is_searched_and_what_changes_there_is_seen(play: Play, tmp_path: Path) -> None:
    def fleet(name: str, **hosts: dict[str, Any]) -> dict[str, Any]:
        kms_hosts = {f"{short}.corp.example": described for short, described in hosts.items()}
        dns = {"corp.example": [f"{short}.corp.example" for short in ("kms1", "kms2")]}
        options = {
            "directory": str(tmp_path / "fleet"),
            "machines": {"app01": "server_2022_standard"},
            "world": {"kms_hosts": kms_hosts, "dns": dns},
            "dns": True,
            "idle_minutes": 5,
        }
        return {"name": name, "volume.activation.simulated_fleet": options, "register": "fleet"}

    def found(name: str) -> dict[str, Any]:
        asked = {
            "domains": ["corp.example"],
            "dns_servers": ["{{ fleet.dns.server }}"],
            "dns_port": "{{ fleet.dns.port }}",
            **BRIEF,
        }
        return {"name": name, "volume.activation.kms_discovery_info": asked}

    stop = {"directory": str(tmp_path / "fleet"), "state": "stopped"}
    run = play(
        {
            "block": [
                fleet("start", kms1={}, kms2={}),
                found("healthy"),
                fleet("change", kms1={"silent": True}, kms2={"reachable": False}),
                found("down"),
                fleet("take away", kms1={}),
                found("gone"),
            ],
            "always": [{"name": "stop", "volume.activation.simulated_fleet": stop}],
        }
    )
    assert run.code == 0, run.output
    assert {name: findings(run.result("localhost", name)) for name in ("healthy", "down", "gone")} == {
        "healthy": {"kms1.corp.example": [], "kms2.corp.example": []},
        "down": {"kms1.corp.example": ["stale_record"], "kms2.corp.example": ["connection_refused"]},
        "gone": {"kms1.corp.example": [], "kms2.corp.example": ["stale_record"]},
    }
