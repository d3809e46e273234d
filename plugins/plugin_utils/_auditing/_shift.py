# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a process of the crew does: look up a machine, hand it to a free thread, send its row."""

from __future__ import annotations

import concurrent.futures
import json
import multiprocessing
import multiprocessing.connection
import os
import shutil
import signal
import tempfile
import threading
import typing as t

from ._accounts import GIVEN_UP, Accounts
from ._reading import Source, Target, read_target

__all__ = ["work"]


_SECONDS_TO_HEAR = 20.0
Connection = multiprocessing.connection.Connection


def work(
    names: t.Sequence[str],
    source: Source,
    threads: int,
    pipe: tuple[Connection, Connection],
    accounts: Accounts,
    room: str | None = None,
) -> None:
    """Read these machines, `threads` at a time, and send a row for each of them; temporary files are in `room`.

    Those whose account was given up come last, since another process may have learnt by then that it is right.
    """
    # What Ansible's worker does when it is told to end or takes too long is not for its children.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started this process ends it, or is gone
    tempfile.tempdir = room
    threading.Thread(target=_end_with_parent, args=(room,), daemon=True).start()
    theirs, ours = pipe
    theirs.close()  # or this process would wait for ever for itself to read, if it were the last one left
    shift = _Shift(ours, threads, accounts)
    _work_off(names, source, shift, threads)
    late = shift.postponed()
    if late:
        accounts.hear_of_others(_SECONDS_TO_HEAR)
        _work_off(late, source, shift, threads)


def _work_off(names: t.Sequence[str], source: Source, shift: _Shift, threads: int) -> None:
    with concurrent.futures.ThreadPoolExecutor(threads) as pool:
        for name in names:
            if not shift.has_a_free_thread():
                break
            pool.submit(shift.read, source.target(name))


def _end_with_parent(room: str | None) -> None:
    """End this process once the one that started it is gone, rather than when the slowest machine has answered."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        if room:
            shutil.rmtree(room, ignore_errors=True)
        os._exit(1)


class _Shift:
    """Keeps no more machines in hand than there are threads, so that memory does not grow with the fleet."""

    def __init__(self, answers: Connection, threads: int, accounts: Accounts) -> None:
        self._answers = answers
        self._free = threading.Semaphore(threads)
        self._sending = threading.Lock()
        self._accounts = accounts
        self._is_over = False
        self._late: list[str] | None = []

    def has_a_free_thread(self) -> bool:
        """Wait until another machine can be taken; False when nobody is left to hear of it."""
        self._free.acquire()
        return not self._is_over

    def postponed(self) -> list[str]:
        """Return the machines that were put off; from here on none is."""
        late, self._late = self._late or [], None
        return late

    def read(self, target: Target) -> None:
        """Read a machine and send its row; in a thread of its own."""
        try:
            row = read_target(target, self._accounts)
            if self._late is not None and row["error"] and row["error"]["code"] == GIVEN_UP:
                self._late.append(target.name)
                return
            data = json.dumps(row, default=str).encode("ascii")
            with self._sending:
                self._answers.send_bytes(data)
        except OSError:
            self._is_over = True
        finally:
            self._free.release()
