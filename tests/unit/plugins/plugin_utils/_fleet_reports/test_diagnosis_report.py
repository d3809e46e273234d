# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report of the doctor: rows, counts and text, in an order that never changes."""

from __future__ import annotations

from typing import Any

from ansible_collections.volume.activation.plugins.plugin_utils._fleet_reports import diagnosis_report


def _check(name: str, status: str, code: str | None = None, **words: Any) -> dict[str, Any]:
    return {"check": name, "status": status, "code": code, "message": "", "cause": None, "remedy": None, **words}


def _machine(name: str, *checks: dict[str, Any]) -> dict[str, Any]:
    wrong = [check["code"] for check in checks if check["status"] == "wrong"]
    diagnosis = {"machine": name, "healthy": not wrong, "reached": True, "wrong": wrong, "checks": list(checks)}
    return {"machine": name, "result": {"changed": False, "diagnosis": diagnosis}}


WELL = _machine("app01", _check("clock", "ok"))
WORDS = {"message": "The clock is off.", "cause": "No time service.", "remedy": "Start it."}
ILL = _machine("app02", _check("clock", "wrong", "clock_skew", **WORDS), _check("srv", "unknown"))
FOREIGN = {
    "machine": "linux",
    "result": {"failed": True, "code": "foreign_connection", "msg": "It cannot go over ssh."},
}
FAILED = {"machine": "app03", "result": {"failed": True, "code": "bad_option", "msg": "No such option.", "remedy": "?"}}
TEXT = """\
machine  what is wrong
----------------------
app01    nothing
app02    clock_skew
app03    bad_option
linux    (skipped: It cannot go over ssh.)

app02: clock, clock_skew
  What:  The clock is off.
  Why:   No time service.
  To do: Start it.

app03: bad_option
  What:  No such option.
  To do: ?

Machines: 4. Well: 1. With something wrong: 2. Not examined: 2, of which 1 were skipped.
"""


def test_the_text_tells_each_machine_and_then_each_finding() -> None:
    assert diagnosis_report([FOREIGN, FAILED, ILL, WELL])["text"] == TEXT


def test_the_counts_are_those_of_the_rows() -> None:
    assert diagnosis_report([FOREIGN, FAILED, ILL, WELL])["summary"] == {
        "machines": 4,
        "healthy": 1,
        "wrong": 2,
        "not_examined": 2,
        "skipped": 1,
        "unread": 1,
        "codes": {"bad_option": 1, "clock_skew": 1},
    }


def test_a_host_that_is_no_windows_machine_is_not_wrong() -> None:
    (row,) = diagnosis_report([FOREIGN])["rows"]
    assert (row["examined"], row["healthy"], row["wrong"], row["findings"]) == (False, False, [], [])


def test_a_machine_of_which_nothing_came_is_wrong() -> None:
    (row,) = diagnosis_report([{"machine": "app04", "result": None}])["rows"]
    assert (row["wrong"], row["findings"][0]["message"]) == (["not_examined"], "The machine was not examined.")


def test_what_nobody_could_tell_is_told_and_not_wrong() -> None:
    report = diagnosis_report([_machine("app05", _check("srv", "unknown"))])
    assert (report["summary"]["healthy"], report["rows"][0]["unknown"]) == (1, ["srv"])
    assert "app05    nothing (not known: srv)" in report["text"]


def test_long_texts_are_wrapped_below_each_other() -> None:
    text = diagnosis_report([_machine("a", _check("key", "wrong", "x", message="word " * 60))])["text"]
    assert max(len(line) for line in text.splitlines()) <= 110
    assert "\n         word" in text


def test_nothing_gives_a_report_too() -> None:
    assert diagnosis_report([])["summary"]["machines"] == 0
