# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A machine that carries plans out in thought, for the tests of stages."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from ansible_collections.volume.activation.plugins.plugin_utils._action import ConnectedMachine, Stage, Stages
from ansible_collections.volume.activation.plugins.plugin_utils._applying import Budget, Scope
from ansible_collections.volume.activation.plugins.plugin_utils._errors import ActivationError, MachineRefused, Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import State
from ansible_collections.volume.activation.plugins.plugin_utils._planning import (
    Activate,
    Activation,
    DesiredState,
    KmsSettings,
    Plan,
    Step,
    need,
)

SCOPE = Scope()


@dataclass
class FakeApplier:
    """What stages use of an applier."""

    done: list[Step] = field(default_factory=list)
    foreseen: list[Plan] = field(default_factory=list)
    noted: list[DesiredState] = field(default_factory=list)
    refusal: Refusal | None = None
    after: State | None = None

    def foresee(self, steps: Plan, _predicted: State) -> None:
        """Remember what was foreseen."""
        self.foreseen.append(steps)
        if self.refusal:
            raise self.refusal

    def note(self, wish: DesiredState, _state: State) -> None:
        """Remember what was noted."""
        self.noted.append(wish)


@dataclass
class FakeMachine:
    """Carries plans out in thought; to which KMS host it says what when it is activated is written down."""

    state: State
    answers: dict[str, ActivationError] = field(default_factory=dict)
    tried: list[str] = field(default_factory=list)
    gates: list[Budget | None] = field(default_factory=list)
    read: int = 0
    applier: FakeApplier = field(default_factory=FakeApplier)
    before: list[Step] = field(default_factory=list)

    def turn_to(self, gate: Budget | None) -> None:
        """Begin a stage."""
        self.gates.append(gate)
        self.before += self.applier.done
        self.applier = FakeApplier(refusal=self.applier.refusal)

    @property
    def done(self) -> list[Step]:
        """All steps of all stages."""
        return [*self.before, *self.applier.done]

    def read_for(self, wish: DesiredState, scope: Scope) -> State:
        """Read the state anew."""
        assert scope is SCOPE
        self.read += 1
        return self.complete(wish, self.state)

    def complete(self, wish: DesiredState, found: State) -> State:
        """Add what the decision rests on."""
        return replace(found, domain="corp.example") if need(wish, found).domain else found

    def apply(self, wish: DesiredState, steps: Plan, before: State, scope: Scope) -> State:
        """Carry out what can be."""
        assert scope is SCOPE
        assert replace(before, domain=None) == self.state
        for step in steps.steps:
            if isinstance(step, Activate):
                host = self.state.service.kms_host or ""
                self.tried.append(host)
                if host in self.answers:
                    raise self.answers[host]
            self.state = step.predicted(self.state)
            self.applier.done.append(step)
        return self.complete(wish, self.state)


def refused(code: int) -> MachineRefused:
    """Return what a machine says after an activation that failed."""
    return MachineRefused("no", hresult=code)


def on(host: str, port: int = 1688, **activation: t.Any) -> DesiredState:
    """Return the wish to be activated by this host."""
    wanted = Activation(only_kms_client=True, **activation)
    return DesiredState(kms=KmsSettings(host=host, port=port), activation=wanted)


def choice(*hosts: str, **activation: t.Any) -> Stage:
    """Return the stage with these hosts to choose from."""
    first, *others = (on(host, **activation) for host in hosts)
    return Stage(first, otherwise=tuple(others))


def stages(machine: FakeMachine, *, check_mode: bool = False, told: list[str] | None = None) -> Stages:
    """Return the work on this machine."""
    heard: list[str] = [] if told is None else told
    return Stages(t.cast(ConnectedMachine, machine), SCOPE, check_mode=check_mode, tell=heard.append)


def actions(work: Stages) -> list[str]:
    """Return the steps by name."""
    return [step.action for step in work.steps]
