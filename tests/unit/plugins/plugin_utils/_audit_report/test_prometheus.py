# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The metrics: read by Prometheus' own parser, the same series whatever was found, none by machine."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils import _findings
from ansible_collections.volume.activation.plugins.plugin_utils._audit_report import as_prometheus, vocabulary
from ansible_collections.volume.activation.plugins.plugin_utils._findings.license_summary import METHODS
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import LicenseStatus

from .audit_documents import Document, audit, healthy, unreached

Series = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def parsed(document: Document) -> Series:
    """Return the samples by name and labels, as Prometheus reads them."""
    parser = pytest.importorskip(
        "prometheus_client.parser", reason="the Python library prometheus_client is not installed"
    )
    found: Series = {}
    for family in parser.text_string_to_metric_families(as_prometheus(document)):
        assert family.type == "gauge"
        assert family.documentation
        for sample in family.samples:
            key = sample.name, tuple(sorted(sample.labels.items()))
            assert key not in found
            found[key] = sample.value
    return found


def value(found: Series, name: str, **labels: str) -> float:
    """Return one sample."""
    return found[f"volume_activation_{name}", tuple(sorted(labels.items()))]


def test_a_share_just_above_its_limit_is_not_rounded_to_it() -> None:
    document = audit(5)
    document["summary"]["mak_share"] = {"machines": 1001, "of": 10000, "percent": 10.0, "limit": 10.0, "exceeded": True}
    found = parsed(document)
    assert value(found, "mak_share_ratio") > value(found, "mak_share_limit_ratio")
    document["summary"]["mak_share"] = {"machines": 0, "of": 0, "percent": 0.0, "limit": 10.0, "exceeded": False}
    assert value(parsed(document), "mak_share_ratio") == 0


def test_the_numbers_are_those_of_the_audit() -> None:
    document = audit(300)
    found, summary = parsed(document), document["summary"]
    assert value(found, "machines") == 300
    assert value(found, "machines_reached") + value(found, "machines_unreachable") == 300
    assert value(found, "machines_licensed") == summary["licensed"]
    assert value(found, "machines_by_status", status="licensed") == summary["by_status"]["licensed"]
    assert value(found, "machines_by_method", method="mak") == summary["by_method"]["mak"]
    assert value(found, "machines_by_profile", profile="kms_default") == summary["by_profile"]["kms_default"]
    share = summary["mak_share"]
    assert value(found, "mak_share_ratio") == pytest.approx(share["machines"] / share["of"], abs=1e-6)
    assert value(found, "mak_share_limit_ratio") == pytest.approx(0.1)
    assert value(found, "audit_timestamp_seconds") == 1795352400
    assert value(found, "audit_duration_seconds") == document["duration_seconds"]
    drifted = next(finding for finding in document["findings"] if finding["code"] == "profile_drift")
    labels = {"code": "profile_drift", "severity": "warning"}
    assert value(found, "findings", **labels) == 1
    assert value(found, "finding_machines", **labels) == len(drifted["machines"])


@pytest.mark.parametrize("days", [7, 30, 90])
def test_what_ends_is_counted_up_to_each_horizon(days: int) -> None:
    document = audit(2000)
    ending = sum(row["days_left"] is not None and row["days_left"] <= days for row in document["machines"])
    assert ending
    assert value(parsed(document), "expiring_machines", within_days=str(days)) == ending


def test_a_fleet_with_nothing_wrong_has_every_series_that_an_alert_can_be_about() -> None:
    found = parsed(healthy())
    assert {
        code: value(found, "findings", code=code, severity=severity) for code, severity in vocabulary.CODES.items()
    } == (dict.fromkeys(vocabulary.CODES, 0))
    assert value(found, "machines_by_status", status="notification") == 0
    assert value(found, "expiring_machines", within_days="7") == 0


def test_the_words_are_those_that_an_audit_uses() -> None:
    assert {code: text.severity for code, text in _findings.TEXTS.items()} == dict(vocabulary.CODES)
    assert set(vocabulary.SEVERITIES) == set(_findings.SEVERITIES)
    assert set(vocabulary.METHODS) == set(METHODS)
    assert set(vocabulary.STATUSES) == {status.label for status in LicenseStatus} | {"unreachable", "no_key"}


def test_ten_times_as_many_machines_are_no_more_series() -> None:
    assert parsed(audit(3000)).keys() == parsed(audit(300)).keys()


@pytest.mark.parametrize("document", [audit(0), unreached()])
def test_where_nothing_is_known_nothing_is_told_of_kms(document: Document) -> None:
    assert not [name for name, _labels in parsed(document) if "kms_missing" in name]


@pytest.mark.parametrize("word", ['a"b', "a\\b", "a\nb", "a\\nb", 'x"} 1\nevil_metric 1', "ä", "\N{LINE SEPARATOR}"])
def test_a_word_that_nobody_expects_stays_in_its_label(word: str) -> None:
    document: dict[str, t.Any] = audit(5)
    document["summary"]["by_status"][word] = 3
    found = parsed(document)
    [labels] = [dict(labels) for (name, labels), number in found.items() if name.endswith("by_status") and number == 3]
    assert labels["status"] == " ".join(word.splitlines())
    assert all(name.startswith("volume_activation_") for name, _labels in found)
