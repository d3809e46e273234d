# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What holds for every machine and every wish for a KMS host: a plan that is carried out leaves nothing to plan."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from ansible_collections.volume.activation.plugins.plugin_utils._errors import Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import (
    Application,
    Channel,
    FirewallRule,
    Hosting,
    PublishDomain,
    State,
)
from ansible_collections.volume.activation.plugins.plugin_utils._planning import (
    Activation,
    CountedActivation,
    DesiredState,
    FirewallWish,
    HostKey,
    HostSettings,
    HostStep,
    Plan,
    RestartService,
    RetiredHost,
    deferred,
    is_host,
    plan,
)

from .state_samples import TABLE, VERSION
from .strategies import IDS, KEYS, states

domains = st.builds(
    PublishDomain,
    st.sampled_from(["a.example", "A.example.", "b.example"]),
    st.sampled_from([0, 1]),
    st.sampled_from([0, 1]),
)
rules = st.builds(
    FirewallRule,
    name=st.sampled_from(["SPPSVC-In-TCP", "SPPSVC-In-TCP", ""]),
    enabled=st.booleans(),
    ports=st.lists(st.sampled_from(["1688", "1700", "1600-1699", "Any", "RPC"]), max_size=2).map(tuple),
    profiles=st.integers(0, 7),
    port_keys=st.sampled_from([(("Name", ""),), (("Name", ""),), ()]),
)
hostings = st.builds(
    Hosting,
    port=st.sampled_from([0, 1688, 1700]),
    dns_publishing=st.booleans(),
    low_priority=st.booleans(),
    activation_interval=st.sampled_from([None, 15, 120]),
    renewal_interval=st.sampled_from([None, 15, 10080]),
    publish_domains=st.none() | st.lists(domains, max_size=3).map(tuple),
    version_mark=st.sampled_from([None, "", VERSION, "10.0.14393.0"]),
    firewall=st.none() | rules,
)
wished = st.builds(
    HostSettings,
    port=st.sampled_from([None, 1688, 1700]),
    dns_publishing=st.sampled_from([None, True, False]),
    publish_domains=st.none() | st.lists(domains, max_size=3).map(tuple),
    low_priority=st.sampled_from([None, True, False]),
    activation_interval=st.sampled_from([None, 15, 120]),
    renewal_interval=st.sampled_from([None, 15, 10080]),
    firewall=st.none() | st.builds(FirewallWish, enabled=st.booleans(), profiles=st.none() | st.integers(0, 7)),
    restart=st.booleans(),
)


def _key_wish(key: HostKey, activate: bool) -> DesiredState:
    return DesiredState(key=key, activation=Activation(counted=CountedActivation(mak=key)) if activate else None)


keys = st.builds(
    HostKey,
    key=st.sampled_from(KEYS),
    application=st.sampled_from([Application.WINDOWS, Application.OFFICE]),
    replace_licensed=st.booleans(),
) | st.builds(HostKey, key=st.sampled_from(KEYS), application=st.none(), activation_id=st.sampled_from(IDS))
wishes = st.one_of(
    st.builds(DesiredState, hosting=wished),
    st.builds(_key_wish, keys, st.booleans()),
    st.builds(lambda wish, hosting: replace(wish, hosting=hosting), st.builds(_key_wish, keys, st.booleans()), wished),
    st.builds(DesiredState, key=st.just(RetiredHost(table=TABLE)), hosting=st.none() | wished),
)
machines = st.builds(lambda state, hosting: replace(state, hosting=hosting), states(), st.none() | hostings)
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
@given(machines, wishes)
def test_a_plan_carried_out_leaves_nothing_to_plan(state: State, wish: DesiredState) -> None:
    steps = outcome(wish, state)
    if isinstance(steps, str):
        return
    event(f"{len(steps.steps)} steps")
    assert outcome(wish.settled(), steps.predicted(state)) == Plan(())


@many
@given(machines, wishes)
def test_each_step_is_needed_says_so_and_is_done_once_predicted(state: State, wish: DesiredState) -> None:
    steps = outcome(wish, state)
    for step in steps.steps if isinstance(steps, Plan) else ():
        reached = step.predicted(state)
        assert (step.why, step.was, step.becomes) != ("", "", "")
        if isinstance(step, HostStep) and not isinstance(step, RestartService):
            assert reached != state
            assert not step.is_done(state)
            assert step.is_done(reached)
            assert step.was != step.becomes or step.action == "mark_host"
        state = reached


@many
@given(machines, wishes)
def test_a_restart_follows_a_change_that_needs_it_and_only_where_it_is_wished(state: State, wish: DesiredState) -> None:
    steps = outcome(wish, state)
    if isinstance(steps, str) or wish.hosting is None:
        return
    needed = any(isinstance(step, HostStep) and step.needs_restart for step in steps.steps)
    restarts = [step for step in steps.steps if isinstance(step, RestartService)]
    assert len(restarts) == (needed and wish.hosting.restart)
    assert not restarts or steps.steps[-1] is restarts[0]


@many
@given(machines, st.builds(DesiredState, hosting=wished))
def test_what_is_deferred_is_what_an_activated_host_would_get_besides(state: State, wish: DesiredState) -> None:
    steps = outcome(wish, state)
    if isinstance(steps, str):
        return
    waiting = deferred(wish.hosting, state)
    assert not (waiting and is_host(state))
    for name in ("activation_interval", "renewal_interval"):
        planned = any(step.subject == name for step in steps.steps)
        wanted = getattr(wish.hosting, name)
        current = getattr(state.hosting or Hosting(), name)
        differs = wanted is not None and wanted != current
        assert (planned or name in waiting or state.hosting is None) is (differs or state.hosting is None)


@many
@given(machines, st.builds(DesiredState, key=st.just(RetiredHost(table=TABLE))))
def test_after_retirement_no_product_holds_a_host_key_and_no_other_key_is_gone(
    state: State, wish: DesiredState
) -> None:
    steps = outcome(wish, state)
    if isinstance(steps, str):
        return
    after = steps.predicted(state)
    assert not any(product.channel is Channel.KMS_HOST and product.partial_product_key for product in after.products)
    others = {
        product.id
        for product in state.products
        if product.partial_product_key and product.channel is not Channel.KMS_HOST and not product.is_primary
    }
    assert others <= {product.id for product in after.products}
