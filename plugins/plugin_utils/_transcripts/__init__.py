# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a machine said, kept without saying whose it was: recorded, made anonymous, written, and played again."""

from __future__ import annotations

from .anonymiser import Anonymiser
from .pseudonyms import GUID, Pseudonyms
from .question_answers import answered
from .questions import QUESTIONS, Question, ask
from .recorder import RecordedAnswer, Recorder, is_read_only
from .replay import Replay
from .transcript import FORMAT, Transcript, load, rows

__all__ = [
    "FORMAT",
    "GUID",
    "QUESTIONS",
    "Anonymiser",
    "Pseudonyms",
    "Question",
    "RecordedAnswer",
    "Recorder",
    "Replay",
    "Transcript",
    "answered",
    "ask",
    "is_read_only",
    "load",
    "rows",
]
