# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stages follow each other, and of several KMS hosts the first one that activates the machine stays."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._action import Stage
from ansible_collections.volume.activation.plugins.plugin_utils._applying import Scope, Unlimited
from ansible_collections.volume.activation.plugins.plugin_utils._errors import (
    ActivationError,
    AnswerLost,
    ConnectionFailed,
    MachineRefused,
    NotConverged,
    Refusal,
)
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import State
from ansible_collections.volume.activation.plugins.plugin_utils._planning import (
    ActivatePolicy,
    DesiredState,
    KmsSettings,
    Plan,
)

from .._planning.state_samples import licensed, office, state, windows
from .fake_machine import FakeApplier, FakeMachine, actions, choice, on, refused, stages

UNREACHABLE, TOO_FEW, DENIED = 0xC004F074, 0xC004F038, 0x80070005


def test_a_stage_stands_on_what_the_one_before_has_left() -> None:
    machine, gate = FakeMachine(state(windows())), Unlimited()
    work = stages(machine)
    after = work.run([Stage(DesiredState(kms=KmsSettings(host="one"))), Stage(on("one"), gate)])
    assert actions(work) == ["set_kms_host", "activate"]
    assert (machine.read, machine.gates) == (1, [None, gate])
    assert after.primary is not None
    assert after.primary.is_licensed


def test_a_stage_that_is_fulfilled_is_noted_and_costs_nothing() -> None:
    machine = FakeMachine(state(licensed(), kms_host="one"))
    work = stages(machine)
    work.run([Stage(on("one"))])
    assert (work.steps, machine.applier.noted, machine.applier.foreseen) == ((), [on("one")], [])


def test_what_fails_ends_the_task_and_what_was_done_is_told() -> None:
    machine = FakeMachine(state(windows()), {"one": refused(UNREACHABLE)})
    work = stages(machine)
    with pytest.raises(MachineRefused):
        work.run([Stage(on("one")), Stage(DesiredState(kms=KmsSettings(host="two")))])
    assert actions(work) == ["set_kms_host"]
    assert work.tried == []


def test_check_mode_folds_what_would_be_done_and_does_none_of_it() -> None:
    machine = FakeMachine(state(windows()))
    work = stages(machine, check_mode=True)
    after = work.run([Stage(on("one")), Stage(DesiredState(kms=KmsSettings(host="one", port=1700)))])
    assert actions(work) == ["set_kms_host", "activate", "set_kms_port"]
    assert (after.service.kms_port, machine.done, machine.tried, machine.read) == (1700, [], [], 1)
    assert machine.state == state(windows())


def test_check_mode_refuses_what_would_be_refused() -> None:
    machine = FakeMachine(state(windows()), applier=FakeApplier(refusal=Refusal("no budget")))
    with pytest.raises(Refusal, match="no budget"):
        stages(machine, check_mode=True).run([Stage(on("one"))])


def test_the_first_host_that_activates_stays() -> None:
    machine = FakeMachine(state(windows()))
    work = stages(machine)
    after = work.run([choice("one", "two", "three")])
    assert (machine.tried, after.service.kms_host) == (["one"], "one")
    assert [(row.wish, row.error) for row in work.tried] == [(on("one"), None)]


def test_hosts_are_tried_in_their_order_until_one_activates() -> None:
    machine = FakeMachine(state(windows()), {"one": refused(UNREACHABLE), "two": refused(TOO_FEW)})
    told: list[str] = []
    work = stages(machine, told=told)
    after = work.run([choice("one", "two", "three", "four")])
    assert (machine.tried, after.service.kms_host) == (["one", "two", "three"], "three")
    assert [row.error for row in work.tried] == [machine.answers["one"], machine.answers["two"], None]
    assert [text.partition(" ")[0] for text in told] == ["one:1688", "two:1688"]
    assert actions(work) == ["set_kms_host"] * 3 + ["activate"]
    assert machine.read == 3


@pytest.mark.parametrize(
    "error",
    [
        AnswerLost("gone", code="outcome_unknown"),
        *map(refused, (0x800706BA, 0x8007232B, 0x80072EE7, 0xC004F039, 0xC004F042, 0xC004F06C, TOO_FEW)),
    ],
)
def test_the_next_one_is_tried_where_the_host_is_to_blame_or_silent(error: ActivationError) -> None:
    machine = FakeMachine(state(windows()), {"one": error})
    stages(machine).run([choice("one", "two")])
    assert machine.tried == ["one", "two"]


@pytest.mark.parametrize(
    "error",
    [
        *map(refused, (DENIED, 0xC004F015, 0xC004F069, 0xC004F00F)),
        MachineRefused("no number", hresult=None),
        AnswerLost("the reading was lost"),
        AnswerLost("slow", code="timeout"),
        ConnectionFailed("down"),
        NotConverged("odd", code="not_converged"),
        Refusal("ours", code="not_a_kms_client"),
    ],
    ids=str,
)
def test_any_other_failure_ends_the_task_at_once(error: ActivationError) -> None:
    machine = FakeMachine(state(windows()), {"one": error})
    work = stages(machine)
    with pytest.raises(type(error)) as raised:
        work.run([choice("one", "two")])
    assert raised.value is error
    assert (machine.tried, work.tried) == (["one"], [])


