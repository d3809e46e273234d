# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong with the fleet as a whole."""

from __future__ import annotations

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._licensing import KmsAttempt, attempt_facts

from .audit_rows import DAY, Row, client, document, found, permanent, product, row, unread

SAME = "11111111-2222-3333-4444-555555555555"
NOBODY = "00000000-0000-0000-0000-000000000000"
TOO_LOW = attempt_facts(KmsAttempt(event=12288, code=0xC004F038))
WAITING: Row = {"status": "notification", "grace_minutes": 0, "activated_by": None, "reason": None}
STALE: Row = {"grace_minutes": 100 * DAY}
MAK, AD = permanent("mak"), product(activated_by="ad")


def test_clones_that_ask_kms_are_found_by_their_id() -> None:
    rows = [row("a", cmid=SAME), row("b", cmid=SAME.upper()), client("c", cmid=f"{{{SAME}}}"), row("d")]
    assert found(*rows) == {("duplicate_client_machine_id", SAME): ["a", "b", "c"]}


@pytest.mark.parametrize("cmid", [None, "", NOBODY, f"{{{NOBODY}}}"])
def test_no_id_is_no_duplicate(cmid: str | None) -> None:
    assert found(*(row(name, cmid=cmid) for name in "abc")) == {}


@pytest.mark.parametrize("windows", [MAK, AD, permanent("oem"), permanent("kms_host")])
def test_who_does_not_ask_kms_is_no_duplicate(windows: Row) -> None:
    asked = windows["channel"] == "kms_host"
    assert found(row("a", cmid=SAME), row("b", windows, cmid=SAME, is_kms_host=asked), mak_share_limit=100.0) == {}


def test_office_that_asks_makes_its_machine_a_duplicate() -> None:
    rows = [client("a", AD, product("office"), cmid=SAME), client("b", cmid=SAME)]
    assert found(*rows) == {("duplicate_client_machine_id", SAME): ["a", "b"]}


@pytest.mark.parametrize(
    ("maks", "others", "limit", "exceeded"),
    [
        (1, 9, 10.0, False),
        (2, 9, 10.0, True),
        (1, 8, 10.0, True),
        (0, 9, 0.0, False),
        (1, 9, 9.9, True),
        (3, 0, 100.0, False),
    ],
)
def test_the_share_of_maks_is_held_to_its_limit(maks: int, others: int, limit: float, exceeded: bool) -> None:
    rows = [*(row(f"m{number}", MAK) for number in range(maks)), *(row(f"k{number}") for number in range(others))]
    names = [f"m{number}" for number in range(maks)]
    assert found(*rows, mak_share_limit=limit) == ({("mak_share", None): names} if exceeded else {})
    told = document(*rows, mak_share_limit=limit)["summary"]["mak_share"]
    assert (told["machines"], told["of"], told["exceeded"]) == (maks, maks + others, exceeded)


def test_the_share_is_of_machines_whose_method_is_known() -> None:
    rows = [row("m", MAK), *(unread(f"u{number}") for number in range(50)), row("k", product(activated_by=None))]
    assert document(*rows)["summary"]["mak_share"] == {
        "machines": 1, "of": 1, "percent": 100.0, "limit": 10.0, "exceeded": True,
    }  # fmt: skip


def host(windows: int | None, office: int | None = None) -> Row:
    """Return a KMS host with its counts."""
    return row("kms", permanent("kms_host"), counts={"windows": windows, "office": office})


def clients(many: int, **changes: object) -> list[Row]:
    """Return clients that ask KMS."""
    return [client(f"c{number:02d}", product(family="Enterprise", **changes)) for number in range(many)]


def subjects(*rows: Row) -> dict[str, list[str]]:
    """Return by kind who is below the threshold."""
    return {str(subject): names for (code, subject), names in found(*rows).items() if code == "below_threshold"}


def test_who_waits_for_a_host_with_too_few_is_concerned() -> None:
    assert subjects(host(3), *clients(2, **WAITING)) == {"windows_client": ["c00", "c01"]}


def test_a_host_to_which_enough_come_is_in_order() -> None:
    assert subjects(host(3), *clients(22, **WAITING)) == {}
    assert len(subjects(host(3), *clients(21, **WAITING))["windows_client"]) == 21


def test_servers_need_five() -> None:
    waiting = [row(f"s{number}", product(**WAITING)) for number in range(2)]
    assert subjects(host(2), *waiting) == {"windows_server": ["s0", "s1"]}
    assert subjects(host(3), *waiting) == {}


def test_office_has_a_count_of_its_own() -> None:
    office = client("o", product(family="Enterprise"), product("office", **WAITING))
    assert subjects(host(50, 2), office) == {"office": ["o"]}
    assert subjects(host(50, 4), office) == {}
    assert subjects(host(50), office) == {}


def test_nothing_is_concluded_without_a_host_that_told() -> None:
    assert subjects(*clients(2, **WAITING)) == {}
    assert subjects(*clients(2)) == {}


def test_a_machine_that_was_told_so_is_concerned_without_a_host_too() -> None:
    rows = [
        *clients(2, **WAITING),
        client("told", product(family="Enterprise", **{**WAITING, "last_attempt": TOO_LOW})),
    ]
    assert subjects(*rows) == {"windows_client": ["told"]}


def test_a_licence_just_granted_shows_that_some_host_has_enough() -> None:
    told = client("told", product(family="Enterprise", **{**WAITING, "last_attempt": TOO_LOW}))
    waits = client("waits", product(family="Enterprise", **WAITING))
    assert subjects(host(3), *clients(3)) == {}
    assert subjects(host(3), *clients(3), told, waits) == {"windows_client": ["told"]}
    assert subjects(*clients(3), told, waits) == {"windows_client": ["told"]}


def test_licences_that_nobody_renews_any_more_are_concerned() -> None:
    assert list(subjects(host(3), *clients(3, **STALE))) == ["windows_client"]


def test_a_host_with_enough_for_clients_has_enough_for_servers() -> None:
    waits = row("waits", product(**WAITING))
    assert subjects(host(2), *clients(1, **STALE), waits) == {"windows_client": ["c00"], "windows_server": ["waits"]}
    assert subjects(host(2), *clients(1), waits) == {}


def test_nobody_waits_for_a_host_key_that_is_there_by_mistake() -> None:
    mistaken = client("oops", permanent("kms_host", family="Enterprise"), counts={"windows": 0, "office": None})
    assert subjects(mistaken, *clients(2, **WAITING)) == {}


def test_who_does_not_ask_is_not_concerned() -> None:
    others = [client(name, permanent("mak", family="Enterprise")) for name in "ab"]
    assert subjects(host(3), *others) == {}
    assert subjects(host(3), client("d", product(**WAITING, activation_type="ad"))) == {}


def test_multi_session_is_a_client() -> None:
    machine = client("a", product(family="ServerRdsh", **WAITING), edition="ServerRdsh")
    assert subjects(host(10), machine) == {"windows_client": ["a"]}
