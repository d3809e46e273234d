# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""CIM over WS-Management: values, WQL, and the repository of one machine."""

from __future__ import annotations

from .repository import BUSY_PAUSES, Repository, UnknownInSchema, is_busy
from .values import CimType, from_lexical, lexical, to_lexical
from .wql import contains, equals, is_set, quote, select

__all__ = [
    "BUSY_PAUSES",
    "CimType",
    "Repository",
    "UnknownInSchema",
    "contains",
    "equals",
    "from_lexical",
    "is_busy",
    "is_set",
    "lexical",
    "quote",
    "select",
    "to_lexical",
]
