# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Clients with several KMS hosts to choose from: the first that activates stays, also in the runs that follow."""

from __future__ import annotations

from typing import Any

from .mak_cases import ACTIVATE, REFRESH, Serve
from .playbook_runs import Playground, task

NOTHING = {"system": "server_2022_standard", "channel": "kms_client", "status": "notification"}
SET, CLEAR, CLEAR_PORT, SET_PORT = (
    "SetKeyManagementServiceMachine",
    "ClearKeyManagementServiceMachine",
    "ClearKeyManagementServicePort",
    "SetKeyManagementServicePort",
)
WORLD = {
    "kms_hosts": {
        "dead.corp.example": {"reachable": False},
        "young.corp.example": {"count": 1},
        "late.corp.example": {"clock_skew": "5h"},
        "good.corp.example": {"count": 50, "port": 1700},
        "spare.corp.example": {"count": 50},
    }
}
HOSTS = ["dead.corp.example", "young.corp.example", "late.corp.example", "good.corp.example:1700", "spare.corp.example"]


def _invoked(ground: Playground, name: str) -> list[str]:
    return [entry["method"] for entry in ground.fleet.machines[name].describe()["invoked"]]


def _set(result: dict[str, Any]) -> tuple[str, int | None]:
    service = result["license"]["service"]
    return service["kms_host"], service["kms_port"]


def test_the_first_host_that_activates_stays_and_later_runs_change_nothing(serve: Serve) -> None:
    ground = serve({"srv": NOTHING}, world=WORLD)
    wish = task("kms_client", kms_hosts=HOSTS)
    run = ground.play(
        {**wish, "name": "first"}, {**wish, "name": "again"}, {**wish, "name": "check", "check_mode": True}
    )
    assert run.code == 0, run.output
    first = run.result("srv", "first")
    assert _set(first) == ("good.corp.example", 1700)
    assert [
        (row["host"], row["port"], row["activated"], row["code"], row["inner_code"]) for row in first["kms_hosts_tried"]
    ] == [
        ("dead.corp.example", 1688, False, "0xC004F074", "0x800706BA"),
        ("young.corp.example", 1688, False, "0xC004F038", "0xC004F038"),
        ("late.corp.example", 1688, False, "0xC004F074", "0xC004F06C"),
        ("good.corp.example", 1700, True, None, None),
    ]
    assert first["license"]["products"][0]["status"] == "licensed"
    # Each host is set, asked once and left. What Windows then shows might be its own, so that is cleared with the next.
    first_asked, asked = [SET, ACTIVATE, REFRESH], [SET, CLEAR, ACTIVATE, REFRESH]
    assert _invoked(ground, "srv") == [*first_asked, *asked, *asked, SET, CLEAR, SET_PORT, ACTIVATE, REFRESH]
    for name in ("again", "check"):
        later = run.result("srv", name)
        assert (later["changed"], later["steps"], later["kms_hosts_tried"]) == (False, [], [])


def test_what_was_done_on_the_way_is_told_step_by_step(serve: Serve) -> None:
    ground = serve({"srv": NOTHING}, world=WORLD)
    run = ground.play(task("kms_client", kms_hosts=["dead.corp.example", "spare.corp.example"]))
    steps = [(step["action"], step["target"]) for step in run.result("srv")["steps"]]
    assert steps == [
        ("set_kms_host", "dead.corp.example"),
        ("set_kms_host", "spare.corp.example"),
        ("activate", "licensed"),
    ]


def test_when_none_activates_the_most_wished_for_is_left_and_each_reason_is_told(serve: Serve) -> None:
    ground = serve({"srv": {**NOTHING, "kms_host": "old.corp.example", "kms_port": 1701}}, world=WORLD)
    wish = {**task("kms_client", kms_hosts=HOSTS[:3]), "ignore_errors": True}
    run = ground.play({**wish, "name": "first"}, {**task("license_info"), "name": "look"}, {**wish, "name": "again"})
    failed = run.result("srv", "first")
    assert (failed["code"], failed["refused"], failed["changed"]) == ("no_kms_host_activates", False, True)
    assert [row["activated"] for row in failed["kms_hosts_tried"]] == [False] * 3
    for code in ("0xC004F074", "0xC004F038", "0xC004F06C"):
        assert code in failed["msg"]
    assert "dead.corp.example" in failed["remedy"]
    assert _set(run.result("srv", "look")) == ("dead.corp.example", None)
    assert run.result("srv", "again")["code"] == "no_kms_host_activates"


