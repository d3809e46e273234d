# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requests out of an isolated network and answers into it, in a file that survives whatever happens to it."""

from __future__ import annotations

from .answering import Answerer
from .export import Exporter
from .file_format import FORMAT, VERSION, decode, encode
from .files import load, read_whole, write_whole
from .importing import Importer
from .phone_sheet import Sheet
from .records import Answer, AnswerState, Exchange, Privacy, Request
from .report import ImportOutcome, Line, Report
from .rows import listed

__all__ = [
    "FORMAT",
    "VERSION",
    "Answer",
    "AnswerState",
    "Answerer",
    "Exchange",
    "Exporter",
    "ImportOutcome",
    "Importer",
    "Line",
    "Privacy",
    "Report",
    "Request",
    "Sheet",
    "decode",
    "encode",
    "listed",
    "load",
    "read_whole",
    "write_whole",
]
