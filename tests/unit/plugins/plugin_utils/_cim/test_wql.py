# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""WQL that no value can break out of, checked by a reader that shares nothing with the writer."""

from __future__ import annotations

import enum

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ansible_collections.volume.activation.plugins.plugin_utils._cim import equals, is_set, quote, select

same = settings(derandomize=True, deadline=None, max_examples=300)


class Level(enum.IntEnum):
    HIGH = 7


def read_string(text: str) -> tuple[str, str]:
    """Return the value of the WQL string that `text` begins with, and what follows it."""
    assert text[0] == "'"
    value, position = "", 1
    while text[position] != "'":
        position += text[position] == "\\"
        value += text[position]
        position += 1
    return value, text[position + 1 :]


@same
@given(st.text())
@example("'")
@example("\\")
@example("\\'")
@example("' OR Name LIKE '%")
@example("\\' OR 1 = 1 --")
@example("\\\\'")
@example('"')
def test_no_value_breaks_out_of_its_quotes(text: str) -> None:
    assert read_string(quote(text)) == (text, "")


@same
@given(st.text(), st.text())
def test_no_value_reaches_the_next_condition(first: str, second: str) -> None:
    query = select("Acme_Lamp", ["Name"], [equals("A", first), equals("B", second)])
    start = "SELECT Name FROM Acme_Lamp WHERE A = "
    assert query.startswith(start)
    value, rest = read_string(query[len(start) :])
    assert value == first
    assert rest.startswith(" AND B = ")
    assert read_string(rest[len(" AND B = ") :]) == (second, "")


@pytest.mark.parametrize(
    ("value", "written"),
    [("x", "N = 'x'"), (True, "N = TRUE"), (False, "N = FALSE"), (5, "N = 5"), (Level.HIGH, "N = 7")],
)
def test_a_condition_is_written_by_type(value: str | bool | int, written: str) -> None:
    assert equals("N", value) == written


def test_a_query_names_its_properties_and_joins_its_conditions() -> None:
    assert select("Acme_Lamp", ["Name", "Watt"]) == "SELECT Name, Watt FROM Acme_Lamp"
    query = select("Acme_Lamp", ["Name"], [is_set("Watt"), equals("Lit", True)])
    assert query == "SELECT Name FROM Acme_Lamp WHERE Watt IS NOT NULL AND Lit = TRUE"
