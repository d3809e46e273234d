# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""After a lost answer the host gets its time, and what it shows then is the result: the effect, or an error."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._applying import Retry
from ansible_collections.volume.activation.plugins.plugin_utils._applying.counted_activation import SETTLING_SECONDS
from ansible_collections.volume.activation.plugins.plugin_utils._applying.lost_answer import (
    BROKEN_SECONDS,
    SLOW_SECONDS,
)
from ansible_collections.volume.activation.plugins.plugin_utils._errors import (
    ActivationError,
    AnswerLost,
    MachineRefused,
    RequestRejected,
)
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import KmsAttempt, names_failed_attempt
from ansible_collections.volume.activation.plugins.plugin_utils._planning import AbsentKey, Activation, DesiredState

from .._planning.state_samples import gvlk, licensed, office, on_mak, state, windows
from .counted_activations import (
    ACTIVATE,
    BLOCKED,
    EXHAUSTED,
    LOST,
    NO_NAME,
    ONLINE,
    TIMEOUT,
    fails,
    keyed,
    methods,
    refused,
    run,
)
from .fake_budget import FakeBudget
from .fake_machine import FakeMachine, Fault
from .kms_client_change import ORDER, WHOLE

SILENT, COUNT, GRACE_OVER, NEW_KEY = 0xC004F074, 0xC004F038, 0xC004F009, 0xC004F034
WISH = DesiredState(activation=Activation())
POLL = 5.0


def failure(bench: FakeMachine, wish: DesiredState = WISH, seconds: float = 120) -> ActivationError:
    with pytest.raises(ActivationError) as caught:
        bench.carry_out(wish, bench.applier(seconds))
    return caught.value


def code(error: ActivationError) -> t.Any:
    return error.hresult if isinstance(error, MachineRefused) else error.code


# Steps that are late


@pytest.mark.parametrize("lost", [name for name in ORDER if name != "RefreshLicenseStatus"])
@pytest.mark.parametrize("error", [LOST, RequestRejected("HTTP 503", code="http_503")])
def test_the_effect_of_every_step_may_show_late(lost: str, error: ActivationError) -> None:
    bench = FakeMachine(state(on_mak(), office()), faults={lost: Fault(error, works=True, late=2)})
    bench.carry_out(WHOLE, bench.applier(120))
    assert [entry for entry in bench.log if entry != "read"] == ORDER
    assert bench.pauses == [POLL] * 2


def test_a_key_that_is_removed_late_is_waited_for_too() -> None:
    bench = FakeMachine(state(licensed()), faults={"UninstallProductKey": Fault(LOST, works=True, late=2)})
    bench.carry_out(DesiredState(key=AbsentKey(partial=gvlk().partial)), bench.applier())
    assert bench.pauses == [POLL] * 2


@pytest.mark.parametrize(
    ("lost", "seconds"),
    [
        (None, SLOW_SECONDS),
        ("timeout", SLOW_SECONDS),
        ("read_timeout", SLOW_SECONDS),
        ("deadline_exceeded", SLOW_SECONDS),
        ("connection_dropped", BROKEN_SECONDS),
        ("answer_truncated", BROKEN_SECONDS),
    ],
)
def test_a_step_that_is_no_activation_has_its_time_whatever_the_wait_for_a_licence(
    lost: str | None, seconds: float
) -> None:
    bench = FakeMachine(state(on_mak()), faults={"InstallProductKey": Fault(AnswerLost("gone", code=lost))})
    assert code(failure(bench, WHOLE, seconds=0)) == "outcome_unknown"
    assert sum(bench.pauses) == seconds


def test_a_step_that_was_reported_as_failed_is_looked_at_once() -> None:
    bench = FakeMachine(state(on_mak()), faults={"InstallProductKey": Fault(refused(SILENT), works=True, late=1)})
    assert code(failure(bench, WHOLE)) == SILENT
    assert bench.pauses == []


# Activations that failed


@pytest.mark.parametrize("before", [0, GRACE_OVER, COUNT])
@pytest.mark.parametrize("late", [0, 3])
def test_an_error_that_was_not_there_before_is_the_result_at_once(before: int, late: int) -> None:
    bench = FakeMachine(state(windows(reason=before)), faults={ACTIVATE: Fault(LOST, reason=SILENT, late=late)})
    error = failure(bench)
    assert (type(error), code(error), error.__cause__) == (MachineRefused, SILENT, LOST)
    assert bench.pauses == [POLL] * late
    assert methods(bench).count(ACTIVATE) == 1


def test_an_error_that_was_there_before_is_the_result_once_the_host_has_had_its_time() -> None:
    bench = FakeMachine(state(windows(reason=SILENT)), faults={ACTIVATE: Fault(LOST)})
    assert code(failure(bench)) == SILENT
    assert sum(bench.pauses) == 120


@pytest.mark.parametrize(
    ("logged", "returned"), [(0x800706BA, SILENT), (0xC004F06C, SILENT), (COUNT, COUNT), (0xC004F042, 0xC004F042)]
)
def test_the_event_log_tells_at_once_how_a_lost_activation_ended(logged: int, returned: int) -> None:
    attempt = KmsAttempt(event=12288, code=logged, host="kms.corp.example", port=1688)
    bench = FakeMachine(state(windows(reason=GRACE_OVER)), faults={ACTIVATE: Fault(LOST)}, logged=attempt)
    error = failure(bench)
    assert (code(error), error.attempt, bench.pauses) == (returned, attempt, [])


