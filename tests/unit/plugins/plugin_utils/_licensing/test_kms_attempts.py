# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How an activation ended is read from a machine's events, whatever else stands in them."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.volume.activation.plugins.plugin_utils._licensing import (
    AttemptEvent,
    KmsAttempt,
    attempt_facts,
    attempt_sentence,
    last_attempt,
)

NOON = datetime.datetime(2026, 11, 22, 12, 0, 0, tzinfo=datetime.timezone.utc)
PRODUCT, OTHER = "68531fb9-5511-4989-97be-d11a0f55633f", "59eb965c-9150-42b7-a0ec-22151b9897c5"
CMID = "36f27b39-2fd5-440b-be67-a09996d27a38"
CLOCKS_APART, TOO_FEW, NO_HOST, NO_RECORD = 0xC004F06C, 0xC004F038, 0xC004F074, 0x8007232B
SOURCE = "Microsoft-Windows-Security-SPP"


def text(code: str = "0xC004F06C", host: str = "kms.corp.example:1688", product: str = PRODUCT) -> str:
    """Return the string of event 12288, in the layout of Microsoft's own sample."""
    return f"{code}, 0x00000000, {host}, {CMID}, 2026/11/22 12:00, 0, 2, 41760, {product}, 5"


def request(code: str = "0xC004F06C", *, minutes: float = 0, **changes: str) -> AttemptEvent:
    return parsed(12288, [text(code, **changes)], minutes)


def answer(count: int, *, enough: bool = False, code: str = "0x00000000", minutes: float = 0) -> AttemptEvent:
    flags = "0x00000000" if enough else "0x04000008"
    return parsed(12289, [f"{code}, {flags}, {int(enough)}, 0, {count}, 120, 10080, 2026/11/22 12:00"], minutes)


def summary(event: int = 8198, code: str = "0xC004F074", *, minutes: float = 0, product: str = PRODUCT) -> AttemptEvent:
    app = "55c92734-d682-4d71-983e-d6ec3f16059f"
    rule = f"RuleId=eeba1977-569e-4571-b639-7623d8bfecc0;Action=AutoActivate;AppId={app};SkuId={product};Trigger=Timer"
    return parsed(event, [f"hr={code}", rule], minutes)


def parsed(event: int, strings: list[str], minutes: float = 0, source: str | None = SOURCE) -> AttemptEvent:
    found = AttemptEvent.parse(event, strings, NOON + datetime.timedelta(minutes=minutes), source)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "strings",
    [
        [text()],
        text().split(", "),
        [text().replace(", ", ",")],
        [text().replace(PRODUCT, f"{{{PRODUCT.upper()}}}")],
        [text().replace("0xC", "0Xc")],
        [f"{text()}, more, of it"],
    ],
    ids=["one", "several", "without blanks", "braces", "capital x", "more fields"],
)
def test_a_request_is_read_in_each_spelling(strings: list[str]) -> None:
    found = parsed(12288, strings)
    assert found.activation_id == PRODUCT
    assert found.attempt == KmsAttempt(
        event=12288, code=CLOCKS_APART, at=NOON, host="kms.corp.example", port=1688, required_count=5
    )


@pytest.mark.parametrize("spelled", ["C004F06C", "-1073418132", "3221549164", "0xFFFFFFFFC004F06C"])
def test_a_code_is_read_in_each_spelling(spelled: str) -> None:
    read = (
        parsed(12288, [text(spelled)]),
        parsed(12289, [f"{spelled}, 0, 0, 0, 4"]),
        summary(code=spelled),
        parsed(8200, [spelled]),
    )
    assert {event.attempt.code for event in read} == {CLOCKS_APART}


def test_numbers_that_are_not_codes_are_left_alone() -> None:
    found = parsed(8198, ["NotificationInterval=1440", f"SkuId={PRODUCT}", "hr=80070005"])
    assert (found.attempt.code, found.activation_id) == (0x80070005, PRODUCT)


