# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The option kms_hosts of kms_client: how hosts are written, and what is told of those that were tried."""

from __future__ import annotations

import contextlib
import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._errors import AnswerLost
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import LicenseStatus
from ansible_collections.volume.activation.plugins.plugin_utils._planning import Activation, KmsSettings
from ansible_collections.volume.activation.plugins.plugin_utils._wsman import Fault

from .fake_task import FakeTask, Keywords, Row, licensed, windows

UNREACHABLE = Fault(0, hresult=0xC004F074)


def endpoints(stage: FakeTask, *hosts: str, **args: t.Any) -> list[tuple[str | None, int]]:
    """Return host and port of each alternative behind a task's options."""
    action = stage.action("kms_client", {"kms_hosts": list(hosts), **args}, Keywords())
    (found,) = action.stages(action._validated(), contextlib.ExitStack())
    wishes = (found.wish, *found.otherwise)
    assert all(wish.key is not None and wish.activation == Activation(only_kms_client=True) for wish in wishes)
    return [(wish.kms.host, wish.kms.port) for wish in wishes]


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("kms", "kms", 1700),
        ("kms.example.com:1688", "kms.example.com", 1688),
        ("kms.example.com.:1", "kms.example.com.", 1),
        ("kms:65535", "kms", 65535),
        ("kms:01688", "kms", 1688),
        (" kms:1688 ", "kms", 1688),
        ("192.0.2.5", "192.0.2.5", 1700),
        ("192.0.2.5:1688", "192.0.2.5", 1688),
        ("2001:db8::5", "2001:db8::5", 1700),
        ("2001:db8::5:1688", "2001:db8::5:1688", 1700),
        ("::1", "::1", 1700),
        ("[2001:db8::5]", "[2001:db8::5]", 1700),
        ("[2001:db8::5]:1688", "[2001:db8::5]", 1688),
        ("[::1]:1", "[::1]", 1),
    ],
)
def test_a_host_is_a_name_or_an_address_with_or_without_its_port(
    stage: FakeTask, text: str, host: str, port: int
) -> None:
    assert endpoints(stage, text, "other:2", kms_port=1700) == [(host, port), ("other", 2)]


def test_hosts_keep_their_order_and_share_the_other_settings(stage: FakeTask) -> None:
    args = {"kms_hosts": ["b:2", "a"], "host_caching": False, "lookup_domain": "corp.example"}
    action = stage.action("kms_client", args, Keywords())
    (found,) = action.stages(action._validated(), contextlib.ExitStack())
    shared = {"host_caching": False, "lookup_domain": "corp.example"}
    assert found.wish.kms == KmsSettings(host="b", port=2, **shared)
    assert [wish.kms for wish in found.otherwise] == [KmsSettings(host="a", **shared)]


def test_one_host_is_a_choice_too_and_none_is_no_choice(stage: FakeTask) -> None:
    assert endpoints(stage, "kms") == [("kms", 1688)]
    action = stage.action("kms_client", {"kms_host": "kms"}, Keywords())
    (found,) = action.stages(action._validated(), contextlib.ExitStack())
    assert found.otherwise is None


@pytest.mark.parametrize(
    "hosts",
    [
        [],
        [""],
        [" "],
        ["kms", "."],
        ["kms", "two words"],
        ["kms", "two words:1688"],
        ["kms", ":1688"],
        ["kms", "kms:"],
        ["kms", "kms:0"],
        ["kms", "kms:65536"],
        ["kms", "kms:" + "9" * 5000],
        ["kms", "kms:-1"],
        ["kms", "kms:http"],
        ["kms", "kms:\u0661\u0662"],
        ["kms", "kms:1:2"],
        ["kms", "2001:db8::g"],
        ["kms", "[kms]:1:2"],
        ["kms", "[2001:db8::5]1688"],
    ],
    ids=lambda hosts: repr(hosts)[:40],
)
def test_what_is_no_host_is_refused_before_anything_is_read(stage: FakeTask, hosts: list[str]) -> None:
    found = stage.run("kms_client", {"kms_hosts": hosts})
    assert (found["code"], found["refused"], stage.machine.settings) == ("bad_option", True, [])
    assert found["remedy"]


@pytest.mark.parametrize("other", [{"kms_host": "kms"}, {"dns_discovery": True}])
def test_several_hosts_exclude_one_and_discovery(stage: FakeTask, other: Row) -> None:
    found = stage.run("kms_client", {"kms_hosts": ["kms"], **other})
    assert found["code"] == "bad_option"


def test_what_was_tried_is_told_however_the_task_ends(stage: FakeTask) -> None:
    stage.machine.products = [windows()]
    stage.machine.faults = {"Activate": UNREACHABLE}
    found = stage.run("kms_client", {"kms_hosts": ["one", "two:1700"], "wait_seconds": 0})
    assert (found["code"], found["refused"], found["changed"]) == ("no_kms_host_activates", False, True)
    assert [(row["host"], row["port"], row["activated"], row["code"]) for row in found["kms_hosts_tried"]] == [
        ("one", 1688, False, "0xC004F074"),
        ("two", 1700, False, "0xC004F074"),
    ]
    assert all(row["message"] for row in found["kms_hosts_tried"])
    stage.machine.faults = {}
    found = stage.run("kms_client", {"kms_hosts": ["one", "two"]})
    assert found["kms_hosts_tried"] == [
        {"host": "one", "port": 1688, "activated": True, "code": None, "inner_code": None, "message": None}
    ]
    assert stage.run("kms_client", {"kms_hosts": ["one", "two"]})["kms_hosts_tried"] == []


def test_a_host_that_did_not_answer_is_told_by_its_code(stage: FakeTask) -> None:
    stage.machine.products = [windows(LicenseStatus=str(int(LicenseStatus.NOTIFICATION)))]
    stage.machine.faults = {"Activate": AnswerLost("gone")}
    found = stage.run("kms_client", {"kms_hosts": ["one"], "wait_seconds": 0})
    assert [row["code"] for row in found["kms_hosts_tried"]] == ["outcome_unknown"]


def test_a_task_without_choice_has_tried_none(stage: FakeTask) -> None:
    stage.machine.products = [licensed()]
    assert stage.run("kms_client", {"kms_host": "kms"})["kms_hosts_tried"] == []
