# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What databases, drivers and file systems raise, as refusals: what happened to the ledger, why, and what to do.

A file and a server fail in different ways, and what helps differs too: a refusal about a file speaks of that file.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import sqlite3
import tempfile
import typing as t
from pathlib import Path

from .._errors import ActivationError, Refusal

__all__ = ["DamagedRow", "emptied", "explained", "file_failure", "locks_work", "without_locks"]

Maker = t.Callable[[str, str], Refusal]


class DamagedRow(Exception):
    """A row holds what the ledger never writes; the text names the row, and becomes the cause of a refusal."""


@contextlib.contextmanager
def explained(place: str, path: Path | None = None) -> t.Iterator[None]:
    """Turn what a database raises inside into a Refusal that names `place`; `path` where it is a file."""
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except ActivationError:
        raise
    except DamagedRow as error:
        raise _damaged(path)(place, str(error)) from None
    except UnicodeEncodeError as error:
        raise unstorable(str(error)) from None
    except UnicodeDecodeError as error:
        raise _damaged(path)(place, f"It holds text that is not UTF-8: {error.reason}.") from None
    except (SQLAlchemyError, sqlite3.Error) as error:
        # The driver's own error: SQLAlchemy's text would repeat the statement and link to its manual.
        original = getattr(error, "orig", None) or error
        raise _maker(original, path)(place, _words(original)) from error


def _damaged(path: Path | None) -> Maker:
    return damaged_database if path is None else damaged_file


def _maker(error: BaseException, path: Path | None) -> Maker:
    if isinstance(error, sqlite3.Error):
        # Corrupt files alone have this class and none below it. Python 3.10 leaves out a text that is not UTF-8.
        is_damage = error.__class__ is sqlite3.DatabaseError
        maker = damaged_file if is_damage else _by_words(str(error).lower())
        return without_locks if maker is busy and path is not None and not locks_work(path.parent) else maker
    if type(error).__module__.startswith("psycopg"):
        return _by_state(error)
    # What remains is SQLAlchemy's own: a row that must be there is missing, or there are two of it.
    return _damaged(path)


