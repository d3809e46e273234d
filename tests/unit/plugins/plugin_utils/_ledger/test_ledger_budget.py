# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ledger as the applier's gate: who is let in, what is written down, and when the pool closes for everybody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._applying import ActivationRequest, Settlement
from ansible_collections.volume.activation.plugins.plugin_utils._errors import Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._ledger import (
    BudgetAccount,
    Confirmation,
    Demand,
    Entry,
    EntryState,
    Ledger,
    LedgerBudget,
    PoolWish,
)
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import ProductKey

from .._planning.state_samples import KEY, OTHER_KEY, on_mak
from .demands import refusal

INSTALLATION, CONFIRMATION = "1234567" * 9, "123456" * 8
EXHAUSTED = 0xC004C020
PRODUCT = on_mak(partial_product_key=KEY.partial, installation_id=INSTALLATION, extended_pid="pid")
SPEND = ActivationRequest(
    product=PRODUCT, client_machine_id="CMID-1", bios_uuid="UUID-1", reason="first_activation", method="online"
)
NOT_IN_YET = replace(SPEND, product=replace(PRODUCT, id="", installation_id=None))


@dataclass
class Counter:
    """A ledger in a file, and gates into it."""

    ledger: Ledger
    told: list[str] = field(default_factory=list)
    paid: list[Demand] = field(default_factory=list)
    asked: list[str | None] = field(default_factory=list)

    def gate(self, machine: str = "pc1", key: ProductKey = KEY, **account: object) -> LedgerBudget:
        """Return the gate for one machine."""
        given = {"pool": "labs", "key": key, "machine": machine, "user": "somebody", "justification": "why", **account}
        return LedgerBudget(self.ledger, BudgetAccount(**given), self.pay, self.told.append, ask=self.asked.append)

    def pay(self, demand: Demand) -> str:
        """Pay for a confirmation ID."""
        self.paid.append(demand)
        return CONFIRMATION

    def entry(self) -> Entry:
        """Return the only entry."""
        (entry,) = self.ledger.entries()
        return entry


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    """A pool of two."""
    with Ledger.open(str(tmp_path / "ledger.sqlite")) as ledger:
        ledger.declare(PoolWish(name="labs", limit=2))
        yield Counter(ledger)


def other(number: int) -> ActivationRequest:
    return replace(SPEND, client_machine_id=f"CMID-{number}", bios_uuid=f"UUID-{number}")


# Let in, or not


def test_a_pool_that_is_not_there_lets_nobody_in(counter: Counter) -> None:
    assert refusal(counter.gate(pool="nowhere").admit).code == "unknown_pool"


def test_a_pool_of_another_key_lets_nobody_in(counter: Counter) -> None:
    counter.gate().admit()
    counter.gate().reserve(SPEND)
    counter.gate().admit()
    assert refusal(counter.gate(key=OTHER_KEY).admit).code == "pool_of_another_key"


def test_a_stopped_pool_lets_in_whom_it_has_licensed(counter: Counter) -> None:
    gate = counter.gate()
    gate.settle(gate.reserve(SPEND), Settlement.CONFIRMED)
    gate.heed(EXHAUSTED)
    gate.admit()
    stopped = refusal(counter.gate("pc2").admit)
    assert stopped.code == "pool_stopped"
    assert "0xC004C020" in str(stopped)


def test_a_stop_stops_the_key_in_every_pool_and_other_keys_in_none(counter: Counter) -> None:
    counter.ledger.declare(PoolWish(name="sales", limit=1, fingerprint=KEY.fingerprint, partial=KEY.partial))
    counter.ledger.declare(PoolWish(name="others", limit=1, fingerprint=OTHER_KEY.fingerprint))
    counter.gate().heed(EXHAUSTED)
    assert refusal(counter.gate(pool="sales").admit).code == "pool_stopped"
    counter.gate(pool="others", key=OTHER_KEY).admit()


@pytest.mark.parametrize("code", [0x80072EE2, 0xC004F024, 0xC004C001])
def test_a_code_that_is_about_one_machine_stops_nothing(counter: Counter, code: int) -> None:
    counter.gate().reserve(SPEND)
    counter.gate().heed(code)
    counter.gate("pc2").admit()
    assert [(pool.name, pool.stop) for pool in counter.ledger.pools()] == [("labs", None)]


