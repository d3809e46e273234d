# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The forecast of the KMS thresholds: every ID counts once, and nobody is counted who does not ask."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.volume.activation.plugins.plugin_utils._fleet_reports import kms_forecast
from ansible_collections.volume.activation.plugins.plugin_utils._fleet_reports.forecast_notes import CODES

BY_KMS = {"status": "licensed", "activated_by": "kms"}
BY_AD = {"status": "licensed", "activated_by": "ad"}
TOO_FEW = {"last_attempt": {"code": "0xC004F038"}}
CLIENT, SERVER = "Enterprise", "ServerStandard"

Facts = dict[str, t.Any]


def _id(number: int) -> str:
    return f"00000000-aaaa-bbbb-cccc-{number:012d}"


def _product(application: str = "windows", **changes: t.Any) -> Facts:
    """Return a product on a KMS client key that is not licensed yet."""
    return {
        "id": f"ID-{application}",
        "application": application,
        "channel": "kms_client",
        "status": "notification",
        "activation_type": "any",
        "activated_by": None,
        "reason": None,
        "is_primary": application == "windows",
        **changes,
    }


def _machine(number: int, *, edition: str | None = CLIENT, office: Facts | None = None, **changes: t.Any) -> Facts:
    """Return a machine as license_info tells of it, with an ID of its own."""
    named = {} if office is None else {"office": _product("office", **office)}
    license = {
        "machine": {"name": f"PC{number}", "edition": edition},
        "service": {"client_machine_id": _id(number)},
        "products": [_product(**changes), *named.values()],
    }
    return {"name": f"pc{number}.corp.example", "license": license}


def _clients(many: int, start: int = 100, **changes: t.Any) -> list[Facts]:
    return [_machine(number, **changes) for number in range(start, start + many)]


def _servers(many: int, start: int = 500, **changes: t.Any) -> list[Facts]:
    return [_machine(number, edition=SERVER, **changes) for number in range(start, start + many)]


def _clone(machine: Facts, name: str) -> Facts:
    return {**machine, "name": name}


def _host(windows: int | None, office: int | None = None, rows: list[Facts] | None = None, **changes: t.Any) -> Facts:
    """Return what kms_host_info tells; with rows, the clients that it lists."""
    listed = {} if rows is None else {"clients": {"truncated": False, "rows": rows, "duplicates": []}}
    return {"hosting": {"is_kms_host": True}, "counts": {"windows": windows, "office": office}, **listed, **changes}


def _row(
    number: int, kind: str = "windows_client", seen: str = "2026-11-20T08:00:00+00:00", product: str | None = None
) -> Facts:
    """Return a client as the host lists it; by its kind alone servers and Office cannot be told apart."""
    return {
        "name": f"PC{number}.corp.example",
        "client_machine_id": _id(number).upper(),
        "kind": kind,
        "activation_id": product or f"id-{kind}",
        "last_seen": seen,
    }


def _rows(*numbers: int, **changes: t.Any) -> list[Facts]:
    return [_row(number, **changes) for number in numbers]


FAILED = {"failed": True, "msg": "No."}


@dataclass(frozen=True)
class Case:
    """Machines and hosts, and what the forecast has to say: `now + joining = expected`, and what is missing."""

    machines: list[Facts]
    hosts: Facts | list[Facts] | None
    windows: tuple[int | None, int, int]
    missing: tuple[int, int]
    office: tuple[int | None, int, int] = (None, 0, 0)
    notes: set[str] = field(default_factory=set)