def test_when_none_activates_the_first_is_left_set_and_each_is_named() -> None:
    answers = {"one": refused(UNREACHABLE), "two": AnswerLost("gone", code="outcome_unknown"), "tri": refused(TOO_FEW)}
    machine = FakeMachine(state(windows()), answers)
    work = stages(machine)
    with pytest.raises(MachineRefused) as error:
        work.run([choice("one", "two", "tri")])
    assert (error.value.code, error.value.hresult) == ("no_kms_host_activates", None)
    for words in ("the 3 KMS hosts", "one:1688: 0xC004F074", "two:1688: outcome_unknown", "tri:1688: 0xC004F038"):
        assert words in str(error.value)
    assert "one:1688" in str(error.value.remedy)
    assert machine.state.service.kms_host == "one"
    assert machine.tried == ["one", "two", "tri"]
    assert len(work.tried) == 3


def test_after_all_failed_the_error_outlives_that_the_first_cannot_be_set_again() -> None:
    machine = FakeMachine(state(windows()), {"one": refused(UNREACHABLE), "two": refused(TOO_FEW)})
    apply = machine.apply

    def failing(wish: DesiredState, steps: Plan, before: State, scope: Scope) -> State:
        if wish.activation is None:
            raise AnswerLost("gone", code="outcome_unknown")
        return apply(wish, steps, before, scope)

    machine.apply = failing  # type: ignore[method-assign]
    with pytest.raises(MachineRefused) as error:
        stages(machine).run([choice("one", "two")])
    assert error.value.code == "no_kms_host_activates"
    assert "two:1688" in str(error.value.remedy), "the one that is set is the one that is named"


def test_a_choice_of_one_ends_like_any_other() -> None:
    machine = FakeMachine(state(windows()))
    work = stages(machine)
    work.run([choice("one")])
    assert [row.error for row in work.tried] == [None]
    machine = FakeMachine(state(windows()), {"one": refused(UNREACHABLE)})
    with pytest.raises(MachineRefused) as error:
        stages(machine).run([choice("one")])
    assert error.value.code == "no_kms_host_activates"


def test_a_machine_on_one_of_them_and_licensed_stays_there() -> None:
    for check_mode in (False, True):
        machine = FakeMachine(state(licensed(), kms_host="TWO."))
        work = stages(machine, check_mode=check_mode)
        work.run([choice("one", "two")])
        assert (work.steps, machine.tried, work.tried) == ((), [], [])


def test_another_port_is_another_host() -> None:
    machine = FakeMachine(state(licensed(), kms_host="two"))
    work = stages(machine)
    work.run([Stage(on("one"), otherwise=(on("two", 1700),))])
    assert machine.state.service.kms_host == "one"


def test_an_unlicensed_one_is_tried_from_the_first() -> None:
    machine = FakeMachine(state(windows(), kms_host="two"))
    stages(machine).run([choice("one", "two")])
    assert machine.tried == ["one"]


def test_one_that_stays_gets_what_else_is_wished() -> None:
    machine = FakeMachine(state(licensed(), office(), kms_host="two"))
    wished = [replace(on(host), kms=KmsSettings(host=host, host_caching=False)) for host in ("one", "two")]
    work = stages(machine)
    work.run([Stage(wished[0], otherwise=(wished[1],))])
    assert actions(work) == ["set_host_caching"]
    assert machine.state.service.kms_host == "two"


def test_without_an_activation_the_first_is_set_and_nobody_was_tried() -> None:
    machine = FakeMachine(state(windows()))
    work = stages(machine)
    work.run([choice("one", "two", when=ActivatePolicy.NEVER)])
    assert (actions(work), work.tried) == (["set_kms_host"], [])


def test_check_mode_takes_the_first_to_succeed() -> None:
    machine = FakeMachine(state(windows()), {"one": refused(UNREACHABLE)})
    work = stages(machine, check_mode=True)
    after = work.run([choice("one", "two")])
    assert (actions(work), work.tried, machine.tried) == (["set_kms_host", "activate"], [], [])
    assert after.service.kms_host == "one"


def test_a_host_that_is_a_domain_is_refused_before_any_is_set() -> None:
    machine = FakeMachine(state(windows()))
    with pytest.raises(Refusal) as refusal:
        stages(machine).run([choice("one", "corp.example")])
    assert (refusal.value.code, machine.done) == ("domain_as_kms_host", [])


def test_so_it_is_where_the_machine_is_on_the_first_already() -> None:
    machine = FakeMachine(state(windows(), kms_host="one"))
    with pytest.raises(Refusal) as refusal:
        stages(machine).run([choice("one", "corp.example")])
    assert (refusal.value.code, machine.tried) == ("domain_as_kms_host", [])
