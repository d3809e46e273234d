# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From what happened to a task result: `changed`, the steps, and the diff are three views of one plan."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._errors import ActivationError, MachineRefused, Refusal
from .._licensing import Explanation, KmsAttempt, State, attempt_facts, attempt_sentence, explain, explain_refusal
from .._planning import Change
from .._secrets import scrub_lines
from .license import PARTS, license_facts


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
    return {"changed": bool(steps), "steps": _listed(steps)}


def _listed(steps: t.Iterable[Change]) -> list[dict[str, t.Any]]:
    return [{"action": step.action, "target": step.becomes, "why": step.why} for step in steps]


def difference(steps: t.Iterable[Change]) -> dict[str, str]:
    """Return the plan in words, as Ansible shows it: a line for each thing that changes.

    Where several keys are among them, each line about a key or its licence names the product and the key.
    """
    listed = list(steps)
    several = len({step.partial for step in listed if step.partial}) > 1
    named = [(f"{step.heading} of {step.item}" if several and step.partial else step.heading, step) for step in listed]
    return {
        "before": "".join(f"{scrub_lines(f'{name}: {step.was}')}\n" for name, step in named),
        "after": "".join(f"{scrub_lines(f'{name}: {step.becomes}')}\n" for name, step in named),
    }


def failure(
    error: ActivationError, *, done: t.Sequence[Change] = (), unknown: t.Sequence[Change] = (), requests: int = 0
) -> dict[str, t.Any]:
    """Return the result of a task that failed; `steps` are those that are done, since they stay done.

    With `unknown` steps, whose effect could not be read, the task may have changed the host, so `changed` is true.
    `fault` is what the machine said, where it said something. What the machine has logged of a failed activation is
    more exact than the number that it returned, so its cause and remedy are given; the code stays what was returned.
    """
    returned = explain_refusal(error)
    attempt = error.attempt if isinstance(error.attempt, KmsAttempt) else None
    told = _by_use(explain(attempt.code, attempt.channel.value) if attempt else None, returned)
    code = error.code or (returned.code if returned else None)
    fault = error.fault_facts()
    return {
        "changed": bool(done or unknown),
        "steps": _listed(done),
        "steps_unknown": _listed(unknown),
        "failed": True,
        "msg": " ".join(_sentences(error, returned, attempt)),
        "code": code or _FALLBACK.get(type(error).__name__, "failed"),
        "cause": error.cause or (told.cause if told else None),
        "remedy": error.remedy or (told.remedy if told else None),
        **({"fault": fault} if fault else {}),
        "refused": isinstance(error, Refusal) and not done and not unknown,
        "requests": requests,
        **({"last_attempt": attempt_facts(attempt)} if attempt else {}),
    }


def _by_use(logged: Explanation | None, returned: Explanation | None) -> Explanation | None:
    """Return the explanation to go by: the number of the attempt, unless it is not in the tables and the other is."""
    return logged if logged and (logged.known or returned is None) else returned or logged


def _sentences(error: ActivationError, returned: Explanation | None, attempt: KmsAttempt | None) -> t.Iterator[str]:
    """Yield the sentences about an error: its own, and those about its number, the host asked, and the event logged."""
    yield error.message
    if returned is not None:
        yield returned.message
    if isinstance(error, MachineRefused) and returned is not None and error.asked:
        yield error.asked
    if attempt is not None:
        is_known = isinstance(error, MachineRefused) and error.hresult == attempt.code
        yield attempt_sentence(attempt, explained=not is_known)


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
