# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What holds for every state and every wish: a plan that is carried out leaves nothing to plan."""

from __future__ import annotations

import copy
import dataclasses
import pickle

from hypothesis import HealthCheck, event, given, settings

from ansible_collections.volume.activation.plugins.plugin_utils._errors import Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import ActivationType, Channel, State
from ansible_collections.volume.activation.plugins.plugin_utils._planning import (
    FIRST_ACTIVATION,
    HARDWARE_CHANGE,
    Activate,
    ActivateMak,
    ActivatePolicy,
    DesiredState,
    InstallKey,
    Mak,
    Plan,
    holder_of,
    need,
    plan,
)
from ansible_collections.volume.activation.plugins.plugin_utils._results import difference
from ansible_collections.volume.activation.plugins.plugin_utils._validation import same_name

from .strategies import mak_wishes, module_wishes, states, wishes

many = settings(max_examples=400, deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow])


def outcome(wish: DesiredState, state: State) -> Plan | str:
    """Return the plan, or the code with which it was refused."""
    try:
        return plan(wish, state)
    except Refusal as refusal:
        assert refusal.code
        assert refusal.remedy
        event(f"refused: {refusal.code}")
        return refusal.code


@many
@given(state=states(), wish=wishes())
def test_a_plan_carried_out_leaves_nothing_to_plan(state: State, wish: DesiredState) -> None:
    steps = outcome(wish, state)
    if isinstance(steps, str):
        return
    event(f"{len(steps.steps)} steps")
    assert outcome(wish.settled(), steps.predicted(state)) == Plan(())


@many
@given(state=states(), wish=module_wishes())
def test_so_it_does_for_what_the_modules_can_ask(state: State, wish: DesiredState) -> None:
    steps = outcome(wish, state)
    if isinstance(steps, Plan):
        assert outcome(wish.settled(), steps.predicted(state)) == Plan(())


@many
@given(state=states(), wish=wishes())
def test_the_desired_kms_host_is_in_force_for_every_kms_client_product(state: State, wish: DesiredState) -> None:
    steps, desired = outcome(wish, state), wish.kms
    if not isinstance(steps, Plan) or desired is None or not (desired.dns_discovery or desired.host):
        return
    reached = steps.predicted(state)
    for product in reached.products:
        if product.channel is not Channel.KMS_CLIENT or not product.partial_product_key or not product.id:
            continue
        found = reached.set_kms_host(product)
        if desired.host is None:
            assert found is None
        else:
            assert found is not None
            assert (same_name(found[0], desired.host), found[1]) == (True, desired.port)


@many
@given(state=states(), wish=wishes())
def test_each_step_is_needed_and_is_done_once_predicted(state: State, wish: DesiredState) -> None:
    steps = outcome(wish, state)
    for step in steps.steps if isinstance(steps, Plan) else ():
        reached = step.predicted(state)
        visible = reached != state
        assert step.is_done(state) is not visible
        assert step.is_done(reached)
        assert step.predicted(reached) == reached
        assert visible or isinstance(step, Activate)  # another activation of a lasting licence shows nowhere
        state = reached


@many
@given(state=states(), wish=wishes())
def test_planning_changes_nothing_and_says_the_same_again(state: State, wish: DesiredState) -> None:
    before, asked = copy.deepcopy(state), repr(wish)
    first = outcome(wish, state)
    assert outcome(wish, state) == first
    assert state == before
    assert repr(wish) == asked
    assert need(wish, state) == need(wish, state)


@many
@given(state=states(), wish=wishes())
def test_the_diff_has_a_line_on_both_sides_for_each_step(state: State, wish: DesiredState) -> None:
    steps = outcome(wish, state)
    if not isinstance(steps, Plan):
        return
    words = difference(steps.steps)
    before, after = words["before"].splitlines(), words["after"].splitlines()
    assert len(before) == len(after) == len(steps.steps)
    for step, was, becomes in zip(steps.steps, before, after, strict=True):
        assert was.startswith(step.heading) and was.endswith(f": {step.was}")
        assert becomes.startswith(step.heading) and becomes.endswith(f": {step.becomes}")
        assert was != becomes
        assert step.why
        assert step.was
        assert step.becomes