@pytest.mark.parametrize(
    ("given", "host", "port"),
    [
        ("kms.corp.example:1688", "kms.corp.example", 1688),
        ("kms_1.corp.example:1700", "kms_1.corp.example", 1700),
        ("kms.corp.example", "kms.corp.example", 0),
        ("10.0.0.5:1688", "10.0.0.5", 1688),
        ("[2001:db8::5]:1688", "2001:db8::5", 1688),
        ("[2001:db8::5]", "2001:db8::5", 0),
        ("2001:db8::5:1688", "2001:db8::5", 1688),
        ("2001:db8::1:5", "2001:db8::1:5", 0),
        ("2001:db8::5", "2001:db8::5", 0),
        ("fe80::1", "fe80::1", 0),
        ("kms.corp.example:", "kms.corp.example", 0),
        ("kms.corp.example:99999", "kms.corp.example", 0),
        ("kms.corp.example:http", "kms.corp.example", 0),
        (":1688", None, 0),
        ("", None, 0),
        ("[not an address]:1688", None, 0),
        ("{{ lookup('pipe', 'id') }}:1688", None, 0),
        ("kms\x1b[31m:1688", None, 0),
        ("a" * 300 + ":1688", None, 0),
    ],
)
def test_the_host_and_its_port_are_told_apart(given: str, host: str | None, port: int) -> None:
    attempt = request(host=given).attempt
    assert (attempt.host, attempt.port, attempt.code) == (host, port, CLOCKS_APART)


@pytest.mark.parametrize("many", range(1, 10))
def test_fields_that_are_missing_are_not_known(many: int) -> None:
    found = parsed(12288, [", ".join(text().split(", ")[:many])])
    assert found.attempt.code == CLOCKS_APART
    assert found.attempt.host == ("kms.corp.example" if many > 2 else None)
    assert found.activation_id == (PRODUCT if many > 8 else "")
    assert found.attempt.required_count is None


@pytest.mark.parametrize(
    ("event", "strings", "source"),
    [
        (12288, [], SOURCE),
        (12288, ["nothing of the kind"], SOURCE),
        (12288, ["0xC004F06C00, 0x0"], SOURCE),
        (12289, ["1, 2, 3"], SOURCE),
        (8198, ["no code"], SOURCE),
        (8198, ["hr=0x80070005"], "VSS"),
        (12290, [text()], SOURCE),
        (None, [text()], SOURCE),
    ],
)
def test_what_says_something_else_is_no_attempt(event: int | None, strings: list[str], source: str) -> None:
    assert AttemptEvent.parse(event, strings, NOON, source) is None


@pytest.mark.parametrize("source", [SOURCE, "Software Protection Platform Service", None, ""])
def test_windows_logs_under_several_names(source: str | None) -> None:
    assert AttemptEvent.parse(8198, ["hr=0x8007232B", f"SkuId={PRODUCT}"], NOON, source) is not None


@given(st.sampled_from([8198, 8200, 1014, 12288, 12289]), st.lists(st.text(max_size=60), max_size=12))
def test_texts_of_any_kind_are_taken(event: int, strings: list[str]) -> None:
    for given_strings in (strings, ["0xC004F06C", *strings], ["hr=0x80070005", *strings]):
        found = AttemptEvent.parse(event, given_strings, None, None)
        if found is not None:
            attempt = last_attempt([found], PRODUCT)
            assert attempt is None or (attempt_sentence(attempt) and attempt_facts(attempt))


