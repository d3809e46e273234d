# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Spending that goes wrong: the machine says how it ended, and when in doubt, it counts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._applying import (
    ActivationRequest,
    BudgetReservation,
    Retry,
)
from ansible_collections.volume.activation.plugins.plugin_utils._applying.counted_activation import SETTLING_SECONDS
from ansible_collections.volume.activation.plugins.plugin_utils._errors import (
    AuthenticationFailed,
    ConnectionFailed,
    MachineRefused,
    ProtocolViolation,
    RequestRejected,
)

from .._planning.state_samples import LicenseStatus
from .counted_activations import (
    ACTIVATE,
    BLOCKED,
    EXHAUSTED,
    LOST,
    NO_NAME,
    ONLINE,
    OUT_OF_RANGE,
    OWN_TROUBLE,
    REFRESH,
    TAKEN_OVER,
    TIMEOUT,
    fails,
    keyed,
    methods,
    refused,
    run,
)
from .fake_budget import FakeBudget
from .fake_machine import FakeMachine, Fault

# How each outcome is settled

OUTCOMES = [
    # what the call meets, how it is settled, how when it was taken over, the error's code
    pytest.param(Fault(LOST, works=True), "confirmed", "confirmed", None, id="lost but done"),
    pytest.param(Fault(LOST, works=True, late=1), "confirmed", "confirmed", None, id="lost but done later"),
    pytest.param(Fault(None, works=True, late=1), "confirmed", "confirmed", None, id="done later"),
    pytest.param(Fault(ProtocolViolation("?"), works=True), "confirmed", "confirmed", None, id="nonsense but done"),
    pytest.param(Fault(LOST), "uncertain", "uncertain", "outcome_unknown", id="lost"),
    pytest.param(Fault(ProtocolViolation("?")), "uncertain", "uncertain", "outcome_unknown", id="nonsense"),
    pytest.param(Fault(None), "uncertain", "uncertain", "outcome_unknown", id="answered well and not done"),
    pytest.param(
        Fault(LOST, works=True, blinds=ConnectionFailed("gone")),
        "uncertain",
        "uncertain",
        "outcome_unknown",
        id="blind",
    ),
    pytest.param(Fault(ConnectionFailed("no way")), "released", "uncertain", None, id="not connected"),
    pytest.param(Fault(AuthenticationFailed("who")), "released", "uncertain", None, id="not let in"),
    pytest.param(Fault(RequestRejected("busy")), "uncertain", "uncertain", None, id="rejected"),
]


@pytest.mark.parametrize("taken_over", [False, True])
@pytest.mark.parametrize(("fault", "first", "again", "code"), OUTCOMES)
def test_the_machine_decides_and_doubt_counts(
    fault: Fault, first: str, again: str, code: str | None, taken_over: bool
) -> None:
    bench, till = FakeMachine(keyed(), faults={ACTIVATE: fault}), FakeBudget()
    till.ticket = TAKEN_OVER if taken_over else till.ticket
    expected = again if taken_over else first
    if expected == "confirmed":
        run(bench, ONLINE, till, 30)
    else:
        error = fails(bench, ONLINE, till, 30)
        assert error is fault.error or error.code == code
    assert till.log == ["reserve", f"settle {expected}"]
    assert methods(bench).count(ACTIVATE) == 1


CODES = [
    pytest.param(OUT_OF_RANGE, "released", "released", id="Microsoft never granted it"),
    pytest.param(EXHAUSTED, "released", "uncertain", id="used up, perhaps by ourselves"),
    pytest.param(BLOCKED, "released", "uncertain", id="blocked"),
    pytest.param(OWN_TROUBLE, "uncertain", "uncertain", id="the machine's own trouble"),
    pytest.param(NO_NAME, "released", "uncertain", id="never reached"),
    pytest.param(TIMEOUT, "uncertain", "uncertain", id="perhaps reached"),
]


@pytest.mark.parametrize("taken_over", [False, True])
@pytest.mark.parametrize(("code", "first", "again"), CODES)
def test_a_refusal_is_settled_by_its_code(code: int, first: str, again: str, taken_over: bool) -> None:
    bench, till = FakeMachine(keyed(), faults={ACTIVATE: Fault(refused(code))}), FakeBudget()
    till.ticket = TAKEN_OVER if taken_over else till.ticket
    error = fails(bench, ONLINE, till)
    assert isinstance(error, MachineRefused)
    settled = f"settle {again if taken_over else first} 0x{code:08X}"
    assert till.log == ["reserve", settled, f"heed 0x{code:08X}"]
    assert methods(bench) == [ACTIVATE, REFRESH]