@many
@given(state=states(), wish=wishes())
def test_without_consent_no_plan_activates_a_mak_and_none_the_key_of_a_kms_host(
    state: State, wish: DesiredState
) -> None:
    steps = outcome(wish, state)
    for step in steps.steps if isinstance(steps, Plan) else ():
        if isinstance(step, Activate):
            concerned = {product.channel for product in state.products if step.concerns(product)}
            assert concerned
            assert not concerned & {Channel.KMS_HOST, Channel.EVALUATION}
            assert (concerned == {Channel.MAK}) is isinstance(step, ActivateMak)
            assert isinstance(step, ActivateMak) is bool(wish.activation and wish.activation.counted)
        state = step.predicted(state)


@many
@given(state=states(), wish=mak_wishes())
def test_one_task_plans_one_activation_at_most_and_none_of_what_is_licensed(state: State, wish: DesiredState) -> None:
    steps = outcome(wish, state)
    if not isinstance(steps, Plan):
        return
    assert isinstance(wish.key, Mak)
    counted = [step for step in steps.steps if isinstance(step, ActivateMak)]
    holder = holder_of(wish.key, state)
    if wish.activation is None or (holder is not None and holder.is_licensed):
        assert counted == []
    else:
        assert len(counted) == 1
        assert counted[0].reason in (FIRST_ACTIVATION, HARDWARE_CHANGE)
    assert bool([step for step in steps.steps if isinstance(step, InstallKey)]) is (holder is None)


@many
@given(state=states(), wish=mak_wishes())
def test_a_mak_takes_no_licence_away_that_nobody_gave_up(state: State, wish: DesiredState) -> None:
    steps = outcome(wish, state)
    if not isinstance(steps, Plan) or not isinstance(wish.key, Mak) or wish.key.replace_licensed:
        return
    left = steps.predicted(state).products
    for product in state.products:
        if product.is_licensed and product.channel is not Channel.KMS_CLIENT:
            assert product in left


@many
@given(state=states(), wish=wishes())
def test_what_was_asked_of_the_machine_is_not_asked_again(state: State, wish: DesiredState) -> None:
    missing = need(wish, state)
    assert not (missing.machine and state.machine is not None)
    assert not (missing.domain and state.domain is not None)
    if missing.product_id is not None:
        looked_for = dataclasses.replace(state, absent_ids=frozenset({missing.product_id}))
        assert need(wish, looked_for).product_id is None
    assert bool(missing) is (missing.machine or missing.domain or missing.product_id is not None)


@many
@given(state=states(), wish=wishes())
def test_where_a_directory_is_to_license_nothing_else_is_planned_to_do(state: State, wish: DesiredState) -> None:
    steps = outcome(wish, state)
    asked = wish.activation
    if (
        not isinstance(steps, Plan)
        or asked is None
        or asked.by is not ActivationType.AD
        or asked.when is ActivatePolicy.NEVER
    ):
        return
    reached = steps.predicted(state)
    concerned = (
        next((product for product in reached.products if product.id == asked.product_id), None)
        if asked.product_id
        else reached.primary
    )
    assert concerned is not None
    assert concerned.is_licensed
    assert concerned.is_by_directory


@many
@given(state=states(), wish=wishes())
def test_no_key_text_is_in_a_plan(state: State, wish: DesiredState) -> None:
    steps = outcome(wish, state)
    shown = repr(steps) + pickle.dumps(steps).decode("latin-1")
    assert "BBBBB-CCCCC" not in shown
    for step in steps.steps if isinstance(steps, Plan) else ():
        if isinstance(step, InstallKey):
            assert step.key.partial in step.becomes
