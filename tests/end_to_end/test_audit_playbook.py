# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook audit: what it writes and tells of a small fleet, and when it fails."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from typing import Any

import pytest

from .playbook_runs import Playground, Run

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
    place = {"audit_directory": str(ground.folder / "audit"), "audit_fail_on_unread": 25, **variables}
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
        "1 skipped: linux. The connection is local, and not winrm or psrp.",
        "critical: Windows is not licensed, 1 machine (web02)",
        *(line for line in _told(run)[3:5] if line.startswith("warning: ")),
        f"The report is {audit}/report.html",
    ]


def test_an_incomplete_audit_fails_after_the_report_is_written(serve: Callable[..., Playground]) -> None:
    """Few files may be open, and the login of three machines is wrong: none of that leaves the others unread."""
    wrong = {**KMS, "vars": {"ansible_user": "retired", "ansible_password": "not-the-password"}}
    refusing = {name: wrong for name in ("aaa01", "aaa02", "aaa03")}
    ground = serve({**{f"web{number:02}": KMS for number in range(12)}, **refusing})
    audit = ground.folder / "audit"
    options = {"audit_directory": str(audit), "audit_max_login_refusals": 1}
    run = ground.run(PLAYBOOK, arguments=("-e", json.dumps(options)), starter=("sh", "-c", 'ulimit -n 64; "$@"', "sh"))
    assert run.code == 2, run.output
    assert "hosts are read at a time and not 64" in " ".join(run.output.split())
    document = _document(ground)
    assert document["summary"]["reached"] == 12
    errors = sorted(row["error"]["code"] for row in document["machines"] if row["error"])
    assert errors == ["login_given_up", "login_given_up", "login_refused"]
    [unread] = [row for row in document["findings"] if row["code"] == "audit_incomplete"]
    assert (unread["severity"], unread["subject"], len(unread["machines"])) == ("critical", "login_given_up", 2)
    assert "Left unread by the audit" in (audit / "report.html").read_text(encoding="utf-8")
    assert _told(run)[1].startswith("critical: Left unread by the audit: login_given_up, 2 machines")
    assert "The audit is incomplete" in " ".join(run.output.split())
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in audit.iterdir()} == {
        "audit.csv": 0o600,
        "audit.json": 0o600,
        "report.html": 0o600,
    }


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


def test_an_audit_that_read_nothing_fails_after_the_report_and_says_why_hosts_were_skipped(
    serve: Callable[..., Playground],
) -> None:
    """One host is off, and the connection of the other is set where an audit does not look."""
    ground = serve({"linux": {**KMS, "vars": {"ansible_connection": None}}, "off01": MACHINES["off01"]})
    play = [
        {
            "hosts": "all",
            "gather_facts": False,
            "vars": {"ansible_connection": "winrm"},
            "tasks": [{"volume.activation.fleet_audit": {"hosts": ["linux"]}}],
        }
    ]
    (ground.folder / "play.yml").write_text(json.dumps(play))
    run = ground.run("play.yml")
    assert (run.code, run.results[-1]["result"]["code"]) == (2, "too_few_read"), run.output
    [skipped] = run.results[-1]["result"]["audit"]["skipped_by_reason"]
    assert skipped["machines"] == ["linux"] and "The play sets ansible_connection" in skipped["reason"]
    whole = _audited(ground, hosts=("off01",), audit_fail_on_unread=100)
    assert whole.code == 2, whole.output
    assert "Machines read: 0 of 1" in whole.results[-1]["result"]["msg"]
    assert (ground.folder / "audit" / "report.html").exists()
    assert "There are no findings." not in _told(whole)


def test_a_limit_of_zero_is_not_taken_for_one_that_is_not_set(serve: Callable[..., Playground]) -> None:
    run = _audited(serve({name: MACHINES[name] for name in ("off01", "web01")}), audit_fail_on_unread=0)
    assert run.code == 2 and "More than 0 percent" in run.results[-1]["result"]["msg"], run.output


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
