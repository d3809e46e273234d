# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The refusal that every validator raises."""

from __future__ import annotations

from .._errors import Refusal

_LONGEST = 300
"""Characters of a value that a message shows; no valid name is longer."""


def bad(option: str, value: object, what: str, remedy: str) -> Refusal:
    """Return the refusal of an option's value: `kms_port is 0, which is not a TCP port.`"""
    shown = repr(value) if isinstance(value, str) else f"{value:g}" if isinstance(value, float) else str(value)
    if len(shown) > _LONGEST:
        shown = f"{shown[:_LONGEST]}…"
    return Refusal(f"{option} is {shown}, {what}.", code="bad_option", remedy=remedy)
