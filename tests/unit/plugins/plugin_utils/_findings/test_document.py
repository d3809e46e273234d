# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The audit document: what it holds for any rows, in any order, whatever machines have made of them."""

from __future__ import annotations

import copy
import json
import typing as t
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.volume.activation.plugins.plugin_utils._findings import CODES, FORMAT, SEVERITIES, TEXTS

from .audit_rows import AT, DAY, Row, client, document, found, healthy, permanent, product, row, unread

WAITING: Row = {"status": "notification", "grace_minutes": 0, "activated_by": None}
SAME = "11111111-2222-3333-4444-555555555555"


def sick() -> list[Row]:
    """Return a fleet in which there is everything."""
    return [
        *healthy(),
        *(unread(name, code) for name, code in (("u1", "login_refused"), ("u2", "connect_timeout"), ("u3", None))),
        unread("u4", "reader_lost"),
        row("waits", product(**WAITING), counts={"windows": 1, "office": 1}),
        row("ends", product(grace_minutes=3 * DAY), profile="adba_default"),
        row("strands", product(activation_type="ad")),
        row("clone1", cmid=SAME, clock="2026-11-22T03:00:00+00:00"),
        row("clone2", cmid=SAME),
        row("two", product(kms={"host": "kms1"}), kms_host="kms2"),
        row("own", product(kms={"host": "kms1"})),
        row("eval", product(channel="evaluation", grace_minutes=3 * DAY), edition="ServerStandardEval"),
        client("lab", permanent("mak", family="Enterprise"), marks=["reimaged_lab"], profile="kms_default"),
        client("host", permanent("kms_host", family="Enterprise")),
        client("user", permanent("oem", family="Professional"), product("office", status="notification")),
        *(row(f"mak{number}", permanent("mak")) for number in range(9)),
    ]


def test_the_fleet_has_every_code_but_the_threshold() -> None:
    told = product(**{**WAITING, "last_attempt": {"code": "0xC004F038"}})
    assert {code for code, _subject in found(*sick(), row("told", told))} == set(CODES) - {"below_threshold"}


def test_its_parts_stand_in_this_order() -> None:
    whole = document(*sick())
    assert list(whole) == [
        *("format", "audited_at", "duration_seconds", "settings", "summary"),
        *("findings", "expiry", "forecast", "machines"),
    ]
    assert (whole["format"], whole["audited_at"], whole["duration_seconds"]) == (FORMAT, AT, 1.5)
    assert whole["settings"] == {
        "expiring_days": 30,
        "clock_skew_minutes": 240,
        "mak_share_limit": 10.0,
        "kms_hosts": [],
    }


def test_the_numbers_add_up() -> None:
    whole = document(*sick())
    summary, machines, findings = whole["summary"], whole["machines"], whole["findings"]
    assert summary["machines"] == len(machines) == len(sick())
    for by in ("by_status", "by_method", "by_profile"):
        assert sum(summary[by].values()) == len(machines)
    assert summary["reached"] == summary["machines"] - summary["by_status"]["unreachable"]
    assert summary["licensed"] == summary["by_status"]["licensed"] + summary["by_status"]["extended_grace"]
    assert summary["by_severity"] == {name: _of(findings, name) for name in SEVERITIES}
    assert summary["with_findings"] == len({name for each in findings for name in each["machines"]})


def _of(findings: list[Row], severity: str) -> int:
    return sum(each["severity"] == severity for each in findings)


def test_the_worst_comes_first() -> None:
    findings = document(*sick())["findings"]
    order = [(SEVERITIES.index(each["severity"]), each["code"], each["subject"] or "") for each in findings]
    assert order == sorted(order)
    assert len(set(order)) == len(order)


def test_machines_and_findings_agree() -> None:
    _agree(document(*sick()))


