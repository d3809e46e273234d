# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The stages of a task: wishes that are planned and carried out one after the other, each on what the last one left.

Most tasks have one. A KMS host has one for each of its keys and one for its settings, and a client with several KMS
hosts to choose from has a stage with alternatives: the first of them that activates the machine stays.
"""

from __future__ import annotations

import contextlib
import typing as t
from dataclasses import dataclass, replace

from .._applying import Budget, Scope
from .._errors import ActivationError, AnswerLost, MachineRefused
from .._licensing import KmsAttempt, State, blames_kms_host, explain
from .._planning import (
    Activate,
    ClearProductHost,
    ClearProductPort,
    DesiredState,
    Mak,
    SetKmsHost,
    SetKmsPort,
    Step,
    losses,
    plan,
)
from .._validation import spelled_endpoint
from .machine import ConnectedMachine

__all__ = ["Check", "HostAttempt", "Stage", "Stages"]

Check = dict[str, t.Any]
"""What was looked at before a change: `check`, `target`, `result` (ok, failed or unknown) and `detail`."""


@dataclass(frozen=True)
class Stage:
    """A wish with the gate of the budget it may spend from, and what may be wished in its place, in this order.

    `otherwise` None is a wish without alternatives; none at all is a choice of one.
    """

    wish: DesiredState
    gate: Budget | None = None
    otherwise: tuple[DesiredState, ...] | None = None


@dataclass(frozen=True)
class HostAttempt:
    """A KMS host that was named on the machine, and why it did not activate it; no error is the one that did."""

    wish: DesiredState
    error: ActivationError | None = None


class Stages:
    """Carries the stages of one task out on one machine, or in check mode folds what they would do.

    `before` and `after` are the states around it, in check mode the `predicted` one. `after` is None where a failed
    plan left a host that could not be read. `before_loss` is called before a licence is given up that cannot be
    restored; it returns what was checked, for `checks`, and raises Refusal.
    """

    def __init__(
        self,
        machine: ConnectedMachine,
        scope: Scope,
        *,
        check_mode: bool,
        tell: t.Callable[[str], None] = lambda _text: None,
        before_loss: t.Callable[[DesiredState, State], list[Check]] = lambda _wish, _state: [],
    ) -> None:
        self.planned: list[Step] = []
        self.tried: list[HostAttempt] = []
        self.checks: list[Check] = []
        self.before: State | None = None
        self.after: State | None = None
        self.predicted: State | None = None
        self.machine = machine
        self._scope = scope
        self._check_mode = check_mode
        self._tell = tell
        self._before_loss = before_loss

    @property
    def steps(self) -> tuple[Step, ...]:
        """What was done, or in check mode what would be."""
        return tuple(self.planned if self._check_mode else self.machine.done)

    def run(self, stages: t.Sequence[Stage]) -> State:
        """Return the state after all stages; what fails raises and leaves what was done in the machine's list."""
        state = self.machine.read_for(stages[0].wish, self._scope)
        self.before = self.after = state
        for stage in stages:
            self.machine.turn_to(stage.gate)
            with _named_after(stage, stages):
                state = self._one(stage.wish, state) if stage.otherwise is None else self._alternatives(stage, state)
        return state

    def _one(self, wish: DesiredState, state: State) -> State:
        before = self.machine.complete(wish, state)
        steps = plan(wish, before)
        self.planned += steps.steps
        if any(loss.key is None for loss in losses(steps.steps, before)):
            self.checks += self._before_loss(wish, before)
        self.predicted = predicted = steps.predicted(before)
        if self._check_mode:
            self.machine.applier.foresee(steps, predicted)
            self.after = predicted
            return predicted
        if not steps:
            self.machine.applier.note(wish, before)
            return before
        try:
            return self.machine.apply(wish, steps, before, self._scope)
        finally:
            self.after = self.machine.applier.after

    def _alternatives(self, stage: Stage, state: State) -> State:
        wishes = (stage.wish, *(stage.otherwise or ()))
        for wish in wishes:
            state = self.machine.complete(wish, state)
        chosen = next((wish for wish in wishes if _is_in_place(wish, state)), None)
        if chosen is not None or self._check_mode:
            return self._one(chosen or stage.wish, state)
        for wish in wishes:
            try:
                reached = self._one(wish, state)
            except (MachineRefused, AnswerLost) as error:
                if not _blames_host(error):
                    raise
                self.tried.append(HostAttempt(wish, error))
                self._tell(f"{_name(wish)} did not activate the machine: {error}")
                state = self.machine.read_for(wish, self._scope)
            else:
                if any(isinstance(step, Activate) for step in self.machine.applier.done):
                    self.tried.append(HostAttempt(wish))
                return reached
        raise self._none_activates(self._left_on(wishes, state)) from self.tried[-1].error

    def _left_on(self, wishes: t.Sequence[DesiredState], state: State) -> DesiredState:
        """Leave the machine with the host that is wished for most, as far as it lets us; returns which it keeps."""
        try:
            self._one(replace(wishes[0], activation=None), state)
        except ActivationError as error:
            # Why none activated it is what has to be told.
            self._tell(f"{_name(wishes[0])} could not be set again: {error}")
            return wishes[-1]
        return wishes[0]

    def _none_activates(self, kept: DesiredState) -> ActivationError:
        reasons = "; ".join(f"{_name(row.wish)}: {_reason(row.error)}" for row in self.tried if row.error)
        return MachineRefused(
            f"None of the {len(self.tried)} KMS hosts activated the machine ({reasons}).",
            code="no_kms_host_activates",
            cause="Each of them refused or could not be reached; the codes say which.",
            remedy="Look at the hosts with volume.activation.kms_host_info and kms_discovery_info. The machine keeps"
            f" {_name(kept)} and asks it again by itself.",
        )


@contextlib.contextmanager
def _named_after(stage: Stage, stages: t.Sequence[Stage]) -> t.Iterator[None]:
    """Let an error name the key of its stage where the task has several."""
    try:
        yield
    except ActivationError as error:
        keys = [each.wish.key.key.partial for each in stages if isinstance(each.wish.key, Mak)]
        if len(keys) > 1 and isinstance(stage.wish.key, Mak):
            error.message = f"Key {stage.wish.key.key.partial}: {error.message}"
        raise


def _is_in_place(wish: DesiredState, state: State) -> bool:
    """Tell whether the machine is on this host and needs nothing of it."""
    needed = (SetKmsHost, SetKmsPort, ClearProductHost, ClearProductPort, Activate)
    return not any(isinstance(step, needed) for step in plan(wish, state).steps)


def _blames_host(error: ActivationError) -> bool:
    # An activation by KMS costs nothing, so after a lost answer the next host may be asked.
    if isinstance(error, MachineRefused):
        return error.hresult is not None and blames_kms_host(error.hresult)
    return error.code == "outcome_unknown"


def _name(wish: DesiredState) -> str:
    kms = wish.kms
    return spelled_endpoint(kms.host or "?", kms.port) if kms else "?"


def _reason(error: ActivationError) -> str:
    reason = error.code or "no answer"
    if isinstance(error, MachineRefused) and error.hresult is not None:
        explained = explain(error.hresult)
        reason = f"{explained.code} {explained.name or ''}".rstrip()
    if not isinstance(error.attempt, KmsAttempt):
        return reason
    logged = explain(error.attempt.code)
    return f"{reason}, logged as {logged.code} {logged.name or ''}".rstrip()