ALONE = {"no_host_asked"}
UNTOLD = {"clients_not_read"}
CASES: dict[str, Case] = {
    "nobody and nothing": Case([], None, (None, 0, 0), (25, 5), notes=ALONE),
    "24 clients": Case(_clients(24), None, (None, 24, 24), (1, 0), notes=ALONE),
    "25 clients": Case(_clients(25), None, (None, 25, 25), (0, 0), notes=ALONE),
    "26 clients": Case(_clients(26), None, (None, 26, 26), (0, 0), notes=ALONE),
    "4 servers": Case(_servers(4), None, (None, 4, 4), (21, 1), notes=ALONE),
    "5 servers": Case(_servers(5), None, (None, 5, 5), (20, 0), notes=ALONE),
    "20 clients and 5 servers count together": Case(
        _clients(20) + _servers(5), None, (None, 25, 25), (0, 0), notes=ALONE
    ),
    "4 clients license a server": Case(_clients(4) + _servers(1), None, (None, 5, 5), (20, 0), notes=ALONE),
    "a host that counts nobody": Case(_clients(24), _host(0), (0, 24, 24), (1, 0)),
    "24 at the host, and one comes": Case(_clients(1), _host(24), (24, 1, 25), (0, 0), notes=UNTOLD),
    "23 at the host, and one comes": Case(_clients(1), _host(23), (23, 1, 24), (1, 0), notes=UNTOLD),
    "licensed by KMS is in the count": Case(_clients(30, **BY_KMS), _host(30), (30, 0, 30), (0, 0), notes=UNTOLD),
    "licensed without a host that told": Case(_clients(24, **BY_KMS), None, (None, 24, 24), (1, 0), notes=ALONE),
    "licensed lately without a host that told": Case(
        _clients(24, **BY_KMS, grace_minutes=179 * 1440),
        None,
        (None, 24, 25),
        (0, 0),
        notes=ALONE | {"licensed_lately"},
    ),
    "refused for want of machines is in the count": Case(
        _clients(20, **TOO_FEW), _host(20), (20, 0, 20), (5, 0), notes=UNTOLD
    ),
    "the host has seen them": Case(_clients(3), _host(3, rows=_rows(100, 101, 102)), (3, 0, 3), (22, 2)),
    "the host has seen one of two": Case(_clients(2), _host(1, rows=_rows(101)), (1, 1, 2), (23, 3)),
    "the host has seen others only": Case(_clients(2), _host(2, rows=_rows(7, 8)), (2, 2, 4), (21, 1)),
    "licensed by another host": Case(
        _clients(2, **BY_KMS), _host(1, rows=_rows(7)), (1, 2, 3), (22, 2), notes={"licensed_elsewhere"}
    ),
    "licensed, and a new host counts nobody": Case(
        _clients(30, **BY_KMS), _host(0), (0, 30, 30), (0, 0), notes={"licensed_elsewhere"}
    ),
    "a list that was cut off": Case(
        _clients(2, **BY_KMS),
        _host(2, clients={"truncated": True, "rows": _rows(7, 8)}),
        (2, 0, 2),
        (23, 3),
        notes={"clients_incomplete"},
    ),
    "an event log that has run over": Case(
        _clients(2, **BY_KMS) + _clients(1, start=300),
        _host(20, rows=_rows(7)),
        (20, 1, 21),
        (4, 0),
        notes={"clients_incomplete"},
    ),
    "seen 31 days before the newest": Case(
        _clients(1), _host(1, rows=[*_rows(7), *_rows(100, seen="2026-10-20T07:59:00+00:00")]), (1, 1, 2), (23, 3)
    ),
    "seen 30 days before the newest": Case(
        _clients(1), _host(2, rows=[*_rows(7), *_rows(100, seen="2026-10-21T08:00:00+00:00")]), (2, 0, 2), (23, 3)
    ),
    "two clones": Case(
        [_machine(1), _clone(_machine(1), "b"), _machine(2)], None, (None, 2, 2), (23, 3), notes={*ALONE, "clones"}
    ),
    "25 clones of one image": Case(
        [_clone(_machine(1), f"vdi{number}") for number in range(25)],
        None,
        (None, 1, 1),
        (24, 4),
        notes={*ALONE, "clones"},
    ),
    "a clone of one that is in the count": Case(
        [_machine(1), _clone(_machine(1), "b")], _host(1, rows=_rows(1)), (1, 0, 1), (24, 4), notes={"clones"}
    ),
    "one of two clones is licensed": Case(
        [_machine(1, **BY_KMS), _clone(_machine(1), "b")], _host(30), (30, 0, 30), (0, 0), notes={*UNTOLD, "clones"}
    ),
    "on a MAK": Case(_clients(5, channel="mak", status="licensed"), _host(0), (0, 0, 0), (25, 5), notes={"not_on_kms"}),
    "retail, OEM, evaluation, host keys": Case(
        [
            _machine(number, channel=channel)
            for number, channel in enumerate(
                ["retail", "oem", "evaluation", "kms_host", "avma", "subscription", "unknown"]
            )
        ],
        _host(0),
        (0, 0, 0),
        (25, 5),
        notes={"not_on_kms"},
    ),
    "licensed by Active Directory": Case(_servers(5, **BY_AD), _host(0), (0, 0, 0), (25, 5), notes={"not_on_kms"}),
    "no longer licensed by Active Directory": Case(_servers(5, activated_by="ad"), _host(0), (0, 5, 5), (20, 0)),
    "restricted to Active Directory": Case(
        _servers(2, activation_type="ad") + _servers(1, start=700, activation_type="token"),
        _host(0),
        (0, 0, 0),
        (25, 5),
        notes={"not_on_kms"},
    ),
    "restricted to KMS": Case(_servers(2, activation_type="kms"), _host(0), (0, 2, 2), (23, 3)),
    "no product at all": Case(
        [{"name": "a", "license": {"products": []}}], _host(0), (0, 0, 0), (25, 5), notes={"not_on_kms"}
    ),
    "unread, of a kind": Case(
        [{"name": "a", "license": None, "kind": "server"}, {"name": "b", "kind": "client"}],
        _host(4, rows=_rows(1, 2, 3, 4)),
        (4, 2, 6),
        (19, 0),
        notes={"not_read_taken"},
    ),
    "unread, of no kind": Case(
        [{"name": "a", "license": None}, {"name": "b", "result": {**FAILED, "unreachable": True}}],
        _host(4, rows=_rows(1, 2, 3, 4)),
        (4, 0, 4),
        (21, 1),
        notes={"not_read_left_out"},
    ),
    "unread, and the host has seen its name": Case(
        [{"name": "pc3", "kind": "client"}], _host(1, rows=_rows(3)), (1, 0, 1), (24, 4), notes={"not_read_taken"}
    ),
    "read without an ID": Case(
        [{"name": f"a{number}", "license": {"products": [_product(family=SERVER)]}} for number in (1, 2)],
        _host(0),
        (0, 2, 2),
        (23, 3),
        notes={"id_unknown"},
    ),
    "an ID of nothing but noughts is none": Case(
        [
            {
                "name": name,
                "license": {"service": {"client_machine_id": noughts}, "products": [_product(family=CLIENT)]},
            }
            for name, noughts in (("a", "00000000-0000-0000-0000-000000000000"), ("b", ""))
        ],
        _host(0),
        (0, 2, 2),
        (23, 3),
        notes={"id_unknown"},
    ),
    "of no known edition": Case(_clients(1, edition=None), _host(0), (0, 1, 1), (24, 4), notes={"kind_unknown"}),
    "Office alone": Case(
        _clients(4, channel="mak", office={}), _host(0, 0), (0, 0, 0), (25, 5), (0, 4, 4), notes={"not_on_kms"}
    ),
    "5 with Office": Case(_clients(5, office={}), _host(0, 0), (0, 5, 5), (20, 0), (0, 5, 5)),
    "Office in its count, Windows not": Case(
        _clients(1, office={}),
        _host(0, 1, rows=_rows(100, kind="server_or_office", product="id-office")),
        (0, 1, 1),
        (24, 4),
        (1, 0, 1),
    ),
    "Windows in its count, Office not": Case(
        _clients(1, office={}), _host(1, 0, rows=_rows(100)), (1, 0, 1), (24, 4), (0, 1, 1)
    ),
    "a request for nobody knows what": Case(
        _clients(1, office={}), _host(1, 1, rows=_rows(100, kind="unknown")), (1, 0, 1), (24, 4), (1, 0, 1)
    ),
    "a request of a server or of Office": Case(
        _clients(1, office={}),
        _host(1, 1, rows=_rows(100, kind="server_or_office")),
        (1, 0, 1),
        (24, 4),
        (1, 0, 1),
    ),
    "a request of a server": Case(
        _servers(1, office={}),
        _host(1, 0, rows=_rows(500, kind="server_or_office", product="{ID-Windows}")),
        (1, 0, 1),
        (24, 4),
        (0, 1, 1),
    ),
    "no host for Office": Case(
        _clients(6, office={}), _host(0), (0, 6, 6), (19, 0), (None, 6, 6), notes={"no_office_host"}
    ),
    "a host for Office only": Case(
        _clients(1, office={}), _host(None, 4), (None, 1, 1), (24, 4), (4, 1, 5), notes=UNTOLD
    ),
    "several hosts do not add up": Case(
        _clients(1),
        [_host(20), _host(10, 3), _host(23)],
        (23, 1, 24),
        (1, 0),
        (3, 0, 3),
        notes={"several_hosts", *UNTOLD},
    ),
    "seen by one of several": Case(
        _clients(2),
        [_host(1, rows=_rows(7)), _host(1, rows=_rows(101))],
        (1, 1, 2),
        (23, 3),
        notes={"several_hosts"},
    ),
    "one of two hosts was not read": Case(_clients(1), [_host(0), FAILED], (0, 1, 1), (24, 4), notes={"host_not_read"}),
    "no host was read": Case(_clients(5, **BY_KMS), FAILED, (None, 5, 5), (20, 0), notes={"host_not_read"}),
    "a host that failed half way": Case(
        _clients(1), {**_host(40), "failed": True}, (None, 1, 1), (24, 4), notes={"host_not_read"}
    ),
    "no KMS host at all": Case(
        _clients(1), _host(None, hosting={"is_kms_host": False}), (None, 1, 1), (24, 4), notes={"not_a_kms_host"}
    ),
    "no more than 50 are remembered": Case(_clients(80), _host(0), (0, 80, 50), (0, 0)),
    "49 and two more": Case(_clients(2), _host(49), (49, 2, 50), (0, 0), notes=UNTOLD),
    "50 and two more": Case(_clients(2), _host(50), (50, 2, 50), (0, 0), notes=UNTOLD),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_the_forecast_counts(case: Case) -> None:
    told = kms_forecast(case.machines, case.hosts)
    windows, office = told["windows"], told["office"]
    assert (windows["count_now"], windows["joining"], windows["count_expected"]) == case.windows
    assert (windows["clients"]["missing"], windows["servers"]["missing"]) == case.missing
    assert (office["count_now"], office["joining"], office["count_expected"]) == case.office
    assert {note["code"] for note in told["notes"]} == case.notes


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_what_is_reached_follows_from_the_counts(case: Case) -> None:
    told = kms_forecast(case.machines, case.hosts)
    pairs = [(told["windows"], told["windows"]["clients"], 25), (told["windows"], told["windows"]["servers"], 5)]
    for count, outlook, required in [*pairs, (told["office"], told["office"], 5)]:
        assert outlook["required"] == required
        assert outlook["reached"] == (count["count_expected"] >= required)
        assert outlook["missing"] == max(0, required - count["count_expected"])
        if "licensed_lately" not in case.notes:
            assert outlook["reached_now"] == (None if count["count_now"] is None else count["count_now"] >= required)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_it_is_plain_data(case: Case) -> None:
    told = kms_forecast(case.machines, case.hosts)
    assert json.loads(json.dumps(told)) == told


def test_machines_of_each_kind_are_told_each_clone_for_itself() -> None:
    unread = {"name": "u", "kind": "server"}
    machines = [
        *_clients(2),
        _clone(_clients(1)[0], "clone"),
        *_servers(3),
        unread,
        _machine(9, channel="mak", office={}),
    ]
    told = kms_forecast(machines)
    assert told["windows"]["clients"]["machines"] == 3
    assert told["windows"]["servers"]["machines"] == 4
    assert told["office"]["machines"] == 1


@pytest.mark.parametrize(
    ("edition", "kind"),
    [
        ("ServerDatacenter", "servers"),
        ("serverstandard", "servers"),
        ("ServerRdsh", "clients"),
        ("Professional", "clients"),
    ],
)
def test_the_edition_tells_clients_from_servers(edition: str, kind: str) -> None:
    windows = kms_forecast([_machine(1, edition=edition)])["windows"]
    assert {name: windows[name]["machines"] for name in ("clients", "servers")} == {"clients": 0, "servers": 0, kind: 1}


def test_the_machine_knows_its_kind_better_than_the_inventory() -> None:
    windows = kms_forecast([{**_machine(1, edition=SERVER), "kind": "client"}])["windows"]
    assert (windows["clients"]["machines"], windows["servers"]["machines"]) == (0, 1)


def test_a_machine_may_be_given_by_the_result_of_its_task() -> None:
    machines = _clients(3, office={})
    results = [{"name": machine["name"], "result": {"license": machine["license"]}} for machine in machines]
    assert kms_forecast(results) == kms_forecast(machines)


def test_two_office_products_count_once() -> None:
    machine = _machine(1, office={})
    machine["license"]["products"].append(_product("office"))
    assert kms_forecast([machine])["office"]["joining"] == 1


def test_office_2010_is_left_out() -> None:
    machine = _machine(1)
    machine["license"]["products"].append(_product("office_2010"))
    assert kms_forecast([machine])["office"]["machines"] == 0


def test_clones_are_named_whatever_the_spelling_of_their_id() -> None:
    first, second = _machine(1), _clone(_machine(1), "b")
    second["license"] = {**second["license"], "service": {"client_machine_id": f"{{{_id(1).upper()}}}"}}
    assert kms_forecast([second, first])["duplicates"] == [
        {"client_machine_id": _id(1), "machines": ["b", "pc1.corp.example"]}
    ]


def test_clones_on_other_keys_are_nobodys_business() -> None:
    machines = [_machine(1, channel="mak"), _clone(_machine(1, channel="mak"), "b")]
    assert kms_forecast(machines)["duplicates"] == []


def test_clones_that_only_the_host_has_seen_are_named_too() -> None:
    told = [{"client_machine_id": _id(1), "names": ["PC1.corp.example", "vdi7.corp.example"]}]
    host = _host(1, clients={"truncated": False, "rows": _rows(1), "duplicates": told})
    assert kms_forecast([_machine(1)], host)["duplicates"] == [
        {"client_machine_id": _id(1), "machines": ["pc1.corp.example", "vdi7.corp.example"]}
    ]


def test_a_machine_under_two_names_is_no_clone_of_itself() -> None:
    told = [{"client_machine_id": _id(1), "names": ["PC1.corp.example", "pc1"]}]
    host = _host(1, clients={"truncated": False, "rows": _rows(1), "duplicates": told})
    assert kms_forecast([_clone(_machine(1), "alias.corp.example")], host)["duplicates"] == []


def test_notes_name_whom_they_are_about_and_what_to_do() -> None:
    hosts = [{**_host(9), "name": "kms2"}, {**_host(8), "name": "kms1"}, {**FAILED, "name": "kms3"}]
    notes = {note["code"]: note for note in kms_forecast([_machine(1, channel="mak")], hosts)["notes"]}
    assert notes["several_hosts"]["machines"] == notes["clients_not_read"]["machines"] == ["kms1", "kms2"]
    assert notes["host_not_read"]["machines"] == ["kms3"]
    assert notes["not_on_kms"]["machines"] == ["pc1.corp.example"]
    assert all(note["message"].endswith(".") and note["remedy"] != "" for note in notes.values())


def test_every_note_is_shown_by_some_case() -> None:
    assert {code for case in CASES.values() for code in case.notes} == set(CODES)


def test_an_address_is_no_name_of_another_machine() -> None:
    rows = [{**_row(7), "name": "10.0.0.1"}]
    assert kms_forecast([{"name": "10.0.0.2", "kind": "client"}], _host(1, rows=rows))["windows"]["joining"] == 1


_STATES = st.sampled_from([{}, BY_KMS, BY_AD, TOO_FEW, {"channel": "mak"}])
_MACHINES = st.builds(
    lambda number, edition, state, office, name, read: (
        _clone(_machine(number, edition=edition, office=office, **state), name)
        if read
        else {"name": name, "kind": "client"}
    ),
    st.integers(1, 12),
    st.sampled_from([CLIENT, SERVER, None]),
    _STATES,
    st.none() | _STATES,
    st.sampled_from([f"host{number}" for number in range(12)]),
    st.sampled_from([True, True, True, False]),
)
_HOSTS = st.builds(
    lambda windows, office, numbers, kind: {
        **_host(windows, office, rows=_rows(*numbers, kind=kind)),
        "name": f"kms{windows}",
    },
    st.none() | st.integers(0, 50),
    st.none() | st.integers(0, 50),
    st.lists(st.integers(1, 12), max_size=12),
    st.sampled_from(["windows_client", "server_or_office", "unknown"]),
)


@given(st.data(), st.lists(_MACHINES, max_size=30), st.lists(_HOSTS, max_size=3))
def test_the_order_never_matters(data: st.DataObject, machines: list[Facts], hosts: list[Facts]) -> None:
    shuffled = data.draw(st.permutations(machines)), data.draw(st.permutations(hosts))
    assert kms_forecast(*shuffled) == kms_forecast(machines, hosts)


@given(st.lists(_MACHINES, max_size=30), st.lists(_HOSTS, max_size=3), _MACHINES)
def test_one_machine_more_counts_for_one_at_most(machines: list[Facts], hosts: list[Facts], one: Facts) -> None:
    before, after = (kms_forecast(given, hosts) for given in (machines, [*machines, one]))
    for count in ("windows", "office"):
        assert after[count]["count_expected"] - before[count]["count_expected"] in (-1, 0, 1)
        assert (after[count]["count_now"] or 0) <= after[count]["count_expected"] <= 50


@given(st.lists(_MACHINES, max_size=30), st.lists(_HOSTS, max_size=3))
def test_a_machine_told_twice_counts_once(machines: list[Facts], hosts: list[Facts]) -> None:
    assert kms_forecast([*machines, *machines], hosts) == kms_forecast(machines, hosts)


_DAY = 24 * 60


@pytest.mark.parametrize(
    ("machines", "clients", "servers", "office"),
    [
        ([_machine(1, grace_minutes=179 * _DAY, **BY_KMS)], (True, 0), (True, 0), (None, 5)),
        ([_machine(1, edition=SERVER, grace_minutes=179 * _DAY, **BY_KMS)], (None, 20), (True, 0), (None, 5)),
        # The lease is older than the 30 days in which a KMS host counts, so nothing is known of its count today.
        ([_machine(1, grace_minutes=149 * _DAY, **BY_KMS)], (None, 24), (None, 4), (None, 5)),
        ([_machine(1, grace_minutes=179 * _DAY, **BY_AD)], (None, 25), (None, 5), (None, 5)),
        ([_machine(1, grace_minutes=10**15, **BY_KMS)], (True, 0), (True, 0), (None, 5)),
        ([_machine(1, edition=None, grace_minutes=179 * _DAY, **BY_KMS)], (None, 24), (None, 4), (None, 5)),
        ([_machine(1, office={**BY_KMS, "grace_minutes": 179 * _DAY})], (None, 24), (None, 4), (True, 0)),
    ],
)
def test_a_lease_of_the_last_days_proves_that_the_count_was_reached(
    machines: list[Facts], clients: tuple[bool | None, int], servers: tuple[bool | None, int], office: tuple[t.Any, int]
) -> None:
    found = kms_forecast(machines)
    shown = [found["windows"]["clients"], found["windows"]["servers"], found["office"]]
    assert [(part["reached_now"], part["missing"]) for part in shown] == [clients, servers, office]
    notes = {note["code"] for note in found["notes"]}
    assert ("licensed_lately" in notes) is any(reached for reached, _missing in (clients, servers, office))


def test_a_host_that_was_asked_knows_better_than_a_lease() -> None:
    found = kms_forecast([_machine(1, grace_minutes=179 * _DAY, **BY_KMS)], {"counts": {"windows": 3}})
    assert (found["windows"]["clients"]["reached_now"], found["windows"]["count_now"]) == (False, 3)
    assert "licensed_lately" not in {note["code"] for note in found["notes"]}
