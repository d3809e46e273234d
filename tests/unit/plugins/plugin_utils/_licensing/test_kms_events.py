# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a KMS host logs of a request, read from texts of every kind, and summed up for each client."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.volume.activation.plugins.plugin_utils._licensing import (
    ClientRequest,
    KmsClient,
    LicenseStatus,
    clients_of,
    duplicates_of,
)

MOMENT = datetime.datetime(2026, 11, 22, 9, 52, 7, tzinfo=datetime.timezone.utc)
CLIENT_ID = "1f8a4b40-9f5b-4d2c-8b7e-8f0f3a3f2f10"
PRODUCT = "59eb965c-9150-42b7-a0ec-22151b9897c5"
TEXT = f"0x0,25,client.corp.example,{CLIENT_ID},2026/11/22 9:51,0,2,43200,{PRODUCT}"
REQUEST = ClientRequest(
    logged=MOMENT,
    result=0,
    required_count=25,
    name="client.corp.example",
    client_machine_id=CLIENT_ID,
    client_time=datetime.datetime(2026, 11, 22, 9, 51, tzinfo=datetime.timezone.utc),
    is_virtual=False,
    status=LicenseStatus.OOB_GRACE,
    minutes_left=43200,
    activation_id=PRODUCT,
)


@pytest.mark.parametrize(
    "strings",
    [
        [TEXT],
        TEXT.split(","),
        [TEXT.replace(",", " , ")],
        [TEXT.upper().replace("0X0", "0x0").replace("CLIENT.CORP.EXAMPLE", "client.corp.example")],
        [TEXT.replace(CLIENT_ID, f"{{{CLIENT_ID}}}").replace(PRODUCT, f"{{{PRODUCT}}}")],
        [f"{TEXT},something,more"],
        [TEXT.replace("0x0", "0x00000000")],
        [TEXT.replace("0x0", "0X0")],
    ],
    ids=["one", "several", "blanks", "capitals", "braces", "more", "long code", "capital x"],
)
def test_the_published_text_is_read_in_each_of_its_spellings(strings: list[str]) -> None:
    assert ClientRequest.parse(strings, MOMENT) == REQUEST


@pytest.mark.parametrize(
    ("old", "new", "changes"),
    [
        ("0x0", "0xC004F042", {"result": 0xC004F042}),
        (",25,", ",5,", {"required_count": 5}),
        (",25,", ",,", {"required_count": None}),
        (",25,", ",many,", {"required_count": None}),
        (",25,", ",-1,", {"required_count": None}),
        (",25,", f",{'9' * 5000},", {"required_count": None}),
        (",0,2,", ",1,2,", {"is_virtual": True}),
        (",0,2,", ",?,2,", {"is_virtual": None}),
        (",0,2,", ",0,0,", {"status": LicenseStatus.UNLICENSED}),
        (",0,2,", ",0,6,", {"status": LicenseStatus.EXTENDED_GRACE}),
        (",0,2,", ",0,7,", {"status": None}),
        (",0,2,", ",0,x,", {"status": None}),
        ("43200", "", {"minutes_left": None}),
        ("43200", "0", {"minutes_left": 0}),
        ("2026/11/22 9:51", "2026/11/31 9:51", {"client_time": None}),
        ("2026/11/22 9:51", "0000/11/22 9:51", {"client_time": None}),
        ("2026/11/22 9:51", "22.11.2026 09:51", {"client_time": None}),
        ("2026/11/22 9:51", "2026/11/22 09:51", {}),
        ("2026/11/22 9:51", "", {"client_time": None}),
    ],
)
def test_a_field_that_says_nothing_costs_no_other(old: str, new: str, changes: dict[str, Any]) -> None:
    assert ClientRequest.parse([TEXT.replace(old, new, 1)], MOMENT) == replace(REQUEST, **changes)


