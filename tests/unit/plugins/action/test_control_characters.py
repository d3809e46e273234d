# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Characters of a host that a terminal obeys or hides leave no task as they are, and no name forges a line."""

from __future__ import annotations

import csv
import json
import typing as t
import unicodedata
from pathlib import Path

import pytest

from ansible_collections.volume.activation.plugins.filter.adba_migration import adba_migration
from ansible_collections.volume.activation.plugins.filter.diagnosis_report import diagnosis_report
from ansible_collections.volume.activation.plugins.plugin_utils._results.outcome import difference

from ..plugin_utils._audit_report.audit_documents import audit
from .fake_task import FakeTask, licensed

HOSTILE = "A\x9b31m\x9d0;title\u202egpj\u2066\u2028\u2029\u200f\ufeff\u00ad\U000e0041Z"
LINES = f"{HOSTILE}\nforged: line"


def obeyed(text: str) -> list[str]:
    """Return the characters of a text that must not be in it."""
    return [
        sign for sign in text if unicodedata.category(sign) in ("Cc", "Cf", "Zl", "Zp", "Cs", "Co") and sign != "\n"
    ]


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> FakeTask:
    return FakeTask(monkeypatch)


def test_what_a_host_calls_its_products_is_shown_with_escapes(stage: FakeTask) -> None:
    stage.machine.products = [licensed(LicenseFamily=HOSTILE, Name=HOSTILE)]
    found = stage.run("license_info", {})
    assert obeyed(json.dumps(found, ensure_ascii=False)) == []
    assert "\\x9b31m" in found["license"]["products"][0]["family"]
    assert "\\u202egpj\\u2066\\u2028\\u2029" in found["license"]["products"][0]["family"]


def test_a_setting_of_a_host_is_one_line_of_a_difference_and_of_the_progress(stage: FakeTask) -> None:
    stage.machine.service["KeyManagementServiceMachine"] = LINES
    stage.machine.products = [licensed()]
    found = stage.run("kms_client", {"kms_host": "kms.example.com"}, diff=True)
    assert "forged: line" in found["diff"]["before"]
    assert not [line for line in found["diff"]["before"].splitlines() if line.startswith("forged")]
    assert obeyed(json.dumps(found, ensure_ascii=False)) == []
    assert stage.shown
    assert [line for line in stage.shown if obeyed(line) or "\n" in line] == []


def test_a_difference_has_a_line_for_each_change() -> None:
    class Change(t.NamedTuple):
        heading: str = "kms_host"
        was: str = LINES
        becomes: str = "kms.example.com"
        partial: str = ""

    lines = difference([t.cast(t.Any, Change())] * 3)
    assert [len(text.splitlines()) for text in lines.values()] == [3, 3]


def test_reports_hold_none_of_them_and_no_line_more(stage: FakeTask, tmp_path: Path) -> None:
    document = audit(30)
    sizes = {}
    for name in ("plain", "hostile"):
        if name == "hostile":
            document = json.loads(
                json.dumps(document).replace(f'"{document["machines"][0]["name"]}"', json.dumps(LINES))
            )
        paths = {kind: str(tmp_path / f"{name}.{kind}") for kind in ("html", "csv", "json")}
        paths["prometheus"] = str(tmp_path / f"{name}.prom")
        found = stage.run("fleet_report", {"audit": document, "title": f"Audit {LINES}", **paths}, diff=True)
        assert obeyed(json.dumps(found, ensure_ascii=False).replace("\r", "")) == []
        for path in paths.values():
            # The mark at the beginning and the line ends are those of a table for spreadsheets.
            text = Path(path).read_text(encoding="utf-8-sig").replace("\r\n", "\n")
            assert obeyed(text) == [], path
        rows = Path(paths["csv"]).read_text(encoding="utf-8-sig")
        sizes[name] = (
            len(list(csv.reader(rows.splitlines()))),
            len(Path(paths["prometheus"]).read_text().splitlines()),
        )
    assert sizes["plain"] == sizes["hostile"]
    assert "\\u202e" in (tmp_path / "hostile.html").read_text(encoding="utf-8")


def test_the_reports_of_filters_hold_none_of_them() -> None:
    result = {
        "diagnosis": {"checks": [{"check": "x", "code": "c", "status": "wrong", "message": LINES}], "wrong": ["c"]}
    }
    made = diagnosis_report([{"machine": LINES, "result": result}])
    assert obeyed(json.dumps(made, ensure_ascii=False)) == []
    assert not [line for line in made["text"].splitlines() if line.startswith("forged")]
    product = {"partial_product_key": "GGGGG", "name": LINES, "id": "x"}
    rows = adba_migration([{"machine": LINES, "license": {"domain": LINES, "products": [product]}}])["rows"]
    shown = json.dumps(rows, ensure_ascii=False)
    assert obeyed(shown) == []
    assert "\\\\n" in shown and "\n" not in "".join(str(value) for row in rows for value in row.values())
