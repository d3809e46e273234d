# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Validator for GUIDs, by which Windows names its products (activation IDs)."""

from __future__ import annotations

import re

from .refusals import bad

_PLAIN = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_GUID = re.compile(rf"{_PLAIN}|\{{{_PLAIN}\}}")


def valid_activation_id(text: str, option: str, *, instead: str = "") -> str:
    """Return an activation ID in lower case and without braces; `instead` are words that the option takes as well."""
    found = text.strip()
    if not _GUID.fullmatch(found):
        raise bad(
            option,
            text,
            f"which is not {instead}{' or ' if instead else ''}an activation ID",
            f"Give {instead}{' or ' if instead else ''}the ID that volume.activation.license_info shows for the"
            " product, in the form 00000000-0000-0000-0000-000000000000.",
        )
    return found.strip("{}").lower()
