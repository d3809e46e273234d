# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of diagnosis_info, and that what is wrong with a machine is never a failure of the task."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._action.features import diagnosis_task
from ansible_collections.volume.activation.plugins.plugin_utils._diagnosis import (
    Answering,
    Expected,
    Network,
    Published,
    PublishedHost,
    Reach,
    diagnose,
)
from ansible_collections.volume.activation.plugins.plugin_utils._errors import AuthenticationFailed, MissingLibrary
from ansible_collections.volume.activation.plugins.plugin_utils._wsman import Fault

from .fake_task import PASSWORD, FakeTask, attempted, licensed, windows


@pytest.fixture
def stage(stage: FakeTask, monkeypatch: pytest.MonkeyPatch) -> FakeTask:
    """The stage, in a network in which all is well."""
    open_ports = {"machine": ("10.20.30.40",), "kms_host": ("10.20.30.50",)}
    for name, addresses in open_ports.items():
        monkeypatch.setattr(Network, name, _reached(addresses))
    monkeypatch.setattr(Network, "published", _published)
    monkeypatch.setattr(diagnosis_task, "open_session", stage.machine.open)
    return stage


def _reached(addresses: tuple[str, ...]) -> t.Callable[..., Reach]:
    return lambda _self, host, port: Reach(host, port, Answering.OPEN, addresses)


def _published(_self: Network, domain: str) -> Published:
    return Published(domain, (PublishedHost(f"kms.{domain}", 1688, True),), asked=True)


def _statuses(result: dict[str, t.Any]) -> dict[str, str]:
    return {check["check"]: check["status"] for check in result["diagnosis"]["checks"]}


def test_a_healthy_machine(stage: FakeTask) -> None:
    result = stage.run("diagnosis_info")
    assert (result["changed"], result["transcript"], result["diagnosis"]["healthy"]) == (False, None, True)
    assert result["msg"] == "Nothing is wrong."
    assert result["diagnosis"]["machine"] == "app01.example.com"
    assert result["requests"] == 5
    assert stage.machine.closed == 1


def test_what_is_wrong_fails_nothing(stage: FakeTask) -> None:
    stage.machine.products = [windows(LicenseStatusReason=str(0xC004F056))]
    stage.machine.events = [attempted("0xC004F038")]
    result = stage.run("diagnosis_info")
    assert "failed" not in result
    assert result["diagnosis"]["wrong"] == ["below_threshold", "not_licensed", "0xC004F038"]
    wrong = [check["message"] for check in result["diagnosis"]["checks"] if check["status"] == "wrong"]
    assert wrong and all(message in result["msg"] for message in wrong)
    assert result["diagnosis"]["last_attempt"]["host"] == "kms.example.com"


def test_a_log_that_cannot_be_read_takes_no_other_check_away(stage: FakeTask) -> None:
    stage.machine.products = [windows(LicenseStatusReason=str(0xC004F056))]
    stage.machine.faults["Win32_NTLogEvent"] = Fault(2150859180, hresult=0x80070005)
    result = stage.run("diagnosis_info")
    assert (result["diagnosis"]["wrong"], result["diagnosis"]["last_attempt"]) == (["not_licensed", "0xC004F056"], None)


@pytest.mark.parametrize("error", [AuthenticationFailed("", code="login_refused"), MissingLibrary("", code="none")])
def test_a_machine_that_cannot_be_talked_to_fails_nothing(stage: FakeTask, error: Exception) -> None:
    stage.machine.faults = {"CheckAccess": error}
    result = stage.run("diagnosis_info")
    assert (result["diagnosis"]["reached"], _statuses(result)["login"]) == (False, "wrong")


def test_a_library_that_is_missing_is_one_more_finding(stage: FakeTask, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_settings: object) -> t.NoReturn:
        raise MissingLibrary("pywinrm is missing.", code="missing_library", remedy="Run pip.")

    monkeypatch.setattr(diagnosis_task, "open_session", missing)
    result = stage.run("diagnosis_info")
    assert result["diagnosis"]["wrong"] == ["missing_library"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, Expected()),
        ({"expect": "ad"}, Expected(path="ad")),
        ({"lookup_domain": "KMS.example."}, Expected(lookup_domain="kms.example")),
        ({"kms_counts": {"windows": 24, "office": None}}, Expected(counts={"windows": 24})),
    ],
)
def test_what_is_expected(
    stage: FakeTask, monkeypatch: pytest.MonkeyPatch, options: dict[str, t.Any], expected: Expected
) -> None:
    seen: list[Expected] = []

    def noted(*args: t.Any) -> t.Any:
        seen.append(args[4])
        return diagnose(*args)

    monkeypatch.setattr(diagnosis_task, "diagnose", noted)
    stage.run("diagnosis_info", options)
    assert seen == [expected]


@pytest.mark.parametrize(
    "options",
    [
        {"expect": "retail"},
        {"dns_servers": ["dns.example"]},
        {"dns_port": 0},
        {"timeout": 0},
        {"lookup_domain": "10.20.30.40"},
        {"allowed_kms_hosts": ["no host"]},
        {"kms_counts": {"servers": 1}},
        {"kms_counts": {"windows": -4}},
    ],
)
def test_an_option_that_cannot_be_fails_the_task(stage: FakeTask, options: dict[str, t.Any]) -> None:
    result = stage.run("diagnosis_info", options)
    assert (result["failed"], result["code"], result["refused"]) == (True, "bad_option", True)


def test_another_connection_is_refused(stage: FakeTask) -> None:
    assert stage.run("diagnosis_info", connection="ansible.builtin.local")["code"] == "foreign_connection"


def test_a_transcript_is_written_where_it_is_wished(stage: FakeTask, tmp_path: Path) -> None:
    stage.machine.products = [licensed(PartialProductKey="GGGGG")]
    path = tmp_path / "transcripts" / "1.json"
    result = stage.run("diagnosis_info", {"transcript": str(path), "questions": False})
    assert (result["transcript"], result["requests"]) == (str(path), 5)
    text = path.read_text(encoding="utf-8")
    assert json.loads(text)["questions"] == []
    for word in ("app01", "example.com", "operator", "GGGGG", PASSWORD):
        assert word.lower() not in text.lower()


def test_in_check_mode_none_is_written(stage: FakeTask, tmp_path: Path) -> None:
    path = tmp_path / "1.json"
    result = stage.run("diagnosis_info", {"transcript": str(path)}, check=True)
    assert (result["transcript"], path.exists(), result["requests"]) == (None, False, 5)


def test_one_that_cannot_be_written_is_warned_of_and_the_diagnosis_stays(
    stage: FakeTask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warned: list[str] = []
    monkeypatch.setattr(
        "ansible_collections.volume.activation.plugins.plugin_utils._action.base._display.warning", warned.append
    )
    (tmp_path / "file").write_text("")
    result = stage.run("diagnosis_info", {"transcript": str(tmp_path / "file" / "1.json"), "questions": False})
    assert (result["transcript"], result["diagnosis"]["healthy"], len(warned)) == (None, True, 1)
