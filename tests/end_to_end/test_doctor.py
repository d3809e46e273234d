# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook doctor: one machine with each kind of fault, and healthy ones, all named for what they are."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._diagnosis import replayed, summary
from ansible_collections.volume.activation.plugins.plugin_utils._transcripts import load

from .playbook_runs import Playground, Run, task, try_to_activate

pytest.importorskip("dns", reason="the Python library dnspython is not installed: pip install dnspython")

PLAYBOOK = "volume.activation.doctor"
SERVER = {"system": "server_2022_standard", "lease_days": 170}
UNLICENSED = {"system": "server_2022_standard", "status": "unlicensed"}
CMID = "c0ffee01-1234-4abc-8def-0123456789ab"


def _always(**rule: Any) -> list[dict[str, Any]]:
    return [{**rule, "times": 0}]


MACHINES: dict[str, dict[str, Any]] = {
    "by-ad": {**SERVER, "domain": "ad.example", "activated_by": "ad"},
    "by-kms": {**SERVER, "office": [{"product": "office_2021", "lease_days": 170}]},
    "by-mak": {"system": "server_2022_standard", "channel": "mak", "domain": "lonely.example"},
    "clock": {**SERVER, "clock_skew": "5h"},
    "domain-as-host": {**SERVER, "kms_host": "corp.example"},
    "evaluation": {"system": "server_2022_standard_eval"},
    "expired": {"system": "server_2022_standard", "status": "notification"},
    "host": {"system": "server_2022_standard", "channel": "kms_host"},
    "host-key": {"system": "windows_11_enterprise", "channel": "kms_host"},
    "last-error": {**UNLICENSED, "domain": "late.example"},
    "name": {**SERVER, "vars": {"ansible_host": "nowhere.invalid"}},
    "no-rights": {**SERVER, "administrator": False},
    "password": {**SERVER, "vars": {"ansible_password": "not-the-password"}},
    "port": {**SERVER, "faults": _always(on="login", do="refuse")},
    "stale": {**SERVER, "domain": "stale.example"},
    "threshold": {**UNLICENSED, "domain": "small.example"},
    "tls": {**SERVER, "vars": {"ansible_winrm_ca_trust_path": "legacy_requests"}},
    "unreachable-kms": {**SERVER, "kms_host": "closed.corp.example"},
    "wmi": {**SERVER, "faults": _always(on="enumerate", do="access_denied")},
}
WRONG: dict[str, list[str]] = {
    "by-ad": [],
    "by-kms": [],
    "by-mak": [],
    "clock": ["clock_skew"],
    "domain-as-host": ["domain_as_kms_host", "kms_name_not_resolved"],
    "evaluation": ["evaluation_edition"],
    "expired": ["notification", "0xC004F009"],
    "host": [],
    "host-key": ["host_key_on_client"],
    "last-error": ["not_licensed", "0xC004F06C"],
    "name": ["name_not_resolved"],
    "no-rights": ["no_rights"],
    "password": ["login_refused"],
    "port": ["connection_refused"],
    "stale": ["stale_record"],
    "threshold": ["below_threshold", "not_licensed", "0xC004F038"],
    "tls": ["certificate_not_trusted"],
    "unreachable-kms": ["kms_refused"],
    "wmi": ["wmi_refused"],
}
WORLD: dict[str, Any] = {
    "kms_hosts": {
        "kms.corp.example": {"count": 50, "office_count": 10},
        "closed.corp.example": {"count": 50, "reachable": False},
        "kms.small.example": {"count": 3},
        "kms.late.example": {"count": 50, "clock_skew": "5h"},
    },
    "dns": {
        "corp.example": ["kms.corp.example"],
        "small.example": ["kms.small.example"],
        "late.example": ["kms.late.example"],
        "stale.example": ["gone.stale.example", "kms.corp.example"],
        "ad.example": [],
        "lonely.example": [],
    },
    "ad": {"ad.example": ["Corp 2022"]},
}


TRIED = ("last-error", "threshold")
"""Machines that have tried to activate before the doctor comes."""


def _variables(ground: Playground) -> dict[str, Any]:
    dns = ground.server.dns
    assert dns is not None
    return {"doctor_dns_servers": [dns["server"]], "doctor_dns_port": dns["port"]}


def _report(run: Run) -> dict[str, Any]:
    rows = [row["result"] for row in run.results if row["task"].endswith("Make the report")]
    assert rows, run.output
    return dict(rows[-1]["ansible_facts"]["doctor_report"])


def _wrong(run: Run) -> dict[str, list[str]]:
    return {row["machine"]: row["wrong"] for row in _report(run)["rows"]}


def test_each_fault_is_named_and_healthy_machines_are_left_alone(serve: Callable[..., Playground]) -> None:
    ground = serve(MACHINES, world=WORLD, dns=True)
    for name in TRIED:
        try_to_activate(ground, name)
    reports = ground.folder / "reports"
    arguments = ("-e", f"doctor_directory={reports}", "-f", "10")
    run = ground.run(PLAYBOOK, variables=_variables(ground), arguments=arguments)
    assert run.code == 2, run.output
    assert _wrong(run) == WRONG
    invoked = [call["method"] for name in MACHINES for call in ground.fleet.machines[name].describe()["invoked"]]
    assert sorted(set(invoked)) == ["Activate", "CheckAccess"]
    assert invoked.count("Activate") == len(TRIED)  # those of before
    written = json.loads((reports / "doctor.json").read_text(encoding="utf-8"))
    assert {row["machine"]: row["wrong"] for row in written["machines"]} == WRONG
    assert {row["machine"] for row in written["diagnoses"]} == set(MACHINES)
    findings = [finding for row in written["machines"] for finding in row["findings"]]
    assert [finding for finding in findings if not finding["remedy"]] == []
    text = (reports / "doctor.txt").read_text(encoding="utf-8")
    assert text.splitlines()[-1].startswith("Machines: 19. Well: 4. With something wrong: 15.")


