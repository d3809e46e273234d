# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What databases and their drivers raise, in our words: what happened to the ledger, why, and what to do."""

from __future__ import annotations

import contextlib
import sqlite3
import typing as t

from .._errors import ActivationError, Refusal

__all__ = ["explained", "unwritable"]

Maker = t.Callable[[str, str], Refusal]


@contextlib.contextmanager
def explained(place: str) -> t.Iterator[None]:
    """Turn what a database raises inside into a Refusal that names `place`; everything else passes."""
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except ActivationError:
        raise
    except (SQLAlchemyError, sqlite3.Error) as error:
        # The driver's own error: SQLAlchemy's text would repeat the statement and link to its manual.
        original = getattr(error, "orig", None) or error
        raise _maker(original)(place, _words(original)) from error


def _maker(error: BaseException) -> Maker:
    if isinstance(error, sqlite3.Error):
        return _by_words(str(error).lower())
    if type(error).__module__.startswith("psycopg"):
        return _by_state(getattr(error, "sqlstate", None) or "")
    # What remains is SQLAlchemy's own: a row that must be there is missing, or there are two of it.
    return damaged


def _words(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def _by_words(words: str) -> Maker:
    """SQLite's errors are told apart by their text: Python 3.10 passes on no more than that."""
    for fragments, maker in _SQLITE_WORDS:
        if any(fragment in words for fragment in fragments):
            return maker
    return unreachable


def _by_state(state: str) -> Maker:
    """PostgreSQL's errors carry an SQLSTATE; without one there was no connection, or no longer."""
    for states, maker in _POSTGRESQL_STATES:
        if state.startswith(states):
            return maker
    return unreachable


def damaged(place: str, cause: str) -> Refusal:
    """Return the refusal to work with a ledger that cannot be read as one."""
    return Refusal(
        f"The MAK ledger at {place} is damaged, or it is no ledger; nothing was changed in it.",
        code="damaged_ledger",
        cause=cause,
        remedy="Keep the file as it is, restore a backup beside it, and name that one. Without a backup, declare the"
        " pools in a new ledger with what Microsoft says is left (volume.activation.mak_count_info).",
    )


def busy(place: str, cause: str) -> Refusal:
    """Return the refusal after waiting in vain for others to finish."""
    return Refusal(
        f"The MAK ledger at {place} was in use for too long.",
        code="ledger_busy",
        cause=cause,
        remedy="Run the task again. If it stays, look for a process that hangs with the ledger open, and for a network"
        " folder without working locks; many controllers are served better by PostgreSQL.",
    )


def unwritable(place: str, cause: str) -> Refusal:
    """Return the refusal where we may not write."""
    return Refusal(
        f"The MAK ledger at {place} cannot be written.",
        code="ledger_unwritable",
        cause=cause,
        remedy="Check the rights of the file and its folder for the user who runs Ansible, and the free space; in"
        " PostgreSQL the user's rights on the database and its schema.",
    )


def unreachable(place: str, cause: str) -> Refusal:
    """Return the refusal where the database does not answer, or does not let us in."""
    return Refusal(
        f"The MAK ledger at {place} cannot be reached.",
        code="ledger_unreachable",
        cause=cause,
        remedy="Check that the server runs, and the URL's host, port, user and database; the password goes into"
        " ledger_password.",
    )


_SQLITE_WORDS: tuple[tuple[tuple[str, ...], Maker], ...] = (
    (("locked", "busy"), busy),
    (("not a database", "malformed", "no such", "has no column", "constraint failed", "encoding"), damaged),
    (("readonly", "read-only", "unable to open", "full", "permission"), unwritable),
)
_POSTGRESQL_STATES: tuple[tuple[tuple[str, ...], Maker], ...] = (
    # Lock and statement time-outs, deadlocks.
    (("55P03", "57014", "40"), busy),
    # Missing tables and columns, broken rules, broken data.
    (("42P01", "42703", "42804", "23", "XX"), damaged),
    # No right, read-only server, no space, no schema.
    (("42501", "25006", "53100", "3F000"), unwritable),
)
