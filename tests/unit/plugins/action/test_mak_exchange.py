# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The task behind an air gap: each step by its options, truthful in check mode and in diffs, and no key anywhere."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest

from ansible_collections.volume.activation.plugins.action import mak_exchange
from ansible_collections.volume.activation.plugins.plugin_utils._ledger import Ledger, PoolWish

from ..plugin_utils._exchange.offline_requests import (
    FINGERPRINT,
    KEY,
    POOL,
    Service,
    confirmation,
    identifier,
    pid,
    refused,
    unreachable,
)
from .fake_task import PRODUCT_ID, FakeTask

Result = dict[str, t.Any]


def _installation(number: int, **more: t.Any) -> Result:
    given = {
        "machine": f"secluded-{number:03d}",
        "activation_id": PRODUCT_ID,
        "installation_id": identifier(number),
        "extended_pid": pid(number),
        "partial_product_key": "GGGGG",
        "client_machine_id": f"cmid-{number}",
        "bios_uuid": f"bios-{number}",
        "reason": "first_activation",
    }
    return {**given, **more}


class Gap:
    """Both sides of a gap: a ledger on one, a service on the other, a file between them."""

    def __init__(self, stage: FakeTask, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._stage = stage
        self.path = folder / "parcel.json"
        self.sheet = folder / "sheet.html"
        self.location = str(folder / "ledger.sqlite")
        self.service = Service()
        self.said: list[str] = []
        monkeypatch.setattr(mak_exchange, "service_from", self._service)
        monkeypatch.setattr(mak_exchange._display, "display", self.said.append)
        with Ledger.open(self.location) as ledger:
            ledger.declare(PoolWish(name=POOL, limit=30, fingerprint=FINGERPRINT, partial="GGGGG"))

    def _service(self, _options: Result) -> Service:
        return self.service

    @property
    def ledger(self) -> Ledger:
        """The isolated side's ledger."""
        return Ledger.open(self.location)

    def run(self, step: str, args: Result | None = None, **keywords: t.Any) -> Result:
        """Return the result of a step."""
        given = {"step": step, "path": str(self.path), "ledger": self.location, **(args or {})}
        return self._stage.run("mak_exchange", {k: v for k, v in given.items() if v is not None}, **keywords)

    def export(self, numbers: t.Iterable[int] = (1, 2, 3), args: Result | None = None, **keywords: t.Any) -> Result:
        """Return the result of an export of machines by their numbers."""
        rows = [_installation(number) for number in numbers]
        return self.run("export", {"pool": POOL, "requests": rows, **(args or {})}, **keywords)


@pytest.fixture
def gap(stage: FakeTask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Gap:
    """A gap to cross."""
    return Gap(stage, tmp_path, monkeypatch)


def _counts(result: Result) -> dict[str, int]:
    return {name: count for name, count in result["counts"].items() if count}


def test_there_and_back_again_changes_once_each(gap: Gap) -> None:
    for step, counts in (("export", "exported"), ("answer", "answered"), ("import", "imported")):
        first = gap.export() if step == "export" else gap.run(step)
        again = gap.export() if step == "export" else gap.run(step)
        assert (first["changed"], again["changed"]) == (True, False), step
        assert _counts(first) == {counts: 3}
        assert not first.get("failed")
        assert first["exchange_id"] == json.loads(gap.path.read_text())["id"]
    assert _counts(again) == {"stored": 3}
    assert gap.ledger.balance(POOL).spent == 3
    stored = gap.ledger.confirmation(identifier(2))
    assert stored is not None
    assert stored.confirmation_id == confirmation(identifier(2))


def test_the_connected_side_needs_no_ledger(gap: Gap, tmp_path: Path) -> None:
    gap.export()
    nowhere = tmp_path / "connected" / "ledger.sqlite"
    assert gap.run("answer", {"ledger": str(nowhere)})["changed"]
    assert not nowhere.exists()


@pytest.mark.parametrize("step", ["export", "answer", "import", "sheet"])
def test_check_mode_foresees_and_touches_nothing(step: str, gap: Gap, tmp_path: Path) -> None:
    if step != "export":
        gap.export()
    if step == "import":
        gap.run("answer")
    args = {"sheet_path": str(gap.sheet)} if step == "sheet" else None

    def run(**keywords: t.Any) -> Result:
        return gap.export(diff=True, **keywords) if step == "export" else gap.run(step, args, diff=True, **keywords)

    gap.service.asked.clear()
    kept = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    foreseen = run(check=True)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == kept
    assert gap.service.asked == []
    done = run()
    assert foreseen["changed"] is done["changed"] is True
    assert foreseen["diff"]["before"] == done["diff"]["before"]
    if step != "answer":
        assert foreseen["diff"] == done["diff"]
        assert foreseen["counts"] == done["counts"]
    after = run(check=True)
    assert (after["changed"], after["diff"]["before"]) == (False, after["diff"]["after"])


def test_a_diff_is_given_only_where_it_is_asked_for(gap: Gap) -> None:
    assert "diff" not in gap.export()


@pytest.mark.parametrize("failures", ["fail", "report"])
def test_single_failures_fail_the_task_in_the_end_or_are_reported(failures: str, gap: Gap) -> None:
    gap.service = Service({identifier(2): refused("0x90")})
    gap.export()
    result = gap.run("answer", {"failures": failures})
    assert result.get("failed", False) is (failures == "fail")
    assert result["changed"]
    assert _counts(result) == {"answered": 2, "failed": 1}
    failed = result["machines"][1]
    assert (failed["machine"], failed["outcome"], failed["code"]) == ("secluded-002", "failed", "0x90")
    assert failed["remedy"]
    if failures == "fail":
        assert (result["code"], result["refused"]) == ("0x90", False)
        assert "secluded-002" in result["msg"]


def test_a_service_out_of_reach_fails_the_task_whatever_is_asked_for(gap: Gap) -> None:
    gap.service = Service({identifier(2): unreachable(arrived=False)})
    gap.export()
    result = gap.run("answer", {"failures": "report"})
    assert result["failed"]
    assert result["changed"]
    assert (result["code"], _counts(result)) == ("read_timeout", {"answered": 1, "failed": 1, "missing": 1})
    assert "kept in the file: 1." in result["msg"]


def test_an_edited_file_fails_with_the_part_and_changes_nothing(gap: Gap) -> None:
    gap.export()
    gap.run("answer")
    content = json.loads(gap.path.read_text())
    content["answers"][1]["confirmation_id"] = "1" * 48
    gap.path.write_text(json.dumps(content))
    for step in ("import", "answer", "sheet"):
        result = gap.run(step, {"sheet_path": str(gap.sheet)})
        assert (result["failed"], result["changed"], result["refused"]) == (True, False, True)
        assert result["code"] == "edited_exchange"
        assert "answer 2" in result["msg"]
    assert gap.ledger.confirmations() == []


def test_a_pool_without_a_key_takes_it_from_the_task_and_the_file_does_not(gap: Gap) -> None:
    with gap.ledger as ledger:
        ledger.declare(PoolWish(name="new", limit=5))
    refused_ = gap.export(args={"pool": "new"})
    assert refused_["code"] == "pool_without_key"
    result = gap.export(args={"pool": "new", "product_key": KEY, "justification": "measuring"})
    assert _counts(result) == {"exported": 3}
    assert gap.ledger.pool("new").fingerprint == FINGERPRINT
    entry = gap.ledger.entries(pool="new")[0]
    assert (entry.justification, bool(entry.user)) == ("measuring", True)
    for text in (gap.path.read_text(), json.dumps(result)):
        assert KEY not in text
        assert FINGERPRINT not in text
        assert "measuring" not in text


def test_no_result_holds_a_confirmation_id_or_a_key(gap: Gap) -> None:
    results = [
        gap.export(args={"product_key": KEY}, diff=True),
        gap.run("answer", diff=True),
        gap.run("import", diff=True),
        gap.export(args={"product_key": KEY[:-1] + "H"}, diff=True),
    ]
    text = json.dumps(results)
    assert KEY not in text
    assert KEY[:-1] not in text
    assert not [number for number in (1, 2, 3) if confirmation(identifier(number)) in text]


def test_a_whole_key_in_place_of_its_last_five_characters_is_refused_unseen(gap: Gap) -> None:
    args = {"pool": POOL, "sheet_path": str(gap.sheet), "requests": [_installation(1, partial_product_key=KEY)]}
    results = [gap.run(step, args) for step in ("export", "sheet")]
    assert [result["code"] for result in results] == ["bad_option", "bad_option"]
    assert KEY not in json.dumps(results)
    assert not gap.path.exists()
    assert not gap.sheet.exists()


def test_an_isolated_side_without_a_ledger_is_told_so_and_gets_none(gap: Gap, tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere" / "ledger.sqlite"
    assert gap.export(args={"ledger": str(nowhere)})["code"] == "no_ledger"
    assert not nowhere.parent.exists()


def test_the_reserve_is_for_those_who_say_so(gap: Gap) -> None:
    with gap.ledger as ledger:
        ledger.declare(PoolWish(name=POOL, limit=3, reserve=2))
    assert _counts(gap.export()) == {"exported": 1, "failed": 2}
    assert _counts(gap.export(args={"use_reserve": True})) == {"exported": 3}


@pytest.mark.parametrize(
    ("step", "args"),
    [
        ("export", {"requests": []}),
        ("export", {"pool": POOL}),
        ("export", {"pool": POOL, "requests": [], "path": None}),
        ("answer", {"path": None}),
        ("import", {"path": None}),
        ("sheet", {}),
        ("sheet", {"sheet_path": "sheet.html", "path": None}),
        ("deliver", {}),
    ],
)
def test_a_step_names_what_it_needs(step: str, args: Result, gap: Gap) -> None:
    result = gap.run(step, args)
    assert (result["failed"], result["code"]) == (True, "bad_option")
    assert result["remedy"]


@pytest.mark.parametrize("row", [{"machine": "secluded-001"}, None, {**_installation(1), "note": "hello"}])
def test_a_request_that_cannot_be_used_is_named_by_its_number(row: t.Any, gap: Gap) -> None:
    for step in ("export", "sheet"):
        result = gap.run(step, {"pool": POOL, "sheet_path": str(gap.sheet), "requests": [_installation(2), row]})
        assert (result["failed"], result["code"]) == (True, "bad_request")
        assert "Request 2" in result["msg"]
    assert gap.ledger.entries() == []


def test_a_sheet_comes_from_requests_too_and_stays_when_nothing_changed(gap: Gap) -> None:
    args = {"path": None, "sheet_path": str(gap.sheet), "requests": [_installation(7)]}
    first, again = gap.run("sheet", args), gap.run("sheet", args)
    assert (first["changed"], again["changed"]) == (True, False)
    assert first["machines"][0]["machine"] == "secluded-007"
    assert "secluded-007" in gap.sheet.read_text()
    assert gap.sheet.stat().st_mode & 0o777 == 0o600


def test_a_long_list_tells_of_its_progress_to_everybody(gap: Gap) -> None:
    gap.export(range(25))
    gap.run("answer")
    assert gap.said
    assert gap.said[-1].startswith("mak_exchange: 25 of 25")
