# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a task reaches a forest: its directory over LDAP, and the Windows machine that writes into it.

Both are opened when they are first needed, for what the directory shows need not be asked of a machine.
"""

from __future__ import annotations

import contextlib
import functools
import typing as t
from dataclasses import replace

from ....module_utils._directory import (
    Directory,
    DirectoryAnswerLost,
    DirectoryError,
    DirectoryLibraryMissing,
    DirectoryRefusal,
    DirectorySettings,
    DirectoryUnreachable,
    Forest,
    Security,
    open_directory,
)
from ....module_utils._directory import settings_from as directory_settings_from
from ..._applying import Membership
from ..._errors import ActivationError, AnswerLost, ConnectionFailed, MissingLibrary, Refusal
from ..._planning import Caller
from ..._secrets import reveal
from ..._session import ConnectionSettings, open_session
from ..connection_settings import speaks_wsman
from ..machine import ConnectedMachine

__all__ = ["ForestAccess", "translated"]

_OURS: tuple[tuple[type[DirectoryError], type[ActivationError]], ...] = (
    (DirectoryLibraryMissing, MissingLibrary),
    (DirectoryRefusal, Refusal),
    (DirectoryUnreachable, ConnectionFailed),
    (DirectoryAnswerLost, AnswerLost),
)


@contextlib.contextmanager
def translated() -> t.Iterator[None]:
    """Let what the directory raises leave the block as an error of the engine."""
    try:
        yield
    except DirectoryError as error:
        raise _ours(error) from error


def _ours(error: DirectoryError) -> ActivationError:
    kind = next((ours for theirs, ours in _OURS if isinstance(error, theirs)), ActivationError)
    return kind(error.message, code=error.code, cause=error.cause, remedy=error.remedy)


class ForestAccess:
    """The directory and the machine of one task; what is opened closes with `resources`."""

    def __init__(
        self,
        connection: t.Any,
        login: t.Callable[[], ConnectionSettings],
        options: t.Mapping[str, t.Any],
        resources: contextlib.ExitStack,
        tell: t.Callable[[str], None],
    ) -> None:
        self._connection = connection
        self._settings_of_login = login
        self._options = options
        self._resources = resources
        self._tell = tell

    @functools.cached_property
    def directory(self) -> Directory:
        """The directory, logged in to."""
        return self._resources.enter_context(open_directory(self._settings(), tell=self._tell))

    def look(self) -> Forest:
        """Return the forest as it is now; a connection that broke in the meantime is made anew."""
        if "directory" in vars(self):
            try:
                return self.directory.survey()
            except (DirectoryUnreachable, DirectoryAnswerLost):
                del self.directory
        return self.directory.survey()

    @functools.cached_property
    def machine(self) -> ConnectedMachine:
        """The Windows machine that the task is for."""
        settings = self._login
        machine = ConnectedMachine(
            open_session(settings),
            operation_timeout=settings.operation_timeout,
            call_timeout=settings.call_timeout,
            max_envelope_size=settings.max_envelope_size,
            wait_seconds=self._options.get("wait_seconds") or 0,
            tell=self._tell,
            deadline=settings.task_deadline(),
        )
        return self._resources.enter_context(machine)

    @functools.cached_property
    def membership(self) -> Membership:
        """What the machine is to its domain."""
        return self.machine.membership()

    @property
    def requests(self) -> int:
        """How many WS-Management requests the machine was sent."""
        return self.machine.requests if "machine" in vars(self) else 0

    def caller(self, forest: Forest) -> Caller:
        """Return who would create an object in this forest."""
        found = self.membership
        return Caller(
            machine=found.machine,
            domain=found.domain,
            is_domain_controller=found.is_domain_controller,
            can_go_on=self._login.can_go_on,
            may_create=forest.may_create if self._shares_login else None,
        )

    @functools.cached_property
    def _login(self) -> ConnectionSettings:
        return self._settings_of_login()

    @property
    def _shares_login(self) -> bool:
        """Whether the directory is asked with the machine's login, so that what it grants is what the machine may."""
        given = directory_settings_from(self._options)
        # A password alone is half of another login, and refused as such; the connection's own must not take its place.
        return given.security is not Security.GSSAPI and not given.bind_user and not given.bind_password

    def _settings(self) -> DirectorySettings:
        settings = directory_settings_from(self._options)
        if not settings.domain and not settings.server:
            settings = replace(settings, domain=self._own_domain())
        if self._shares_login:
            user, password = self._borrowed()
            settings = replace(settings, bind_user=user, bind_password=password)
        return settings

    def _own_domain(self) -> str:
        if not speaks_wsman(self._connection):
            raise Refusal(
                "Neither domain nor server is given, and this host is no Windows machine that could tell its domain.",
                code="bad_option",
                remedy="Set domain to the DNS name of a domain of the forest, or server to a domain controller.",
            )
        if self.membership.domain:
            return self.membership.domain
        raise Refusal(
            f"{self.membership.machine} is in no domain, so it tells nothing about a forest.",
            code="not_a_domain_member",
            remedy="Set domain or server, or run the task on a machine of the forest.",
        )

    def _borrowed(self) -> tuple[str, str]:
        """Return the login of the connection as one for the directory."""
        if not speaks_wsman(self._connection):
            raise _no_login("The task's host is no Windows machine whose login could be used for the directory.")
        user, password = self._login.user, self._login.password
        if not user or password is None:
            raise _no_login("The connection has no user name and password that could be used for the directory.")
        if "@" in user or "\\" in user:
            return user, reveal(password)
        if not self.membership.is_domain_controller:
            raise _no_login(f"{user} is an account of the machine itself, which the directory does not know.")
        return f"{user}@{self.membership.domain}", reveal(password)


def _no_login(message: str) -> Refusal:
    return Refusal(
        message,
        code="directory_login_missing",
        cause="Without bind_user and bind_password the directory is asked with the login of the connection.",
        remedy="Set bind_user and bind_password, or security to gssapi with a ticket at hand.",
    )