Case = tuple[list[AttemptEvent], dict[str, Any] | None]
CASES: dict[str, Case] = {
    "nothing": ([], None),
    "refused by the host": ([request()], {"code": CLOCKS_APART, "host": "kms.corp.example", "event": 12288}),
    "not reached": ([request("0x800706BA")], {"code": 0x800706BA, "port": 1688}),
    "too few": ([answer(4), request("0x00000000")], {"code": TOO_FEW, "count": 4, "required_count": 5, "event": 12288}),
    "too few, as a code": ([request("0xC004F038")], {"code": TOO_FEW}),
    "too few, as the code of the answer": ([answer(4, code="0xC004F038"), request("0x0")], {"code": TOO_FEW}),
    "licensed": ([answer(50, enough=True), request("0x00000000")], {"code": 0, "count": 50}),
    "the second host": (
        [request("0xC004F042", host="b:1688", minutes=0.1), request("0x800706BA", host="a:1688")],
        {"code": 0xC004F042, "host": "b"},
    ),
    "a summary of the same attempt": ([summary(), request()], {"code": CLOCKS_APART, "host": "kms.corp.example"}),
    "a summary before it in the same second": ([request(), summary()], {"code": CLOCKS_APART}),
    "a summary of a later attempt": (
        [summary(code="0x8007232B", minutes=130), request()],
        {"code": NO_RECORD, "host": None, "event": 8198},
    ),
    "a summary alone": ([summary()], {"code": NO_HOST, "event": 8198}),
    "a summary after an attempt that went well": (
        [summary(code="0x80070005", minutes=1), request("0x0")],
        {"code": 0x80070005},
    ),
    "another product": ([request(product=OTHER), summary(product=OTHER)], None),
    "another product after it": (
        [answer(3, minutes=2), request("0x0", product=OTHER, minutes=1), answer(4), request("0x0")],
        {"count": 4},
    ),
    "another product at the same time": (
        [answer(3, minutes=0.3), answer(4, minutes=0.2), request("0x0", product=OTHER, minutes=0.1), request("0x0")],
        {"count": 4},
    ),
    "a summary with another code": (
        [summary(code="0x8007232B", minutes=2), request()],
        {"code": NO_RECORD, "host": None, "event": 8198},
    ),
    "an answer whose request is not there": ([answer(4)], None),
    "an activation by Microsoft": ([parsed(8200, ["hr=0xC004C003"])], None),
}


@pytest.mark.parametrize(("events", "expected"), CASES.values(), ids=CASES)
def test_the_last_attempt_is_found_among_the_events(
    events: list[AttemptEvent], expected: dict[str, Any] | None
) -> None:
    found = last_attempt(events, PRODUCT.upper())
    told = None if found is None or expected is None else {name: getattr(found, name) for name in expected}
    assert told == expected and (found is None) == (expected is None)


@pytest.mark.parametrize(
    "events",
    [
        [parsed(8200, ["hr=0xC004C003"])],
        [parsed(1014, ["hr=0xC004C003", f"Sku Id={PRODUCT}"])],
        [parsed(1014, ["0xC004C003", PRODUCT.upper()])],
        [summary(code="0xC004C003"), request(minutes=-1)],
    ],
)
def test_of_a_product_that_does_not_ask_kms_the_summaries_count(events: list[AttemptEvent]) -> None:
    found = last_attempt(events, PRODUCT, by_kms=False)
    assert found is not None and found.code == 0xC004C003


def test_events_without_a_time_are_older_than_those_with_one() -> None:
    bare = AttemptEvent.parse(12288, ["0xC004F042, 0x0, a:1688"], None, None)
    assert bare is not None
    found = last_attempt([bare, request()], PRODUCT)
    assert found is not None and found.code == CLOCKS_APART


@pytest.mark.parametrize(
    ("code", "host", "returned"),
    [
        (CLOCKS_APART, "kms", NO_HOST),
        (0x800706BA, "kms", NO_HOST),
        (TOO_FEW, "kms", TOO_FEW),
        (0xC004F042, "kms", 0xC004F042),
        (NO_RECORD, None, NO_RECORD),
        (0, "kms", 0),
    ],
)
def test_activate_returns_some_of_the_codes_and_hides_others(code: int, host: str | None, returned: int) -> None:
    assert KmsAttempt(event=12288, code=code, host=host).answer == returned


def test_a_sentence_has_the_host_the_time_and_the_count() -> None:
    attempt = KmsAttempt(event=12288, code=TOO_FEW, at=NOON, host="2001:db8::5", port=1688, count=3)
    said = attempt_sentence(attempt)
    for part in ("[2001:db8::5]:1688", "2026-11-22T12:00:00", "0xC004F038", "had counted 3"):
        assert part in said


def test_an_attempt_that_did_not_fail_has_no_code() -> None:
    facts = attempt_facts(KmsAttempt(event=12288, code=0))
    assert (facts["code"], facts["message"], facts["host"], facts["port"], facts["at"]) == (None,) * 5


@pytest.mark.parametrize(
    ("returned", "explained"),
    [(NO_HOST, True), (CLOCKS_APART, True), (0xC004F056, True), (0, True), (0x80070005, False), (NO_RECORD, False)],
)
def test_an_attempt_just_before_does_not_explain_another_failure(returned: int, explained: bool) -> None:
    assert request().attempt.explains(returned) is explained
