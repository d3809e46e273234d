# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A Kerberos ticket of our own, fetched with the password and gone with the session.

The winrm connection plugin does the same, but leaves `KRB5CCNAME` set for the rest of the process. Here the ticket's
place is in the environment only while the library needs it. The environment is the whole process's, so threads with
different tickets take turns, and sessions of one account that are open at the same time share their ticket.
"""

from __future__ import annotations

import contextlib
import os
import pathlib
import subprocess
import tempfile
import threading
import typing as t

from .._deadlines import time_left
from .._errors import AuthenticationFailed
from .._secrets import distinctive, reveal, said, scrub
from .settings import Kinit, WinRMSettings

__all__ = ["KerberosTicket", "SharedTicket", "fetch_ticket"]

_SECONDS = 60


class KerberosTicket:
    """A credential cache in a private file; the default one (no file) is whatever the user has."""

    def __init__(self, cache: pathlib.Path | None = None) -> None:
        self._cache = cache

    @contextlib.contextmanager
    def in_use(self) -> t.Iterator[None]:
        """Let Kerberos find this ticket, and put the environment back afterwards."""
        if self._cache is None:
            yield
            return
        with _environment_of_all.naming(f"FILE:{self._cache}"):
            yield

    def destroy(self) -> None:
        """Remove the ticket."""
        if self._cache is not None:
            self._cache.unlink(missing_ok=True)


class _Environment:
    """`KRB5CCNAME` of the process: one place at a time, for as many threads as want that one."""

    def __init__(self) -> None:
        self._turn = threading.Condition()
        self._place: str | None = None
        self._users = 0
        self._before: str | None = None

    @contextlib.contextmanager
    def naming(self, place: str) -> t.Iterator[None]:
        """Name a place while the block lasts; waits for others to be done with theirs."""
        with self._turn:
            self._turn.wait_for(lambda: self._place in (None, place))
            if not self._users:
                self._before, self._place = os.environ.get(_NAME), place
                os.environ[_NAME] = place
            self._users += 1
        try:
            yield
        finally:
            with self._turn:
                self._users -= 1
                if not self._users:
                    self._put_back()
                    self._turn.notify_all()

    def _put_back(self) -> None:
        self._place = None
        if self._before is None:
            os.environ.pop(_NAME, None)
        else:
            os.environ[_NAME] = self._before


_NAME = "KRB5CCNAME"
_environment_of_all = _Environment()


class SharedTicket(KerberosTicket):
    """The ticket of an account, fetched by the first session that needs it and removed with the last.

    An audit opens a session to each of thousands of machines; without this each would run `kinit`.
    """

    _open: t.ClassVar[dict[tuple[t.Any, ...], SharedTicket]] = {}
    _lock: t.ClassVar[threading.Lock] = threading.Lock()

    def __init__(self, account: tuple[t.Any, ...], ticket: KerberosTicket) -> None:
        super().__init__(ticket._cache)
        self._account = account
        self._sessions = 0

    @classmethod
    def of(cls, settings: WinRMSettings, kinit: Kinit) -> SharedTicket:
        """Return the account's ticket, fetched if nobody has it; raises `AuthenticationFailed`."""
        account = (kinit, settings.user, settings.password, settings.kerberos.delegate)
        with cls._lock:
            if account not in cls._open:
                cls._open[account] = cls(account, fetch_ticket(settings, kinit))
            cls._open[account]._sessions += 1
            return cls._open[account]

    def destroy(self) -> None:
        """Remove the ticket if no other session has it."""
        with self._lock:
            self._sessions -= 1
            if not self._sessions:
                self._open.pop(self._account, None)
                super().destroy()


def fetch_ticket(settings: WinRMSettings, kinit: Kinit) -> KerberosTicket:
    """Run `kinit` with the password on its standard input; raises `AuthenticationFailed`."""
    handle, name = tempfile.mkstemp(prefix="krb5cc_")
    os.close(handle)
    ticket = KerberosTicket(pathlib.Path(name))
    try:
        _run(settings, kinit, name)
    except BaseException:
        ticket.destroy()
        raise
    return ticket


def _run(settings: WinRMSettings, kinit: Kinit, cache: str) -> None:
    flags = kinit.arguments or (("-f",) if settings.kerberos.delegate else ())
    principal = settings.user or ""
    password = reveal(settings.password or "")
    try:
        done = subprocess.run(  # the user's own command, as the connection plugin runs it
            [kinit.command, *flags, principal],
            input=password.encode("utf-8") + b"\n",
            capture_output=True,
            env=_environment(kinit, cache),
            start_new_session=True,
            timeout=time_left(_SECONDS),
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        problem = said(error, settings.secrets)
    else:
        problem = done.stderr.decode("utf-8", "replace").strip() if done.returncode else ""
        if not done.returncode:
            return
    raise AuthenticationFailed(
        f"No Kerberos ticket for '{principal}': {kinit.command} failed.",
        code="kinit_failed",
        cause=scrub(problem, distinctive(settings.secrets)) or None,
        remedy="Try the command by hand, or fetch the ticket yourself and set ansible_winrm_kinit_mode to manual.",
    )


def _environment(kinit: Kinit, cache: str) -> dict[str, str]:
    # A clean slate, as the connection plugin has it: only what was named passes.
    named = {name: os.environ[name] for name in kinit.environment if name in os.environ}
    return {**named, "PATH": os.environ.get("PATH", os.defpath), "KRB5CCNAME": f"FILE:{cache}"}
