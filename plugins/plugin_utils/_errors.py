# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can go wrong, told apart by what the operator must do next.

Three questions decide the class of an error, and each has a different answer for somebody at a keyboard:

* Did *we* decline (`Refusal`)? Then nothing was sent, and the wish has to change.
* Did it reach the machine (`ConnectionFailed`: no; `RequestRejected`: it would not have it)? Trying again is safe.
* Was it sent without an answer (`AnswerLost`)? Then the outcome is unknown, and only the machine's own state can tell.
"""

from __future__ import annotations

__all__ = [
    "ActivationError",
    "AnswerLost",
    "AuthenticationFailed",
    "ConnectionFailed",
    "MachineRefused",
    "MissingLibrary",
    "NotConverged",
    "ProtocolViolation",
    "Refusal",
    "RequestRejected",
    "Unsealed",
]


class ActivationError(Exception):
    """The root of all errors of this collection: one sentence, and where known a code, a cause and a remedy."""

    def __init__(
        self, message: str, *, code: str | None = None, cause: str | None = None, remedy: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.cause = cause
        self.remedy = remedy


class Refusal(ActivationError):
    """We decline what was asked, before anything is changed; `code` is a slug such as `evaluation_edition`."""


class ConnectionFailed(ActivationError):
    """The request never reached the machine, so nothing happened there."""


class AuthenticationFailed(ConnectionFailed):
    """The machine did not accept the login."""


class Unsealed(ConnectionFailed):
    """The message would have travelled in clear, so it was not sent."""


class RequestRejected(ActivationError):
    """The HTTP service turned the request away before WS-Management saw it (404, 413, 503)."""


class AnswerLost(ActivationError):
    """The request was sent and no whole answer came back: the outcome is unknown."""


class ProtocolViolation(ActivationError):
    """The machine answered something that is not WS-Management."""


class MachineRefused(ActivationError):
    """The machine answered with a SOAP fault, or a method returned something other than zero.

    `hresult` is the number behind it (unsigned) where one was found, `fault` the decoded fault.
    """

    def __init__(
        self,
        message: str,
        *,
        hresult: int | None = None,
        fault: object = None,
        code: str | None = None,
        cause: str | None = None,
        remedy: str | None = None,
    ) -> None:
        super().__init__(message, code=code, cause=cause, remedy=remedy)
        self.hresult = hresult
        self.fault = fault


class NotConverged(ActivationError):
    """Every step was carried out, yet the state read afterwards does not show what was asked for."""


class MissingLibrary(ActivationError):
    """A Python library that this task needs is not installed on the controller."""
