# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who holds a reservation, and whether they still live.

A process is named by the system's boot, its PID namespace, its number and the moment it started, so that a number that
was given to another process is not taken for the first one. Where nothing can be known (another controller, a system
without `/proc`, a process that is hidden from us) a holder counts as alive until the lease is over.
"""

from __future__ import annotations

import os
import typing as t
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Life", "Owner"]

Life = t.Literal["alive", "dead", "unknown"]

_PROC = Path("/proc")
_UNKNOWN = "?"
# In /proc/PID/stat behind the name in parentheses: the state is field 3, the start in clock ticks since boot field 22.
_STATE = 0
_STARTED = 22 - 3
_ENDED = frozenset("ZXx")


@dataclass(frozen=True)
class Owner:
    """A process, as it is written into the ledger: `boot/namespace/pid/start`."""

    boot: str
    namespace: str
    pid: int
    started: str

    @classmethod
    def current(cls) -> Owner:
        """Return this process; asked anew each time, since a fork changes it."""
        pid = os.getpid()
        found = _stat(pid)
        return cls(_boot(), _namespace(), pid, found[_STARTED] if found else _UNKNOWN)

    @classmethod
    def parse(cls, text: str) -> Owner:
        """Return the process that `str(owner)` named; one that cannot be read is nobody we know."""
        parts = text.split("/")
        # PIDs end at 2**22 on Linux; a longer number could not even be asked for.
        if len(parts) != 4 or not (parts[2].isascii() and parts[2].isdigit() and len(parts[2]) < 10):
            return cls(_UNKNOWN, _UNKNOWN, 0, _UNKNOWN)
        return cls(parts[0], parts[1], int(parts[2]), parts[3])

    def __str__(self) -> str:
        return f"{self.boot}/{self.namespace}/{self.pid}/{self.started}"

    @property
    def life(self) -> Life:
        """Whether the process lives, as far as it can be told from here."""
        here = Owner.current()
        if _UNKNOWN in (here.boot, here.namespace, here.started):
            return "unknown"
        if (self.boot, self.namespace) != (here.boot, here.namespace):
            return "unknown"
        found = _stat(self.pid)
        if not found:
            return "dead" if _is_gone(self.pid) else "unknown"
        return "alive" if found[_STARTED] == self.started and found[_STATE] not in _ENDED else "dead"


def _boot() -> str:
    try:
        return (_PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip() or _UNKNOWN
    except OSError:
        return _UNKNOWN


def _namespace() -> str:
    try:
        return (_PROC / "self/ns/pid").readlink().name
    except OSError:
        return _UNKNOWN


def _stat(pid: int) -> list[str]:
    try:
        text = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    # The name may hold blanks and parentheses itself, so only its last one counts.
    fields = text.rpartition(")")[2].split()
    return fields if len(fields) > _STARTED else []


def _is_gone(pid: int) -> bool:
    """Tell whether there is surely no such process: `/proc` may hide those of other users."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        pass
    return False
