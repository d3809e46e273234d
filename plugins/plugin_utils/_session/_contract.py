# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a session is, and how one is opened."""

from __future__ import annotations

import contextlib
import functools
import importlib
import importlib.metadata
import importlib.util
import shlex
import ssl
import sys
import typing as t

from .._errors import AuthenticationFailed, ConnectionFailed, MissingLibrary, Unsealed
from ._gate import Gate
from ._guarded import Channel, GuardedSession
from ._settings import ConnectionSettings, PsrpSettings, WinRMSettings

__all__ = ["Session", "open_session", "preload"]

# A mechanism's own package, and the extra of the library that brings it.
_EXTRAS = {
    ("pywinrm", "kerberos"): ("kerberos", "kerberos"),
    ("pywinrm", "credssp"): ("requests_credssp", "credssp"),
    ("pywinrm", "ntlm"): ("requests_ntlm", ""),
    ("pypsrp", "kerberos"): ("gssapi", "kerberos"),
    ("pypsrp", "credssp"): ("requests_credssp", "credssp"),
}
_PACKAGES = {"pywinrm": "winrm", "pypsrp": "pypsrp"}
_MODULES = {"pywinrm": "winrm.transport", "pypsrp": "pypsrp.wsman"}
_OLDEST = {"pywinrm": "0.5", "pypsrp": "0.9"}
"""The sessions use what older releases do not have yet."""


def preload() -> None:
    """Import and set up what sessions will need, where it is installed.

    Called where Ansible's main process loads the action, so that the workers it forks inherit it instead of doing it
    once a task and machine. OpenSSL fetches its algorithms with the first context: a tenth of a task's CPU time.
    """
    ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    for library, module in _MODULES.items():
        with contextlib.suppress(ImportError):
            importlib.import_module(module)
            importlib.import_module(f"._{library}", __package__)
            _is_too_old(library)


class Session(t.Protocol):
    """One machine, logged in to when the first message is sent."""

    def send(self, message: bytes) -> bytes:
        """Send one SOAP message once and return the SOAP answer, a fault included.

        Raises `ConnectionFailed` (it never left), `RequestRejected` (it was turned away) or `AnswerLost` (unknown).
        """

    def close(self) -> None:
        """Close the connection; a later `send` would log in anew."""


def open_session(settings: ConnectionSettings) -> Session:
    """Return a session for these settings; nothing is sent yet. Raises `MissingLibrary`."""
    _require(settings.library, _PACKAGES[settings.library])
    if _is_too_old(settings.library):
        wanted = f"{settings.library}>={_OLDEST[settings.library]}"
        raise _missing(f"The installed {settings.library} is too old; {wanted} is needed.", wanted)
    # Imported here and not with the first message: what a logger is to be kept from, it must exist for.
    importlib.import_module(_MODULES[settings.library])
    sessions = [GuardedSession(settings, mechanism, _dialer(settings)) for mechanism in settings.mechanisms]
    return sessions[0] if len(sessions) == 1 else _FirstAccepted(sessions)


class _FirstAccepted:
    """Several logins for one machine: the first that is accepted serves, as the connection plugin would have it.

    The next one is tried only where the machine, or we, turned the login away: then nothing has been carried out.
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
    return type(last)(text, code=last.code, cause=last.cause, remedy=last.remedy)


def _dialer(settings: ConnectionSettings) -> t.Callable[..., Channel]:
    if isinstance(settings, WinRMSettings):
        from ._pywinrm import dial as dial_winrm

        return functools.partial(_checked, dial_winrm)
    if isinstance(settings, PsrpSettings):
        from ._pypsrp import dial as dial_psrp

        return functools.partial(_checked, dial_psrp)
    raise TypeError(f"no library speaks for {type(settings).__name__}")


def _checked(dial: t.Callable[..., Channel], settings: ConnectionSettings, mechanism: str, gate: Gate) -> Channel:
    package, extra = _EXTRAS.get((settings.library, mechanism), ("", ""))
    if package:
        _require(f"{settings.library}[{extra}]" if extra else package, package)
    return dial(settings, mechanism, gate)


def _require(requirement: str, package: str) -> None:
    if importlib.util.find_spec(package) is not None:
        return
    words = f"The Python library {requirement} is not installed for the controller's Python ({sys.executable})."
    raise _missing(words, requirement)


def _missing(words: str, requirement: str) -> MissingLibrary:
    command = shlex.join([sys.executable, "-m", "pip", "install", requirement])
    return MissingLibrary(words, code="missing_library", remedy=f"Run: {command}")


@functools.cache
def _is_too_old(library: str) -> bool:
    try:
        installed = importlib.metadata.version(library)
    except importlib.metadata.PackageNotFoundError:
        return False  # brought in some other way, and then nobody's business
    return _numbers(installed) < _numbers(_OLDEST[library])


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
