# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The session itself, the same for both libraries: log in when needed, send once, say exactly what went wrong."""

from __future__ import annotations

import time
import typing as t

from .._deadlines import TimedExchange, check, operation_seconds
from .error_mapping import carried_fault, explained
from .guarded_adapter import WIRE_LIMIT, GuardedAdapter
from .log_filter import discretion
from .settings import ConnectionSettings, PsrpSettings

__all__ = ["IDLE_SECONDS", "GuardedSession", "LoginChannel"]

IDLE_SECONDS = 60.0
"""A channel that was not used for so long is not used again: hosts close it after 120 seconds (HTTP.sys)."""


class LoginChannel(t.Protocol):
    """A library, ready to send raw SOAP to one machine."""

    def send(self, message: bytes) -> bytes:
        """Send once; any exception of the library may come out."""

    def close(self) -> None:
        """Close the sockets and forget the login."""


class GuardedSession:
    """One login at one machine through one library; after any failure the next message logs in anew.

    A security context belongs to its connection, so after a failure nothing of it is kept: half a login cannot be
    mistaken for a whole one, and a message is never sealed for a context the machine has forgotten. The same holds for
    a connection that was idle: the host may have closed it, and a message that is sent into it is lost. Before it is
    sent, a new login costs nothing but a moment. `clock` is monotonic, in seconds.
    """

    def __init__(
        self,
        settings: ConnectionSettings,
        mechanism: str,
        dial: t.Callable[..., LoginChannel],
        *,
        clock: t.Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._mechanism = mechanism
        self._dial = dial
        self._gate = _gate_for(settings)
        self._channel: LoginChannel | None = None
        self._clock = clock
        self._used = clock()

    def send(self, message: bytes) -> bytes:
        """Send one message once, and return its answer; raises the errors of this collection only."""
        check()
        settings, seconds = self._settings, operation_seconds()
        limit = settings.request_timeout_of(seconds)
        with discretion(), TimedExchange(limit, settings.names.read_timeout, most_bytes=WIRE_LIMIT):
            if self._clock() - self._used >= IDLE_SECONDS:
                self.close()
            outcome = self._exchange(message, settings.read_timeout_of(seconds))
            self._used = self._clock()
            if isinstance(outcome, Exception):
                self.close()
        if isinstance(outcome, Exception):
            # Raised here, where the library's exception is gone: that one holds the request, password and key in it.
            raise outcome
        return outcome

    def close(self) -> None:
        """Close the connection and forget the login."""
        channel, self._channel = self._channel, None
        if channel is not None:
            channel.close()
        self._gate.close()

    def _exchange(self, message: bytes, read_timeout: float) -> bytes | Exception:
        self._gate.reset(read_timeout)
        try:
            if self._channel is None:
                self._channel = self._dial(self._settings, self._mechanism, self._gate)
            return self._channel.send(message)
        except Exception as error:  # noqa: BLE001 - libraries raise errors of many families; each is translated
            fault = carried_fault(error, self._gate)
            return fault if fault is not None else explained(error, self._gate, self._settings, self._mechanism)


def _gate_for(settings: ConnectionSettings) -> GuardedAdapter:
    if isinstance(settings, PsrpSettings):
        retries, backoff = settings.reconnection_retries, settings.reconnection_backoff
        return GuardedAdapter(settings.endpoint, retries=retries, backoff=backoff)
    return GuardedAdapter(settings.endpoint, connection_timeout=settings.connection_timeout)
