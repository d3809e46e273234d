# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""WQL is read as a Windows host reads it: names without case, NULL neither true nor false."""

from __future__ import annotations

import contextlib
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.volume.activation.plugins.plugin_utils._simulator.wmi.wql import WqlError, parse_wql

MOMENT = datetime(2026, 11, 1, 9, 30, 0, 500000, tzinfo=timezone(timedelta(hours=1)))
ROW = {
    "moment": MOMENT,
    "name": "Alpha",
    "status": 5,
    "addon": False,
    "key": None,
    "path": r"C:\Windows",
    "quote": 'it\'s "so"',
}


def matches(condition: str, row: dict[str, Any] | None = None) -> bool | None:
    query = parse_wql(f"SELECT * FROM Thing WHERE {condition}")
    assert query.condition is not None
    return query.condition(lambda name: (row or ROW)[name.lower()])


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("Name = 'alpha'", True),
        ('NAME = "ALPHA"', True),
        ("'alpha' = Name", True),
        ("Name <> 'alpha'", False),
        ("Name != 'beta'", True),
        ("Status = 5", True),
        ("Status = 0x5", True),
        ("Status = '5'", True),
        ("Status >= 5 AND Status < 6", True),
        ("4 < Status", True),
        ("Status > 5 OR Name = 'Alpha'", True),
        ("Addon = FALSE", True),
        ("Addon = 'false'", True),
        ("Addon <> 0", False),
        ("NOT Addon = true", True),
        ("Key IS NULL", True),
        ("Key = NULL", True),
        ("Key IS NOT NULL", False),
        ("Key <> NULL", False),
        ("Name <> null", True),
        ("Key = 'x'", None),
        ("Key <> 'x'", None),
        ("NOT Key = 'x'", None),
        ("Key = 'x' OR Status = 5", True),
        ("Key = 'x' AND Status = 4", False),
        ("Key = 'x' AND Status = 5", None),
        ("Name LIKE 'al%'", True),
        ("Name LIKE 'a_pha'", True),
        ("Name LIKE '[a-c]lpha'", True),
        ("Name LIKE '[^a-c]lpha'", False),
        ("Name NOT LIKE '%z%'", True),
        ("Name LIKE 'lph'", False),
        ("Name LIKE 'a.pha'", False),
        ("Name LIKE '.*'", False),
        ("Moment = '20261101083000.500000+000'", True),
        ("Moment = '20261101093000.500000+060'", True),
        ("Moment = '20261101033000.500000-300'", True),
        ("Moment >= '20261101000000.000000+000'", True),
        ("Moment < '20261101083000.500000+000'", False),
        ("Moment > '20261101093000.500000+000'", False),
        ("'20261101083000.500001+000' > Moment", True),
        ("Moment <> '20261101083000.500000-000'", False),
        ("Moment >= '20261001000000.000000+000' AND Moment <= '20261201000000.000000+000'", True),
        (r"Path = 'C:\\Windows'", True),
        (r"""Quote = 'it\'s "so"'""", True),
        ("(Status = 1 OR Status = 5) AND NOT (Addon = TRUE)", True),
        ("Status = 1 OR Status = 5 AND Addon = TRUE", False),
    ],
)
def test_conditions(condition: str, expected: bool | None) -> None:
    assert matches(condition) is expected


@pytest.mark.parametrize("number", ["9" * 400, "9" * 5000, "0x" + "f" * 400, "9" * 5000 + ".5e"])
def test_a_number_that_is_too_large_is_refused(number: str) -> None:
    with pytest.raises(WqlError):
        matches(f"Status = {number}")


@pytest.mark.parametrize("condition", ["Name = 'ALPHA'", "Name LIKE 'AL%'", "Name LIKE '%p_a'", "Name LIKE 'alph[A]'"])
def test_case_does_not_matter(condition: str) -> None:
    assert matches(condition) is True


@pytest.mark.parametrize(
    "wql",
    [
        "",
        "SELECT",
        "SELECT FROM Thing",
        "SELECT Name Thing",
        "SELECT Name, FROM Thing",
        "SELECT Name FROM",
        "SELECT Name FROM Thing WHERE",
        "SELECT Name FROM Thing WHERE Name",
        "SELECT Name FROM Thing WHERE Name = ",
        "SELECT Name FROM Thing WHERE Name = Other",
        "SELECT Name FROM Thing WHERE Name > NULL",
        "SELECT Name FROM Thing WHERE Name LIKE 5",
        "SELECT Name FROM Thing WHERE (Name = 'a'",
        "SELECT Name FROM Thing WHERE Name = 'a' extra",
        "SELECT Name FROM Thing; DROP",
        "SELECT Name FROM Thing WHERE Name = 'open",
        "SELECT COUNT(*) FROM Thing",
        "ASSOCIATORS OF {Thing}",
        "SELECT Name FROM Thing WHERE " + "(" * 80 + "Name = 'a'" + ")" * 80,
    ],
)
def test_what_is_no_query_is_refused(wql: str) -> None:
    with pytest.raises(WqlError):
        parse_wql(wql)


@pytest.mark.parametrize(
    "condition",
    [
        "Status = 'many'",
        "Name = 5",
        "Addon = 'maybe'",
        "Moment > 5",
        "Moment > '2026-11-01T00:00:00Z'",
        "Moment > '20261101000000'",
        "Moment > '20261301000000.000000+000'",
        "Moment > '20261101000000.000000+0000'",
    ],
)
def test_types_that_do_not_compare_are_refused_when_the_row_is_seen(condition: str) -> None:
    with pytest.raises(WqlError):
        matches(condition)


def test_a_query_tells_what_it_asks_for() -> None:
    query = parse_wql("select Name, __PATH from Thing where Status = 1 and Key is null")

    assert query.properties == ("Name", "__PATH")
    assert query.class_name == "Thing"
    assert query.mentioned == ("Status", "Key")
    assert parse_wql("SELECT * FROM Thing").properties is None


@given(st.text())
def test_any_string_survives_quoting(text: str) -> None:
    quoted = text.replace("\\", "\\\\").replace("'", "\\'")

    assert matches(f"Name = '{quoted}'", {"name": text}) is True


@given(st.text(max_size=60))
def test_no_text_does_more_than_be_refused(text: str) -> None:
    with contextlib.suppress(WqlError):
        parse_wql(text)


@given(st.sampled_from([True, False, None]), st.sampled_from([True, False, None]))
def test_and_or_not_obey_de_morgan_with_unknown(left: bool | None, right: bool | None) -> None:
    row = {"a": {True: 1, False: 0, None: None}[left], "b": {True: 1, False: 0, None: None}[right]}

    assert matches("NOT (a = 1 AND b = 1)", row) is matches("NOT a = 1 OR NOT b = 1", row)
