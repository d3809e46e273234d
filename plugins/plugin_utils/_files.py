# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files that are whole at every moment: written aside, made durable, then put in place.

Whoever is killed leaves the old file or the new one, never a part, and never one that is wider open than asked for.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import tempfile
import typing as t
from pathlib import Path

__all__ = ["ASIDE", "TooLarge", "mode_of", "read_whole", "write_whole"]

ASIDE = ".part"
"""How the name of a file ends that is not in place yet."""


class TooLarge(OSError):
    """A file has more bytes than were allowed."""


def read_whole(path: Path, largest: int) -> bytes | None:
    """Return a file's content, None if the file does not exist; raises OSError, and TooLarge above `largest` bytes.

    Only a regular file is read: a pipe would be waited for, and a device such as /dev/zero has no end.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except ValueError as error:  # a NUL in the name
        raise OSError(errno.EINVAL, str(error)) from None
    found = os.fstat(handle)
    if not stat.S_ISREG(found.st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, "it is not a regular file")
    with os.fdopen(handle, "rb") as stream:
        if found.st_size > largest:
            raise TooLarge(0, "it is far too large")
        data = stream.read(largest + 1)
    if len(data) > largest:
        raise TooLarge(0, "it is far too large")
    return data


def mode_of(path: Path) -> int | None:
    """Return the permissions of a file, None if it does not exist; raises OSError."""
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        return None


def write_whole(path: Path, data: bytes | t.Iterable[bytes], mode: int = 0o600) -> None:
    """Put `data` at `path` with the permissions `mode`, durably; raises OSError, and the old file stays.

    It may come in pieces. What a link leads to is replaced, and not the link.
    """
    path = path.resolve()
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "there is something that is no file")  # /dev/null must not become one
    # mkstemp creates with 0600, so there is no moment in which the file is wider open.
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=ASIDE)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.writelines([data] if isinstance(data, bytes) else data)
            stream.flush()
            os.fchmod(stream.fileno(), mode)
            os.fsync(stream.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _make_durable(path.parent)


def _make_durable(folder: Path) -> None:
    """Make the new name of a file survive a power cut, where the file system can do that for a folder."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)  # which takes more than writing into it
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
