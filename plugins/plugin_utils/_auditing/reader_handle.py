# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A reader process and the share of the hosts that it reads, seen from the process that started it."""

from __future__ import annotations

import multiprocessing
import shutil
import tempfile
import typing as t
from dataclasses import dataclass

from .lockout_guard import LockoutGuard
from .read_machine import Source
from .reader_process import work

__all__ = ["HostShare", "ReaderHandle"]

_SECONDS_TO_LEAVE = 5.0
"""Seconds that a process has to end by itself before it is killed."""


@dataclass(frozen=True)
class HostShare:
    """Hosts that one process reads, by how many threads; `starts` counts the processes that had them in turn."""

    names: t.Sequence[str]
    threads: int
    starts: int = 1

    def next(self, names: t.Sequence[str]) -> HostShare:
        """Return these hosts as a share for another process, with a quarter of the threads."""
        return HostShare(names, max(1, self.threads // 4), self.starts + 1)


class ReaderHandle:
    """A process that is started at once; raises OSError where none can be."""

    def __init__(self, share: HostShare, source: Source, accounts: LockoutGuard) -> None:
        # Forked, as Ansible's own workers are: the inventory is there already, and is not copied as long as it is read.
        context = multiprocessing.get_context("fork")
        self.share = share
        self.left = dict.fromkeys(share.names)
        self.again: list[str] = []
        # Kerberos tickets are kept there: a process that is killed leaves none behind.
        self._room = tempfile.mkdtemp(prefix="volume-activation-")
        try:
            self.answers, ours = context.Pipe(duplex=False)
            arguments = (tuple(share.names), source, share.threads, (self.answers, ours), accounts, self._room)
            self._process = context.Process(target=work, args=arguments, daemon=True)
            try:
                self._process.start()
            except OSError:
                self.answers.close()
                raise
            finally:
                ours.close()
        except OSError:
            shutil.rmtree(self._room, ignore_errors=True)
            raise

    def received(self) -> bytes | None:
        """Return the next row; None at the end, and where the process is gone, even with a row half sent."""
        try:
            return self.answers.recv_bytes()
        except (EOFError, OSError):
            return None

    def done(self, name: str, *, again: bool) -> bool:
        """Take a host off what is left, and return whether it is to be read again."""
        self.left.pop(name, None)
        if again:
            self.again.append(name)
        return again

    @property
    def exit_code(self) -> int | None:
        """How the process ended; a negative number is a signal."""
        return self._process.exitcode

    def end(self) -> None:
        """Wait for a process that has sent its last row, and remove its folder."""
        self._process.join(_SECONDS_TO_LEAVE)
        self.dismiss()

    def dismiss(self) -> None:
        """End the process, whatever it is doing, and remove its folder."""
        self.answers.close()
        if self._process.is_alive():
            self._process.terminate()
        self._process.join(_SECONDS_TO_LEAVE)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        shutil.rmtree(self._room, ignore_errors=True)
