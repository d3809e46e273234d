# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every step has in common, whatever it changes: why it is needed, and what it changes, in words."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Change:
    """One change; `was` and `becomes` tell it in words, `why` gives the reason.

    `product` names the product where the change is not the whole machine's. `holder` and `partial` are the name of the
    product that a key or a status belongs to and the last five characters of its key; a plan about several of them is
    told with both.
    """

    why: str
    was: str = ""
    becomes: str = ""
    product: str = ""
    holder: str = field(default="", compare=False)
    partial: str = field(default="", compare=False)
    action: t.ClassVar[str] = ""
    subject: t.ClassVar[str] = ""

    @property
    def heading(self) -> str:
        """What is changed, as the diff names it."""
        return f"{self.subject} of {self.product}" if self.product else self.subject

    @property
    def item(self) -> str:
        """Which product, with which key, the change is about; empty where it is about no key."""
        return ", ".join(filter(None, (self.holder, f"key {self.partial}" if self.partial else "")))
