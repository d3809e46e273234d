# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An import takes what the ledger asked for, once, and leaves the rest as it was."""

from __future__ import annotations

import json
import multiprocessing
import typing as t
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._activation_service import Installation
from ansible_collections.volume.activation.plugins.plugin_utils._errors import Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._exchange import (
    Answerer,
    Importer,
    Privacy,
    encode,
    load,
)
from ansible_collections.volume.activation.plugins.plugin_utils._ledger import EntryState, Ledger

from .offline_requests import (
    POOL,
    Service,
    confirmation,
    exported,
    identifier,
    open_ledger,
    pid,
    refused,
    unreachable,
    wanted,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the file goes."""
    return tmp_path / "parcel.json"


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """A ledger with a pool of 100."""
    return open_ledger(tmp_path)


def _counts(report: t.Any) -> dict[str, int]:
    return {name: count for name, count in report.facts()["counts"].items() if count}


def _states(ledger: Ledger) -> list[str]:
    return [entry.state.value for entry in ledger.entries()]


@pytest.mark.parametrize("privacy", Privacy)
def test_the_round_trip_works_at_every_privacy_level_and_names_come_back(
    privacy: Privacy, ledger: Ledger, path: Path
) -> None:
    exported(ledger, path, privacy=privacy)
    Answerer(Service(), path).answer()
    report = Importer(ledger, path).import_answers()
    assert _counts(report) == {"imported": 3}
    assert [line.machine for line in report.lines] == ["secluded-001", "secluded-002", "secluded-003"]
    assert _states(ledger) == ["confirmed"] * 3
    stored = ledger.confirmation(identifier(1))
    assert stored is not None
    assert (stored.confirmation_id, stored.source) == (confirmation(identifier(1)), "exchange")
    assert stored.entry_id == ledger.entries()[0].id


def _everything(ledger: Ledger) -> t.Any:
    return ledger.entries(), ledger.confirmations(), ledger.pools()


def test_twice_is_once(ledger: Ledger, path: Path) -> None:
    exported(ledger, path, range(1, 5))
    service = Service({identifier(2): refused("0x90"), identifier(4): refused("0x7F")})
    Answerer(service, path).answer()
    first = Importer(ledger, path).import_answers()
    before = _everything(ledger)
    again = Importer(ledger, path).import_answers()
    assert (first.changed, again.changed) == (True, False)
    assert _everything(ledger) == before
    assert _counts(again) == {"stored": 2, "failed": 2}


def test_a_forecast_tells_the_same_and_writes_nothing(ledger: Ledger, path: Path) -> None:
    exported(ledger, path)
    Answerer(Service({identifier(2): refused("0x90")}), path).answer()
    before = _everything(ledger)
    foreseen = Importer(ledger, path).foresee()
    assert _everything(ledger) == before
    assert foreseen.facts() == Importer(ledger, path).import_answers().facts()
    assert foreseen.before == "secluded-001: reserved\nsecluded-002: reserved\nsecluded-003: reserved\n"
    assert "secluded-002: released (0x90)" in foreseen.after


def test_half_a_file_imports_that_half_and_the_rest_later(ledger: Ledger, path: Path) -> None:
    exported(ledger, path, range(1, 6))
    service = Service({identifier(n): unreachable(arrived=False) for n in (3, 4, 5)})
    Answerer(service, path).answer()
    assert _counts(Importer(ledger, path).import_answers()) == {"imported": 2, "missing": 3}
    assert sorted(_states(ledger)) == ["confirmed"] * 2 + ["reserved"] * 3
    Answerer(Service(), path).answer()
    assert _counts(Importer(ledger, path).import_answers()) == {"imported": 3, "stored": 2}


def test_a_refused_request_is_released_and_a_deferred_one_stays_reserved(ledger: Ledger, path: Path) -> None:
    exported(ledger, path)
    Answerer(Service({identifier(1): refused("0x90"), identifier(2): refused("0x71")}), path).answer()
    report = Importer(ledger, path).import_answers()
    assert _counts(report) == {"imported": 1, "missing": 1, "failed": 1}
    assert [(entry.state.value, entry.code) for entry in ledger.entries()] == [
        ("released", "0x90"),
        ("reserved", None),
        ("confirmed", None),
    ]


def test_a_refusal_after_a_lost_answer_leaves_the_entry_uncertain(ledger: Ledger, path: Path) -> None:
    exported(ledger, path, [1, 2])
    Answerer(Service({identifier(n): unreachable(arrived=True) for n in (1, 2)}), path).answer()
    Answerer(Service({identifier(1): refused("0x90"), identifier(2): refused("0x7F")}), path).answer()
    Importer(ledger, path).import_answers()
    assert _states(ledger) == ["released", "uncertain"]


def test_a_refusal_after_an_earlier_attempt_of_another_kind_leaves_the_entry_uncertain(
    ledger: Ledger, path: Path
) -> None:
    ledger.settle(ledger.reserve(wanted(1).demand()).entry.id, EntryState.UNCERTAIN)
    exported(ledger, path, [1])
    Answerer(Service({identifier(1): refused("0x7F")}), path).answer()
    Importer(ledger, path).import_answers()
    assert _states(ledger) == ["uncertain"]


def test_an_exhausted_key_stops_its_pools(ledger: Ledger, path: Path) -> None:
    exported(ledger, path)
    Answerer(Service({identifier(2): refused("0x7F")}), path).answer()
    report = Importer(ledger, path).import_answers()
    stop = ledger.pool(POOL).stop
    assert stop is not None
    assert stop.code == "0x7F"
    assert _counts(report) == {"imported": 1, "failed": 1, "missing": 1}


@pytest.mark.parametrize(("refusing", "stops"), [((2,), False), ((2, 3), True)])
def test_a_key_that_is_called_blocked_is_stopped_when_two_machines_meet_it(
    ledger: Ledger, path: Path, refusing: tuple[int, ...], stops: bool
) -> None:
    exported(ledger, path, [2, 3])
    Answerer(Service({identifier(number): refused("0x67") for number in refusing}), path).answer()
    Importer(ledger, path).import_answers()
    assert (ledger.pool(POOL).stop is not None) is stops


def test_an_old_file_neither_stops_a_resumed_pool_nor_releases_a_later_reservation(
    ledger: Ledger, path: Path, tmp_path: Path
) -> None:
    exported(ledger, path, [1])
    Answerer(Service({identifier(1): refused("0x7F")}), path).answer()
    Importer(ledger, path).import_answers()
    ledger.resume(POOL)
    exported(ledger, tmp_path / "later.json", [1])
    before = _everything(ledger)
    assert not Importer(ledger, path).import_answers().changed
    assert _everything(ledger) == before
    assert ledger.pool(POOL).stop is None


def test_a_confirmation_id_is_taken_for_an_entry_that_was_released(ledger: Ledger, path: Path) -> None:
    exported(ledger, path, [1])
    ledger.settle(ledger.entries()[0].id, EntryState.RELEASED)
    Answerer(Service(), path).answer()
    assert _counts(Importer(ledger, path).import_answers()) == {"imported": 1}
    assert _states(ledger) == ["confirmed"]


def test_a_machine_whose_key_was_put_in_again_still_gets_its_answer(ledger: Ledger, path: Path, tmp_path: Path) -> None:
    exported(ledger, path, [1])
    again = wanted(1, installation=Installation(pid(1, day=7), identifier(1)))
    ledger.reserve(replace(again.demand(), method=ledger.entries()[0].method))
    Answerer(Service(), path).answer()
    assert _counts(Importer(ledger, path).import_answers()) == {"imported": 1}


def test_what_nobody_asked_for_here_is_refused_by_name_and_the_rest_imported(
    ledger: Ledger, path: Path, tmp_path: Path
) -> None:
    elsewhere = open_ledger(tmp_path / "elsewhere")
    exported(elsewhere, path, [1, 2])
    exported(ledger, tmp_path / "own.json", [2])
    Answerer(Service(), path).answer()
    report = Importer(ledger, path).import_answers()
    assert _counts(report) == {"imported": 1, "failed": 1}
    assert report.failure is not None
    assert report.failure.code == "not_asked_for"
    assert identifier(1)[-7:] in report.failure.message
    assert ledger.confirmation(identifier(1)) is None


def test_the_same_installation_of_another_key_was_not_asked_for(ledger: Ledger, path: Path) -> None:
    exported(ledger, path, [1])
    exchange = load(path)
    strange = replace(exchange.requests[0], extended_pid="00000-99999-" + pid(1)[12:])
    path.write_bytes(encode(replace(exchange, requests=(strange,))))
    Answerer(Service(), path).answer()
    assert Importer(ledger, path).import_answers().failure is not None
    assert _states(ledger) == ["reserved"]


def test_another_confirmation_id_than_the_stored_one_is_refused(ledger: Ledger, path: Path) -> None:
    exported(ledger, path, [1, 2])
    Answerer(Service(), path).answer()
    Importer(ledger, path).import_answers()
    exchange = load(path)
    other = replace(exchange.answers[(pid(1), identifier(1))], confirmation_id="7" * 48)
    path.write_bytes(encode(exchange.answered([other])))
    report = Importer(ledger, path).import_answers()
    assert _counts(report) == {"stored": 1, "failed": 1}
    assert report.failure is not None
    assert report.failure.code == "confirmation_differs"
    stored = ledger.confirmation(identifier(1))
    assert stored is not None
    assert stored.confirmation_id == confirmation(identifier(1))


def test_an_edited_file_imports_nothing_at_all(ledger: Ledger, path: Path) -> None:
    exported(ledger, path)
    Answerer(Service(), path).answer()
    content = json.loads(path.read_text())
    content["answers"][2]["confirmation_id"] = "7" * 48
    path.write_text(json.dumps(content))
    with pytest.raises(Refusal, match="answer 3") as caught:
        Importer(ledger, path).import_answers()
    assert caught.value.code == "edited_exchange"
    assert _states(ledger) == ["reserved"] * 3
    assert ledger.confirmations() == []


def test_the_file_may_lie_on_a_medium_that_cannot_be_written(ledger: Ledger, tmp_path: Path) -> None:
    medium = tmp_path / "medium"
    medium.mkdir()
    exported(ledger, medium / "parcel.json")
    Answerer(Service(), medium / "parcel.json").answer()
    medium.chmod(0o500)
    try:
        assert Importer(ledger, medium / "parcel.json").import_answers().changed
    finally:
        medium.chmod(0o700)


def _import(location: str, path: Path, gate: t.Any, results: t.Any) -> None:
    with Ledger.open(location) as ledger:
        gate.wait()
        report = Importer(ledger, path).import_answers()
        results.put((report.failure is None, _counts(report)))


def test_two_processes_that_import_the_same_file_end_where_one_does(ledger: Ledger, tmp_path: Path) -> None:
    path = tmp_path / "parcel.json"
    numbers = range(1, 31)
    exported(ledger, path, numbers)
    Answerer(Service({identifier(30): refused("0x90")}), path, batch_size=30).answer()
    context = multiprocessing.get_context("fork")
    gate, results = context.Barrier(2), context.Queue()
    location = str(tmp_path / "ledger.sqlite")
    workers = [context.Process(target=_import, args=(location, path, gate, results)) for worker in range(2)]
    for worker in workers:
        worker.start()
    told = [results.get(timeout=60) for worker in workers]
    for worker in workers:
        worker.join(timeout=60)
    assert [worker.exitcode for worker in workers] == [0, 0]
    assert all(counts.get("imported", 0) + counts.get("stored", 0) == 29 for failure, counts in told)
    assert sorted(set(_states(ledger))) == ["confirmed", "released"]
    assert ledger.balance(POOL).counted == len(ledger.confirmations()) == 29


def test_the_time_of_an_answer_is_kept(tmp_path: Path, path: Path) -> None:
    ledger = open_ledger(tmp_path)
    exported(ledger, path, [1])
    moment = datetime.now(timezone.utc) + timedelta(days=2)
    Answerer(Service(), path, now=lambda: moment).answer()
    Importer(ledger, path).import_answers()
    stored = ledger.confirmation(identifier(1))
    assert stored is not None
    assert stored.obtained_at == moment
