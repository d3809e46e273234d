# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From what happened to a task result: `changed`, the steps, and the diff are three views of one plan."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._errors import ActivationError, MachineRefused, Refusal
from .._licensing import State, explain
from .._planning import Change
from ._license import PARTS, license_facts


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """A task that ended well: the steps that were needed, and the state after them (in check mode: as predicted)."""

    state: State
    requests: int
    steps: tuple[Change, ...] = ()
    parts: tuple[str, ...] = PARTS
    installation_ids: bool = False


def success(outcome: Outcome, *, diff: bool = False) -> dict[str, t.Any]:
    """Return the result of a task that ended well."""
    facts = license_facts(outcome.state, outcome.parts, installation_ids=outcome.installation_ids)
    result = {**changes(outcome.steps), "license": facts, "requests": outcome.requests}
    if diff:
        result["diff"] = difference(outcome.steps)
    return result


def changes(steps: t.Sequence[Change]) -> dict[str, t.Any]:
    """Return whether anything changes, and what, step by step."""
    return {
        "changed": bool(steps),
        "steps": [{"action": step.action, "target": step.becomes, "why": step.why} for step in steps],
    }


def difference(steps: t.Iterable[Change]) -> dict[str, str]:
    """Return the plan in words, as Ansible shows it: a line for each thing that changes."""
    listed = list(steps)
    return {
        "before": "".join(f"{step.subject}: {step.was}\n" for step in listed),
        "after": "".join(f"{step.subject}: {step.becomes}\n" for step in listed),
    }


def failure(error: ActivationError, *, done: t.Sequence[Change] = (), requests: int = 0) -> dict[str, t.Any]:
    """Return the result of a task that failed; what was done before the failure is told, since it stays done."""
    code, cause, remedy, message = error.code, error.cause, error.remedy, error.message
    if isinstance(error, MachineRefused) and error.hresult is not None:
        explanation = explain(error.hresult)
        code = code or explanation.code
        cause, remedy = cause or explanation.cause, remedy or explanation.remedy
        message = f"{message} {explanation.message}"
    return {
        **changes(done),
        "failed": True,
        "msg": message,
        "code": code or _FALLBACK.get(type(error).__name__, "failed"),
        "cause": cause,
        "remedy": remedy,
        "refused": isinstance(error, Refusal) and not done,
        "requests": requests,
    }


_FALLBACK = {
    "AnswerLost": "outcome_unknown",
    "AuthenticationFailed": "authentication_failed",
    "ConnectionFailed": "connection_failed",
    "MissingLibrary": "missing_library",
    "NotConverged": "not_converged",
    "ProtocolViolation": "protocol_violation",
    "RequestRejected": "request_rejected",
    "Unsealed": "unsealed",
}
"""Codes for errors that have no number: what to look for in a playbook's rescue."""
