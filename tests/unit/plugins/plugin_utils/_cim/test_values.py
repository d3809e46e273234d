# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values from the wire to Python and back."""

from __future__ import annotations

import enum
import typing as t
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.volume.activation.plugins.plugin_utils._cim import from_lexical, lexical, to_lexical
from ansible_collections.volume.activation.plugins.plugin_utils._errors import ProtocolViolation
from ansible_collections.volume.activation.plugins.plugin_utils._secrets import Secret
from ansible_collections.volume.activation.plugins.plugin_utils._wsman import Datetime, Instance, Interval, wmi_resource

same = settings(derandomize=True, deadline=None)
REFERENCE = wmi_resource("Acme_Room", selectors={"Floor": "2"})
zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


class Level(enum.IntEnum):
    HIGH = 7


class Named(int):
    """An integer whose text is something else, as that of an enumeration's member was before Python 3.11."""

    def __str__(self) -> str:
        return "Named.SEVEN"


def moment(*numbers: int, zone: timezone = timezone.utc) -> datetime:
    """Return an aware datetime."""
    return datetime(*numbers, tzinfo=zone)  # type: ignore[misc]


@pytest.mark.parametrize(
    ("values", "cim_type", "expected"),
    [
        (("text ",), "string", "text "),
        (("",), "string", ""),
        ((None,), "string", None),
        ((), "string", None),
        (("true",), "boolean", True),
        (("false",), "boolean", False),
        ((" TRUE\n",), "boolean", True),
        (("0",), "uint8", 0),
        (("4294967295",), "uint32", 4294967295),
        (("18446744073709551615",), "uint64", 18446744073709551615),
        (("-9223372036854775808",), "sint64", -9223372036854775808),
        (("\n 5 ",), "uint16", 5),
        ((), "uint32", None),
        ((), "string[]", []),
        ((None,), "string[]", []),
        (("only",), "string[]", ["only"]),
        (("a", None, ""), "string[]", ["a", ""]),
        (("1", "2"), "uint32[]", [1, 2]),
        ((REFERENCE,), "reference", REFERENCE),
        ((Instance(None, {}),), "object", Instance(None, {})),
    ],
)
def test_a_value_becomes_what_its_type_says(values: tuple[t.Any, ...], cim_type: str, expected: t.Any) -> None:
    found = from_lexical(values, cim_type)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2031-04-05T06:07:08Z", moment(2031, 4, 5, 6, 7, 8)),
        ("2031-04-05T06:07:08", moment(2031, 4, 5, 6, 7, 8)),
        ("2031-04-05T06:07:08.1Z", moment(2031, 4, 5, 6, 7, 8, 100000)),
        ("2031-04-05T06:07:08.12Z", moment(2031, 4, 5, 6, 7, 8, 120000)),
        ("2031-04-05T06:07:08.12345Z", moment(2031, 4, 5, 6, 7, 8, 123450)),
        ("2031-04-05T06:07:08.123456Z", moment(2031, 4, 5, 6, 7, 8, 123456)),
        ("2031-04-05T06:07:08.1234569Z", moment(2031, 4, 5, 6, 7, 8, 123456)),
        ("2031-04-05T06:07:08+05:30", moment(2031, 4, 5, 0, 37, 8)),
        ("2031-04-05T06:07:08.5-08:00", moment(2031, 4, 5, 14, 7, 8, 500000)),
        ("1601-01-01T00:00:00Z", moment(1601, 1, 1)),
        ("9999-12-31T23:59:59.999999Z", moment(9999, 12, 31, 23, 59, 59, 999999)),
    ],
)
def test_a_datetime_is_aware_and_exact(text: str, expected: datetime) -> None:
    found = from_lexical((Datetime(text),), "datetime")
    assert found == expected
    assert found.tzinfo is not None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("P0DT0H1M40S", timedelta(seconds=100)),
        ("P12DT3H4M5.5S", timedelta(days=12, hours=3, minutes=4, seconds=5.5)),
        ("P99999999DT23H59M59.999999S", timedelta(99999999, 86399, 999999)),
        ("PT30M", timedelta(minutes=30)),
        ("P7D", timedelta(days=7)),
    ],
)
def test_an_interval_is_a_timedelta(text: str, expected: timedelta) -> None:
    assert from_lexical((Interval(text),), "interval") == expected


