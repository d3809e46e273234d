# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What one check says, and what all of them say of a machine."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from .._errors import ActivationError
from .._licensing import KmsAttempt, attempt_facts, explain_refusal
from .texts import TEXTS

__all__ = ["CHECKS", "Check", "Diagnosis", "blamed", "ok", "skipped", "unknown", "wrong"]

CHECKS = (
    "name",
    "port",
    "tls",
    "login",
    "rights",
    "wmi",
    "clock",
    "edition",
    "key",
    "settings",
    "srv",
    "kms",
    "threshold",
    "licence",
    "last_error",
)
"""Every check, from the controller to the licence; this is the order in which a cause comes before its effects."""

Status = t.Literal["ok", "wrong", "skipped", "unknown"]


@dataclass(frozen=True)
class Check:
    """One check and what became of it; only a wrong one has a cause and a remedy, and always a code.

    `fault` is what the machine said, where that ended the check.
    """

    check: str
    status: Status
    message: str
    code: str | None = None
    cause: str | None = None
    remedy: str | None = None
    fault: t.Mapping[str, str | None] | None = None

    def facts(self) -> dict[str, t.Any]:
        """Return the check as a result shows it."""
        return {
            "check": self.check,
            "status": self.status,
            "code": self.code,
            "message": self.message,
            "cause": self.cause,
            "remedy": self.remedy,
            **({"fault": self.fault} if self.fault else {}),
        }

    def after(self, error: ActivationError) -> Check:
        """Return the check with what the machine said where that is behind the error."""
        return replace(self, fault=error.fault_facts())


@dataclass(frozen=True)
class Diagnosis:
    """All checks of one machine; `reached` tells whether it has answered a question about its licences.

    `last_attempt` is how the last activation ended of the first product that is not licensed.
    """

    machine: str
    reached: bool
    checks: tuple[Check, ...]
    last_attempt: KmsAttempt | None = None

    @property
    def wrong(self) -> list[str]:
        """The codes of what is wrong, in the order of the checks."""
        return [check.code or "" for check in self.checks if check.status == "wrong"]

    @property
    def message(self) -> str:
        """What is wrong, in one paragraph."""
        wrong = (check.message for check in self.checks if check.status == "wrong")
        return " ".join(wrong) or "Nothing is wrong."

    def facts(self) -> dict[str, t.Any]:
        """Return the diagnosis as a result shows it."""
        return {
            "machine": self.machine,
            "healthy": not self.wrong,
            "reached": self.reached,
            "wrong": self.wrong,
            "last_attempt": attempt_facts(self.last_attempt) if self.last_attempt else None,
            "checks": [check.facts() for check in self.checks],
        }


def ok(check: str, message: str) -> Check:
    """Return a check that found nothing wrong."""
    return Check(check, "ok", message)


def skipped(check: str, message: str) -> Check:
    """Return a check that was not made, and why."""
    return Check(check, "skipped", message)


def unknown(check: str, message: str) -> Check:
    """Return a check that was made and told nothing."""
    return Check(check, "unknown", message)


def wrong(check: str, code: str, **words: t.Any) -> Check:
    """Return a check that found something wrong, in the words of its code."""
    message, cause, remedy = (text.format(**words) for text in TEXTS[code])
    return Check(check, "wrong", message, code, cause, remedy)


def blamed(check: str, error: ActivationError, code: str | None = None) -> Check:
    """Return a check that an error has ended, in the words of the error."""
    explanation = explain_refusal(error)
    message = f"{error.message} {explanation.message}" if explanation else error.message
    return Check(
        check,
        "wrong",
        message,
        code or error.code or (explanation.code if explanation else type(error).__name__),
        error.cause or (explanation.cause if explanation else None),
        error.remedy or (explanation.remedy if explanation else None),
    ).after(error)
