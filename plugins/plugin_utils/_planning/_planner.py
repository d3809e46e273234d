# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The planner: a wish and a state make a plan. Pure: no clock, no network, no Ansible.

`changed` is whether a plan has steps, the diff is the plan in words, check mode is the fold of its predictions; they
cannot disagree, because they are one thing.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

from .._errors import Refusal
from .._licensing import State
from ._activation import plan_activation, refuse_outside_domain, rests_on_domain
from ._hosting import plan_hosting
from ._keys import needs_machine, plan_key
from ._settings import changes_host, plan_activation_type, plan_settings
from ._steps import Step
from ._wish import Wish


@dataclass(frozen=True)
class Plan:
    """What has to be done, in order; nothing when the state is as wished."""

    steps: tuple[Step, ...]

    def __bool__(self) -> bool:
        return bool(self.steps)

    def predicted(self, state: State) -> State:
        """Return the state as it will be once every step is done."""
        return functools.reduce(lambda reached, step: step.predicted(reached), self.steps, state)


@dataclass(frozen=True)
class Need:
    """What else has to be read before a wish can be planned, because the decision rests on it."""

    machine: bool
    domain: bool

    def __bool__(self) -> bool:
        return self.machine or self.domain


def need(wish: Wish, state: State) -> Need:
    """Return what is missing in `state` for planning `wish`; each is one more request, so only where it decides."""
    return Need(
        machine=state.machine is None and needs_machine(wish.key, state),
        domain=state.domain is None
        and (changes_host(wish.kms, state.service) or rests_on_domain(wish.activation, state)),
    )


def plan(wish: Wish, state: State) -> Plan:
    """Return the steps from `state` to `wish`; raises Refusal when one of them is not ours to take."""
    _refuse_old_windows(state)
    refuse_outside_domain(wish.activation, state)
    steps: list[Step] = []
    if wish.kms is not None:
        steps += plan_settings(wish.kms, state)
    if wish.key is not None:
        steps += plan_key(wish.key, state)
    if wish.kms is not None:
        steps += plan_activation_type(wish.kms, Plan(tuple(steps)).predicted(state))
    if wish.activation is not None:
        steps += plan_activation(wish.activation, Plan(tuple(steps)).predicted(state))
    if wish.hosting is not None:
        steps += plan_hosting(wish.hosting, Plan(tuple(steps)).predicted(state))
    return Plan(tuple(steps))


def _refuse_old_windows(state: State) -> None:
    if state.service.version.startswith(("6.0.", "6.1.")):
        raise Refusal(
            f"The licensing service is of version {state.service.version}, Windows 7 / Server 2008 R2 or older.",
            code="unsupported_windows",
            remedy="This collection manages Windows 8.1 / Server 2012 R2 and later.",
        )
