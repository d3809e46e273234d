# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Spending by confirmation ID: a stored one goes first, and what was paid for is never lost or paid for twice."""

from __future__ import annotations

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._errors import (
    ConnectionFailed,
    Refusal,
    RequestRejected,
)
from ansible_collections.volume.activation.plugins.plugin_utils._planning import DesiredState

from .counted_activations import (
    DEPOSIT,
    GIVEN,
    LOST,
    ONLINE,
    OWN_TROUBLE,
    PROXY,
    REFRESH,
    WRONG_DIGITS,
    fails,
    keyed,
    methods,
    refused,
    run,
)
from .fake_budget import CONFIRMATION, PAID_FOR, FakeBudget
from .fake_machine import INSTALLATION, FakeMachine, Fault


@pytest.mark.parametrize("wish", [ONLINE, PROXY, GIVEN], ids=["online", "proxy", "telephone"])
def test_a_stored_confirmation_id_goes_first_whatever_was_asked_for(wish: DesiredState) -> None:
    bench, till = FakeMachine(keyed()), FakeBudget(store={INSTALLATION: PAID_FOR})
    applier = run(bench, wish, till)
    assert methods(bench) == [DEPOSIT, REFRESH]
    assert bench.calls[0][3] == {"InstallationId": INSTALLATION, "ConfirmationId": PAID_FOR}
    assert till.log == ["used"]
    assert applier.spent is not None
    assert applier.spent.count == 0


def test_by_proxy_it_is_obtained_and_deposited() -> None:
    bench, till = FakeMachine(keyed()), FakeBudget()
    applier = run(bench, PROXY, till)
    assert methods(bench) == [DEPOSIT, REFRESH]
    assert bench.calls[0][3] == {"InstallationId": INSTALLATION, "ConfirmationId": PAID_FOR}
    assert till.log == ["obtain", "used"], "whoever obtains it has reserved and settled"
    assert applier.spent is not None
    assert (applier.spent.method, applier.spent.count) == ("proxy", 1)


def test_what_cannot_be_obtained_is_not_deposited() -> None:
    refusal = Refusal("The service is away.", code="unavailable")
    bench, till = FakeMachine(keyed()), FakeBudget(refuses={"obtain": refusal})
    assert fails(bench, PROXY, till) is refusal
    assert methods(bench) == []


def test_one_from_the_telephone_is_reserved_deposited_and_kept() -> None:
    bench, till = FakeMachine(keyed()), FakeBudget()
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
    bench, till = FakeMachine(keyed(), faults={DEPOSIT: fault}), FakeBudget()
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
    bench, till = FakeMachine(keyed(), faults={DEPOSIT: fault}), FakeBudget()
    fails(bench, PROXY, till)
    assert [line for line in till.log if not line.startswith("heed")] == ["obtain"]