def test_a_ledger_that_cannot_be_stopped_is_told_and_not_raised(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_arguments: object) -> list[str]:
        raise Refusal("The ledger is busy.", code="ledger_busy")

    monkeypatch.setattr(counter.ledger, "stop", busy)
    counter.gate().heed(EXHAUSTED)
    assert "could not be stopped" in counter.told[-1]


# What would be


def test_looking_ahead_reserves_nothing(counter: Counter) -> None:
    counter.gate().check(SPEND)
    assert counter.ledger.entries() == []


def test_an_empty_pool_is_told_beforehand(counter: Counter) -> None:
    for number in (1, 2):
        counter.gate(f"pc{number}").reserve(other(number))
    for spend in (other(3), replace(other(3), product=NOT_IN_YET.product)):
        assert refusal(counter.gate("pc3").check, spend).code == "pool_exhausted"


@pytest.mark.parametrize("state", [Settlement.CONFIRMED, Settlement.UNCERTAIN])
@pytest.mark.parametrize("stopped", [False, True])
def test_hardware_that_was_paid_for_may_need_nothing_as_long_as_its_key_is_not_in(
    counter: Counter, state: Settlement, stopped: bool
) -> None:
    """After a new image the name and the client machine ID may be others; the stored confirmation ID is the same."""
    for number in (1, 2):
        gate = counter.gate(f"pc{number}")
        gate.settle(gate.reserve(other(number)), state)
    if stopped:
        gate.heed(EXHAUSTED)
    reimaged = replace(NOT_IN_YET, client_machine_id="CMID-new", bios_uuid="uuid-1")
    counter.gate("new-name").check(reimaged)
    assert "may need nothing" in counter.told[-1]
    with_key = replace(reimaged, product=PRODUCT)
    assert refusal(counter.gate("new-name").check, with_key).code == ("pool_stopped" if stopped else "pool_exhausted")
    for stranger in (replace(reimaged, bios_uuid="UUID-3"), replace(reimaged, bios_uuid=None)):
        assert refusal(counter.gate("new-name").check, stranger).code in ("pool_exhausted", "pool_stopped")


def test_a_reservation_made_ahead_is_completed_by_the_one_that_follows(counter: Counter) -> None:
    gate = counter.gate()
    ahead = gate.reserve_ahead(SPEND)
    assert ahead is not None and counter.entry().product_id == ""
    assert gate.reserve(SPEND, ahead).number == ahead.number
    assert (counter.entry().product_id, counter.entry().installation_id) == (PRODUCT.id, INSTALLATION)


def test_a_reservation_made_ahead_is_withdrawn_as_long_as_nothing_was_asked_for(counter: Counter) -> None:
    gate = counter.gate()
    ahead = gate.reserve_ahead(SPEND)
    assert ahead is not None
    gate.withdraw(ahead)
    assert counter.ledger.entries() == []


def test_an_empty_pool_reserves_ahead_for_no_new_machine(counter: Counter) -> None:
    for number in (1, 2):
        gate = counter.gate(f"pc{number}")
        gate.settle(gate.reserve(other(number)), Settlement.CONFIRMED)
    assert counter.gate("pc1").reserve_ahead(other(1)) is None
    assert refusal(counter.gate("pc3").reserve_ahead, other(3)).code == "pool_exhausted"


def test_a_machine_that_was_paid_for_keeps_no_other_machine_from_the_last_activation(counter: Counter) -> None:
    gate = counter.gate()
    gate.settle(gate.reserve(SPEND), Settlement.CONFIRMED)
    assert gate.reserve_ahead(SPEND) is None
    assert counter.gate("pc2").reserve_ahead(other(2)) is not None


def test_a_confirmation_id_is_paid_for_from_the_reservation_made_ahead(counter: Counter) -> None:
    gate = counter.gate()
    ahead = gate.reserve_ahead(SPEND)
    assert ahead is not None
    gate.obtain(SPEND, ahead)
    assert counter.paid[0].ahead == ahead.number


@pytest.mark.parametrize(("method", "paid", "asked"), [("proxy", False, 1), ("online", False, 0), ("proxy", True, 0)])
def test_the_service_is_asked_about_a_key_only_for_a_confirmation_id_that_is_not_stored(
    counter: Counter, method: str, paid: bool, asked: int
) -> None:
    gate = counter.gate()
    if paid:
        gate.settle(gate.reserve(SPEND), Settlement.CONFIRMED)
    gate.reserve_ahead(SPEND)
    gate.probe(replace(SPEND, method=method))
    assert len(counter.asked) == asked


