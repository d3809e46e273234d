# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Spending: reserved, asked for once, and settled by what the machine says; when in doubt, it counts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._applying import Applier, Retry, Scope, Spend, Ticket
from ansible_collections.volume.activation.plugins.plugin_utils._errors import (
    ActivationError,
    AnswerLost,
    AuthenticationFailed,
    ConnectionFailed,
    MachineRefused,
    NotConverged,
    ProtocolViolation,
    Refusal,
    RequestRejected,
)
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import State
from ansible_collections.volume.activation.plugins.plugin_utils._planning import (
    Activation,
    Counted,
    Mak,
    Way,
    Wish,
    plan,
)

from .._planning.states import KEY, Channel, LicenseStatus, on_mak, state, windows
from .bench import INSTALLATION, Bench, Fault
from .till import CONFIRMATION, PAID_FOR, Till

MAK = Mak(key=KEY)
ONLINE = Wish(key=MAK, activation=Activation(counted=Counted(mak=MAK)))
PROXY = Wish(key=MAK, activation=Activation(counted=Counted(mak=MAK, way=Way.PROXY)))
GIVEN = Wish(key=MAK, activation=Activation(counted=Counted(mak=MAK, confirmation_id=CONFIRMATION)))
LOST = AnswerLost("No answer came.")
ACTIVATE, DEPOSIT, INSTALL, REFRESH = (
    "Activate",
    "DepositOfflineConfirmationId",
    "InstallProductKey",
    "RefreshLicenseStatus",
)
TAKEN_OVER = Ticket(number=1, taken_over=True, idle=1000)

TIMEOUT, NO_NAME = 0x80072EE2, 0x80072EE7
OUT_OF_RANGE, EXHAUSTED, BLOCKED = 0xC004C001, 0xC004C020, 0xC004C003
WRONG_DIGITS, OWN_TROUBLE = 0xC004F04D, 0xC004F024


def refused(code: int) -> MachineRefused:
    return MachineRefused("The machine refused it.", hresult=code)


def keyed(**changes: object) -> State:
    """Return a machine with the key in it, unlicensed, with changes."""
    given = {"partial_product_key": KEY.partial, "status": LicenseStatus.NOTIFICATION, "installation_id": INSTALLATION}
    return state(on_mak(**{**given, **changes}), client_machine_id="CMID-1")


def bare() -> State:
    """Return a machine on its KMS client key."""
    return state(windows(), client_machine_id="CMID-1")


def run(bench: Bench, wish: Wish, till: Till, seconds: float = 0.0, retry: Retry | None = None) -> Applier:
    applier = bench.applier(seconds, till, retry or Retry(times=0))
    before = bench.state
    applier.apply(wish, plan(wish, before), before, Scope())
    return applier


def fails(bench: Bench, wish: Wish, till: Till, seconds: float = 0.0, retry: Retry | None = None) -> ActivationError:
    with pytest.raises(ActivationError) as caught:
        run(bench, wish, till, seconds, retry)
    return caught.value


def methods(bench: Bench) -> list[str]:
    return [entry for entry in bench.log if entry not in ("read", "bios_uuid")]


# In order


def test_reserved_asked_seen_and_confirmed() -> None:
    bench, till = Bench(keyed()), Till()
    applier = run(bench, ONLINE, till)
    assert till.log == ["reserve", "settle confirmed"]
    assert methods(bench) == [ACTIVATE, REFRESH]
    assert bench.log.index("bios_uuid") < bench.log.index(ACTIVATE)
    assert [step.action for step in applier.done] == ["activate"]
    assert applier.spent is not None
    assert (applier.spent.method, applier.spent.reason, applier.spent.count) == ("online", "first_activation", 1)


def test_who_is_to_pay_is_told_all_that_tells_one_machine_from_another() -> None:
    bench, till = Bench(keyed(extended_pid="PID", status=LicenseStatus.OOT_GRACE)), Till()
    run(bench, ONLINE, till)
    (spend,) = till.spends
    assert (spend.client_machine_id, spend.bios_uuid, spend.reason) == ("CMID-1", "UUID-1", "hardware_change")
    assert (spend.product.id, spend.product.installation_id, spend.product.extended_pid) == (
        bench.state.products[0].id,
        INSTALLATION,
        "PID",
    )


