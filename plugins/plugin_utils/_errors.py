# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can go wrong, told apart by what the operator must do next.

Three questions decide the class of an error, and each has a different answer for somebody at a keyboard:

* Did *we* decline (`Refusal`)? Then nothing was sent, and the wish has to change.
* Did it reach the machine (`ConnectionFailed`: no; `RequestRejected`: it would not have it)?
* Was it sent without an answer (`AnswerLost`)? Then the outcome is unknown, and only the machine's own state can tell.

The class says what was answered. Whether a request may have been carried out all the same is in `sent`, for a proxy or
a broken host may answer HTTP 401 or 503 after the work was done.
"""

from __future__ import annotations

import shlex
import sys
import typing as t

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


def pip_install(*requirements: str) -> str:
    """Return the command that installs requirements for the Python that runs this."""
    return shlex.join([sys.executable, "-m", "pip", "install", *requirements])


class ReportedFault(t.Protocol):
    """What a machine said in place of an answer."""

    def facts(self) -> dict[str, str | None]:
        """Return it for a result: `subcode`, `code`, `inner_code` and `text`."""


class ActivationError(Exception):
    """The root of all errors of this collection: one sentence, and where known a code, a cause and a remedy.

    `sent` is False only where the request that failed provably never left the controller. A session sets it from what
    it saw leave; the values of the classes are for errors that no session has raised. `login_counted` is True where a
    login may have been refused on the way to the error, which counts towards the lock-out of the account. `of_session`
    is True for an error that a session to the task's host has raised, and not another service. `attempt` is how the
    machine itself recorded the activation that failed (a KmsAttempt), where it did.
    """

    sent: bool = True
    attempt: object = None
    login_counted: bool = False
    of_session: bool = False

    def __init__(
        self, message: str, *, code: str | None = None, cause: str | None = None, remedy: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.cause = cause
        self.remedy = remedy

    def fault_facts(self) -> dict[str, str | None] | None:
        """Return what the machine said, where a fault or a refusal with a text is behind the error."""
        link: BaseException | None = self
        while link is not None:
            if isinstance(link, MachineRefused) and link.fault is not None:
                return link.fault.facts()
            if isinstance(link, MachineRefused) and link.said:
                code = None if link.hresult is None else f"0x{link.hresult:08X}"
                return {"subcode": None, "code": code, "inner_code": None, "text": link.said}
            link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
        return None


class Refusal(ActivationError):
    """We decline what was asked, before anything is changed; `code` is a slug such as `evaluation_edition`."""

    sent = False


class ConnectionFailed(ActivationError):
    """The request never reached the machine, so nothing happened there."""

    sent = False


class AuthenticationFailed(ConnectionFailed):
    """The machine did not accept the login; over https the request may have left with it, see `sent`."""

    login_counted = True


class Unsealed(ConnectionFailed):
    """The message would have travelled in clear, so it was not sent."""


class RequestRejected(ActivationError):
    """The HTTP service, or a proxy before it, answered with a status and no SOAP message (404, 413, 503)."""


class AnswerLost(ActivationError):
    """The request was sent and no whole answer came back: the outcome is unknown."""


class ProtocolViolation(ActivationError):
    """The machine answered something that is not WS-Management."""


class MachineRefused(ActivationError):
    """The machine answered with a SOAP fault, or a method returned something other than zero.

    `hresult` is the number behind it (unsigned) where one was found, `fault` the decoded fault; a method that returned
    a number has none, and `said` is the text that came with the number. `asked` is a sentence about the KMS host that
    the machine asked, where the number blames one, and `channel` the kind of key that the request was about, where that
    is known.
    """

    asked: str | None = None
    channel: str | None = None
    said: str | None = None

    def __init__(
        self,
        message: str,
        *,
        hresult: int | None = None,
        fault: ReportedFault | None = None,
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

    sent = False
