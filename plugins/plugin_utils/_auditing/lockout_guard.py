# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lock-out guard: a wrong password is tried on a few hosts and not on thousands.

A domain counts the refused logins of an account and locks it after some of them, often 5, sometimes 3. So each account
has a few attempts that may be refused. An attempt is taken before a login, used up by a refusal, and given back by any
other outcome; no login is tried without one. The first host that accepts the login lifts the limit everywhere, and once
all attempts are used up, the account is given up. A host that cannot be reached, or whose answer is lost or is not
WS-Management, says nothing about a password.

The attempts are shared by all reader processes, because the domain adds up what all of them do. Which hosts they are
spent on is not decided here: the pool reads the hosts in random order, so that a few hosts that refuse every login,
whether misconfigured or hostile, are unlikely to use up all attempts.

An account that only exists on the host itself (`.\\user` or `HOST\\user`) is not limited: each host counts its own, and
each is asked once. A name without a domain is limited, because a member of a domain passes it on to the domain when its
own database does not have it.
"""

from __future__ import annotations

import contextlib
import ipaddress
import threading
import typing as t

from .._errors import ActivationError, AuthenticationFailed, MachineRefused
from .._session import ConnectionSettings
from .shared_memory import Board

__all__ = ["GIVEN_UP", "LockoutGuard"]

GIVEN_UP = "login_given_up"
"""The code of a login that was not tried."""
_SECONDS_BETWEEN = 0.1
"""Seconds between looks at what the other reader processes have found out."""
_FREE, _USED = 0, 1


class LockoutGuard:
    """The accounts of an audit, by user, password and certificate; each may be refused `refusals` times, 0: no limit.

    What one reader process finds out is on the `board`, which all of them share.
    """

    def __init__(self, refusals: int = 0, board: Board | None = None) -> None:
        self._refusals = refusals
        self._board = Board() if board is None and refusals else board
        self._lock = threading.Lock()
        self._known: dict[tuple[t.Any, ...], _Account] = {}

    @contextlib.contextmanager
    def trying(self, settings: ConnectionSettings) -> t.Iterator[None]:
        """Log in within the block; raises AuthenticationFailed (`login_given_up`) when no attempt is left."""
        account = self._account(settings)
        if account is None:
            yield
            return
        attempt = account.enter()
        try:
            yield
        except MachineRefused:
            account.leave(attempt, accepted=True)  # the host has let us in, if only to refuse the request
            raise
        except ActivationError as error:
            account.leave(attempt, refused=error.login_counted)
            raise
        except BaseException:
            account.leave(attempt)
            raise
        account.leave(attempt, accepted=True)

    def is_open(self, settings: ConnectionSettings) -> bool:
        """Return whether the account is limited and has been neither accepted nor given up."""
        account = self._account(settings)
        return account is not None and not account.is_accepted and not account.is_given_up

    def _account(self, settings: ConnectionSettings) -> _Account | None:
        if self._board is None or not self._refusals or is_of_the_host(settings):
            return None
        key = ((settings.user or "").casefold(), settings.password, settings.certificate)
        with self._lock:
            if key not in self._known:
                self._known[key] = _Account(settings.user or "", self._refusals, self._board, hash(key))
            return self._known[key]


class _Account:
    """One account on the board: a cell for its acceptance, and a cell for each attempt."""

    def __init__(self, user: str, most: int, board: Board, number: int) -> None:
        self._user = user
        self._board = board
        self._accepted, *self._attempts = board.cells(number, most + 1)
        self._turn = threading.Condition()
        self._taken: set[int] = set()

    def enter(self) -> int | None:
        """Wait for an attempt and return it, None if none is needed; raises AuthenticationFailed if all are used up."""
        with self._turn:
            while not self.is_accepted:
                if self.is_given_up:
                    raise _given_up(self._user, len(self._attempts))
                for attempt in self._attempts:
                    if self._take(attempt):
                        return attempt
                self._turn.wait(_SECONDS_BETWEEN)
        return None

    def leave(self, attempt: int | None, *, accepted: bool = False, refused: bool = False) -> None:
        """Record how a login ended; neither where that is unknown."""
        if attempt is None:
            return
        with self._turn:
            if accepted:
                self._board.write(self._accepted, _USED)
            if refused:
                self._board.write(attempt, _USED)
            self._taken.discard(attempt)
            self._board.unlock(attempt)
            self._turn.notify_all()

    def _take(self, attempt: int) -> bool:
        # The lock keeps other processes out, `_taken` the other threads of this one, which share its locks.
        if attempt in self._taken or self._board.read(attempt) != _FREE or not self._board.lock(attempt):
            return False
        if self._board.read(attempt) != _FREE:  # used up by another process between the two
            self._board.unlock(attempt)
            return False
        self._taken.add(attempt)
        return True

    @property
    def is_accepted(self) -> bool:
        """Whether a host has accepted the login."""
        return self._board.read(self._accepted) != _FREE

    @property
    def is_given_up(self) -> bool:
        """Whether every attempt was refused."""
        return not self.is_accepted and all(self._board.read(attempt) != _FREE for attempt in self._attempts)


def is_of_the_host(settings: ConnectionSettings) -> bool:
    """Return whether the account is one of the host's own database, so that only this host counts its refusals."""
    domain, backslash, _name = (settings.user or "").casefold().rpartition("\\")
    if not backslash or "kerberos" in settings.mechanisms:
        return False
    host = settings.host.casefold()
    return domain in (".", host, host if _is_address(host) else host.partition(".")[0])


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _given_up(user: str, refusals: int) -> AuthenticationFailed:
    return AuthenticationFailed(
        f"The login of '{user}' was not tried on this host: {refusals} hosts refused it and none accepted it.",
        code=GIVEN_UP,
        cause="Each refused login counts towards the lock-out of the account, so it is not tried on further hosts.",
        remedy="Check user and password on one of the hosts that refused the login (login_refused), then audit again."
        " If the login is right for the other hosts, raise max_login_refusals.",
    )
