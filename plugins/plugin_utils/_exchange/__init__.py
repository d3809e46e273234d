# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requests out of an isolated network and answers into it, in a file that survives whatever happens to it."""

from __future__ import annotations

from ._answer import Answerer
from ._export import Exporter
from ._files import load, read_whole, write_whole
from ._format import FORMAT, VERSION, decode, encode
from ._import import Importer
from ._records import Answer, Exchange, Privacy, Request, Standing
from ._report import Line, Outcome, Report
from ._sheet import Sheet
from ._wishes import listed

__all__ = [
    "FORMAT",
    "VERSION",
    "Answer",
    "Answerer",
    "Exchange",
    "Exporter",
    "Importer",
    "Line",
    "Outcome",
    "Privacy",
    "Report",
    "Request",
    "Sheet",
    "Standing",
    "decode",
    "encode",
    "listed",
    "load",
    "read_whole",
    "write_whole",
]
