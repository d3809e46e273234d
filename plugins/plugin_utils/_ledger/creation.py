# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A new ledger file: built aside and then given its name, so that an empty file is never a ledger in the making.

Any number of processes may create the same one at once: one of them gives it the name, the others use that one.
"""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
import typing as t
from pathlib import Path

from .._errors import Refusal
from .database_errors import file_failure, locks_work, without_locks
from .durability import require_durable
from .location import Location

__all__ = ["create_file", "require_creatable"]

_UNLINKABLE = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK})


def require_creatable(place: Location) -> list[Path]:
    """Return the folders to make for a new ledger file, the outermost first; creates nothing.

    Of a location that was named the last folder may be missing, so that a mistyped path does not become a tree; of the
    default one `~/.ansible` too. Raises Refusal: `disposable_ledger`, `no_ledger_folder`.
    """
    path = t.cast(Path, place.path)
    if place.is_default:
        require_durable(path)
    missing: list[Path] = []
    for folder in path.parents:
        if folder.exists():
            break
        missing.insert(0, folder)
    if len(missing) > (2 if place.is_default else 1):
        raise Refusal(
            f"The MAK ledger cannot be created at {path}: the folder {missing[0]} does not exist.",
            code="no_ledger_folder",
            cause="The path is mistyped, or a file system is not mounted. Only the last folder of a path is made.",
            remedy="Correct the option ledger, or create the folder.",
        )
    return missing


def create_file(place: Location, fill: t.Callable[[Path], None]) -> bool:
    """Create a ledger file for its owner only, filled by `fill`; return False if another process was faster.

    Raises Refusal, also with what `require_creatable` raises.
    """
    path = t.cast(Path, place.path)
    try:
        for folder in require_creatable(place):
            folder.mkdir(mode=0o700, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".ledger-", suffix=".new")
        os.close(handle)
        aside = Path(name)
        try:
            if not locks_work(aside.parent):
                raise without_locks(str(path), f"File locks do not work in {path.parent}.")
            fill(aside)
            return _named(aside, path)
        finally:
            aside.unlink(missing_ok=True)
    except OSError as error:
        raise file_failure(str(path), error) from None


def _named(aside: Path, path: Path) -> bool:
    """Give a file its name, unless that is taken."""
    try:
        try:
            os.link(aside, path)
        except OSError as error:
            if error.errno not in _UNLINKABLE:
                raise
            # Without hard links the name is taken first and replaced then.
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            aside.replace(path)
    except FileExistsError:
        return False
    with contextlib.suppress(OSError):
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    return True