def test_a_key_is_installed_first_and_its_own_product_activated() -> None:
    bench, till = Bench(bare(), channel=Channel.MAK), Till()
    run(bench, ONLINE, till)
    assert methods(bench) == [INSTALL, ACTIVATE, REFRESH]
    assert till.log == ["check", "reserve", "settle confirmed"]
    assert bench.calls[1][1] == {"ID": "id-new"}
    assert bench.log.count("bios_uuid") == 1


def test_a_budget_that_has_nothing_is_asked_before_the_machine_loses_its_key() -> None:
    empty = Refusal("Nothing is left.", code="pool_exhausted")
    bench, till = Bench(bare(), channel=Channel.MAK), Till(refuses={"check": empty})
    assert fails(bench, ONLINE, till) is empty
    assert (methods(bench), till.log) == ([], ["check"])


@pytest.mark.parametrize("wish", [ONLINE, GIVEN], ids=["online", "telephone"])
def test_where_nothing_can_be_reserved_nothing_is_asked(wish: Wish) -> None:
    empty = Refusal("Nothing is left.", code="pool_exhausted")
    bench, till = Bench(keyed()), Till(refuses={"reserve": empty})
    assert fails(bench, wish, till) is empty
    assert (methods(bench), till.log) == ([], ["reserve"])


# What is found on the machine


def test_a_licence_that_the_key_finds_again_costs_nothing() -> None:
    bench, till = Bench(bare(), channel=Channel.MAK, lands={"status": LicenseStatus.LICENSED}), Till()
    applier = run(bench, ONLINE, till)
    assert methods(bench) == [INSTALL, REFRESH]
    assert till.log == ["check", "found_licensed"]
    assert [step.action for step in applier.done] == ["install_key"]
    assert applier.spent is not None
    assert applier.spent.count == 0


def test_a_machine_that_needs_nothing_settles_what_is_open_for_it() -> None:
    bench, till = Bench(keyed(status=LicenseStatus.LICENSED)), Till()
    bench.applier(0.0, till).note(ONLINE, bench.state)
    assert (methods(bench), till.log) == ([], ["found_licensed"])


def test_a_key_of_another_kind_is_never_activated() -> None:
    bench, till = Bench(bare(), channel=Channel.KMS_HOST), Till()
    assert fails(bench, ONLINE, till).code == "not_a_mak"
    assert ACTIVATE not in methods(bench)
    assert till.log == ["check"]


def test_a_key_that_landed_elsewhere_is_not_activated() -> None:
    bench, till = Bench(bare(), channel=Channel.MAK, lands={"is_addon": True}), Till()
    error = fails(bench, ONLINE, till)
    assert (type(error), error.code) == (NotConverged, "no_such_product")
    assert ACTIVATE not in methods(bench)
    assert till.log == ["check"]


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
    pytest.param(Fault(RequestRejected("busy")), "released", "uncertain", None, id="rejected"),
]


@pytest.mark.parametrize("taken_over", [False, True])
@pytest.mark.parametrize(("fault", "first", "again", "code"), OUTCOMES)
def test_the_machine_decides_and_doubt_counts(
    fault: Fault, first: str, again: str, code: str | None, taken_over: bool
) -> None:
    bench, till = Bench(keyed(), faults={ACTIVATE: fault}), Till()
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
    pytest.param(OWN_TROUBLE, "released", "uncertain", id="the machine's own trouble"),
    pytest.param(NO_NAME, "released", "uncertain", id="never reached"),
    pytest.param(TIMEOUT, "uncertain", "uncertain", id="perhaps reached"),
]


