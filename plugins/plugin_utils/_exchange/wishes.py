# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a task gives as requests for a sheet of paper, each as `mak` returns it in `installation`."""

from __future__ import annotations

import re
import typing as t

from .._errors import Refusal
from .._licensing import parse_extended_pid, parse_installation_id
from .._secrets import scrub_lines
from .records import Request

__all__ = ["listed"]

Row: t.TypeAlias = "t.Mapping[str, t.Any]"
_PARTIAL = re.compile(r"[BCDFGHJKMNPQRTVWXY2346789]{5}", re.IGNORECASE)


def listed(row: Row) -> Request:
    """Return the request in a row of options; raises Refusal for IDs that are none (`bad_partial_key` and others)."""
    return Request(
        extended_pid=parse_extended_pid(row["extended_pid"]),
        installation_id=parse_installation_id(row["installation_id"]),
        machine=scrub_lines(row["machine"]),
        activation_id=scrub_lines(row["activation_id"]),
        partial_product_key=_partial(row),
    )


def _partial(row: Row) -> str | None:
    """Return the last five characters of the machine's key; more than those must never get onto paper."""
    text = row["partial_product_key"]
    if not text:
        return None
    if not _PARTIAL.fullmatch(text):
        raise Refusal(
            f"{row['machine']}: partial_product_key is not the last five characters of a key.",
            code="bad_partial_key",
            remedy="Give the five characters as mak returns them in installation, and never the whole key.",
        )
    return str(text).upper()
