# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading many machines at once, by a few processes with many threads each; nothing is ever changed."""

from __future__ import annotations

from .descriptors import Descriptors
from .lockout_guard import GIVEN_UP, LockoutGuard
from .read_machine import Row, Source, Target, read_target
from .reader_pool import LOST, ReaderPool

__all__ = ["GIVEN_UP", "LOST", "Descriptors", "LockoutGuard", "ReaderPool", "Row", "Source", "Target", "read_target"]