def test_hardware_that_was_released_was_not_paid_for(counter: Counter) -> None:
    gate = counter.gate()
    gate.settle(gate.reserve(SPEND), Settlement.RELEASED)
    for number in (2, 3):
        counter.gate(f"pc{number}").reserve(other(number))
    assert refusal(counter.gate().check, NOT_IN_YET).code == "pool_exhausted"


# What is written down


@pytest.mark.parametrize("settlement", Settlement)
def test_an_outcome_is_written_down_as_it_is(counter: Counter, settlement: Settlement) -> None:
    gate = counter.gate()
    gate.settle(gate.reserve(SPEND), settlement, "0x80072EE2")
    entry = counter.entry()
    assert (entry.state.value, entry.code) == (settlement.value, "0x80072EE2")
    assert (entry.user, entry.justification, entry.reason) == ("somebody", "why", "first_activation")
    assert (entry.installation_id, entry.extended_pid, entry.product_id) == (INSTALLATION, "pid", PRODUCT.id)


def test_a_second_attempt_takes_the_first_ones_ticket(counter: Counter) -> None:
    gate = counter.gate()
    first = gate.reserve(SPEND)
    gate.settle(first, Settlement.UNCERTAIN)
    second = gate.reserve(SPEND)
    assert (second.number, first.taken_over, second.taken_over) == (first.number, False, True)
    assert second.idle >= 0
    assert counter.entry().attempts == 2


def test_a_machine_that_comes_again_is_told_from_one_that_comes_first(counter: Counter) -> None:
    gate = counter.gate()
    gate.settle(gate.reserve(SPEND), Settlement.CONFIRMED)
    gate.reserve(replace(SPEND, client_machine_id="CMID-new"))
    assert [entry.reason for entry in counter.ledger.entries()] == ["first_activation", "activated_before"]


def test_the_machines_own_reason_goes_before_the_ledgers(counter: Counter) -> None:
    gate = counter.gate()
    gate.settle(gate.reserve(SPEND), Settlement.CONFIRMED)
    gate.reserve(replace(SPEND, bios_uuid="UUID-new", reason="hardware_change"))
    assert [entry.reason for entry in counter.ledger.entries()] == ["first_activation", "hardware_change"]


def test_what_is_found_licensed_settles_its_own_entries_alone(counter: Counter) -> None:
    gate = counter.gate()
    mine = gate.reserve(SPEND)
    another = gate.reserve(replace(SPEND, product=replace(PRODUCT, id="id-another")))
    gate.found_licensed(SPEND)
    states = {entry.id: entry.state for entry in counter.ledger.entries()}
    assert states == {mine.number: EntryState.CONFIRMED, another.number: EntryState.RESERVED}


def test_what_is_found_licensed_and_never_was_reserved_is_nobodys(counter: Counter) -> None:
    counter.gate().found_licensed(SPEND)
    assert counter.ledger.entries() == []


def _released(gate: LedgerBudget, spend: ActivationRequest = SPEND) -> int:
    ticket = gate.reserve(spend)
    gate.settle(ticket, Settlement.RELEASED, "0x80070005")
    return ticket.number


def test_an_entry_that_was_released_is_booked_once_when_the_host_turns_out_to_be_licensed(counter: Counter) -> None:
    gate = counter.gate()
    _first, last = _released(gate), _released(gate)
    assert gate.owes(SPEND)
    gate.found_licensed(SPEND)
    gate.found_licensed(SPEND)
    states = {entry.id: (entry.state, entry.code) for entry in counter.ledger.entries()}
    assert states[last] == (EntryState.CONFIRMED, "found_licensed")
    assert counter.ledger.balance("labs").spent == 1
    assert not gate.owes(SPEND)


@pytest.mark.parametrize("earlier", [True, False])
def test_an_installation_id_that_is_paid_for_is_not_paid_for_again(counter: Counter, earlier: bool) -> None:
    gate = counter.gate()
    if earlier:
        gate.settle(gate.reserve(SPEND), Settlement.CONFIRMED)
    _released(gate)
    if not earlier:
        gate.settle(gate.reserve(SPEND), Settlement.CONFIRMED)
    assert not gate.owes(replace(SPEND, bios_uuid=None, product=replace(PRODUCT, installation_id=None)))
    gate.found_licensed(SPEND)
    assert counter.ledger.balance("labs").spent == 1


