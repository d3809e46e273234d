# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No host gives up a working licence unasked: every change of a licence, with everything that can go wrong."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from .lossless_faults import FAULTS, faulted, without_way_back
from .lossless_host import Desk, Row
from .lossless_matrix import (
    CONDITIONS,
    GVLK_STARTS,
    HOST_KEY,
    MAK,
    SERVER,
    STARTS,
    TARGETS,
    Case,
    Verdict,
    applies,
    arguments,
    cases,
    cuts,
    described,
    judged,
    kills,
    table,
    troubled,
)


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Desk:
    """Simulated worlds behind the actions."""
    return Desk(monkeypatch, tmp_path)


# The matrix


def test_no_licence_is_lost_unasked(desk: Desk) -> None:
    began, every = time.process_time(), list(cases())
    verdicts = [judged(desk, case) for case in every if applies(case)]
    _assert_good(verdicts, list(CONDITIONS), len(every) - len(verdicts), began)


def test_no_licence_is_lost_when_the_controller_is_killed(desk: Desk) -> None:
    began = time.process_time()
    verdicts = [judged(desk, case) for start in STARTS for target in TARGETS for case in kills(desk, start, target)]
    _assert_good(verdicts, ["killed", "killed, then failing"], 0, began)


def test_a_licence_is_named_that_is_lost_with_the_connection(desk: Desk) -> None:
    began = time.process_time()
    verdicts = [judged(desk, case) for start in STARTS for target in TARGETS for case in cuts(desk, start, target)]
    _assert_good(verdicts, ["cut off"], 0, began)


def test_no_licence_is_lost_by_a_fault_of_the_wire_or_the_host(desk: Desk) -> None:
    began = time.process_time()
    _assert_good(list(faulted(desk)), list(FAULTS), 0, began)


def test_a_licence_is_named_that_can_neither_be_changed_nor_restored(desk: Desk) -> None:
    for verdict in without_way_back(desk):
        print(verdict)
        if verdict.before.is_licensed and not verdict.after.is_licensed:
            assert verdict.recovery, str(verdict)
        assert "activation type left" not in verdict.faults


def _assert_good(verdicts: list[Verdict], columns: list[str], left_out: int, began: float) -> None:
    bad = [verdict for verdict in verdicts if verdict.faults]
    kinds = Counter(fault for verdict in bad for fault in verdict.faults)
    unlicensed = [verdict for verdict in verdicts if verdict.before.is_licensed and not verdict.after.is_licensed]
    named = sum(str(verdict.recovery).startswith("ansible") for verdict in unlicensed)
    audited = sum(str(verdict.recovery).startswith("audit") for verdict in unlicensed)
    print("", table(verdicts, columns), *bad, sep="\n")
    print(f"{len(unlicensed)} that were licensed end unlicensed; the task names {named} of them, the audit {audited}")
    seconds = time.process_time() - began
    print(f"{len(verdicts)} cells, {left_out} not applicable, {len(bad)} bad, {seconds:.1f} s of CPU")
    print(*(f"{count:6} {kind}" for kind, count in kinds.most_common()), sep="\n")
    assert [str(verdict) for verdict in bad] == []


# The worst of it in plain words


def _result(desk: Desk, case: Case) -> tuple[Row, str, str, list[str]]:
    """Return the result of a case, the licence before and after it, and what was changed."""
    world, (module, args) = desk.world(troubled(case)), arguments(case)
    before = str(world.licence())
    result = world.run(module, args)
    return result, before, str(world.licence()), world.events


def _row_of_windows(result: Row) -> Row:
    (row,) = [row for row in result["license_changes"] if row["product"] == "windows"]
    return dict(row)


def test_a_server_on_kms_without_internet_is_on_kms_again_after_a_mak(desk: Desk) -> None:
    result, before, after, _changes = _result(desk, Case("KMS", "MAK online", "no internet", opt_in=False))
    assert (result["failed"], result["code"], after) == (True, "0x80072EE7", before)
    row = _row_of_windows(result)
    assert (row["restored"], row["given_up"], result["recovery"]) == (True, False, None)


def test_a_member_of_a_forest_is_activated_by_it_again_after_a_mak(desk: Desk) -> None:
    result, before, after, _changes = _result(desk, Case("AD", "MAK proxy", "service 503", opt_in=False))
    assert (result["failed"], result["code"], after) == (True, "http_503", before)


@pytest.mark.parametrize("start", ["KMS", "OEM"])
@pytest.mark.parametrize("condition", ["service 503", "no internet"])
def test_no_key_is_installed_where_the_service_does_not_answer(desk: Desk, start: str, condition: str) -> None:
    result, before, after, changes = _result(desk, Case(start, "MAK proxy", condition, opt_in=start == "OEM"))
    assert (result["failed"], after) == (True, before)
    assert "InstallProductKey" not in changes