def test_a_licensed_machine_stays_on_whichever_of_them_it_is_and_others_settings_are_seen_to(serve: Serve) -> None:
    licensed = {**NOTHING, "status": "licensed", "kms_host": "spare.corp.example", "lease_days": 100}
    ground = serve({"srv": licensed, "elsewhere": {**licensed, "kms_host": "old.corp.example"}}, world=WORLD)
    run = ground.play(task("kms_client", kms_hosts=["dead.corp.example", "spare.corp.example"], host_caching=False))
    assert run.code == 0, run.output
    assert _set(run.result("srv")) == ("spare.corp.example", None)
    assert _invoked(ground, "srv") == ["DisableKeyManagementServiceHostCaching"]
    # A licensed machine on none of them needs no activation now; it is led to the one most wished for.
    assert _set(run.result("elsewhere")) == ("dead.corp.example", None)
    assert ACTIVATE not in _invoked(ground, "elsewhere")


def test_a_renewal_that_is_due_is_asked_of_them_in_their_order(serve: Serve) -> None:
    old = {**NOTHING, "status": "licensed", "kms_host": "spare.corp.example", "lease_days": 10}
    ground = serve({"srv": old}, world=WORLD)
    run = ground.play(task("kms_client", kms_hosts=["dead.corp.example", "spare.corp.example"], renew_below_days=30))
    assert run.code == 0, run.output
    assert [row["activated"] for row in run.result("srv")["kms_hosts_tried"]] == [False, True]
    assert run.result("srv")["license"]["products"][0]["grace_minutes"] > 179 * 24 * 60


def test_what_no_other_host_could_mend_ends_at_the_first(serve: Serve) -> None:
    faults = [{"on": ACTIVATE, "do": "hresult", "code": "0xC004F015", "times": 0}]
    ground = serve({"srv": {**NOTHING, "faults": faults}}, world=WORLD)
    run = ground.play(
        {**task("kms_client", kms_hosts=["good.corp.example:1700", "spare.corp.example"]), "ignore_errors": True}
    )
    assert run.result("srv")["code"] == "0xC004F015"
    assert _invoked(ground, "srv").count(ACTIVATE) == 1


def test_check_mode_foretells_the_first_and_asks_nobody(serve: Serve) -> None:
    ground = serve({"srv": NOTHING}, world=WORLD)
    run = ground.play(task("kms_client", kms_hosts=HOSTS), arguments=("--check",))
    assert _set(run.result("srv")) == ("dead.corp.example", None)
    assert [step["action"] for step in run.result("srv")["steps"]] == ["set_kms_host", "activate"]
    assert (run.result("srv")["kms_hosts_tried"], _invoked(ground, "srv")) == ([], [])


def test_bad_lists_are_refused_before_anything_is_sent(serve: Serve) -> None:
    ground = serve({"srv": NOTHING}, world=WORLD)
    bad: list[dict[str, Any]] = [
        {"kms_hosts": []},
        {"kms_hosts": ["one", " "]},
        {"kms_hosts": ["one", "two three"]},
        {"kms_hosts": ["one:0"]},
        {"kms_hosts": ["one:65536"]},
        {"kms_hosts": ["one:two:3"]},
        {"kms_hosts": ["one"], "kms_host": "two"},
        {"kms_hosts": ["one"], "dns_discovery": True},
        {"kms_hosts": ["one", "corp.example"]},
    ]
    tasks = [
        {**task("kms_client", **options), "name": f"bad {number}", "ignore_errors": True}
        for number, options in enumerate(bad)
    ]
    run = ground.play(*tasks)
    codes = [run.result("srv", f"bad {number}")["code"] for number in range(len(bad))]
    assert codes == ["bad_option"] * (len(bad) - 1) + ["domain_as_kms_host"]
    assert _invoked(ground, "srv") == []
