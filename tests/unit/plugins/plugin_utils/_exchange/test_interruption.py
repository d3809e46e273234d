# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A process that answers a file is killed at random points, again and again; nothing that was answered is lost."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
import typing as t
from pathlib import Path

from ansible_collections.volume.activation.plugins.plugin_utils._exchange import (
    Answerer,
    AnswerState,
    Importer,
    Privacy,
    load,
)

from .offline_requests import POOL, Service, confirmation, exported, identifier, open_ledger

_MACHINES = 40
_BATCH = 3


class _Slow(Service):
    """Writes down what it granted before it answers, as Microsoft counts before we hear of it."""

    def __init__(self, journal: Path) -> None:
        super().__init__()
        self._journal = journal

    def confirmation_ids(self, batch: t.Any) -> t.Any:
        with self._journal.open("a") as stream:
            stream.write("".join(f"{one.installation_id}\n" for one in batch))
        time.sleep(0.004)
        return super().confirmation_ids(batch)


def _answer(path: Path, journal: Path) -> None:
    Answerer(_Slow(journal), path, batch_size=_BATCH).answer()
    os._exit(0)


def _killed_after(seconds: float, path: Path, journal: Path) -> bool:
    """Run an answering process and kill it after a while; return whether it was over before that."""
    process = multiprocessing.get_context("fork").Process(target=_answer, args=(path, journal))
    process.start()
    process.join(seconds)
    if process.exitcode is None and process.pid is not None:
        os.kill(process.pid, signal.SIGKILL)
    process.join(60)
    return process.exitcode == 0


def test_killed_at_random_points_it_loses_the_batch_in_flight_at_most(tmp_path: Path) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    draw = random.Random(seed)
    path, journal = tmp_path / "parcel.json", tmp_path / "journal"
    journal.touch()
    with open_ledger(tmp_path) as ledger:
        exported(ledger, path, range(_MACHINES), Privacy.NO_NAMES)
    kills = 0
    confirmed: set[str] = set()
    while not _killed_after(draw.uniform(0.005, 0.12), path, journal):
        kills += 1
        assert kills < 2000, "it never comes to an end"
        answers = load(path).answers.values()
        now = {answer.installation_id for answer in answers if answer.standing is AnswerState.CONFIRMED}
        granted = set(journal.read_text().split())
        # Whatever was in the file stays in it; what was granted and is not in it is marked as asked.
        assert confirmed <= now <= granted
        assert granted - now <= {answer.installation_id for answer in answers if answer.standing is AnswerState.ASKED}
        confirmed = now
    told = journal.read_text().split()
    assert set(told) == {identifier(number) for number in range(_MACHINES)}
    assert len(told) - _MACHINES <= kills * _BATCH
    assert [left for left in tmp_path.iterdir() if left.suffix in (".part", ".lock")] == []
    with open_ledger(tmp_path) as ledger:
        Importer(ledger, path).import_answers()
        assert ledger.balance(POOL).spent == _MACHINES
        assert {one.confirmation_id for one in ledger.confirmations()} == {
            confirmation(identifier(number)) for number in range(_MACHINES)
        }