@pytest.mark.parametrize("code", [OUT_OF_RANGE, EXHAUSTED, BLOCKED, NO_NAME])
def test_a_licence_that_shows_a_moment_after_a_refusal_is_booked(code: int) -> None:
    bench, till = FakeMachine(keyed(), faults={ACTIVATE: Fault(refused(code), works=True, late=1)}), FakeBudget()
    run(bench, ONLINE, till, 30)
    assert till.log == ["reserve", "settle confirmed"]


def test_a_refusal_is_not_waited_on_as_long_as_a_lost_answer() -> None:
    bench, till = FakeMachine(keyed(), faults={ACTIVATE: Fault(refused(EXHAUSTED))}), FakeBudget()
    fails(bench, ONLINE, till, 120)
    assert 0 < sum(bench.pauses) <= SETTLING_SECONDS


def test_a_fault_before_the_method_began_is_not_waited_on_at_all() -> None:
    denied = MachineRefused("Access is denied.", hresult=0x80041003, fault=object())
    bench, till = FakeMachine(keyed(), faults={ACTIVATE: Fault(denied)}), FakeBudget()
    fails(bench, ONLINE, till, 120)
    assert bench.pauses == []
    assert till.log[:2] == ["reserve", "settle released 0x80041003"]


def test_an_answer_that_was_good_leaves_the_machines_own_reason_for_not_being_licensed() -> None:
    bench, till = FakeMachine(keyed(reason=OWN_TROUBLE), faults={ACTIVATE: Fault(None)}), FakeBudget()
    error = fails(bench, ONLINE, till)
    assert isinstance(error, MachineRefused)
    assert error.hresult == OWN_TROUBLE
    assert till.log[:2] == ["reserve", "settle uncertain"]


# Reservations of earlier attempts


def test_a_machine_that_another_run_licensed_before_the_reservation_is_not_asked_again() -> None:
    bench = FakeMachine(keyed())

    class Meanwhile(FakeBudget):
        def reserve(self, spend: ActivationRequest, ahead: BudgetReservation | None = None) -> BudgetReservation:
            bench.state = keyed(status=LicenseStatus.LICENSED)
            return super().reserve(spend, ahead)

    till = Meanwhile()
    applier = run(bench, ONLINE, till)
    assert ACTIVATE not in methods(bench)
    assert till.log == ["reserve", "settle released"]
    assert applier.spent is not None and applier.spent.count == 0


def test_nothing_is_spent_when_the_machine_cannot_be_looked_at_before_it_is_asked() -> None:
    bench = FakeMachine(keyed())

    class Breaking(FakeBudget):
        def reserve(self, spend: ActivationRequest, ahead: BudgetReservation | None = None) -> BudgetReservation:
            bench.blind = ConnectionFailed("The cable is out.")
            return super().reserve(spend, ahead)

    till = Breaking()
    assert fails(bench, ONLINE, till) is bench.blind
    assert ACTIVATE not in methods(bench)
    assert till.log == ["reserve", "settle released"]


def test_what_an_earlier_attempt_reached_is_not_asked_for_again() -> None:
    """It was killed a moment ago, and the machine is still at work."""
    bench, till = FakeMachine(keyed()), FakeBudget(ticket=BudgetReservation(number=1, taken_over=True, idle=5))
    done = replace(bench.state, products=(replace(bench.state.products[0], status=LicenseStatus.LICENSED),))
    bench._late.append((3, lambda: setattr(bench, "state", done)))
    run(bench, ONLINE, till, 60)
    assert methods(bench) == []
    assert bench.pauses
    assert till.log == ["reserve", "settle confirmed"]


def test_an_earlier_attempt_is_waited_for_only_as_long_as_it_could_still_be_at_work() -> None:
    bench, till = FakeMachine(keyed()), FakeBudget(ticket=BudgetReservation(number=1, taken_over=True, idle=50))
    run(bench, ONLINE, till, 60)
    assert sum(bench.pauses) == 10
    assert methods(bench) == [ACTIVATE, REFRESH]


def test_a_machine_that_cannot_be_looked_at_leaves_an_earlier_attempt_uncertain() -> None:
    gone = ConnectionFailed("gone")
    bench, till = FakeMachine(keyed()), FakeBudget(ticket=TAKEN_OVER)
    reserve = till.reserve

    def blinded(spend: ActivationRequest, ahead: BudgetReservation | None = None) -> BudgetReservation:
        bench.blind = gone
        return reserve(spend, ahead)

    till.reserve = blinded  # type: ignore[method-assign]
    assert fails(bench, ONLINE, till) is gone
    assert methods(bench) == []
    assert till.log == ["reserve", "settle uncertain"]


# Temporary failures


