# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""kms_discovery_info: what is found is told and fails nothing; what cannot be asked is refused."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.volume.activation.tests.dnsmasq import Serve, host, srv
from ansible_collections.volume.activation.tests.kms_ports import opened

from .fake_task import FakeTask

FINDING = {"code", "domain", "target", "port", "message", "cause", "remedy"}


def run(stage: FakeTask, args: dict[str, t.Any], **keywords: t.Any) -> dict[str, t.Any]:
    """Return the result of a task, which talks to no machine."""
    result = stage.run("kms_discovery_info", args, **keywords)
    assert stage.machine.settings == []
    return result


@pytest.mark.parametrize("check", [False, True])
def test_health(stage: FakeTask, dnsmasq: Serve, check: bool) -> None:
    with opened({"kms": "open"}) as addresses:
        zones = dnsmasq(srv("corp.test", "kms.corp.test", 1688, 5, 10), host("kms.corp.test", addresses["kms"]))
        found = run(stage, {"domains": ["Corp.Test."], **zones.options}, check=check)
    latency = found["domains"][0]["records"][0].pop("latency_ms")
    assert latency >= 0
    record = {
        "target": "kms.corp.test",
        "port": 1688,
        "priority": 5,
        "weight": 10,
        "addresses": [addresses["kms"]],
        "reachable": True,
        "findings": [],
    }
    assert found == {
        "changed": False,
        "domains": [{"domain": "corp.test", "records": [record], "findings": []}],
        "findings": [],
        "healthy": True,
        "msg": "Nothing is wrong.",
    }


def test_what_is_wrong_stands_with_its_record_and_in_one_list(stage: FakeTask, dnsmasq: Serve) -> None:
    zones = dnsmasq(srv("corp.test", "gone.corp.test", 1690))
    found = run(
        stage, {"domains": ["corp.test", "none.corp.test"], "allowed_hosts": ["kms.corp.test"], **zones.options}
    )
    assert not found.get("failed") and not found["healthy"]
    [corp, none] = found["domains"]
    codes = ["foreign_host", "wrong_port", "stale_record"]
    assert (corp["findings"], corp["records"][0]["findings"]) == ([], codes)
    assert (none["findings"], none["records"]) == (["no_records"], [])
    assert [row["code"] for row in found["findings"]] == [*codes, "no_records"]
    assert all(set(row) == FINDING for row in found["findings"])
    assert [row["target"] for row in found["findings"]] == ["gone.corp.test"] * 3 + [None]
    # It is all that Ansible prints of a result that failed_when fails.
    assert all(row["message"] in found["msg"] for row in found["findings"])


def test_where_nobody_is_allowed_everybody_is_foreign(stage: FakeTask, dnsmasq: Serve) -> None:
    zones = dnsmasq(srv("corp.test", "kms.corp.test"), host("kms.corp.test", "127.0.0.1"))
    found = run(stage, {"domains": ["corp.test"], "allowed_hosts": [], "probe": False, **zones.options})
    assert [row["code"] for row in found["findings"]] == ["foreign_host"]


def test_another_port_can_be_the_right_one(stage: FakeTask, dnsmasq: Serve) -> None:
    with opened({"kms": "open"}, 1690) as addresses:
        zones = dnsmasq(srv("corp.test", "kms.corp.test", 1690), host("kms.corp.test", addresses["kms"]))
        assert run(stage, {"domains": ["corp.test"], "expected_port": 1690, **zones.options})["healthy"]


def test_ports_are_left_alone_where_that_is_asked_for(stage: FakeTask, dnsmasq: Serve) -> None:
    zones = dnsmasq(srv("corp.test", "kms.corp.test"), host("kms.corp.test", "127.0.0.1"))
    found = run(stage, {"domains": ["corp.test"], "probe": False, **zones.options})
    assert found["healthy"]
    [record] = found["domains"][0]["records"]
    assert (record["reachable"], record["latency_ms"]) == (None, None)


@pytest.mark.parametrize(
    ("args", "named"),
    [
        ({}, "domains"),
        ({"domains": []}, "domains"),
        ({"domains": ["corp test"]}, "corp test"),
        ({"domains": ["192.0.2.1"]}, "192.0.2.1"),
        ({"domains": ["corp.test"], "dns_servers": ["dns.corp.test"]}, "dns_servers"),
        ({"domains": ["corp.test"], "dns_port": 0}, "dns_port"),
        ({"domains": ["corp.test"], "timeout": 0}, "timeout"),
        ({"domains": ["corp.test"], "limit": 0}, "limit"),
        ({"domains": ["corp.test"], "expected_port": 65536}, "expected_port"),
        ({"domains": ["corp.test"], "allowed_hosts": ["kms.corp.test:1688"]}, "kms.corp.test:1688"),
        ({"domains": ["_vlmcs._tcp.corp.example"]}, "_vlmcs._tcp.corp.example"),
        ({"domains": ["10.0.0.300"]}, "10.0.0.300"),
    ],
)
def test_what_cannot_be_asked_is_refused(stage: FakeTask, args: dict[str, t.Any], named: str) -> None:
    found = run(stage, args)
    assert (found["failed"], found["refused"], found["code"]) == (True, True, "bad_option")
    assert named in f"{found['msg']} {found['remedy']}"
    assert "steps" not in found and "requests" not in found
