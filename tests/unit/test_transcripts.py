# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Transcripts of real and simulated machines, played again: each is diagnosed as it was when it was recorded.

A transcript that somebody sends becomes a test by lying in tests/transcripts.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._diagnosis import replayed, summary
from ansible_collections.volume.activation.plugins.plugin_utils._transcripts import GUID, Pseudonyms, answered, load

FOLDER = Path(__file__).resolve().parents[1] / "transcripts"
TRANSCRIPTS = sorted(FOLDER.glob("*.json"))

each_transcript = pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)


def test_there_is_one_to_play() -> None:
    assert TRANSCRIPTS


@each_transcript
def test_the_diagnosis_is_what_it_was(path: Path) -> None:
    transcript = load(path)
    assert summary(replayed(transcript)) == transcript["diagnosis"]


@each_transcript
def test_the_answers_to_the_open_questions_say_what_they_said(path: Path) -> None:
    transcript = load(path)
    assert [row["seen"] for row in answered(transcript["exchange"])] == [row["seen"] for row in transcript["questions"]]


@each_transcript
def test_every_id_in_it_is_made_up_or_published(path: Path) -> None:
    found = set(GUID.findall(path.read_text(encoding="utf-8")))
    assert {spelled for spelled in found if not spelled.startswith("00000000-0000-4000-8000-")} == {
        spelled for spelled in found if Pseudonyms().guid(spelled) == spelled and not spelled.startswith("00000000-")
    }


@each_transcript
def test_no_key_is_in_it(path: Path) -> None:
    keys = re.findall(r"\b(?:[A-Z0-9]{5}-){4}[A-Z0-9]{5}\b", path.read_text(encoding="utf-8"))
    assert keys == []
