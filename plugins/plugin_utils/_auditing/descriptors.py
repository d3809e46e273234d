# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How many hosts a process can read at a time with the file descriptors it may open (`ulimit -n`)."""

from __future__ import annotations

import resource
from dataclasses import dataclass
from pathlib import Path

from .._errors import Refusal
from .._session import CONTROLLER_LIMIT

__all__ = ["Descriptors", "raise_limit"]

_PER_HOST = 4
"""A connection, the CA bundle that is being read, a ticket cache, and the pipe to a program such as kinit."""
_RESERVE = 16
"""For the pipe to the parent, name resolution, modules that are still to be loaded."""
_UNKNOWN_IN_USE = 64
"""What is taken to be open where the system does not list it."""


@dataclass(frozen=True)
class Descriptors:
    """How many descriptors this process has open, and how many it may open at most (the hard limit)."""

    in_use: int
    most: float

    @classmethod
    def now(cls) -> Descriptors:
        """Return the figures of this process; processes that it forks have the same."""
        _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        return cls(_open_now(), float("inf") if hard == resource.RLIM_INFINITY else hard)

    def fitting(self, concurrency: int, processes: int) -> int:
        """Return how many hosts can be read at a time, at most `concurrency`; raises Refusal where none can."""
        fitting = min(concurrency, (self.most - self.in_use - _RESERVE) // _PER_HOST * processes)
        if fitting < 1:
            raise Refusal(
                f"No host can be read: this process may open {self.most:g} files and has {self.in_use} open.",
                code=CONTROLLER_LIMIT,
                cause=f"Reading one host at a time takes {self.needed(1):g} of them.",
                remedy="Raise the limit (ulimit -n, LimitNOFILE of a systemd unit), and audit again.",
            )
        return int(fitting)

    def needed(self, threads: int) -> int:
        """Return how many descriptors a process needs to read so many hosts at a time."""
        return self.in_use + _RESERVE + threads * _PER_HOST


def raise_limit(threads: int) -> None:
    """Raise this process's soft limit to what so many hosts at a time need, as far as the hard limit allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = Descriptors.now().needed(threads)
    if soft != resource.RLIM_INFINITY and soft < needed:
        most = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _open_now() -> int:
    try:
        return len(list(Path("/dev/fd").iterdir()))
    except OSError:
        return _UNKNOWN_IN_USE