def test_an_entry_of_another_installation_id_is_not_what_the_licence_has_cost(counter: Counter) -> None:
    gate = counter.gate()
    paid = replace(SPEND, product=replace(PRODUCT, installation_id="7654321" * 9))
    gate.settle(gate.reserve(paid), Settlement.CONFIRMED)
    number = _released(gate)
    gate.found_licensed(paid)
    assert counter.ledger.balance("labs").spent == 1
    # As seen without its installation ID the host may owe it, and with it it does.
    assert gate.owes(replace(SPEND, bios_uuid=None, product=replace(PRODUCT, installation_id=None)))
    gate.found_licensed(SPEND)
    assert counter.ledger.balance("labs").spent == 2
    assert {entry.id for entry in counter.ledger.entries(states=[EntryState.CONFIRMED])} >= {number}


def test_other_hardware_and_other_products_are_not_charged_for_a_licence(counter: Counter) -> None:
    gate = counter.gate()
    _released(gate, replace(SPEND, bios_uuid="UUID-clone"))
    _released(gate, replace(SPEND, product=replace(PRODUCT, id="id-another")))
    gate.found_licensed(SPEND)
    assert counter.ledger.balance("labs").spent == 0


def test_a_licence_by_a_confirmation_id_from_elsewhere_has_cost_the_pool_nothing(counter: Counter) -> None:
    gate = counter.gate()
    _released(gate)
    counter.ledger.keep(
        Confirmation(installation_id=INSTALLATION, confirmation_id=CONFIRMATION, source="telephone"), None
    )
    gate.found_licensed(SPEND)
    assert counter.ledger.balance("labs").spent == 0


def test_what_a_licence_has_cost_is_recorded_also_beyond_the_limit_and_in_a_stopped_pool(counter: Counter) -> None:
    gate = counter.gate()
    _released(gate)
    for number in (2, 3):
        gate.settle(counter.gate(f"pc{number}").reserve(other(number)), Settlement.CONFIRMED)
    gate.heed(EXHAUSTED)
    gate.admit()
    gate.found_licensed(SPEND)
    balance = counter.ledger.balance("labs")
    assert (balance.limit, balance.spent) == (2, 3)


# Confirmation IDs


def test_what_the_machine_took_is_kept_with_what_paid_for_it(counter: Counter) -> None:
    gate = counter.gate()
    ticket = gate.reserve(replace(SPEND, method="telephone"))
    assert gate.stored(INSTALLATION) is None
    gate.keep(replace(SPEND, method="telephone"), CONFIRMATION, ticket)
    gate.used(INSTALLATION)
    assert gate.stored(INSTALLATION) == CONFIRMATION
    assert counter.entry().state is EntryState.CONFIRMED
    (kept,) = counter.ledger.confirmations()
    assert (kept.source, kept.entry_id, kept.uses, kept.partial) == ("telephone", ticket.number, 1, KEY.partial)


def test_without_an_installation_id_nothing_is_stored(counter: Counter) -> None:
    assert counter.gate().stored("") is None


def test_a_confirmation_id_is_paid_for_by_whoever_was_put_in(counter: Counter) -> None:
    assert counter.gate(use_reserve=True).obtain(replace(SPEND, method="proxy")) == CONFIRMATION
    (demand,) = counter.paid
    assert (demand.pool, demand.method.value, demand.use_reserve) == ("labs", "proxy", True)
    assert counter.ledger.entries() == [], "the one who pays reserves"


# Secrets


def test_no_key_gets_into_the_ledger_even_where_somebody_writes_it_down(counter: Counter, tmp_path: Path) -> None:
    text = "BBBBB-CCCCC-DDDDD-FFFFF-GGGGG"
    gate = counter.gate(justification=f"for {text.lower()}", user=text)
    gate.reserve(SPEND)
    gate.settle(gate.reserve(other(2)), Settlement.UNCERTAIN)
    gate.reserve(other(2))
    assert all("for " in entry.justification for entry in counter.ledger.entries())
    assert refusal(counter.ledger.declare, PoolWish(name=f"pool of {text}", limit=1)).code == "bad_pool_name"
    data = (tmp_path / "ledger.sqlite").read_bytes().lower()
    assert text.lower().encode() not in data
    assert text.replace("-", "").lower().encode() not in data
