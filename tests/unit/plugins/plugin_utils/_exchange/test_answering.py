# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The connected side asks for what has no answer, keeps every answer at once, and goes on where it ended."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._exchange import Answerer, AnswerState, Privacy, load

from .offline_requests import POOL, Service, confirmation, exported, identifier, open_ledger, pid, refused, unreachable


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file with five requests; its ledger is elsewhere."""
    path = tmp_path / "medium" / "parcel.json"
    path.parent.mkdir()
    exported(open_ledger(tmp_path), path, range(1, 6))
    return path


def _answer_to(path: Path, number: int) -> t.Any:
    return load(path).answers.get((pid(number), identifier(number)))


def _counts(report: t.Any) -> dict[str, int]:
    return {name: count for name, count in report.facts()["counts"].items() if count}


@pytest.mark.parametrize("size", [1, 2, 5, 50])
def test_batches_are_matched_by_their_ids(size: int, path: Path) -> None:
    service = Service()
    report = Answerer(service, path, batch_size=size).answer()
    assert _counts(report) == {"answered": 5}
    assert max(service.batches) == min(size, 5)
    assert [_answer_to(path, n).confirmation_id for n in (1, 5)] == [confirmation(identifier(n)) for n in (1, 5)]


def test_what_has_an_answer_is_not_asked_for_again(path: Path) -> None:
    Answerer(Service(), path).answer()
    before, service = path.read_bytes(), Service()
    report = Answerer(service, path).answer()
    assert (service.asked, report.changed, path.read_bytes()) == ([], False, before)


def test_a_forecast_asks_and_writes_nothing(path: Path) -> None:
    before, service = path.read_bytes(), Service()
    report = Answerer(service, path).foresee()
    assert (service.asked, report.changed, path.read_bytes()) == ([], True, before)
    assert _counts(report) == {"missing": 5}
    assert list(path.parent.iterdir()) == [path]


def test_one_refusal_does_not_lose_the_others_and_is_final(path: Path) -> None:
    report = Answerer(Service({identifier(2): refused("0x90")}), path, batch_size=2).answer()
    assert _counts(report) == {"answered": 4, "failed": 1}
    assert report.failure is not None
    assert "secluded-002" in report.failure.message
    assert _answer_to(path, 2).code == "0x90"
    service = Service()
    Answerer(service, path).answer()
    assert service.asked == []


def test_trouble_of_the_services_own_is_recorded_and_asked_about_again(path: Path) -> None:
    Answerer(Service({identifier(2): refused("0x71")}), path).answer()
    assert (_answer_to(path, 2).standing, _answer_to(path, 2).code) == (AnswerState.REFUSED, "0x71")
    service = Service()
    report = Answerer(service, path).answer()
    assert service.asked == [identifier(2)]
    assert _counts(report) == {"answered": 5}


def test_a_refusal_of_the_whole_key_ends_the_run_and_the_next_ones(path: Path) -> None:
    service = Service({identifier(3): refused("0x7F")})
    report = Answerer(service, path).answer()
    assert service.asked == [identifier(n) for n in (1, 2, 3)]
    assert _counts(report) == {"answered": 2, "failed": 1, "missing": 2}
    again = Service()
    assert not Answerer(again, path).answer().changed
    assert again.asked == []


def test_an_outage_keeps_what_was_answered_and_says_so(path: Path) -> None:
    service = Service({identifier(n): unreachable(arrived=False) for n in (3, 4, 5)})
    report = Answerer(service, path).answer()
    assert report.error is not None
    assert "kept in the file: 2." in report.error.message
    assert report.error.code == "read_timeout"
    assert "Run the task again" in (report.error.remedy or "")
    assert service.asked == [identifier(n) for n in (1, 2, 3)]
    assert _answer_to(path, 3) is None
    assert _counts(Answerer(Service(), path).answer()) == {"answered": 5}


def test_one_request_that_the_service_chokes_on_does_not_block_the_others(path: Path) -> None:
    service = Service({identifier(1): unreachable(arrived=True)})
    report = Answerer(service, path).answer()
    assert report.error is None
    assert _counts(report) == {"answered": 4, "failed": 1}
    assert _answer_to(path, 1).standing is AnswerState.ASKED


def test_a_service_that_falls_silent_is_given_up_and_asked_first_for_what_is_new(path: Path) -> None:
    service = Service({identifier(n): unreachable(arrived=True) for n in (1, 2, 3, 4, 5)})
    assert Answerer(service, path).answer().error is not None
    assert service.asked == [identifier(1), identifier(2)]
    later = Service()
    Answerer(later, path).answer()
    assert later.asked == [identifier(n) for n in (3, 4, 5, 1, 2)]


def test_a_refusal_after_a_lost_answer_is_in_doubt(path: Path) -> None:
    Answerer(Service({identifier(1): unreachable(arrived=True)}), path).answer()
    Answerer(Service({identifier(1): refused("0x71")}), path).answer()
    assert _answer_to(path, 1).doubtful
    Answerer(Service({identifier(1): unreachable(arrived=False)}), path).answer()
    Answerer(Service({identifier(1): refused("0x7F")}), path).answer()
    assert (_answer_to(path, 1).code, _answer_to(path, 1).doubtful) == ("0x7F", True)


def test_a_service_that_leaves_one_out_or_answers_nonsense_is_asked_again(path: Path) -> None:
    class Sloppy(Service):
        def confirmation_ids(self, batch: t.Any) -> t.Any:
            found = dict(super().confirmation_ids(batch))
            return {one: "12345" if one.installation_id == identifier(2) else found[one] for one in list(found)[:-1]}

    report = Answerer(Sloppy(), path, batch_size=5).answer()
    assert _counts(report) == {"answered": 3, "failed": 1, "missing": 1}
    assert _counts(Answerer(Service(), path).answer()) == {"answered": 5}


def test_the_file_says_that_a_batch_is_asked_before_it_leaves(path: Path) -> None:
    seen: list[AnswerState] = []

    class Watched(Service):
        def confirmation_ids(self, batch: t.Any) -> t.Any:
            seen.append(_answer_to(path, 1).standing)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Answerer(Watched(), path).answer()
    assert seen == [AnswerState.ASKED]
    assert _answer_to(path, 1).standing is AnswerState.ASKED


def test_a_short_list_is_answered_in_silence_and_a_long_one_tells_of_its_progress(path: Path, tmp_path: Path) -> None:
    said: list[str] = []
    Answerer(Service(), path, tell=said.append).answer()
    assert said == []
    with open_ledger(tmp_path / "more") as ledger:
        long = tmp_path / "long.json"
        exported(ledger, long, range(100, 160), Privacy.SERVICE_ONLY)
        assert ledger.balance(POOL).reserved == 60
    Answerer(Service(), long, batch_size=7, tell=said.append).answer()
    assert 2 <= len(said) <= 20
    assert said[-1].startswith("60 of 60")
