# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The planner: a wish and a state make a plan. Pure: no clock, no network, no Ansible.

`changed` is whether a plan has steps, the diff is the plan in words, check mode is the fold of its predictions; they
cannot disagree, because they are one thing.
"""

from __future__ import annotations

import functools
import typing as t
from dataclasses import dataclass

from .._errors import Refusal
from .._licensing import Channel, State, is_too_old
from .activation import plan_activation, refuse_outside_domain, rests_on_domain
from .desired_state import DesiredState, EditionKey
from .kms_client import changes_host, plan_activation_type, plan_settings
from .kms_host import plan_hosting
from .losses import require_consent
from .product_keys import needs_machine, plan_key, unseen_product
from .product_overrides import asked_kms_host
from .steps import Activate, Change, InstallMak, Step


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
class MissingFacts:
    """What else has to be read before a wish can be planned, because the decision rests on it."""

    machine: bool
    domain: bool
    product_id: str | None = None

    def __bool__(self) -> bool:
        return self.machine or self.domain or self.product_id is not None


def asked_in(steps: Plan, before: State, hresult: int | None) -> str | None:
    """Return a sentence about the KMS host that was asked where a plan failed, None where the number blames none."""
    reached = steps.predicted(before)
    activations = [step for step in steps.steps if isinstance(step, Activate)]
    concerned = (row for row in reached.products if any(step.concerns(row) for step in activations))
    product = next(concerned, None)
    return None if product is None or hresult is None else asked_kms_host(hresult, product, reached)


def channel_of(steps: Plan, done: t.Collection[Change], before: State) -> str | None:
    """Return the channel of the key that the step was about at which a plan failed, None where it was about no key."""
    failed = next((step for step in steps.steps if step not in done), None)
    if isinstance(failed, InstallMak):
        return failed.mak.channel.value
    if not isinstance(failed, Activate):
        return None
    concerned = (row.channel.value for row in steps.predicted(before).products if failed.concerns(row))
    return next(concerned, None)


def need(wish: DesiredState, state: State) -> MissingFacts:
    """Return what is missing in `state` for planning `wish`; each is one more request, so only where it decides."""
    return MissingFacts(
        machine=state.machine is None and needs_machine(wish.key, state),
        domain=state.domain is None
        and (
            changes_host(wish.kms, state.service)
            or rests_on_domain(wish.activation, state)
            or _gives_up_licence_for_dns(wish, state)
        ),
        product_id=unseen_product(wish.key, state),
    )


def _gives_up_licence_for_dns(wish: DesiredState, state: State) -> bool:
    """Return whether a licence is to go before a KMS host is found, which is checked first: in the machine's domain."""
    primary = state.primary
    if wish.kms is None or wish.kms.host is not None or not isinstance(wish.key, EditionKey) or primary is None:
        return False
    return wish.key.replace_licensed and primary.is_licensed and primary.channel is not Channel.KMS_CLIENT


def plan(wish: DesiredState, state: State) -> Plan:
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
    require_consent(wish, steps, state)
    return Plan(tuple(steps))


def _refuse_old_windows(state: State) -> None:
    if is_too_old(state.service.version):
        raise Refusal(
            f"The licensing service is of version {state.service.version}, Windows 8 / Server 2012 or older.",
            code="unsupported_windows",
            remedy="This collection manages Windows 8.1 / Server 2012 R2 and later.",
        )