def test_without_a_fault_the_play_succeeds_and_with_one_it_may_be_told_to(serve: Callable[..., Playground]) -> None:
    ground = serve({name: MACHINES[name] for name in ("by-kms", "by-mak", "clock")}, world=WORLD, dns=True)
    well = ground.run(PLAYBOOK, variables=_variables(ground), arguments=("-e", "doctor_hosts=by-kms:by-mak"))
    assert (well.code, _wrong(well)) == (0, {"by-kms": [], "by-mak": []}), well.output
    ill = ground.run(PLAYBOOK, variables=_variables(ground), arguments=("-e", "doctor_keep_going=true"))
    assert (ill.code, _wrong(ill)["clock"]) == (0, ["clock_skew"]), ill.output


def test_over_psrp_it_tells_the_same(serve: Callable[..., Playground]) -> None:
    names = ("by-kms", "name", "no-rights", "password", "port", "wmi")
    ground = serve({name: MACHINES[name] for name in names}, world=WORLD, dns=True, connection="psrp", scheme="http")
    run = ground.run(PLAYBOOK, variables=_variables(ground))
    assert _wrong(run) == {name: WRONG[name] for name in names}, run.output


def test_a_host_that_is_no_windows_machine_is_left_out(serve: Callable[..., Playground]) -> None:
    machines = {"by-mak": MACHINES["by-mak"], "linux": {**SERVER, "vars": {"ansible_connection": "local"}}}
    run = serve(machines, dns=True).run(PLAYBOOK)
    assert run.code == 0, run.output
    assert _wrong(run) == {"by-mak": [], "linux": []}
    assert (_report(run)["summary"]["not_examined"], _report(run)["summary"]["skipped"]) == (1, 1)
    alone = serve({"linux": machines["linux"]}, dns=True).run(PLAYBOOK, arguments=("-e", "doctor_keep_going=true"))
    assert alone.code == 2, alone.output
    assert "0 of 0 machines were read, and 1 hosts were skipped" in " ".join(alone.output.split())


def test_the_count_of_the_kms_host_is_read_first(serve: Callable[..., Playground]) -> None:
    machines = {
        "host": MACHINES["host"],
        "app": {**SERVER, "kms_host": "host.corp.example"},
    }
    ground = serve(machines, dns=True)
    arguments = ("-e", '{"doctor_kms_hosts": ["host", "nope"]}')
    run = ground.run(PLAYBOOK, variables=_variables(ground), arguments=arguments)
    assert _wrong(run)["app"] == ["below_threshold"], run.output
    [uncounted] = [row["result"]["msg"] for row in run.results if row["task"].endswith("count was not read")]
    assert "KMS host nope was not read" in uncounted and "KMS host host" not in uncounted


def test_nothing_of_what_was_found_fails_the_task(serve: Callable[..., Playground]) -> None:
    run = serve({"password": MACHINES["password"]}).play(task("diagnosis_info"))
    found = run.result("password")
    assert (run.code, found["changed"], found["diagnosis"]["reached"]) == (0, False, False), run.output


def test_the_password_is_nowhere_and_the_transcript_tells_nobody(serve: Callable[..., Playground]) -> None:
    machines = {
        "zugspitze7": {
            **SERVER,
            "domain": "fabrikam.example",
            "lookup_domain": "corp.example",
            "cmid": CMID,
            "firmware_key": "FFFFF-GGGGG-HHHHH-JJJJJ-KKKKK",
            "credentials": {"username": "operator-7", "password": "The-Password-Of-This-Test-1"},
        }
    }
    ground = serve(machines, world=WORLD, dns=True)
    folder = ground.folder / "transcripts"
    arguments = ("-vvvvv", "-e", f"doctor_transcript_directory={folder}")
    run = ground.run(PLAYBOOK, variables=_variables(ground), arguments=arguments)
    assert (run.code, _wrong(run)) == (0, {"zugspitze7": []}), run.output
    (path,) = folder.iterdir()
    assert path.name == "transcript-1.json"
    text = path.read_text(encoding="utf-8").lower()
    telling = ("zugspitze7", "fabrikam", "corp.example", "operator-7", "127.0.0.1", "fffff", "kkkkk", CMID)
    assert [word for word in telling if word in text] == []
    assert "the-password-of-this-test-1" not in (run.output + text).lower()
    assert "FFFFF-GGGGG" not in run.output
    transcript = load(path)
    assert summary(replayed(transcript)) == transcript["diagnosis"]
    assert [row["number"] for row in transcript["questions"] if not row["seen"]] == [6]


def test_check_mode_tells_the_same_and_writes_no_transcript(serve: Callable[..., Playground]) -> None:
    ground = serve({"clock": MACHINES["clock"]}, world=WORLD, dns=True)
    folder = ground.folder / "transcripts"
    arguments = ("--check", "-e", f"doctor_transcript_directory={folder}", "-e", "doctor_keep_going=true")
    run = ground.run(PLAYBOOK, variables=_variables(ground), arguments=arguments)
    assert (run.code, _wrong(run), folder.exists()) == (0, {"clock": ["clock_skew"]}, False), run.output
