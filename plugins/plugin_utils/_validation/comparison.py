# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Comparison of names, addresses and GUIDs by meaning instead of by spelling."""

from __future__ import annotations

from ...module_utils._host_names import normal_name


def same_name(left: str | None, right: str | None) -> bool:
    """Return whether two names or addresses mean the same host or domain; two that are not set do."""
    return normal_name(left) == normal_name(right)


def same_guid(left: str | None, right: str | None) -> bool:
    """Return whether two GUIDs are the same; case and braces do not matter."""
    return (left or "").strip().strip("{}").lower() == (right or "").strip().strip("{}").lower()
