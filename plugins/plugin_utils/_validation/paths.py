# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Validator for paths on the controller."""

from __future__ import annotations

import re

from .refusals import bad

_WINDOWS_VARIABLE = re.compile(r"%[A-Za-z_]\w*%")
_DRIVE = re.compile(r"[A-Za-z]:")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")


def foreign_path(text: str) -> str | None:
    """Return what a text is in place of a path on the controller, None if it may be one.

    POSIX would take `//server/share` for the local folder `/server`, and backslashes for parts of a file name.
    """
    if _WINDOWS_VARIABLE.search(text):
        return "has a variable in the spelling of Windows, which is not replaced here"
    if text.startswith("//") or "\\" in text:
        return "is a network share or a path of Windows"
    if _URL.match(text):
        return "is a URL"
    return "is a path on a drive of Windows" if _DRIVE.match(text) else None


def valid_path(text: str, option: str) -> str:
    """Return a path on the controller unchanged."""
    problem = foreign_path(text)
    if problem is not None:
        remedy = f"Set {option} to a path on the controller; mount a network share there first."
        raise bad(option, text, f"which {problem}", remedy)
    return text
