# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook audit: what it writes and tells of a small fleet, and when it fails."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from .playground import Playground, Run

PLAYBOOK = "volume.activation.audit"
KMS = {"system": "server_2022_standard", "status": "licensed", "lease_days": 170}
MACHINES: dict[str, dict[str, Any]] = {
    "desk01": {**KMS, "system": "windows_11_enterprise", "vars": {"activation_profile": "mak_exception"}},
    "linux": {**KMS, "vars": {"ansible_connection": "local"}},
    "off01": {**KMS, "faults": [{"on": "any", "do": "refuse", "times": 0}]},
    "web01": {**KMS, "vars": {"activation_profile": "kms_default"}},
    "web02": {"system": "server_2022_standard", "status": "notification"},
}
FINDINGS = {"not_licensed": ["web02"], "profile_drift": ["desk01"], "unreachable": ["off01"]}
WARNED = ("desk01", "web01")


def _audited(ground: Playground, *arguments: str, hosts: tuple[str, ...] = (), **variables: Any) -> Run:
    place = {"audit_directory": str(ground.folder / "audit"), **variables}
    named = {"audit_hosts": ":".join(hosts)} if hosts else {}
    return ground.run(PLAYBOOK, arguments=("-e", json.dumps({**place, **named}), *arguments))


def _document(ground: Playground) -> dict[str, Any]:
    return dict(json.loads((ground.folder / "audit" / "audit.json").read_bytes()))


def _told(run: Run) -> list[str]:
    rows = [row["result"] for row in run.results if row["task"].endswith("Tell what was found")]
    assert rows, run.output
    return list(rows[-1]["msg"])


def test_the_report_is_written_and_the_findings_are_told(serve: Callable[..., Playground]) -> None:
    ground = serve(MACHINES)
    metrics = ground.folder / "activation.prom"
    run = _audited(ground, audit_title="The fleet of this test", audit_prometheus=str(metrics))
    assert run.code == 0, run.output
    document = _document(ground)
    assert {finding["code"]: finding["machines"] for finding in document["findings"]} == FINDINGS
    assert (document["summary"]["machines"], document["skipped"]) == (4, ["linux"])
    audit = ground.folder / "audit"
    assert sorted(path.name for path in audit.iterdir()) == ["audit.csv", "audit.json", "report.html"]
    assert "The fleet of this test" in (audit / "report.html").read_text(encoding="utf-8")
    assert len((audit / "audit.csv").read_text(encoding="utf-8").splitlines()) == 5
    assert metrics.read_text(encoding="utf-8").startswith("# HELP ")
    assert _told(run) == [
        "4 machines: 3 were read, 2 are licensed, 3 have findings.",
        "critical: Windows is not licensed, 1 machine (web02)",
        *(line for line in _told(run)[2:4] if line.startswith("warning: ")),
        f"The report is {audit}/report.html",
    ]


@pytest.mark.parametrize(("variables", "place"), [({}, "audit"), ({"audit_directory": "of/today"}, "of/today")])
def test_the_directory_is_where_the_command_was_started(
    serve: Callable[..., Playground], variables: dict[str, str], place: str
) -> None:
    """Also where nobody has set PWD, as under systemd."""
    ground = serve({"web01": MACHINES["web01"]})
    run = ground.run(PLAYBOOK, arguments=("-e", json.dumps(variables)), environment={"PWD": ""})
    assert run.code == 0, run.output
    assert (ground.folder / place / "report.html").exists()
    assert _told(run)[-1] == f"The report is {ground.folder}/{place}/report.html"


@pytest.mark.parametrize(
    ("fail_on", "hosts", "code"),
    [
        ("warning", WARNED, 2),
        ("critical", WARNED, 0),
        ("criticall", WARNED, 2),
    ],
)
def test_it_fails_as_it_was_told_to(
    serve: Callable[..., Playground], fail_on: str, hosts: tuple[str, ...], code: int
) -> None:
    ground = serve(MACHINES)
    run = _audited(ground, hosts=hosts, audit_fail_on=fail_on)
    assert run.code == code, run.output
    assert (ground.folder / "audit" / "report.html").exists() is (fail_on != "criticall")


def test_check_mode_tells_the_same_and_writes_nothing(serve: Callable[..., Playground]) -> None:
    ground = serve(MACHINES)
    run = _audited(ground, "--check", audit_fail_on="critical")
    assert (run.code, (ground.folder / "audit").exists()) == (2, False), run.output
    assert _told(run)[0] == "4 machines: 3 were read, 2 are licensed, 3 have findings."
    assert _told(run)[-1].startswith("warning: ")


def test_a_second_run_finds_the_same_and_nothing_is_done_to_any_machine(serve: Callable[..., Playground]) -> None:
    ground = serve({name: MACHINES[name] for name in WARNED})
    first, found = _audited(ground), _found(ground)
    second = _audited(ground)
    assert (first.code, second.code, _found(ground)) == (0, 0, found), second.output
    assert [machine.describe()["invoked"] for machine in ground.fleet.machines.values()] == [[], []]


def test_an_audit_that_cannot_be_kept_is_told_and_makes_no_report_of_an_older_one(
    serve: Callable[..., Playground],
) -> None:
    ground = serve({name: MACHINES[name] for name in WARNED})
    assert _audited(ground).code == 0
    audit = ground.folder / "audit"
    older = (audit / "report.html").read_bytes()
    (audit / "audit.json").unlink()
    (audit / "audit.json").symlink_to(ground.folder / "nowhere" / "audit.json")
    run = _audited(ground)
    assert run.code == 2, run.output
    assert _told(run)[0] == "2 machines: 2 were read, 2 are licensed, 1 have findings."
    assert not any("report" in line for line in _told(run))
    assert "Neither the audit nor a report was written" in " ".join(run.output.split())
    assert (audit / "report.html").read_bytes() == older


def _found(ground: Playground) -> dict[str, Any]:
    """Return what an audit has found, without the times at which it did."""
    document = _document(ground)
    names = [(row["name"], row["status"], row["method"], row["findings"]) for row in document["machines"]]
    return {"machines": names, **{name: document[name] for name in ("summary", "findings", "expiry")}}
