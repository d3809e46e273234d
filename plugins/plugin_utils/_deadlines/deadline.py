# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deadlines of the current thread, nested: an inner one never ends later than the outer ones.

A time-out of a socket counts from one byte to the next, so a peer that sends a byte now and then is never cut off. A
deadline is a point in time, and everything below it obeys: sockets, pauses, further requests. It is found through a
context variable and not handed on as a parameter, because between the task and the socket lie libraries that would
not pass it on: urllib3 creates the sockets, and the login handlers of pywinrm and pypsrp send requests of their own.
"""

from __future__ import annotations

import contextlib
import contextvars
import time
import types
import typing as t

from .._errors import ActivationError, ConnectionFailed

_E = t.TypeVar("_E", bound=ActivationError)
Clock = t.Callable[[], float]


class DeadlineExceeded(TimeoutError):
    """Raised by a socket; HTTP libraries treat it as the time-out that it is. `deadline` is the one that passed."""

    def __init__(self, deadline: Deadline) -> None:
        super().__init__(f"the deadline of the {deadline.what} has passed")
        self.deadline = deadline


class AnswerTooLarge(OSError):
    """Raised by a socket that received more bytes than its exchange may have, headers and framing included."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"more than {limit} bytes were received")
        self.limit = limit


class Deadline:
    """The end of a `what` (request, query, host, task) after `seconds`; in force for this thread within a `with` block.

    `option` names what to raise where the peer is only slow. `clock` is monotonic, in seconds.
    """

    def __init__(self, seconds: float, what: str, option: str, *, clock: Clock = time.monotonic) -> None:
        self.seconds = seconds
        self.what = what
        self.option = option
        self._clock = clock
        self._end = clock() + seconds
        self._outer: Deadline | None = None
        self._token: contextvars.Token[Deadline | None] | None = None

    def __enter__(self) -> Deadline:
        self._outer = _current.get()
        self._token = _current.set(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: types.TracebackType | None
    ) -> None:
        if self._token is not None:
            _current.reset(self._token)

    def left(self) -> float:
        """Return the seconds left of this deadline and of the outer ones; negative once one of them has passed."""
        # Asked for at each call of a socket, so as a loop that reads each clock once.
        clock, outer = self._clock, self._outer
        now = clock()
        left = self._end - now
        while outer is not None:
            if outer._clock is not clock:
                return min(left, outer.left())
            left, outer = min(left, outer._end - now), outer._outer
        return left

    def first(self) -> Deadline:
        """Return the deadline that ends first, this one or an outer one."""
        if self._outer is None:
            return self
        outer = self._outer.first()
        return self if self._end - self._clock() <= outer.left() else outer

    def check(self) -> None:
        """Raise DeadlineExceeded once it has passed."""
        if self.left() <= 0:
            raise DeadlineExceeded(self.first())

    def postpone(self, seconds: float) -> None:
        """Move the end, by the seconds that the caller has waited on purpose."""
        self._end += seconds

    def received(self, count: int) -> None:
        """Count received bytes; only an exchange has a limit of them."""

    def failure(self, kind: type[_E], place: str) -> _E:
        """Return the error of this class for a peer at `place` that was not done by then."""
        return kind(
            f"{place} was not done within {self.seconds:g} seconds, which is the deadline of a {self.what}.",
            code="deadline_exceeded",
            cause="The deadline is for the whole: what arrives in small parts again and again does not extend it.",
            remedy=f"If it is only slow, raise {self.option}.",
        )


class TimedExchange(Deadline):
    """The deadline of one request with its login rounds, and the most bytes that sockets may receive for it."""

    def __init__(
        self, seconds: float, option: str, *, most_bytes: int, what: str = "request", clock: Clock = time.monotonic
    ) -> None:
        super().__init__(seconds, what, option, clock=clock)
        self._most_bytes = most_bytes
        self._bytes = 0

    def received(self, count: int) -> None:
        """Count received bytes; raises AnswerTooLarge beyond the limit."""
        self._bytes += count
        if self._bytes > self._most_bytes:
            raise AnswerTooLarge(self._most_bytes)


_current: contextvars.ContextVar[Deadline | None] = contextvars.ContextVar("volume_activation_deadline", default=None)
_operation: contextvars.ContextVar[float | None] = contextvars.ContextVar("volume_activation_operation", default=None)


def current() -> Deadline | None:
    """Return the innermost deadline of this thread."""
    return _current.get()


def time_left(seconds: float | None) -> float | None:
    """Return `seconds`, or what is left until the deadline if that is less; raises DeadlineExceeded when it is over.

    If `seconds` is None, only the deadline counts.
    """
    deadline = _current.get()
    if deadline is None:
        return seconds
    left = deadline.left()
    if left <= 0:
        raise DeadlineExceeded(deadline.first())
    return left if seconds is None or left < seconds else seconds


@contextlib.contextmanager
def operation(seconds: float | None) -> t.Iterator[None]:
    """Say how long a host may take with the operation that is sent in the block; None is as long as with a query.

    A session waits for the answer accordingly. Handed on in the same way as a deadline, and for the same reason.
    """
    token = _operation.set(seconds)
    try:
        yield
    finally:
        _operation.reset(token)


def operation_seconds() -> float | None:
    """Return how long the operation that is sent now may take; None is a query."""
    return _operation.get()


def check() -> None:
    """Raise ConnectionFailed (`deadline_exceeded`) once the deadline has passed: nothing more is sent then."""
    deadline = _current.get()
    if deadline is not None and deadline.left() <= 0:
        raise deadline.first().failure(ConnectionFailed, "The host")


def pause(seconds: float, sleep: t.Callable[[float], None] = time.sleep) -> None:
    """Sleep, but not beyond the deadline; raises ConnectionFailed (`deadline_exceeded`) when that has passed."""
    deadline = _current.get()
    sleep(seconds if deadline is None else max(0.0, min(seconds, deadline.left())))
    check()
