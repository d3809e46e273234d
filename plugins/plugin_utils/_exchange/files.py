# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Exchange files: whole at every moment, for their owner only, and one task at a time works on one."""

from __future__ import annotations

import contextlib
import fcntl
import os
import typing as t
from pathlib import Path

from .. import _files as whole
from . import refusals as errors
from .file_format import decode, encode
from .records import Exchange

__all__ = ["held", "load", "read_whole", "save", "write_whole"]

_LARGEST = 256 * 1024 * 1024
"""Bytes; a request with its answer has about one kilobyte."""


def load(path: Path) -> Exchange:
    """Return the exchange in a file; raises Refusal for a file that cannot be used (see `decode`)."""
    data = read_whole(path)
    if data is None:
        raise errors.missing(str(path))
    return decode(data, str(path))


def save(path: Path, exchange: Exchange) -> None:
    """Put an exchange into its file; raises Refusal (`exchange_unwritable`)."""
    write_whole(path, encode(exchange))


def read_whole(path: Path) -> bytes | None:
    """Return a file's content, None where there is no file; raises Refusal (`exchange_unreadable`)."""
    try:
        return whole.read_whole(path, _LARGEST)
    except OSError as error:
        raise errors.unreadable(str(path), error.strerror or type(error).__name__) from error


def write_whole(path: Path, data: bytes) -> None:
    """Put `data` at `path` with mode 0600, durably; raises Refusal (`exchange_unwritable`), and the old file stays."""
    try:
        whole.write_whole(path, data)
    except OSError as error:
        raise errors.unwritable(str(path), error.strerror or type(error).__name__) from error


@contextlib.contextmanager
def held(path: Path) -> t.Iterator[None]:
    """Keep other tasks from working on a file meanwhile; raises Refusal (`exchange_in_use`, `exchange_unwritable`).

    The lock is a file beside it, since the file itself is replaced again and again. A killed holder holds nothing.
    """
    place = path.resolve()
    lock = place.with_name(f".{place.name}.lock")
    handle = _locked(lock, str(path))
    try:
        for leftover in place.parent.glob(f".{_literal(place.name)}.*{whole.ASIDE}"):
            leftover.unlink(missing_ok=True)
        yield
    finally:
        lock.unlink(missing_ok=True)
        os.close(handle)


def _literal(name: str) -> str:
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in name)


def _locked(lock: Path, name: str) -> int:
    while True:
        try:
            handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise errors.unwritable(name, error.strerror or type(error).__name__) from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # The holder before us may have removed the file between our opening and our locking it.
            if os.path.samestat(os.fstat(handle), lock.stat()):
                return handle
        except BlockingIOError:
            os.close(handle)
            raise errors.in_use(name) from None
        except FileNotFoundError:
            pass
        except OSError as error:
            os.close(handle)
            raise errors.unwritable(name, error.strerror or type(error).__name__) from error
        os.close(handle)
