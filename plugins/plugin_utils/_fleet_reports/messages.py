# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The message of a failed result without its remedy, for reports that show both in their own places."""

from __future__ import annotations

import typing as t

__all__ = ["message_of"]


def message_of(result: t.Mapping[str, t.Any]) -> str:
    """Return what a failed result says is wrong; its `msg` ends with the remedy, which is in `remedy` as well."""
    return str(result.get("msg") or "").removesuffix(str(result.get("remedy") or "")).strip()
