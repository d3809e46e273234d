# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which domain controller to ask, and the way to it."""

from __future__ import annotations

import typing as t

from ._directory import Directory
from ._settings import DirectorySettings

__all__ = ["open_directory"]

Tell = t.Callable[[str], None]


def open_directory(settings: DirectorySettings, *, tell: Tell | None = None) -> Directory:
    """Return a logged-in connection to a domain controller."""
    raise NotImplementedError
