# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What processes take: CPU of one, and the memory of one with all that it started, as Linux tells them in /proc."""

from __future__ import annotations

import os
import threading
from pathlib import Path

__all__ = ["Memory", "cpu_of", "rss_of"]

_PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")
_FIRST, _FACTOR, _LAST = 0.1, 1.3, 1.0
"""Seconds between two looks: few at first, for what is over soon, and more later, since looking takes CPU too."""


def cpu_of(pid: int) -> float:
    """Return the CPU seconds that a process has used so far."""
    user, system = _stat(pid)[11:13]
    return (int(user) + int(system)) / _TICKS


def rss_of(pid: int) -> int:
    """Return the most memory that a process has had, in bytes."""
    return _kilobytes(_PROC / str(pid) / "status", "VmHWM:")


class Memory:
    """Looks now and then at a process and its descendants, until it is left; used as a context.

    A page that several of them share counts once (PSS), as it takes its place once.
    """

    def __init__(self, pid: int) -> None:
        self.peak = 0
        self._pid = pid
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Memory:
        self._thread.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._stopping.set()
        self._thread.join()

    def _watch(self) -> None:
        seconds = _FIRST
        while not self._stopping.wait(seconds):
            seconds = min(_LAST, seconds * _FACTOR)
            family = _family(self._pid)
            self.peak = max(self.peak, sum(_kilobytes(_PROC / str(pid) / "smaps_rollup", "Pss:") for pid in family))


def _family(pid: int) -> list[int]:
    """Return a process and its descendants."""
    children: dict[int, list[int]] = {}
    for number in (int(entry.name) for entry in _PROC.iterdir() if entry.name.isdigit()):
        try:
            children.setdefault(int(_stat(number)[1]), []).append(number)
        except OSError:
            continue  # it has ended meanwhile
    found = [pid]
    for number in found:
        found += children.get(number, [])
    return found


def _stat(pid: int) -> list[str]:
    """Return what /proc tells of a process from its state on; its name, which comes before, may hold anything."""
    return (_PROC / str(pid) / "stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()


def _kilobytes(path: Path, name: str) -> int:
    try:
        lines = path.read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(name)), 0)
