# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Main loop of a reader process: look up a host, read it on a free thread, send its row to the parent."""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import multiprocessing.connection
import os
import queue
import shutil
import signal
import tempfile
import threading
import typing as t

from .._errors import ActivationError, ProtocolViolation
from .descriptors import raise_limit
from .lockout_guard import LockoutGuard
from .read_machine import Facts, Source, Target, read_target, unread

__all__ = ["MAX_ROW", "work"]

MAX_ROW = 128 * 1024
"""Bytes of JSON that one host may add to the audit, which has all of them in memory; an honest one takes a few KiB."""

_OUT_OF_MEMORY = 12
"""Exit code of a reader that ended for lack of memory; the number of ENOMEM."""
Connection = multiprocessing.connection.Connection


def work(
    names: t.Sequence[str],
    source: Source,
    threads: int,
    pipe: tuple[Connection, Connection],
    accounts: LockoutGuard,
    room: str | None = None,
) -> None:
    """Read these hosts in their order, `threads` at a time, and send a row for each; temporary files are in `room`."""
    signal.signal(signal.SIGTERM, lambda *_given: _leave(room))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started this process ends it, or is gone
    ended, signalled = os.pipe()
    os.set_blocking(signalled, False)
    signal.set_wakeup_fd(signalled, warn_on_full_buffer=False)
    tempfile.tempdir = room
    theirs, ours = pipe
    theirs.close()  # or this process would wait for ever for itself to read, if it were the last one left
    raise_limit(threads)
    with contextlib.suppress(RuntimeError):  # no thread left: then the broken pipe ends this process, if later
        threading.Thread(target=_end_when_told, args=(room, ended), daemon=True).start()
    try:
        _ReaderWorker(ours, accounts).work_off(names, source, threads)
    except MemoryError:
        _leave(room, _OUT_OF_MEMORY)


def _end_when_told(room: str | None, ended: int) -> None:
    """End this process on SIGTERM, or once its parent is gone, rather than when the slowest host has answered.

    A signal handler alone may come too late: Python runs it when the main thread is awake again.
    """
    parent = multiprocessing.parent_process()
    multiprocessing.connection.wait([ended, parent.sentinel] if parent else [ended])
    _leave(room)


def _leave(room: str | None, code: int = 1) -> None:
    """End this process at once, without its folder and without waiting for its threads."""
    if room:
        shutil.rmtree(room, ignore_errors=True)
    os._exit(code)


class _ReaderWorker:
    """Keeps no more hosts in hand than there are threads, so that memory does not grow with the fleet."""

    def __init__(self, answers: Connection, accounts: LockoutGuard) -> None:
        self._answers = answers
        self._accounts = accounts
        self._sending = threading.Lock()
        self._is_over = False

    def work_off(self, names: t.Sequence[str], source: Source, threads: int) -> None:
        """Read the hosts by as many threads as can be started, and by this one if none can."""
        free, targets = threading.Semaphore(0), queue.SimpleQueue["Target | None"]()
        started = list(self._started(min(threads, len(names)), free, targets))
        try:
            for name in names:
                if started:
                    free.acquire()
                    targets.put(source.target(name))
                else:
                    self._read(source.target(name))
                if self._is_over:
                    break
        finally:
            for _thread in started:
                targets.put(None)
            for thread in started:
                thread.join()

    def _started(
        self, threads: int, free: threading.Semaphore, targets: queue.SimpleQueue[Target | None]
    ) -> t.Iterator[threading.Thread]:
        for _number in range(threads):
            thread = threading.Thread(target=self._read_all, args=(free, targets))
            try:
                thread.start()
            except RuntimeError:
                return  # a limit of the controller; fewer are slower, and read the same
            yield thread

    def _read_all(self, free: threading.Semaphore, targets: queue.SimpleQueue[Target | None]) -> None:
        free.release()
        for target in iter(targets.get, None):
            self._read(target)
            free.release()

    def _read(self, target: Target) -> None:
        """Read a host and send its row; a row that cannot be sent is one that the parent misses."""
        try:
            data = _packed(read_target(target, self._accounts))
            if len(data) > MAX_ROW + len(_packed(target.inventory)):
                data = _packed(unread(target, _too_long()))
            with self._sending:
                self._answers.send_bytes(data)
        except OSError:
            self._is_over = True
        except Exception:  # noqa: BLE001 - no memory, for one; the parent has the host read once more
            return


def _packed(facts: Facts) -> bytes:
    return json.dumps(facts, default=str).encode("ascii")


def _too_long() -> ActivationError:
    return ProtocolViolation(
        f"What this host says about its licences takes more than {MAX_ROW} bytes, and was not kept.",
        code="answer_too_large",
        cause="Names and texts of Windows are short; something else answers in its place, or its licensing is damaged.",
    )
