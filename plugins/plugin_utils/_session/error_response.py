# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An answer with an error status and without a SOAP message, and a login that failed: what it means, by who sent it."""

from __future__ import annotations

from .._errors import ActivationError, AnswerLost, AuthenticationFailed, ConnectionFailed, RequestRejected
from .failure_context import FailureContext
from .requirements import OLD_DIGEST, too_old
from .response_sender import sender, sender_remedy

__all__ = ["answered_with", "login_failed"]


def answered_with(status: int, case: FailureContext) -> ActivationError:
    """Return the error for an HTTP status of 400 or more."""
    if status == 401:
        return _refused_or_failed(case)
    if status == 407:
        return ConnectionFailed(
            f"The proxy on the way to {case.place} asks for a login (HTTP 407).",
            code="http_407",
            remedy="Give the proxy's user and password in its URL, or connect without a proxy.",
        )
    if status >= 500 and status != 503 and case.left:
        return AnswerLost(
            f"{case.place} answered HTTP {status} without a SOAP message.",
            code=f"http_{status}",
            cause=sender(case.headers),
            remedy=sender_remedy(case.headers),
        )
    return RequestRejected(
        f"{case.place} turned the request away (HTTP {status}).",
        code=f"http_{status}",
        cause=sender(case.headers),
        remedy=_remedy(status, case),
    )


def _remedy(status: int, case: FailureContext) -> str:
    remedies = {
        403: "Check the WinRM service's address filters, and proxies on the way.",
        404: f"Check the port and {case.settings.names.path}: WinRM answers at /wsman.",
        413: "The request is larger than the machine's MaxEnvelopeSizekb allows; raise it there.",
        503: "Check on the machine that the WinRM service runs and is not overloaded, then run the task again.",
    }
    return remedies.get(status) or sender_remedy(case.headers)


def _refused_or_failed(case: FailureContext) -> ActivationError:
    if case.mentions(OLD_DIGEST):
        return too_old(case.settings)
    return login_failed(case) if case.broke_in_login() else _login_refused(case)


def _login_refused(case: FailureContext) -> AuthenticationFailed:
    return AuthenticationFailed(
        f"{case.place} did not accept the login of '{case.settings.user}' by {case.mechanism} (HTTP 401).",
        code="login_refused",
        cause=case.words(),
        remedy=f"Check user and password, and that {case.settings.names.login} names a login the machine allows "
        "(basic is off by default; local accounts cannot use kerberos).",
    )


def login_failed(case: FailureContext) -> AuthenticationFailed:
    """Return the error for a login that ended before the machine could judge it."""
    return AuthenticationFailed(
        f"The login of '{case.settings.user}' by {case.mechanism} at {case.place} could not be carried out.",
        code="login_failed",
        cause=case.words(),
        remedy=f"Check user, password and {case.settings.names.login}; for kerberos also the ticket and krb5.conf.",
    )
