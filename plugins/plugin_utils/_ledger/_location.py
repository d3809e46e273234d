# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the ledger is: a file of SQLite's, or a database of PostgreSQL's named by URL. Passwords travel beside it."""

from __future__ import annotations

import contextlib
import os
import typing as t
from dataclasses import dataclass
from pathlib import Path

from .._errors import MissingLibrary, Refusal
from ._failures import unwritable
from ._schema import require_sqlalchemy

if t.TYPE_CHECKING:
    from sqlalchemy import URL

__all__ = ["DEFAULT_PATH", "Location", "is_there", "locate", "make_file"]

DEFAULT_PATH = "~/.ansible/volume_activation/ledger.sqlite"

_POSTGRESQL = frozenset({"postgresql", "postgresql+psycopg"})
_SQLITE = frozenset({"sqlite", "sqlite+pysqlite"})
# Everything by which a URL can carry a secret.
_SECRET_PARAMETERS = frozenset({"password", "sslpassword"})


@dataclass(frozen=True)
class Location:
    """A ledger's place: `url` for SQLAlchemy, `text` for people, and `path` where it is a file."""

    url: URL
    text: str
    path: Path | None = None


def locate(text: str | None) -> Location:
    """Return what a location means: nothing, a path, or a URL.

    Raises Refusal (`bad_ledger_url`, `password_in_url`) and MissingLibrary.
    """
    require_sqlalchemy()
    given = (text or DEFAULT_PATH).strip()
    return _by_url(given) if "://" in given else _by_path(given)


def _by_path(text: str) -> Location:
    from sqlalchemy import URL

    path = Path(os.path.expandvars(text)).expanduser().absolute()
    with contextlib.suppress(PermissionError):
        if path.is_dir():
            raise _bad_url(f"{path} is a folder.")
    return Location(URL.create("sqlite", database=str(path)), str(path), path)


def _by_url(text: str) -> Location:
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        # The text may hold a password in a place where it cannot be recognised, so it is not repeated.
        raise _bad_url("It cannot be read as a URL.") from None
    if url.password or _SECRET_PARAMETERS & url.query.keys():
        raise _password_in_url()
    if url.drivername in _SQLITE and url.database and not url.query:
        return _by_path(url.database)
    if url.drivername not in _POSTGRESQL:
        raise _bad_url(f"{url.drivername} is not a kind of database that the ledger knows.")
    if not url.database:
        raise _bad_url("It names no database.")
    _require_psycopg()
    return Location(url.set(drivername="postgresql+psycopg"), url.render_as_string())


def is_there(path: Path) -> bool:
    """Tell whether there is a file; raises Refusal where we may not even look."""
    try:
        path.stat()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise unwritable(str(path), str(error)) from None
    return True


def make_file(path: Path) -> None:
    """Create an empty file for the ledger, seen by its owner alone, unless there is one; raises Refusal."""
    if is_there(path):
        return
    try:
        path.parent.parent.mkdir(parents=True, exist_ok=True)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise unwritable(str(path), str(error)) from None


def _bad_url(what: str) -> Refusal:
    return Refusal(
        f"The ledger's location is not usable: {what}",
        code="bad_ledger_url",
        remedy="Give the path of a file, or postgresql+psycopg://USER@HOST/DATABASE without a password.",
    )


def _password_in_url() -> Refusal:
    return Refusal(
        "The ledger's URL holds a password.",
        code="password_in_url",
        cause="A location is shown in results and logs, so it must not hold a secret.",
        remedy="Take the password out of the URL and give it as ledger_password, from a vault. Change it where it was"
        " logged.",
    )


def _require_psycopg() -> None:
    try:
        import psycopg  # noqa: F401 - only whether it is there, its C library included
    except ImportError as error:
        raise MissingLibrary(
            "A MAK ledger in PostgreSQL needs the Python library psycopg 3 on the controller.",
            code="missing_library",
            cause=str(error),
            remedy='Run: pip install "psycopg[binary]>=3.1.18,<4"',
        ) from None