@pytest.mark.parametrize("taken_over", [False, True])
@pytest.mark.parametrize(("code", "first", "again"), CODES)
def test_a_refusal_is_settled_by_its_code(code: int, first: str, again: str, taken_over: bool) -> None:
    bench, till = Bench(keyed(), faults={ACTIVATE: Fault(refused(code))}), Till()
    till.ticket = TAKEN_OVER if taken_over else till.ticket
    error = fails(bench, ONLINE, till)
    assert isinstance(error, MachineRefused)
    settled = f"settle {again if taken_over else first} 0x{code:08X}"
    assert till.log == ["reserve", settled, f"heed 0x{code:08X}"]
    assert methods(bench) == [ACTIVATE, REFRESH]


def test_an_answer_that_was_good_leaves_the_machines_own_reason_for_not_being_licensed() -> None:
    bench, till = Bench(keyed(reason=OWN_TROUBLE), faults={ACTIVATE: Fault(None)}), Till()
    error = fails(bench, ONLINE, till)
    assert isinstance(error, MachineRefused)
    assert error.hresult == OWN_TROUBLE
    assert till.log[:2] == ["reserve", "settle uncertain"]


# Reservations of earlier attempts


def test_a_machine_that_another_run_licensed_before_the_reservation_is_not_asked_again() -> None:
    bench = Bench(keyed())

    class Meanwhile(Till):
        def reserve(self, spend: Spend) -> Ticket:
            bench.state = keyed(status=LicenseStatus.LICENSED)
            return super().reserve(spend)

    till = Meanwhile()
    applier = run(bench, ONLINE, till)
    assert ACTIVATE not in methods(bench)
    assert till.log == ["reserve", "settle released"]
    assert applier.spent is not None and applier.spent.count == 0


def test_nothing_is_spent_when_the_machine_cannot_be_looked_at_before_it_is_asked() -> None:
    bench = Bench(keyed())

    class Breaking(Till):
        def reserve(self, spend: Spend) -> Ticket:
            bench.blind = ConnectionFailed("The cable is out.")
            return super().reserve(spend)

    till = Breaking()
    assert fails(bench, ONLINE, till) is bench.blind
    assert ACTIVATE not in methods(bench)
    assert till.log == ["reserve", "settle released"]


def test_what_an_earlier_attempt_reached_is_not_asked_for_again() -> None:
    """It was killed a moment ago, and the machine is still at work."""
    bench, till = Bench(keyed()), Till(ticket=Ticket(number=1, taken_over=True, idle=5))
    done = replace(bench.state, products=(replace(bench.state.products[0], status=LicenseStatus.LICENSED),))
    bench._late.append((3, lambda: setattr(bench, "state", done)))
    run(bench, ONLINE, till, 60)
    assert methods(bench) == []
    assert bench.pauses
    assert till.log == ["reserve", "settle confirmed"]


def test_an_earlier_attempt_is_waited_for_only_as_long_as_it_could_still_be_at_work() -> None:
    bench, till = Bench(keyed()), Till(ticket=Ticket(number=1, taken_over=True, idle=50))
    run(bench, ONLINE, till, 60)
    assert sum(bench.pauses) == 10
    assert methods(bench) == [ACTIVATE, REFRESH]


def test_a_machine_that_cannot_be_looked_at_leaves_an_earlier_attempt_uncertain() -> None:
    gone = ConnectionFailed("gone")
    bench, till = Bench(keyed()), Till(ticket=TAKEN_OVER)
    reserve = till.reserve

    def blinded(spend: object) -> Ticket:
        bench.blind = gone
        return reserve(spend)

    till.reserve = blinded  # type: ignore[method-assign]
    assert fails(bench, ONLINE, till) is gone
    assert methods(bench) == []
    assert till.log == ["reserve", "settle uncertain"]


# Temporary failures


def test_temporary_failures_are_tried_again_with_longer_and_longer_pauses() -> None:
    faults = [Fault(refused(code)) for code in (TIMEOUT, NO_NAME, TIMEOUT)]
    bench, till = Bench(keyed(), faults={ACTIVATE: faults}), Till()
    run(bench, ONLINE, till, retry=Retry(times=3, delay=10))
    assert bench.pauses == [10, 20, 40]
    assert methods(bench) == [ACTIVATE] * 4 + [REFRESH]
    assert till.log == ["reserve", "settle confirmed"]