def _agree(whole: Row) -> None:
    by_machine = {machine["name"]: machine["findings"] for machine in whole["machines"]}
    told: dict[str, set[str]] = {name: set() for name in by_machine}
    for finding in whole["findings"]:
        assert finding["machines"] == sorted(set(finding["machines"])) == sorted(finding["details"])
        assert all(finding["details"].values())
        for name in finding["machines"]:
            told[name].add(finding["code"])
    assert by_machine == {name: sorted(codes) for name, codes in told.items()}


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_its_words(code: str) -> None:
    text = TEXTS[code]
    assert text.severity in SEVERITIES
    assert text.title and not text.title.endswith(".")
    assert text.remedy.endswith(".")
    assert text.cause is None or text.cause.endswith(".")


def test_the_days_are_those_of_the_machines() -> None:
    whole = document(*sick())
    days = {name: day["date"] for day in whole["expiry"]["days"] for name in day["machines"]}
    assert days == {machine["name"]: machine["expires"] for machine in whole["machines"] if machine["expires"]}
    assert [day["date"] for day in whole["expiry"]["days"]] == sorted(set(days.values()))
    left = {day["date"]: day["days_left"] for day in whole["expiry"]["days"]}
    assert all(left[machine["expires"]] == machine["days_left"] for machine in whole["machines"] if machine["expires"])


def test_the_end_is_the_nearest_one_by_the_clock_of_the_controller() -> None:
    machine = row("a", product(), product("office", grace_minutes=5 * DAY), clock="2020-01-01T00:00:00+00:00")
    told = document(machine)["machines"][0]
    assert (told["expires"], told["days_left"]) == ("2026-11-27", 5)


@settings(max_examples=25)
@given(st.permutations(sick()))
def test_the_order_of_the_rows_does_not_matter(rows: list[Row]) -> None:
    assert document(*rows) == document(*sick())


def test_rows_are_not_changed() -> None:
    rows = sick()
    before = copy.deepcopy(rows)
    document(*rows)
    assert rows == before


STRANGE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(min_value=-(10**40), max_value=10**40),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(["", "licensed", "0xC004F038", "9999-12-31T23:59:59-23:59", "0001-01-01", "\ud800", "{0}{x}"]),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)


def _places(value: t.Any, path: tuple[t.Any, ...] = ()) -> t.Iterator[tuple[t.Any, ...]]:
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield from _places(each, (*path, key))


WHOLE = row(
    "odd", product(), product("office"), profile="kms_default", marks=["vdi"], counts={"windows": 1, "office": 2}
)
PLACES = [path for path in _places(WHOLE) if path and path != ("name",)]


def _changed(machine: Row, path: tuple[t.Any, ...], value: t.Any) -> Row:
    changed = copy.deepcopy(machine)
    place: t.Any = changed
    for key in path[:-1]:
        place = place[key]
    if value is _changed:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return changed


@pytest.mark.parametrize("path", PLACES, ids=lambda path: ".".join(map(str, path)))
def test_what_is_missing_raises_nothing(path: tuple[t.Any, ...]) -> None:
    whole = document(_changed(WHOLE, path, _changed), *healthy())
    assert whole["summary"]["machines"] == len(healthy()) + 1


@settings(max_examples=400)
@given(st.sampled_from(PLACES), STRANGE, st.sampled_from(PLACES), STRANGE)
def test_what_is_odd_raises_nothing(
    one: tuple[t.Any, ...], value: t.Any, other: tuple[t.Any, ...], more: t.Any
) -> None:
    machine = _changed(WHOLE, one, value)
    if not any(other[: len(path)] == path for path in (one, one[: len(other)])) and other[: len(one)] != one:
        machine = _changed(machine, other, more)
    whole = document(machine, row("sane"))
    _agree(whole)
    assert len(whole["machines"]) == 2


@pytest.mark.parametrize("machine", [{}, {"name": 3}, {"name": "x", "license": []}, {"name": "x", "reached": True}])
def test_a_row_of_nothing_was_not_read(machine: Row) -> None:
    assert [code for code, _subject in found(machine)] == ["unreachable"]


def test_who_counts_by_kind_adds_up_to_the_machines() -> None:
    whole = document(*sick())
    assert Counter(machine["method"] for machine in whole["machines"]) == whole["summary"]["by_method"]
    assert json.dumps(whole) == json.dumps(document(*reversed(sick())))
