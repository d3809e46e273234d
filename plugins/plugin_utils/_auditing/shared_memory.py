# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Memory that forked reader processes share, with a lock for each byte.

The locks are record locks of the kernel on a file without a name. When a process is killed, the kernel frees what it
held, so no other process ever waits for a dead one. A process holds them: its threads have to agree by themselves.
"""

from __future__ import annotations

import fcntl
import mmap
import tempfile

__all__ = ["Board"]

_CELLS = 1 << 22
"""Bytes of shared memory; pages are only allocated when they are written to."""


class Board:
    """Cells of one byte, all of them 0 at first. Create it before forking, and close it afterwards."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, _CELLS)
        self._locks = tempfile.TemporaryFile()  # noqa: SIM115, closed by close

    def cells(self, number: int, size: int) -> range:
        """Return the `size` cells that belong to `number`; two numbers hardly ever have the same."""
        first = number % (_CELLS // size) * size
        return range(first, first + size)

    def read(self, cell: int) -> int:
        """Return the value of a cell."""
        return self._memory[cell]

    def write(self, cell: int, value: int) -> None:
        """Set a cell for all processes."""
        self._memory[cell] = value

    def lock(self, cell: int) -> bool:
        """Lock a cell against other processes; False where one of them has it. Raises OSError without locks."""
        try:
            fcntl.lockf(self._locks, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, cell)
        except (BlockingIOError, PermissionError):
            return False
        return True

    def unlock(self, cell: int) -> None:
        """Give a cell back."""
        fcntl.lockf(self._locks, fcntl.LOCK_UN, 1, cell)

    def close(self) -> None:
        """Release memory and file."""
        self._memory.close()
        self._locks.close()