@pytest.mark.parametrize(
    "strings",
    [
        [],
        [""],
        ["0x0"],
        [TEXT.rpartition(",")[0]],
        [TEXT.replace("0x0", "0")],
        [TEXT.replace("0x0", "0x")],
        [TEXT.replace("0x0", "0x1C004F0740")],
        [TEXT.replace("0x0", "")],
        [TEXT.replace("0x0", "granted")],
    ],
)
def test_what_is_no_request_is_none(strings: list[str]) -> None:
    assert ClientRequest.parse(strings, MOMENT) is None


fields = st.text() | st.sampled_from(["0x0", "25", "\u0665", "\u00b2", "2026/11/22 9:51", "\u0662026/1/1 1:1", "{}"])


@given(st.lists(fields, max_size=12))
@example(["0x0", "\u00b2", "", "", "\u0662\u0660\u0662\u0666/1/1 1:1", "\u00b2", "\u00b2", "\u00b2", ""])
def test_garbage_never_raises(strings: list[str]) -> None:
    ClientRequest.parse(strings, None)
    ClientRequest.parse([",".join(["0x0", *strings])], MOMENT)


def requested(minute: int, **changes: Any) -> ClientRequest:
    """Return a request of that minute."""
    return replace(REQUEST, logged=MOMENT + datetime.timedelta(minutes=minute), **changes)


def test_a_client_is_told_by_its_last_request_and_by_how_many_there_were() -> None:
    failed = {"result": 0xC004F06C}
    found = clients_of([requested(2), requested(5, **failed), requested(1, **failed)])
    assert found == (KmsClient(last=requested(5, **failed), requests=3, failed=2),)


def test_clients_come_by_name_and_then_by_product_whatever_the_case() -> None:
    rows = [
        requested(1, name="b.example"),
        requested(1, name="A.example", activation_id="2"),
        requested(2, name="a.EXAMPLE", activation_id="1"),
        requested(3, name="a.example", activation_id="1"),
    ]
    found = [(row.last.name, row.last.activation_id, row.requests) for row in clients_of(rows)]
    assert found == [("a.example", "1", 2), ("A.example", "2", 1), ("b.example", PRODUCT, 1)]


def test_without_the_time_of_the_log_the_client_s_own_decides() -> None:
    early = replace(REQUEST, logged=None, client_time=MOMENT, result=1)
    late = replace(early, client_time=MOMENT + datetime.timedelta(hours=1), result=2)
    never = replace(early, client_time=None, result=3)
    for rows in ((early, late, never), (never, late, early)):
        assert clients_of(rows)[0].last is late


def test_nobody_asked() -> None:
    assert clients_of([]) == ()
    assert duplicates_of([]) == {}


def test_an_id_of_several_machines_is_told_with_their_names() -> None:
    rows = [
        requested(1, name="two.example"),
        requested(1, name="ONE.example"),
        requested(2, name="one.example", activation_id="office"),
        requested(1, name="three.example", client_machine_id="another"),
    ]
    assert duplicates_of(clients_of(rows)) == {CLIENT_ID: ("ONE.example", "two.example")}


def test_two_products_of_one_machine_are_no_duplicate() -> None:
    rows = [requested(1), requested(1, name="CLIENT.corp.example", activation_id="office")]
    assert duplicates_of(clients_of(rows)) == {}


def test_an_id_that_is_not_told_is_nobody_s() -> None:
    rows = [requested(1, name="one.example", client_machine_id=""), requested(1, name="two", client_machine_id="")]
    assert duplicates_of(clients_of(rows)) == {}


@given(st.lists(st.builds(requested, st.integers(0, 9), name=st.sampled_from("abAB"), result=st.integers(0, 1))))
def test_no_request_is_lost_or_counted_twice(rows: list[ClientRequest]) -> None:
    found = clients_of(rows)
    assert sum(client.requests for client in found) == len(rows)
    assert sum(client.failed for client in found) == sum(row.result for row in rows)
    assert len(found) == len({row.name.lower() for row in rows})