def test_no_pause_is_longer_than_a_minute_and_no_more_tries_are_made_than_asked_for() -> None:
    bench, till = Bench(keyed(), faults={ACTIVATE: Fault(refused(NO_NAME))}), Till()
    fails(bench, ONLINE, till, retry=Retry(times=4, delay=25))
    assert bench.pauses == [25, 50, 60, 60]
    assert methods(bench).count(ACTIVATE) == 5
    assert till.log[1] == "settle released 0x80072EE7"


def test_a_later_failure_that_never_arrived_does_not_release_what_perhaps_did() -> None:
    faults = [Fault(refused(TIMEOUT)), Fault(refused(NO_NAME)), Fault(ConnectionFailed("gone"))]
    bench, till = Bench(keyed(), faults={ACTIVATE: faults}), Till()
    fails(bench, ONLINE, till, retry=Retry(times=5, delay=1))
    assert till.log == ["reserve", "settle uncertain"]


def test_between_the_tries_the_machine_is_looked_at() -> None:
    bench, till = Bench(keyed(), faults={ACTIVATE: Fault(refused(TIMEOUT), works=True)}), Till()
    run(bench, ONLINE, till, retry=Retry(times=3, delay=10))
    assert methods(bench) == [ACTIVATE, REFRESH]
    assert till.log == ["reserve", "settle confirmed"]


def test_an_answer_that_is_lost_is_never_tried_again() -> None:
    faults = [Fault(refused(NO_NAME)), Fault(LOST)]
    bench, till = Bench(keyed(), faults={ACTIVATE: faults}), Till()
    fails(bench, ONLINE, till, 30, Retry(times=9, delay=1))
    assert methods(bench).count(ACTIVATE) == 2
    assert till.log == ["reserve", "settle uncertain"]


# The ledger's own failures


def test_a_ledger_that_cannot_settle_a_failure_does_not_hide_it() -> None:
    broken = Refusal("The ledger is busy.", code="ledger_busy")
    bench, till = Bench(keyed(), faults={ACTIVATE: Fault(refused(OWN_TROUBLE))}), Till(refuses={"settle": broken})
    error = fails(bench, ONLINE, till)
    assert isinstance(error, MachineRefused)
    assert any("stays open" in line for line in bench.told)


def test_a_ledger_that_cannot_confirm_fails_the_task_and_keeps_the_reservation() -> None:
    broken = Refusal("The ledger is busy.", code="ledger_busy")
    bench, till = Bench(keyed()), Till(refuses={"settle": broken})
    assert fails(bench, ONLINE, till) is broken
    assert till.log == ["reserve", "settle confirmed"]


# Confirmation IDs


@pytest.mark.parametrize("wish", [ONLINE, PROXY, GIVEN], ids=["online", "proxy", "telephone"])
def test_a_stored_confirmation_id_goes_first_whatever_was_asked_for(wish: Wish) -> None:
    bench, till = Bench(keyed()), Till(store={INSTALLATION: PAID_FOR})
    applier = run(bench, wish, till)
    assert methods(bench) == [DEPOSIT, REFRESH]
    assert bench.calls[0][3] == {"InstallationId": INSTALLATION, "ConfirmationId": PAID_FOR}
    assert till.log == ["used"]
    assert applier.spent is not None
    assert applier.spent.count == 0


def test_by_proxy_it_is_obtained_and_deposited() -> None:
    bench, till = Bench(keyed()), Till()
    applier = run(bench, PROXY, till)
    assert methods(bench) == [DEPOSIT, REFRESH]
    assert bench.calls[0][3] == {"InstallationId": INSTALLATION, "ConfirmationId": PAID_FOR}
    assert till.log == ["obtain", "used"], "whoever obtains it has reserved and settled"
    assert applier.spent is not None
    assert (applier.spent.method, applier.spent.count) == ("proxy", 1)


