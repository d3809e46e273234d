# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A Kerberos ticket of our own, fetched with the password and gone with the session.

The winrm connection plugin does the same, but leaves `KRB5CCNAME` set for the rest of the process. Here the ticket's
place is in the environment only while the library needs it.
"""

from __future__ import annotations

import contextlib
import os
import pathlib
import subprocess
import tempfile
import typing as t

from .._errors import AuthenticationFailed
from .._secrets import reveal, scrub
from ._settings import Kinit, WinRMSettings

__all__ = ["Ticket", "fetch_ticket"]

_SECONDS = 60


class Ticket:
    """A credential cache in a private file; the default one (no file) is whatever the user has."""

    def __init__(self, cache: pathlib.Path | None = None) -> None:
        self._cache = cache

    @contextlib.contextmanager
    def in_use(self) -> t.Iterator[None]:
        """Let Kerberos find this ticket, and put the environment back afterwards."""
        if self._cache is None:
            yield
            return
        before = os.environ.get("KRB5CCNAME")
        os.environ["KRB5CCNAME"] = f"FILE:{self._cache}"
        try:
            yield
        finally:
            if before is None:
                os.environ.pop("KRB5CCNAME", None)
            else:
                os.environ["KRB5CCNAME"] = before

    def destroy(self) -> None:
        """Remove the ticket."""
        if self._cache is not None:
            self._cache.unlink(missing_ok=True)


def fetch_ticket(settings: WinRMSettings, kinit: Kinit) -> Ticket:
    """Run `kinit` with the password on its standard input; raises `AuthenticationFailed`."""
    handle, name = tempfile.mkstemp(prefix="krb5cc_")
    os.close(handle)
    ticket = Ticket(pathlib.Path(name))
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
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        problem = str(error)
    else:
        problem = done.stderr.decode("utf-8", "replace").strip() if done.returncode else ""
        if not done.returncode:
            return
    raise AuthenticationFailed(
        f"No Kerberos ticket for '{principal}': {kinit.command} failed.",
        code="kinit_failed",
        cause=scrub(problem, settings.secrets) or None,
        remedy="Try the command by hand, or fetch the ticket yourself and set ansible_winrm_kinit_mode to manual.",
    )


def _environment(kinit: Kinit, cache: str) -> dict[str, str]:
    # A clean slate, as the connection plugin has it: only what was named passes.
    named = {name: os.environ[name] for name in kinit.environment if name in os.environ}
    return {**named, "PATH": os.environ.get("PATH", os.defpath), "KRB5CCNAME": f"FILE:{cache}"}
