# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Holders: whether a process lives is never guessed from its number alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._ledger import reservation_owner
from ansible_collections.volume.activation.plugins.plugin_utils._ledger.reservation_owner import Owner


def life(owner: Owner) -> str:
    """Return whether a process lives, asked anew."""
    return owner.life


def of(pid: int) -> Owner:
    """Return the process with this number, as it would name itself."""
    here = Owner.current()
    return Owner(here.boot, here.namespace, pid, reservation_owner._stat(pid)[reservation_owner._STARTED])


def test_this_process_lives_and_is_read_back_as_it_was_written() -> None:
    here = Owner.current()
    assert here.pid == os.getpid()
    assert here.life == "alive"
    assert Owner.parse(str(here)) == here


def test_a_process_that_ended_is_dead_also_before_anybody_noticed() -> None:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    owner = of(process.pid)
    assert life(owner) == "alive"
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert reservation_owner._stat(process.pid)[reservation_owner._STATE] == "Z"
    assert life(owner) == "dead"
    process.communicate()
    assert life(owner) == "dead"


def test_a_number_that_was_given_away_again_is_not_the_first_holder() -> None:
    here = Owner.current()
    assert Owner(here.boot, here.namespace, here.pid, "1").life == "dead"


@pytest.mark.parametrize("part", ["boot", "namespace"])
def test_of_other_systems_and_containers_nothing_is_known(part: str) -> None:
    assert Owner(**{**vars(Owner.current()), part: "another"}).life == "unknown"


@pytest.mark.parametrize("text", ["", "nonsense", "a/b/c/d", "a/b/1/2/3"])
def test_what_cannot_be_read_is_nobody_we_know(text: str) -> None:
    assert Owner.parse(text).life == "unknown"


def test_without_proc_nothing_is_known(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(reservation_owner, "_PROC", tmp_path)
    here = Owner.current()
    assert here.pid == os.getpid()
    assert here.life == "unknown"


def test_a_process_that_is_hidden_from_us_is_not_taken_for_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    def hide(pid: int, number: int) -> None:
        raise PermissionError

    other = Owner(**{**vars(Owner.current()), "pid": 2**22 + 1})
    assert life(other) == "dead"
    monkeypatch.setattr(os, "kill", hide)
    assert life(other) == "unknown"


def test_a_name_with_blanks_and_parentheses_does_not_confuse(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fields = ["R", *(str(number) for number in range(4, 53))]
    (tmp_path / "77").mkdir()
    (tmp_path / "77" / "stat").write_text(f"77 (a) b (Z) 1) {' '.join(fields)}\n")
    monkeypatch.setattr(reservation_owner, "_PROC", tmp_path)
    found = reservation_owner._stat(77)
    assert (found[reservation_owner._STATE], found[reservation_owner._STARTED]) == ("R", "22")
