# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The audit as a table for spreadsheets: one row a machine, RFC 4180."""

from __future__ import annotations

import csv
import io
import re
import typing as t

from .document import Audit, part_of, primary_of
from .vocabulary import worst

__all__ = ["COLUMNS", "as_csv"]

Facts: t.TypeAlias = "t.Mapping[str, t.Any]"

# A spreadsheet takes what begins like this for a formula, and what a machine calls itself is not ours to trust.
_WIDE = "\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}\N{FULLWIDTH HYPHEN-MINUS}\N{FULLWIDTH COMMERCIAL AT}"
_FORMULA = tuple(f"=+-@\t\r\n{_WIDE}")
# One that expects semicolons knows no quotes within a line, so that a cell of its own begins behind each of these.
_INNER_FORMULA = re.compile(rf"([;\r\n] *)(?=[=+\-@\t{_WIDE}])")

COLUMNS: t.Mapping[str, t.Callable[[Facts, Facts], t.Any]] = {
    "name": lambda row, _severities: row["name"],
    "reached": lambda row, _severities: row["reached"],
    "status": lambda row, _severities: row["status"],
    "method": lambda row, _severities: row["method"],
    "profile_wished": lambda row, _severities: row["profile"].get("wished"),
    "profile_intended": lambda row, _severities: row["profile"].get("intended"),
    "profile_rule": lambda row, _severities: row["profile"].get("rule"),
    "expires": lambda row, _severities: row["expires"],
    "days_left": lambda row, _severities: row["days_left"],
    "severity": lambda row, severities: worst(severities.get(code, "") for code in row["findings"]),
    "findings": lambda row, _severities: row["findings"],
    "groups": lambda row, _severities: row["groups"],
    "marks": lambda row, _severities: row["marks"],
    "domain": lambda row, _severities: (row["license"] or {}).get("domain"),
    "product_name": lambda row, _severities: part_of(row, "machine").get("product_name"),
    "edition": lambda row, _severities: part_of(row, "machine").get("edition"),
    "build": lambda row, _severities: part_of(row, "machine").get("build"),
    "product": lambda row, _severities: primary_of(row).get("name"),
    "channel": lambda row, _severities: primary_of(row).get("channel"),
    "partial_product_key": lambda row, _severities: primary_of(row).get("partial_product_key"),
    "reason": lambda row, _severities: (primary_of(row).get("reason") or {}).get("code"),
    "kms_host": lambda row, _severities: part_of(row, "service").get("kms_host"),
    "kms_host_discovered": lambda row, _severities: part_of(row, "service").get("discovered_kms_host"),
    "client_machine_id": lambda row, _severities: part_of(row, "service").get("client_machine_id"),
    "kms_count_windows": lambda row, _severities: (row["counts"] or {}).get("windows"),
    "kms_count_office": lambda row, _severities: (row["counts"] or {}).get("office"),
    "error_code": lambda row, _severities: (row["error"] or {}).get("code"),
    "error_message": lambda row, _severities: (row["error"] or {}).get("message"),
    "observed_at": lambda row, _severities: row["observed_at"],
}
"""The columns in their order, each with what it takes from a machine and from the severities of the codes."""


def as_csv(audit: Audit) -> str:
    """Return the table, with a byte order mark: without it spreadsheets on Windows misread names beyond ASCII."""
    severities = {finding["code"]: finding["severity"] for finding in audit["findings"]}
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in audit["machines"]:
        writer.writerow(_cell(column(row, severities)) for column in COLUMNS.values())
    return "\N{ZERO WIDTH NO-BREAK SPACE}" + text.getvalue()


def _cell(value: t.Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    text = "; ".join(str(item) for item in value) if isinstance(value, list) else str(value)
    text = text.replace("\0", "\\x00")  # the csv module of Python 3.10 cannot write a NUL
    text = _INNER_FORMULA.sub(r"\1'", text)
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text
