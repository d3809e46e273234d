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
import time
import typing as t

from .._errors import AuthenticationFailed, MachineRefused
from .._session import ConnectionSettings

__all__ = ["GIVEN_UP", "Accounts"]

GIVEN_UP = "login_given_up"
"""The code of a login that was not tried."""
_SECONDS_BETWEEN = 0.1


class Accounts:
    """The accounts of an audit, by user and password; each may be refused `refusals` times, 0 for no limit.

    `board` is memory that processes share, so that what one machine has accepted is known to all of them.
    """

    def __init__(self, refusals: int = 0, board: t.Any = None) -> None:
        self._refusals = refusals
        self._board = bytearray(1) if board is None else board
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

    def is_open(self, settings: ConnectionSettings) -> bool:
        """Tell whether the account has been neither accepted nor given up."""
        return not self._account(settings).is_decided

    def hear_of_others(self, seconds: float) -> None:
        """Wait so long for other processes to find out that the accounts which were given up here are right ones."""
        end = time.monotonic() + seconds
        while len(self._board) > 1 and time.monotonic() < end and self._has_given_up():
            time.sleep(_SECONDS_BETWEEN)

    def _has_given_up(self) -> bool:
        with self._lock:
            return any(account.is_given_up for account in self._known.values())

    def _account(self, settings: ConnectionSettings) -> _Account:
        key = (settings.user, settings.password, settings.certificate)
        with self._lock:
            if key not in self._known:
                # Each account has a byte of its own where the board is a large one, and is alone where there is none.
                board = self._board if len(self._board) > 1 else bytearray(1)
                self._known[key] = _Account(settings.user or "", self._refusals, board, hash(key) % len(board))
            return self._known[key]


class _Account:
    """One account, until it is known whether its password is right."""

    def __init__(self, user: str, most: int, board: t.Any, place: int) -> None:
        self._user = user
        self._most = most
        self._board = board
        self._place = place
        self._turn = threading.Condition()
        self._refusals = 0
        self._under_way = 0

    def enter(self) -> None:
        """Wait until another login can be risked; raises AuthenticationFailed when none can."""
        with self._turn:
            self._turn.wait_for(lambda: self.is_decided or self._refusals + self._under_way < self._most)
            if self.is_given_up:
                raise _given_up(self._user)
            self._under_way += 1

    def leave(self, *, accepted: bool = False, refused: bool = False) -> None:
        """Note how a login went; neither where that is not known."""
        with self._turn:
            self._under_way -= 1
            if accepted:
                self._board[self._place] = 1
            self._refusals += refused
            self._turn.notify_all()

    @property
    def _is_accepted(self) -> bool:
        return not self._most or bool(self._board[self._place])

    @property
    def is_decided(self) -> bool:
        """Whether it was accepted, or is asked no more."""
        return self._is_accepted or self.is_given_up

    @property
    def is_given_up(self) -> bool:
        """Whether it is asked no more, as far as is known by now."""
        return not self._is_accepted and self._refusals >= self._most


def _given_up(user: str) -> AuthenticationFailed:
    return AuthenticationFailed(
        f"The login of '{user}' was not tried here, since the first machines have refused it and none has accepted it.",
        code=GIVEN_UP,
        cause="A wrong password that is tried on every machine would lock the account.",
        remedy="Check user and password on one of the machines that refused it. If they are right for others, raise "
        "max_login_refusals.",
    )
