# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the ledger is: a file of SQLite's, or a database of PostgreSQL's named by URL. Passwords travel beside it.

A location is read before anything is created. What looks like something else than a local path (a network share, a
drive of Windows, a placeholder, a variable without a value) is refused, since a ledger at a wrong place starts with
nothing spent.
"""

from __future__ import annotations

import os
import re
import stat
import typing as t
from dataclasses import dataclass
from pathlib import Path

from .._errors import MissingLibrary, Refusal, pip_install
from .._secrets import scrub
from .._validation import foreign_path
from .database_errors import file_failure
from .schema import require_sqlalchemy

if t.TYPE_CHECKING:
    from sqlalchemy import URL

__all__ = ["DEFAULT_PATH", "Location", "is_there", "local", "locate"]

DEFAULT_PATH = "~/.ansible/volume_activation/ledger.sqlite"

_POSTGRESQL = frozenset({"postgresql", "postgresql+psycopg"})
_SQLITE = frozenset({"sqlite", "sqlite+pysqlite"})
# fmt: off
# What libpq knows (section "Parameter Key Words" of its manual) and what holds no secret; a file's name is none.
_PARAMETERS = frozenset(
    {
        "host", "hostaddr", "port", "user", "dbname", "service", "passfile", "require_auth", "channel_binding",
        "connect_timeout", "client_encoding", "options", "application_name", "fallback_application_name",
        "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout",
        "gssencmode", "sslmode", "sslnegotiation", "sslcompression", "sslcert", "sslkey", "sslcertmode",
        "sslrootcert", "sslcrl", "sslcrldir", "sslsni", "requirepeer", "ssl_min_protocol_version",
        "ssl_max_protocol_version", "krbsrvname", "gsslib", "gssdelegation", "target_session_attrs",
        "load_balance_hosts",
    }
)
# fmt: on
_SECRET_PARAMETER = re.compile(r"pass|pwd|secret|token|key|auth|cred", re.IGNORECASE)
_VARIABLE = re.compile(r"\$(?:(\w+)|\{([^}]*)\})")
_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


@dataclass(frozen=True)
class Location:
    """A ledger's place: `url` for SQLAlchemy, `text` for people, and `path` where it is a file.

    `is_default` if it is the default one, and was not named.
    """

    url: URL
    text: str
    path: Path | None = None
    is_default: bool = False


def locate(text: str | None, default: str = DEFAULT_PATH) -> Location:
    """Return what a location means: a path or a URL, or the file `default` for None; creates nothing.

    Raises Refusal (`bad_ledger_url`, `password_in_url`) and MissingLibrary.
    """
    require_sqlalchemy()
    if text is None:
        return _by_path(default, is_default=True)
    given = text.strip()
    return _by_url(given) if "://" in given else _by_path(given)


def local(path: Path, text: str, *, is_default: bool = False) -> Location:
    """Return the location of a file; `text` is what people read."""
    from sqlalchemy import URL

    return Location(URL.create("sqlite", database=str(path)), text, path, is_default)


def _by_path(text: str, *, is_default: bool = False) -> Location:
    _refuse(_problem(text) or _unlike_a_path(text))
    try:
        expanded = Path(_expanded(text)).expanduser()
        path = expanded.absolute()
        os.fsencode(path)
    except RuntimeError:
        raise _bad_url(
            f"{text} names the home folder of {text.partition('/')[0][1:]}, a user that does not exist."
        ) from None
    except UnicodeEncodeError:
        raise _bad_url("it holds characters that no file name can have.") from None
    except OSError as error:
        raise _bad_url(f"{text} is relative to a working directory that cannot be found ({error.strerror}).") from None
    # What a variable or the home folder stands for may be a network share too.
    _refuse(_problem(str(expanded)) or _unlike_a_path(str(expanded)))
    return local(path, str(path), is_default=is_default)


def _refuse(problem: str | None) -> None:
    if problem:
        raise _bad_url(problem)


def _problem(text: str) -> str | None:
    """Return why a text is neither a path nor a URL, None if it may be one. A secret in it is not repeated."""
    if not text:
        return "it is empty."
    if not text.isprintable():
        return "it holds control characters, or others that cannot be printed."
    if "{{" in text or "{%" in text:
        return f"{_shown(text)} is a template that was not rendered."
    if re.search(r"<[^/]*>", text):
        return f"{_shown(text)} has a placeholder that was not replaced."
    return None


def _unlike_a_path(text: str) -> str | None:
    """Return what a text is in place of a local path, None if it may be one."""
    foreign = foreign_path(text)
    if foreign:
        return f"{_shown(text)} {foreign}."
    for found, what in (
        (text == ":memory:", "is a database in memory, which forgets what was spent"),
        (":" in text.partition("/")[0], "is neither a local path nor a URL of a database"),
        (text.endswith("/"), "names a folder, and the ledger is a file"),
    ):
        if found:
            return f"{_shown(text)} {what}."
    return None


def _shown(text: str) -> str:
    return "it" if set(text) & set("@?=") else str(scrub(text, []))


def _expanded(text: str) -> str:
    """Return a path with its environment variables replaced; raises Refusal for one that is unset or empty."""

    def value(found: re.Match[str]) -> str:
        name = found[1] or found[2]
        if not os.environ.get(name):
            raise _bad_url(f"the environment variable {name} in {text} is not set on the controller.")
        return os.environ[name]

    return _VARIABLE.sub(value, text)


def _by_url(text: str) -> Location:
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    _refuse(_problem(text))
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        # The text may hold a password in a place where it cannot be recognised, so it is not repeated.
        raise _bad_url("it cannot be read as a URL.") from None
    if url.password or any(name not in _PARAMETERS and _SECRET_PARAMETER.search(name) for name in url.query):
        raise _password_in_url()
    if url.drivername in _SQLITE:
        if not url.database or url.database == ":memory:" or url.query or url.host:
            raise _bad_url("a SQLite URL has to name a file and nothing else, as sqlite:////srv/ansible/ledger.sqlite.")
        return _by_path(url.database)
    if url.drivername not in _POSTGRESQL:
        known = ": write postgresql+psycopg://" if url.drivername == "postgres" else ""
        raise _bad_url(f"{url.drivername}:// is not a kind of database that the ledger knows{known}.")
    unknown = sorted(url.query.keys() - _PARAMETERS)
    if unknown:
        raise _bad_url(f"PostgreSQL knows no parameter called {unknown[0]}.")
    if not url.database:
        raise _bad_url("it names no database.")
    if any(re.search(r"[\s=/$]", part or "") for part in (url.username, url.host, url.database)):
        raise _bad_url("the user, the host or the database has a character in its name that cannot be there.")
    _require_psycopg()
    return Location(url.set(drivername="postgresql+psycopg"), url.render_as_string())


def is_there(path: Path) -> bool:
    """Return whether a file is at `path`; raises Refusal for what is not a file, and where looking is not allowed."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        if path.is_symlink():
            raise _bad_url(f"{path} is a symbolic link to something that does not exist.") from None
        return False
    except NotADirectoryError:
        blocking = next((folder for folder in path.parents if folder.exists()), path.parent)
        raise _bad_url(f"{blocking} is not a folder, so {path} cannot be in it.") from None
    except OSError as error:
        raise file_failure(str(path), error) from None
    for is_kind, name in _KINDS:
        if is_kind(mode):
            raise _bad_url(f"{path} is {name}, and the ledger is a file.")
    return True


def _bad_url(what: str) -> Refusal:
    return Refusal(
        f"The ledger's location is not usable: {what}",
        code="bad_ledger_url",
        cause="A ledger at a wrong place would start with nothing spent, so nothing was created.",
        remedy="Give the absolute path of a file on the controller, or postgresql+psycopg://USER@HOST/DATABASE without"
        " a password.",
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
            remedy=f"Run: {pip_install('psycopg[binary]>=3.1.18,<4')}",
        ) from None
