# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The names of the variables that roles and playbooks read, and which other name is probably one of them misspelt."""

from __future__ import annotations

from .names import OTHERS, documented, misspelt, nearest, refuse_misspelt

__all__ = ["OTHERS", "documented", "misspelt", "nearest", "refuse_misspelt"]
