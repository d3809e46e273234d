# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table for spreadsheets: one row a machine, and nothing in it that a spreadsheet would run."""

from __future__ import annotations

import csv
import io

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._audit_report import as_csv
from ansible_collections.volume.activation.plugins.plugin_utils._audit_report.csv_table import COLUMNS

from .audit_documents import Document, Fleet, audit, healthy, machine, unreached

MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"


def table(document: Document) -> list[dict[str, str]]:
    """Return the rows as a program reads them."""
    return list(csv.DictReader(io.StringIO(as_csv(document).removeprefix(MARK), newline=""), strict=True))


def of(**changes: object) -> dict[str, str]:
    """Return the row of one machine with changes."""
    fleet = Fleet()
    fleet.rows = [{**machine("web01"), **changes}]
    [row] = table(fleet.document())
    return row


def test_every_machine_has_a_row_and_every_row_every_column() -> None:
    document = audit(80)
    rows = table(document)
    assert [row["name"] for row in rows] == [row["name"] for row in document["machines"]]
    assert all(list(row) == list(COLUMNS) for row in rows)


def test_lines_end_and_the_file_begins_as_spreadsheets_want_it() -> None:
    text = as_csv(healthy(2))
    assert text.startswith(f"{MARK}name,reached,")
    assert text.count("\r\n") == text.count("\n") == 3
    assert text.endswith("\r\n")


def test_a_machine_is_told() -> None:
    row = of(groups=["servers", "web"], counts={"windows": 50, "office": None}, findings=["profile_drift"])
    assert (row["status"], row["method"], row["reached"]) == ("licensed", "kms", "true")
    assert (row["expires"], row["days_left"]) == ("2027-05-18", "177")
    assert (row["groups"], row["findings"]) == ("servers; web", "profile_drift")
    assert (row["kms_count_windows"], row["kms_count_office"]) == ("50", "")
    assert (row["edition"], row["partial_product_key"]) == ("ServerStandard", "GGGGG")


def test_the_severity_is_that_of_the_worst_finding() -> None:
    rows = {row["name"]: row for row in table(audit(300))}
    assert {row["severity"] for row in rows.values()} == {"", "warning", "critical"}
    assert all(row["severity"] == "critical" for row in rows.values() if "not_licensed" in row["findings"])


def test_a_machine_that_was_not_read_says_why() -> None:
    row = table(unreached(1))[0]
    assert (row["reached"], row["status"], row["error_code"]) == ("false", "unreachable", "connection_failed")
    assert (row["edition"], row["client_machine_id"]) == ("", "")


@pytest.mark.parametrize(
    "name",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r1",
        "  =1",
        "\N{FULLWIDTH EQUALS SIGN}1",
        '=HYPERLINK("http://x","y")',
    ],
)
def test_what_a_machine_says_is_no_formula(name: str) -> None:
    assert of(name=name)["name"] == f"'{name}"
    assert of(groups=[name])["groups"] == f"'{name}"


@pytest.mark.parametrize(
    ("host", "told"),
    [
        ("kms;=1+1", "kms;'=1+1"),
        ("kms;  @SUM(A1)", "kms;  '@SUM(A1)"),
        ("kms\r\n=1+1", "kms\r\n'=1+1"),
        ("kms-1.corp; b", "kms-1.corp; b"),
        ("=1;=2", "'=1;'=2"),
    ],
)
def test_a_cell_that_semicolons_would_make_holds_no_formula_either(host: str, told: str) -> None:
    assert of(name=host)["name"] == told


def test_a_number_of_ours_stays_a_number() -> None:
    assert of(days_left=-3)["days_left"] == "-3"


@pytest.mark.parametrize("name", ["a,b", 'a"b', "a\nb", "a\r\nb", "a;b", "ä-ö-\N{SNOWMAN}", ""])
def test_what_stands_in_a_cell_is_read_back(name: str) -> None:
    assert of(name=name)["name"] == name
