# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a KMS host's own list and limits mean for the forecast: who was turned away, and how much it remembers."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._reporting import kms_forecast

Facts = dict[str, t.Any]
ID = "00000000-aaaa-bbbb-cccc-{:012d}"


def machine(number: int, *applications: str, **product: t.Any) -> Facts:
    """Return a machine with these products on KMS client keys, not licensed yet."""
    products = [
        {"id": f"id-{name}", "application": name, "channel": "kms_client", "status": "notification", **product}
        for name in applications or ("windows",)
    ]
    license = {
        "machine": {"edition": "Enterprise"},
        "service": {"client_machine_id": ID.format(number)},
        "products": products,
    }
    return {"name": f"pc{number}.corp.example", "license": license}


def row(number: int, **facts: t.Any) -> Facts:
    """Return a client as the host lists it."""
    return {
        "name": f"pc{number}.corp.example",
        "client_machine_id": ID.format(number),
        "kind": "windows_client",
        "activation_id": "id-windows",
        "last_seen": "2026-11-20T08:00:00+00:00",
        **facts,
    }


def host(windows: int | None, *rows: Facts, office: int | None = None) -> Facts:
    """Return what a host tells that lists its clients."""
    listed = {"truncated": False, "rows": list(rows), "duplicates": []}
    return {"counts": {"windows": windows, "office": office}, "clients": listed}


@pytest.mark.parametrize(
    ("requests", "failed", "joining"), [(3, 3, 1), (1, 1, 1), (3, 2, 0), (3, 0, 0), (0, 0, 0), (None, None, 0)]
)
def test_who_was_turned_away_each_time_is_not_in_the_count(
    requests: int | None, failed: int | None, joining: int
) -> None:
    found = host(1, row(7, requests=1, failed=0), row(1, requests=requests, failed=failed))
    assert kms_forecast([machine(1)], found)["windows"]["joining"] == joining


def test_who_was_turned_away_does_not_make_a_list_whole() -> None:
    licensed = machine(1, status="licensed", activated_by="kms")
    told = kms_forecast([licensed], host(2, row(7), row(8, requests=2, failed=2)))
    assert told["windows"]["joining"] == 0
    assert [note["code"] for note in told["notes"]] == ["clients_incomplete"]


@pytest.mark.parametrize(("now", "expected"), [(None, 10), (0, 10), (8, 10), (10, 10), (12, 12)])
def test_an_office_host_remembers_ten(now: int | None, expected: int) -> None:
    machines = [machine(number, "windows", "office") for number in range(30)]
    told = kms_forecast(machines, host(0, office=now))
    assert (told["office"]["joining"], told["office"]["count_expected"]) == (30, expected)
    assert (told["windows"]["count_expected"], told["office"]["missing"]) == (30, 0)


@pytest.mark.parametrize("last_seen", ["2026-10-20T09:00:00", "2026-10-20T07:00:00Z", "2026-10-20T07:00:00+00:00"])
def test_a_request_of_more_than_thirty_days_ago_is_out_however_its_time_is_written(last_seen: str) -> None:
    newest = row(7, last_seen="2026-11-20T08:00:00Z")
    found = host(1, newest, row(1, last_seen=last_seen))
    # By the newest request the window began on 21 October.
    assert kms_forecast([machine(1)], found)["windows"]["joining"] == 1


@pytest.mark.parametrize("last_seen", [None, "", "yesterday"])
def test_a_request_of_no_known_time_is_taken_to_be_in_the_count(last_seen: str | None) -> None:
    assert kms_forecast([machine(1)], host(2, row(7), row(1, last_seen=last_seen)))["windows"]["joining"] == 0
