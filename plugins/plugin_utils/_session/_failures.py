# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A library's exception becomes ours, by what it means for the machine.

Three facts decide, and the gate knows them all: did a byte of the message leave, was the last request answered, and
with which status. The class of the exception only refines the wording, because both libraries let exceptions of five
others through (requests, urllib3, ssl, pyspnego, requests_ntlm), and a newer version may let through others.
"""

from __future__ import annotations

import socket
import ssl
import typing as t

from .._errors import (
    ActivationError,
    AnswerLost,
    AuthenticationFailed,
    ConnectionFailed,
    MissingLibrary,
    RequestRejected,
)
from .._secrets import scrub
from ._gate import Gate
from ._settings import ConnectionSettings

__all__ = ["carried_fault", "explained"]

_SOAP = b"http://www.w3.org/2003/05/soap-envelope"
_LOGIN_PACKAGES = frozenset({"gssapi", "kerberos", "krb5", "requests_credssp", "requests_ntlm", "spnego"})


def carried_fault(error: Exception, gate: Gate) -> bytes | None:
    """Return the SOAP answer that came with an HTTP error status, `None` if there was none."""
    text = getattr(error, "response_text", None)
    if not isinstance(text, str) or (gate.status or 0) in (401, 407):
        return None
    stale = gate.sealed and gate.status == 400
    data = text.encode("utf-8")
    return data if _SOAP in data and not stale else None


def explained(error: Exception, gate: Gate, settings: ConnectionSettings, mechanism: str) -> Exception:
    """Return the error to raise for what a library raised."""
    if isinstance(error, ActivationError):
        return error
    case = _Case(error, gate, settings, mechanism)
    status = gate.status or 0
    if status >= 400:
        return _answered_with(status, case)
    return _unanswered(case) if gate.left else _never_sent(case)


class _Case:
    """One failure and all that is known of it."""

    def __init__(self, error: Exception, gate: Gate, settings: ConnectionSettings, mechanism: str) -> None:
        self.error = error
        self.left = gate.left
        self.sealed = gate.sealed
        self.settings = settings
        self.place = settings.endpoint
        self.mechanism = mechanism
        self.chain = list(_chain(error))

    def has(self, *kinds: type[BaseException]) -> bool:
        """Whether an exception of one of these kinds is behind it."""
        return any(isinstance(link, kinds) for link in self.chain)

    def broke_in_login(self) -> bool:
        """Whether a login library gave up: no ticket, no such mechanism, a token it cannot read."""
        return any(_package(link) in _LOGIN_PACKAGES for link in self.chain)

    def words(self) -> str:
        """Return what the library said, without secrets and without what the machine sent."""
        if hasattr(self.error, "response_text"):
            return type(self.error).__name__
        return str(scrub(f"{type(self.error).__name__}: {self.error}", self.settings.secrets))


def _answered_with(status: int, case: _Case) -> ActivationError:
    if status == 401:
        return _login_failed(case) if case.broke_in_login() else _login_refused(case)
    if status == 407:
        return ConnectionFailed(
            f"The proxy on the way to {case.place} asks for a login (HTTP 407).",
            code="http_407",
            remedy="Give the proxy's user and password in its URL, or connect without a proxy.",
        )
    if status == 400 and case.sealed:
        return AnswerLost(
            f"{case.place} could not open the sealed message (HTTP 400): its connection had been closed in between.",
            code="stale_security_context",
            remedy="Run the task again.",
        )
    if status >= 500 and status != 503 and case.left:
        return AnswerLost(f"{case.place} answered HTTP {status} without a SOAP message.", code=f"http_{status}")
    return RequestRejected(
        f"{case.place} turned the request away (HTTP {status}).", code=f"http_{status}", remedy=_remedy(status, case)
    )


def _remedy(status: int, case: _Case) -> str | None:
    remedies = {
        403: "Check the WinRM service's address filters, and proxies on the way.",
        404: f"Check the port and {case.settings.names.path}: WinRM answers at /wsman.",
        413: "The request is larger than the machine's MaxEnvelopeSizekb allows; raise it there.",
        503: "Check on the machine that the WinRM service runs and is not overloaded, then run the task again.",
    }
    return remedies.get(status)


def _login_refused(case: _Case) -> AuthenticationFailed:
    return AuthenticationFailed(
        f"{case.place} did not accept the login of '{case.settings.user}' by {case.mechanism} (HTTP 401).",
        code="login_refused",
        cause=case.words(),
        remedy=f"Check user and password, and that {case.settings.names.login} names a login the machine allows "
        "(basic is off by default; local accounts cannot use kerberos).",
    )


def _unanswered(case: _Case) -> ActivationError:
    import requests

    if case.has(requests.exceptions.Timeout, TimeoutError):
        return AnswerLost(
            f"{case.place} did not answer within {case.settings.read_timeout:g} seconds.",
            code="read_timeout",
            cause=case.words(),
            remedy=f"If the machine is only slow, raise {case.settings.names.read_timeout}.",
        )
    if case.has(requests.exceptions.ChunkedEncodingError):
        return AnswerLost(
            f"The answer of {case.place} broke off before its end.", code="answer_truncated", cause=case.words()
        )
    if case.has(requests.exceptions.RequestException):
        return AnswerLost(
            f"The connection to {case.place} broke after the message was sent.",
            code="connection_dropped",
            cause=case.words(),
        )
    return AnswerLost(f"The answer of {case.place} could not be read.", code="answer_unreadable", cause=case.words())


def _never_sent(case: _Case) -> ActivationError:
    for attempt in (_library_missing, _login_impossible, _tls_failed, _unreachable):
        failure = attempt(case)
        if failure is not None:
            return failure
    return ConnectionFailed(
        f"No connection to {case.place} came about; nothing was sent.", code="connection_failed", cause=case.words()
    )


def _library_missing(case: _Case) -> ActivationError | None:
    if not case.has(ImportError):
        return None
    return MissingLibrary(
        f"A Python library for the login by {case.mechanism} is missing.", code="missing_library", cause=case.words()
    )


def _login_impossible(case: _Case) -> ActivationError | None:
    # The libraries' own checks of user, password and certificate files raise these before anything is sent.
    checks = ("InvalidCredentialsError", "AuthenticationError", "KerberosExchangeError", "ValueError")
    incomplete = type(case.error).__name__ in checks or _is_ntlm_refusal(case.error)
    return _login_failed(case) if incomplete or case.broke_in_login() else None


def _login_failed(case: _Case) -> AuthenticationFailed:
    return AuthenticationFailed(
        f"The login of '{case.settings.user}' by {case.mechanism} at {case.place} could not be carried out.",
        code="login_failed",
        cause=case.words(),
        remedy=f"Check user, password and {case.settings.names.login}; for kerberos also the ticket and krb5.conf.",
    )


def _tls_failed(case: _Case) -> ActivationError | None:
    import requests

    if case.has(ssl.SSLCertVerificationError) or "CERTIFICATE_VERIFY_FAILED" in str(case.error):
        return ConnectionFailed(
            f"The certificate of {case.place} is not trusted; nothing was sent.",
            code="certificate_not_trusted",
            cause=_verdict(case),
            remedy=f"Set {case.settings.names.ca} to a PEM file with the CA that signed it, and connect by the name "
            "that stands in the certificate.",
        )
    if case.has(requests.exceptions.SSLError, ssl.SSLError):
        return ConnectionFailed(
            f"No TLS connection to {case.place} came about; nothing was sent.",
            code="tls_failed",
            cause=case.words(),
            remedy="Check that this port is WinRM's https listener (5986) and which TLS versions the machine allows.",
        )
    if isinstance(case.error, OSError) and "TLS" in str(case.error):
        return ConnectionFailed(
            f"A certificate file for {case.place} cannot be read; nothing was sent.",
            code="certificate_file_missing",
            cause=case.words(),
            remedy=f"Check {case.settings.names.ca} and the files of the certificate login.",
        )
    return None


def _verdict(case: _Case) -> str:
    """Return what OpenSSL says of a certificate, out of all the layers that were wrapped around it."""
    verdicts = (getattr(link, "verify_message", "") for link in _chain(case.error))
    return next((str(verdict) for verdict in verdicts if verdict), case.words())


def _unreachable(case: _Case) -> ActivationError | None:
    import requests

    errors = requests.exceptions
    reasons: list[tuple[tuple[type[BaseException], ...], str, str, str]] = [
        ((errors.ProxyError,), "proxy_failed", "The proxy did not let us through", "Check the proxy's address."),
        ((socket.gaierror,), "name_not_resolved", "The name has no address", "Check ansible_host and DNS."),
        ((ConnectionRefusedError,), "connection_refused", "The port is closed", "Check port, listener and firewall."),
        (
            (errors.Timeout, TimeoutError),
            "connect_timeout",
            "It did not respond in time",
            "Check address and firewall.",
        ),
        ((errors.ConnectionError,), "connection_dropped", "The connection broke before the login was done", ""),
    ]
    for kinds, code, what, remedy in reasons:
        if case.has(*kinds):
            return ConnectionFailed(
                f"{case.place} cannot be reached; nothing was sent. {what}.",
                code=code,
                cause=case.words(),
                remedy=remedy or "Try again; if it stays, look at the machine's WinRM log.",
            )
    return None


def _is_ntlm_refusal(error: Exception) -> bool:
    # requests_ntlm raises a bare PermissionError where the machine offers no challenge; the system's have a number.
    return isinstance(error, PermissionError) and error.errno is None


def _package(error: BaseException) -> str:
    return type(error).__module__.partition(".")[0]


def _chain(error: BaseException) -> t.Iterator[BaseException]:
    """Yield an exception and all behind it: causes, contexts, and those requests and urllib3 keep as arguments."""
    waiting: list[t.Any] = [error]
    seen: set[int] = set()
    while waiting:
        link = waiting.pop(0)
        if not isinstance(link, BaseException) or id(link) in seen:
            continue
        seen.add(id(link))
        yield link
        waiting += [link.__cause__, link.__context__, getattr(link, "reason", None), *link.args]
