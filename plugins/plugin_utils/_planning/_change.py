# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every step has in common, whatever it changes: why it is needed, and what it changes, in words."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Change:
    """One change; `was` and `becomes` tell it in words, `why` gives the reason."""

    why: str
    was: str = ""
    becomes: str = ""
    action: t.ClassVar[str] = ""
    subject: t.ClassVar[str] = ""