def _words(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def _by_words(words: str) -> Maker:
    """SQLite's errors are told apart by their text: Python 3.10 passes on no more than that."""
    for fragments, maker in _SQLITE_WORDS:
        if any(fragment in words for fragment in fragments):
            return maker
    return unreadable


def _by_state(error: BaseException) -> Maker:
    """PostgreSQL's errors carry an SQLSTATE; without one there was no connection, or the driver could not convert."""
    state = getattr(error, "sqlstate", None) or ""
    if not state and type(error).__name__ == "DataError":
        return _unstorable if "NUL" in str(error) else damaged_database
    for states, maker in _POSTGRESQL_STATES:
        if state.startswith(states):
            return maker
    return unreachable


def locks_work(folder: Path) -> bool:
    """Return False if files in a folder certainly cannot be locked, as on some network file systems.

    It is tried on a file of its own: closing a ledger would drop the locks that this process holds on it elsewhere.
    """
    try:
        with tempfile.TemporaryFile(dir=folder) as probe:
            fcntl.lockf(probe, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)
    return True


def file_failure(place: str, error: OSError) -> Refusal:
    """Return the refusal for what a file system said about a ledger's file or folder."""
    cause = error.strerror or str(error)
    if error.errno in (errno.ENAMETOOLONG, errno.ELOOP, errno.ENOTDIR, errno.EINVAL):
        return Refusal(
            f"The ledger's location is not usable: {place[:200]}",
            code="bad_ledger_url",
            cause=cause,
            remedy="Give the path of a file that the file system can hold.",
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT):
        return unwritable(place, cause)
    return unreadable(place, cause)


def damaged_file(place: str, cause: str) -> Refusal:
    """Return the refusal to work with a file that cannot be read as a ledger."""
    return Refusal(
        f"The MAK ledger at {place} is damaged, or it is not a ledger; nothing was changed in it.",
        code="damaged_ledger",
        cause=cause,
        remedy="Keep the file as it is, restore a backup beside it, and name that one. Without a backup, declare the"
        " pools in a new ledger with what Microsoft says is left (volume.activation.mak_count_info).",
    )


def emptied(place: str) -> Refusal:
    """Return the refusal of a file without content: a new ledger is never empty, so it was one, or is none."""
    return Refusal(
        f"The file {place} is empty: it is not a MAK ledger, or no longer one.",
        code="damaged_ledger",
        cause="The ledger was emptied, the copy of a backup was cut off, or the file was made by something else.",
        remedy="If it was the ledger, restore a backup to this place. If there never was one, remove the empty file and"
        " let volume.activation.mak_pool create the ledger.",
    )


def damaged_database(place: str, cause: str) -> Refusal:
    """Return the refusal to work with a database that cannot be read as a ledger."""
    return Refusal(
        f"The MAK ledger at {place} is damaged, or it is not a ledger; nothing was changed in it.",
        code="damaged_ledger",
        cause=cause,
        remedy="Restore a backup into another database, and name that one. Without a backup, declare the pools in a new"
        " ledger with what Microsoft says is left (volume.activation.mak_count_info).",
    )


def unstorable(cause: str) -> Refusal:
    """Return the refusal of a text that no database stores, such as half a surrogate pair."""
    return Refusal(
        "A text for the MAK ledger has a character that cannot be stored; nothing was changed.",
        code="bad_text",
        cause=cause,
        remedy="Correct the name of the pool or of the machine, or the justification.",
    )


def _unstorable(_place: str, cause: str) -> Refusal:
    return unstorable(cause)


def busy(place: str, cause: str) -> Refusal:
    """Return the refusal after waiting in vain for others to finish."""
    return Refusal(
        f"The MAK ledger at {place} was in use for too long.",
        code="ledger_busy",
        cause=cause,
        remedy="Run the task again. If it stays, look for a process that hangs with the ledger open, and for a network"
        " folder without working locks; many controllers are served better by PostgreSQL.",
    )


def without_locks(place: str, cause: str) -> Refusal:
    """Return the refusal to use a file where locks fail: two runs at once could spend the same activation."""
    return Refusal(
        f"The MAK ledger at {place} cannot be locked: the file system has no working locks (ENOLCK).",
        code="ledger_unlockable",
        cause=cause,
        remedy="Move the ledger to a local disk, let the network file system lock (for NFS: its lock service), or use"
        " PostgreSQL.",
    )


def unwritable(place: str, cause: str) -> Refusal:
    """Return the refusal where the user who runs Ansible may not write, or no space is left."""
    return Refusal(
        f"The MAK ledger at {place} cannot be written.",
        code="ledger_unwritable",
        cause=cause,
        remedy="Check the rights of the file and its folder for the user who runs Ansible, and the free space; in"
        " PostgreSQL the user's rights on the database and its schema.",
    )


def unreadable(place: str, cause: str) -> Refusal:
    """Return the refusal where the file system fails under the file."""
    return Refusal(
        f"The MAK ledger at {place} cannot be read: reading or writing the file failed.",
        code="ledger_unreadable",
        cause=cause,
        remedy="Check the disk or network folder that holds the file, and the system's log; then run the task again."
        " What was reserved stays counted.",
    )


def unreachable(place: str, cause: str) -> Refusal:
    """Return the refusal where the database server does not answer, or does not accept the login."""
    return Refusal(
        f"The MAK ledger at {place} cannot be reached.",
        code="ledger_unreachable",
        cause=cause,
        remedy="Check that the server runs, and the URL's host, port, user and database; the password goes into"
        " ledger_password.",
    )


_SQLITE_WORDS: tuple[tuple[tuple[str, ...], Maker], ...] = (
    (("locked", "busy"), busy),
    (
        (
            "not a database",
            "unsupported file format",
            "malformed",
            "no such",
            "has no column",
            "constraint failed",
            "encoding",
            "decode",
            "corrupt",
        ),
        damaged_file,
    ),
    (("readonly", "read-only", "unable to open", "full", "permission"), unwritable),
)
_POSTGRESQL_STATES: tuple[tuple[tuple[str, ...], Maker], ...] = (
    # Lock and statement time-outs, deadlocks.
    (("55P03", "57014", "40"), busy),
    # Missing tables and columns, broken rules, broken data.
    (("42P01", "42703", "42804", "22", "23", "XX"), damaged_database),
    # No right, read-only server, no space, no schema.
    (("42501", "25006", "53100", "3F000"), unwritable),
)