def test_temporary_failures_are_tried_again_with_longer_and_longer_pauses() -> None:
    faults = [Fault(refused(code)) for code in (TIMEOUT, NO_NAME, TIMEOUT)]
    bench, till = FakeMachine(keyed(), faults={ACTIVATE: faults}), FakeBudget()
    run(bench, ONLINE, till, retry=Retry(times=3, delay=10))
    assert bench.pauses == [10, 20, 40]
    assert methods(bench) == [ACTIVATE] * 4 + [REFRESH]
    assert till.log == ["reserve", "settle confirmed"]


def test_no_pause_is_longer_than_a_minute_and_no_more_tries_are_made_than_asked_for() -> None:
    bench, till = FakeMachine(keyed(), faults={ACTIVATE: Fault(refused(NO_NAME))}), FakeBudget()
    fails(bench, ONLINE, till, retry=Retry(times=4, delay=25))
    assert bench.pauses == [25, 50, 60, 60]
    assert methods(bench).count(ACTIVATE) == 5
    assert till.log[1] == "settle released 0x80072EE7"


def test_a_later_failure_that_never_arrived_does_not_release_what_perhaps_did() -> None:
    faults = [Fault(refused(TIMEOUT)), Fault(refused(NO_NAME)), Fault(ConnectionFailed("gone"))]
    bench, till = FakeMachine(keyed(), faults={ACTIVATE: faults}), FakeBudget()
    fails(bench, ONLINE, till, retry=Retry(times=5, delay=1))
    assert till.log == ["reserve", "settle uncertain"]


def test_between_the_tries_the_machine_is_looked_at() -> None:
    bench, till = FakeMachine(keyed(), faults={ACTIVATE: Fault(refused(TIMEOUT), works=True)}), FakeBudget()
    run(bench, ONLINE, till, retry=Retry(times=3, delay=10))
    assert methods(bench) == [ACTIVATE, REFRESH]
    assert till.log == ["reserve", "settle confirmed"]


def test_a_host_that_cannot_be_read_between_the_tries_is_not_asked_again() -> None:
    bench, till = (
        FakeMachine(keyed(), faults={ACTIVATE: Fault(refused(TIMEOUT), blinds=ConnectionFailed("gone"))}),
        FakeBudget(),
    )
    error = fails(bench, ONLINE, till, retry=Retry(times=3, delay=10))
    assert isinstance(error, MachineRefused)
    assert methods(bench).count(ACTIVATE) == 1
    assert till.log[:2] == ["reserve", f"settle uncertain 0x{TIMEOUT:08X}"]


def _busy() -> MachineRefused:
    return MachineRefused("Too many operations.", hresult=2150859174, fault=object())


@pytest.mark.parametrize("works", [True, False])
def test_a_quota_fault_is_tried_again_only_while_the_host_shows_no_licence(works: bool) -> None:
    """It says that the host did not begin; a licence says otherwise, and the next call would be counted again."""
    bench, till = FakeMachine(keyed(), faults={ACTIVATE: [Fault(_busy(), works=works)]}), FakeBudget()
    run(bench, ONLINE, till)
    assert methods(bench).count(ACTIVATE) == (1 if works else 2)
    assert till.log == ["reserve", "settle confirmed"]


def test_a_quota_fault_of_a_host_that_cannot_be_read_is_not_tried_again() -> None:
    bench, till = FakeMachine(keyed(), faults={ACTIVATE: Fault(_busy(), blinds=ConnectionFailed("gone"))}), FakeBudget()
    fails(bench, ONLINE, till)
    assert methods(bench).count(ACTIVATE) == 1
    assert till.log[:2] == ["reserve", "settle uncertain 0x803381A6"]


@pytest.mark.parametrize("sent", [True, False])
@pytest.mark.parametrize("kind", [RequestRejected, AuthenticationFailed, ConnectionFailed])
@pytest.mark.parametrize("works", [True, False])
def test_what_was_seen_leaving_decides_and_not_the_class_of_the_error(
    kind: type[ConnectionFailed | RequestRejected], sent: bool, works: bool
) -> None:
    error = kind("HTTP status, or no connection")
    error.sent = sent
    bench, till = FakeMachine(keyed(), faults={ACTIVATE: Fault(error, works=works and sent)}), FakeBudget()
    if works and sent:
        run(bench, ONLINE, till)
        assert till.log == ["reserve", "settle confirmed"]
    else:
        assert fails(bench, ONLINE, till) is error
        assert till.log == ["reserve", f"settle {'uncertain' if sent else 'released'}"]


def test_an_answer_that_is_lost_is_never_tried_again() -> None:
    faults = [Fault(refused(NO_NAME)), Fault(LOST)]
    bench, till = FakeMachine(keyed(), faults={ACTIVATE: faults}), FakeBudget()
    fails(bench, ONLINE, till, 30, Retry(times=9, delay=1))
    assert methods(bench).count(ACTIVATE) == 2
    assert till.log == ["reserve", "settle uncertain"]
