# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Spending: who is to pay is asked first, and what the machine has already is never paid for again."""

from __future__ import annotations

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._errors import MachineRefused, NotConverged, Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._planning import (
    Activation,
    CountedActivation,
    DesiredState,
    Mak,
)

from .._planning.state_samples import KEY, Channel, LicenseStatus
from .counted_activations import (
    ACTIVATE,
    GIVEN,
    INSTALL,
    MAK,
    ONLINE,
    OWN_TROUBLE,
    PROXY,
    REFRESH,
    bare,
    fails,
    keyed,
    methods,
    refused,
    run,
)
from .fake_budget import PAID_FOR, FakeBudget
from .fake_machine import INSTALLATION, FakeMachine, Fault

# In order


def test_reserved_asked_seen_and_confirmed() -> None:
    bench, till = FakeMachine(keyed()), FakeBudget()
    applier = run(bench, ONLINE, till)
    assert till.log == ["reserve", "settle confirmed"]
    assert methods(bench) == [ACTIVATE, REFRESH]
    assert bench.log.index("bios_uuid") < bench.log.index(ACTIVATE)
    assert [step.action for step in applier.done] == ["activate"]
    assert applier.spent is not None
    assert (applier.spent.method, applier.spent.reason, applier.spent.count) == ("online", "first_activation", 1)


def test_who_is_to_pay_is_told_all_that_tells_one_machine_from_another() -> None:
    bench, till = FakeMachine(keyed(extended_pid="PID", status=LicenseStatus.OOT_GRACE)), FakeBudget()
    run(bench, ONLINE, till)
    (spend,) = till.spends
    assert (spend.client_machine_id, spend.bios_uuid, spend.reason) == ("CMID-1", "UUID-1", "hardware_change")
    assert (spend.product.id, spend.product.installation_id, spend.product.extended_pid) == (
        bench.state.products[0].id,
        INSTALLATION,
        "PID",
    )


def test_a_key_is_installed_first_and_its_own_product_activated() -> None:
    bench, till = FakeMachine(bare(), channel=Channel.MAK), FakeBudget()
    run(bench, ONLINE, till)
    assert methods(bench) == [INSTALL, ACTIVATE, REFRESH]
    assert till.log == ["reserve_ahead", "reserve", "settle confirmed", "withdraw"]
    assert bench.calls[1][1] == {"ID": "id-new"}
    assert bench.log.count("bios_uuid") == 1


def test_a_budget_that_has_nothing_is_asked_before_the_machine_loses_its_key() -> None:
    empty = Refusal("Nothing is left.", code="pool_exhausted")
    bench, till = FakeMachine(bare(), channel=Channel.MAK), FakeBudget(refuses={"reserve_ahead": empty})
    assert fails(bench, ONLINE, till) is empty
    assert (methods(bench), till.log) == ([], ["reserve_ahead"])


@pytest.mark.parametrize("wish", [ONLINE, GIVEN], ids=["online", "telephone"])
def test_where_nothing_can_be_reserved_nothing_is_asked(wish: DesiredState) -> None:
    empty = Refusal("Nothing is left.", code="pool_exhausted")
    bench, till = FakeMachine(keyed()), FakeBudget(refuses={"reserve": empty})
    assert fails(bench, wish, till) is empty
    assert (methods(bench), till.log) == ([], ["reserve"])


# What is found on the machine


def test_a_licence_that_the_key_finds_again_costs_nothing() -> None:
    bench, till = FakeMachine(bare(), channel=Channel.MAK, lands={"status": LicenseStatus.LICENSED}), FakeBudget()
    applier = run(bench, ONLINE, till)
    assert methods(bench) == [INSTALL, REFRESH]
    assert till.log == ["reserve_ahead", "found_licensed", "withdraw"]
    assert [step.action for step in applier.done] == ["install_key"]
    assert applier.spent is not None
    assert applier.spent.count == 0


