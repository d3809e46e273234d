# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A wrong password must not lock an account: a domain counts each refused login, and a fleet has thousands of machines.

Until one machine has accepted a login, only so many are tried with it at a time as may refuse it, and when they have,
nobody else is asked. A machine that cannot be reached says nothing about a password, and neither does one whose answer
never comes or is no WS-Management: it need not have looked at the login.
"""

from __future__ import annotations

import contextlib
import threading
import typing as t

from .._errors import AuthenticationFailed, MachineRefused
from .._session import ConnectionSettings

__all__ = ["Accounts"]


class Accounts:
    """The accounts of an audit, by user and password; each may be refused `refusals` times, 0 for no limit."""

    def __init__(self, refusals: int = 0) -> None:
        self._refusals = refusals
        self._lock = threading.Lock()
        self._known: dict[tuple[t.Any, ...], _Account] = {}

    @contextlib.contextmanager
    def trying(self, settings: ConnectionSettings) -> t.Iterator[None]:
        """Log in within the block; raises AuthenticationFailed (`login_given_up`) where that is not risked any more."""
        account = self._account(settings)
        account.enter()
        try:
            yield
        except AuthenticationFailed:
            account.leave(refused=True)
            raise
        except MachineRefused:
            account.leave(accepted=True)  # it has answered, if only to refuse what it was asked
            raise
        except BaseException:
            account.leave()
            raise
        account.leave(accepted=True)

    def _account(self, settings: ConnectionSettings) -> _Account:
        with self._lock:
            return self._known.setdefault(
                (settings.user, settings.password, settings.certificate), _Account(settings.user or "", self._refusals)
            )


class _Account:
    """One account, until it is known whether its password is right."""

    def __init__(self, user: str, most: int) -> None:
        self._user = user
        self._most = most
        self._turn = threading.Condition()
        self._is_accepted = not most
        self._refusals = 0
        self._under_way = 0

    def enter(self) -> None:
        """Wait until another login can be risked; raises AuthenticationFailed when none can."""
        with self._turn:
            self._turn.wait_for(lambda: self._is_decided or self._refusals + self._under_way < self._most)
            if not self._is_accepted and self._refusals >= self._most:
                raise _given_up(self._user)
            self._under_way += 1

    def leave(self, *, accepted: bool = False, refused: bool = False) -> None:
        """Note how a login went; neither where that is not known."""
        with self._turn:
            self._under_way -= 1
            self._is_accepted |= accepted
            self._refusals += refused
            self._turn.notify_all()

    @property
    def _is_decided(self) -> bool:
        return self._is_accepted or self._refusals >= self._most


def _given_up(user: str) -> AuthenticationFailed:
    return AuthenticationFailed(
        f"The login of '{user}' was not tried here, since the first machines have refused it and none has accepted it.",
        code="login_given_up",
        cause="A wrong password that is tried on every machine would lock the account.",
        remedy="Check user and password on one of the machines that refused it. If they are right for others, raise "
        "max_login_refusals.",
    )
