# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An audit is read back as it was written, and what is none is refused with a reason."""

from __future__ import annotations

import copy
import json
import typing as t
from pathlib import Path

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils import _audit_report, _findings
from ansible_collections.volume.activation.plugins.plugin_utils._audit_report import as_json, encoded, load
from ansible_collections.volume.activation.plugins.plugin_utils._audit_report import document as document_module

from .audit_documents import Document, audit, healthy, unreached
from .evaluated_audits import judged, refused

SCHEMA = Path(_audit_report.__file__).parent / "data" / "audit.schema.json"
DOCUMENTS = {"a fleet": audit(80), "nobody": audit(0), "a healthy fleet": healthy(), "a silent fleet": unreached()}
each_document = pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS.keys())


@each_document
def test_what_is_written_is_read_back(document: Document) -> None:
    text = as_json(document)
    assert load(text) == load(text.encode()) == load(document) == document
    assert text.startswith('{\n"format": "volume.activation audit 1",\n')


def test_the_order_in_which_it_is_given_does_not_matter() -> None:
    document = audit(10)
    turned = json.loads(json.dumps(document), object_pairs_hook=lambda pairs: dict(reversed(pairs)))
    assert as_json(turned) == as_json(document)


def test_a_machine_is_a_line() -> None:
    lines = as_json(audit(10)).splitlines()
    assert sum(line.startswith("{") and '"observed_at"' in line for line in lines) == 10


def test_half_a_character_is_no_reason_to_fail() -> None:
    document = audit(1)
    document["machines"][0]["groups"] = ["\udc80"]
    assert load(encoded(as_json(document))) == document


@pytest.mark.parametrize(
    "given",
    [
        "",
        "[]",
        "null",
        "{}",
        "<html>",
        '{"format": "volume.activation exchange 1"}',
        {"format": 1},
        b"\xff\xfe",
        "[" * 100_000,
    ],
)
def test_what_is_no_audit_is_refused(given: t.Any) -> None:
    assert refused(given).code == "foreign_audit"


def test_another_format_is_refused_by_its_name() -> None:
    found = refused({**audit(1), "format": "volume.activation audit 2"})
    assert found.code == "newer_audit"
    assert "audit 2" in found.message and "audit 1" in found.message


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_file_that_is_cut_off_is_told_as_that(share: float) -> None:
    text = as_json(audit(5))
    found = refused(text[: int(len(text) * share)])
    assert found.code == "damaged_audit"
    assert "line" in found.message


def test_a_file_that_is_cut_off_within_a_character_is_told_as_that() -> None:
    assert refused('{"format": "volume.activation audit 1", "é'.encode()[:-1]).code == "damaged_audit"


def test_an_audit_without_its_machines_names_the_option() -> None:
    document = audit(1)
    del document["machines"]
    found = refused(document)
    assert found.code == "audit_without_machines"
    assert "states" in str(found.remedy)


def test_what_is_too_large_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document_module, "LARGEST", 1024 * 1024)
    found = refused(" " * (1024 * 1024 + 1))
    assert found.code == "audit_too_large"
    assert "1 MiB" in found.message


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        (["machines"], {}, "machines"),
        (["machines", 0, "name"], 7, "machines[0].name"),
        (["machines", 1], [], "machines[1]: expected a mapping, found a list"),
        (["machines", 0, "license"], "x", "machines[0].license"),
        (["findings", 0, "details"], None, "findings[0].details"),
        (["expiry", "days"], {}, "expiry.days"),
        (["expiry", "days", 0, "days_left"], "1", "expiry.days[0].days_left"),
        (["summary", "mak_share"], None, "summary.mak_share"),
        (["summary", "mak_share", "percent"], "1", "summary.mak_share.percent"),
        (["audited_at"], None, "audited_at"),
        (["audited_at"], "yesterday", "audited_at"),
        (["expiry", "days", 0, "date"], "tomorrow", "expiry.days[0].date"),
        (["expiry", "horizon_days"], 10**9, "expiry.horizon_days"),
        (["expiry", "horizon_days"], 0, "expiry.horizon_days"),
        (["expiry", "horizon_days"], None, "expiry.horizon_days"),
        (["settings"], {}, "settings.clock_skew_minutes: missing"),
        (["machines", 0, "findings"], [None], "machines[0].findings"),
        (["findings", 0, "machines"], [[]], "findings[0].machines"),
        (["forecast", "windows", "count_expected"], None, "forecast.windows.count_expected"),
        (["forecast", "windows", "servers"], None, "forecast.windows.servers"),
        (["forecast", "office", "missing"], "x", "forecast.office.missing"),
        (["forecast", "office"], None, "forecast.office"),
        (["settings", "mak_share_limit"], "ten", "settings.mak_share_limit"),
        (["summary", "by_status"], {"licensed": None}, "summary.by_status"),
        (["summary", "by_severity"], {"critical": -1}, "summary.by_severity"),
    ],
)
def test_the_part_that_is_damaged_is_named(path: list[t.Any], value: t.Any, told: str) -> None:
    document = audit(80)
    place = document
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    found = refused(document)
    assert (found.code, told in found.message) == ("damaged_audit", True)


@pytest.mark.parametrize("name", ["settings", "summary", "expiry", "forecast", "findings", "duration_seconds"])
def test_a_part_that_is_missing_is_named(name: str) -> None:
    document = audit(3)
    del document[name]
    assert f": {name}: missing." in refused(document).message


@pytest.mark.parametrize("name", ["profile", "license", "error", "counts"])
def test_a_part_of_a_machine_that_is_missing_is_named(name: str) -> None:
    document = audit(3)
    del document["machines"][1][name]
    assert f"machines[1].{name}: missing." in refused(document).message


def errors(document: Document) -> list[str]:
    """Return what is wrong with a document by the schema."""
    jsonschema = pytest.importorskip("jsonschema", reason="the Python library jsonschema is not installed")
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    validator.check_schema(validator.schema)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]


@each_document
def test_documents_are_as_the_schema_says(document: Document) -> None:
    assert errors(document) == []


def test_what_the_collection_finds_itself_is_as_the_schema_says() -> None:
    document = judged()
    assert errors(document) == []
    assert load(as_json(document)) == document
    assert document["findings"]


def test_the_schema_names_every_code_there_is() -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    assert set(schema["$defs"]["code"]["enum"]) == set(_findings.CODES)


def test_the_schema_refuses_what_it_does_not_know() -> None:
    document = copy.deepcopy(DOCUMENTS["a fleet"])
    document["machines"][0]["surprise"] = 1
    document["findings"][0]["code"] = "surprise"
    assert len(errors(document)) == 2


def test_every_field_of_the_schema_is_described() -> None:
    def undescribed(schema: dict[str, t.Any], where: str) -> t.Iterator[str]:
        for name, field in (schema.get("properties") or {}).items():
            if not field.keys() & {"$ref", "description", "properties"}:
                yield f"{where}.{name}"
            yield from undescribed(field, f"{where}.{name}")
        parts = [schema.get("items"), *(schema.get("anyOf") or ()), *(schema.get("$defs") or {}).values()]
        for part in filter(None, parts):
            yield from undescribed(part, f"{where}[]")

    assert list(undescribed(json.loads(SCHEMA.read_text(encoding="utf-8")), "$")) == []
