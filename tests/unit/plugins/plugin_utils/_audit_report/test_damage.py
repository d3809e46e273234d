# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A damaged audit is refused with a code, and whatever is accepted can be made into every report."""

from __future__ import annotations

import collections
import json
import random
import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._audit_report import (
    as_csv,
    as_html,
    as_json,
    as_prometheus,
    encoded,
    load,
)
from ansible_collections.volume.activation.plugins.plugin_utils._errors import Refusal
from ansible_collections.volume.activation.tests.mutations import damaged_bytes, damaged_value

from .audit_documents import Document, audit
from .evaluated_audits import judged, refused

CODES = {"foreign_audit", "damaged_audit", "newer_audit", "audit_without_machines"}
DOCUMENTS = {"drawn": audit(12), "judged": judged(12)}


def outcome(given: t.Any) -> str:
    """Read an audit and make every report of it; return the code of the refusal, or `accepted`."""
    try:
        document = load(given)
    except Refusal as refusal:
        assert refusal.remedy
        refusal.message.encode("utf-8", "replace")
        return str(refusal.code)
    for report in (as_html(document, title="A fleet"), as_csv(document), as_json(document), as_prometheus(document)):
        assert encoded(report)
    return "accepted"


@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize("seed", range(5))
def test_a_damaged_value_is_refused_with_a_code(name: str, seed: int) -> None:
    print(f"seed {seed}")
    draw = random.Random(seed)
    outcomes = collections.Counter(outcome(damaged_value(DOCUMENTS[name], draw)) for _case in range(120))
    assert set(outcomes) <= CODES | {"accepted"}
    assert outcomes["damaged_audit"] > 60


@pytest.mark.parametrize("seed", range(5))
def test_damaged_bytes_are_refused_with_a_code(seed: int) -> None:
    print(f"seed {seed}")
    draw, data = random.Random(seed), encoded(as_json(DOCUMENTS["judged"]))
    outcomes = collections.Counter(outcome(damaged_bytes(data, draw)) for _case in range(120))
    assert set(outcomes) <= CODES | {"accepted"}
    assert outcomes["damaged_audit"] > 60


def changed(*path: t.Any, value: t.Any) -> Document:
    """Return an audit with another value in one place."""
    document: t.Any = json.loads(json.dumps(DOCUMENTS["judged"]))
    place = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return t.cast(Document, document)


@pytest.mark.parametrize(
    ("document", "told"),
    [
        (
            changed("machines", 3, "license", "products", 0, "channel", value=[]),
            "machines[3].license.products[0].channel: expected text, found a list",
        ),
        (changed("machines", 0, "license", "products", 0, value="x"), "machines[0].license.products[0]: expected"),
        (
            changed("machines", 0, "profile", "intended", value={}),
            "machines[0].profile.intended: expected text or null",
        ),
        (changed("machines", 0, "marks", value=[{}]), "machines[0].marks[0]: expected text, found a mapping"),
        (changed("findings", 0, "severity", value={}), "findings[0].severity: expected text, found a mapping"),
        (changed("duration_seconds", value=float("nan")), "duration_seconds: a number that is out of all bounds"),
        (changed("summary", "machines", value=10**5000), "summary.machines: a number that is out of all bounds"),
        (changed("summary", "machines", value=True), "summary.machines: expected a whole number, found true or false"),
        (changed("summary", "machines", value=-1), "summary.machines: expected 0 or more, found -1"),
        (changed("audited_at", value="9999-12-31T23:00:00+00:00"), "audited_at: expected a year from 1970"),
        (changed("audited_at", value="0001-01-01T00:00:00+14:00"), "audited_at: expected a time such as"),
        (changed("expiry", "days", 0, "date", value="2026-02-30"), "expiry.days[0].date: expected a day such as"),
        (changed("added", value={"a": {1: 2}}), "added.a: a field whose name is not text"),
        (changed("added", value={"a b": object()}), "added['a b']: found a value that JSON does not have (object)"),
        (changed("skipped", value=[1]), "skipped[0]: expected text, found a whole number"),
    ],
)
def test_the_place_and_what_is_wrong_there_are_named(document: Document, told: str) -> None:
    found = refused(document)
    assert found.code == "damaged_audit"
    assert told in found.message


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('"machines": [1], "machines": []', "machines: the field is there twice"),
        ('"duration_seconds": NaN', "NaN is not a number of JSON"),
        ('"duration_seconds": -Infinity', "-Infinity is not a number of JSON"),
        ('"duration_seconds": ' + "9" * 5000, "a number that is out of all bounds"),
        ('"duration_seconds": ' + "[" * 100_000, "nested too deeply"),
        ('"duration_seconds": \udc80', "line 1, column"),
    ],
)
def test_text_that_is_not_the_json_of_an_audit_is_refused(text: str, told: str) -> None:
    found = refused('{"format": "volume.activation audit 1", ' + text + "}")
    assert found.code == "damaged_audit"
    assert told in found.message


def test_a_field_and_a_word_of_a_later_version_are_accepted() -> None:
    document = changed("machines", 0, "method", value="telepathy")
    document["machines"][0]["surprise"] = {"a": [1, 2.5, None, True]}
    document["findings"][0]["code"] = "a_new_one"
    assert outcome(document) == "accepted"
