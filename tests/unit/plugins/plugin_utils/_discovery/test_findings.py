# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with records, judged from what was seen alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._discovery import (
    DnsFailed,
    NoRecords,
    Probe,
    ProbeOutcome,
    SeenDomain,
    SeenRecord,
    ServiceRecord,
    judge,
)

RECORD = ServiceRecord("kms1.corp.test", 1688, 0, 10)
HEALTHY = SeenRecord(RECORD, ("192.0.2.1",), probe=Probe(ProbeOutcome.ACCEPTED, 1.5))
OUTCOMES = {
    ProbeOutcome.ACCEPTED: None,
    ProbeOutcome.REFUSED: "connection_refused",
    ProbeOutcome.SILENT: "stale_record",
    ProbeOutcome.NO_ROUTE: "no_route",
}


def codes(*records: SeenRecord, allowed: list[str] | None = None, expected_port: int = 1688) -> list[str]:
    """Return the codes of all findings about a domain with these records."""
    found = judge(SeenDomain("corp.test", records), allowed, expected_port)
    assert all(finding.domain == "corp.test" and finding.target and finding.port for finding in found)
    assert all(finding.message and finding.cause and finding.remedy for finding in found)
    return [finding.code for finding in found]


def test_health_is_no_finding() -> None:
    assert codes(HEALTHY, allowed=["kms1.corp.test"]) == []


def test_a_finding_names_the_port_of_the_record() -> None:
    seen = replace(HEALTHY, record=replace(RECORD, port=1700), probe=Probe(ProbeOutcome.SILENT))
    _wrong_port, stale = judge(SeenDomain("corp.test", (seen,)))
    assert "kms1.corp.test:1700" in stale.message


def test_what_was_not_tried_is_not_held_against_anybody() -> None:
    untried = replace(HEALTHY, probe=None)
    assert (codes(untried), untried.reachable) == ([], None)


@pytest.mark.parametrize("outcome", list(ProbeOutcome))
def test_each_outcome_has_its_code(outcome: ProbeOutcome) -> None:
    seen = replace(HEALTHY, probe=Probe(outcome))
    assert codes(seen) == ([OUTCOMES[outcome]] if OUTCOMES[outcome] else [])
    assert seen.reachable is (outcome is ProbeOutcome.ACCEPTED)


def test_a_name_without_an_address_is_stale_and_reached_by_nobody() -> None:
    seen = SeenRecord(RECORD)
    [finding] = judge(SeenDomain("corp.test", (seen,)))
    assert (finding.code, finding.target, finding.port, seen.reachable) == ("stale_record", RECORD.target, 1688, False)
    assert "no address" in finding.message


def test_a_name_that_dns_does_not_tell_is_not_called_stale() -> None:
    seen = SeenRecord(RECORD, failure=DnsFailed("DNS gave no answer.", code="dns_failed", cause="why", remedy="how"))
    assert (codes(seen), seen.reachable) == (["dns_failed"], None)


@pytest.mark.parametrize(
    ("allowed", "foreign"),
    [
        (None, False),
        ([], True),
        (["kms2.corp.test"], True),
        (["kms1"], True),
        (["kms2.corp.test", "kms1.corp.test"], False),
        (["KMS1.Corp.Test."], False),
    ],
)
def test_a_foreign_host_is_one_that_is_not_named(allowed: list[str] | None, foreign: bool) -> None:
    assert codes(HEALTHY, allowed=allowed) == (["foreign_host"] if foreign else [])


@pytest.mark.parametrize(("expected", "found"), [(1688, []), (1689, ["wrong_port"])])
def test_a_port_is_wrong_that_was_not_expected(expected: int, found: list[str]) -> None:
    assert codes(HEALTHY, expected_port=expected) == found


def test_a_record_can_be_wrong_in_several_ways() -> None:
    seen = replace(HEALTHY, probe=Probe(ProbeOutcome.REFUSED))
    assert codes(seen, allowed=[], expected_port=1) == ["foreign_host", "wrong_port", "connection_refused"]


def test_findings_are_in_the_order_of_the_records() -> None:
    other = SeenRecord(ServiceRecord("kms0.corp.test", 1688, 5))
    found = judge(SeenDomain("corp.test", (SeenRecord(RECORD), HEALTHY, other)))
    assert [finding.target for finding in found] == ["kms1.corp.test", "kms0.corp.test"]


def test_a_host_that_is_published_twice_is_wrong_once() -> None:
    again = SeenRecord(replace(RECORD, priority=10))
    assert codes(SeenRecord(RECORD), again) == ["stale_record"]


@pytest.mark.parametrize(("kind", "code"), [(NoRecords, "no_records"), (DnsFailed, "dns_failed")])
def test_a_domain_without_an_answer_is_one_finding_about_the_domain(kind: type[NoRecords], code: str) -> None:
    seen = SeenDomain("corp.test", failure=kind("Said.", code=code, cause="why", remedy="how"))
    [finding] = judge(seen, allowed=["kms1.corp.test"])
    assert (finding.code, finding.target, finding.port) == (code, None, None)
    assert (finding.message, finding.cause, finding.remedy) == ("Said.", "why", "how")
