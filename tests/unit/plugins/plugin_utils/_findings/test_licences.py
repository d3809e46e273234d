# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether and how long a machine is licensed, and its clock."""

from __future__ import annotations

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._audit_report.document import damage

from .audit_rows import DAY, LEASE, Row, client, document, found, permanent, product, row, unread

TOO_LOW = {"code": "0xC004F038", "name": "SL_E_VL_KEY_MANAGEMENT_SERVICE_ACTIVATION_THRESHOLD"}


def unlicensed(status: str = "notification", **changes: object) -> Row:
    """Return Windows on a generic key that nobody has licensed."""
    given = {"status": status, "grace_minutes": 0, "expires": None, "activated_by": None, "reason": None, **changes}
    return product(**given)


def detail(machine: Row, code: str, **settings: object) -> str:
    """Return what a finding says of the one machine."""
    (finding,) = (each for each in document(machine, **settings)["findings"] if each["code"] == code)
    return str(finding["details"][machine["name"]])


@pytest.mark.parametrize("status", ["unlicensed", "oob_grace", "oot_grace", "non_genuine_grace", "notification"])
def test_what_is_not_licensed_is_found(status: str) -> None:
    assert found(row("a", unlicensed(status))) == {("not_licensed", None): ["a"]}


@pytest.mark.parametrize("status", ["licensed", "extended_grace"])
def test_what_is_licensed_is_not(status: str) -> None:
    assert found(row("a", product(status=status))) == {}


def test_a_grace_tells_its_days_and_the_reason_of_the_machine() -> None:
    said = detail(row("a", unlicensed("oot_grace", grace_minutes=4 * DAY + 7, reason=TOO_LOW)), "not_licensed")
    assert "oot_grace, 4 days left" in said
    assert "0xC004F038: " in said
    assert "1 day left" in detail(row("a", unlicensed("oob_grace", grace_minutes=DAY)), "not_licensed")


def test_the_last_attempt_is_told_before_the_reason_with_the_host_that_was_contacted() -> None:
    state = {"code": "0xC004F056", "name": "SL_E_VL_MACHINE_NOT_BOUND"}
    attempt = {"code": "0xC004F06C", "name": None, "host": "kms.corp.example", "port": 1700, "event": 12288}
    said = detail(row("a", unlicensed(reason=state, last_attempt=attempt)), "not_licensed")
    assert "0xC004F06C: " in said and "kms.corp.example:1700" in said and "0xC004F056" not in said
    succeeded = {**attempt, "code": None}
    said = detail(row("a", unlicensed(reason=state, last_attempt=succeeded)), "not_licensed")
    assert "0xC004F056: " in said and "0xC004F06C" not in said


@pytest.mark.parametrize(
    "odd", [[], "text", {"code": 7, "host": None}, {"code": "0xC004F06C", "host": {}, "port": "x"}]
)
def test_an_attempt_that_is_damaged_fails_nothing(odd: object) -> None:
    document(row("a", unlicensed(last_attempt=odd)))


def test_a_machine_without_a_key_is_not_licensed() -> None:
    machine = row("a", product(partial_product_key=None, is_primary=False), profile="mak_exception")
    assert found(machine) == {("not_licensed", None): ["a"]}
    whole = document(machine)["machines"][0]
    assert (whole["method"], whole["status"]) == ("none", "no_key")


def test_products_that_were_not_read_are_no_verdict() -> None:
    machine = row("a")
    del machine["license"]["products"]
    assert found(machine) == {("unreachable", "unknown"): ["a"]}


def test_an_extended_security_update_is_not_windows() -> None:
    addon = unlicensed(channel="mak", is_addon=True, is_primary=False)
    assert found(row("a", product(), addon)) == {}


@pytest.mark.parametrize(
    ("minutes", "days", "expected"),
    [(30 * DAY, 30, True), (31 * DAY, 30, False), (1, 30, True), (31 * DAY, 31, True), (1, 0, True), (DAY, 0, False)],
)
def test_a_lease_runs_out(minutes: int, days: int, expected: bool) -> None:
    machine = row("a", product(grace_minutes=minutes))
    assert found(machine, expiring_days=days) == ({("lease_expiring", None): ["a"]} if expected else {})


@pytest.mark.parametrize("by", ["kms", "ad"])
def test_a_lease_by_either_way_runs_out(by: str) -> None:
    assert ("lease_expiring", None) in found(row("a", product(grace_minutes=DAY, activated_by=by)))


def test_a_lease_of_office_runs_out() -> None:
    machine = row("a", product(), product("office", grace_minutes=2 * DAY))
    assert found(machine) == {("lease_expiring", None): ["a"]}
    assert "Office 21" in detail(machine, "lease_expiring")
    assert "ends on 2026-11-24, in 2 days" in detail(machine, "lease_expiring")


@pytest.mark.parametrize("channel", ["mak", "retail", "oem", "avma"])
def test_other_keys_have_no_lease(channel: str) -> None:
    assert found(row("a", product(channel=channel, grace_minutes=DAY)), mak_share_limit=100.0) == {}


EVALUATION = {"channel": "evaluation", "family": "ServerStandardEval", "activated_by": None}


@pytest.mark.parametrize(
    "changes",
    [
        {"grace_minutes": 90 * DAY},
        {"grace_minutes": 2 * DAY},
        {"status": "notification", "grace_minutes": 0},
        {"status": "unlicensed", "grace_minutes": 0, "channel": "unknown"},
    ],
)
@pytest.mark.parametrize("profile", [None, "kms_default", "mak_exception", "none"])
def test_an_evaluation_is_one_finding(changes: Row, profile: str | None) -> None:
    machine = row("a", product(**{**EVALUATION, **changes}), edition="ServerStandardEval", profile=profile)
    assert found(machine) == {("evaluation_edition", None): ["a"]}