def test_a_machine_that_needs_nothing_settles_what_is_open_for_it() -> None:
    bench, till = FakeMachine(keyed(status=LicenseStatus.LICENSED)), FakeBudget()
    bench.applier(0.0, till).note(ONLINE, bench.state)
    assert (methods(bench), till.log) == ([], ["found_licensed"])


def test_a_key_of_another_kind_is_never_activated() -> None:
    bench, till = FakeMachine(bare(), channel=Channel.KMS_HOST), FakeBudget()
    assert fails(bench, ONLINE, till).code == "not_a_mak"
    assert ACTIVATE not in methods(bench)
    assert till.log == ["reserve_ahead", "withdraw"]


def test_a_key_that_landed_elsewhere_is_not_activated() -> None:
    bench, till = FakeMachine(bare(), channel=Channel.MAK, lands={"is_addon": True}), FakeBudget()
    error = fails(bench, ONLINE, till)
    assert (type(error), error.code) == (NotConverged, "no_such_product")
    assert ACTIVATE not in methods(bench)
    assert till.log == ["reserve_ahead", "withdraw"]


# The ledger's own failures


def test_a_ledger_that_cannot_settle_a_failure_does_not_hide_it() -> None:
    broken = Refusal("The ledger is busy.", code="ledger_busy")
    bench, till = (
        FakeMachine(keyed(), faults={ACTIVATE: Fault(refused(OWN_TROUBLE))}),
        FakeBudget(refuses={"settle": broken}),
    )
    error = fails(bench, ONLINE, till)
    assert isinstance(error, MachineRefused)
    assert any("stays open" in line for line in bench.told)


def test_a_ledger_that_cannot_confirm_fails_the_task_and_keeps_the_reservation() -> None:
    broken = Refusal("The ledger is busy.", code="ledger_busy")
    bench, till = FakeMachine(keyed()), FakeBudget(refuses={"settle": broken})
    error = fails(bench, ONLINE, till)
    assert (error.code, error.__cause__) == ("ledger_busy", broken)
    assert "host is licensed" in error.message
    assert till.log == ["reserve", "settle confirmed"]


# Check mode


def test_in_check_mode_the_gate_is_asked_and_nothing_else() -> None:
    bench, till = FakeMachine(keyed()), FakeBudget()
    applier, steps = bench.applier(0.0, till), bench.plan(ONLINE)
    applier.foresee(steps, steps.predicted(bench.state))
    assert (methods(bench), till.log) == ([], ["check"])
    assert applier.spent is not None
    assert applier.spent.count == 1


def test_in_check_mode_a_stored_confirmation_id_is_known_to_cost_nothing() -> None:
    bench, till = FakeMachine(keyed()), FakeBudget(store={INSTALLATION: PAID_FOR})
    applier, steps = bench.applier(0.0, till), bench.plan(PROXY)
    applier.foresee(steps, steps.predicted(bench.state))
    assert till.log == []
    assert applier.spent is not None
    assert applier.spent.count == 0


@pytest.mark.parametrize("activation_id", [None, "id-esu"])
def test_in_check_mode_a_key_that_is_not_in_yet_is_not_looked_for(activation_id: str | None) -> None:
    mak = Mak(key=KEY, application=None if activation_id else MAK.application, activation_id=activation_id)
    wish = DesiredState(key=mak, activation=Activation(counted=CountedActivation(mak=mak)))
    bench, till = FakeMachine(bare()), FakeBudget()
    applier, steps = bench.applier(0.0, till), bench.plan(wish)
    applier.foresee(steps, steps.predicted(bench.state))
    assert (methods(bench), till.log) == ([], ["check"])
    assert "read" not in bench.log


def test_a_counted_step_without_a_gate_is_a_mistake_of_ours() -> None:
    bench = FakeMachine(keyed())
    with pytest.raises(TypeError):
        bench.carry_out(ONLINE, bench.applier())
    assert methods(bench) == []