def test_what_cannot_be_obtained_is_not_deposited() -> None:
    refusal = Refusal("The service is away.", code="unavailable")
    bench, till = Bench(keyed()), Till(refuses={"obtain": refusal})
    assert fails(bench, PROXY, till) is refusal
    assert methods(bench) == []


def test_one_from_the_telephone_is_reserved_deposited_and_kept() -> None:
    bench, till = Bench(keyed()), Till()
    applier = run(bench, GIVEN, till)
    assert till.log == ["reserve", f"keep {CONFIRMATION}", "used"]
    assert applier.spent is not None
    assert (applier.spent.method, applier.spent.count) == ("telephone", 1)


DEPOSITS = [
    pytest.param(Fault(LOST, works=True), "", id="lost but done"),
    pytest.param(Fault(LOST), "uncertain", id="lost"),
    pytest.param(Fault(None), "uncertain", id="answered well and not done"),
    pytest.param(Fault(ConnectionFailed("no way")), "uncertain", id="not connected"),
    pytest.param(Fault(RequestRejected("busy")), "uncertain", id="rejected"),
    pytest.param(Fault(refused(OWN_TROUBLE)), "uncertain 0xC004F024", id="the machine's own trouble"),
    pytest.param(Fault(refused(WRONG_DIGITS)), "released 0xC004F04D", id="none of the machine's own"),
]


@pytest.mark.parametrize(("fault", "settled"), DEPOSITS)
def test_what_was_paid_for_elsewhere_counts_unless_the_machine_denies_it(fault: Fault, settled: str) -> None:
    bench, till = Bench(keyed(), faults={DEPOSIT: fault}), Till()
    if not settled:
        run(bench, GIVEN, till)
        assert till.log == ["reserve", f"keep {CONFIRMATION}", "used"]
        return
    fails(bench, GIVEN, till)
    assert till.log[:2] == ["reserve", f"settle {settled}"]
    assert not till.store
    assert methods(bench).count(DEPOSIT) == 1


@pytest.mark.parametrize("fault", [case.values[0] for case in DEPOSITS[1:]])
def test_a_deposit_that_fails_leaves_the_paid_one_where_it_is_stored(fault: Fault) -> None:
    bench, till = Bench(keyed(), faults={DEPOSIT: fault}), Till()
    fails(bench, PROXY, till)
    assert [line for line in till.log if not line.startswith("heed")] == ["obtain"]


# Check mode


def test_in_check_mode_the_gate_is_asked_and_nothing_else() -> None:
    bench, till = Bench(keyed()), Till()
    applier, steps = bench.applier(0.0, till), bench.plan(ONLINE)
    applier.foresee(steps, steps.predicted(bench.state))
    assert (methods(bench), till.log) == ([], ["check"])
    assert applier.spent is not None
    assert applier.spent.count == 1


def test_in_check_mode_a_stored_confirmation_id_is_known_to_cost_nothing() -> None:
    bench, till = Bench(keyed()), Till(store={INSTALLATION: PAID_FOR})
    applier, steps = bench.applier(0.0, till), bench.plan(PROXY)
    applier.foresee(steps, steps.predicted(bench.state))
    assert till.log == []
    assert applier.spent is not None
    assert applier.spent.count == 0


@pytest.mark.parametrize("activation_id", [None, "id-esu"])
def test_in_check_mode_a_key_that_is_not_in_yet_is_not_looked_for(activation_id: str | None) -> None:
    mak = Mak(key=KEY, application=None if activation_id else MAK.application, activation_id=activation_id)
    wish = Wish(key=mak, activation=Activation(counted=Counted(mak=mak)))
    bench, till = Bench(bare()), Till()
    applier, steps = bench.applier(0.0, till), bench.plan(wish)
    applier.foresee(steps, steps.predicted(bench.state))
    assert (methods(bench), till.log) == ([], ["check"])
    assert "read" not in bench.log


def test_a_counted_step_without_a_gate_is_a_mistake_of_ours() -> None:
    bench = Bench(keyed())
    with pytest.raises(TypeError):
        bench.carry_out(ONLINE, bench.applier())
    assert methods(bench) == []
