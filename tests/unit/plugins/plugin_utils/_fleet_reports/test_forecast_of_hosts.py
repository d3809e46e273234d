# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a KMS host's own list and limits mean for the forecast: who was turned away, and how much it remembers."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._fleet_reports import kms_forecast

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


@pytest.mark.parametrize(("now", "clients", "servers", "office"), [(24, False, True, True), (25, True, True, True)])
def test_a_count_that_is_just_enough_is_enough(now: int, clients: bool, servers: bool, office: bool) -> None:
    told = kms_forecast([], host(now, office=5))
    reached = [told["windows"][kind]["reached_now"] for kind in ("clients", "servers")]
    assert [*reached, told["office"]["reached_now"]] == [clients, servers, office]
    assert kms_forecast([], host(4, office=4))["office"]["reached_now"] is False


def nameless(*applications: str, **product: t.Any) -> Facts:
    """Return a machine that has not told its client machine ID."""
    told = machine(1, *applications, **product)
    return {**told, "license": {**told["license"], "service": None}}


def test_a_licensed_machine_of_no_known_id_joins_where_no_host_has_told() -> None:
    assert kms_forecast([nameless(status="licensed", activated_by="kms")])["windows"]["joining"] == 1


@pytest.mark.parametrize(("product", "joining"), [("id-windows", (0, 1)), ("id-office", (1, 0))])
def test_a_machine_of_no_known_id_is_found_by_its_name_in_the_count_that_it_asked_for(
    product: str, joining: tuple[int, int]
) -> None:
    found = host(1, row(1, kind="server_or_office", activation_id=product), office=1)
    told = kms_forecast([nameless("windows", "office")], found)
    assert (told["windows"]["joining"], told["office"]["joining"]) == joining


@pytest.mark.parametrize("hosts", [None, [], [{"failed": True, "msg": "No."}]])
def test_a_host_that_was_not_read_is_not_said_to_lack_office(hosts: list[Facts] | None) -> None:
    told = kms_forecast([machine(1, "windows", "office")], hosts)
    assert "no_office_host" not in {note["code"] for note in told["notes"]}


def test_a_machine_in_extended_grace_is_licensed_and_so_in_the_count() -> None:
    one = machine(1, status="extended_grace", activated_by="kms")
    assert kms_forecast([one], {"counts": {"windows": 1, "office": None}})["windows"]["joining"] == 0


@pytest.mark.parametrize("families", [("ServerStandard", "Enterprise"), ("Enterprise", "ServerStandard")])
def test_without_an_edition_the_primary_product_tells_the_kind(families: tuple[str, str]) -> None:
    one = machine(1, "windows", "office")
    one["license"]["machine"] = None
    for place, (product, family) in enumerate(zip(one["license"]["products"], families, strict=True)):
        product.update(family=family, is_primary=place == 1)
    kinds = {kind: kms_forecast([one])["windows"][kind]["machines"] for kind in ("clients", "servers")}
    assert kinds == {"clients": int(families[1] == "Enterprise"), "servers": int(families[1] != "Enterprise")}


def test_clones_that_ask_for_office_alone_are_named() -> None:
    one = machine(1, "office")
    told = kms_forecast([one, {**one, "name": "vdi7"}])
    assert [found["machines"] for found in told["duplicates"]] == [["pc1.corp.example", "vdi7"]]


BY_KMS = {"status": "licensed", "activated_by": "kms"}
UNLISTED: Facts = {"counts": {"windows": 1, "office": None}}


def test_a_licensed_machine_may_be_in_the_count_of_that_host_which_does_not_list_its_clients() -> None:
    for hosts in ([host(1, row(7)), UNLISTED], [UNLISTED, host(1, row(7))]):
        assert kms_forecast([machine(1, **BY_KMS)], hosts)["windows"]["joining"] == 0


def test_a_licensed_machine_of_no_known_id_is_in_the_count_though_no_list_has_its_name() -> None:
    assert kms_forecast([nameless(**BY_KMS)], host(1, row(7)))["windows"]["joining"] == 0


def test_a_machine_whose_licence_has_run_out_is_in_no_count() -> None:
    assert kms_forecast([machine(1, activated_by="kms")], UNLISTED)["windows"]["joining"] == 1


def test_a_machine_that_a_token_licenses_does_not_ask() -> None:
    told = kms_forecast([machine(1, status="licensed", activated_by="token")])
    assert (told["windows"]["clients"]["machines"], told["windows"]["joining"]) == (0, 0)


def test_a_host_and_a_machine_that_is_none_are_not_several_hosts() -> None:
    told = kms_forecast([], [host(0), host(None)])
    assert [note["code"] for note in told["notes"]] == ["not_a_kms_host"]


def test_machines_whose_ids_are_nothing_but_noughts_are_no_clones() -> None:
    noughts = {"client_machine_id": "{00000000-0000-0000-0000-000000000000}"}
    machines = [{**one, "license": {**one["license"], "service": noughts}} for one in (machine(1), machine(2))]
    told = kms_forecast(machines)
    assert (told["windows"]["joining"], told["duplicates"]) == (2, [])


def test_a_host_without_a_name_is_not_named() -> None:
    notes = {note["code"]: note["machines"] for note in kms_forecast([], [host(None), {**UNLISTED}])["notes"]}
    assert notes == {"not_a_kms_host": [], "clients_not_read": []}
