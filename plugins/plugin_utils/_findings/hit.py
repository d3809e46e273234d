# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One thing that is wrong with one machine."""

from __future__ import annotations

import typing as t

__all__ = ["Finding", "listed"]


class Finding(t.NamedTuple):
    """A code, what is to be said of this machine, and the subject where the code has one.

    `cause` and `remedy` stand in for those of the code, where the machine's own error tells them better.
    """

    code: str
    detail: str
    subject: str | None = None
    cause: str | None = None
    remedy: str | None = None


def listed(details: t.Iterable[str]) -> str:
    """Return several details as one text."""
    return "; ".join(details)