def test_a_licence_that_shows_late_counts_more_than_an_event_that_went_well() -> None:
    fine = KmsAttempt(event=12288, code=0, host="kms.corp.example", port=1688)
    bench = FakeMachine(state(windows()), faults={ACTIVATE: Fault(LOST, works=True, late=2)}, logged=fine)
    bench.carry_out(WISH, bench.applier(120))
    assert bench.pauses == [POLL] * 2


def test_a_machine_that_cannot_be_read_is_not_asked_for_its_log_either() -> None:
    bench = FakeMachine(state(windows()), faults={ACTIVATE: Fault(LOST, blinds=LOST)})
    assert code(failure(bench)) == "outcome_unknown"
    assert bench.looks_into_log == 0


def test_a_licence_that_shows_late_counts_more_than_the_error_of_before() -> None:
    bench = FakeMachine(state(windows(reason=SILENT)), faults={ACTIVATE: Fault(LOST, works=True, late=4)})
    bench.carry_out(WISH, bench.applier(120))
    assert bench.pauses == [POLL] * 4


@pytest.mark.parametrize("reason", [0, GRACE_OVER, NEW_KEY, 0xC004F056, 0x4004F00D])
@pytest.mark.parametrize("late", [0, 1])
def test_the_state_of_a_licence_is_not_the_end_of_an_attempt(reason: int, late: int) -> None:
    bench = FakeMachine(state(windows(reason=reason)), faults={ACTIVATE: Fault(LOST, reason=reason, late=late)})
    error = failure(bench)
    assert (type(error), code(error)) == (AnswerLost, "outcome_unknown")
    assert sum(bench.pauses) == 120


def test_the_error_of_another_product_is_not_the_result() -> None:
    bench = FakeMachine(state(windows(), office(reason=SILENT)), faults={ACTIVATE: Fault(LOST)})
    assert code(failure(bench)) == "outcome_unknown"


def test_what_a_new_key_starts_with_is_not_new_but_what_comes_after_it_is() -> None:
    before = on_mak()
    lands = {"id": before.id, "reason": COUNT}
    bench = FakeMachine(state(before), faults={ACTIVATE: Fault(LOST, reason=SILENT, late=2)}, lands=lands)
    assert code(failure(bench, WHOLE)) == SILENT
    assert bench.pauses == [POLL] * 2


@pytest.mark.parametrize(("before", "result"), [(0, SILENT), (SILENT, "http_503")])
def test_a_status_without_a_message_gives_way_to_a_new_error_only(before: int, result: t.Any) -> None:
    error = RequestRejected("HTTP 503", code="http_503")
    bench = FakeMachine(state(windows(reason=before)), faults={ACTIVATE: Fault(error, reason=SILENT)})
    assert code(failure(bench)) == result


@pytest.mark.parametrize("reason", [SILENT, COUNT, EXHAUSTED, BLOCKED, TIMEOUT, 0x8007232B])
def test_errors_of_attempts_are_known_from_states(reason: int) -> None:
    assert names_failed_attempt(reason)
    assert not any(map(names_failed_attempt, (0, GRACE_OVER, NEW_KEY, 0x4004F040)))


# Counted activations


@pytest.mark.parametrize("late", [0, 3])
def test_a_counted_activation_ends_with_the_new_error_and_stays_uncertain(late: int) -> None:
    bench, till = FakeMachine(keyed(), faults={ACTIVATE: Fault(LOST, reason=EXHAUSTED, late=late)}), FakeBudget()
    error = fails(bench, ONLINE, till, 120)
    assert (type(error), code(error)) == (MachineRefused, EXHAUSTED)
    assert till.log == ["reserve", "settle uncertain", f"heed 0x{EXHAUSTED:08X}"]
    assert methods(bench).count(ACTIVATE) == 1
    assert sum(bench.pauses) == POLL * late + SETTLING_SECONDS


def test_a_licence_that_shows_after_the_error_of_the_attempt_is_booked() -> None:
    bench, till = FakeMachine(keyed(), faults={ACTIVATE: Fault(LOST, reason=TIMEOUT)}), FakeBudget()
    bench._later(2, lambda: bench._work(ACTIVATE, {"ID": bench.state.products[0].id}, {}))
    run(bench, ONLINE, till, 120)
    assert till.log == ["reserve", "settle confirmed"]
    assert methods(bench).count(ACTIVATE) == 1


@pytest.mark.parametrize(
    ("before", "result"), [(TIMEOUT, TIMEOUT), (EXHAUSTED, "outcome_unknown"), (BLOCKED, "outcome_unknown")]
)
def test_an_old_error_of_a_counted_product_does_not_stop_its_key(before: int, result: t.Any) -> None:
    bench, till = FakeMachine(keyed(reason=before), faults={ACTIVATE: Fault(LOST)}), FakeBudget()
    assert code(fails(bench, ONLINE, till, 120)) == result
    assert till.log[:2] == ["reserve", "settle uncertain"]
    assert sum(bench.pauses) == 120


def test_the_error_of_the_try_before_is_not_that_of_the_try_whose_answer_was_lost() -> None:
    faults = [Fault(refused(NO_NAME), reason=NO_NAME), Fault(LOST, works=True, late=4)]
    bench, till = FakeMachine(keyed(), faults={ACTIVATE: faults}), FakeBudget()
    run(bench, ONLINE, till, 120, Retry(times=1, delay=1))
    assert methods(bench).count(ACTIVATE) == 2
    assert till.log == ["reserve", "settle confirmed"]
