# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A machine's own log is asked once, by its own clock, and one that cannot be read is an empty one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._applying.attempt_log import AttemptLog, with_attempts
from ansible_collections.volume.activation.plugins.plugin_utils._errors import AnswerLost
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import (
    ActivationType,
    Channel,
    LicenseStatus,
    attempt_facts,
    explain,
)
from ansible_collections.volume.activation.plugins.plugin_utils._wsman import Batch, Enumerate, Fault, Instance

from .._cim.scripted_session import ScriptedSession
from .._planning.state_samples import NOW, office, state, windows

BEGAN = datetime(2026, 11, 22, 10, 0, tzinfo=timezone.utc)
UNLICENSED: dict[str, Any] = {"status": LicenseStatus.NOTIFICATION, "grace_minutes": 0}
EMPTY = Batch((), None, opening=True)
DENIED = Fault(2150859180, hresult=0x80070005)


def clock(text: str) -> Batch:
    return Batch((Instance(None, {"LocalDateTime": (text,)}),), None, opening=True)


def event(product: str, code: str = "0xC004F06C", time: str = "2026-11-22T04:00:01Z") -> Batch:
    strings = (f"{code}, 0x00000000, kms.corp.example:1688, cmid, 2026/11/22 04:00, 1, 5, 0, {product}, 5",)
    values = {
        "InsertionStrings": strings,
        "TimeGenerated": (time,),
        "EventCode": ("12288",),
        "SourceName": ("Microsoft-Windows-Security-SPP",),
    }
    return Batch((Instance(None, values),), None, opening=True)


PRODUCT = "59eb965c-9150-42b7-a0ec-22151b9897c5"


def log(*answers: Any, told: list[str] | None = None) -> tuple[ScriptedSession, AttemptLog]:
    script = ScriptedSession(*answers)
    moments = iter([BEGAN, BEGAN + timedelta(seconds=3)])
    tell = (told if told is not None else []).append
    return script, AttemptLog(script.repository(), PRODUCT, lambda: next(moments), tell)


def test_the_events_since_the_attempt_began_are_read_by_the_clock_of_the_machine() -> None:
    # The machine's clock is six hours behind: that it is wrong may be what the event is about.
    script, asked = log(clock("2026-11-22T04:00:03Z"), event(PRODUCT))

    found = asked.read()

    assert found is not None
    assert (found.code, found.host, found.port) == (0xC004F06C, "kms.corp.example", 1688)
    assert asked.found == found
    query = script.requests[1]
    assert isinstance(query, Enumerate)
    assert query.wql == (
        "SELECT InsertionStrings, TimeGenerated, EventCode, SourceName FROM Win32_NTLogEvent WHERE"
        " Logfile = 'Application' AND (EventCode = 1014 OR EventCode = 8198 OR EventCode = 8200"
        " OR EventCode = 12288 OR EventCode = 12289) AND (SourceName LIKE '%Security-SPP%'"
        " OR SourceName LIKE '%Security-Licensing-SLC%' OR SourceName LIKE '%Software Protection%')"
        " AND TimeGenerated >= '20261122035958.000000+000'"
    )


def test_the_clock_is_read_once() -> None:
    script, asked = log(clock("2026-11-22T10:00:03Z"), EMPTY, event(PRODUCT))
    assert asked.read() is None
    assert asked.read() is not None
    assert script.kinds == ["Enumerate"] * 3


def test_the_event_of_another_product_is_not_this_attempt() -> None:
    assert log(clock("2026-11-22T10:00:03Z"), event("5" * 8 + PRODUCT[8:]))[1].read() is None


@pytest.mark.parametrize(
    "answers",
    [
        (DENIED,),
        (AnswerLost("Nothing came.", code="read_timeout"),),
        (clock("2026-11-22T10:00:03Z"), DENIED),
        (clock("2026-11-22T10:00:03Z"), AnswerLost("Nothing came.", code="read_timeout")),
        (EMPTY,),
    ],
    ids=["no clock", "no answer", "no log", "no log in time", "no row"],
)
def test_a_log_that_cannot_be_read_is_asked_once_and_is_empty(answers: tuple[Any, ...]) -> None:
    told: list[str] = []
    script, asked = log(*answers, told=told)
    assert asked.read() is None
    assert (len(script.requests), len(told)) == (len(answers), 1)


def test_what_is_licensed_and_on_time_costs_no_request() -> None:
    script = ScriptedSession()
    licensed = windows(status=LicenseStatus.LICENSED, grace_minutes=170 * 1440)
    healthy = state(licensed, windows(id="addon", is_addon=True, **UNLICENSED))
    assert with_attempts(script.repository(), healthy) is healthy
    assert script.requests == []


def test_each_product_that_is_not_licensed_has_its_own_attempt() -> None:
    other = "5" * 8 + PRODUCT[8:]
    both = Batch((*event(PRODUCT).items, *event(other, "0x800706BA").items), None, opening=True)
    ill = state(windows(id=PRODUCT, **UNLICENSED), office(id=other, **UNLICENSED))
    script = ScriptedSession(both)

    found = with_attempts(script.repository(), ill)

    assert {row.id: row.attempt_error for row in found.products} == {PRODUCT: 0xC004F06C, other: 0x800706BA}
    query = script.requests[0]
    since = (NOW - timedelta(days=30)).astimezone(timezone.utc)
    assert isinstance(query, Enumerate) and f"{since:%Y%m%d%H%M%S}" in query.wql


@pytest.mark.parametrize("answer", [DENIED, AnswerLost("Nothing came.", code="read_timeout")])
def test_a_state_stays_as_it_is_where_the_log_cannot_be_read(answer: Any) -> None:
    ill = state(windows(**UNLICENSED))
    assert with_attempts(ScriptedSession(answer).repository(), ill) is ill


def test_a_lease_that_was_not_renewed_for_long_is_looked_up_too() -> None:
    late = windows(id=PRODUCT, status=LicenseStatus.LICENSED, grace_minutes=29 * 1440, activated_by=ActivationType.KMS)
    found = with_attempts(ScriptedSession(event(PRODUCT)).repository(), state(late))
    assert found.products[0].attempt_error == 0xC004F06C
    assert replace(found.products[0], last_attempt=None) == late


def test_the_codes_of_an_attempt_are_explained_for_the_key_of_the_product() -> None:
    mak = windows(id=PRODUCT, channel=Channel.MAK, **UNLICENSED)
    summary = {"InsertionStrings": ("hr=0xC004F069", f"Sku Id={PRODUCT}"), "EventCode": ("1014",)}
    script = ScriptedSession(Batch((Instance(None, summary),), None, opening=True))

    attempt = with_attempts(script.repository(), state(mak)).products[0].last_attempt

    assert attempt is not None
    assert attempt_facts(attempt)["remedy"] == explain("0xC004F069", "mak").remedy
    assert explain("0xC004F069", "mak").remedy != explain("0xC004F069", "kms_client").remedy
