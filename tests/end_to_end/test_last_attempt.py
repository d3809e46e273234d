# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why a KMS client is not licensed is named when it fails and afterwards, with the host that it contacted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .playbook_runs import Playground, task

Serve = Callable[..., Playground]

CLIENT = {"system": "server_2022_standard", "status": None}
WORLD = {
    "kms_hosts": {
        "kms-few.corp.example": {"count": 2},
        "kms-late.corp.example": {"count": 50, "clock_skew": "5h"},
        "kms-old.corp.example": {"count": 50, "products": ["server_2016"]},
        "kms-gone.corp.example": {"reachable": False},
    },
    "dns": {},
}
# What the module returns, and what the event log has.
CODES = {
    "few": ("0xC004F038", "0xC004F038"),
    "late": ("0xC004F074", "0xC004F06C"),
    "old": ("0xC004F042", "0xC004F042"),
    "gone": ("0xC004F074", "0x800706BA"),
}
NOT_BOUND = "0xC004F056"


def _machines() -> dict[str, dict[str, Any]]:
    # One clock is far off: its events are found all the same.
    named = {name: {**CLIENT, "kms_host": f"kms-{name}.corp.example"} for name in CODES}
    named["few"]["system"] = "windows_11_enterprise"
    named["gone"]["clock_skew"] = "-400d"
    return {**named, "nameless": CLIENT}


def _place(attempt: dict[str, Any]) -> tuple[str | None, int | None]:
    return attempt["host"], attempt["port"]


def _findings(result: dict[str, Any]) -> dict[tuple[str, str | None], list[str]]:
    return {(row["code"], row["subject"]): row["machines"] for row in result["audit"]["findings"]}


def test_the_code_behind_a_failure_is_named_when_it_happens_and_afterwards(serve: Serve) -> None:
    ground = serve(_machines(), world=WORLD)
    audit = {**task("fleet_audit", clock_skew_minutes=1440), "run_once": True}
    run = ground.play(
        {**task("activate", wait_seconds=0), "name": "try", "ignore_errors": True},
        {**task("diagnosis_info", expect="kms"), "name": "doctor"},
        {**task("license_info"), "name": "without"},
        {**task("license_info", events=True), "name": "with"},
        {**audit, "name": "audit"},
        {**audit, "volume.activation.fleet_audit": {"events": True}, "name": "audit with events"},
    )
    for name, (returned, logged) in CODES.items():
        failed = run.result(name, "try")
        assert (failed["code"], failed["last_attempt"]["code"]) == (returned, logged), run.output
        assert _place(failed["last_attempt"]) == (f"kms-{name}.corp.example", 1688)
        assert (failed["cause"], failed["remedy"]) == tuple(failed["last_attempt"][key] for key in ("cause", "remedy"))
        assert logged in failed["msg"] and f"kms-{name}.corp.example:1688" in failed["msg"]
        (product,) = run.result(name, "with")["license"]["products"]
        assert (product["reason"]["code"], product["last_attempt"]["code"]) == (NOT_BOUND, logged)
        (plain,) = run.result(name, "without")["license"]["products"]
        assert (plain["reason"]["code"], "last_attempt" in plain) == (NOT_BOUND, False)
        assert run.result(name, "with")["requests"] - run.result(name, "without")["requests"] in (1, 2)
        diagnosis = run.result(name, "doctor")["diagnosis"]
        assert diagnosis["wrong"][-1] == logged
        assert ("below_threshold" in diagnosis["wrong"]) == (name == "few")
        assert _place(diagnosis["last_attempt"]) == (f"kms-{name}.corp.example", 1688)
    assert run.result("few", "try")["last_attempt"]["count"] == 3
    assert run.result("nameless", "try")["code"] == "0x8007232B"
    assert "last_attempt" not in run.result("nameless", "try")
    assert ("below_threshold", "windows_client") not in _findings(run.result("few", "audit"))
    found = run.result("few", "audit with events")
    assert _findings(found)[("below_threshold", "windows_client")] == ["few"]
    details = {row["name"]: row for row in found["audit"]["machines"]}
    assert details["late"]["license"]["products"][0]["last_attempt"]["code"] == "0xC004F06C"
    assert "cause" not in details["late"]["license"]["products"][0]["last_attempt"]


def test_an_activation_that_works_asks_for_no_event(serve: Serve) -> None:
    world = {"kms_hosts": {"kms.corp.example": {"count": 50}}}
    ground = serve({"srv": {**CLIENT, "kms_host": "kms.corp.example"}}, world=world)
    run = ground.play({**task("activate"), "name": "try"}, {**task("license_info", events=True), "name": "look"})
    assert run.code == 0, run.output
    assert "last_attempt" not in run.result("srv", "try")
    assert "last_attempt" not in run.result("srv", "look")["license"]["products"][0]