def test_a_host_key_given_as_a_mak_is_taken_off_again(desk: Desk) -> None:
    world = desk.world(described(Case("KMS", "KMS host", "all well", opt_in=False)))
    before = world.licence()
    result = world.run("mak", {"product_key": HOST_KEY, "pool": "lab", "retries": 0})
    assert (result["code"], world.licence(), world.counted()) == ("not_a_mak", before, 0)
    assert _row_of_windows(result)["restored"]


def test_a_mak_given_as_a_host_key_is_taken_off_again(desk: Desk) -> None:
    world = desk.world(described(Case("KMS", "MAK online", "all well", opt_in=False)))
    before = world.licence()
    keys = [{"product_key": MAK, "pool": "lab"}]
    result = world.run("kms_host", {"product_keys": keys, "retries": 0})
    assert (result["code"], world.licence(), world.counted()) == ("not_a_host_key", before, 0)
    assert _row_of_windows(result)["restored"]


@pytest.mark.parametrize("start", ["MAK", "OEM", "AVMA", "retail"])
@pytest.mark.parametrize("target", TARGETS)
def test_a_licence_that_no_key_can_bring_back_takes_an_opt_in(desk: Desk, start: str, target: str) -> None:
    result, before, after, changes = _result(desk, Case(start, target, "all well", opt_in=False))
    assert (result["code"], after, changes) == ("licensed_by_other_key", before, [])


def test_a_forest_without_an_object_leaves_no_restriction(desk: Desk) -> None:
    result, before, after, _changes = _result(desk, Case("KMS", "AD", "object missing", opt_in=False))
    assert (result["code"], after) == ("0xC004F081", before)


@pytest.mark.parametrize(
    ("module", "args"),
    [
        ("mak", {"product_key": MAK, "activate": "never"}),
        ("product_key", {"product_key": MAK}),
        ("product_key", {"product_key": HOST_KEY}),
    ],
)
@pytest.mark.parametrize("start", ["KMS", "AD", "MAK", "OEM"])
def test_a_key_alone_takes_an_opt_in_where_a_licence_goes(desk: Desk, start: str, module: str, args: Row) -> None:
    world = desk.world(described(Case(start, "MAK online", "all well", opt_in=False)))
    before = world.licence()
    result = world.run(module, args)
    assert (result.get("code"), world.licence()) == ("licensed_by_other_key", before)
    # Which product a key is for, product_key learns from Windows; a published key can be installed again.
    assert world.events == [] or (module == "product_key" and start in GVLK_STARTS)
    allowed = world.run(module, {**args, "replace_licensed": True})
    assert (allowed.get("failed"), world.licence().is_licensed) == (None, False)
    assert _row_of_windows(allowed)["given_up"] and allowed["recovery"]


def test_an_empty_pool_changes_nothing_on_those_that_come_too_late(desk: Desk) -> None:
    names = [f"host{number:02}" for number in range(48)]
    machine = {"system": SERVER, "status": "licensed", "activated_by": "kms"}
    maks = {"new": {"key": MAK, "remaining": 100}}
    world = desk.world({"machines": dict.fromkeys(names, machine), "world": {"microsoft": {"maks": maks}}})
    world.declare(limit=8)
    before = world.licence(names[0])
    with ThreadPoolExecutor(24) as pool:
        options = {"product_key": MAK, "pool": "lab", "retries": 0}
        results = list(pool.map(lambda name: world.run("mak", options, host=name), names))
    assert Counter(result.get("code") for result in results) == {None: 8, "pool_exhausted": 40}
    kept = [name for name, result in zip(names, results, strict=True) if result.get("failed")]
    assert {world.licence(name) for name in kept} == {before}
    assert [result for result in results if result.get("failed") and result["changed"]] == []
    assert world.invoked("InstallProductKey") == world.counted() == 8


def test_a_ledger_that_cannot_be_written_changes_nothing(desk: Desk) -> None:
    case = Case("KMS", "MAK online", "all well", opt_in=False)
    world, (module, args) = desk.world(described(case)), arguments(case)
    before = world.licence()
    desk.ledger_is_writable = False
    result = world.run(module, args)
    assert (result["failed"], world.licence(), world.events) == (True, before, [])


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("target", TARGETS)
def test_check_mode_shows_the_licence_that_a_run_would_give_up(desk: Desk, start: str, target: str) -> None:
    case = Case(start, target, "all well", opt_in=True)
    world, (module, args) = desk.world(described(case)), arguments(case)
    foreseen = world.run(module, args, check=True)
    assert world.events == []
    result = world.run(module, args)
    assert foreseen.get("code") == result.get("code")
    assert _losses(foreseen) == _losses(result)


def _losses(result: Row) -> list[tuple[str, str | None, bool]]:
    rows: list[Row] = result["license_changes"]
    return [(row["product"], (row["before"] or {}).get("partial_product_key"), row["given_up"]) for row in rows]