@pytest.mark.parametrize(
    ("text", "cim_type"),
    [
        ("yes", "boolean"), ("1", "boolean"), ("", "boolean"),
        ("", "uint32"), ("12.5", "uint32"), ("0x10", "uint32"), ("1_000", "uint32"), ("٣", "uint32"),
        ("9" * 5000, "uint64"), ("five", "sint8"),
        ("2031-13-01T00:00:00Z", "datetime"), ("2031-02-30T00:00:00Z", "datetime"),
        ("0000-01-01T00:00:00Z", "datetime"),
        ("2031-01-01T00:00:00+99:99", "datetime"), ("20310101000000.000000+000", "datetime"), ("", "datetime"),
        ("P", "interval"), ("PT", "interval"), ("P1DT", "interval"), ("P9999999999DT0H0M0S", "interval"),
        ("1 day", "interval"),
    ],
)  # fmt: skip
def test_text_that_is_not_of_the_type_is_a_violation_and_is_not_shown(text: str, cim_type: str) -> None:
    with pytest.raises(ProtocolViolation) as caught:
        from_lexical((text,), cim_type)
    assert cim_type in str(caught.value)
    assert not text or repr(text) not in str(caught.value)
    with pytest.raises(ProtocolViolation):
        from_lexical(("1", text), f"{cim_type}[]")


@pytest.mark.parametrize("cim_type", ["string", "uint32", "boolean", "datetime"])
def test_a_structure_in_place_of_a_text_is_a_violation(cim_type: str) -> None:
    with pytest.raises(ProtocolViolation):
        from_lexical((REFERENCE,), cim_type)


def test_two_values_where_the_schema_has_one_are_a_violation() -> None:
    with pytest.raises(ProtocolViolation, match="2 values"):
        from_lexical(("a", "b"), "string")


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (True, "true"), (False, "false"), (0, "0"), (-5, "-5"), (2**64 - 1, "18446744073709551615"),
        (Level.HIGH, "7"), (Named(7), "7"), ("text", "text"), ("", ""), (None, None), (Secret("x"), Secret("x")),
        (REFERENCE, REFERENCE), (Datetime("2031-01-01T00:00:00Z"), Datetime("2031-01-01T00:00:00Z")),
        (moment(2031, 1, 2, 3, 4, 5), Datetime("2031-01-02T03:04:05Z")),
        (moment(2031, 1, 2, 3, 4, 5, 120000), Datetime("2031-01-02T03:04:05.12Z")),
        (moment(33, 1, 2), Datetime("0033-01-02T00:00:00Z")),
        (datetime(2031, 1, 2), Datetime("2031-01-02T00:00:00Z")),
        (moment(2031, 1, 2, zone=timezone(timedelta(hours=-8))), Datetime("2031-01-02T00:00:00-08:00")),
        (timedelta(days=3, seconds=3661, milliseconds=250), Interval("P3DT1H1M1.25S")),
    ],
)  # fmt: skip
def test_a_python_value_is_written_as_windows_writes_it(value: t.Any, written: t.Any) -> None:
    assert lexical(value) == written
    assert type(lexical(value)) is type(written)


def test_arrays_are_written_element_by_element() -> None:
    assert to_lexical(["a", None, 3], "string[]") == ("a", None, "3")
    assert to_lexical(None, "string[]") == to_lexical([], "uint32[]") == ()
    assert to_lexical(None, "string") == (None,)
    assert to_lexical(5, "uint32") == ("5",)


@same
@given(
    st.one_of(
        st.tuples(st.just("string"), st.text()),
        st.tuples(st.just("boolean"), st.booleans()),
        st.tuples(st.just("uint64"), st.integers(0, 2**64 - 1)),
        st.tuples(st.just("sint32"), st.integers(-(2**31), 2**31 - 1)),
        st.tuples(st.just("datetime"), st.datetimes(timezones=zones)),
        st.tuples(st.just("interval"), st.timedeltas(timedelta(0), timedelta(days=99999999))),
    )
)
def test_any_value_survives_both_ways(case: tuple[str, t.Any]) -> None:
    cim_type, value = case
    assert from_lexical(to_lexical(value, cim_type), cim_type) == value
    assert from_lexical(to_lexical([value, value], f"{cim_type}[]"), f"{cim_type}[]") == [value, value]


@same
@given(st.text(max_size=40), st.sampled_from(["boolean", "uint8", "sint64", "datetime", "interval"]))
def test_any_text_is_read_or_refused(text: str, cim_type: str) -> None:
    try:
        found = from_lexical((text,), cim_type)
    except ProtocolViolation:
        return
    assert isinstance(found, (bool, int, datetime, timedelta))
