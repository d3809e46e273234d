# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a session is, and how one is opened."""

from __future__ import annotations

import contextlib
import functools
import importlib
import ssl
import time
import typing as t

from .._errors import ActivationError, AuthenticationFailed, ConnectionFailed, MissingLibrary, Unsealed
from .guarded_adapter import GuardedAdapter
from .guarded_session import GuardedSession, LoginChannel
from .requirements import OLDEST, is_too_old, require_library, require_login, require_proxy
from .settings import ConnectionSettings, PsrpSettings, WinRMSettings
from .tls_context import preload_default_bundle

__all__ = ["Session", "open_session", "preload"]

_MODULES = {"pywinrm": "winrm.transport", "pypsrp": "pypsrp.wsman"}


def preload() -> None:
    """Import and set up what sessions will need, where it is installed.

    Called where Ansible's main process loads the action, so that the workers it forks inherit it instead of doing it
    once a task and machine. OpenSSL fetches its algorithms with the first context: a tenth of a task's CPU time.
    """
    ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    for library, module in _MODULES.items():
        with contextlib.suppress(ImportError):
            importlib.import_module(module)
            importlib.import_module(f".{library}", __package__)
    for library in OLDEST:
        is_too_old(library)
    with contextlib.suppress(ImportError):
        preload_default_bundle()


class Session(t.Protocol):
    """One machine, logged in to when the first message is sent."""

    def send(self, message: bytes) -> bytes:
        """Send one SOAP message once and return the SOAP answer, a fault included.

        Raises `ConnectionFailed` (it never left), `RequestRejected` (it was turned away) or `AnswerLost` (unknown);
        `sent` of each says whether any of the message has left.
        """

    def close(self) -> None:
        """Close the connection; a later `send` would log in anew."""


def open_session(settings: ConnectionSettings, *, clock: t.Callable[[], float] = time.monotonic) -> Session:
    """Return a session for these settings; nothing is sent yet. Raises `MissingLibrary`."""
    require_library(settings.library)
    # Imported here and not with the first message: what a logger is to be kept from, it must exist for.
    importlib.import_module(_MODULES[settings.library])
    dial = _dialer(settings)
    sessions = [GuardedSession(settings, mechanism, dial, clock=clock) for mechanism in settings.mechanisms]
    return sessions[0] if len(sessions) == 1 else _FirstAccepted(sessions)


class _FirstAccepted:
    """Several logins for one machine: the first that is accepted serves, as the connection plugin would have it.

    The next one is tried only where the machine, or we, turned the login away. Over https the first message may have
    left with a login all the same, so it has to be one that may be sent twice; every task begins with a query.
    """

    def __init__(self, sessions: t.Sequence[Session]) -> None:
        self._candidates = list(sessions)
        self._chosen: Session | None = None

    def send(self, message: bytes) -> bytes:
        if self._chosen is not None:
            return self._chosen.send(message)
        failures: list[ConnectionFailed | MissingLibrary] = []
        for session in self._candidates:
            try:
                answer = session.send(message)
            except (AuthenticationFailed, Unsealed, MissingLibrary) as failure:
                failures.append(failure)
            except ActivationError as failure:
                raise _after(failures, failure) from failure.__cause__
            else:
                self._chosen = session
                return answer
        raise _summary(failures)

    def close(self) -> None:
        for session in self._candidates:
            session.close()


def _summary(failures: list[ConnectionFailed | MissingLibrary]) -> Exception:
    if not failures:
        return Unsealed("No login is configured for this machine, so nothing was sent.", code="no_login")
    last = failures[-1]
    text = " ".join(failure.message for failure in failures)
    return _after(failures, type(last)(text, code=last.code, cause=last.cause, remedy=last.remedy))


def _after(failures: t.Sequence[ActivationError], last: ActivationError) -> ActivationError:
    """Return the last error, marked with what happened before it: another login may have sent, or been refused."""
    last.sent = last.sent or any(failure.sent for failure in failures)
    last.login_counted = last.login_counted or any(failure.login_counted for failure in failures)
    last.of_session = last.of_session or any(failure.of_session for failure in failures)
    return last


def _dialer(settings: ConnectionSettings) -> t.Callable[..., LoginChannel]:
    if isinstance(settings, WinRMSettings):
        from .pywinrm import dial as dial_winrm

        return functools.partial(_checked, dial_winrm)
    if isinstance(settings, PsrpSettings):
        from .pypsrp import dial as dial_psrp

        return functools.partial(_checked, dial_psrp)
    raise TypeError(f"no library speaks for {type(settings).__name__}")


def _checked(
    dial: t.Callable[..., LoginChannel], settings: ConnectionSettings, mechanism: str, gate: GuardedAdapter
) -> LoginChannel:
    require_login(settings, mechanism)
    require_proxy(settings)
    return dial(settings, mechanism, gate)
