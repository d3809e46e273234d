# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A bounded pool of reader processes, each with a bounded number of threads.

A thread waits for its host most of the time, so many of them cost little; but one process computes on one core only,
and TLS and XML are computed. Each process takes every n-th host of a random order and sends the rows back as they come,
in no order.

If a reader dies, killed by the kernel for lack of memory for instance, another process with a quarter of the threads
reads the hosts that it had left. A host that may have been in hand when a reader died is read once more and not again,
so that a host which makes readers die cannot keep the audit from ending. A host whose reading met a limit of the
controller is read once more as well.
"""

from __future__ import annotations

import contextlib
import dataclasses
import gc
import itertools
import json
import multiprocessing
import multiprocessing.connection
import os
import random
import sys
import typing as t
from collections import Counter, deque

from .._errors import ActivationError
from .._session import CONTROLLER_LIMIT, limit_error
from .descriptors import Descriptors
from .lockout_guard import LockoutGuard
from .read_machine import Row, Source, unread
from .reader_handle import HostShare, ReaderHandle
from .shared_memory import Board

__all__ = ["LOST", "ReaderPool"]

LOST = "reader_lost"
"""The code of a host whose reader process died."""
_MOST_PROCESSES = 4
"""More than these are hardly ever faster, since the machines have to be asked for and judged by one."""
_MOST_READS = 2
"""How often a host is read at most, if it may be what makes a reader die."""
_MOST_STARTS = 4
"""How many processes read one share of the hosts at most, one after another as they die."""
_SECONDS_UNHEARD = 1.0
"""Seconds between checks that the parent process is alive."""


@dataclasses.dataclass(frozen=True)
class ReaderPool:
    """How many hosts are read at a time, in all, and by how many processes.

    `refusals` is how many hosts may refuse a login that none has accepted, 0 for any number. `rng` decides the order in
    which the hosts are read.
    """

    concurrency: int = 64
    processes: int = 0
    refusals: int = 0
    rng: random.Random = dataclasses.field(default_factory=random.SystemRandom)

    def read(self, names: t.Sequence[str], source: Source) -> t.Iterator[Row]:
        """Yield the row of each host as soon as it is read.

        `source` is asked in the processes, which are forked: what it rests on need not be sent to them. Raises
        ActivationError (`abandoned`) where this process was started by one that is gone.
        """
        if not names:
            return
        size = self.size(len(names))
        order = self.rng.sample(list(names), len(names))
        gc.freeze()  # what is there already is then left alone in each process, and not copied into it
        with contextlib.closing(Board()) as board:
            accounts = LockoutGuard(self.refusals, board)
            shares = [HostShare(order[number::size], self.concurrency // size) for number in range(size)]
            yield from _Reading(source, accounts, shares).rows()

    def fitted(self, hosts: int, descriptors: Descriptors) -> ReaderPool:
        """Return a crew that needs no more descriptors than there are; raises Refusal (`controller_limit`)."""
        return dataclasses.replace(self, concurrency=descriptors.fitting(self.concurrency, self.size(hosts)))

    def size(self, hosts: int) -> int:
        """Return how many processes read so many hosts."""
        wanted = self.processes or min(_cores(), _MOST_PROCESSES)
        return max(1, min(wanted, self.concurrency, hosts))


class _Reading:
    """The shares that wait for a process, and the processes at work."""

    def __init__(self, source: Source, accounts: LockoutGuard, shares: t.Iterable[HostShare]) -> None:
        self._source = source
        self._accounts = accounts
        self._waiting = deque(shares)
        self._at_work: dict[t.Any, ReaderHandle] = {}
        self._reads: Counter[str] = Counter()

    def rows(self) -> t.Iterator[Row]:
        """Yield one row for each host of the shares."""
        try:
            while self._waiting or self._at_work:
                _check_wanted()
                yield from self._start()
                seconds = _SECONDS_UNHEARD if self._at_work else 0
                for ready in multiprocessing.connection.wait(list(self._at_work), seconds):
                    yield from self._received(self._at_work[ready])
        finally:
            for worker in self._at_work.values():
                worker.dismiss()

    def _start(self) -> t.Iterator[Row]:
        """Start a process for each share that waits; if none can be, and none is at work, the hosts are lost."""
        while self._waiting:
            share = self._waiting[0]
            try:
                worker = ReaderHandle(share, self._source, self._accounts)
            except OSError as error:
                if self._at_work:
                    return  # tried again when one of these has ended
                failure = limit_error(error) or _lost(f"No process could be started: {error.strerror or error}.")
                yield from (unread(self._source.target(name), failure) for name in self._waiting.popleft().names)
            else:
                self._waiting.popleft()
                self._at_work[worker.answers] = worker

    def _received(self, worker: ReaderHandle) -> t.Iterator[Row]:
        """Yield what a process has sent; at its end, pass on the hosts that it has left."""
        data = worker.received()
        if data is not None:
            row: Row = json.loads(data, object_pairs_hook=_shared)
            self._reads[row["name"]] += 1
            if not worker.done(row["name"], again=_is_limited(row) and self._reads[row["name"]] < _MOST_READS):
                yield row
            return
        del self._at_work[worker.answers]
        worker.end()
        # A process takes its hosts in order, and no more of them at a time than it has threads.
        for name in itertools.islice(worker.left, worker.share.threads):
            self._reads[name] += 1
        is_last = worker.share.starts >= _MOST_STARTS
        lost = {name: None for name in worker.left if is_last or self._reads[name] >= _MOST_READS}
        again = [name for name in worker.left if name not in lost] + worker.again
        if again:
            self._waiting.append(worker.share.next(again))
        failure = _lost(_end_of(worker.exit_code))
        yield from (unread(self._source.target(name), failure) for name in lost)


def _is_limited(row: Row) -> bool:
    return bool(row["error"]) and row["error"]["code"] == CONTROLLER_LIMIT


def _check_wanted() -> None:
    """Raise ActivationError (`abandoned`) once the process that wanted to know is gone, killed for instance."""
    wanting = multiprocessing.parent_process()
    if wanting is not None and not wanting.is_alive():
        raise ActivationError("The process that wanted the machines to be read is gone.", code="abandoned")


def _end_of(exit_code: int | None) -> str:
    if exit_code is not None and exit_code < 0:
        killed = f"It was ended by signal {-exit_code}."
        return f"{killed} The kernel sends it when memory runs out." if exit_code == -9 else killed
    return f"It ended by itself with {exit_code}; lack of memory is a usual cause."


def _lost(cause: str) -> ActivationError:
    return ActivationError(
        "The process on the controller that was to read this host ended before it had done so, twice.",
        code=LOST,
        cause=cause,
        remedy="Look for the out-of-memory killer in the controller's kernel log. Lower concurrency or processes, or"
        " give the controller more memory, and audit again.",
    )


def _shared(pairs: list[tuple[str, t.Any]]) -> Row:
    """Return a part of a row; its names are those of all other rows, so that ten thousand need a third less memory."""
    return {sys.intern(name): value for name, value in pairs}


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