def test_an_evaluation_that_is_over_does_not_end_any_more() -> None:
    over = product(**EVALUATION, status="notification", grace_minutes=0, expires="2026-10-01")
    assert document(row("a", over, edition="ServerStandardEval"))["expiry"]["days"] == []


def test_an_evaluation_without_minutes_ends_when_windows_says() -> None:
    running = product(**EVALUATION, grace_minutes=0, expires="2026-12-24")
    days = document(row("a", running, edition="ServerStandardEval"))["expiry"]["days"]
    assert days == [{"date": "2026-12-24", "days_left": 32, "machines": ["a"]}]


def test_an_evaluation_tells_its_end() -> None:
    machine = row("a", product(**EVALUATION, grace_minutes=9 * DAY), edition="ServerStandardEval")
    assert "ends on 2026-12-01, in 9 days" in detail(machine, "evaluation_edition")
    assert document(machine)["expiry"]["days"] == [{"date": "2026-12-01", "days_left": 9, "machines": ["a"]}]


@pytest.mark.parametrize("profile", [None, "kms_default", "none"])
def test_a_subscription_is_told_and_no_drift(profile: str | None) -> None:
    lifted = client("a", permanent("oem", family="Professional"), profile=profile)
    assert found(lifted) == {("subscription", None): ["a"]}
    assert document(lifted)["machines"][0]["method"] == "subscription"


def test_professional_itself_is_no_subscription() -> None:
    assert found(client("a", permanent("oem", family="Professional"), edition="Professional")) == {}


@pytest.mark.parametrize(
    ("clock", "minutes", "expected"),
    [
        ("2026-11-22T17:00:00+00:00", 240, False),
        ("2026-11-22T17:01:00+00:00", 240, True),
        ("2026-11-22T08:59:00+00:00", 240, True),
        ("2026-11-22T22:00:00+09:00", 240, False),
        ("2026-11-22T13:06:00+00:00", 5, True),
        ("2026-11-22T13:04:00+00:00", 5, False),
        (None, 5, False),
        ("half past one", 5, False),
    ],
)
def test_a_clock_is_compared_at_the_time_of_reading(clock: str | None, minutes: int, expected: bool) -> None:
    assert (("clock_skew", None) in found(row("a", clock=clock), clock_skew_minutes=minutes)) is expected


def test_a_clock_says_in_which_direction() -> None:
    assert (
        detail(row("a", clock="2026-11-22T18:30:00+00:00"), "clock_skew") == "5.5 hours ahead of the controller's clock"
    )
    assert "behind" in detail(row("a", clock="2026-11-21T18:30:00+00:00"), "clock_skew")


def test_machines_that_were_not_read_are_found_by_their_errors() -> None:
    rows = (unread("b"), unread("a"), unread("c", "login_refused"), unread("d", None))
    assert found(*rows) == {
        ("unreachable", "connect_timeout"): ["a", "b"],
        ("unreachable", "login_refused"): ["c"],
        ("unreachable", "unknown"): ["d"],
    }


@pytest.mark.parametrize("code", ["controller_limit", "login_given_up", "reader_lost"])
def test_what_the_audit_itself_left_unread_is_critical_and_no_fault_of_the_machine(code: str) -> None:
    whole = document(unread("a", code, cause="A cause."), unread("b"))
    worst, other = whole["findings"]
    assert (worst["code"], worst["severity"], worst["subject"]) == ("audit_incomplete", "critical", code)
    assert (worst["machines"], worst["cause"]) == (["a"], "A cause.")
    assert (other["code"], other["machines"]) == ("unreachable", ["b"])
    assert [machine["findings"] for machine in whole["machines"]] == [["audit_incomplete"], ["unreachable"]]


def test_of_several_causes_the_one_that_most_tell_counts() -> None:
    causes = ("It is off.", "It moved.", "It moved.")
    (finding,) = document(*(unread(f"m{number}", cause=cause) for number, cause in enumerate(causes)))["findings"]
    assert finding["cause"] == "It moved."


def test_a_row_that_was_not_reached_says_nothing_of_a_licence() -> None:
    assert found({**row("a"), "reached": False, "error": None}) == {("unreachable", "unknown"): ["a"]}


def test_the_cause_and_the_remedy_are_those_of_the_error() -> None:
    (finding,) = document(unread("a", cause="It is off.", remedy="Switch it on."))["findings"]
    assert (finding["cause"], finding["remedy"]) == ("It is off.", "Switch it on.")
    (finding,) = document(unread("a"))["findings"]
    assert "doctor" in finding["remedy"]


def test_a_day_without_an_end_is_no_day() -> None:
    machine = row("a", product(grace_minutes=10**12))
    assert document(machine)["expiry"]["days"] == []
    assert document(row("a"))["machines"][0]["days_left"] == 178
    assert LEASE == 180 * DAY


def test_the_days_are_counted_in_utc_wherever_the_controller_is() -> None:
    evening = document(row("a"), audited_at="2026-11-23T01:00:00+12:00")
    assert evening["machines"][0]["days_left"] == 178


def test_what_an_unread_machine_said_stays_with_it() -> None:
    fault = {"subcode": "InternalError", "code": None, "inner_code": None, "text": "Own words."}
    audit = document(unread("a", fault={**fault, "more": "else"}))
    assert damage(audit) is None
    assert audit["machines"][0]["error"]["fault"] == fault
    assert "fault" not in document(unread("a", fault="nonsense"))["machines"][0]["error"]
