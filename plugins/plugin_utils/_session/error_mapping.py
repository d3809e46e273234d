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

from .._deadlines import AnswerTooLarge, DeadlineExceeded
from .._errors import ActivationError, AnswerLost, ConnectionFailed
from .._secrets import chain
from .controller_limits import CONTROLLER_LIMIT, REMEDY, limit_behind, limit_reached
from .error_response import answered_with, login_failed
from .failure_context import FailureContext
from .guarded_adapter import GuardedAdapter
from .proxy_failures import by_proxy
from .requirements import OLD_DIGEST, missing, too_old
from .settings import ConnectionSettings

__all__ = ["UNREACHABLE_CODES", "carried_fault", "explained", "limit_error"]

_SOAP = b"http://www.w3.org/2003/05/soap-envelope"


def carried_fault(error: Exception, gate: GuardedAdapter) -> bytes | None:
    """Return the SOAP answer that came with an HTTP error status, `None` if there was none.

    Where messages are encrypted, a fault arrives as the decrypted answer; what an exception carries came in clear.
    """
    text = getattr(error, "response_text", None)
    if not isinstance(text, str) or gate.encrypts or (gate.status or 0) in (401, 407):
        return None
    data = text.encode("utf-8")
    return data if _SOAP in data else None


def explained(error: Exception, gate: GuardedAdapter, settings: ConnectionSettings, mechanism: str) -> ActivationError:
    """Return the error to raise for what a library raised; its `sent` is what the gate saw leave."""
    found = _explained(error, gate, settings, mechanism)
    found.sent = gate.left
    found.of_session = True
    found.__cause__ = found.__context__ = None  # they may hold the request, with password and key
    return by_proxy(found, settings)


def _explained(error: Exception, gate: GuardedAdapter, settings: ConnectionSettings, mechanism: str) -> ActivationError:
    if isinstance(error, ActivationError):
        return error
    case = FailureContext(error, gate, settings, mechanism)
    beyond = _beyond_a_limit(case)
    if beyond is not None:
        return beyond  # whatever the status: what came of the answer is not all of it
    status = gate.status or 0
    limit = limit_behind(case.chain) or (None if status >= 400 else limit_reached(before=case.has(ssl.SSLError)))
    if limit:
        return _limited(limit, case)
    if status >= 400 and not gate.sealed:
        return answered_with(status, case)
    return _unanswered(case) if gate.left else _never_sent(case)


def limit_error(error: BaseException, *, unforeseen: bool = False) -> ActivationError | None:
    """Return the error to report where a limit of the controller is behind this one, None where none is.

    Lack of memory in C code may end in any exception, such as SystemError. So for one that is not foreseen anywhere,
    the limits that this process has reached so far count as well.
    """
    limit = limit_behind(chain(error)) or (limit_reached(before=True) if unforeseen else None)
    if limit is None:
        return None
    return ActivationError(
        f"The controller has reached a limit of its own: {limit}.",
        code=CONTROLLER_LIMIT,
        cause=type(error).__name__,
        remedy=REMEDY,
    )


def _beyond_a_limit(case: FailureContext) -> ActivationError | None:
    kind = AnswerLost if case.left else ConnectionFailed
    for link in case.chain:
        if isinstance(link, DeadlineExceeded):
            return link.deadline.failure(kind, case.place)
        if isinstance(link, AnswerTooLarge):
            return kind(f"{case.place} sent more than {link.limit} bytes for one request.", code="answer_too_large")
    return None


def _limited(limit: str, case: FailureContext) -> ActivationError:
    kind, what = (AnswerLost, "was lost") if case.left else (ConnectionFailed, "was not asked for")
    return kind(
        f"The answer of {case.place} {what}, because {limit} on the controller.",
        code=CONTROLLER_LIMIT,
        cause=case.words(),
        remedy=REMEDY,
    )


def _unanswered(case: FailureContext) -> ActivationError:
    import requests

    if case.has(requests.exceptions.Timeout, TimeoutError):
        return AnswerLost(
            f"{case.place} did not answer within {case.read_timeout:g} seconds.",
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


def _never_sent(case: FailureContext) -> ActivationError:
    for attempt in (_library_missing, _login_impossible, _tls_failed, _unreachable):
        failure = attempt(case)
        if failure is not None:
            return failure
    return ConnectionFailed(
        f"No connection to {case.place} came about; nothing was sent.", code="connection_failed", cause=case.words()
    )


def _library_missing(case: FailureContext) -> ActivationError | None:
    if case.mentions(OLD_DIGEST):
        return too_old(case.settings)
    if case.mentions("Missing dependencies for SOCKS support"):
        return missing("The Python library PySocks, which a SOCKS proxy needs, is not installed.", "PySocks")
    if not case.has(ImportError):
        return None
    failure = missing(f"A Python library for the login by {case.mechanism} is missing.", case.settings.library)
    failure.cause = case.words()
    return failure


def _login_impossible(case: FailureContext) -> ActivationError | None:
    # The libraries' own checks of user, password and certificate files raise these before anything is sent.
    checks = ("InvalidCredentialsError", "AuthenticationError", "KerberosExchangeError", "ValueError")
    incomplete = type(case.error).__name__ in checks or _is_ntlm_refusal(case.error)
    return login_failed(case) if incomplete or case.broke_in_login() else None


def _tls_failed(case: FailureContext) -> ActivationError | None:
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


def _verdict(case: FailureContext) -> str:
    """Return what OpenSSL says of a certificate, out of all the layers that were wrapped around it."""
    verdicts = (getattr(link, "verify_message", "") for link in chain(case.error))
    return next((str(verdict) for verdict in verdicts if verdict), case.words())


def _unreachable(case: FailureContext) -> ActivationError | None:
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


_NETWORK = frozenset(
    {"connect_timeout", "connection_dropped", "connection_failed", "connection_refused", "name_not_resolved"}
)
_PROXY = frozenset({"http_407", "http_502", "http_504", "proxy_failed"})
_TLS = frozenset({"certificate_not_trusted", "tls_failed"})
_LOGIN = frozenset({"authentication_failed", "kinit_failed", "login_failed", "login_given_up", "login_refused"})
_SILENCE = frozenset({"deadline_exceeded", "http_404", "http_503", "read_timeout"})

UNREACHABLE_CODES = _NETWORK | _PROXY | _TLS | _LOGIN | _SILENCE
"""The codes of failures for which a host counts as unreachable."""
