# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The crew that reads a fleet: a few processes, each with many threads, all of them bounded.

A thread waits for its machine most of the time, so many of them cost little; but one process computes on one core
only, and TLS and XML are computed. Each process takes every n-th machine and sends the rows back as they come.

The rows come in no order. A process that dies takes nobody's row along: its machines are told to be unread.
"""

from __future__ import annotations

import contextlib
import gc
import json
import mmap
import multiprocessing
import multiprocessing.connection
import os
import sys
import tempfile
import typing as t
from dataclasses import dataclass

from .._errors import ActivationError
from ._accounts import Accounts
from ._reading import Row, Source, unread
from ._shift import work

__all__ = ["Crew"]

_MOST_PROCESSES = 4
"""More than these are hardly ever faster, since the machines have to be asked for and judged by one."""
_ACCOUNTS = 1 << 20
"""Bytes that the processes share, one for each account: so many that hardly two have the same."""
_SECONDS_TO_LEAVE = 5.0
_SECONDS_UNHEARD = 1.0
"""How long the reading goes on for nobody."""


@dataclass(frozen=True)
class Crew:
    """How many machines are read at a time, in all, and by how many processes.

    `refusals` is how many machines may refuse a login that none has accepted, 0 for any number; each process has its
    part of them, and one at least.
    """

    concurrency: int = 64
    processes: int = 0
    refusals: int = 0

    def read(self, names: t.Sequence[str], source: Source) -> t.Iterator[Row]:
        """Yield the row of each machine as soon as it is read.

        `source` is asked in the processes, which are forked: what it rests on need not be sent to them. Raises
        ActivationError (`abandoned`) where this process was started by one that is gone.
        """
        size = self._size(len(names))
        gc.freeze()  # what is there already is then left alone in each process, and not copied into it
        with contextlib.ExitStack() as crew:
            # Whoever is ended leaves no ticket behind.
            room = crew.enter_context(tempfile.TemporaryDirectory(prefix="volume-activation-"))
            board = crew.enter_context(contextlib.closing(mmap.mmap(-1, _ACCOUNTS)))
            accounts = Accounts(self._part(size), board if size > 1 else None)
            workers = []
            for number in range(size if names else 0):
                workers.append(_Worker(names[number::size], source, self.concurrency // size, accounts, room))
                crew.callback(workers[-1].dismiss)
            yield from _gathered(workers, source)

    def _part(self, size: int) -> int:
        return max(1, self.refusals // size) if self.refusals else 0

    def _size(self, machines: int) -> int:
        wanted = self.processes or min(_cores(), _MOST_PROCESSES)
        return max(1, min(wanted, self.concurrency, machines))


class _Worker:
    """A process, seen from the one that started it."""

    def __init__(self, names: t.Sequence[str], source: Source, threads: int, accounts: Accounts, room: str) -> None:
        # Forked, as Ansible's own workers are: the inventory is there already, and is not copied as long as it is read.
        context = multiprocessing.get_context("fork")
        self.answers, ours = context.Pipe(duplex=False)
        self.left = dict.fromkeys(names)
        arguments = (tuple(names), source, threads, (self.answers, ours), accounts, room)
        self._process = context.Process(target=work, args=arguments, daemon=True)
        self._process.start()
        ours.close()

    def row(self) -> Row | None:
        """Return the next row; None at the end, and where the process is gone, even with a row half sent."""
        try:
            row: Row = json.loads(self.answers.recv_bytes(), object_pairs_hook=_shared)
        except (EOFError, OSError):
            return None
        self.left.pop(row["name"], None)
        return row

    def orphans(self) -> list[str]:
        """Return the machines whose row has not come, after the end."""
        self._process.join(_SECONDS_TO_LEAVE)
        return list(self.left)

    @property
    def exit_code(self) -> int | None:
        """How the process ended; a negative number is a signal."""
        return self._process.exitcode

    def dismiss(self) -> None:
        """End the process, whatever it is at."""
        self.answers.close()
        if self._process.is_alive():
            self._process.terminate()
        self._process.join(_SECONDS_TO_LEAVE)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()


def _gathered(crew: t.Sequence[_Worker], source: Source) -> t.Iterator[Row]:
    at_work = {worker.answers: worker for worker in crew}
    while at_work:
        _check_wanted()
        for ready in multiprocessing.connection.wait(list(at_work), _SECONDS_UNHEARD):
            worker = at_work[t.cast("multiprocessing.connection.Connection", ready)]
            row = worker.row()
            if row is not None:
                yield row
                continue
            del at_work[worker.answers]
            for name in worker.orphans():
                yield unread(source.target(name), _lost(worker))


def _check_wanted() -> None:
    """Raise ActivationError (`abandoned`) once the process that wanted to know is gone, killed for instance."""
    wanting = multiprocessing.parent_process()
    if wanting is not None and not wanting.is_alive():
        raise ActivationError("The process that wanted the machines to be read is gone.", code="abandoned")


def _lost(worker: _Worker) -> ActivationError:
    return ActivationError(
        "The process that was to read this machine ended before it had done so.",
        code="reader_lost",
        cause=f"It ended with {worker.exit_code}; -9 is often a controller that has run out of memory.",
        remedy="Lower concurrency or processes, and audit again.",
    )


def _shared(pairs: list[tuple[str, t.Any]]) -> Row:
    """Return a part of a row; its names are those of all other rows, so that ten thousand need a third less memory."""
    return {sys.intern(name): value for name, value in pairs}


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
